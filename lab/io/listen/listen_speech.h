// The sentences of a listening test, built in: short, everyday ones, spoken by the voices of the
// built-in speech. Four words of each are key words, the ones that are scored, as in the sentence tests of
// audiology (Bench, Kowal and Bamford, The BKB sentence lists, Br. J. Audiol. 13, 1979): the small words
// between them can be guessed.
#ifndef LAB_IO_LISTEN_SPEECH_H
#define LAB_IO_LISTEN_SPEECH_H

#include "lab/io/page/report_text.h"

#include <stddef.h>
#include <stdint.h>

#define LISTEN_SENTENCES 48 // in each language, and one more to try the sound with

struct listen_sentence {
    char *
        text; // UTF-8; an asterisk stands before each key word: "The *baker *opened his *shop *early."
    int16_t *pcm; // one channel, 48 kHz; a little silence at both ends
    size_t samples;
};

struct listen_speech {
    struct listen_sentence trial;
    struct listen_sentence list[LISTEN_SENTENCES];
};

// NULL: no memory, or there is no Opus here to read them with, as `why` says.
struct listen_speech *listen_speech_new(enum report_lang lang, char *why, size_t cap);
void listen_speech_free(struct listen_speech *speech); // NULL is fine

#endif
