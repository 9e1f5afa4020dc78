// How pictures go: see motion.h.
#include "window/motion.h"

void motion_second(struct motion *m, usec now, const struct screen_stats *stats)
{
    double seconds = (double)(now - m->at) / USEC_SECOND;
    bool goes_on = m->at && stats->shown >= m->shown && seconds > 0;
    *m = (struct motion){
        .rate = goes_on ? (double)(stats->shown - m->shown) / seconds : 0,
        .frozen = stats->frozen,
        .freezes = stats->freezes,
        .sync = usec_to_ms(stats->sync_last),
        .synced = stats->sync_count > 0,
        .at = now,
        .shown = stats->shown,
    };
}
