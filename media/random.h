// A small seeded generator (splitmix64: Steele, Lea, Flood 2014) that lives inside the object that
// draws, so that a run repeats from its seed. Not for secrets.
#ifndef MEDIA_RANDOM_H
#define MEDIA_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state; // the seed, at first; any value will do
};

static inline uint64_t random_u64(struct random *r)
{
    uint64_t z = (r->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

// Evenly spread over 0 <= x < 1, in steps of 2^-53.
static inline double random_unit(struct random *r)
{
    return (double)(random_u64(r) >> 11) * 0x1p-53;
}

#endif
