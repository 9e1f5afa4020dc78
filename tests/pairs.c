#include "tests/test.h"

#include "tests/pairs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sndfile.h>

#define FOLDER "tests/data/stoi/"
#define HALF   16 // samples either side that make one in between
#define NEAR   8  // the same where it matters less

static int16_t *read_wav(const char *name, const char *which, size_t *samples)
{
    char path[128];
    SF_INFO info = {0};
    snprintf(path, sizeof path, FOLDER "%s_%s.wav", name, which);
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (file == NULL)
        fail_msg("%s: %s", path, sf_strerror(NULL));
    assert_int_equal(info.samplerate, PAIRS_RATE);
    assert_int_equal(info.channels, 1);
    *samples = (size_t)info.frames;
    int16_t *pcm = malloc(*samples * sizeof *pcm);
    assert_non_null(pcm);
    assert_int_equal(sf_read_short(file, pcm, info.frames), info.frames);
    sf_close(file);
    return pcm;
}

static double windowed_sinc(double t)
{
    double w = 1 - t * t / (HALF * HALF);
    return fabs(t) < 1e-9 ? 1 : sin(M_PI * t) / (M_PI * t) * w * w;
}

int pair_read(int index, struct pair *pair)
{
    FILE *file = fopen(FOLDER "values.csv", "r");
    char line[256];
    int found = 0;
    assert_non_null(file);
    for (int row = -1; !found && fgets(line, sizeof line, file); row++) // the first is the header
        if (row == index) {
            char *rest = strchr(line, ',');
            assert_non_null(rest);
            *rest++ = '\0';
            *pair = (struct pair){0};
            snprintf(pair->name, sizeof pair->name, "%.31s", line);
            pair->stoi = strtod(rest, &rest);
            pair->estoi = strtod(rest + 1, NULL);
            pair->said = read_wav(pair->name, "ref", &pair->said_samples);
            pair->heard = read_wav(pair->name, "deg", &pair->heard_samples);
            found = 1;
        }
    fclose(file);
    return found;
}

struct pair pair_named(const char *name)
{
    struct pair pair;
    for (int i = 0; pair_read(i, &pair); i++) {
        if (strcmp(pair.name, name) == 0)
            return pair;
        pair_free(&pair);
    }
    fail_msg("no pair %s", name);
    return (struct pair){0};
}

void pair_free(struct pair *pair)
{
    free(pair->said);
    free(pair->heard);
}

int16_t *pairs_48k(const int16_t *pcm, size_t samples)
{
    int16_t *out = calloc(3 * samples + 1, sizeof *out);
    float *padded = calloc(samples + 2 * HALF, sizeof *padded);
    float taps[3][2 * HALF];
    assert_non_null(out);
    assert_non_null(padded);
    for (int p = 0; p < 3; p++)
        for (int k = 0; k < 2 * HALF; k++)
            taps[p][k] = (float)windowed_sinc(p / 3.0 - (k - HALF + 1));
    for (size_t i = 0; i < samples; i++)
        padded[i + HALF - 1] = pcm[i];
    for (size_t i = 0; i < samples; i++)
        for (int p = 0; p < 3; p++) {
            float sum = 0;
            for (int k = 0; k < 2 * HALF; k++)
                sum += padded[i + (size_t)k] * taps[p][k];
            out[3 * i + (size_t)p] = (int16_t)lrintf(fmaxf(-32768, fminf(32767, sum)));
        }
    free(padded);
    return out;
}

void pairs_move(const float *x, size_t n, double lag, double drift, float *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double from = ((double)i - lag) / (1 + drift), whole = floor(from), part = from - whole;
        double sine = sin(M_PI * part) / M_PI, sum = 0;
        for (int k = -NEAR + 1; k <= NEAR; k++) { // sin(pi (part - k)) differs in sign only
            double at = whole + k, t = part - k, w = t / NEAR;
            if (at < 0 || at >= (double)n)
                continue;
            double sinc = fabs(t) < 1e-9 ? 1 : (k % 2 == 0 ? sine : -sine) / t;
            sum += (double)x[(size_t)at] * sinc * (1 - w * w) * (1 - w * w);
        }
        out[i] = (float)sum;
    }
}

void pairs_move_pcm(const int16_t *x, size_t n, double lag, double drift, int16_t *out,
                    size_t count)
{
    float *in = malloc((n + 1) * sizeof *in), *moved = malloc((count + 1) * sizeof *moved);
    assert_non_null(in);
    assert_non_null(moved);
    for (size_t i = 0; i < n; i++)
        in[i] = x[i];
    pairs_move(in, n, lag, drift, moved, count);
    for (size_t i = 0; i < count; i++)
        out[i] = (int16_t)lrintf(fmaxf(-32768, fminf(32767, moved[i])));
    free(in);
    free(moved);
}
