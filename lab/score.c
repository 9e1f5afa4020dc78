// What was heard against what was said: see score.h.
#include "lab/score.h"

#include <stdbool.h>
#include <stdlib.h>

#include "lab/align.h"
#include "lab/downsample.h"
#include "lab/stoi.h"

#define MS (ALIGN_RATE / 1000.0) // samples

_Static_assert(DOWNSAMPLE_RATE == ALIGN_RATE && ALIGN_RATE == STOI_RATE, "one rate for all");

struct scorer {
    size_t n; // samples at 10 kHz
    float *said;
    struct align *align;
    struct stoi *stoi;
};

const char *score_strstatus(enum score_status status)
{
    switch (status) {
    case SCORE_OK:
        return "ok";
    case SCORE_REFERENCE_SHORT:
        return "the reference holds too little speech";
    case SCORE_REFERENCE_SILENT:
        return "the reference is silent";
    case SCORE_HEARD_EMPTY:
        return "what was heard is empty";
    case SCORE_HEARD_SILENT:
        return "what was heard is silent";
    case SCORE_NOT_SPEECH:
        return "a tone has no words to understand";
    case SCORE_NO_MEMORY:
        return "out of memory";
    }
    return "unknown";
}

static enum score_status from_stoi(enum stoi_status status)
{
    switch (status) {
    case STOI_OK:
        return SCORE_OK;
    case STOI_SHORT:
        return SCORE_REFERENCE_SHORT;
    case STOI_SILENT:
        return SCORE_REFERENCE_SILENT;
    case STOI_NO_MEMORY:
        break;
    }
    return SCORE_NO_MEMORY;
}

struct scorer *scorer_new(const int16_t *pcm, size_t samples, int channels,
                          enum score_status *status)
{
    struct scorer *s = calloc(1, sizeof *s);
    enum stoi_status found = STOI_NO_MEMORY;
    if (s != NULL)
        s->said = downsample(pcm, samples, channels, SCORE_RATE, &s->n);
    if (s != NULL && s->said != NULL)
        s->stoi = stoi_new(s->said, s->n, &found);
    if (found == STOI_OK && (s->align = align_new(s->said, s->n)) == NULL)
        found = STOI_NO_MEMORY;
    *status = from_stoi(found);
    if (*status == SCORE_OK)
        return s;
    scorer_free(s);
    return NULL;
}

void scorer_free(struct scorer *s)
{
    if (s == NULL)
        return;
    stoi_free(s->stoi);
    align_free(s->align);
    free(s->said);
    free(s);
}

static bool is_silent(const int16_t *pcm, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pcm[i] != 0)
            return false;
    return true;
}

static void describe(const struct align_path *path, struct score *score)
{
    score->lag_ms = path->lag / MS;
    score->drift_ppm = path->drift * 1e6;
    score->agreed = path->agreed;
    for (size_t b = 0; b < path->blocks; b++) {
        double shift = path->shift[b] / MS;
        if (b == 0 || shift < score->shift_min_ms)
            score->shift_min_ms = shift;
        if (b == 0 || shift > score->shift_max_ms)
            score->shift_max_ms = shift;
    }
}

// Aligns, measures both ways. `line` and `local` have room for s->n samples each.
static bool measure(const struct scorer *s, const float *heard, size_t n, float *line, float *local,
                    struct score *score)
{
    struct align_path path;
    struct stoi_values whole, blocks;
    if (!align_find(s->align, heard, n, &path))
        return false;
    bool ok = align_apply(s->align, &path, heard, n, line, local) &&
              stoi_measure(s->stoi, line, s->n, &whole) == STOI_OK &&
              stoi_measure(s->stoi, local, s->n, &blocks) == STOI_OK;
    if (ok) {
        score->stoi = whole.stoi;
        score->estoi = whole.estoi;
        score->stoi_local = blocks.stoi;
        score->estoi_local = blocks.estoi;
        describe(&path, score);
    }
    align_path_free(&path);
    return ok;
}

enum score_status scorer_run(const struct scorer *s, const int16_t *heard, size_t samples,
                             int channels, struct score *score)
{
    *score = (struct score){0};
    if (samples == 0)
        return SCORE_HEARD_EMPTY;
    if (is_silent(heard, samples * (size_t)channels))
        return SCORE_HEARD_SILENT;
    size_t n;
    float *x = downsample(heard, samples, channels, SCORE_RATE, &n);
    float *line = malloc(s->n * sizeof *line), *local = malloc(s->n * sizeof *local);
    bool ok = x != NULL && line != NULL && local != NULL && measure(s, x, n, line, local, score);
    free(x);
    free(line);
    free(local);
    return ok ? SCORE_OK : SCORE_NO_MEMORY;
}

enum score_status scorer_run_late(const struct scorer *s, const int16_t *heard, size_t samples,
                                  int channels, size_t late, struct score *score)
{
    late = late < samples ? late : samples;
    enum score_status status =
        scorer_run(s, heard + late * (size_t)channels, samples - late, channels, score);
    if (status == SCORE_OK)
        score->lag_ms += (double)late * 1000 / SCORE_RATE;
    return status;
}
