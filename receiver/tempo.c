// Pictures a second: see tempo.h.
#include "receiver/tempo.h"

#define LONGER 8 // frames in a row

void tempo_frame(struct tempo *t, uint32_t first, uint32_t last, uint32_t timestamp, bool whole,
                 uint32_t most)
{
    uint32_t interval = timestamp - t->time;
    bool next = t->any && t->end + 1 == first && interval <= most;
    t->any = whole;
    t->end = last;
    t->time = timestamp;
    if (!next || !interval)
        return;
    t->longer = interval > t->interval ? t->longer + 1 : 0;
    if (!t->learnt || interval < t->interval || t->longer >= LONGER)
        t->interval = interval;
    t->learnt = true;
}
