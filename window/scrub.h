// Pause, and the last half minute again: where in the timeline one looks, and what is heard of it.
#ifndef WINDOW_SCRUB_H
#define WINDOW_SCRUB_H

#include "window/timeline.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRUB_SLOWEST 4 // times

struct scrub { // zero: live
    bool paused;
    bool playing;  // from `at` to `until`
    unsigned slow; // times slower than it was: 1, 2 or 4 (0 is 1)
    double at;     // samples of the timeline
    double until;
    int64_t gap; // where the gap begins that was looked at last; 0: none
};

// Freezes the timeline, or lets it go on.
void scrub_pause(struct scrub *s, struct timeline *t, bool paused);
// Pauses, and moves so many samples on (back: < 0) within what is kept. Playing stops.
void scrub_move(struct scrub *s, struct timeline *t, int64_t by);
// Hears a second from here, or stops.
void scrub_play(struct scrub *s, struct timeline *t);
// Pauses at the gap before the one that was looked at last, and plays it slowly with what stands around
// it. False: there is none.
bool scrub_gap(struct scrub *s, struct timeline *t);
// Full, half, quarter speed. Slow sound is deep, like a tape's: nothing of it is left out or made up.
void scrub_slower(struct scrub *s);
// Where the eye looks: behind the last sample that was heard, if live.
int64_t scrub_at(const struct scrub *s, const struct timeline *t);

// While paused, what is about to be heard gives way to silence, or to what is played again.
void scrub_fill(struct scrub *s, const struct timeline *t, int16_t *pcm, size_t samples,
                int channels);

#endif
