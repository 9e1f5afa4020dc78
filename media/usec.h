// The only type of time in voz: microseconds, as a signed 64-bit number, from an origin that the
// driver chooses (the loop's monotonic clock in the programs, 0 in the lab). Nothing below the
// drivers reads a clock: every entry into the core is given one `now`.
#ifndef MEDIA_USEC_H
#define MEDIA_USEC_H

#include <stdint.h>

typedef int64_t usec;

#define USEC_MS     ((usec)1000)
#define USEC_SECOND ((usec)1000000)
#define USEC_NEVER  INT64_MAX // a deadline that does not come

static inline usec usec_min(usec a, usec b)
{
    return a < b ? a : b;
}

static inline usec usec_max(usec a, usec b)
{
    return a > b ? a : b;
}

static inline double usec_to_ms(usec t)
{
    return (double)t / 1000.0;
}

// Units of a clock of `rate` Hz in `t`, rounded down, exact for spans of up to 50 years at 192 kHz.
static inline int64_t usec_to_units(usec t, int64_t rate)
{
    int64_t seconds = t / USEC_SECOND;
    int64_t rest = t % USEC_SECOND;
    if (rest < 0) {
        seconds--;
        rest += USEC_SECOND;
    }
    return seconds * rate + rest * rate / USEC_SECOND;
}

// The time that `units` of a clock of `rate` Hz take, rounded down.
static inline usec usec_from_units(int64_t units, int64_t rate)
{
    int64_t seconds = units / rate;
    int64_t rest = units % rate;
    if (rest < 0) {
        seconds--;
        rest += rate;
    }
    return seconds * USEC_SECOND + rest * USEC_SECOND / rate;
}

#endif
