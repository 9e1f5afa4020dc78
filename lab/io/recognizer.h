// Which word was that? A listener that knows a short list of single words, hears one of them, and
// says which. With libpocketsphinx (Debian: libpocketsphinx-dev) and its English model (Debian:
// pocketsphinx-en-us); built without the library, recognizer_new says so and gives nothing.
//
// It always answers from what it was given alone: no adaptation to the voice or to the channel is
// carried from one word to the next, so the order of the words does not matter. The same samples
// give the same answer every time.
#ifndef LAB_IO_RECOGNIZER_H
#define LAB_IO_RECOGNIZER_H

#include <stddef.h>
#include <stdint.h>

#define RECOGNIZER_RATE 48000 // Hz, of the PCM it hears
#define RECOGNIZER_TEXT 512   // octets: no message is longer

struct recognizer;

// Knows `words`: lower case, each once; they need not outlive the call. Takes about 0.1 s and 8 MB.
// Each thread needs one of its own.
//
// NULL, and `why` is a whole sentence: built without pocketsphinx; its model is not installed; a
// word that the model's dictionary lacks (which one); no words; no memory.
struct recognizer *recognizer_new(const char *const *words, size_t count, char *why, size_t cap);
void recognizer_free(struct recognizer *r); // NULL is fine

// The index of the word that `samples` of mono PCM at 48 kHz hold, with a little silence or noise
// around it; -1: none was recognised (or less than 50 ms was given). There is no "something else"
// among the answers: noise may be taken for a word, as often as chance has it.
int recognizer_hear(struct recognizer *r, const int16_t *pcm, size_t samples);

#endif
