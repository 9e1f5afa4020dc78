// How long packets took from their time on the fastest path to their sound: mean and quantiles.
#ifndef RECEIVER_DELAYS_H
#define RECEIVER_DELAYS_H

#include "media/usec.h"

#include <stdint.h>

#define DELAYS_BINS 8192 // of 1 ms; what is longer counts as the longest

struct delays { // zero: none yet
    uint64_t count;
    double sum; // microseconds
    uint32_t bins[DELAYS_BINS];
};

void delays_add(struct delays *d, usec delay);
usec delays_mean(const struct delays *d);                   // 0: none
usec delays_quantile(const struct delays *d, double share); // rounded up to a millisecond; 0: none

#endif
