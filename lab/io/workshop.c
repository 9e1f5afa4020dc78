// Does the runs of a plan: see workshop.h.
#include "lab/io/workshop.h"

#include "lab/heard.h"
#include "lab/io/page/report_clip.h"
#include "lab/io/record.h"
#include "lab/io/reel.h"
#include "lab/io/results.h"
#include "lab/io/source.h"
#include "lab/replay.h"
#include "lab/score.h"
#include "lab/tape.h"
#include "media/io/audio.h"
#include "media/io/input.h"
#include "media/io/path.h"
#include "media/voice.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLIP_NAME 32 // octets of a clip's name with its NUL

enum progress { NOT_BEGUN, MAKING, READY, FAILED };

struct said {         // a source, in memory
    const char *name; // NULL: not looked at yet
    int16_t *pcm;
    size_t samples;
    struct scorer *scorer; // NULL: `unscored` says why
    enum score_status unscored;
    char why[INPUT_TEXT]; // not empty: it could not be read
};

struct encoder { // a source and a setting
    enum progress progress;
    struct tape *tape, *words; // `words`: NULL where none are wanted
    size_t left;               // runs
};

struct net { // a network, and the trace that it names
    struct impair_spec spec;
    char why[CLI_WHY_MAX]; // not empty: its trace could not be read
};

struct run {
    bool wanted, begun;
};

struct workshop {
    struct workshop_config config;
    const atomic_bool *stop;
    struct said *said; // by source
    struct net *networks;
    struct encoder *encoders;
    struct run *runs;
    size_t first; // no run before this one is still to begin
    int channels;
    bool stopped;
    pthread_mutex_t lock; // of all above that changes
    pthread_cond_t made;  // an encoder is ready
};

// ---- one run -----------------------------------------------------------------------------------

static struct condition condition_of(const struct workshop *w, const struct plan_run *run)
{
    struct condition c = plan_condition(run, w->config.base);
    c.network.forward = w->networks[run->network - w->config.plan->networks].spec;
    return c;
}

// A part of what was heard, as a file of its own, which gets its name when it is whole: several
// sweeps may write what was said into one folder, and no two make the same file of it.
static bool write_clip(const struct workshop *w, const char *name, const int16_t *pcm,
                       size_t samples, char *why)
{
    char path[4096], unfinished[4096];
    size_t from = (size_t)usec_to_units(REPORT_CLIP_FROM, VOICE_RATE);
    size_t most = (size_t)REPORT_CLIP_SECONDS * VOICE_RATE;
    size_t left = samples > from ? samples - from : 0;
    snprintf(path, sizeof path, "%s/%s", w->config.clips, name);
    snprintf(unfinished, sizeof unfinished, "%s/.%ld-%s", w->config.clips, (long)getpid(), name);
    struct audio_writer *writer = audio_writer_new(unfinished, why, AUDIO_TEXT);
    if (!writer)
        return false;
    if (audio_writer_begin(writer, w->channels) && left)
        audio_write(writer, pcm + from * (size_t)w->channels, left < most ? left : most);
    const char *fault = audio_writer_fault(writer);
    bool whole = !fault;
    if (fault)
        snprintf(why, AUDIO_TEXT, "%s", fault);
    whole = audio_writer_close(writer, why, AUDIO_TEXT) && whole;
    if (whole && rename(unfinished, path) != 0) {
        snprintf(why, AUDIO_TEXT, "cannot write the clip: %s", strerror(errno));
        whole = false;
    }
    if (!whole)
        unlink(unfinished);
    return whole;
}

// The names are those of what is in them, so that the clips of several sweeps, and of the parts of
// one, can lie in one folder. False: no memory.
static bool said_name(const struct workshop *w, const char *in, char name[CLIP_NAME])
{
    char id[RESULTS_ID];
    char *text = NULL;
    if (asprintf(&text, "%d channels, %lld us of %s", w->channels, (long long)w->config.duration,
                 in) < 0)
        return false;
    results_id(text, id);
    snprintf(name, CLIP_NAME, "said-%s.opus", id);
    free(text);
    return true;
}

static bool keeps_clip(const struct workshop *w, const struct plan_run *run)
{
    return run->seed == 1 && w->config.clips;
}

// The first seed of each condition can be listened to, and has its frames' fates.
static bool add_clip(const struct workshop *w, const struct plan_run *run,
                     const struct heard *heard, const struct sim_figures *figures, json_t *record,
                     char *why)
{
    char name[CLIP_NAME], said[CLIP_NAME];
    if (!keeps_clip(w, run))
        return true;
    if (!said_name(w, run->in, said))
        return false;
    snprintf(name, sizeof name, "heard-%s.opus", run->id);
    return write_clip(w, name, heard->pcm, heard->samples, why) &&
           json_object_set_new(record, "clip", json_string(name)) == 0 &&
           json_object_set_new(record, "said", json_string(said)) == 0 &&
           json_object_set_new(record, "fates", json_string(figures->fates)) == 0;
}

static bool add_names(const struct workshop *w, const struct plan_run *run, json_t *record)
{
    const struct plan_network *n = run->network;
    bool done = json_object_set_new(record, "number", json_integer((json_int_t)run->number)) == 0 &&
                json_object_set_new(record, "in", json_string(run->in)) == 0 &&
                json_object_set_new(record, "bitrate", json_integer(run->bitrate)) == 0 &&
                json_object_set_new(record, "recover", json_string(run->recovery->name)) == 0 &&
                json_object_set_new(record, "network", json_string(n->name)) == 0;
    if (done && w->config.duration)
        done = json_object_set_new(record, "duration_s",
                                   json_real((double)w->config.duration / 1e6)) == 0;
    if (done && n->listed)
        done = json_object_set_new(record, "loss", json_real(n->loss)) == 0 &&
               json_object_set_new(record, "burst", json_real(n->burst)) == 0 &&
               json_object_set_new(record, "delay", json_real(n->delay)) == 0 &&
               json_object_set_new(record, "jitter", json_real(n->jitter)) == 0;
    return done;
}

struct senses { // what is heard and seen of a run
    struct heard heard;
    struct reel *reel; // NULL: there are no pictures
};

static void on_sound(void *ctx, const int16_t *pcm, size_t samples, int channels)
{
    struct senses *s = ctx;
    heard_add(&s->heard, pcm, samples, channels);
    if (s->reel)
        reel_heard(s->reel, pcm, samples, channels);
}

// What the stills are spread over: what is said, as far as one can listen to it.
static usec stills_of(const struct workshop *w, const struct plan_run *run)
{
    usec said = usec_from_units((int64_t)w->said[run->source].samples, VOICE_RATE);
    return keeps_clip(w, run) ? usec_min(said, REPORT_CLIP_FROM + REPORT_CLIP_SECONDS * USEC_SECOND)
                              : 0;
}

static bool open_reel(const struct workshop *w, const struct plan_run *run,
                      const struct condition *condition, struct senses *senses, char *why)
{
    const struct reel_config config = {.condition = condition,
                                       .beeps = strcmp(run->in, "pattern") == 0,
                                       .compare = true,
                                       .loop = true,
                                       .stills = stills_of(w, run)};
    return !condition->sender.video || (senses->reel = reel_open(&config, why));
}

// Of the same runs as the clips: what was seen beside what was sent.
static bool add_stills(const struct workshop *w, const struct plan_run *run,
                       const struct reel *reel, json_t *record, char *why)
{
    char name[CLIP_NAME], path[4096], unfinished[4096];
    size_t len = 0;
    uint8_t *strip = keeps_clip(w, run) ? reel_strip(reel, &len) : NULL;
    if (!strip)
        return true;
    snprintf(name, sizeof name, "seen-%s.webp", run->id);
    snprintf(path, sizeof path, "%s/%s", w->config.clips, name);
    snprintf(unfinished, sizeof unfinished, "%s/.%ld-%s", w->config.clips, (long)getpid(), name);
    FILE *file = fopen(unfinished, "wbe");
    bool good = file && fwrite(strip, 1, len, file) == len;
    good = file && fclose(file) == 0 && good && rename(unfinished, path) == 0;
    if (!good)
        snprintf(why, CLI_WHY_MAX, "cannot write the stills: %s", strerror(errno));
    free(strip);
    return good && json_object_set_new(record, "stills", json_string(name)) == 0;
}

static json_t *judge(const struct workshop *w, const struct plan_run *run,
                     const struct condition *condition, struct sim *sim,
                     const struct senses *senses, char *why)
{
    const struct heard *heard = &senses->heard;
    struct reel *reel = senses->reel;
    const struct said *said = &w->said[run->source];
    struct sim_figures figures = sim_figures(sim);
    enum score_status status = said->unscored;
    struct score score = {0};
    snprintf(why, CLI_WHY_MAX, "there is no memory for it");
    if (!sim_is_whole(sim) || heard->no_memory)
        return NULL;
    if (said->scorer)
        status = scorer_run_late(said->scorer, heard->pcm, heard->samples, w->channels,
                                 record_late(&figures), &score);
    json_t *record = record_of(&figures, condition);
    if (record && record_score(record, status, &score) && add_names(w, run, record) &&
        add_clip(w, run, heard, &figures, record, why) &&
        (!reel || (reel_record(reel, &figures, record) && add_stills(w, run, reel, record, why))))
        return record;
    json_decref(record);
    return NULL;
}

// How many single words are understood under the same condition. False: no memory.
static bool add_words(const struct workshop *w, const struct sim_config *config,
                      struct recognizer *ears, json_t *record)
{
    struct wordtest_result r;
    return wordtest_run(w->config.words, ears, config, &r, NULL) &&
           json_object_set_new(record, "words", json_integer((json_int_t)r.words)) == 0 &&
           json_object_set_new(record, "words_understood", json_real(r.understood.share)) == 0 &&
           json_object_set_new(record, "words_low", json_real(r.understood.low)) == 0 &&
           json_object_set_new(record, "words_high", json_real(r.understood.high)) == 0;
}

static bool has_words(const struct workshop *w, const struct plan_run *run)
{
    return w->config.words && run->source == 0;
}

// The record of a run; NULL: it failed, as `why` says.
static json_t *do_run(const struct workshop *w, const struct plan_run *run,
                      const struct encoder *encoder, struct recognizer *ears, char *why)
{
    struct condition condition = condition_of(w, run);
    struct senses senses = {0};
    const struct said *said = &w->said[run->source];
    struct replay replay = {.pcm = said->pcm, .samples = said->samples, .channels = w->channels};
    struct feed_source source = replay_feed(&replay);
    struct sim_config config = {.tape = encoder->tape,
                                .source = &source, // where there is no tape
                                .observer = {.sound = on_sound, .ctx = &senses}};
    if (!condition_complete(&condition, why) || !open_reel(w, run, &condition, &senses, why))
        return NULL;
    if (senses.reel)
        config.pictures = reel_showing(senses.reel);
    condition_apply(&condition, &config);
    struct sim *sim = sim_new(&config);
    if (sim)
        sim_run(sim, USEC_NEVER);
    else
        snprintf(why, CLI_WHY_MAX, "there is no memory for it");
    json_t *record = sim ? judge(w, run, &condition, sim, &senses, why) : NULL;
    sim_free(sim);
    heard_free(&senses.heard);
    reel_close(senses.reel);
    config.pictures = NULL;
    config.tape = encoder->words;
    replay = (struct replay){.channels = w->channels};
    if (w->config.words)
        replay.pcm = wordtest_pcm(w->config.words, &replay.samples);
    if (record && ears && has_words(w, run) && !add_words(w, &config, ears, record)) {
        json_decref(record);
        record = NULL;
    }
    return record;
}

static struct tape *make_words(const struct workshop *w, const struct plan_run *run)
{
    struct condition condition = condition_of(w, run);
    struct replay replay = {.channels = w->channels};
    struct sim_config config = {0};
    replay.pcm = wordtest_pcm(w->config.words, &replay.samples);
    struct feed_source source = replay_feed(&replay);
    condition_apply(&condition, &config);
    return tape_record(&config.sender, &source);
}

static struct tape *make_tape(const struct workshop *w, const struct plan_run *run)
{
    struct condition condition = condition_of(w, run);
    const struct said *said = &w->said[run->source];
    struct replay replay = {.pcm = said->pcm, .samples = said->samples, .channels = w->channels};
    struct feed_source source = replay_feed(&replay);
    struct sim_config config = {0};
    condition_apply(&condition, &config);
    return tape_record(&config.sender, &source);
}

// ---- the threads -------------------------------------------------------------------------------

// The next run whose encoder is ready, or else one whose encoder nobody has made yet; NULL: there
// is none now. `*more`: but there will be.
static const struct plan_run *pick(struct workshop *w, bool *more)
{
    const struct plan *plan = w->config.plan;
    const struct plan_run *unmade = NULL;
    *more = false;
    for (size_t i = w->first; i < plan->run_count; i++) {
        struct run *r = &w->runs[i];
        if (!r->wanted || r->begun) {
            w->first += i == w->first;
            continue;
        }
        const struct plan_run *run = &plan->runs[i];
        enum progress progress = w->encoders[run->encoder].progress;
        if (progress == READY || progress == FAILED)
            return run;
        if (progress == NOT_BEGUN && !unmade)
            unmade = run;
        *more = true;
    }
    return unmade;
}

static void finish_run(struct workshop *w, const struct plan_run *run, json_t *record,
                       const char *why)
{
    struct encoder *encoder = &w->encoders[run->encoder];
    if (!w->config.done(w->config.ctx, run, record, why))
        w->stopped = true;
    if (--encoder->left == 0) {
        tape_free(encoder->tape);
        tape_free(encoder->words);
        encoder->tape = encoder->words = NULL;
    }
}

static void encode(struct workshop *w, const struct plan_run *run)
{
    struct encoder *encoder = &w->encoders[run->encoder];
    encoder->progress = MAKING;
    pthread_mutex_unlock(&w->lock);
    bool taped = !run->recovery->live && !w->config.base->sender.video; // a tape knows no pictures
    bool words = !run->recovery->live && has_words(w, run);
    struct tape *tape = taped ? make_tape(w, run) : NULL;
    struct tape *spoken = words ? make_words(w, run) : NULL;
    pthread_mutex_lock(&w->lock);
    encoder->tape = tape;
    encoder->words = spoken;
    encoder->progress = (tape || !taped) && (spoken || !words) ? READY : FAILED;
    pthread_cond_broadcast(&w->made);
}

static void work_on(struct workshop *w, const struct plan_run *run, struct recognizer *ears)
{
    const struct net *network = &w->networks[run->network - w->config.plan->networks];
    const struct said *said = &w->said[run->source];
    const struct encoder *encoder = &w->encoders[run->encoder];
    char why[CLI_WHY_MAX];
    json_t *record = NULL;
    w->runs[run->number].begun = true;
    if (*said->why || *network->why) {
        snprintf(why, sizeof why, "%s", *said->why ? said->why : network->why);
    } else if (encoder->progress == FAILED) {
        snprintf(why, sizeof why, "the encoder refuses these settings, or there is no memory");
    } else {
        pthread_mutex_unlock(&w->lock);
        record = do_run(w, run, encoder, ears, why);
        pthread_mutex_lock(&w->lock);
    }
    finish_run(w, run, record, why);
    json_decref(record);
}

static void *work(void *workshop)
{
    struct workshop *w = workshop;
    char why[WORDTEST_TEXT];
    const struct wordtest *words = w->config.words;
    struct recognizer *ears = words ? wordtest_recognizer(words, why, sizeof why) : NULL;
    pthread_mutex_lock(&w->lock);
    if (words && !ears) { // told by whoever made the words, unless memory ran out since
        fprintf(stderr, "voz-lab: %s\n", why);
        w->stopped = true;
    }
    while (!w->stopped && !*w->stop) {
        bool more;
        const struct plan_run *run = pick(w, &more);
        if (!run && !more)
            break;
        if (!run)
            pthread_cond_wait(&w->made, &w->lock);
        else if (w->encoders[run->encoder].progress == NOT_BEGUN)
            encode(w, run);
        else
            work_on(w, run, ears);
    }
    pthread_cond_broadcast(&w->made);
    pthread_mutex_unlock(&w->lock);
    recognizer_free(ears);
    return NULL;
}

static bool run_threads(struct workshop *w, char *why)
{
    pthread_t threads[256];
    int jobs = w->config.jobs < 256 ? w->config.jobs : 256, started = 0;
    while (started < jobs && pthread_create(&threads[started], NULL, work, w) == 0)
        started++;
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    if (!started)
        snprintf(why, CLI_WHY_MAX, "this system starts no thread");
    return started;
}

// ---- before and after --------------------------------------------------------------------------

static void load_said(struct workshop *w, struct said *said, const char *name)
{
    const struct source_config config = {
        .name = name, .channels = w->channels, .duration = w->config.duration};
    said->name = name;
    said->pcm = source_load(&config, &said->samples, said->why, sizeof said->why);
    if (!said->pcm)
        return;
    if (input_is_tone(name))
        said->unscored = SCORE_NOT_SPEECH;
    else
        said->scorer = scorer_new(said->pcm, said->samples, w->channels, &said->unscored);
}

static bool said_clip(const struct workshop *w, const struct said *said, char *why)
{
    char name[CLIP_NAME];
    snprintf(why, CLI_WHY_MAX, "no memory");
    if (!said_name(w, said->name, name))
        return false;
    return *said->why || write_clip(w, name, said->pcm, said->samples, why);
}

static bool load(struct workshop *w, char *why)
{
    const struct plan *plan = w->config.plan;
    for (size_t i = 0; i < plan->network_count; i++) {
        struct net *n = &w->networks[i];
        if (path_spec(plan->networks[i].netem, &n->spec, n->why, sizeof n->why))
            n->why[0] = '\0';
    }
    for (size_t i = 0; i < plan->run_count; i++)
        if (!w->said[plan->runs[i].source].name)
            load_said(w, &w->said[plan->runs[i].source], plan->runs[i].in);
    for (size_t i = 0; w->config.clips && i < plan->sources; i++)
        if (!said_clip(w, &w->said[i], why))
            return false;
    for (size_t i = 0; i < plan->run_count; i++) {
        w->runs[i].wanted = w->config.wanted(w->config.ctx, &plan->runs[i]);
        w->encoders[plan->runs[i].encoder].left += w->runs[i].wanted;
    }
    return true;
}

static void unload(struct workshop *w)
{
    const struct plan *plan = w->config.plan;
    for (size_t i = 0; w->said && i < plan->sources; i++) {
        free(w->said[i].pcm);
        scorer_free(w->said[i].scorer);
    }
    for (size_t i = 0; w->networks && i < plan->network_count; i++)
        path_spec_free(&w->networks[i].spec);
    for (size_t i = 0; w->encoders && i < plan->encoders; i++) {
        tape_free(w->encoders[i].tape);
        tape_free(w->encoders[i].words);
    }
    free(w->said);
    free(w->networks);
    free(w->encoders);
    free(w->runs);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->made);
}

bool workshop_run(const struct workshop_config *config, const atomic_bool *stop, char *why)
{
    const struct plan *plan = config->plan;
    struct workshop w = {
        .config = *config,
        .stop = stop,
        .said = calloc(plan->sources, sizeof *w.said),
        .networks = calloc(plan->network_count, sizeof *w.networks),
        .encoders = calloc(plan->encoders, sizeof *w.encoders),
        .runs = calloc(plan->run_count, sizeof *w.runs),
        .channels = config->base->sender.voice.channels,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .made = PTHREAD_COND_INITIALIZER,
    };
    bool good = w.said && w.networks && w.encoders && w.runs;
    if (!good)
        snprintf(why, CLI_WHY_MAX, "no memory");
    good = good && load(&w, why) && run_threads(&w, why);
    unload(&w);
    return good;
}
