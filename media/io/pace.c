// The clock of a device without hardware: see pace.h.
#include "media/io/pace.h"

size_t pace_due(struct pace *p, usec now)
{
    if (now < p->start)
        return 0;
    int64_t units = usec_to_units(now - p->start, PACE_RATE);
    int64_t due = units / p->period * p->period + p->lead - p->given;
    if (due > PACE_MOST) {
        p->lost += (uint64_t)(due - p->period);
        p->losses++;
        p->given += due - p->period;
        due = p->period;
    }
    return due > 0 ? (size_t)due : 0;
}

void pace_give(struct pace *p, size_t samples)
{
    p->given += (int64_t)samples;
}

usec pace_next(const struct pace *p)
{
    int64_t units = (p->given - p->lead) / p->period * p->period + p->period;
    usec at = usec_from_units(units, PACE_RATE);
    if (usec_to_units(at, PACE_RATE) < units)
        at++;
    return p->start + at;
}
