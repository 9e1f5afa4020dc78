// What a receiver knows of one SSRC: extended sequence numbers, loss, jitter (RFC 3550 appendices
// A.1, A.3 and A.8), and the report block that says so to the sender.
#ifndef MEDIA_SOURCE_H
#define MEDIA_SOURCE_H

#include "media/rtcp.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stdint.h>

enum source_verdict {
    SOURCE_OK,      // in sequence, or a small jump either way
    SOURCE_HELD,    // a large jump: held back until a second packet in sequence confirms it
    SOURCE_RESTART, // the second packet of a jump: sequence numbers start anew from here (A.1)
};

struct source {
    uint32_t ssrc;
    uint32_t clock_rate; // Hz
    bool started;
    uint32_t first_seq;   // extended; the first that counts
    uint32_t highest_seq; // extended: cycles in the upper 16 bits
    uint32_t bad_seq;     // the one that would confirm a jump
    uint64_t received;    // from first_seq on as they came, duplicates included (RFC 3550 A.3)
    uint32_t expected_prior;
    uint64_t received_prior;
    int64_t transit;        // of the last packet, clock units
    uint32_t jitter_scaled; // 16 times the jitter, clock units
    uint32_t lsr;           // middle 32 bits of the last SR's NTP time
    usec lsr_received;      // when it came; USEC_NEVER before the first
};

// Counting starts with the first packet; where the first sequence number is known beforehand
// (RTP-Info of a PLAY reply), source_expect says so, before that packet, and earlier losses count.
// Packets from before the first that counts are SOURCE_OK, but count neither as expected nor as
// received.
void source_init(struct source *s, uint32_t ssrc, uint32_t clock_rate);
void source_expect(struct source *s, uint16_t first_seq);

// One RTP packet that came at `now`. With SOURCE_OK and SOURCE_RESTART `*extended` is its extended
// sequence number, modulo 2^32: a packet from before the first may lie below zero, so compare by
// difference. After SOURCE_RESTART all counts begin anew. Jumps of over 3000 forward or over 100
// backward (MAX_DROPOUT, MAX_MISORDER) are large.
enum source_verdict source_packet(struct source *s, usec now, uint16_t seq, uint32_t timestamp,
                                  uint32_t *extended);

// An SR of this source came at `now`.
void source_sender_report(struct source *s, usec now, const struct rtcp_sender *sender);

// Interarrival jitter so far, units of the clock (RFC 3550 section 6.4.1).
uint32_t source_jitter(const struct source *s);

// The report block for this source, as of `now`; begins a new interval for fraction_lost.
void source_report(struct source *s, usec now, struct rtcp_report *report);

#endif
