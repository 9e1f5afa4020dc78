// How far two clocks run apart, the sender's and ours: the slope of the least transits. Jitter and
// queues only ever add to a transit, so the least of some seconds tells. A step of the path shows
// between two such windows, a clock's drift between all of them: where nearly all do not agree, none
// is assumed.
#ifndef MEDIA_DRIFT_H
#define MEDIA_DRIFT_H

#include "media/usec.h"

#include <stdbool.h>

#define DRIFT_SLOPES 7

struct drift_least {
    usec transit; // the least of a window
    usec arrival; // of that packet
};

struct drift { // zero: nothing is known
    bool started;
    usec begin; // of this window: its first arrival
    struct drift_least now, before;
    int windows;                // that have ended
    float slopes[DRIFT_SLOPES]; // between the last of them
};

// Transits as in delay.h. Arrivals come in their order.
void drift_packet(struct drift *d, usec arrival, usec transit);

// By how much transits grow: seconds per second, > 0 where the sender's clock is the slower one. 0:
// by nothing, or not known (in the first half minute).
float drift_slope(const struct drift *d);

#endif
