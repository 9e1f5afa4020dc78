// STOI and ESTOI. Where the papers leave room, this does what the reference implementation (pystoi)
// does: which frames count as silent, where the bands end, which frame is the last.
#include "lab/stoi.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <kiss_fftr.h>

#define FRAME   256 // samples: 25.6 ms
#define HOP     128 // samples
#define FFT     512 // points
#define BANDS   15  // third octaves
#define LANES   16  // floats a frame takes: one more, so that compilers use whole vectors
#define LOWEST  150 // Hz, centre of the first band
#define RANGE   40  // dB below the loudest frame: silence
#define SEGMENT 30  // frames: 384 ms
#define CLIP    15 // dB below the speech, the least signal-to-distortion ratio that STOI tells apart

struct stoi {
    size_t n;        // samples of the clean signal
    size_t kept;     // frames of it that are not silent
    uint32_t *frame; // which ones they are: frame[i] begins at sample frame[i] * HOP
    size_t count;    // frames of what is left when they are added up again
    float *levels;   // of those, LANES each
};

const char *stoi_strstatus(enum stoi_status status)
{
    switch (status) {
    case STOI_OK:
        return "ok";
    case STOI_SHORT:
        return "too little speech";
    case STOI_SILENT:
        return "silence";
    case STOI_NO_MEMORY:
        return "out of memory";
    }
    return "unknown";
}

// ---- levels in bands ---------------------------------------------------------------------------

static void make_window(float *window)
{
    for (int i = 0; i < FRAME; i++) // Hann without its two zeros
        window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * (i + 1) / (FRAME + 1)));
}

// Bins of each band: from edge[k] up to, but without, edge[k + 1].
static void make_edges(int *edge)
{
    for (int k = 0; k <= BANDS; k++)
        edge[k] = (int)lround(LOWEST * pow(2, (2 * k - 1) / 6.0) * FFT / STOI_RATE);
}

// Sample `i` of a signal that is silent after its `n` samples.
static float sample(const float *x, size_t n, size_t i)
{
    return i < n ? x[i] : 0;
}

// The frames that count, windowed and added up one behind the other: the signal without silence.
// The caller frees it; (kept - 1) * HOP + FRAME samples.
static float *join(const struct stoi *s, const float *x, size_t n, const float *window)
{
    float *joined = calloc(s->kept * HOP + FRAME, sizeof *joined);
    for (size_t k = 0; joined != NULL && k < s->kept; k++) {
        size_t from = (size_t)s->frame[k] * HOP;
        for (size_t i = 0; i < FRAME; i++)
            joined[k * HOP + i] += window[i] * sample(x, n, from + i);
    }
    return joined;
}

// The levels of the signal without the clean one's silence. The caller frees them; NULL: no memory.
static float *make_levels(const struct stoi *s, const float *x, size_t n)
{
    float window[FRAME], frame[FFT] = {0};
    kiss_fft_cpx bins[FFT / 2 + 1];
    int edge[BANDS + 1];
    make_window(window);
    make_edges(edge);
    kiss_fftr_cfg fft = kiss_fftr_alloc(FFT, 0, NULL, NULL);
    float *joined = join(s, x, n, window);
    float *levels = calloc(s->count * LANES, sizeof *levels);
    if (fft == NULL || joined == NULL || levels == NULL) {
        free(levels);
        levels = NULL;
    }
    for (size_t t = 0; levels != NULL && t < s->count; t++) {
        for (size_t i = 0; i < FRAME; i++)
            frame[i] = window[i] * joined[t * HOP + i];
        kiss_fftr(fft, frame, bins);
        for (int k = 0; k < BANDS; k++) {
            float power = 0;
            for (int b = edge[k]; b < edge[k + 1]; b++)
                power += bins[b].r * bins[b].r + bins[b].i * bins[b].i;
            levels[t * LANES + (size_t)k] = sqrtf(power);
        }
    }
    free(joined);
    kiss_fftr_free(fft);
    return levels;
}

// Which frames of the clean signal are not silent.
static enum stoi_status find_speech(struct stoi *s, const float *clean)
{
    float window[FRAME];
    size_t frames = s->n < FRAME ? 0 : (s->n - FRAME) / HOP + 1;
    double *power = malloc((frames + 1) * sizeof *power), loudest = 0;
    s->frame = malloc((frames + 1) * sizeof *s->frame);
    if (power == NULL || s->frame == NULL) {
        free(power);
        return STOI_NO_MEMORY;
    }
    make_window(window);
    for (size_t t = 0; t < frames; t++) {
        float sum = 0;
        for (size_t i = 0; i < FRAME; i++) {
            float x = window[i] * clean[t * HOP + i];
            sum += x * x;
        }
        power[t] = sum;
        loudest = fmax(loudest, sum);
    }
    for (size_t t = 0; t < frames; t++)
        if (power[t] > loudest * pow(10, -RANGE / 10.0))
            s->frame[s->kept++] = (uint32_t)t;
    free(power);
    if (loudest == 0 && frames > 0)
        return STOI_SILENT;
    s->count = s->kept > 0 ? s->kept - 1 : 0; // the reference leaves the last one out
    return s->count < SEGMENT ? STOI_SHORT : STOI_OK;
}

struct stoi *stoi_new(const float *clean, size_t n, enum stoi_status *status)
{
    struct stoi *s = calloc(1, sizeof *s);
    *status = STOI_NO_MEMORY;
    if (s == NULL)
        return NULL;
    s->n = n;
    *status = find_speech(s, clean);
    if (*status == STOI_OK && (s->levels = make_levels(s, clean, n)) == NULL)
        *status = STOI_NO_MEMORY;
    if (*status == STOI_OK)
        return s;
    stoi_free(s);
    return NULL;
}

void stoi_free(struct stoi *s)
{
    if (s == NULL)
        return;
    free(s->frame);
    free(s->levels);
    free(s);
}

// ---- correlation -------------------------------------------------------------------------------

static float inverse(float x)
{
    return x > 0 ? 1 / x : 0;
}

// Takes the mean out of each band of a segment and brings each to length 1 (all zeros stay zeros).
static void normalise(float x[SEGMENT][LANES])
{
    float mean[LANES] = {0}, length[LANES] = {0};
    for (int t = 0; t < SEGMENT; t++)
        for (int k = 0; k < LANES; k++)
            mean[k] += x[t][k];
    for (int k = 0; k < LANES; k++)
        mean[k] /= SEGMENT;
    for (int t = 0; t < SEGMENT; t++)
        for (int k = 0; k < LANES; k++) {
            x[t][k] -= mean[k];
            length[k] += x[t][k] * x[t][k];
        }
    for (int k = 0; k < LANES; k++)
        length[k] = inverse(sqrtf(length[k]));
    for (int t = 0; t < SEGMENT; t++)
        for (int k = 0; k < LANES; k++)
            x[t][k] *= length[k];
}

// Heard levels brought to the clean ones' energy in each band, and cut off where they lie so far
// above them that it makes no difference (Taal et al. 2011, equation 3).
static void scale_and_clip(float y[SEGMENT][LANES], const float x[SEGMENT][LANES])
{
    const float most = 1 + powf(10, CLIP / 20.0f);
    float xx[LANES] = {0}, yy[LANES] = {0}, gain[LANES];
    for (int t = 0; t < SEGMENT; t++)
        for (int k = 0; k < LANES; k++) {
            xx[k] += x[t][k] * x[t][k];
            yy[k] += y[t][k] * y[t][k];
        }
    for (int k = 0; k < LANES; k++)
        gain[k] = sqrtf(xx[k]) * inverse(sqrtf(yy[k]));
    for (int t = 0; t < SEGMENT; t++)
        for (int k = 0; k < LANES; k++) {
            float scaled = y[t][k] * gain[k], limit = x[t][k] * most;
            y[t][k] = scaled < limit ? scaled : limit;
        }
}

// Sum over the bands of the correlation in each.
static double correlate_bands(float x[SEGMENT][LANES], float y[SEGMENT][LANES])
{
    float xy[LANES] = {0};
    double sum = 0;
    for (int t = 0; t < SEGMENT; t++)
        for (int k = 0; k < LANES; k++)
            xy[k] += x[t][k] * y[t][k];
    for (int k = 0; k < BANDS; k++)
        sum += xy[k];
    return sum;
}

// Sum over the frames of the correlation of the spectra (Jensen & Taal 2016, equations 2 to 6).
static double correlate_spectra(float x[SEGMENT][LANES], float y[SEGMENT][LANES])
{
    double sum = 0;
    for (int t = 0; t < SEGMENT; t++) {
        float mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
        for (int k = 0; k < BANDS; k++) {
            mx += x[t][k];
            my += y[t][k];
        }
        mx /= BANDS;
        my /= BANDS;
        for (int k = 0; k < BANDS; k++) {
            float a = x[t][k] - mx, b = y[t][k] - my;
            xx += a * a;
            yy += b * b;
            xy += a * b;
        }
        sum += xy * inverse(sqrtf(xx) * sqrtf(yy));
    }
    return sum;
}

enum stoi_status stoi_measure(const struct stoi *s, const float *heard, size_t n,
                              struct stoi_values *values)
{
    float *levels = make_levels(s, heard, n < s->n ? n : s->n);
    const size_t segments = s->count - SEGMENT + 1;
    *values = (struct stoi_values){0};
    if (levels == NULL)
        return STOI_NO_MEMORY;
    for (size_t m = 0; m < segments; m++) {
        float x[SEGMENT][LANES], y[SEGMENT][LANES], clipped[SEGMENT][LANES];
        memcpy(x, s->levels + m * LANES, sizeof x);
        memcpy(y, levels + m * LANES, sizeof y);
        memcpy(clipped, y, sizeof y);
        scale_and_clip(clipped, x);
        normalise(x);
        normalise(y);
        normalise(clipped);
        values->stoi += correlate_bands(x, clipped);
        values->estoi += correlate_spectra(x, y);
    }
    values->stoi /= (double)(segments * BANDS);
    values->estoi /= (double)(segments * SEGMENT);
    free(levels);
    return STOI_OK;
}
