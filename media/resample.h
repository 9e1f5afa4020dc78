// Sound a few samples longer or shorter, its pitch with it: for what is too little to hear, such as
// two clocks that do not run alike. One sample in 960 is less than two hundredths of a semitone.
#ifndef MEDIA_RESAMPLE_H
#define MEDIA_RESAMPLE_H

#include <stdint.h>

#define RESAMPLE_MOST 16 // samples that `pcm` grows by, at most

// Makes `samples` (2..5760, interleaved, 1 or 2 channels) of `pcm`, in place, longer (`more` > 0) or
// shorter by so many samples. The first and the last stay what they are, so that frames go on
// joining where one is changed and the next is not. Returns the new length; `samples` where `more` is
// beyond RESAMPLE_MOST, or would leave less than half.
int resample(int16_t *pcm, int samples, int channels, int more);

#endif
