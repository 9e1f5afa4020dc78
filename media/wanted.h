// The receiver's side of retransmission: which lost packets are worth asking for, and when (generic
// NACK, RFC 4585 section 6.2.1; the answers come as RFC 4588 packets).
//
//     wanted_packet      a packet of the original stream came
//     wanted_repaired    one came by another way: as an answer, or as a redundant copy
//     wanted_due         what to ask for now: call it after each packet and at wanted_next
//
// A packet is missing once a later one has come. It is asked for when it is no longer to be
// expected that it is only late: at once on a path that keeps the order, after the largest lateness
// of the last 10 to 20 s on one that does not, but in any case while an answer can be in time. It
// is asked for again when the answer should have been there (round trip and four variations,
// measured as RFC 6298 does), or before that if it would then be too late to, and more often from
// the third time on if time is short; no more once the answer would come too late.
//
// Sequence numbers are extended (source.h) and compare by difference. Nothing is allocated, and the
// work of a call is bounded by WANTED_WINDOW.
#ifndef MEDIA_WANTED_H
#define MEDIA_WANTED_H

#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WANTED_WINDOW     256u // sequence numbers; what is further behind is given up
#define WANTED_TRIES      8u   // how often one packet is asked for, at most
#define WANTED_PER_SECOND 100u // messages, at most

struct wanted_stats {
    uint64_t asked;       // packets that were asked for at least once
    uint64_t asked_again; // further askings
    uint64_t answered;    // of those asked for: answers that came, each packet once, in time or not
    uint64_t given_up;    // missing when they were needed, whether asked for or not
    uint64_t late;        // packets of the original stream that came after a later one
};

struct wanted_slot {  // one sequence number; zero: it came
    bool skipped;     // a later one came before it, and it has not come since
    bool missing;     // nor did a copy, and it is still of use
    bool answered;    // a retransmission came
    uint8_t tries;    // how often it was asked for
    usec since;       // when a later one came
    usec due;         // when to ask for it, if there is time for that
    usec wake;        // when to look at it again
    usec first_asked; // valid when tries > 0
    usec last_asked;
};

struct wanted { // begins as zero
    bool started;
    uint32_t highest; // of the original stream
    uint32_t missing; // how many are, now
    struct wanted_slot slots[WANTED_WINDOW];

    bool measured;    // there is a round trip
    usec measured_at; // when the last sample came
    usec round_trip;  // smoothed
    usec variation;   // of it
    uint32_t unsure;  // answers in a row to packets that were asked for more than once

    float spared; // share of the packets that were not asked for, lately; none at first

    usec lateness;        // largest of this interval
    usec lateness_before; // of the one before
    usec interval_start;

    usec paid_until; // the message rate
    struct wanted_stats stats;
};

// The instant by which a packet has to be here to be of use. USEC_NEVER: at any time; one that has
// passed: forget it (it is counted as given up). Asked anew at every look, so it may move.
typedef usec wanted_deadline(void *ctx, uint32_t seq);

// A packet of the original stream came at `now`. Call it for each, also for those that were
// repaired before they came, which is how the lateness is learned; doubles do nothing. A jump of
// more than WANTED_WINDOW forward gives up everything that is missing, and asks for nothing that
// was jumped over.
void wanted_packet(struct wanted *w, usec now, uint32_t seq);

// Packet `seq` is here by another way and is no longer missing; call it after wanted_packet for the
// packet that carried it. `answer`: it is a retransmission, and a sample of the round trip.
void wanted_repaired(struct wanted *w, usec now, uint32_t seq, bool answer);

// The stream begins anew (another SSRC, or its numbers do): nothing is missing. What was learned of
// the path stays.
void wanted_restart(struct wanted *w);

// Fills in the sequence numbers to ask for now, in the order of the stream, and returns how many:
// they go into one message. 0: none. What does not fit into `cap` (at least 1) stays due.
size_t wanted_due(struct wanted *w, usec now, uint16_t *seqs, size_t cap, wanted_deadline *deadline,
                  void *ctx);

// When to call wanted_due again, should no packet come before that. USEC_NEVER: not before one
// does.
usec wanted_next(const struct wanted *w);

// From asking to answer, smoothed. USEC_NEVER: not measured yet.
usec wanted_round_trip(const struct wanted *w);

// How long before its deadline a packet should be found to be missing, to be asked for as often as it
// may take. `told`: the round trip as reports have it, for when it is not measured; may be USEC_NEVER.
usec wanted_time(const struct wanted *w, usec told);

#endif
