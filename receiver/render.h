// From what is to be played (playout.h) to samples: decodes, takes the copy in the next packet,
// conceals, and makes frames longer or shorter (stretch.h). Samples wait here until they are taken.
#ifndef RECEIVER_RENDER_H
#define RECEIVER_RENDER_H

#include "media/playout.h"
#include "media/voice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum render_conceal {
    RENDER_PLC,     // the codec's concealment; over a long gap noise like the background
    RENDER_REPEAT,  // the last frame again, fading
    RENDER_SILENCE, // nothing
};

struct render_stats {
    uint64_t invalid;           // packets that libopus refused; they were concealed
    uint64_t inserted, removed; // samples, by stretching: to wait longer, or less
};

struct render;

// channels: 1 or 2, of all samples here. NULL: no memory.
struct render *render_new(enum voice_codec codec, int channels, enum render_conceal conceal);
void render_free(struct render *r); // NULL is fine
// Another way to conceal, from now on. NULL is fine.
void render_conceal(struct render *r, enum render_conceal conceal);
// Another source begins: the decoder forgets. Samples that wait stay.
void render_reset(struct render *r);

// Makes the samples of a frame of kind PLAYOUT_PACKET, PLAYOUT_FEC or PLAYOUT_CONCEAL. None may be
// waiting.
void render_frame(struct render *r, const struct playout_frame *frame);

size_t render_waiting(const struct render *r); // samples
// Takes at most `samples`, interleaved; returns how many.
size_t render_take(struct render *r, int16_t *pcm, size_t samples);

struct render_stats render_stats(const struct render *r);

#endif
