// The congestion window: see tcp_window.h.
#include "lab/tcp_window.h"

#include "lab/tcp_clock.h"
#include "lab/tcp_segment.h"

#include <math.h>

#define BETA    0.7  // of the window is left after a loss
#define C       0.4  // segments per cubic second
#define MOST    1024 // segments: what the model has room for
#define REFRESH 7    // ticks that a computation holds for, with the same window

static unsigned larger(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

static unsigned smaller(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static double limited(double value, double least, double most)
{
    return fmin(fmax(value, least), most);
}

void tcp_window_set(struct tcp_window *w, usec now, unsigned size)
{
    w->size = smaller(larger(size, 1), MOST);
    w->filled_at = now;
}

void tcp_window_init(struct tcp_window *w, usec now, uint32_t next)
{
    *w = (struct tcp_window){.size = TCP_WINDOW_INITIAL,
                             .threshold = TCP_NO_THRESHOLD,
                             .epoch = USEC_NEVER,
                             .usage_end = next,
                             .filled_at = now};
}

// ---- CUBIC -------------------------------------------------------------------------------------

static void begin_epoch(struct tcp_window *w, usec now, unsigned acked)
{
    double size = w->size;
    w->epoch = now;
    w->reno_acks = acked;
    w->reno = size;
    w->k = w->max_before > size ? cbrt((w->max_before - size) / C) : 0;
    w->origin = fmax(w->max_before, size);
}

// RFC 9438 4.3: as fast as Reno would grow, where that is faster. Linux counts in 8ths.
static void be_friendly(struct tcp_window *w)
{
    double per_step = floor(w->size * floor(8 * (1 + BETA) / 3 / (1 - BETA)) / 8);
    while (w->reno_acks > per_step) {
        w->reno_acks -= per_step;
        w->reno++;
    }
    if (w->reno > w->size)
        w->per_step = fmin(w->per_step, floor(w->size / (w->reno - w->size)));
}

// RFC 9438 4.2, in whole segments: with a window of a few of them that is what counts.
static void compute(struct tcp_window *w, usec now, unsigned acked)
{
    w->reno_acks += acked;
    if (w->computed_for == w->size && tcp_jiffies(now) - tcp_jiffies(w->computed_at) <= REFRESH)
        return;
    w->computed_for = w->size;
    w->computed_at = now;
    if (w->epoch == USEC_NEVER)
        begin_epoch(w, now, acked);
    double t = (double)(now + w->rtt - w->epoch) / USEC_SECOND - w->k;
    double target = w->origin + trunc(C * t * t * t);
    w->per_step = target > w->size ? floor(w->size / (target - w->size)) : 100.0 * w->size;
    if (!(w->max_before > 0))
        w->per_step = fmin(w->per_step, 20);
    be_friendly(w);
    w->per_step = limited(w->per_step, 2, 1e6);
}

unsigned tcp_window_cut(struct tcp_window *w)
{
    double size = w->size;
    w->epoch = USEC_NEVER;
    w->max_before = size < w->max_before ? floor(size * (1 + BETA) / 2) : size; // RFC 9438 4.7
    return larger((unsigned)(size * BETA), 2);
}

void tcp_window_timeout(struct tcp_window *w)
{
    w->max_before = w->reno = w->reno_acks = w->per_step = 0;
    w->computed_for = 0;
    w->rtt = 0;
    w->epoch = USEC_NEVER;
}

unsigned tcp_window_threshold_now(const struct tcp_window *w)
{
    return larger(w->threshold, (w->size >> 1) + (w->size >> 2));
}

// ---- growth ------------------------------------------------------------------------------------

static bool was_in_the_way(const struct tcp_window *w)
{
    return w->limits || (w->size < w->threshold && w->size < 2 * w->used_max);
}

void tcp_window_measured(struct tcp_window *w, usec now, usec rtt)
{
    if (w->epoch != USEC_NEVER && now - w->epoch < USEC_SECOND)
        return; // what was measured in a recovery is no round trip
    if (!w->rtt || rtt < w->rtt)
        w->rtt = usec_max(1, rtt);
}

void tcp_window_acked(struct tcp_window *w, usec now, unsigned segments)
{
    w->filled_at = now;
    if (!was_in_the_way(w))
        return;
    if (w->size < w->threshold) { // slow start
        unsigned to = smaller(smaller(w->size + segments, w->threshold), MOST);
        segments -= smaller(to - w->size, segments);
        w->size = to;
        if (!segments)
            return;
    }
    compute(w, now, segments);
    unsigned per_step = (unsigned)w->per_step;
    if (w->credit >= per_step) {
        w->credit = 0;
        w->size = smaller(w->size + 1, MOST);
    }
    w->credit += segments;
    w->size = smaller(w->size + w->credit / per_step, MOST);
    w->credit %= per_step;
}

void tcp_window_used(struct tcp_window *w, usec now, unsigned out, bool limits, uint32_t una,
                     uint32_t next)
{
    if (!tcp_before(una, w->usage_end) || limits || (!w->limits && out > w->used_max)) {
        w->limits = limits;
        w->used_max = out;
        w->usage_end = next;
    }
    if (was_in_the_way(w)) {
        w->used = 0;
        w->filled_at = now;
    } else {
        w->used = larger(w->used, out);
    }
}

void tcp_window_unused(struct tcp_window *w, usec now, usec timeout)
{
    if (was_in_the_way(w) || now - w->filled_at < timeout)
        return;
    unsigned used = larger(w->used, TCP_WINDOW_INITIAL);
    if (used < w->size) {
        w->threshold = tcp_window_threshold_now(w);
        w->size = (w->size + used) / 2;
    }
    w->used = 0;
    w->filled_at = now;
}

void tcp_window_idle(struct tcp_window *w, usec now, usec idle, usec timeout)
{
    unsigned least = smaller(TCP_WINDOW_INITIAL, w->size);
    w->threshold = tcp_window_threshold_now(w);
    for (idle -= timeout; idle > 0 && w->size > least; idle -= timeout)
        w->size /= 2;
    w->size = larger(w->size, least);
    w->filled_at = now;
    w->used = 0;
}
