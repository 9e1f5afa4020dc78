// The shapes (copies.h) in which a packet has to be made, so that each listener has its own: a set, and
// a walk through it.
#ifndef SENDER_SHAPES_H
#define SENDER_SHAPES_H

#include "sender/copies.h"

#include <stdbool.h>
#include <string.h>

#define SHAPES_SPACINGS (COPIES_SPACING_MAX + 1)
#define SHAPES          ((COPIES_DEPTH_MAX + 1) * SHAPES_SPACINGS)

struct shapes {
    bool in[SHAPES];
    bool any;    // there is one
    bool copies; // one of them has some
    int at;      // of the walk; SHAPES: it is over
};

static inline bool shapes_same(struct copies_shape a, struct copies_shape b)
{
    return a.depth == b.depth && a.spacing == b.spacing;
}

static inline void shapes_clear(struct shapes *s)
{
    memset(s->in, 0, sizeof s->in);
    s->any = s->copies = false;
}

static inline void shapes_add(struct shapes *s, struct copies_shape shape)
{
    s->in[shape.depth * SHAPES_SPACINGS + shape.spacing] = true;
    s->any = true;
    s->copies |= shape.depth > 0;
}

// The next of the walk, which begins where `at` is 0. False: there are no more.
static inline bool shapes_next(struct shapes *s, struct copies_shape *shape)
{
    while (s->at < SHAPES && !s->in[s->at])
        s->at++;
    if (s->at >= SHAPES)
        return false;
    *shape = (struct copies_shape){(uint8_t)(s->at / SHAPES_SPACINGS),
                                   (uint8_t)(s->at % SHAPES_SPACINGS)};
    s->at++;
    return true;
}

#endif
