// A list of spoken words, to ask how many are understood at the other end: the clips one after the
// other in a random order, with silence between, as one long sound to send; and, for each, where
// to listen for it in what was heard.
//
// PCM is int16_t, mono, 48 kHz; all places are in samples.
#ifndef LAB_WORDS_H
#define LAB_WORDS_H

#include <stddef.h>
#include <stdint.h>

#define WORDS_RATE 48000            // Hz
#define WORDS_LEAD (WORDS_RATE)     // silence before the first word: receivers settle meanwhile
#define WORDS_GAP  (WORDS_RATE / 2) // silence after each word, if nothing else is wanted
#define WORDS_PAD  (WORDS_RATE / 5) // words_cut gives so much before and after the word

struct words_clip {
    size_t word;        // which word it is: an index into the caller's vocabulary
    const char *voice;  // who says it: a name for reports
    const int16_t *pcm; // a little silence at both ends does no harm
    size_t samples;     // more than 0
};

struct words_place {
    size_t clip;    // an index into the clips
    size_t start;   // the clip's first sample
    size_t samples; // of the clip
};

struct words {
    int16_t *pcm; // the lead, then each word and its gap
    size_t samples;
    struct words_place *places; // in the order in which they are said
    size_t count;               // of the places: every clip is said once
};

struct words_config {
    const struct words_clip *clips; // not needed any more after words_new
    size_t count;                   // 1 or more
    uint64_t seed;                  // of the order: same seed, same order
    size_t gap;                     // 0: WORDS_GAP
};

// NULL: no memory.
struct words *words_new(const struct words_config *config);
void words_free(struct words *w); // NULL is fine

struct words_span {
    size_t start;   // in what was heard
    size_t samples; // 0: this word lies outside of what was heard
};

// Where to listen for the word at `place` (an index into places) in `heard` samples that stand
// `lag` samples later than they were said (negative: earlier). WORDS_PAD at either side, but never
// past the middle of a gap, so that half a gap of error in `lag` lets no neighbour in.
struct words_span words_cut(const struct words *w, size_t place, int64_t lag, size_t heard);

#endif
