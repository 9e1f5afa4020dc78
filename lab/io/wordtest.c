// A listening test: see wordtest.h.
#include "lab/io/wordtest.h"

#include "lab/heard.h"
#include "lab/io/vocabulary.h"
#include "lab/lags.h"
#include "lab/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ORDER_SEED 1

struct wordtest {
    struct vocabulary *vocabulary;
    struct words *words;
    int channels;
    int16_t *wide; // words->pcm in two channels; NULL: there is one
};

static int16_t *widen(const struct words *words)
{
    int16_t *wide = malloc(2 * words->samples * sizeof *wide);
    for (size_t i = 0; wide && i < words->samples; i++)
        wide[2 * i] = wide[2 * i + 1] = words->pcm[i];
    return wide;
}

struct wordtest *wordtest_new(const char *folder, int channels, char *why, size_t cap)
{
    struct wordtest *t = calloc(1, sizeof *t);
    snprintf(why, cap, "there is no memory for the words");
    if (!t || !(t->vocabulary = vocabulary_new(folder, why, cap))) {
        wordtest_free(t);
        return NULL;
    }
    const struct words_config config = {
        .clips = t->vocabulary->clips, .count = t->vocabulary->clip_count, .seed = ORDER_SEED};
    t->channels = channels;
    t->words = words_new(&config);
    if (!t->words || (channels == 2 && !(t->wide = widen(t->words)))) {
        snprintf(why, cap, "there is no memory for the words");
        wordtest_free(t);
        return NULL;
    }
    return t;
}

void wordtest_free(struct wordtest *t)
{
    if (!t)
        return;
    free(t->wide);
    words_free(t->words);
    vocabulary_free(t->vocabulary);
    free(t);
}

const int16_t *wordtest_pcm(const struct wordtest *t, size_t *samples)
{
    *samples = t->words->samples;
    return t->wide ? t->wide : t->words->pcm;
}

struct recognizer *wordtest_recognizer(const struct wordtest *t, char *why, size_t cap)
{
    return recognizer_new((const char *const *)t->vocabulary->words, t->vocabulary->word_count, why,
                          cap);
}

// ---- what was heard, and when ------------------------------------------------------------------

struct ears {
    struct heard heard;
    struct lags lags;
};

static void on_sound(void *ctx, const int16_t *pcm, size_t samples, int channels)
{
    struct ears *e = ctx;
    heard_add(&e->heard, pcm, samples, channels);
}

static void on_decision(void *ctx, const struct sim_decision *decision)
{
    struct ears *e = ctx;
    lags_note(&e->lags, decision);
}

static void narrow(struct heard *heard)
{
    if (heard->channels != 2)
        return;
    for (size_t i = 0; i < heard->samples; i++)
        heard->pcm[i] = (int16_t)((heard->pcm[2 * i] + heard->pcm[2 * i + 1]) / 2);
    heard->channels = 1;
}

static bool judge(const struct wordtest *t, struct recognizer *recognizer, struct ears *e,
                  struct wordtest_result *result, json_t *wrong)
{
    const struct vocabulary *v = t->vocabulary;
    narrow(&e->heard);
    *result = (struct wordtest_result){.words = t->words->count};
    for (size_t i = 0; i < t->words->count; i++) {
        const struct words_place *place = &t->words->places[i];
        const struct words_clip *clip = &v->clips[place->clip];
        struct words_span span =
            words_cut(t->words, i, lags_at(&e->lags, place->start), e->heard.samples);
        int word = recognizer_hear(recognizer, e->heard.pcm + span.start, span.samples);
        bool right = word >= 0 && (size_t)word == clip->word;
        result->right += right;
        if (wrong && !right &&
            json_array_append_new(
                wrong, json_pack("{s:s, s:s?, s:s, s:f}", "said", v->words[clip->word], "heard",
                                 word < 0 ? NULL : v->words[word], "voice", clip->voice, "at_s",
                                 (double)place->start / VOICE_RATE)) != 0)
            return false;
    }
    result->understood = proportion_of(result->right, result->words);
    return true;
}

bool wordtest_run(const struct wordtest *t, struct recognizer *recognizer,
                  const struct sim_config *config, struct wordtest_result *result, json_t **wrong)
{
    struct ears e = {0};
    struct sim_config ours = *config;
    ours.observer = (struct sim_observer){.sound = on_sound, .decision = on_decision, .ctx = &e};
    bool lags = lags_init(&e.lags, t->words->samples, config->sender.voice.frame_samples);
    struct sim *sim = lags ? sim_new(&ours) : NULL;
    json_t *list = wrong ? json_array() : NULL;
    bool good = sim && (!wrong || list);
    if (good) {
        sim_run(sim, USEC_NEVER);
        good = !e.heard.no_memory && judge(t, recognizer, &e, result, list);
    }
    sim_free(sim);
    heard_free(&e.heard);
    lags_free(&e.lags);
    if (wrong && good)
        *wrong = list;
    else
        json_decref(list);
    return good;
}
