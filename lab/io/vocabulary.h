// Which words there are, and recordings of them: those that are built in (words/make-words made
// them), or those of a folder.
#ifndef LAB_IO_VOCABULARY_H
#define LAB_IO_VOCABULARY_H

#include "lab/words.h"

#include <stddef.h>

#define VOCABULARY_TEXT 512 // octets: no message is longer

struct vocabulary {
    char **words; // lower case, each once, in alphabetical order
    size_t word_count;
    struct words_clip *clips; // `word` is an index into words; PCM and voices live as long as this
    size_t clip_count;
};

// The clips of `folder`, or with NULL the built-in ones: the spelling alphabet of radio and the
// digits, 36 words by six voices.
//
// A recording is named by its word: what stands before the first '_', '-' or '.' of its name
// (alpha.wav, alpha_2.flac, seven-mary.wav); what stands between that and the ending becomes the
// voice's name. Any format of media/io/audio.h will do; two channels are mixed; names that begin
// with a dot, and folders, are left out. Clips come in the order of their names.
//
// NULL, and `why` is a whole sentence: no such folder; none in it; a file that is no sound, or has
// none, or is longer than 10 s; no memory. Whether the recogniser knows the words,
// recognizer_new(words, word_count, ...) says.
struct vocabulary *vocabulary_new(const char *folder, char *why, size_t cap);
void vocabulary_free(struct vocabulary *v); // NULL is fine

#endif
