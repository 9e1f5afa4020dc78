// The sending end of pictures: what sender.h is for the voice, and with it on one time line. Pure: a
// picture goes in when it is due, is encoded once (VP8), and datagrams come out (RFC 7741), spread over the
// time until the next picture, each with whom it is for.
//
//     film_start                the time line begins: the first picture is due
//     film_next                 when to call again
//     film_output               datagrams to send, until it says there are none
//     film_picture              the picture that is due
//     film_end                  the time line is over: BYE to everyone, and it rewinds
//
// A listener begins with a key frame, so that it need not see the ruins of pictures it does not know. It
// can ask for one (PLI, RFC 4585; FIR, RFC 5104), and for packets (NACK; RFC 4588). Listeners are small
// numbers given by film_join. Everything is allocated in film_new.
#ifndef SENDER_FILM_H
#define SENDER_FILM_H

#include "media/picture.h"
#include "media/usec.h"
#include "media/vp8.h"
#include "sender/peer.h"
#include "sender/sender.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILM_PAYLOAD_MAX 1186 // octets: with the RTP header, and when sent again, packets of 1200

struct film_config {
    struct vp8_encoder_config video;
    bool call;   // two-way: as sender_config's, with film_report
    bool resend; // answer those who ask for packets that are missing
    uint8_t payload_type, payload_type_again;
    int listeners_max;
    usec wall_clock; // as sender_config's
    const char
        *cname;    // of the voice beside it: one source has one name (RFC 3550 6.5.1); NULL: none
    uint64_t seed; // of SSRC, sequence numbers, timestamps, CNAME and report times
};

struct film_stats {
    uint64_t pictures;   // given: those that are skipped are none
    uint64_t frames;     // of those, encoded and sent; the encoder leaves some out to keep the rate
    uint64_t key_frames; // of those
    uint64_t key_asked;  // requests for a key frame, those included that came in vain
    uint64_t packets, octets;     // RTP packets made, and octets of their payload
    uint64_t again, octets_again; // sent again
    struct resend_stats asked;    // what was asked for, and what became of it
    uint64_t reports_received, reports_invalid;
    int listeners, playing;
    int bitrate; // that the encoder is told, bit/s
    uint32_t ssrc;
};

struct film;

struct film *film_new(const struct film_config *config, usec now); // NULL: bad config, no memory
void film_free(struct film *f);                                    // NULL is fine

void film_start(struct film *f, usec now);
bool film_running(const struct film *f);
usec film_picture_due(const struct film *f); // USEC_NEVER unless running
// The picture of the instant `when` (that at which it is due, or a live one's own): later than the one
// before. All datagrams of the one before have been taken. What does not fit the encoder is left out.
void film_picture(struct film *f, usec when, const struct picture *picture);
// There is no picture for that instant: the one before stays.
void film_skip(struct film *f);
// Moves the time line: the next picture is due at `due` (after a suspended machine, say).
void film_delay_until(struct film *f, usec due);
void film_end(struct film *f, usec now);

// For who receives as well, as sender_report.
void film_report(const struct film *f, int listener, usec now, const struct rtcp_report *blocks,
                 size_t count, struct writer *w);

// Listeners, as sender.h has them.
int film_join(struct film *f, struct peer_takes takes);
struct sender_position film_play(struct film *f, int listener, usec now);
void film_pause(struct film *f, int listener);
void film_leave(struct film *f, int listener, bool bye);
void film_rtcp(struct film *f, int listener, usec now, const void *data, size_t len);
struct peer_figures film_listener(const struct film *f, int listener);

bool film_output(struct film *f, usec now, struct sender_datagram *out);
// For all: for who plays and has its key frame.
bool film_is_for(const struct film *f, const struct sender_datagram *datagram, int listener);
usec film_next(const struct film *f);
bool film_busy(const struct film *f); // datagrams are still to come
struct film_stats film_stats(const struct film *f);

#endif
