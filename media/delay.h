// How long to wait: from the transits of the packets that came, the playout delay that would have
// cost least lately.
//
// A transit is the arrival of a packet minus its media time, both in microseconds from any origins;
// only differences mean something. Each delay of whole milliseconds is tried on every packet as the
// jitter buffer would play it (playout.h): a packet that comes after its turn is played after a
// concealment, from then on the delay is longer by as much, and falls back bit by bit. That costs the
// wait, plus a price for each percent of the time that is concealed (the E-model's exchange rate,
// ITU-T G.107: about 20 ms of delay for 1 % concealed).
//
// Where the path becomes faster in a step, what was learnt of its jitter is kept. Where it becomes slower
// that may be a queue, which is told from a step only when it ends: the delay is longer meanwhile.
//
// What lies long ago counts less: by a short memory, which follows a path that changes, and by a long
// one, which knows how late is seldom. The one whose advice was the cheaper lately is followed.
#ifndef MEDIA_DELAY_H
#define MEDIA_DELAY_H

#include "media/usec.h"

#include <stdbool.h>

#define DELAY_PRICE    (20 * USEC_MS) // of 1 % of the packets, where none is said
#define DELAY_BINS     1024
#define DELAY_BIN      USEC_MS // width of one
#define DELAY_MEMORIES 4
#define DELAY_RECENT   16 // packets

struct delay_memory {
    float
        costs[DELAY_BINS]; // of waiting up to the upper edge of the bin, besides that wait; sums of
                           // milliseconds
    float weight;          // of the next packet; grows, so that earlier ones count ever less
    float total;
    int advice;         // bin
    float excess, cost; // of having followed its advice, see struct delay
};

struct delay {
    usec price;                // delay that is worth 1 % of the packets
    usec origin;               // transit at the lower edge of the first bin
    usec recent[DELAY_RECENT]; // transits of the last packets
    unsigned count;            // of all
    usec window, before;       // least transits
    usec floor;                // what the last `faster` packets came earlier than
    int faster;
    float excess[DELAY_BINS]; // milliseconds that the delay would be above the bin now
    struct delay_memory memories[DELAY_MEMORIES];
    int followed; // memory
    int used;     // of the bins: behind them nothing was late, and nothing is added up
    bool started;
};

// price: microseconds of delay for one percent late; 0 stands for DELAY_PRICE.
void delay_init(struct delay *d, usec price);

// length: of the packet. overtaken: a later one came before it, and is played in its turn: this one
// is lost if it is late.
void delay_packet(struct delay *d, usec transit, usec length, bool overtaken);

// The smallest transit that still counts: the path without its jitter. 0 before the first packet.
usec delay_base(const struct delay *d);

// The largest transit of the last DELAY_RECENT packets.
usec delay_recent(const struct delay *d);

// The transit to play at: media time plus this is the instant to play. 0 before the first packet.
usec delay_target(const struct delay *d);

#endif
