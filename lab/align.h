// When was what heard: the lag and the drift between clean and heard speech, from the two signals
// alone.
//
// Between the two lie buffers and clocks: a delay; a slope, where one clock runs faster than the
// other; and jumps, where a jitter buffer changed its delay. So there are two answers. The line: one
// lag and one drift for all, what most of the signal agrees on. And for each block of 1.2 s, how far
// it lies off that line.
//
// In two steps. Coarsely, the levels in eight bands every 8 ms are correlated, for every line in
// reach: this survives noise, holes, and any drift. Finely, each block's waveform is correlated with
// what was heard around that line, with the spectra made flat (the phase transform: C. H. Knapp,
// G. C. Carter, "The generalized correlation method for estimation of time delay", IEEE Trans.
// Acoust., Speech, Signal Process. 24(4), 1976): flat spectra have no pitch, so that no lag one
// period off looks right. The line is then the one that most blocks agree on to 0.5 ms; and the path
// of the blocks is the cheapest one where every change of lag costs (Viterbi), so that silent or
// concealed blocks keep their neighbour's.
#ifndef LAB_ALIGN_H
#define LAB_ALIGN_H

#include <stdbool.h>
#include <stddef.h>

#define ALIGN_RATE  10000 // Hz, of every signal here
#define ALIGN_BLOCK 12000 // samples of a block: 1.2 s
#define ALIGN_REACH 3000  // samples a block may lie off the line: 300 ms
#define ALIGN_LAG   1.0   // s, the largest lag either way
#define ALIGN_GAIN  1.0   // s, the most the lag may change over the whole, and at most 6 %

// A clean signal, prepared. Nothing in it changes any more: threads may share it.
struct align;

// `said` is kept, not copied: it must outlive the align. NULL: no memory.
struct align *align_new(const float *said, size_t n);
void align_free(struct align *a); // NULL is fine

// What was said at sample t was heard at sample lag + (1 + drift) * t.
struct align_path {
    double lag;    // samples; less than 0.1 ms is made 0
    double drift;  // samples per sample; less than 0.1 ms over the whole is made 0
    double agreed; // 0..1: share of the blocks with speech that lie within 0.5 ms of the line; 0:
                   // nothing fits, the lag is the coarse step's, or 0 where that found none either
    size_t blocks;
    int *shift; // of each block, samples it was heard later than the line says
};

// Finds the path. False: no memory, and nothing to free.
bool align_find(const struct align *a, const float *heard, size_t n, struct align_path *path);
void align_path_free(struct align_path *path);

// Puts `heard` back onto the time of `said`, both ways: `line` follows the line alone, `local` the
// blocks too, changing from one shift to the next where that fits best. Each has room for as many
// samples as `said` has; what was not heard is silence. False: no memory.
bool align_apply(const struct align *a, const struct align_path *path, const float *heard, size_t n,
                 float *line, float *local);

#endif
