// What is heard where nobody speaks: how loud it is and roughly what it sounds like, and noise like it
// for where nothing came for so long that no guess is worth hearing. Dead silence sounds like the end
// of the call.
//
// The background is the quietest frame of the last seconds, if that is far quieter than the loudest, or
// sounds like noise itself: a tone, or music without a pause, has none. Its noise is white noise through two
// poles (linear prediction, J. Makhoul, "Linear prediction: a tutorial review", Proc. IEEE 1975).
#ifndef MEDIA_BACKGROUND_H
#define MEDIA_BACKGROUND_H

#include "media/random.h"

#include <stdbool.h>
#include <stdint.h>

struct background_frame {
    float power;    // mean square of every fourth sample, which is enough to compare
    float a1, a2;   // a sample is a1 times the one before, a2 times the one before that,
    float surprise; // and something new of this mean square
};

struct background {                         // zero: nothing was heard, its noise is silence
    struct background_frame window, before; // the quietest of each
    float loudest, loudest_before;          // mean square of a frame, likewise
    int samples;                            // of this window
    bool ended;                             // one has
    float last, second;                     // of the noise
    struct random random;
};

// A frame that was received, interleaved, 1 or 2 channels; of two, what they have in common.
void background_hear(struct background *b, const int16_t *pcm, int samples, int channels);

// The next sample of the noise.
float background_noise(struct background *b);

#endif
