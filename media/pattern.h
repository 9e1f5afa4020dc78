// The moving test picture: colour bars, rings that grow, a bar that sweeps; a clock and the number
// of the frame, for people; the number once more as black and white blocks, for programs; and a
// field that flashes at every whole second, when the sound beeps. Who sees the flash and hears the
// beep knows how far the two are apart. All of it follows from number and time, to the octet.
//
// Any size can be drawn; from PATTERN_WIDTH_LEAST x PATTERN_HEIGHT_LEAST on it can be read.
#ifndef MEDIA_PATTERN_H
#define MEDIA_PATTERN_H

#include "media/picture.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATTERN_WIDTH_LEAST  160 // pixels
#define PATTERN_HEIGHT_LEAST 90
#define PATTERN_FLASH        (100 * USEC_MS) // how long: a frame of 10 a second, two of 25
#define PATTERN_BEEP         (40 * USEC_MS)

// The picture of `time` (0 or later; the clock shows it modulo 100 hours), its number as given.
void pattern_draw(const struct picture *p, uint32_t number, usec time);

// Does the picture of `time` flash?
bool pattern_flashes(usec time);

// The number in the blocks. False: it cannot be read, or its check (16 bits) does not agree with
// it: a damaged picture, or another one.
bool pattern_read(const struct picture *p, uint32_t *number);

// Is the field white? Of a picture that is no pattern it says something, too.
bool pattern_is_flash(const struct picture *p);

// The sound to it: at every whole second a beep of 1 kHz, between them a hum of 100 Hz that is
// hardly heard, so that nothing takes it for silence. PCM as in media/voice.h, from sample `first`
// (0 or later) on.
void pattern_sound(int16_t *pcm, size_t samples, int channels, int64_t first);

// The first sample of a beep, within a few samples, after a codec within 1 ms; `samples`: none. A
// beep that goes on from before begins at 0.
size_t pattern_find_beep(const int16_t *pcm, size_t samples, int channels);

#endif
