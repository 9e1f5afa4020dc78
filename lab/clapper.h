// How far sound and picture are apart, from the test picture alone (media/pattern.h): between the instant at
// which its flash is first seen and that at which its beep is first heard, as with the clapperboard of a film.
// It knows nothing of time stamps or reports.
//
// Only what both came counts: a flash whose first picture was never seen, or cannot be read, and a beep whose
// packet was never played say how much was lost, not how far apart the two are. Nor does the very first: what
// begins is shown as soon as it is there.
#ifndef LAB_CLAPPER_H
#define LAB_CLAPPER_H

#include "media/picture.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clap {
    usec at;
    int64_t second; // of the pattern; of a beep: 0
};

struct clap_list {
    struct clap *list;
    size_t count, room;
};

struct clapper { // zero: nothing yet
    struct clap_list flashes, beeps;
    int64_t samples; // heard so far
    int64_t quiet;   // of those, since the last loud one
    bool no_memory;  // some are missing
};

struct clapper_figures {
    size_t seconds;   // flashes that were sent, but for the first
    size_t met;       // of those, seen and heard, both from their beginnings
    usec mean, worst; // how much later the flash was seen than the beep was heard; < 0: earlier.
                      // worst: the one farthest from 0
    usec p95;         // what 95 % of them are no farther apart than
};

void clapper_free(struct clapper *c);
// A picture is seen from `at` on; interval: between two that were sent.
void clapper_seen(struct clapper *c, usec at, usec interval, const struct picture *picture);
// What is heard next, from instant 0 on.
void clapper_heard(struct clapper *c, const int16_t *pcm, size_t samples, int channels);

// fates: of each frame of the sound, as enum sim_fate (sim.h), `frame` long each.
struct clapper_figures clapper_figures(struct clapper *c, const char *fates, usec frame);

#endif
