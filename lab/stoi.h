// How much of heard speech can be understood, from the clean and the heard signal: STOI and ESTOI.
//
// STOI:  C. H. Taal, R. C. Hendriks, R. Heusdens, J. Jensen, "An Algorithm for Intelligibility
//        Prediction of Time-Frequency Weighted Noisy Speech", IEEE Trans. Audio, Speech, Lang.
//        Process. 19(7), 2011, section II.
// ESTOI: J. Jensen, C. H. Taal, "An Algorithm for Predicting the Intelligibility of Speech Masked
//        by Modulated Noise Maskers", IEEE/ACM Trans. Audio, Speech, Lang. Process. 24(11), 2016,
//        section II.
//
// Both cut the clean signal's silence out of both signals, take the levels in 15 third-octave bands
// every 12.8 ms, and correlate the two over 384 ms: STOI band by band, ESTOI the whole pattern.
// 1: the same; around 0: nothing in common. Both expect the signals to be aligned (lab/align) and at
// 10 kHz (lab/downsample).
#ifndef LAB_STOI_H
#define LAB_STOI_H

#include <stddef.h>

#define STOI_RATE 10000 // Hz, of every signal here

enum stoi_status {
    STOI_OK,
    STOI_SHORT,  // less than 397 ms of the clean signal are left without its silence
    STOI_SILENT, // the clean signal is nothing but zeros
    STOI_NO_MEMORY,
};

const char *stoi_strstatus(enum stoi_status status);

struct stoi_values {
    double stoi;  // -1..1
    double estoi; // -1..1
};

// A clean signal, prepared. Nothing in it changes any more: threads may share it.
struct stoi;

// `clean` is not needed afterwards. NULL: *status says why.
struct stoi *stoi_new(const float *clean, size_t n, enum stoi_status *status);
void stoi_free(struct stoi *s); // NULL is fine

// `heard` stands for the same time as the clean signal did; what it lacks at the end is taken as
// silence, what it has more is left out. Silence is worth 0. STOI_OK or STOI_NO_MEMORY.
enum stoi_status stoi_measure(const struct stoi *s, const float *heard, size_t n,
                              struct stoi_values *values);

#endif
