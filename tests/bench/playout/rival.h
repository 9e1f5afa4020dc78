// Any jitter buffer that is not ours, played from a trace in virtual time: packets go in when they
// arrive, sound is taken period by period.
#ifndef PLAYOUT_RIVAL_H
#define PLAYOUT_RIVAL_H

#include "media/usec.h"
#include "tests/bench/playout/call.h"
#include "tests/bench/playout/output.h"

#include <stddef.h>
#include <stdint.h>

#define RIVAL_PERIOD_MOST 960 // samples

struct rival {
    int period; // samples
    // `begin`, when the first period is due, comes in as the first packet's arrival.
    void *(*open)(const struct call *call, usec *begin);
    void (*put)(void *self, usec now, size_t packet);
    // The next period. `at`, `out` and `samples` of `piece` are there, the rest is to be filled in.
    void (*get)(void *self, usec now, int16_t *pcm, struct piece *piece);
    void (*close)(void *self);
};

extern const struct rival rival_neteq;    // WebRTC's
extern const struct rival rival_speexdsp; // its JitterBuffer, with libopus' concealment
extern const struct rival rival_fixed;    // the one delay that would have been best

void rival_play(const struct rival *rival, const struct call *call, struct output *output);

#endif
