// How much one recording is like another: see likeness.h. The lag is found coarsely on 8-fold
// decimated signals, then to the sample.
#include "tests/likeness.h"

#include "media/io/input.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE  48000
#define BANDS 12
#define HOP   960
#define PIECE 4800 // samples that have one lag
#define DRIFT 480  // samples by which that may differ

struct sound {
    float *x;
    int64_t n;
};

static int read_sound(const char *name, struct sound *s, char *why, int cap)
{
    struct input_config config = {.source = name, .channels = 1};
    struct input *in = input_open(&config, why, (size_t)cap);
    int16_t pcm[4096];
    size_t n, room = 0;
    *s = (struct sound){0};
    if (!in)
        return 0;
    while ((n = input_read(in, 0, pcm, 4096)) && s->n < 600LL * RATE) {
        if ((size_t)s->n + n > room)
            s->x = realloc(s->x, (room = 2 * room + n) * sizeof *s->x);
        for (size_t i = 0; i < n; i++)
            s->x[s->n + (int64_t)i] = pcm[i] / 32768.0f;
        s->n += (int64_t)n;
    }
    input_close(in);
    return 1;
}

struct sums {
    double ab, aa, bb;
};

// Over what of [from, to) of `a` has a counterpart in `b`.
static void add(struct sums *s, const struct sound *a, const struct sound *b, int64_t lag,
                int64_t from, int64_t to, int step)
{
    from = from < -lag ? -lag : from;
    to = to < a->n ? to : a->n;
    to = to < b->n - lag ? to : b->n - lag;
    for (int64_t i = from; i < to; i += step) {
        double x = a->x[i], y = b->x[i + lag];
        s->ab += x * y;
        s->aa += x * x;
        s->bb += y * y;
    }
}

static double correlation(const struct sums *s)
{
    return s->ab / sqrt((s->aa + 1e-9) * (s->bb + 1e-9));
}

static struct sound decimate(const struct sound *s, int by)
{
    struct sound d = {malloc((size_t)(s->n / by + 1) * sizeof(float)), s->n / by};
    for (int64_t i = 0; i < d.n; i++) {
        double sum = 0;
        for (int k = 0; k < by; k++)
            sum += s->x[i * by + k];
        d.x[i] = (float)(sum / by);
    }
    return d;
}

static int64_t best_lag(const struct sound *a, const struct sound *b, int64_t from, int64_t to,
                        int64_t around, int64_t reach, int step)
{
    int64_t best = around;
    double most = -2;
    for (int64_t lag = around - reach; lag <= around + reach; lag++) {
        struct sums s = {0};
        add(&s, a, b, lag, from, to, step);
        if (correlation(&s) > most) {
            most = correlation(&s);
            best = lag;
        }
    }
    return best;
}

// Level of each band of one hop, by Goertzel-like correlation with a few tones a band.
static void levels(const float *x, double *out)
{
    for (int band = 0; band < BANDS; band++) {
        double hz = 150 * pow(1.36, band), re = 0, im = 0, energy = 1e-7;
        for (int tone = 0; tone < 3; tone++) {
            double w = 2 * M_PI * hz * (1 + 0.1 * tone) / RATE, c = cos(w), s = sin(w);
            double cr = 1, ci = 0;
            re = im = 0;
            for (int i = 0; i < HOP; i++) {
                re += x[i] * cr;
                im += x[i] * ci;
                double next = cr * c - ci * s;
                ci = cr * s + ci * c;
                cr = next;
            }
            energy += re * re + im * im;
        }
        out[band] = log10(energy);
    }
}

static double spectral(const struct sound *a, const struct sound *b, int64_t lag)
{
    double ab[BANDS] = {0}, aa[BANDS] = {0}, bb[BANDS] = {0}, ma[BANDS] = {0}, mb[BANDS] = {0};
    int64_t count = 0;
    for (int64_t at = lag < 0 ? -lag : 0; at + HOP <= a->n && at + lag + HOP <= b->n; at += HOP) {
        double x[BANDS], y[BANDS];
        levels(a->x + at, x);
        levels(b->x + at + lag, y);
        for (int k = 0; k < BANDS; k++) {
            ab[k] += x[k] * y[k];
            aa[k] += x[k] * x[k];
            bb[k] += y[k] * y[k];
            ma[k] += x[k];
            mb[k] += y[k];
        }
        count++;
    }
    double sum = 0;
    for (int k = 0; k < BANDS && count; k++) {
        double n = (double)count;
        double cov = ab[k] / n - ma[k] / n * mb[k] / n;
        double va = aa[k] / n - ma[k] / n * ma[k] / n, vb = bb[k] / n - mb[k] / n * mb[k] / n;
        sum += va > 0 && vb > 0 ? cov / sqrt(va * vb) : 0;
    }
    return sum / BANDS;
}

int likeness_of_files(const char *said, const char *heard, int64_t lag_max, struct likeness *result,
                      char *why, int cap)
{
    struct sound a = {0}, b = {0};
    int read = read_sound(said, &a, why, cap) && read_sound(heard, &b, why, cap);
    *result = (struct likeness){.said_samples = a.n, .heard_samples = b.n};
    if (read && a.n && b.n) {
        struct sound ca = decimate(&a, 8), cb = decimate(&b, 8);
        struct sums whole = {0}, pieces = {0};
        int64_t coarse = best_lag(&ca, &cb, 0, ca.n, 0, lag_max / 8 + 1, 4) * 8;
        result->lag = best_lag(&a, &b, 0, a.n, coarse, 16, 3);
        add(&whole, &a, &b, result->lag, 0, a.n, 1);
        for (int64_t at = 0; at < a.n; at += PIECE) {
            coarse =
                best_lag(&ca, &cb, at / 8, (at + PIECE) / 8, result->lag / 8, DRIFT / 8, 1) * 8;
            int64_t lag = best_lag(&a, &b, at, at + PIECE, coarse, 8, 3);
            add(&pieces, &a, &b, lag, at, at + PIECE, 1);
        }
        result->correlation = correlation(&whole);
        result->local = correlation(&pieces);
        result->spectral = spectral(&a, &b, result->lag);
        free(ca.x);
        free(cb.x);
    }
    free(a.x);
    free(b.x);
    return read;
}
