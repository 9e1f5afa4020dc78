// What is said in an experiment: an audio file, the built-in speech or a tone (media/io/input.h),
// cut or repeated to a length, and kept for the scores.
#ifndef LAB_IO_SOURCE_H
#define LAB_IO_SOURCE_H

#include "media/usec.h"
#include "sender/feed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source_config {
    const char *name; // as input_config.source, but no microphone
    int channels;     // 1 or 2
    bool loop;        // begin again at the end, until `duration`
    usec duration;    // most; 0: all there is, or 20 s of what has no end
    bool keep;        // what is read, for source_kept
};

struct source;

// For --duration: a `set` function (media/io/cli.h) of a usec.
bool source_duration(void *duration, const char *value, char *why);

// NULL: `why` (INPUT_TEXT octets) says why.
struct source *source_open(const struct source_config *config, char *why, size_t cap);
void source_close(struct source *s); // NULL is fine

// For a sender; valid as long as the source. Samples are read once only.
struct feed_source source_feed(struct source *s);

size_t source_samples(const struct source *s); // read so far
// What was read so far, interleaved; NULL: it was not to be kept.
const int16_t *source_kept(const struct source *s);
// Something that the user should know: the file was cut off, memory ran out. NULL: nothing.
const char *source_warning(const struct source *s);

// All of a source at once, interleaved; a warning is told on stderr. The caller frees it. NULL: `why`
// (INPUT_TEXT octets) says why; no sound at all is one reason.
int16_t *source_load(const struct source_config *config, size_t *samples, char *why, size_t cap);

#endif
