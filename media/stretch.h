// Sound a little longer or shorter, at the same pitch: one or a few periods of the voice are played
// twice, or left out, where what comes then is like what would have come (WSOLA: W. Verhelst,
// M. Roelands, "An overlap-add technique based on waveform similarity (WSOLA) for high quality
// time-scale modification of speech", ICASSP 1993). Near silence any length will do.
#ifndef MEDIA_STRETCH_H
#define MEDIA_STRETCH_H

#include <stdint.h>

#define STRETCH_PAST 960 // samples before the frame that are looked at, at most
#define STRETCH_MOST 960 // samples that a frame grows by, at most

// Changes `samples` of `pcm` (48 kHz, interleaved, 1 or 2 channels), in place, by up to `shift`
// samples: longer (> 0) or shorter (< 0). `pcm` has room for STRETCH_MOST more. `past`: the
// STRETCH_PAST samples that were played just before it.
//
// `alike`, 0..1, is how like each other the two places have to be (their correlation): 0.9 for what
// can wait for a better place, 0 for what has to happen now. Returns the new length: never beyond
// what was asked for; `samples` where there is no such place in this frame.
int stretch(const int16_t *past, int16_t *pcm, int samples, int channels, int shift, float alike);

#endif
