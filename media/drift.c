// The slope of the least transits: see drift.h.
#include "media/drift.h"

#include <math.h>

#define WINDOW (8 * USEC_SECOND)
#define LEAST  3 // slopes that have to be known

static void end_window(struct drift *d)
{
    if (d->windows > 0)
        d->slopes[(d->windows - 1) % DRIFT_SLOPES] =
            (float)(d->now.transit - d->before.transit) /
            (float)usec_max(d->now.arrival - d->before.arrival, 1);
    d->before = d->now;
    d->windows++;
}

void drift_packet(struct drift *d, usec arrival, usec transit)
{
    bool over = d->started && arrival - d->begin >= WINDOW;
    if (over)
        end_window(d);
    if (over || !d->started)
        d->begin = arrival;
    if (over || !d->started || transit <= d->now.transit)
        d->now = (struct drift_least){transit, arrival};
    d->started = true;
}

// The slope of least amount, if all have one sign; one may be left out where seven are known.
float drift_slope(const struct drift *d)
{
    int known = d->windows - 1 < DRIFT_SLOPES ? d->windows - 1 : DRIFT_SLOPES;
    int rising = 0, falling = 0;
    float least_up = INFINITY, least_down = -INFINITY;
    for (int i = 0; i < known; i++) {
        rising += d->slopes[i] > 0;
        falling += d->slopes[i] < 0;
        if (d->slopes[i] > 0)
            least_up = fminf(least_up, d->slopes[i]);
        if (d->slopes[i] < 0)
            least_down = fmaxf(least_down, d->slopes[i]);
    }
    int enough = known == DRIFT_SLOPES ? DRIFT_SLOPES - 1 : known;
    if (known < LEAST)
        return 0;
    return rising >= enough ? least_up : falling >= enough ? least_down : 0;
}
