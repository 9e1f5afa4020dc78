// How pictures go: see film.h.
#include "window/film.h"

void film_second(struct film *f, usec now, const struct screen_stats *stats)
{
    double seconds = (double)(now - f->at) / USEC_SECOND;
    bool goes_on = f->at && stats->shown >= f->shown && seconds > 0;
    *f = (struct film){
        .rate = goes_on ? (double)(stats->shown - f->shown) / seconds : 0,
        .frozen = stats->frozen,
        .freezes = stats->freezes,
        .sync = usec_to_ms(stats->sync_last),
        .synced = stats->sync_count > 0,
        .at = now,
        .shown = stats->shown,
    };
}
