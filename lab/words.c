// A list of spoken words: see words.h.
#include "lab/words.h"

#include "media/random.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

// Every order is as likely as any other (Durstenfeld, Algorithm 235, CACM 7, 1964).
static void shuffle(struct words_place *places, size_t count, uint64_t seed)
{
    struct random random = {seed};
    for (size_t left = count; left > 1; left--) {
        size_t other = (size_t)(random_unit(&random) * (double)left);
        struct words_place moved = places[other];
        places[other] = places[left - 1];
        places[left - 1] = moved;
    }
}

static void say(struct words *w, const struct words_clip *clips, size_t gap)
{
    size_t at = WORDS_LEAD;
    for (size_t i = 0; i < w->count; i++) {
        const struct words_clip *clip = &clips[w->places[i].clip];
        w->places[i].start = at;
        w->places[i].samples = clip->samples;
        memcpy(w->pcm + at, clip->pcm, clip->samples * sizeof *clip->pcm);
        at += clip->samples + gap;
    }
    assert(at == w->samples);
}

struct words *words_new(const struct words_config *config)
{
    assert(config->count > 0);
    size_t gap = config->gap ? config->gap : WORDS_GAP;
    struct words *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    w->count = config->count;
    w->samples = WORDS_LEAD;
    for (size_t i = 0; i < config->count; i++)
        w->samples += config->clips[i].samples + gap;
    w->pcm = calloc(w->samples, sizeof *w->pcm);
    w->places = calloc(w->count, sizeof *w->places);
    if (w->pcm == NULL || w->places == NULL) {
        words_free(w);
        return NULL;
    }
    for (size_t i = 0; i < w->count; i++)
        w->places[i].clip = i;
    shuffle(w->places, w->count, config->seed);
    say(w, config->clips, gap);
    return w;
}

void words_free(struct words *w)
{
    if (w == NULL)
        return;
    free(w->pcm);
    free(w->places);
    free(w);
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

struct words_span words_cut(const struct words *w, size_t place, int64_t lag, size_t heard)
{
    assert(place < w->count);
    int64_t start = (int64_t)w->places[place].start;
    int64_t end = start + (int64_t)w->places[place].samples;
    int64_t before = WORDS_PAD, after = WORDS_PAD;
    if (place > 0) {
        const struct words_place *last = &w->places[place - 1];
        before = clamp((start - (int64_t)(last->start + last->samples)) / 2, 0, WORDS_PAD);
    }
    if (place + 1 < w->count)
        after = clamp(((int64_t)w->places[place + 1].start - end) / 2, 0, WORDS_PAD);
    int64_t from = clamp(start - before + lag, 0, (int64_t)heard);
    int64_t to = clamp(end + after + lag, 0, (int64_t)heard);
    // Of a word that lies outside, the silence beside it may lie inside.
    if (end + lag <= 0 || start + lag >= (int64_t)heard)
        return (struct words_span){0};
    return (struct words_span){.start = (size_t)from, .samples = (size_t)(to - from)};
}
