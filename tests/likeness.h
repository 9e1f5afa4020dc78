// How much one recording is like another: the lag at which they fit best, and how well they fit
// there.
#ifndef TESTS_LIKENESS_H
#define TESTS_LIKENESS_H

#include <stdint.h>

struct likeness {
    int64_t lag;        // samples at 48 kHz that `heard` is behind `said`
    double correlation; // of the waveforms at that lag, -1..1
    double local;    // the same with each tenth of a second at its own lag, up to 10 ms from that
                     // one: forgives a delay that moves
    double spectral; // mean correlation of short-time band levels, -1..1: forgives phase, not
                     // missing speech
    int64_t said_samples, heard_samples;
};

// Reads two audio files (any that audio.h reads; "speech" and "speech:pt" are the built-in clips)
// as mono. Lags of up to `lag_max` samples either way are tried. False: `why` says what is wrong.
int likeness_of_files(const char *said, const char *heard, int64_t lag_max, struct likeness *result,
                      char *why, int cap);

#endif
