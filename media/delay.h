// How long to wait: from the transits of the packets that came, the playout delay that costs least.
//
// A transit is the arrival of a packet minus its media time, both in microseconds from any origins;
// only differences mean something. A delay that catches all but a share of the packets costs the
// wait plus a price for each percent that comes too late (the E-model's exchange rate, ITU-T G.107:
// about 20 ms of delay for 1 % concealed). The histogram forgets, by about 500 packets.
#ifndef MEDIA_DELAY_H
#define MEDIA_DELAY_H

#include "media/usec.h"

#include <stdbool.h>

#define DELAY_PRICE (20 * USEC_MS) // of 1 % of the packets, where none is said
#define DELAY_BINS  1024
#define DELAY_BIN   USEC_MS // width of one

struct delay {
    usec price;  // delay that is worth 1 % of the packets
    usec origin; // transit at the lower edge of bins[0]
    float bins[DELAY_BINS];
    float total;
    float weight; // of the next packet; grows, so that earlier ones count ever less
    bool started;
};

// price: microseconds of delay for one percent late; 0 stands for DELAY_PRICE.
void delay_init(struct delay *d, usec price);

void delay_packet(struct delay *d, usec transit);

// The smallest transit that still counts: the path without its jitter. 0 before the first packet.
usec delay_base(const struct delay *d);

// The transit to play at: media time plus this is the instant to play. 0 before the first packet.
usec delay_target(const struct delay *d);

#endif
