// One speech through one bad network twice at the same time: over TCP, and over UDP. Two calls in
// virtual time (sim.h) that differ in nothing else move on together, 5 ms at a time, one in each
// ear; meanwhile the network may be turned, for both alike.
#ifndef LAB_DUEL_H
#define LAB_DUEL_H

#include "lab/heard.h"
#include "lab/sim.h"
#include "lab/strip.h"

#include <stdbool.h>
#include <stdint.h>

enum duel_side { DUEL_TCP, DUEL_UDP, DUEL_SIDES };

#define DUEL_STEP SIM_PERIOD // samples

struct duel_onlooker { // zero: nobody looks on; else both
    void (*decided)(void *ctx, enum duel_side side, const struct sim_decision *decision);
    // A packet of the stream; those that were sent again are not.
    void (*came)(void *ctx, enum duel_side side, usec at, const void *data, size_t len);
    void *ctx;
};

struct duel_config {
    struct sim_config sim; // one channel; transport, source, tape and observer are
                           // not looked at
    const struct feed_source *source[DUEL_SIDES]; // that say the same
    bool keep;                                    // what is heard, for duel_heard
    struct duel_onlooker onlooker;
};

struct duel;

struct duel *duel_new(const struct duel_config *config); // NULL: as sim_new
void duel_free(struct duel *d);                          // NULL is fine

// The next DUEL_STEP samples for the left and the right ear, interleaved. TCP is on the left. False:
// both calls are over, and nothing was written.
bool duel_step(struct duel *d, int16_t *pcm);
usec duel_now(const struct duel *d); // virtual time

// Another network from the next step on; traces outlive the duel.
void duel_set(struct duel *d, const struct impair_spec *forward, const struct impair_spec *back);
// The ears change sides.
void duel_swap(struct duel *d);
bool duel_is_swapped(const struct duel *d); // TCP is on the right
// The call of a side goes on unseen and unheard: its ear is silent and its strip stands still; or no
// longer.
void duel_freeze(struct duel *d, enum duel_side side);
bool duel_is_frozen(const struct duel *d, enum duel_side side);

const struct strip *duel_strip(const struct duel *d, enum duel_side side);
// All that came out of the call of a side, heard or not.
const struct heard *duel_heard(const struct duel *d, enum duel_side side);
struct sim_figures duel_figures(struct duel *d, enum duel_side side);
struct strip_figures duel_strip_figures(const struct duel *d, enum duel_side side); // never frozen
bool duel_is_whole(const struct duel *d); // see sim_is_whole

#endif
