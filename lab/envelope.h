// The coarse half of lab/align: how the loudness of a signal moves in eight bands, and the lines of
// lag and drift along which two signals move alike. A line votes with the correlation of blocks of
// 1.6 s along it, as in a Hough transform, so that no peak has to be picked and none can be missed.
#ifndef LAB_ENVELOPE_H
#define LAB_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>

#define ENVELOPE_HOP 80 // samples at 10 kHz from one frame to the next: 8 ms

struct envelope {
    size_t frames;
    float *levels; // ENVELOPE_BANDS (in envelope.c) to a frame: logarithmic, around zero
};

// False: no memory, and nothing to free.
bool envelope_make(struct envelope *e, const float *x, size_t n);
void envelope_free(struct envelope *e);

// Said at sample t, heard at sample lag + (1 + drift) * t.
struct envelope_line {
    double lag;   // samples
    double drift; // samples per sample
    double fit;   // mean correlation along the line, 0..1; unrelated signals stay below 0.3
};

// The best line without drift, and the best of all. Lags at the start of up to `lag` samples either
// way are tried, changes over the whole of up to `gain` samples, but at most 6 %. False: no memory.
bool envelope_match(const struct envelope *said, const struct envelope *heard, double lag,
                    double gain, struct envelope_line *flat, struct envelope_line *best);

#endif
