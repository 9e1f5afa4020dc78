// One fixed way to share the rate between the voice, in-band FEC and a copy, and what libopus makes of
// it where all losses are known.
#ifndef PLAYOUT_RECIPE_H
#define PLAYOUT_RECIPE_H

#include "media/impair.h"
#include "tests/bench/bare.h"
#include "tests/bench/playout/judge.h"

#include <stddef.h>

struct recipe {
    const char *name;
    struct bare_voice voice;
    size_t after;     // packets later there is a copy; 0: none
    int copy_bitrate; // bit/s, wideband; 0: the frame itself
};

struct mean {
    double estoi;
    double rate; // kb/s of payload
};

// Over so many seeds of the network, from 1 on.
struct mean recipe_mean(const struct recipe *recipe, const struct said *said,
                        const struct impair_spec *network, size_t seeds);
// The same with the voice at the nominal rate that makes it so many kb/s in all.
struct recipe recipe_filled(const struct recipe *recipe, const struct said *said, double rate);

#endif
