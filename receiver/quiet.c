// Longer and shorter silence: see quiet.h.
#include "receiver/quiet.h"

#include <stdlib.h>
#include <string.h>

#define QUIET 164 // of 32767: -46 dBFS
#define FADE  120 // samples of cross-fade

bool quiet_is(const int16_t *pcm, size_t values)
{
    for (size_t i = 0; i < values; i++)
        if (abs(pcm[i]) > QUIET)
            return false;
    return true;
}

// Writes to `out` a fade from `from` to `to`.
static void cross_fade(int16_t *out, const int16_t *from, const int16_t *to, int channels)
{
    for (int i = 0; i < FADE * channels; i++) {
        int weight = i / channels;
        out[i] = (int16_t)((from[i] * (FADE - weight) + to[i] * weight) / FADE);
    }
}

static int shorten(int16_t *pcm, int samples, int channels, int less)
{
    int most = samples - 2 * FADE;
    if (less > most)
        less = most;
    if (less <= 0)
        return samples;
    cross_fade(pcm, pcm, pcm + less * channels, channels);
    memmove(pcm + FADE * channels, pcm + (FADE + less) * channels,
            (size_t)(samples - less - FADE) * (size_t)channels * sizeof *pcm);
    return samples - less;
}

// The frame's end is played once more: its first part, a fade back by `more` samples, and the rest
// again.
static int lengthen(int16_t *pcm, int samples, int channels, int more)
{
    if (more > samples - FADE)
        more = samples - FADE;
    if (more <= 0)
        return samples;
    int16_t seam[FADE * 2];
    size_t value = (size_t)channels * sizeof *pcm;
    // at samples - FADE the output goes on with what stood `more` samples earlier
    cross_fade(seam, pcm + (samples - FADE) * channels, pcm + (samples - FADE - more) * channels,
               channels);
    memmove(pcm + samples * channels, pcm + (samples - more) * channels, (size_t)more * value);
    memcpy(pcm + (samples - FADE) * channels, seam, FADE * value);
    return samples + more;
}

int quiet_resize(int16_t *pcm, int samples, int channels, int shift)
{
    return shift < 0 ? shorten(pcm, samples, channels, -shift)
                     : lengthen(pcm, samples, channels, shift);
}
