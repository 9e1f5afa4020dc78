// What came out of a jitter buffer, piece by piece: what was heard, and what of the recording it was.
#ifndef PLAYOUT_OUTPUT_H
#define PLAYOUT_OUTPUT_H

#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct piece {
    usec at;           // when its first sample is heard; 0 is when the first packet is sent
    size_t out;        // its first sample in `pcm` of the output
    int samples;       // heard
    int64_t media;     // where in the recording it begins, samples
    int media_samples; // how much of that it is: other than `samples` where it was stretched
    bool concealed;    // no packet's sound: it stands in for that of `media`,
    bool held;         // or for nothing: the recording stands still, to wait longer
    int made_up;       // samples of it that are concealment
};

struct output { // zero: nothing yet
    struct piece *pieces;
    size_t count, room;
    int16_t *pcm; // mono, 48 kHz
    size_t samples, pcm_room;
    bool mute; // `pcm` is not kept
};

void output_piece(struct output *o, const struct piece *piece);
void output_sound(struct output *o, const int16_t *pcm, size_t samples);
void output_free(struct output *o);

#endif
