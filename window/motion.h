// How pictures go, once a second: for the eye, beside them.
#ifndef WINDOW_MOTION_H
#define WINDOW_MOTION_H

#include "media/usec.h"
#include "receiver/screen.h"

#include <stdbool.h>
#include <stdint.h>

struct motion {       // zero: nothing was seen yet
    double rate;      // pictures a second, of the last second
    usec frozen;      // since the beginning
    uint64_t freezes; // likewise
    double sync;      // ms later than the voice, of the last picture; < 0: earlier
    bool synced;      // that is known
    usec at;          // of the figures
    uint64_t shown;   // pictures, by then
};

// Once a second, with the figures so far. Fewer pictures than before are another session's.
void motion_second(struct motion *m, usec now, const struct screen_stats *stats);

#endif
