// The pairs of clean and heard speech in tests/data/stoi, with what the reference implementation of
// STOI and ESTOI (pystoi) says about each; and ways to delay and stretch a signal.
#ifndef TESTS_PAIRS_H
#define TESTS_PAIRS_H

#include <stddef.h>
#include <stdint.h>

#define PAIRS_RATE 16000 // Hz

struct pair {
    char name[32];
    double stoi, estoi; // as values.csv has them
    int16_t *said, *heard;
    size_t said_samples, heard_samples;
};

// The row `index` of values.csv, with its two files. The test fails where one cannot be read.
// Returns 0 behind the last row, and then there is nothing to free.
int pair_read(int index, struct pair *pair);
// The one of that name; there must be one.
struct pair pair_named(const char *name);
void pair_free(struct pair *pair);

// The same at 48 kHz. The caller frees 3 * samples.
int16_t *pairs_48k(const int16_t *pcm, size_t samples);

// Sample t of the original becomes sample lag + (1 + drift) * t of `out`, by a windowed sinc; silence
// where there is no original.
void pairs_move(const float *x, size_t n, double lag, double drift, float *out, size_t count);
void pairs_move_pcm(const int16_t *x, size_t n, double lag, double drift, int16_t *out,
                    size_t count);

#endif
