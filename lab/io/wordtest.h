// A listening test: single words are said through a call, and a recogniser at its other end says
// which it heard. The share that it gets right is what the losses left to understand.
//
// The words are said once, one after the other in one long sound: what is said is the same for every
// condition, so it is encoded once for each setting (tape.h), and judged for each network.
#ifndef LAB_IO_WORDTEST_H
#define LAB_IO_WORDTEST_H

#include "lab/io/recognizer.h"
#include "lab/proportion.h"
#include "lab/sim.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORDTEST_TEXT 512 // octets of a `why`

struct wordtest; // what is said; nothing in it changes any more: threads may share it

// The recordings of `folder`, or the built-in words where that is NULL (vocabulary.h). NULL: `why`
// says why.
struct wordtest *wordtest_new(const char *folder, int channels, char *why, size_t cap);
void wordtest_free(struct wordtest *test); // NULL is fine

// What to send: interleaved PCM.
const int16_t *wordtest_pcm(const struct wordtest *test, size_t *samples);

// A recogniser for these words; one for each thread. NULL: `why` says why.
struct recognizer *wordtest_recognizer(const struct wordtest *test, char *why, size_t cap);

struct wordtest_result {
    size_t words; // that were said
    size_t right; // of them
    struct proportion understood;
};

// Runs `config` (whose observer is not looked at) over what wordtest_pcm said, and judges. With
// `wrong`, an array of {"said", "heard" (null: nothing), "voice", "at_s" (when it was said)} is put
// there, the caller's. False: no memory.
bool wordtest_run(const struct wordtest *test, struct recognizer *recognizer,
                  const struct sim_config *config, struct wordtest_result *result, json_t **wrong);

#endif
