// The clock of a device without hardware: so many samples are due at `now`, one period after the
// other, since it was started. Nobody is hurt when the caller comes late: what is due is still due.
#ifndef MEDIA_IO_PACE_H
#define MEDIA_IO_PACE_H

#include <stddef.h>
#include <stdint.h>

#include "media/usec.h"

#define PACE_RATE 48000 // Hz
#define PACE_MOST \
    16384 // samples: whoever comes later than this (a third of a second) has lost the rest

struct pace {
    usec start;
    int period;      // samples that become due together
    int64_t lead;    // samples that are due at the start: a period for playback, none for capture
    int64_t given;   // samples since the start, the lost ones too
    uint64_t lost;   // samples
    uint64_t losses; // times that samples were lost
};

// Samples due now and not yet given.
size_t pace_due(struct pace *p, usec now);
void pace_give(struct pace *p, size_t samples);

// When the next samples will be due, or were.
usec pace_next(const struct pace *p);

#endif
