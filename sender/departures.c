// When packets went out: see departures.h.
#include "sender/departures.h"

void departures_add(struct departures *d, usec now, uint16_t seq)
{
    if (d->count && seq != (uint16_t)(d->last + 1))
        d->count = 0;
    d->last = seq;
    d->at[seq % DEPARTURES_KEPT] = now;
    d->count += d->count < DEPARTURES_KEPT;
}

usec departures_trip(const struct departures *d, usec now, uint16_t seq)
{
    uint16_t behind = (uint16_t)(seq + DEPARTURES_ROW);
    int back = (int16_t)(uint16_t)(d->last - behind);
    return back >= 0 && back < d->count ? now - d->at[behind % DEPARTURES_KEPT] : 0;
}
