// One of two calls that the window shows one above the other: its name, where it is heard, and figures.
#ifndef WINDOW_LANE_H
#define WINDOW_LANE_H

#include "media/usec.h"

#include <stdint.h>

#define LANES 2

enum lane_ear { LANE_LEFT, LANE_RIGHT, LANE_BOTH, LANE_UNHEARD };

struct lane {
    const char *name;
    enum lane_ear ear;
    usec delay;               // from mouth to ear, now
    double missing, repaired; // %, of the last seconds
    uint64_t stalls;          // since the beginning
    usec longest;             // of them
};

#endif
