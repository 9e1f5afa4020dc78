// Making a quiet frame longer or shorter, where nobody hears it: the seam is cross-faded inside
// what is next to silence. (Speech itself is left alone.)
#ifndef RECEIVER_QUIET_H
#define RECEIVER_QUIET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Is every sample of the frame below about -46 dBFS? `values`: samples times channels.
bool quiet_is(const int16_t *pcm, size_t values);

// Makes a frame of `samples` by `shift` samples longer (> 0) or shorter (< 0), or by as many of them
// as it can, in place; there is room for twice the samples. Returns the new length.
int quiet_resize(int16_t *pcm, int samples, int channels, int shift);

#endif
