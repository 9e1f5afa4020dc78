// Both ways of a call in virtual time: see play_call.h.
#include "lab/io/play_call.h"

#include "lab/io/record.h"
#include "lab/score.h"
#include "media/io/audio.h"
#include "media/io/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const ways[TWOWAY_WAYS] = {"forward", "back"};

struct run {
    const struct play_call *config;
    struct condition condition; // with the network back as it was; its traces are the caller's
    struct source *source[TWOWAY_WAYS];
    struct heard heard[TWOWAY_WAYS];
    struct sim_figures figures[TWOWAY_WAYS];
    enum score_status scored[TWOWAY_WAYS];
    struct score score[TWOWAY_WAYS];
};

static bool fail(const char *why)
{
    fprintf(stderr, "voz-lab: %s\n", why);
    return false;
}

static bool talk(struct run *r)
{
    struct sim_config sim = {0};
    condition_apply(&r->condition, &sim);
    struct twoway_config config = {
        .sender = sim.sender,
        .receiver = sim.receiver,
        .network = {sim.forward, sim.back},
        .seed = sim.seed,
    };
    for (int i = 0; i < TWOWAY_WAYS; i++) {
        config.sources[i] = source_feed(r->source[i]);
        config.heard[i] = r->config->out || !r->config->no_score ? &r->heard[i] : NULL;
    }
    struct twoway *t = twoway_new(&config);
    if (!t)
        return fail("no memory for the call");
    twoway_run(t, USEC_NEVER);
    for (int i = 0; i < TWOWAY_WAYS; i++)
        r->figures[i] = twoway_figures(t, (enum twoway_way)i);
    bool whole = twoway_is_whole(t) && !r->heard[0].no_memory && !r->heard[1].no_memory;
    twoway_free(t);
    return whole || fail("there is no memory for a call of this length");
}

static void score(struct run *r, int way)
{
    const struct heard *heard = &r->heard[way];
    struct scorer *scorer = NULL;
    if (input_is_tone(r->config->source[way].name))
        r->scored[way] = SCORE_NOT_SPEECH;
    else
        scorer = scorer_new(source_kept(r->source[way]), source_samples(r->source[way]), 1,
                            &r->scored[way]);
    if (scorer)
        r->scored[way] = scorer_run_late(scorer, heard->pcm, heard->samples, 1,
                                         record_late(&r->figures[way]), &r->score[way]);
    scorer_free(scorer);
}

// ---- what comes out ----------------------------------------------------------------------------

// Left what was said by who called, right what was answered, each as it was heard.
static bool write_sound(const struct run *r)
{
    char why[AUDIO_TEXT] = "";
    struct audio_writer *out = audio_writer_new(r->config->out, why, sizeof why);
    size_t samples =
        r->heard[0].samples > r->heard[1].samples ? r->heard[0].samples : r->heard[1].samples;
    bool done = out && audio_writer_begin(out, 2);
    for (size_t i = 0; done && i < samples; i++) {
        int16_t both[TWOWAY_WAYS] = {0};
        for (int way = 0; way < TWOWAY_WAYS; way++)
            if (i < r->heard[way].samples)
                both[way] = r->heard[way].pcm[i];
        done = audio_write(out, both, 1);
    }
    if (out && !done)
        snprintf(why, sizeof why, "%s", audio_writer_fault(out));
    char closing[AUDIO_TEXT];
    if (!audio_writer_close(out, closing, sizeof closing) && done) {
        snprintf(why, sizeof why, "%s", closing);
        done = false;
    }
    return done || fail(why);
}

static json_t *record(const struct run *r, int way)
{
    json_t *json = record_of(&r->figures[way], &r->condition);
    bool made =
        json && json_object_set_new(json, "in", json_string(r->config->source[way].name)) == 0;
    if (made && !r->config->no_score)
        made = record_score(json, r->scored[way], &r->score[way]);
    if (!made) {
        json_decref(json);
        return NULL;
    }
    return json;
}

static bool write_json(const struct run *r)
{
    json_t *json = json_pack(
        "{s:f, s:b, s:f}", "duration_s", (double)r->config->source[0].duration / 1e6, "loop",
        r->config->source[0].loop, "conversation_mean_ms", r->figures[0].conversation / 1000);
    for (int i = 0; json && i < TWOWAY_WAYS; i++)
        if (json_object_set_new(json, ways[i], record(r, i)) != 0) {
            json_decref(json);
            json = NULL;
        }
    bool done = record_put(json, r->config->json);
    json_decref(json);
    return done;
}

static void print_way(const struct run *r, int way)
{
    const struct sim_figures *f = &r->figures[way];
    struct report_context context = record_context(f, &r->condition);
    char text[1024];
    context.url = r->config->source[way].name;
    fprintf(stderr, "%s: ", way == TWOWAY_FORWARD ? "Said by who called" : "Said back");
    if (!f->receiver.packets_received) {
        fprintf(stderr, "nothing was heard, none of %llu packets came through.\n",
                (unsigned long long)f->datagrams_sent);
        return;
    }
    report_summary(&f->receiver, &context, text, sizeof text);
    fprintf(stderr, "%s", text);
    fprintf(stderr, "  From mouth to ear it took %.0f ms on average (95 %%: within %.0f ms).\n",
            f->delay_mean / 1000, f->delay_p95 / 1000);
    if (r->config->no_score)
        return;
    if (r->scored[way] == SCORE_OK)
        fprintf(stderr,
                "  Understood like %.2f of 1 (ESTOI); %.2f if shifts in time did not count.\n",
                r->score[way].estoi, r->score[way].estoi_local);
    else
        fprintf(stderr, "  Not scored: %s.\n", score_strstatus(r->scored[way]));
}

static bool tell(const struct run *r)
{
    for (int i = 0; !r->config->quiet && i < TWOWAY_WAYS; i++)
        print_way(r, i);
    if (!r->config->quiet)
        fprintf(stderr,
                "Who says something waits %.0f ms longer for the answer than if both were in one "
                "room;\nthe estimates count half of that as the delay of each way.\n",
                r->figures[0].conversation / 1000);
    bool done = !r->config->out || write_sound(r);
    return (!r->config->json || write_json(r)) && done;
}

int play_call(const struct play_call *config)
{
    struct run r = {.config = config, .condition = *config->condition};
    char why[INPUT_TEXT] = "";
    bool good = true;
    if (!r.condition.network.has_back)
        r.condition.network.back = r.condition.network.forward;
    for (int i = 0; good && i < TWOWAY_WAYS; i++) {
        r.source[i] = source_open(&config->source[i], why, sizeof why);
        good = r.source[i] || fail(why);
    }
    good = good && talk(&r);
    for (int i = 0; good && !config->no_score && i < TWOWAY_WAYS; i++)
        score(&r, i);
    for (int i = 0; good && i < TWOWAY_WAYS; i++)
        if (source_warning(r.source[i]))
            fail(source_warning(r.source[i]));
    good = good && tell(&r);
    for (int i = 0; i < TWOWAY_WAYS; i++) {
        heard_free(&r.heard[i]);
        source_close(r.source[i]);
    }
    return good ? CLI_DONE : CLI_FAILED;
}
