// Which of the latest packets a listener has lost, as its reports tell: every packet by itself where
// it says so (Loss RLE, RFC 3611 section 4.1), else as many as its share of losses says, at random.
// From that follows what any redundancy would have restored.
#ifndef SENDER_HISTORY_H
#define SENDER_HISTORY_H

#include "media/random.h"
#include "sender/copies.h"

#include <stdbool.h>
#include <stdint.h>

#define HISTORY_PACKETS 512 // 10 s of 20 ms
#define HISTORY_WORDS   (HISTORY_PACKETS / 64)

struct history {                  // zero: nothing is known
    uint64_t lost[HISTORY_WORDS]; // bit 0 of the first: the latest packet
    unsigned count;               // packets that are known, at most HISTORY_PACKETS
    bool exact;                   // packet by packet
    bool begun;                   // `highest` is known,
    bool placed;                  // and so is `next`
    uint16_t next;                // the sequence number that an exact report should begin with
    uint32_t highest;             // of the last report, extended
};

void history_packet(struct history *h, bool lost);
// The numbers begin anew; what was lost stays.
void history_restart(struct history *h);
// An exact report: `count` packets from `seq` on all came, or were all lost. What was reported before is
// no news; what lies between is not known: a report was lost.
void history_run(struct history *h, uint16_t seq, uint16_t count, bool came);
// A report block (RFC 3550 section 6.4.1): of the packets since the one before (or of the `sent` ones,
// if it is the first), this share of 256 was lost. Says nothing new where the history is exact, or where
// a later one came before it.
void history_share(struct history *h, struct random *random, uint64_t sent, uint32_t highest_seq,
                   uint8_t fraction_lost);

// What would become of the packets with this redundancy: shares of all.
struct history_outcome {
    double lost;     // by the network; of those
    double copied;   // a copy came,
    double fec;      // or else an in-band copy of the next frame,
    double alone;    // or nothing, but its neighbours were there,
    double in_twos;  // or one of them was not,
    double in_a_row; // or three and more were missing in a row
};

// fec: each packet carries an in-band copy of the one before; fec_in_copies: so do the copies.
struct history_outcome history_outcome(const struct history *h, struct copies_shape shape, bool fec,
                                       bool fec_in_copies);
// Mean length of a run of lost packets; 0: none was lost.
double history_burst(const struct history *h);

#endif
