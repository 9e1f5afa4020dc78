// One listener of a sender: what it was sent, and what it says back (RFC 3550 section 6, RFC 3611,
// RFC 4585).
#ifndef SENDER_PEER_H
#define SENDER_PEER_H

#include "media/random.h"
#include "media/resend.h"
#include "media/rtcp.h"
#include "media/usec.h"
#include "sender/congestion.h"
#include "sender/copies.h"
#include "sender/departures.h"
#include "sender/history.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One run of the source from its start to its end.
struct time_line {
    uint32_t ssrc, ssrc_again, first_timestamp;
    uint32_t clock; // Hz, of its RTP time
    usec start;     // instant of `first_timestamp`
    struct departures departures;
};

enum peer_state { PEER_FREE, PEER_JOINED, PEER_PLAYING, PEER_LEAVING };

struct peer_takes { // what its session allows besides plain packets
    bool red;       // redundant payloads
    bool again;     // it may ask for packets that are missing
    bool feedback;  // reports go both ways every second
};

struct peer_figures {
    bool playing;
    uint64_t packets, octets; // sent to it since it joined; octets of payload
    usec heard;               // when its last report came; USEC_NEVER: none yet
    uint8_t fraction_lost;    // of its last report, of 256
    int32_t cumulative_lost;
    uint32_t jitter;           // units of the stream's clock
    usec round_trip;           // USEC_NEVER: not known
    double lost;               // share of the latest packets, 0..1
    double burst;              // of them, mean length of a run, packets
    struct copies_shape shape; // of its packets
    struct resend_stats resend;
};

struct peer {
    enum peer_state state;
    bool catch_up; // give it the packet that is on the air, so that it need not wait for the next
    bool waits;    // of pictures: it has no key frame yet
    bool report;   // a report for it is due now
    int byes;      // still to say
    uint32_t ssrc; // of the time line it plays
    struct peer_takes takes;
    struct copies_shape shape; // of its packets
    struct history history;
    struct congestion congestion;
    struct resend_account resend;
    uint16_t resend_seq; // of the next packet that is sent again
    uint64_t resent;     // octets of payload, ever
    uint64_t settled;    // of those, as far as the rates have them
    usec settled_at;     // USEC_NEVER: not yet
    double resend_rate;  // bit/s, lately
    uint64_t sent;       // likewise, of figures.octets
    double rate;         // bit/s of all, lately
    uint32_t reference;  // its last reference time (RFC 3611 section 4.4), the middle of it,
    usec reference_at;   // and when it came; USEC_NEVER: none yet
    uint32_t highest;    // that its last report told of, extended, and when that came
    uint16_t departed;   // the latest packet that had gone out,
    uint64_t told;       // octets of all that had,
    usec told_at;        // and when that was; USEC_NEVER: no report came
    uint32_t lsr;        // of the sender's report that its round trip was measured by
    uint32_t reporter;   // who said so
    struct peer_figures figures;
};

struct peer_heard { // in one compound
    bool valid;     // it was RTCP
    bool reported;  // there was a report on the stream
    bool key;       // a picture was lost for good: only a key frame helps (PLI, FIR)
};

void peer_init(struct peer *l, struct peer_takes takes, uint16_t resend_seq);

// Once a second or so: how much was sent again since.
void peer_settle(struct peer *l, usec now);
int peer_resend_rate(const struct peer *l); // bit/s of payload, lately

// RTCP from the listener on that stream; any octets are fine. `ntp`: the time of this instant,
// as in the sender's reports. asked: called for each packet that it asks for.
struct peer_heard peer_rtcp(struct peer *l, usec now, uint64_t ntp, const struct time_line *line,
                            struct random *random, const void *data, size_t len,
                            void (*asked)(void *ctx, uint16_t seq), void *ctx);

// A report for it on that time line: what it was sent (SR; an RR where that is nothing yet), with these
// blocks on what it sends itself, and the answer to its reference time, where it has sent one. `ntp`:
// the time of this instant.
void peer_report(const struct peer *l, const struct time_line *line, usec now, uint64_t ntp,
                 const char *cname, const struct rtcp_report *blocks, size_t count,
                 struct writer *w);

#endif
