// The timers of the Linux kernel, which are not as fine as its clock: 250 ticks a second as
// distributions ship it, and slots that grow with the distance (kernel/time/timer.c), so that a
// timer fires late by up to a tick, or by an eighth of its length.
#ifndef LAB_TCP_CLOCK_H
#define LAB_TCP_CLOCK_H

#include "media/usec.h"

#define TCP_TICK      (4 * USEC_MS)
#define TCP_TIMER_MIN (2 * USEC_MS) // what a probe and a wait for reordering add
#define TCP_PHASE     (2 * USEC_MS) // ticks are at no round number of milliseconds

// `span` in whole ticks, rounded up.
static inline usec tcp_ticks(usec span)
{
    return (span + TCP_TICK - 1) / TCP_TICK * TCP_TICK;
}

// The number of ticks up to `now`.
static inline int64_t tcp_jiffies(usec now)
{
    return (now + TCP_PHASE) / TCP_TICK;
}

// When a timer fires that is set at `now` to go off after `span`.
static inline usec tcp_fires(usec now, usec span)
{
    int64_t delta = tcp_ticks(span) / TCP_TICK;
    int64_t expires = tcp_jiffies(now) + delta;
    int shift = 0; // of the slots at that distance: 63 of a tick, then as many of 8 ticks, ...
    for (int64_t level_end = 63; delta >= level_end && shift < 21; level_end *= 8)
        shift += 3;
    return (((expires >> shift) + 1) << shift) * TCP_TICK - TCP_PHASE;
}

#endif
