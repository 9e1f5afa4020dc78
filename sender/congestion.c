// Rate given back to a full path: see congestion.h.
#include "sender/congestion.h"

#define WINDOW    (30 * USEC_SECOND)
#define QUEUE     (40 * USEC_MS) // of a round trip above its least: a queue, and no jitter
#define SHORT     (20 * USEC_MS) // a queue that is none any more
#define GIVE_BACK 0.85f          // of what is used is left, at each report over a queue with losses
#define TAKE_MORE 0.05f          // of the rate, at each report without a queue
#define LEAST     0.25f

void congestion_report(struct congestion *c, usec now, usec round_trip, bool losses)
{
    if (round_trip == USEC_NEVER)
        return;
    if (!c->started || now >= c->window_end) {
        c->least_before = c->started ? c->least : round_trip;
        c->least = round_trip;
        c->window_end = now + WINDOW;
    }
    c->least = usec_min(c->least, round_trip);
    if (!c->started)
        c->latest[0] = c->latest[1] = c->latest[2] = round_trip;
    c->started = true;
    c->latest[c->taken++ % 3] = round_trip;
    if (congestion_is_full(c) && losses)
        c->given_back = 1 - GIVE_BACK * (1 - c->given_back);
    else if (congestion_queue(c) < SHORT)
        c->given_back -= TAKE_MORE;
    if (c->given_back < 0)
        c->given_back = 0;
    if (c->given_back > 1 - LEAST)
        c->given_back = 1 - LEAST;
}

usec congestion_queue(const struct congestion *c)
{
    usec now = usec_min(c->latest[0], usec_min(c->latest[1], c->latest[2]));
    return now - usec_min(c->least, c->least_before);
}

bool congestion_is_full(const struct congestion *c)
{
    return congestion_queue(c) >= QUEUE;
}

double congestion_share(const struct congestion *c)
{
    return 1 - (double)c->given_back;
}
