// Longer or shorter at the same pitch: see stretch.h.
#include "media/stretch.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PERIOD_LEAST 120 // samples: 2.5 ms, a voice of 400 Hz
#define PERIOD_MOST  720 // 15 ms, 67 Hz
#define FADE         240 // samples of a seam, at most
#define FADE_LEAST   60
#define QUIET        164 // of 32767: -46 dBFS; what stays below may be cut anywhere
#define COARSE       4   // samples that the first search looks at as one

// Two places are compared over the seam's length. Longer steps are worth a little: they are fewer.
#define PREFERENCE 0.05f // of a step as long as was asked for, over none

// One channel, as numbers: the past and the frame.
struct mono {
    float x[STRETCH_PAST + 5760];
};

static void mix(const int16_t *pcm, int samples, int channels, float *out)
{
    for (int i = 0; i < samples; i++)
        out[i] = channels == 2 ? (float)(pcm[2 * i] + pcm[2 * i + 1]) / 2 : (float)pcm[i];
}

static bool is_quiet(const float *x, int samples)
{
    for (int i = 0; i < samples; i++)
        if (fabsf(x[i]) > QUIET)
            return false;
    return true;
}

// -1..1; both places near silence are alike.
static float correlation(const float *a, const float *b, int n)
{
    float ab = 1, aa = 1, bb = 1; // digital silence is like itself
    for (int i = 0; i < n; i++) {
        ab += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
    }
    return ab / sqrtf(aa * bb);
}

struct place {
    int step; // samples from the one place to the other
    float alike;
};

static float worth(const struct place *p, int wanted)
{
    return p->alike + PREFERENCE * (float)p->step / (float)wanted;
}

static void consider(struct place *best, const float *at, const float *other, int step, int fade,
                     int wanted)
{
    struct place p = {step, correlation(at, other, fade)};
    if (!best->step || worth(&p, wanted) > worth(best, wanted))
        *best = p;
}

// The step from `least` to `most`, forward (sign 1) or back (-1) from `at`, that leads to what is
// most like it. First over sums of COARSE samples, then around the best of these.
static struct place search(const float *at, int sign, int least, int most, int fade, int wanted)
{
    float sums[(PERIOD_MOST + 2 * FADE) / COARSE + 2], here[FADE / COARSE + 1];
    struct place rough = {0}, best = {0};
    int coarse_fade = fade / COARSE;
    const float *from = sign > 0 ? at : at - most / COARSE * COARSE;
    int count = most / COARSE + coarse_fade;
    for (int i = 0; i < count; i++) {
        sums[i] = 0;
        for (int k = 0; k < COARSE; k++)
            sums[i] += from[i * COARSE + k];
    }
    for (int i = 0; i < coarse_fade; i++) {
        here[i] = 0;
        for (int k = 0; k < COARSE; k++)
            here[i] += at[i * COARSE + k];
    }
    for (int step = (least + COARSE - 1) / COARSE; step <= most / COARSE; step++) {
        const float *other = sign > 0 ? sums + step : sums + (most / COARSE - step);
        consider(&rough, here, other, step, coarse_fade, wanted / COARSE + 1);
    }
    for (int step = rough.step * COARSE - COARSE + 1; step < rough.step * COARSE + COARSE; step++)
        if (step >= least && step <= most)
            consider(&best, at, at + sign * step, step, fade, wanted);
    return best;
}

// Fades from `from` to `to` into `out`, which may be either.
static void cross_fade(int16_t *out, const int16_t *from, const int16_t *to, int fade, int channels)
{
    for (int i = 0; i < fade * channels; i++) {
        int instant = i / channels;
        float weight = ((float)instant + 0.5f) / (float)fade;
        out[i] = (int16_t)lrintf((float)from[i] * (1 - weight) + (float)to[i] * weight);
    }
}

static int shorten(int16_t *pcm, int samples, int channels, const float *x, int less, float alike)
{
    int fade = samples / 3 < FADE ? samples / 3 : FADE;
    int most = samples - fade < PERIOD_MOST ? samples - fade : PERIOD_MOST;
    struct place place = {.step = less < samples - fade ? less : samples - fade, .alike = 1};
    if (fade < FADE_LEAST)
        return samples;
    if (!is_quiet(x, place.step + fade)) {
        most = most < less ? most : less;
        if (most < PERIOD_LEAST)
            return samples;
        place = search(x, 1, PERIOD_LEAST, most, fade, less);
        if (place.alike < alike)
            return samples;
    }
    int16_t *rest = pcm + place.step * channels;
    cross_fade(pcm, pcm, rest, fade, channels);
    memmove(pcm + fade * channels, rest + fade * channels,
            (size_t)((samples - place.step - fade) * channels) * sizeof *pcm);
    return samples - place.step;
}

// What was played last is played once more, up to where the frame begins.
static int lengthen(const int16_t *past, int16_t *pcm, int samples, int channels, const float *x,
                    int more, float alike)
{
    int fade = samples < FADE ? samples : FADE;
    struct place place = {.step = more < STRETCH_PAST ? more : STRETCH_PAST, .alike = 1};
    if (!is_quiet(x - place.step, place.step + fade)) {
        if (more < PERIOD_LEAST)
            return samples;
        place = search(x, -1, PERIOD_LEAST, more < PERIOD_MOST ? more : PERIOD_MOST, fade, more);
        if (place.alike < alike)
            return samples;
    }
    fade = fade < place.step ? fade : place.step;
    int16_t seam[2 * FADE];
    const int16_t *again = past + (STRETCH_PAST - place.step) * channels;
    cross_fade(seam, pcm, again, fade, channels);
    memmove(pcm + place.step * channels, pcm, (size_t)(samples * channels) * sizeof *pcm);
    memcpy(pcm, seam, (size_t)(fade * channels) * sizeof *pcm);
    memcpy(pcm + fade * channels, again + fade * channels,
           (size_t)((place.step - fade) * channels) * sizeof *pcm);
    return samples + place.step;
}

int stretch(const int16_t *past, int16_t *pcm, int samples, int channels, int shift, float alike)
{
    struct mono m;
    const float *x = m.x + STRETCH_PAST;
    if (!shift || samples < 2 * FADE_LEAST)
        return samples;
    mix(past, STRETCH_PAST, channels, m.x);
    mix(pcm, samples, channels, m.x + STRETCH_PAST);
    return shift < 0 ? shorten(pcm, samples, channels, x, -shift, alike)
                     : lengthen(past, pcm, samples, channels, x, shift, alike);
}
