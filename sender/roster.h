// Who listens to one stream, and all that is said to them beside its packets: reports (RFC 3550 section
// 6), goodbyes, and packets that are sent again (RFC 4585, RFC 4588). A stream of voice and one of
// pictures each have a roster; what goes into their packets is no business of its.
//
// Listeners are small numbers given by roster_join. Everything is allocated in roster_new.
#ifndef SENDER_ROSTER_H
#define SENDER_ROSTER_H

#include "media/bytes.h"
#include "media/random.h"
#include "media/rtcp_timer.h"
#include "media/rtp.h"
#include "media/usec.h"
#include "sender/answers.h"
#include "sender/datagram.h"
#include "sender/peer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct roster_config {
    int listeners_max;
    uint32_t clock;             // Hz of the stream's RTP time
    int bitrate;                // bit/s of the stream, of which reports take their share
    size_t resend_octets;       // kept to be sent again; 0: nothing is
    size_t packet_max;          // octets of the longest payload that is sent again
    uint8_t payload_type_again; // RFC 4588
    usec wall_clock; // microseconds since 1970 at the instant now = 0, for the NTP time in reports
    const char *cname; // NULL: one is made up
    bool quiet; // reports go out where roster_write writes them, but for one at every beginning
};

struct roster {
    struct roster_config config;
    struct random *random;   // of the stream's owner
    struct answers *answers; // NULL: nothing is sent again
    struct rtcp_timer timer;
    char cname[32];
    struct time_line line;  // that is running, or will be
    struct time_line ended; // that the BYEs speak of
    usec feedback_next;     // reports to who wants them every second
    usec bye_next, bye_gap;
    bool byes_left;
    bool work; // some listener's flag is up
    uint64_t reports_received, reports_invalid;
    uint64_t again, octets_again;
    struct resend_stats left; // of listeners whose numbers others have by now
    uint8_t report[512];
    uint8_t *packet; // that is sent again
    int top;         // no listener has a number above this one, or this one
    struct peer peers[];
};

// random: drawn from for the CNAME, report times, SSRCs; outlives the roster. NULL: no memory.
struct roster *roster_new(const struct roster_config *config, struct random *random, usec now);
void roster_free(struct roster *r); // NULL is fine

// Another run of the source: new SSRCs and another first timestamp.
void roster_new_line(struct roster *r);
// The line is over: BYE to everyone who plays. False: it was over already, and there is no new one.
bool roster_end(struct roster *r, bool running, usec now);

// A listener came, with an account that pays for resend_rate bit/s sent again. -1: there is no room.
int roster_join(struct roster *r, struct peer_takes takes, int resend_rate);
// It plays from now on. False: it did already.
bool roster_play(struct roster *r, int listener, usec now);
// False: it did not play.
bool roster_pause(struct roster *r, int listener);
void roster_leave(struct roster *r, int listener, bool bye);
struct peer_figures roster_figures(const struct roster *r, int listener);
struct resend_stats roster_asked(const struct roster *r);   // by all there ever were
int roster_listeners(const struct roster *r, int *playing); // returns how many there are

// RTCP from a listener; any octets are fine.
struct peer_heard roster_rtcp(struct roster *r, int listener, usec now, const void *data,
                              size_t len);

// The NTP time of that instant (RFC 3550 section 4).
uint64_t roster_ntp(const struct roster *r, usec now);

// A packet of the stream that is sent now, to be sent again to who asks for it.
void roster_keep(struct roster *r, usec now, const struct rtp_packet *packet);

// Our report at the head of a compound of the caller's, with these blocks on what the listener sends.
void roster_write(const struct roster *r, int listener, usec now, const struct rtcp_report *blocks,
                  size_t count, struct writer *w);

// A packet that was asked for. False: none waits.
bool roster_again(struct roster *r, usec now, struct sender_datagram *out);
// Whose reports are due: they come out of roster_report, one listener at a time.
void roster_raise(struct roster *r, usec now);
bool roster_report(struct roster *r, int listener, usec now, struct sender_datagram *out);

usec roster_next(const struct roster *r); // when to call again; 0: now
bool roster_busy(const struct roster *r); // reports or BYEs are still to come

#endif
