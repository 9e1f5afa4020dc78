// How loudness moves, and the lines along which two signals move alike: see envelope.h.
#include "lab/envelope.h"

#include "lab/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <kiss_fftr.h>

#define ENVELOPE_BANDS 8
#define WINDOW         160   // samples, and points of the FFT: bins of 62.5 Hz
#define FLOOR          0.01f // of a band's mean power: what lies below is silence
#define SMOOTH         100   // frames either side of which the mean is taken out
#define BLOCK          200   // frames: 1.6 s
#define STEP           100   // frames from one block to the next, or more:
#define BLOCKS_MAX     24
#define STEEPEST       0.06 // samples per sample
#define NEAR           4    // frames around a line in which a block's own peak is looked for

// Bins of each band: up to the next one's. 125 Hz to 4.25 kHz.
static const int edge[ENVELOPE_BANDS + 1] = {2, 5, 8, 12, 17, 24, 34, 48, 68};

static void make_powers(struct envelope *e, const float *x, kiss_fftr_cfg fft)
{
    float window[WINDOW], frame[WINDOW];
    kiss_fft_cpx bins[WINDOW / 2 + 1];
    for (int i = 0; i < WINDOW; i++)
        window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * (i + 0.5) / WINDOW));
    for (size_t t = 0; t < e->frames; t++) {
        for (size_t i = 0; i < WINDOW; i++)
            frame[i] = window[i] * x[t * ENVELOPE_HOP + i];
        kiss_fftr(fft, frame, bins);
        for (int k = 0; k < ENVELOPE_BANDS; k++) {
            float power = 0;
            for (int b = edge[k]; b < edge[k + 1]; b++)
                power += bins[b].r * bins[b].r + bins[b].i * bins[b].i;
            e->levels[t * ENVELOPE_BANDS + (size_t)k] = power;
        }
    }
}

static void take_logarithms(struct envelope *e)
{
    for (size_t k = 0; k < ENVELOPE_BANDS; k++) {
        double sum = 0;
        for (size_t t = 0; t < e->frames; t++)
            sum += e->levels[t * ENVELOPE_BANDS + k];
        float least = (float)(sum / (double)e->frames) * FLOOR;
        for (size_t t = 0; t < e->frames; t++) {
            float *level = &e->levels[t * ENVELOPE_BANDS + k];
            *level = least > 0 ? logf(*level + least) : 0;
        }
    }
}

// Takes the mean of the surrounding 1.6 s out of one band.
static bool center(struct envelope *e, size_t k)
{
    double *sum = calloc(e->frames + 1, sizeof *sum); // of all frames before
    if (sum == NULL)
        return false;
    for (size_t t = 0; t < e->frames; t++)
        sum[t + 1] = sum[t] + e->levels[t * ENVELOPE_BANDS + k];
    for (size_t t = 0; t < e->frames; t++) {
        size_t from = t > SMOOTH ? t - SMOOTH : 0;
        size_t to = t + SMOOTH + 1 < e->frames ? t + SMOOTH + 1 : e->frames;
        e->levels[t * ENVELOPE_BANDS + k] -= (float)((sum[to] - sum[from]) / (double)(to - from));
    }
    free(sum);
    return true;
}

bool envelope_make(struct envelope *e, const float *x, size_t n)
{
    e->frames = n < WINDOW ? 0 : (n - WINDOW) / ENVELOPE_HOP + 1;
    e->levels = calloc(e->frames * ENVELOPE_BANDS + 1, sizeof *e->levels);
    kiss_fftr_cfg fft = kiss_fftr_alloc(WINDOW, 0, NULL, NULL);
    bool ok = e->levels != NULL && fft != NULL;
    if (ok) {
        make_powers(e, x, fft);
        take_logarithms(e);
    }
    for (size_t k = 0; ok && k < ENVELOPE_BANDS; k++)
        ok = center(e, k);
    kiss_fftr_free(fft);
    if (!ok)
        envelope_free(e);
    return ok;
}

void envelope_free(struct envelope *e)
{
    free(e->levels);
    *e = (struct envelope){0};
}

// ---- the vote ----------------------------------------------------------------------------------

struct vote {
    int blocks, length; // frames of a block
    int first[BLOCKS_MAX];
    int reach;    // frames that a block is shifted at most, either way
    float *curve; // of each block, 2 * reach + 1 correlations, none below 0
};

static double at(const struct vote *v, int block, int shift)
{
    return shift < -v->reach || shift > v->reach
               ? 0
               : v->curve[(size_t)block * (size_t)(2 * v->reach + 1) + (size_t)(shift + v->reach)];
}

static double middle(const struct vote *v, int block) // frames
{
    return v->first[block] + v->length / 2.0;
}

static float dot(const float *x, const float *y, size_t frames)
{
    float lane[ENVELOPE_BANDS] = {0}, sum = 0;
    for (size_t t = 0; t < frames; t++)
        for (size_t k = 0; k < ENVELOPE_BANDS; k++)
            lane[k] += x[t * ENVELOPE_BANDS + k] * y[t * ENVELOPE_BANDS + k];
    for (size_t k = 0; k < ENVELOPE_BANDS; k++)
        sum += lane[k];
    return sum;
}

// Correlates one block with every part of what was heard that is in reach. `energy` is the sum of
// squares of all heard frames before each.
static void correlate(struct vote *v, int block, const struct envelope *said,
                      const struct envelope *heard, const double *energy)
{
    float *curve = v->curve + (size_t)block * (size_t)(2 * v->reach + 1);
    const float *x = said->levels + (size_t)v->first[block] * ENVELOPE_BANDS;
    const int frames = (int)heard->frames;
    double xx = dot(x, x, (size_t)v->length);
    for (int shift = -v->reach; shift <= v->reach; shift++) {
        int from = v->first[block] + shift, to = from + v->length, skip = from < 0 ? -from : 0;
        from += skip;
        to = to < frames ? to : frames;
        if (to <= from)
            continue;
        double yy = energy[to] - energy[from];
        double xy = dot(x + skip * ENVELOPE_BANDS, heard->levels + from * ENVELOPE_BANDS,
                        (size_t)(to - from));
        // hardly anything there: it must not look good by being divided by little
        if (xy > 0 && xx > 0)
            curve[shift + v->reach] = (float)(xy / sqrt(xx * fmax(yy, 0.1 * xx)));
    }
}

static bool make_vote(struct vote *v, const struct envelope *said, const struct envelope *heard)
{
    const int frames = (int)said->frames;
    v->length = frames < BLOCK ? frames : BLOCK;
    v->blocks = (frames - v->length) / STEP + 1;
    v->blocks = v->blocks < BLOCKS_MAX ? v->blocks : BLOCKS_MAX;
    for (int b = 0; b < v->blocks; b++)
        v->first[b] =
            v->blocks == 1 ? 0 : (int)((int64_t)(frames - v->length) * b / (v->blocks - 1));
    v->curve = calloc((size_t)v->blocks * (size_t)(2 * v->reach + 1), sizeof *v->curve);
    double *energy = calloc(heard->frames + 1, sizeof *energy);
    bool ok = v->curve != NULL && energy != NULL;
    for (size_t t = 0; ok && t < heard->frames; t++) {
        const float *y = heard->levels + t * ENVELOPE_BANDS;
        energy[t + 1] = energy[t] + dot(y, y, 1);
    }
    for (int b = 0; ok && b < v->blocks; b++)
        correlate(v, b, said, heard, energy);
    free(energy);
    return ok;
}

// The best line that gains `gain` frames from the first to the last.
static struct envelope_line best_of_slope(const struct vote *v, double frames, int lag, int gain)
{
    struct envelope_line best = {.drift = gain / frames};
    int rise[BLOCKS_MAX];
    for (int b = 0; b < v->blocks; b++)
        rise[b] = (int)lrint(gain * middle(v, b) / frames);
    for (int start = -lag; start <= lag; start++) {
        double sum = 0;
        for (int b = 0; b < v->blocks; b++)
            sum += at(v, b, start + rise[b]);
        if (sum > best.fit * v->blocks) {
            best.lag = start;
            best.fit = sum / v->blocks;
        }
    }
    return best;
}

// Least squares through the peaks near the line, for what the grid is too coarse for.
static void refine(const struct vote *v, struct envelope_line *line)
{
    struct fit fit = {0};
    for (int b = 0; b < v->blocks; b++) {
        double t = middle(v, b), on = line->lag + line->drift * t;
        int peak = (int)lrint(on);
        for (int shift = (int)lrint(on) - NEAR; shift <= (int)lrint(on) + NEAR; shift++)
            peak = at(v, b, shift) > at(v, b, peak) ? shift : peak;
        double before = at(v, b, peak - 1), top = at(v, b, peak), after = at(v, b, peak + 1);
        double bend = before - 2 * top + after;
        if (bend >= 0 || before > top || after > top)
            continue;
        fit_add(&fit, t, peak + 0.5 * (before - after) / bend - on, top);
    }
    if (!fit_has_slope(&fit))
        return;
    double slope = fit_slope(&fit);
    line->drift += slope;
    line->lag += fit_start(&fit, slope);
}

bool envelope_match(const struct envelope *said, const struct envelope *heard, double lag,
                    double gain, struct envelope_line *flat, struct envelope_line *best)
{
    const double frames = (double)said->frames;
    const int lags = (int)(lag / ENVELOPE_HOP);
    const int gains = (int)fmin(gain / ENVELOPE_HOP, STEEPEST * frames);
    struct vote v = {.reach = lags + gains + 1};
    *flat = *best = (struct envelope_line){0};
    if (said->frames == 0 || heard->frames == 0)
        return true;
    bool ok = make_vote(&v, said, heard);
    if (ok) {
        struct envelope_line sloped = *flat = best_of_slope(&v, frames, lags, 0);
        for (int g = 2; g <= gains; g += 2)
            for (int sign = -1; sign <= 1; sign += 2) {
                struct envelope_line line = best_of_slope(&v, frames, lags, sign * g);
                if (line.fit > sloped.fit)
                    sloped = line;
            }
        *best = sloped;
        refine(&v, best);
        flat->lag *= ENVELOPE_HOP;
        best->lag *= ENVELOPE_HOP;
    }
    free(v.curve);
    return ok;
}
