// How late pictures come: see lateness.h.
#include "receiver/lateness.h"

#define STEP       (10 * USEC_MS) // for a picture that came late
#define SHARE      0.02           // of the pictures may be late
#define USUAL_STEP (5 * USEC_MS)
#define USUAL_MOST USEC_SECOND

// What none of the last ones needed is waited for no longer: the steps down are small, and after a bad time would
// take a minute.
static void forget(struct lateness *l, usec needed)
{
    l->most = usec_max(l->most, needed);
    if (++l->block < LATENESS_BLOCK)
        return;
    l->wait = usec_min(l->wait, usec_max(0, usec_max(l->most, l->most_before)));
    l->most_before = l->most;
    l->most = 0;
    l->block = 0;
}

// Up by much for one that came late, down by little for one that did not, so that the two are even where so
// few are late: a stochastic estimate of a quantile.
void lateness_picture(struct lateness *l, const struct lipsync *sync, uint32_t timestamp, usec came)
{
    usec due = sync ? lipsync_due(sync, timestamp) : USEC_NEVER;
    if (due == USEC_NEVER)
        return;
    usec needed = came - due + sync->wait;
    l->usual += needed > l->usual ? USUAL_STEP : -USUAL_STEP;
    l->usual = usec_max(0, usec_min(l->usual, USUAL_MOST));
    if (needed > LATENESS_MOST) // no wait would have helped
        return;
    l->wait += needed > l->wait ? STEP : -(usec)(STEP * SHARE);
    l->wait = usec_max(0, usec_min(l->wait, LATENESS_MOST));
    forget(l, needed);
}

bool lateness_is_odd(const struct lateness *l, const struct lipsync *sync, uint32_t timestamp,
                     usec now)
{
    usec due = sync ? lipsync_due(sync, timestamp) : USEC_NEVER;
    return due != USEC_NEVER && now - due > LATENESS_STEP && sync->wait + LATENESS_STEP > l->usual;
}

usec lateness_wait(const struct lateness *l, usec interval)
{
    return usec_min(usec_max(l->wait, usec_min(interval, LATENESS_LEAST)), LATENESS_MOST);
}
