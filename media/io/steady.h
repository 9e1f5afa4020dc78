// The pace of a device, which is even, although it asks for samples now a bit sooner and now a bit later,
// and the loop comes when it can: each look at it counts a little.
//
//     at = steady_look(&s, seen)    the instant that is due now, where it seems to be `seen`
//     steady_pass(&s, length)       so much of it was served
#ifndef MEDIA_IO_STEADY_H
#define MEDIA_IO_STEADY_H

#include "media/usec.h"

#define STEADY_LOOKS 16             // that the pace is a mean of
#define STEADY_LEAP  (20 * USEC_MS) // it stood still, or another begins

struct steady { // zero: not looked at yet
    usec due;
};

static inline usec steady_look(struct steady *s, usec seen)
{
    usec off = seen - s->due;
    return s->due += off > -STEADY_LEAP && off < STEADY_LEAP ? off / STEADY_LOOKS : off;
}

static inline void steady_pass(struct steady *s, usec length)
{
    s->due += length;
}

#endif
