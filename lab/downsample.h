// PCM as the programs have it, made into what the scores work on: one channel, 10 kHz, floats.
#ifndef LAB_DOWNSAMPLE_H
#define LAB_DOWNSAMPLE_H

#include <stddef.h>
#include <stdint.h>

#define DOWNSAMPLE_RATE 10000 // Hz, of what comes out

// int16 PCM, interleaved; `samples` is per channel, `rate` in Hz, 8000..192000. The channels are
// averaged, full scale becomes 1, no delay is added; what lies below 4.3 kHz stays. The caller frees
// what is returned, *len = samples * 10000 / rate values (also when they are none). NULL: no memory.
float *downsample(const int16_t *pcm, size_t samples, int channels, int rate, size_t *len);

#endif
