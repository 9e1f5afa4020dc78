// When was what heard, block by block: see align.h.
#include "lab/align.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <kiss_fftr.h>

#include "lab/envelope.h"
#include "lab/fit.h"

#define LAGS         (2 * ALIGN_REACH + 1)
#define FFT          (ALIGN_BLOCK + 2 * ALIGN_REACH) // a block meets all it may be shifted to, no wrap
#define BAND_LOW     180 // bins of 0.56 Hz: 100 Hz to 4.6 kHz, where speech is
#define BAND_HIGH    8280
#define FADE         400   // samples at both ends of a block
#define FAINT        0.03f // of the mean magnitude: bins below count less
#define QUIET        1e-5  // of the loudest block's energy: no speech in it
#define STRONG       0.08  // unrelated signals reach half of this
#define AGREE        5.0   // samples off the line and still on it: 0.5 ms
#define STEEPEST     0.003 // samples per sample that the coarse step may have been wrong
#define SMEARED      3e-4  // drift that blurs a block: unbend, and look again
#define STRONG_DRIFT 5e-3
#define NUDGE        1000 // samples that the coarse step may have been wrong where it was
#define LOOKS        3    // times at most
#define BETTER       1.1  // times what agrees without drift, or there is none
#define PAIRS        64   // blocks that lines are drawn between
#define SWITCH       0.12 // correlation that a change of shift has to bring
#define APART        10   // samples between two peaks of a block
#define LAG_ZERO     1.0  // samples; codecs alone shift some frequencies by half of it
#define GAIN_ZERO    1.0  // samples over the whole
#define MOST         0.8  // share of the blocks that leaves no doubt
#define BELIEVED     0.2  // sum of strengths that is no accident
#define COARSE       0.35 // fit from which the coarse step is believed alone
#define HALF         16   // samples either side that make one in between
#define TAPS         (2 * HALF)
#define PHASES       256
#define LANES        8

struct align {
    const float *said;
    size_t n;
    size_t blocks;
    struct envelope envelope;
    size_t spoken;  // of them with speech
    double loudest; // energy of the loudest block
};

struct line {
    double lag, drift;
};

// ---- unbending ---------------------------------------------------------------------------------

static void make_taps(float taps[PHASES + 1][TAPS])
{
    for (int p = 0; p <= PHASES; p++)
        for (int i = 0; i < TAPS; i++) {
            double t = i - (HALF - 1) - (double)p / PHASES, w = 2 * M_PI * t / TAPS;
            double window = 0.42 + 0.5 * cos(w) + 0.08 * cos(2 * w); // Blackman
            taps[p][i] = (float)(t == 0 ? 1 : sin(M_PI * t) / (M_PI * t) * window);
        }
}

static float sample(const float *x, size_t n, int64_t i)
{
    return i >= 0 && (uint64_t)i < n ? x[i] : 0;
}

static float interpolate(const float *x, size_t n, int64_t from, const float *taps)
{
    float lane[LANES] = {0}, sum = 0, edge[TAPS];
    if (from < 0 || (uint64_t)from + TAPS > n) {
        for (int i = 0; i < TAPS; i++)
            edge[i] = sample(x, n, from + i);
        x = edge;
    } else {
        x += from;
    }
    for (int i = 0; i < TAPS; i += LANES)
        for (int k = 0; k < LANES; k++)
            lane[k] += x[i + k] * taps[i + k];
    for (int k = 0; k < LANES; k++)
        sum += lane[k];
    return sum;
}

// What was heard when samples -ALIGN_REACH to n + ALIGN_REACH of what was said ought to be. The
// caller frees it; NULL: no memory.
static float *unbend(const struct align *a, const float *heard, size_t n, struct line line)
{
    const int64_t count = (int64_t)a->n + 2 * ALIGN_REACH;
    float *out = malloc((size_t)count * sizeof *out);
    float(*taps)[TAPS] = malloc((PHASES + 1) * sizeof *taps);
    const bool whole = line.drift == 0 && line.lag == floor(line.lag);
    if (out != NULL && taps != NULL && whole) {
        for (int64_t i = 0; i < count; i++)
            out[i] = sample(heard, n, i - ALIGN_REACH + (int64_t)line.lag);
    } else if (out != NULL && taps != NULL) {
        make_taps(taps);
        for (int64_t i = 0; i < count; i++) {
            double u = line.lag + (1 + line.drift) * (double)(i - ALIGN_REACH), at = floor(u);
            int64_t from = (int64_t)at - (HALF - 1);
            out[i] = interpolate(heard, n, from, taps[(int)((u - at) * PHASES + 0.5)]);
        }
    } else {
        free(out);
        out = NULL;
    }
    free(taps);
    return out;
}

// ---- a look at every block -----------------------------------------------------------------------

// What each block shows when the heard signal is unbent along a line.
struct look {
    struct line line;
    float *curve;                      // of each block, LAGS correlations
    double *lag;                       // of its peak, samples off the line
    double *strength;                  // of its peak, 0..1; 0: no speech, or nothing heard
    double lag_off, drift_off, agreed; // what most agree on, off the line; see align_path
    double score;                      // how much agrees
};

static int64_t block_start(const struct align *a, size_t b)
{
    int64_t start = (int64_t)b * ALIGN_BLOCK, last = (int64_t)a->n - ALIGN_BLOCK;
    return start < last ? start : last > 0 ? last : 0;
}

static double block_middle(const struct align *a, size_t b)
{
    double length = a->n < ALIGN_BLOCK ? (double)a->n : ALIGN_BLOCK;
    return (double)block_start(a, b) + length / 2;
}

// A block of what was said, faded at both ends, and zeros behind it. Returns its energy.
static double cut_block(const struct align *a, size_t b, float *out)
{
    const int64_t start = block_start(a, b);
    double energy = 0;
    memset(out, 0, FFT * sizeof *out);
    for (int i = 0; i < ALIGN_BLOCK; i++) {
        int end = i < ALIGN_BLOCK - 1 - i ? i : ALIGN_BLOCK - 1 - i;
        float x = sample(a->said, a->n, start + i);
        out[i] = end < FADE ? x * ((float)end + 0.5f) / FADE : x;
        energy += (double)(out[i] * out[i]);
    }
    return energy;
}

// The phase transform: X*Y with (nearly) all magnitudes made one. In place of `x`. Returns the sum
// of magnitudes that are left, which is the correlation of equal signals.
static double flatten(kiss_fft_cpx *x, const kiss_fft_cpx *y)
{
    double sum = 0, left = 0;
    for (int i = 0; i <= FFT / 2; i++) {
        kiss_fft_cpx c = {x[i].r * y[i].r + x[i].i * y[i].i, x[i].r * y[i].i - x[i].i * y[i].r};
        x[i] = i >= BAND_LOW && i <= BAND_HIGH ? c : (kiss_fft_cpx){0, 0};
        sum += sqrtf(x[i].r * x[i].r + x[i].i * x[i].i);
    }
    const float faint = FAINT * (float)(sum / (BAND_HIGH - BAND_LOW + 1));
    for (int i = BAND_LOW; sum > 0 && i <= BAND_HIGH; i++) {
        float magnitude = sqrtf(x[i].r * x[i].r + x[i].i * x[i].i);
        float scale = 1 / (magnitude + faint);
        x[i].r *= scale;
        x[i].i *= scale;
        left += magnitude * scale;
    }
    return 2 * left;
}

// Where a curve has its peak (samples off the middle), to fractions by a parabola.
static double peak_of(const float *curve, double *strength)
{
    int top = 0;
    for (int i = 1; i < LAGS; i++)
        top = curve[i] > curve[top] ? i : top;
    *strength = curve[top] > 0 ? curve[top] : 0;
    if (top == 0 || top == LAGS - 1)
        return top - ALIGN_REACH;
    double bend = curve[top - 1] - 2 * curve[top] + curve[top + 1];
    return top - ALIGN_REACH + (bend < 0 ? 0.5 * (curve[top - 1] - curve[top + 1]) / bend : 0);
}

static bool correlate_blocks(const struct align *a, const float *unbent, struct look *look)
{
    float *time = malloc(FFT * sizeof *time);
    kiss_fft_cpx *x = malloc((FFT / 2 + 1) * sizeof *x), *y = malloc((FFT / 2 + 1) * sizeof *y);
    kiss_fftr_cfg forth = kiss_fftr_alloc(FFT, 0, NULL, NULL);
    kiss_fftr_cfg back = kiss_fftr_alloc(FFT, 1, NULL, NULL);
    const bool ok = time != NULL && x != NULL && y != NULL && forth != NULL && back != NULL;
    for (size_t b = 0; ok && b < a->blocks; b++) {
        float *curve = look->curve + b * LAGS;
        if (cut_block(a, b, time) <= QUIET * a->loudest)
            continue; // the curve stays zero
        kiss_fftr(forth, time, x);
        for (int i = 0; i < FFT; i++) // a signal shorter than a block ends early
            time[i] = sample(unbent, a->n + 2 * ALIGN_REACH, block_start(a, b) + i);
        kiss_fftr(forth, time, y);
        double all = flatten(x, y);
        if (all <= 0)
            continue;
        kiss_fftri(back, x, time);
        for (int i = 0; i < LAGS; i++)
            curve[i] = (float)(time[i] / all);
        look->lag[b] = peak_of(curve, &look->strength[b]);
    }
    free(time);
    free(x);
    free(y);
    kiss_fftr_free(forth);
    kiss_fftr_free(back);
    return ok;
}

static double score_line(const struct align *a, const struct look *look, struct line line)
{
    double score = 0;
    for (size_t b = 0; b < a->blocks; b++) {
        double off = (look->lag[b] - line.lag - line.drift * block_middle(a, b)) / AGREE;
        if (look->strength[b] >= STRONG && fabs(off) < 1)
            score += look->strength[b] * (1 - off * off);
    }
    return score;
}

// The line that most blocks agree on, among those through one block (without drift) or two.
static struct line consensus(const struct align *a, struct look *look)
{
    struct line flat = {0, 0}, sloped = {0, 0};
    double flat_score = 0, sloped_score = 0;
    const size_t step = a->blocks / PAIRS + 1;
    for (size_t i = 0; i < a->blocks; i += step) {
        struct line line = {look->lag[i], 0};
        double score = look->strength[i] >= STRONG ? score_line(a, look, line) : 0;
        if (score > flat_score) {
            flat = line;
            flat_score = score;
        }
        for (size_t j = i + step; j < a->blocks; j += step) {
            double apart = block_middle(a, j) - block_middle(a, i);
            line.drift = (look->lag[j] - look->lag[i]) / apart;
            line.lag = look->lag[i] - line.drift * block_middle(a, i);
            if (look->strength[i] < STRONG || look->strength[j] < STRONG ||
                fabs(line.drift) > STEEPEST)
                continue;
            score = score_line(a, look, line);
            if (score > sloped_score) {
                sloped = line;
                sloped_score = score;
            }
        }
    }
    bool bent = a->blocks > 2 && sloped_score > BETTER * flat_score;
    look->score = bent ? sloped_score : flat_score;
    return bent ? sloped : flat;
}

// Draws the line that most agree on through all that do, by least squares.
static void agree(const struct align *a, struct look *look)
{
    struct line line = consensus(a, look);
    struct fit fit = {0};
    double on_line = 0;
    for (size_t b = 0; b < a->blocks; b++) {
        double t = block_middle(a, b), s = look->strength[b];
        double r = look->lag[b] - line.lag - line.drift * t;
        if (s < STRONG || fabs(r) >= AGREE)
            continue;
        on_line++;
        fit_add(&fit, t, r, s);
    }
    double slope = a->blocks > 2 && fit_has_slope(&fit) ? fit_slope(&fit) : 0;
    if (line.drift == 0 && fabs(slope) * (double)a->n < GAIN_ZERO)
        slope = 0;
    look->drift_off = line.drift + slope;
    look->lag_off = line.lag + fit_start(&fit, slope);
    look->agreed = fit.weight >= BELIEVED ? on_line / (double)a->spoken : 0;
}

static void look_free(struct look *look)
{
    free(look->curve);
    free(look->lag);
    free(look->strength);
    *look = (struct look){0};
}

// False: no memory, and nothing to free.
static bool look_along(const struct align *a, const float *heard, size_t n, struct line line,
                       struct look *look)
{
    *look = (struct look){.line = line};
    look->curve = calloc(a->blocks * LAGS + 1, sizeof *look->curve);
    look->lag = calloc(a->blocks + 1, sizeof *look->lag);
    look->strength = calloc(a->blocks + 1, sizeof *look->strength);
    float *unbent = unbend(a, heard, n, line);
    bool ok = look->curve != NULL && look->lag != NULL && look->strength != NULL && unbent != NULL;
    ok = ok && correlate_blocks(a, unbent, look);
    free(unbent);
    if (ok)
        agree(a, look);
    else
        look_free(look);
    return ok;
}

// The look's line as its blocks correct it.
static struct line corrected(const struct look *look)
{
    return (struct line){look->line.lag + (1 + look->line.drift) * look->lag_off,
                         (1 + look->line.drift) * (1 + look->drift_off) - 1};
}

// Looks again along the corrected line, while that still unblurs the blocks. False: no memory, and
// the look is freed.
static bool look_again(const struct align *a, const float *heard, size_t n, struct look *look)
{
    bool ok = true;
    for (int i = 1; ok && i < LOOKS && fabs(look->drift_off) > SMEARED; i++) {
        struct line line = corrected(look);
        look_free(look);
        ok = look_along(a, heard, n, line, look);
    }
    return ok;
}

// The line drawn again by the coarse step, once the heard signal is unbent along it: a strong drift
// blurs even the levels. False: no memory.
static bool draw_again(const struct align *a, const float *heard, size_t n, struct line *line)
{
    struct envelope envelope;
    struct envelope_line flat, best = {0};
    float *unbent = unbend(a, heard, n, *line);
    bool ok = unbent != NULL && envelope_make(&envelope, unbent + ALIGN_REACH, a->n);
    free(unbent);
    if (ok) {
        ok = envelope_match(&a->envelope, &envelope, NUDGE, NUDGE, &flat, &best);
        envelope_free(&envelope);
    }
    line->lag += (1 + line->drift) * best.lag;
    line->drift += (1 + line->drift) * best.drift;
    return ok;
}

// A look without drift; or where too little agrees on that, the better of it and one with the drift
// that the coarse step saw. False: no memory, and nothing to free.
static bool look_both(const struct align *a, const float *heard, size_t n,
                      const struct envelope_line *flat, const struct envelope_line *best,
                      struct look *look)
{
    struct look other = {0};
    bool ok = look_along(a, heard, n, (struct line){flat->lag, 0}, look);
    if (ok && best->drift != 0 && look->agreed < MOST) {
        struct line line = {best->lag, best->drift};
        ok = (fabs(line.drift) < STRONG_DRIFT || draw_again(a, heard, n, &line)) &&
             look_along(a, heard, n, line, &other);
        if (!ok || other.score > BETTER * look->score) {
            look_free(look);
            *look = other;
        } else {
            look_free(&other);
        }
    }
    return ok && look_again(a, heard, n, look);
}

// ---- the path of the blocks ------------------------------------------------------------------------

static double correlation(const struct align *a, const struct look *look, size_t b, int shift)
{
    double off = look->lag_off + look->drift_off * block_middle(a, b);
    int64_t at = ALIGN_REACH + shift + (int64_t)lrint(off);
    float best = 0; // a fraction of a sample lies on two
    for (int64_t i = at - 1; i <= at + 1; i++)
        if (i >= 0 && i < LAGS && look->curve[b * LAGS + (size_t)i] > best)
            best = look->curve[b * LAGS + (size_t)i];
    return best;
}

// Every shift that some block has a peak at, once, 0 first. Returns how many.
static size_t gather_shifts(const struct align *a, const struct look *look, int *shifts)
{
    bool seen[LAGS] = {false};
    size_t count = 0;
    shifts[count++] = 0;
    seen[ALIGN_REACH] = true;
    for (size_t b = 0; b < a->blocks; b++) {
        double off = look->lag_off + look->drift_off * block_middle(a, b), second = STRONG;
        int first = (int)lrint(look->lag[b]), other = first;
        if (look->strength[b] < STRONG)
            continue;
        for (int i = 0; i < LAGS; i++) // a delay that changed within the block gives two peaks
            if (look->curve[b * LAGS + (size_t)i] > second &&
                abs(i - ALIGN_REACH - first) > APART) {
                second = look->curve[b * LAGS + (size_t)i];
                other = i - ALIGN_REACH;
            }
        const int peaks[] = {first, other};
        for (int k = 0; k < 2; k++) {
            int64_t shift = (int64_t)lrint(peaks[k] - off);
            if (shift >= -ALIGN_REACH && shift <= ALIGN_REACH && !seen[shift + ALIGN_REACH]) {
                seen[shift + ALIGN_REACH] = true;
                shifts[count++] = (int)shift;
            }
        }
    }
    return count;
}

// The shifts whose correlations add up to most, each change costing SWITCH.
static bool find_shifts(const struct align *a, const struct look *look, int *path)
{
    int *shifts = malloc(LAGS * sizeof *shifts);
    const size_t count = shifts == NULL ? 1 : gather_shifts(a, look, shifts);
    double *sum = calloc(count, sizeof *sum); // best path up to here that ends in each
    bool *came = calloc(a->blocks * count + 1, sizeof *came); // by a change, from the best one
    size_t *best = calloc(a->blocks + 1, sizeof *best);       // before each block
    const bool ok = shifts != NULL && sum != NULL && came != NULL && best != NULL;
    for (size_t b = 0; ok && b < a->blocks; b++) {
        const double changed = sum[best[b]] - SWITCH; // before the first block: from 0
        for (size_t k = 0; k < count; k++) {
            bool change = b == 0 ? k != 0 : changed > sum[k];
            came[b * count + k] = change;
            sum[k] = (change ? changed : sum[k]) + correlation(a, look, b, shifts[k]);
        }
        for (size_t k = 1; k < count; k++)
            best[b + 1] = sum[k] > sum[best[b + 1]] ? k : best[b + 1];
    }
    size_t k = ok ? best[a->blocks] : 0;
    for (size_t b = a->blocks; ok && b-- > 0;) {
        path[b] = shifts[k];
        k = came[b * count + k] ? best[b] : k;
    }
    free(shifts);
    free(sum);
    free(came);
    free(best);
    return ok;
}

// ---- outside ---------------------------------------------------------------------------------------

struct align *align_new(const float *said, size_t n)
{
    struct align *a = calloc(1, sizeof *a);
    float *block = malloc(FFT * sizeof *block);
    bool ok = a != NULL && block != NULL && envelope_make(&a->envelope, said, n);
    if (ok) {
        a->said = said;
        a->n = n;
        a->blocks = (n + ALIGN_BLOCK - 1) / ALIGN_BLOCK;
        for (size_t b = 0; b < a->blocks; b++)
            a->loudest = fmax(a->loudest, cut_block(a, b, block));
        for (size_t b = 0; b < a->blocks; b++)
            a->spoken += cut_block(a, b, block) > QUIET * a->loudest;
    } else {
        free(a);
        a = NULL;
    }
    free(block);
    return a;
}

void align_free(struct align *a)
{
    if (a == NULL)
        return;
    envelope_free(&a->envelope);
    free(a);
}

void align_path_free(struct align_path *path)
{
    free(path->shift);
    *path = (struct align_path){0};
}

bool align_find(const struct align *a, const float *heard, size_t n, struct align_path *path)
{
    struct envelope envelope;
    struct envelope_line flat, best;
    struct look look = {0};
    *path = (struct align_path){.blocks = a->blocks};
    if (!envelope_make(&envelope, heard, n))
        return false;
    bool ok = envelope_match(&a->envelope, &envelope, ALIGN_LAG * ALIGN_RATE,
                             ALIGN_GAIN * ALIGN_RATE, &flat, &best);
    envelope_free(&envelope);
    path->shift = calloc(a->blocks + 1, sizeof *path->shift);
    ok = ok && path->shift != NULL && look_both(a, heard, n, &flat, &best, &look);
    if (ok && look.agreed > 0) {
        struct line line = corrected(&look);
        path->drift = fabs(line.drift) * (double)a->n < GAIN_ZERO ? 0 : line.drift;
        path->lag = fabs(line.lag) < LAG_ZERO ? 0 : line.lag;
        path->agreed = look.agreed;
        ok = find_shifts(a, &look, path->shift);
    } else if (ok && flat.fit > COARSE) {
        path->lag = flat.lag;
    }
    look_free(&look);
    if (!ok)
        align_path_free(path);
    return ok;
}

// Where, between two samples, to change from shift `from` to shift `to`: where the parts on both
// sides fit best.
static int64_t place_change(const struct align *a, const float *unbent, int64_t begin, int64_t end,
                            int from, int to)
{
    double gain = 0, most = 0;
    int64_t place = begin;
    for (int64_t t = begin; t < end; t++) {
        const float *y = unbent + ALIGN_REACH + t;
        gain += (double)(a->said[t] * (y[from] - y[to]));
        if (gain > most) {
            most = gain;
            place = t + 1;
        }
    }
    return place;
}

bool align_apply(const struct align *a, const struct align_path *path, const float *heard, size_t n,
                 float *line, float *local)
{
    float *unbent = unbend(a, heard, n, (struct line){path->lag, path->drift});
    if (unbent == NULL)
        return false;
    if (a->n > 0)
        memcpy(line, unbent + ALIGN_REACH, a->n * sizeof *line);
    int64_t done = 0;
    for (size_t b = 0; b < a->blocks; b++) {
        int64_t end = (int64_t)a->n, next = (int64_t)block_middle(a, b + 1);
        if (b + 1 < a->blocks && path->shift[b] == path->shift[b + 1])
            end = next;
        else if (b + 1 < a->blocks)
            end = place_change(a, unbent, done, next + ALIGN_BLOCK / 2, path->shift[b],
                               path->shift[b + 1]);
        for (; done < end; done++)
            local[done] = unbent[ALIGN_REACH + done + path->shift[b]];
    }
    free(unbent);
    return true;
}
