// What a sender can send, behind one interface: an audio file, standard input, the built-in speech,
// a tone, a microphone. PCM is int16, 48 kHz, interleaved; a sample is one instant of all channels.
#ifndef MEDIA_IO_INPUT_H
#define MEDIA_IO_INPUT_H

#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUT_TEXT 512 // octets of a `why`

struct input;

struct input_config {
    // FILE, "-" (WAV on standard input), "speech" or "speech:LANGUAGE", "tone" or "tone:HZ", "pattern", "mic"
    // or "mic:DEVICE". A file that is called like one of these: ./speech
    const char *source;
    int channels;              // wanted: 1 or 2
    void (*wakeup)(void *ctx); // a microphone has samples; called from another thread
    void *ctx;
};

// Is it one of those? False: `why` says what is wrong with it. Whether a file or a microphone is
// there shows only when it is opened.
bool input_check(const char *source, char *why, size_t cap);
// "tone", "tone:HZ", "pattern": no speech, and without an end.
bool input_is_tone(const char *source);

struct input *input_open(const struct input_config *config, char *why,
                         size_t cap); // NULL: see `why`
void input_close(struct input *in);   // NULL is fine

// Does it set the pace (a microphone)? Others give their samples when asked.
bool input_is_live(const struct input *in);
// Can input_read take this many without waiting? Always, where it is not live, and at the end of
// what is.
bool input_ready(struct input *in, usec now, size_t samples);
// Fewer than asked for only at the end, 0 after it.
size_t input_read(struct input *in, usec now, int16_t *pcm, size_t samples);
// How long ago what is read next was in the room, in samples; 0 where it is no microphone.
size_t input_delay(struct input *in, usec now);
// Back to the beginning. False where there is no way back (a microphone has no beginning: true).
bool input_rewind(struct input *in);
// When to call again although nothing woke us; USEC_NEVER: not at all.
usec input_next(const struct input *in);

const char *input_name(const struct input *in);    // for people
const char *input_warning(const struct input *in); // NULL: none
// Tells what became of a microphone: a sentence, once; NULL: nothing new.
const char *input_news(struct input *in, usec now);

#endif
