// How much later than it was said each part of a call was heard: kept from the receiver's decisions,
// so as to find in what was heard (heard.h) what was said at some place of the source.
#ifndef LAB_LAGS_H
#define LAB_LAGS_H

#include "lab/sim.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lags {
    usec *delays; // in force for each frame of the source; 0: nothing of it was played
    size_t frames;
    usec frame;
    bool known; // one is
    usec first;
};

// For a source of so many samples in frames of so many. False: no memory.
bool lags_init(struct lags *l, size_t samples, int frame_samples);
void lags_free(struct lags *l);

void lags_note(struct lags *l, const struct sim_decision *decision);

// In samples, of what stands at this sample of the source; where nothing of it was played, as before.
int64_t lags_at(const struct lags *l, size_t sample);

#endif
