// What was heard in a call, kept whole for the scores: where a sim (sim.h) puts its sound.
#ifndef LAB_HEARD_H
#define LAB_HEARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard {    // zero: nothing yet
    int16_t *pcm; // interleaved
    size_t samples;
    size_t room; // samples
    int channels;
    bool no_memory; // what came after `samples` was dropped
};

void heard_free(struct heard *heard);
// The `sound` of a sim_observer, whose ctx is a struct heard.
void heard_add(void *heard, const int16_t *pcm, size_t samples, int channels);

#endif
