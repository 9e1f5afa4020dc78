// Longer or shorter by reading between the samples: see resample.h.
#include "media/resample.h"

#include "media/pcm.h"

#include <stdbool.h>

#define SAMPLES_MOST 5760
#define BEFORE       2 // samples around the place, that a value is made of
#define AFTER        3
#define POINTS       (BEFORE + 1 + AFTER)

// What each of the samples at -2..3 counts for the place `at`, 0..1: the polynomial through them all
// (Lagrange).
static void weigh(float at, float *weights)
{
    float a = at + 2, b = at + 1, c = at, d = at - 1, e = at - 2, f = at - 3;
    float ab = a * b, cd = c * d, ef = e * f;
    weights[0] = -b * cd * ef / 120;
    weights[1] = a * cd * ef / 24;
    weights[2] = -ab * d * ef / 12;
    weights[3] = ab * c * ef / 12;
    weights[4] = -ab * cd * f / 24;
    weights[5] = ab * cd * e / 120;
}

// One channel with its ends drawn out, since the polynomial reaches beyond them: by nearly nothing,
// there.
static void copy_channel(const int16_t *pcm, int samples, int channels, float *x)
{
    for (int i = -BEFORE; i < samples + AFTER; i++) {
        int from = i < 0 ? 0 : i < samples ? i : samples - 1;
        x[i] = (float)pcm[from * channels];
    }
}

static void read_channel(const float *x, int samples, int16_t *pcm, int length, int channels)
{
    for (int i = 0; i < length; i++) {
        int64_t place = (int64_t)i * (samples - 1); // in parts of a sample: length - 1 of them
        int whole = (int)(place / (length - 1)), part = (int)(place % (length - 1));
        const float *from = x + whole - BEFORE;
        float weights[POINTS], sum = 0;
        weigh((float)part / (float)(length - 1), weights);
        for (int k = 0; k < POINTS; k++)
            sum += weights[k] * from[k];
        pcm[i * channels] = pcm_sample(sum);
    }
}

int resample(int16_t *pcm, int samples, int channels, int more)
{
    float x[BEFORE + SAMPLES_MOST + AFTER];
    int length = samples + more;
    bool possible = samples >= 2 && samples <= SAMPLES_MOST && more <= RESAMPLE_MOST &&
                    length >= 2 && length >= samples / 2;
    if (!more || !possible)
        return samples;
    for (int c = 0; c < channels; c++) {
        copy_channel(pcm + c, samples, channels, x + BEFORE);
        read_channel(x + BEFORE, samples, pcm + c, length, channels);
    }
    return length;
}
