// A sine at -20 dBFS, for tests and for trying a path without a microphone. The phase is counted in
// whole numbers, so the frequency is exact however long the tone lasts.
#ifndef MEDIA_IO_TONE_H
#define MEDIA_IO_TONE_H

#include <stddef.h>
#include <stdint.h>

#define TONE_AMPLITUDE 3276.7 // the peak, of 32767: -20 dBFS

struct tone {
    uint32_t millihertz; // up to 24 000 000
    uint32_t phase;      // 1/48 000 000 of a turn
};

static inline struct tone tone_of(uint32_t millihertz)
{
    return (struct tone){.millihertz = millihertz};
}

// The next `samples` samples, the same in each of the 1 or 2 channels.
void tone_fill(struct tone *t, int16_t *pcm, size_t samples, int channels);

#endif
