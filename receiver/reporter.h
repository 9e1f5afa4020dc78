// What a receiver says back: reports (RFC 3550 section 6), and where the sender understands them
// extended ones (RFC 3611: which packets came, bursts and gaps, delay) and requests for packets
// that are missing (generic NACK, RFC 4585). It knows when a report is due, and what became of each
// packet since the last one.
#ifndef RECEIVER_REPORTER_H
#define RECEIVER_REPORTER_H

#include "media/burst.h"
#include "media/rtcp.h"
#include "media/rtcp_timer.h"
#include "media/source.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPORTER_MAX    512   // octets of a compound
#define REPORTER_WINDOW 1024u // packets: what a report has not told within so many, it never does

// Who sends as well is one participant with one SSRC (RFC 3550 section 6.1): his compounds begin with
// his own report, in which these blocks are, and his SDES. All zeros: who only listens, with an SSRC of
// his own; they begin with an RR and his SDES.
struct reporter_head {
    uint32_t ssrc;
    void (*write)(void *ctx, usec now, const struct rtcp_report *blocks, size_t count,
                  struct writer *w);
    void *ctx;
};

struct reporter {
    uint32_t ssrc; // ours
    struct reporter_head head;
    char cname[32];
    struct rtcp_timer timer;
    bool extended; // the sender understands extended reports
    struct burst burst;
    bool begun;                     // there is a stream
    uint32_t told;                  // its packets before this one are in a report
    uint32_t end;                   // one after the highest that came
    uint8_t fates[REPORTER_WINDOW]; // private to reporter.c
    usec round_trip;                // to the sender and back; USEC_NEVER: not known
};

// seed: of our SSRC, CNAME and of the times of reports. feedback: the session is one with feedback
// (RTP/AVPF): a report every second.
void reporter_init(struct reporter *r, usec now, uint64_t seed, bool feedback, bool extended,
                   const struct reporter_head *head);

// What the path bears is to be known soon, as for pictures, of so many bit/s: in a session with feedback
// the first few reports come several times a second.
void reporter_hurry(struct reporter *r, usec now, int bitrate);

// Another stream begins, with packet `first`, an extended number. Its figures begin anew.
void reporter_restart(struct reporter *r, uint32_t first);
// A packet came; later: it came too late to be played.
void reporter_came(struct reporter *r, uint32_t seq);
void reporter_discarded(struct reporter *r, uint32_t seq);

// An RTCP packet of the sender: a DLRR block in it says how long the round trip was.
void reporter_rtcp(struct reporter *r, usec now, const struct rtcp_packet *packet);

struct reporter_call {     // what it knows of the call, beside the packets
    struct source *source; // NULL: there is none yet; a report begins a new interval of its figures
    usec delay;            // from arrival of a packet that comes in time to its sound
    usec delay_most;       // that the jitter buffer may come to
    usec frame;            // sound in a packet
    bool adaptive;         // the jitter buffer
    bool conceals;         // better than by silence
};

// Is a report due?
bool reporter_is_due(const struct reporter *r, usec now);
// A compound with the report, at any time; with BYE or without. Returns octets; 0: does not fit
// into `cap` (REPORTER_MAX is enough).
size_t reporter_write(struct reporter *r, usec now, const struct reporter_call *call, bool bye,
                      void *out, size_t cap);
// A compound that asks source `media` for packets, in the order of the stream. Returns octets; 0: does
// not fit.
size_t reporter_ask(struct reporter *r, usec now, uint32_t media, const uint16_t *seqs,
                    size_t count, void *out, size_t cap);
// A compound that asks source `media` for a key frame (PLI, RFC 4585 section 6.3.1). Likewise.
size_t reporter_key(struct reporter *r, usec now, uint32_t media, void *out, size_t cap);

#endif
