// A stream in virtual time: see stream.h.
#include "tests/stream.h"

#include "media/io/input.h"
#include "media/netem.h"

#include <stdlib.h>
#include <string.h>

#define STEP         120 // samples between two looks at everything: 2.5 ms
#define STEP_TIME    2500
#define PAYLOAD_TYPE 96

// ---- the source --------------------------------------------------------------------------------

int16_t *stream_speech;
size_t stream_speech_samples;

int stream_load_speech(void **state)
{
    (void)state;
    struct input_config config = {.source = "speech", .channels = 1};
    char why[INPUT_TEXT];
    struct input *input = input_open(&config, why, sizeof why);
    if (!input)
        return -1;
    stream_speech = calloc(30 * VOICE_RATE, sizeof *stream_speech);
    stream_speech_samples = input_read(input, 0, stream_speech, 30 * VOICE_RATE);
    input_close(input);
    return stream_speech_samples > 10 * VOICE_RATE ? 0 : -1;
}

int stream_drop_speech(void **state)
{
    (void)state;
    free(stream_speech);
    return 0;
}

// The source with silence around it; interleaved, the second channel is the negative of the first.
static void read_source(const struct world *w, size_t at, size_t samples, int16_t *pcm)
{
    int channels = w->plan.voice.channels;
    for (size_t i = 0; i < samples; i++) {
        int16_t value = at + i < w->plan.samples ? w->plan.source[at + i] : 0;
        for (int c = 0; c < channels; c++)
            pcm[i * (size_t)channels + (size_t)c] = c ? (int16_t)-value : value;
    }
}

// ---- the world ---------------------------------------------------------------------------------

struct plan stream_plan_of(const char *netem)
{
    return (struct plan){
        .netem = netem,
        .voice = {.channels = 1,
                  .bitrate = 24000,
                  .frame_samples = 960,
                  .complexity = 2,
                  .fec = true,
                  .loss_percent = 20},
        .latency_min = 100 * USEC_MS,
        .seed = 1,
        .listeners = 1,
        .seconds = 8,
    };
}

static struct impair *path(const struct plan *plan, uint64_t n)
{
    struct impair_spec spec;
    struct netem_error error;
    bool clean = !plan->netem || (plan->clean_rtcp && n % 3);
    if (!netem_parse(&spec, clean ? "" : plan->netem, &error))
        fail_msg("%s: %s", plan->netem, error.what);
    struct impair *impair = impair_new(&spec, plan->seed * 1000 + n);
    assert_non_null(impair);
    return impair;
}

void stream_prepare(struct world *w)
{
    int16_t pcm[2 * VOICE_FRAME_MAX];
    w->at = sender_lookahead(w->sender);
    read_source(w, 0, w->at, pcm);
    sender_prime(w->sender, pcm);
}

struct world *stream_build(const struct plan *plan)
{
    struct world *w = calloc(1, sizeof *w);
    w->plan = *plan;
    if (!w->plan.source) {
        w->plan.source = stream_speech;
        w->plan.samples = stream_speech_samples;
    }
    if (plan->seconds > 0 && plan->seconds * VOICE_RATE < (double)w->plan.samples)
        w->plan.samples = (size_t)(plan->seconds * VOICE_RATE);
    struct sender_config config = {
        .voice = plan->voice,
        .limits = {.bitrate = plan->adapt_fec ? plan->voice.bitrate : 0,
                   .max_bitrate = plan->voice.bitrate,
                   .fec = ADAPT_FEC_AUTO},
        .payload_type = PAYLOAD_TYPE,
        .listeners_max = LISTENERS_MAX,
        .wall_clock = 1700000000 * USEC_SECOND,
        .seed = plan->seed,
    };
    w->sender = sender_new(&config, 0);
    assert_non_null(w->sender);
    size_t frame = (size_t)plan->voice.frame_samples;
    w->frames = (w->plan.samples + frame - 1) / frame;
    stream_prepare(w);
    return w;
}

struct hearer *stream_join(struct world *w)
{
    const struct plan *plan = &w->plan;
    struct hearer *l = calloc(1, sizeof *l);
    uint64_t n = (uint64_t)w->count * 3;
    l->id = sender_join(w->sender, w->now, (struct peer_takes){0});
    assert_true(l->id >= 0);
    l->joined = w->now;
    l->first_packet = USEC_NEVER;
    l->position = sender_play(w->sender, l->id, w->now);
    struct receiver_config config = {
        .payload_type = PAYLOAD_TYPE,
        .channels = plan->voice.channels,
        .latency = plan->latency,
        .latency_min = plan->latency_min,
        .conceal = plan->conceal,
        .fec = !plan->no_fec,
        .has_seq = !plan->no_expect,
        .seq = l->position.seq,
        .has_rtptime = !plan->no_expect,
        .rtptime = l->position.timestamp,
        .seed = plan->seed * 100 + n,
    };
    l->receiver = receiver_new(&config, w->now);
    assert_non_null(l->receiver);
    l->rtp = path(plan, n);
    l->rtcp = path(plan, n + 1);
    l->back = path(plan, n + 2);
    l->pcm = calloc(2 * (w->plan.samples + 20 * VOICE_RATE), sizeof *l->pcm);
    w->listeners[w->count++] = l;
    return l;
}

void stream_destroy(struct world *w)
{
    for (int i = 0; i < w->count; i++) {
        struct hearer *l = w->listeners[i];
        receiver_free(l->receiver);
        impair_free(l->rtp);
        impair_free(l->rtcp);
        impair_free(l->back);
        free(l->pcm);
        free(l);
    }
    sender_free(w->sender);
    free(w);
}

static void send_to(struct world *w, struct hearer *l, const struct sender_datagram *d)
{
    if (d->kind == SENDER_RTCP) {
        impair_input(l->rtcp, w->now, d->data, d->len, 0);
        return;
    }
    int n = (int)l->sent++;
    l->markers += d->data[1] >> 7;
    assert_true(n < PACKETS_MAX);
    int last = w->plan.drop_last ? (int)w->frames - w->plan.drop_last : PACKETS_MAX;
    if (n >= w->plan.drop_first && n < last && !(n >= w->plan.drop_from && n < w->plan.drop_to))
        impair_input(l->rtp, w->now, d->data, d->len, (uint64_t)n);
}

void stream_send_pending(struct world *w)
{
    struct sender_datagram d;
    while (sender_output(w->sender, w->now, &d))
        for (int i = 0; i < w->count; i++)
            if (d.listener == w->listeners[i]->id ||
                (d.listener == SENDER_ALL &&
                 sender_listener(w->sender, w->listeners[i]->id).playing))
                send_to(w, w->listeners[i], &d);
}

static void make_frames(struct world *w)
{
    int16_t pcm[2 * VOICE_FRAME_MAX];
    while (sender_frame_due(w->sender) <= w->now) {
        if (w->frames_made == w->frames) {
            sender_last(w->sender);
            stream_send_pending(w);
            sender_end(w->sender, w->now);
            return;
        }
        size_t frame = sender_frame_samples(w->sender);
        read_source(w, w->at, frame, pcm);
        w->at += frame;
        w->frames_made++;
        sender_frame(w->sender, pcm);
        stream_send_pending(w);
    }
}

static void travel(struct world *w, struct hearer *l)
{
    uint8_t data[8192];
    uint64_t tag;
    usec due;
    size_t len;
    while ((len = impair_output(l->rtp, w->now, data, sizeof data, &tag, &due))) {
        l->came[tag] = true;
        l->first_packet = usec_min(l->first_packet, due);
        receiver_rtp(l->receiver, due, data, len);
    }
    while ((len = impair_output(l->rtcp, w->now, data, sizeof data, NULL, &due)))
        receiver_rtcp(l->receiver, due, data, len);
    if (receiver_next(l->receiver) <= w->now) {
        len = receiver_rtcp_output(l->receiver, w->now, data, sizeof data);
        assert_true(len > 0);
        impair_input(l->back, w->now, data, len, 0);
    }
    while ((len = impair_output(l->back, w->now, data, sizeof data, NULL, &due)))
        sender_rtcp(w->sender, l->id, due, data, len);
}

static void listen(struct world *w, struct hearer *l)
{
    int16_t pcm[2 * STEP];
    struct receiver_event event;
    if (!l->ended) {
        struct receiver_played played = receiver_play(l->receiver, w->now, pcm, STEP);
        size_t channels = (size_t)w->plan.voice.channels;
        assert_true(played.lead + played.used <= STEP);
        assert_true(!played.lead || !l->heard);
        memcpy(l->pcm + l->heard * channels, pcm + played.lead * channels,
               played.used * channels * sizeof *pcm);
        l->heard += played.used;
        l->lead += played.lead;
        assert_true(l->heard < w->plan.samples + 19 * VOICE_RATE);
    }
    while (receiver_event(l->receiver, &event)) {
        l->events[event.kind]++;
        l->ended |= event.kind == RECEIVER_ENDED;
    }
}

void stream_step(struct world *w)
{
    make_frames(w);
    stream_send_pending(w);
    for (int i = 0; i < w->count; i++) {
        travel(w, w->listeners[i]);
        listen(w, w->listeners[i]);
    }
    w->now += STEP_TIME;
}

void stream_run_until(struct world *w, usec until)
{
    while (w->now < until)
        stream_step(w);
}

void stream_run_out(struct world *w)
{
    usec limit = w->now + usec_from_units((int64_t)w->plan.samples, VOICE_RATE) + 20 * USEC_SECOND;
    bool over = false;
    while (!over && w->now < limit) {
        stream_step(w);
        over = !sender_running(w->sender) && !sender_busy(w->sender);
        for (int i = 0; i < w->count; i++)
            over &= w->listeners[i]->ended;
    }
    assert_true(over);
}

struct world *stream_play(const struct plan *plan)
{
    struct world *w = stream_build(plan);
    for (int i = 0; i < plan->listeners; i++)
        stream_join(w);
    sender_start(w->sender, 0);
    stream_run_out(w);
    return w;
}
