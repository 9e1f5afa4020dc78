// The built-in speech: one clip for each language, 15 to 20 seconds of mono Ogg Opus, part of the
// program, so that a stream can be tried with no file and no microphone. speech/make-speech made
// them.
#ifndef MEDIA_IO_SPEECH_H
#define MEDIA_IO_SPEECH_H

#include <stdbool.h>
#include <stddef.h>

// The clip of `language` ("en", "pt") as the octets of an Ogg Opus file, for audio_reader_new.
// False: there is none.
bool speech_clip(const char *language, const void **data, size_t *len);

#endif
