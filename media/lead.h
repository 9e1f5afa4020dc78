// How long before their turn packets have to be here: who plays asks for sound ahead of time, in
// blocks (a device that takes 10 ms at a time asks for the last of them 10 ms early).
#ifndef MEDIA_LEAD_H
#define MEDIA_LEAD_H

#include "media/usec.h"

#define LEAD_PACKETS 8  // the latest ones, which it is the most of
#define LEAD_BLOCKS  64 // that the memory of a larger one fades in

struct lead {
    usec asked; // when what is played next was asked for; USEC_NEVER: when it is due
    usec block; // that was asked for at a time lately, at most
    int at;
    usec early[LEAD_PACKETS]; // how long before their turn packets were asked for
};

static inline void lead_init(struct lead *l)
{
    *l = (struct lead){.asked = USEC_NEVER};
}

static inline void lead_pull(struct lead *l, usec at, usec block)
{
    l->asked = at;
    l->block = block > l->block ? block : l->block - (l->block - block) / LEAD_BLOCKS;
}

// A packet is played at the instant `turn`.
static inline void lead_packet(struct lead *l, usec turn)
{
    l->early[l->at++ % LEAD_PACKETS] = turn > l->asked ? turn - l->asked : 0;
}

static inline usec lead_time(const struct lead *l)
{
    usec most = 0;
    for (int i = 0; i < LEAD_PACKETS; i++)
        most = usec_max(most, l->early[i]);
    return most;
}

#endif
