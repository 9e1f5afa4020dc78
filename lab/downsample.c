// speexdsp's resampler does the work. Straight from 48 kHz it would cost more than all the rest of
// a score, since its filter grows with the ratio: so a short filter of our own takes every third
// sample first. That filter has room: it must pass 4.3 kHz and stop only what would fold back
// onto it, from 11.7 kHz on.
#include "lab/downsample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <speex/speex_resampler.h>

// Of speexdsp's resampler, 0..10. The highest bands of narrow-band speech lie 80 dB below the others,
// and what leaks into them counts as much as what belongs there.
#define QUALITY 8
#define CHUNK   1600 // samples resampled at a time
#define THIRD   3
#define HALF    25             // taps either side of the middle one of the filter in front
#define TAPS    (2 * HALF + 1) // a multiple of THIRD
#define SPAN    (TAPS / THIRD)
#define BETA    8.0 // Kaiser window: 80 dB

struct source {
    const int16_t *pcm;
    size_t samples;
    int channels;
};

// `count` samples from `from` on, averaged over the channels; zeros outside.
static void mix(const struct source *s, int64_t from, int count, float *out)
{
    const float scale = 1 / (32768.0f * (float)s->channels);
    for (int i = 0; i < count; i++) {
        int64_t at = from + i;
        int sum = 0;
        for (int c = 0; at >= 0 && (uint64_t)at < s->samples && c < s->channels; c++)
            sum += s->pcm[at * s->channels + c];
        out[i] = (float)sum * scale;
    }
}

static double bessel_i0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; k < 30; k++) {
        term *= x * x / (4.0 * k * k);
        sum += term;
    }
    return sum;
}

// Low pass at 1/6 of the rate (8 of 48 kHz), Kaiser window.
static void make_filter(float *taps)
{
    double gain = 0;
    for (int i = 0; i < TAPS; i++) {
        double t = i - HALF, edge = t / HALF;
        double sinc = i == HALF ? 1.0 / THIRD : sin(M_PI * t / THIRD) / (M_PI * t);
        taps[i] = (float)(sinc * bessel_i0(BETA * sqrt(1 - edge * edge)));
        gain += taps[i];
    }
    for (int i = 0; i < TAPS; i++)
        taps[i] /= (float)gain;
}

// CHUNK samples at a third of the rate from `from` (there) on. The three phases are taken apart, so
// that the loop over the output is one a compiler makes vectors of.
static void mix_third(const struct source *s, int64_t from, const float *taps, float *out)
{
    float in[THIRD * (CHUNK + SPAN)], phase[THIRD][CHUNK + SPAN];
    mix(s, from * THIRD - HALF, THIRD * (CHUNK + SPAN), in);
    for (int i = 0; i < CHUNK + SPAN; i++)
        for (int p = 0; p < THIRD; p++)
            phase[p][i] = in[i * THIRD + p];
    memset(out, 0, CHUNK * sizeof *out);
    for (int k = 0; k < TAPS; k++) {
        const float *x = phase[k % THIRD] + k / THIRD, tap = taps[k];
        for (int i = 0; i < CHUNK; i++)
            out[i] += tap * x[i];
    }
}

// Gives the resampler a chunk. Returns how many samples came out, at most `room`.
static size_t push(SpeexResamplerState *r, const float *in, float *out, size_t room)
{
    spx_uint32_t taken = CHUNK, given = (spx_uint32_t)(room < CHUNK * 2 ? room : CHUNK * 2);
    speex_resampler_process_float(r, 0, in, &taken, out, &given);
    return given;
}

float *downsample(const int16_t *pcm, size_t samples, int channels, int rate, size_t *len)
{
    struct source source = {pcm, samples, channels};
    const int third = rate % THIRD == 0 && rate / THIRD >= 16000;
    const int middle = third ? rate / THIRD : rate; // rate at which speexdsp takes over
    float chunk[CHUNK], taps[TAPS];
    *len = (size_t)((uint64_t)samples * DOWNSAMPLE_RATE / (uint64_t)rate);
    float *out = calloc(*len + 1, sizeof *out);
    SpeexResamplerState *r =
        speex_resampler_init(1, (spx_uint32_t)middle, DOWNSAMPLE_RATE, QUALITY, NULL);
    if (out == NULL || r == NULL) {
        free(out);
        if (r != NULL)
            speex_resampler_destroy(r);
        return NULL;
    }
    speex_resampler_skip_zeros(r);
    make_filter(taps);
    size_t done = 0;
    // goes on into the zeros behind the source until the filters have given back its end
    for (int64_t at = 0; done < *len; at += CHUNK) {
        if (third)
            mix_third(&source, at, taps, chunk);
        else
            mix(&source, at, CHUNK, chunk);
        done += push(r, chunk, out + done, *len - done);
    }
    speex_resampler_destroy(r);
    return out;
}
