// A phone without a handset in a room: its microphone hears who speaks there, the loudspeaker, and
// some noise; what it sends went through the canceller that ships (media/echo.h). Both devices keep
// sound for a while, and what they say of it is not quite true.
#ifndef LAB_SPEAKERPHONE_H
#define LAB_SPEAKERPHONE_H

#include "lab/room.h"
#include "media/echo.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct speakerphone {
    struct echo_config echo;
    const struct room *room;
    double louder;  // dB: the echo at the microphone, compared with what is played
    double noise;   // rms of the room's
    size_t delay;   // samples between playing and hearing, in both devices
    int error;      // of that delay as it is told, samples
    size_t waver;   // and up to so many more or less from frame to frame
    size_t dry_at;  // sample at which the loudspeaker has nothing to play, and nobody knows,
    size_t dry_for; // for so many
    uint64_t seed;
};

// Mono, 48 kHz, each of `samples`, a multiple of ECHO_FRAME. far: what is played; near: what is said
// in the room. Writes what the microphone heard, and what was made of it. False: no memory.
bool speakerphone_run(const struct speakerphone *phone, const int16_t *far, const int16_t *near,
                      size_t samples, int16_t *heard, int16_t *sent);

// Echo return loss enhancement, dB: how much softer `sent` is than `heard`. Over samples in which
// nobody speaks near.
double speakerphone_erle(const int16_t *heard, const int16_t *sent, size_t samples);

#endif
