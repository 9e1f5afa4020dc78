// A room between a loudspeaker and a microphone: the echo that the canceller (media/echo.h) is
// measured on. A box whose six walls reflect alike, by the image-source method: J. B. Allen, D. A.
// Berkley, "Image method for efficiently simulating small-room acoustics", JASA 65 (1979).
#ifndef LAB_ROOM_H
#define LAB_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROOM_RATE 48000 // Hz

struct room {
    double size[3];       // m
    double speaker[3];    // m from one corner
    double microphone[3]; // likewise
    double rt60;          // s, for the reflections to fall by 60 dB
};

// An office, with a laptop on a desk in it.
extern const struct room room_office;

// The impulse response, `samples` long, from the instant the loudspeaker gives a click; its energy
// is 1: an echo as loud as what is played.
void room_response(const struct room *room, float *response, size_t samples);

// What the microphone hears of `pcm`, as long as that. False: no memory.
bool room_echo(const struct room *room, const int16_t *pcm, size_t samples, float *echo);

#endif
