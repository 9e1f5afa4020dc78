// A sine: see tone.h.
#include "media/io/tone.h"

#include <math.h>

#define TURN 48000000 // millihertz at 48 kHz: one turn of the phase
#define PI   3.14159265358979323846

void tone_fill(struct tone *t, int16_t *pcm, size_t samples, int channels)
{
    for (size_t i = 0; i < samples; i++) {
        double turn = (double)t->phase / TURN;
        int16_t value = (int16_t)lrint(TONE_AMPLITUDE * sin(2 * PI * turn));
        for (int channel = 0; channel < channels; channel++)
            *pcm++ = value;
        t->phase = (t->phase + t->millihertz) % TURN;
    }
}
