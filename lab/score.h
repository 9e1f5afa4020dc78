// What was heard, scored against what was said: STOI and ESTOI (lab/stoi) after the alignment that a
// jitter buffer makes necessary (lab/align), once with one lag and drift for all, and once with
// each block of 1.2 s aligned by itself.
#ifndef LAB_SCORE_H
#define LAB_SCORE_H

#include <stddef.h>
#include <stdint.h>

#define SCORE_RATE 48000 // Hz, of all PCM here

enum score_status {
    SCORE_OK,
    SCORE_REFERENCE_SHORT,  // less than about 0.4 s of speech in it
    SCORE_REFERENCE_SILENT, // nothing but zeros
    SCORE_HEARD_EMPTY,      // no sample: every score is 0, and means it
    SCORE_HEARD_SILENT,     // nothing but zeros: the same
    SCORE_NO_MEMORY,
    SCORE_NOT_SPEECH, // for callers that know it: scorer_new cannot tell
};

const char *score_strstatus(enum score_status status);

struct score {
    double stoi, estoi;             // aligned by one lag and one drift; -1..1, 1: as said
    double stoi_local, estoi_local; // each block aligned by itself
    double lag_ms;    // what was heard is behind what was said, at its start; -1000..1000
    double drift_ppm; // heard speech takes so many millionths longer than said; 1 s in all at most
    double agreed;    // 0..1: share of the speech that lies within 0.5 ms of that lag and drift;
                      // where it is 0, they are not known well, or not at all (then 0)
    double shift_min_ms, shift_max_ms; // how far blocks lie off it; -300..300
};

// A reference, prepared. Nothing in it changes any more: threads may share it, and score at the same
// time. Takes about 50 kB per second of speech, and a score 250 kB more while it is made.
struct scorer;

// int16 PCM, interleaved, at 48 kHz; `samples` is per channel. More channels than one are averaged.
// It is not needed afterwards. NULL: *status says why.
struct scorer *scorer_new(const int16_t *pcm, size_t samples, int channels,
                          enum score_status *status);
void scorer_free(struct scorer *s); // NULL is fine

// Scores what was heard, of the same format, any number of times. What is missing at the end counts
// as silence, what is there beyond the reference's end is left out. SCORE_OK or one of the last
// three; *score is all zeros in these.
enum score_status scorer_run(const struct scorer *s, const int16_t *heard, size_t samples,
                             int channels, struct score *score);

// The same where it is known that all of it was heard at least `late` samples later, which may be
// more than the second that is searched.
enum score_status scorer_run_late(const struct scorer *s, const int16_t *heard, size_t samples,
                                  int channels, size_t late, struct score *score);

#endif
