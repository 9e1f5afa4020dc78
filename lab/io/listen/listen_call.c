// The sentences of a listening test through one condition: see listen_call.h.
#include "lab/io/listen/listen_call.h"

#include "lab/heard.h"
#include "lab/lags.h"
#include "lab/replay.h"
#include "lab/score.h"
#include "lab/words.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ORDER_SEED 1
#define PATIENCE   (2 * WORDS_RATE)     // for what stalls within a sentence
#define GAP        (WORDS_RATE * 4 / 5) // so that a late end does not run into the next sentence

struct listen_calls {
    size_t count;
    struct words *said;
    struct scorer *scorers[LISTEN_SENTENCES];
};

struct listen_calls *listen_calls_new(const struct listen_speech *speech, size_t count)
{
    struct words_clip clips[LISTEN_SENTENCES];
    struct listen_calls *calls = calloc(1, sizeof *calls);
    assert(count > 0 && count <= LISTEN_SENTENCES);
    if (!calls)
        return NULL;
    for (size_t i = 0; i < count; i++)
        clips[i] = (struct words_clip){
            .word = i, .pcm = speech->list[i].pcm, .samples = speech->list[i].samples};
    const struct words_config config = {
        .clips = clips, .count = count, .seed = ORDER_SEED, .gap = GAP};
    calls->count = count;
    calls->said = words_new(&config);
    bool whole = calls->said;
    for (size_t i = 0; i < count; i++) {
        enum score_status status;
        calls->scorers[i] = scorer_new(clips[i].pcm, clips[i].samples, 1, &status);
        whole = whole && calls->scorers[i];
    }
    if (whole)
        return calls;
    listen_calls_free(calls);
    return NULL;
}

void listen_calls_free(struct listen_calls *calls)
{
    if (!calls)
        return;
    words_free(calls->said);
    for (size_t i = 0; i < LISTEN_SENTENCES; i++)
        scorer_free(calls->scorers[i]);
    free(calls);
}

struct ear {
    struct heard heard;
    struct lags lags;
};

static void on_sound(void *ctx, const int16_t *pcm, size_t samples, int channels)
{
    struct ear *e = ctx;
    heard_add(&e->heard, pcm, samples, channels);
}

static void on_decision(void *ctx, const struct sim_decision *decision)
{
    struct ear *e = ctx;
    lags_note(&e->lags, decision);
}

// From where its beginning was heard to where its end was: what came between may have waited, but nobody
// waits for ever. Where the end waited less than the beginning, that was not heard at all, and what
// would follow is the next sentence.
static struct words_span span_of(const struct listen_calls *calls, const struct ear *e,
                                 size_t place)
{
    const struct words_place *p = &calls->said->places[place];
    int64_t late = lags_at(&e->lags, p->start), later = lags_at(&e->lags, p->start + p->samples);
    late = late < later ? late : later;
    later = later < late + PATIENCE ? later : late + PATIENCE;
    struct words_span from = words_cut(calls->said, place, late, e->heard.samples);
    struct words_span to = words_cut(calls->said, place, later, e->heard.samples);
    if (!from.samples || !to.samples)
        return (struct words_span){0};
    return (struct words_span){from.start, to.start + to.samples - from.start};
}

// Every frame is taken from where it was played, so that shifts in time do not count: a sentence is too
// short to find them by likeness alone, as scorer_run does in a whole call.
static bool rate(const struct listen_calls *calls, const struct ear *e, size_t place,
                 struct words_span span, double *estoi)
{
    const struct words_place *p = &calls->said->places[place];
    int16_t *shifted = calloc(p->samples, sizeof *shifted);
    enum score_status status = SCORE_NO_MEMORY;
    struct score score = {0};
    for (size_t i = 0; shifted && i < p->samples; i++) {
        int64_t at = (int64_t)(p->start + i) + lags_at(&e->lags, p->start + i);
        if (at >= (int64_t)span.start && at < (int64_t)(span.start + span.samples))
            shifted[i] = e->heard.pcm[at];
    }
    if (shifted)
        status = scorer_run(calls->scorers[p->clip], shifted, p->samples, 1, &score);
    free(shifted);
    *estoi = score.estoi;
    return status != SCORE_NO_MEMORY;
}

// What was not heard at all is silence.
static bool cut(const struct listen_calls *calls, const struct ear *e, size_t place,
                struct listen_clip *clip)
{
    struct words_span span = span_of(calls, e, place);
    clip->samples = span.samples ? span.samples : calls->said->places[place].samples;
    clip->pcm = calloc(clip->samples, sizeof *clip->pcm);
    if (clip->pcm && span.samples)
        memcpy(clip->pcm, e->heard.pcm + span.start, span.samples * sizeof *clip->pcm);
    return clip->pcm && rate(calls, e, place, span, &clip->estoi);
}

bool listen_call(const struct listen_calls *calls, const struct sim_config *config,
                 struct listen_clip *clips)
{
    struct ear ear = {0};
    struct replay replay = {
        .pcm = calls->said->pcm, .samples = calls->said->samples, .channels = 1};
    struct feed_source source = replay_feed(&replay);
    struct sim_config ours = *config;
    assert(config->sender.voice.channels == 1);
    ours.source = &source;
    ours.tape = NULL;
    ours.observer = (struct sim_observer){.sound = on_sound, .decision = on_decision, .ctx = &ear};
    bool lags = lags_init(&ear.lags, replay.samples, config->sender.voice.frame_samples);
    struct sim *sim = lags ? sim_new(&ours) : NULL;
    if (sim)
        sim_run(sim, USEC_NEVER);
    bool good = sim && sim_is_whole(sim) && !ear.heard.no_memory;
    for (size_t i = 0; good && i < calls->count; i++)
        good = cut(calls, &ear, i, &clips[calls->said->places[i].clip]);
    sim_free(sim);
    heard_free(&ear.heard);
    lags_free(&ear.lags);
    return good;
}

void listen_clips_free(struct listen_clip *clips, size_t count)
{
    for (size_t i = 0; clips && i < count; i++)
        free(clips[i].pcm);
    free(clips);
}
