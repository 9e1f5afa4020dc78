// Calls in virtual time: that they repeat to the bit, and that every figure means what it says.
#include "tests/stream.h"

#include "lab/heard.h"
#include "lab/replay.h"
#include "lab/sim.h"
#include "media/netem.h"
#include "media/rtp.h"

#include <math.h>
#include <string.h>

#define FRAME         960 // samples
#define DECISIONS_MAX 40000
#define CHOICES_MAX   100
#define LENGTH(a)     (sizeof(a) / sizeof((a)[0]))

struct setup {
    const char *netem; // NULL: clean
    const char *back;
    const struct trace *trace; // instead of netem
    uint64_t seed;
    usec latency;
    bool tcp;
    bool fec, auto_fec, deaf_to_fec, dtx, taped, stereo;
    bool
        repairs; // copies as the listener's losses ask for, or all the time; and packets sent again
    bool copies;
    const int16_t *pcm; // NULL: the built-in speech
    size_t samples;
    usec step; // of sim_run; 0: all at once
};

struct call {
    struct sim_figures figures;
    char *fates;
    struct heard heard;
    struct sim_decision decisions[DECISIONS_MAX];
    size_t decided;
    bool came[DECISIONS_MAX]; // RTP packets, by number
    struct steer_decision choices[CHOICES_MAX];
    size_t chosen;
    size_t datagrams[2][2]; // way, kind
    usec last_datagram;
    uint16_t first_seq;
};

// ---- one call ----------------------------------------------------------------------------------

static void on_decision(void *ctx, const struct sim_decision *decision)
{
    struct call *c = ctx;
    assert_true(c->decided < DECISIONS_MAX);
    c->decisions[c->decided++] = *decision;
}

static void on_datagram(void *ctx, const struct sim_datagram *d)
{
    struct call *c = ctx;
    struct rtp_packet packet;
    c->datagrams[d->way][d->kind]++;
    assert_true(d->at >= 0);
    if (d->kind == SENDER_RTP && rtp_parse(&packet, d->data, d->len) == RTP_OK) {
        uint16_t n = (uint16_t)(packet.seq - c->first_seq);
        if (n < DECISIONS_MAX)
            c->came[n] = true;
    }
}

static void on_choice(void *ctx, const struct steer_decision *decision)
{
    struct call *c = ctx;
    assert_true(c->chosen < CHOICES_MAX);
    c->choices[c->chosen++] = *decision;
}

static void on_sound(void *ctx, const int16_t *pcm, size_t samples, int channels)
{
    heard_add(&((struct call *)ctx)->heard, pcm, samples, channels);
}

static struct impair_spec spec_of(const char *text)
{
    struct impair_spec spec = {0};
    struct netem_error error;
    if (text && !netem_parse(&spec, text, &error))
        fail_msg("%s: %s", text, error.what);
    return spec;
}

static struct sender_config sender_of(const struct setup *s)
{
    struct sender_config sender = {
        .voice = {.channels = s->stereo ? 2 : 1,
                  .bitrate = 24000,
                  .frame_samples = FRAME,
                  .fec = s->fec,
                  .loss_percent = 20,
                  .dtx = s->dtx},
        .limits = {.bitrate = s->auto_fec ? 24000 : 0, .max_bitrate = 24000, .fec = ADAPT_FEC_AUTO},
        .payload_type = 96,
    };
    if (s->repairs) {
        sender.limits = (struct adapt_limits){.bitrate = 24000,
                                              .max_bitrate = 64000,
                                              .fec = ADAPT_FEC_AUTO,
                                              .red = s->copies ? ADAPT_RED_FIXED : ADAPT_RED_AUTO,
                                              .shape = {1, 1},
                                              .frame_samples = FRAME,
                                              .channels = sender.voice.channels};
        sender.resend = true;
        sender.payload_type_red = 63;
        sender.payload_type_again = 97;
    }
    return sim_sender_config(&sender);
}

static struct replay source_of(const struct setup *s)
{
    size_t channels = s->stereo ? 2 : 1;
    return (struct replay){
        .pcm = s->pcm ? s->pcm : stream_speech,
        .samples = s->samples ? s->samples : 3 * VOICE_RATE,
        .channels = (int)channels,
    };
}

static void finish(struct call *c, struct sim *sim)
{
    c->figures = sim_figures(sim);
    c->fates = strdup(c->figures.fates);
    c->figures.fates = c->fates;
    assert_true(sim_is_whole(sim));
}

static struct call *call(const struct setup *s)
{
    struct call *c = calloc(1, sizeof *c);
    struct replay replay = source_of(s);
    struct feed_source source = replay_feed(&replay);
    struct impair_spec forward = spec_of(s->netem), back = spec_of(s->back);
    struct sim_config config = {
        .sender = sender_of(s),
        .source = s->taped ? NULL : &source,
        .receiver = {.latency = s->latency,
                     .fec = !s->deaf_to_fec,
                     .red = s->repairs,
                     .again = s->repairs},
        .forward = &forward,
        .back = &back,
        .seed = s->seed ? s->seed : 1,
        .transport = s->tcp ? NETWORK_TCP : NETWORK_UDP,
        .observer = {on_datagram, on_decision, on_sound, c},
    };
    config.sender.decided = on_choice;
    config.sender.ctx = c;
    struct tape *tape = s->taped ? tape_record(&config.sender, &source) : NULL;
    config.tape = tape;
    forward.trace = s->trace;
    // The number of the first packet is known before the call from a recording of nothing.
    struct replay nothing = {.channels = replay.channels};
    struct feed_source silence = replay_feed(&nothing);
    struct tape *empty = tape_record(&config.sender, &silence);
    assert_non_null(empty);
    c->first_seq = tape_position(empty).seq;
    tape_free(empty);
    struct sim *sim = sim_new(&config);
    assert_non_null(sim);
    usec step = s->step ? s->step : USEC_NEVER;
    for (usec until = step; !sim_run(sim, until); until += step)
        assert_true(until < 100 * USEC_SECOND);
    finish(c, sim);
    sim_free(sim);
    tape_free(tape);
    return c;
}

static void hang_up(struct call *c)
{
    heard_free(&c->heard);
    free(c->fates);
    free(c);
}

static size_t count(const struct call *c, enum sim_fate fate)
{
    size_t n = 0;
    for (const char *f = c->fates; *f; f++)
        n += *f == (char)fate;
    return n;
}

static void assert_same_choices(const struct call *a, const struct call *b)
{
    assert_int_equal(a->chosen, b->chosen);
    for (size_t i = 0; i < a->chosen; i++) {
        const struct steer_decision *x = &a->choices[i], *y = &b->choices[i];
        assert_int_equal(x->at, y->at);
        assert_true(x->lost == y->lost && x->burst == y->burst && x->quality == y->quality);
        assert_int_equal(x->budget, y->budget);
        assert_int_equal(x->choice.bitrate, y->choice.bitrate);
        assert_int_equal(x->choice.expected_loss, y->choice.expected_loss);
        assert_int_equal(x->choice.shape.depth, y->choice.shape.depth);
        assert_int_equal(x->choice.shape.spacing, y->choice.shape.spacing);
    }
}

static void assert_same(const struct call *a, const struct call *b)
{
    assert_same_choices(a, b);
    const struct sim_figures *f = &a->figures, *g = &b->figures;
    assert_string_equal(a->fates, b->fates);
    assert_int_equal(a->heard.samples, b->heard.samples);
    assert_memory_equal(a->heard.pcm, b->heard.pcm,
                        a->heard.samples * (size_t)a->heard.channels * 2);
    assert_int_equal(a->decided, b->decided);
    for (size_t i = 0; i < a->decided; i++) {
        assert_int_equal(a->decisions[i].delay, b->decisions[i].delay);
        assert_int_equal(a->decisions[i].receiver.at, b->decisions[i].receiver.at);
        assert_int_equal(a->decisions[i].receiver.kind, b->decisions[i].receiver.kind);
    }
    assert_true(f->delay_mean == g->delay_mean && f->delay_p95 == g->delay_p95);
    assert_true(f->buffer_mean == g->buffer_mean);
    assert_int_equal(f->now, g->now);
    assert_int_equal(f->datagrams_sent, g->datagrams_sent);
    assert_int_equal(f->octets_sent, g->octets_sent);
    assert_int_equal(f->receiver.packets_received, g->receiver.packets_received);
    assert_int_equal(f->receiver.packets_lost, g->receiver.packets_lost);
    assert_int_equal(f->receiver.packets_late, g->receiver.packets_late);
    assert_int_equal(f->receiver.octets_received, g->receiver.octets_received);
    assert_int_equal(f->receiver.position, g->receiver.position);
    assert_int_equal(f->receiver.playout.samples_conceal, g->receiver.playout.samples_conceal);
    assert_int_equal(f->receiver.playout.samples_late, g->receiver.playout.samples_late);
    assert_int_equal(f->receiver.playout.samples_fec, g->receiver.playout.samples_fec);
}

// ---- the same again ----------------------------------------------------------------------------

static void same_arguments_same_call(void **state)
{
    (void)state;
    static const struct setup rows[] = {
        {.netem = "delay 40ms 15ms loss 10% duplicate 5% corrupt 1%", .auto_fec = true},
        {.netem = "loss gemodel 5% 30%", .fec = true, .latency = 60 * USEC_MS, .seed = 7},
        {.netem = "delay 20ms loss 20%", .repairs = true, .samples = 8 * VOICE_RATE},
    };
    for (size_t i = 0; i < LENGTH(rows); i += (size_t)repeats(1, 2)) {
        struct setup in_steps = rows[i];
        in_steps.step = 7777; // where the caller stops in between changes nothing
        struct call *a = call(&rows[i]), *b = call(&rows[i]), *c = call(&in_steps);
        assert_same(a, b);
        assert_same(a, c);
        assert_true(!a->chosen == !(rows[i].auto_fec || rows[i].repairs));
        hang_up(a);
        hang_up(b);
        hang_up(c);
    }
}

static void other_seed_other_losses(void **state)
{
    (void)state;
    const struct setup one = {.netem = "loss 20%", .seed = 1},
                       two = {.netem = "loss 20%", .seed = 2};
    struct call *a = call(&one), *b = call(&two);
    assert_memory_not_equal(a->came, b->came, sizeof a->came);
    hang_up(a);
    hang_up(b);
}

static void delay_and_jitter_lose_the_same(void **state)
{
    (void)state;
    static const char *const netems[][3] = {
        {"loss 20%", "delay 80ms loss 20%", "delay 80ms 40ms distribution normal loss 20%"},
        {"loss gemodel 5% 30%", "loss gemodel 5% 30% delay 300ms",
         "loss gemodel 5% 30% delay 50ms 5ms 25%"},
    };
    for (size_t i = 0; i < LENGTH(netems); i++) {
        struct call *calls[3];
        for (int n = 0; n < 3; n++) {
            const struct setup s = {.netem = netems[i][n], .seed = 3, .auto_fec = true};
            calls[n] = call(&s);
            assert_int_equal(calls[n]->figures.datagrams_sent, 150);
        }
        assert_true(calls[0]->datagrams[NETWORK_FORWARD][SENDER_RTP] < 148);
        for (int n = 1; n < 3; n++)
            assert_memory_equal(calls[n]->came, calls[0]->came, sizeof calls[0]->came);
        for (int n = 0; n < 3; n++)
            hang_up(calls[n]);
    }
}

// A sweep encodes once and passes the packets through many networks: where nothing that comes back
// changes what is sent, that is the call itself.
static void tape_is_the_sender(void **state)
{
    (void)state;
    static const struct setup rows[] = {
        {.netem = NULL},
        {.netem = "delay 30ms 10ms loss 10%", .fec = true},
        {.netem = "loss 10%", .back = "delay 100ms loss 50%", .latency = 100 * USEC_MS},
        {.netem = "loss 100%"},
        {.netem = "delay 2s loss 40%", .dtx = true},
    };
    for (size_t i = 0; i < LENGTH(rows); i += (size_t)repeats(1, 2)) {
        struct setup taped = rows[i];
        taped.taped = true;
        struct call *live = call(&rows[i]), *again = call(&taped);
        assert_same(live, again);
        assert_int_equal(live->figures.sender.packets, again->figures.sender.packets);
        assert_int_equal(live->figures.sender.octets, again->figures.sender.octets);
        hang_up(live);
        hang_up(again);
    }
}

// ---- sums --------------------------------------------------------------------------------------

static void assert_consistent(const struct call *c, const char *what)
{
    const struct sim_figures *f = &c->figures;
    const struct playout_stats *p = &f->receiver.playout;
    usec at = 0;
    int64_t played = 0;
    if (f->frames != 150 || f->sent_for != 3 * USEC_SECOND || strlen(c->fates) != 150)
        fail_msg("%s: %zu frames, %zu fates", what, f->frames, strlen(c->fates));
    assert_int_equal(f->datagrams_sent, 150);
    assert_int_equal(strspn(c->fates, "prxls."), 150);
    assert_int_equal(count(c, SIM_SILENT), 0);
    assert_true(count(c, SIM_PLAYED) <= p->frames_packet);
    assert_true(p->samples_late <= p->samples_conceal);
    for (size_t i = 0; i < c->decided; i++) {
        const struct receiver_decision *d = &c->decisions[i].receiver;
        if (d->at < at)
            fail_msg("%s: decision %zu is at %lld, after %lld", what, i, (long long)d->at,
                     (long long)at);
        assert_true(d->kind == PLAYOUT_PACKET || d->kind == PLAYOUT_FEC ||
                    d->kind == PLAYOUT_CONCEAL);
        assert_true(d->samples >= 0);
        at = d->at;
        played += d->samples;
    }
    if (f->receiver.position != played)
        fail_msg("%s: %lld samples were decided, %lld played", what, (long long)played,
                 (long long)f->receiver.position);
    assert_true((int64_t)c->heard.samples >= played);
    assert_true(f->delay_mean >= 0 && f->buffer_mean >= 0);
    // Over the packets that were played.
    assert_true(f->buffer_mean <= f->delay_mean + 1 || strstr(what, "corrupt"));
    assert_true(f->delay_mean <= (double)f->now && f->delay_p95 <= (double)f->now);
}

static void nothing_breaks_the_sums(void **state)
{
    (void)state;
    static const char *const netems[] = {
        "",
        "loss 30%",
        "loss 95%",
        "loss gemodel 10% 20% delay 20ms",
        "delay 50ms 40ms distribution pareto loss 5%",
        "duplicate 50%",
        "delay 60ms reorder 30% 50%",
        "corrupt 30%",
        "corrupt 100%",
        "loss state 10% 50% duplicate 100% corrupt 100%",
        "rate 20kbit",
        "rate 40kbit limit 2",
        "delay 20ms 10ms loss 30% duplicate 10% corrupt 3%",
        "loss 100%",
    };
    int seeds = repeats(4, 1);
    size_t every = (size_t)repeats(1, 3);
    for (size_t i = 0; i < LENGTH(netems); i += every)
        for (int seed = 1; seed <= seeds; seed++) {
            const struct setup s = {.netem = netems[i],
                                    .seed = (uint64_t)seed,
                                    .auto_fec = true,
                                    .taped = false,
                                    .latency = seed % 2 ? 0 : 80 * USEC_MS};
            struct call *c = call(&s);
            assert_consistent(c, netems[i]);
            hang_up(c);
        }
}

static void clean_call(void **state)
{
    (void)state;
    const struct setup s = {.netem = NULL};
    struct call *c = call(&s);
    assert_int_equal(count(c, SIM_PLAYED), 150);
    assert_int_equal(c->figures.receiver.packets_received, 150);
    assert_int_equal(c->figures.receiver.packets_lost, 0);
    assert_int_equal(c->figures.receiver.position, 3 * VOICE_RATE);
    assert_int_equal(c->figures.receiver.playout.samples_conceal, 0);
    assert_int_equal(c->datagrams[NETWORK_FORWARD][SENDER_RTP], 150);
    assert_true(c->datagrams[NETWORK_FORWARD][SENDER_RTCP] > 0);
    assert_true(c->datagrams[NETWORK_BACK][SENDER_RTCP] > 0);
    assert_int_equal(c->datagrams[NETWORK_BACK][SENDER_RTP], 0);
    hang_up(c);
}

// Over TCP nothing is lost and much is late: the same receiver, which hears the stalls.
static void late_instead_of_lost(void **state)
{
    (void)state;
    const char *const netem = "delay 50ms loss 10%";
    const struct setup setups[] = {{.netem = netem, .back = netem, .fec = true, .tcp = true},
                                   {.netem = netem, .back = netem, .fec = true, .tcp = true},
                                   {.netem = netem, .back = netem, .fec = true}};
    struct call *c[LENGTH(setups)];
    for (size_t i = 0; i < LENGTH(setups); i++)
        c[i] = call(&setups[i]);
    assert_same(c[0], c[1]);
    assert_int_equal(c[0]->datagrams[NETWORK_FORWARD][SENDER_RTP], 150);
    assert_true(c[0]->datagrams[NETWORK_FORWARD][SENDER_RTCP] > 0);
    assert_true(c[0]->datagrams[NETWORK_BACK][SENDER_RTCP] > 0);
    assert_int_equal(c[0]->figures.receiver.packets_lost, 0);
    assert_int_equal(count(c[0], SIM_LOST), 0);
    assert_true(count(c[0], SIM_LATE) + count(c[0], SIM_SKIPPED) > 0 ||
                c[0]->figures.receiver.playout.samples_conceal > 0);
    assert_true(c[0]->figures.delay_mean > 1.5 * c[2]->figures.delay_mean);
    assert_true(count(c[2], SIM_LOST) + count(c[2], SIM_RECOVERED) > 5);
    // 28 octets of header a packet, and more of TCP: time stamps, acknowledgments, copies
    assert_true(c[0]->figures.octets_wire > c[2]->figures.octets_wire + 150 * 24);
    for (size_t i = 0; i < LENGTH(setups); i++)
        hang_up(c[i]);
}

// The kernel gives up in the end, and so does the call.
static void a_connection_breaks(void **state)
{
    (void)state;
    const struct setup s = {.netem = "loss 100%", .tcp = true};
    struct call *c = call(&s);
    assert_int_equal(c->figures.receiver.packets_received, 0);
    assert_int_equal(count(c, SIM_LOST), 150);
    hang_up(c);
}

static void a_clean_connection(void **state)
{
    (void)state;
    const struct setup s = {.netem = "delay 30ms", .back = "delay 30ms", .tcp = true};
    struct call *c = call(&s);
    assert_int_equal(count(c, SIM_PLAYED), 150);
    assert_int_equal(c->figures.receiver.playout.samples_conceal, 0);
    hang_up(c);
}

static void nothing_comes(void **state)
{
    (void)state;
    const struct setup s = {.netem = "loss 100%"};
    struct call *c = call(&s);
    assert_int_equal(count(c, SIM_LOST), 150);
    assert_int_equal(c->figures.receiver.packets_received, 0);
    assert_int_equal(c->decided, 0);
    for (size_t i = 0; i < c->heard.samples; i++)
        assert_int_equal(c->heard.pcm[i], 0);
    hang_up(c);
}

// The BYE is lost, again and again, and the receiver goes on guessing long after the source's end:
// the source is no longer for that.
static void receiver_outlasts_the_source(void **state)
{
    (void)state;
    struct trace *t = malloc(sizeof *t + 300 * sizeof t->delay[0]);
    t->count = 300;
    for (size_t i = 0; i < 300; i++)
        t->delay[i] = i < 3 || i > 163 ? 0 : USEC_NEVER;
    const struct setup s = {.trace = t};
    struct call *c = call(&s);
    assert_true(c->figures.receiver.position > 5 * VOICE_RATE);
    assert_int_equal(c->figures.frames, 150);
    assert_int_equal(c->figures.sent_for, 3 * USEC_SECOND);
    assert_int_equal(count(c, SIM_PLAYED), 3);
    assert_int_equal(count(c, SIM_LOST), 147);
    hang_up(c);
    free(t);
}

// ---- what the figures mean ---------------------------------------------------------------------

#define TRACE 150 // packets
#define ROWS  200 // more than these: it would begin again with the reports

static struct trace *trace_of(usec delay)
{
    struct trace *t = malloc(sizeof *t + ROWS * sizeof t->delay[0]);
    assert_non_null(t);
    t->count = ROWS;
    for (size_t i = 0; i < ROWS; i++)
        t->delay[i] = delay;
    return t;
}

static void lost_and_late_to_the_sample(void **state)
{
    (void)state;
    static const size_t lost[] = {30, 41, 42, 90, 101, 120}, late[] = {50, 61, 71, 72, 110};
    struct trace *t = trace_of(40 * USEC_MS);
    for (size_t i = 0; i < LENGTH(lost); i++)
        t->delay[lost[i]] = USEC_NEVER;
    for (size_t i = 0; i < LENGTH(late); i++)
        t->delay[late[i]] = 540 * USEC_MS;
    const struct setup s = {.trace = t, .latency = 60 * USEC_MS};
    struct call *c = call(&s);
    const struct receiver_stats *r = &c->figures.receiver;
    char expected[TRACE + 1];
    memset(expected, SIM_PLAYED, TRACE);
    expected[TRACE] = '\0';
    for (size_t i = 0; i < LENGTH(lost); i++)
        expected[lost[i]] = SIM_LOST;
    for (size_t i = 0; i < LENGTH(late); i++)
        expected[late[i]] = SIM_LATE;
    assert_string_equal(c->fates, expected);
    assert_int_equal(r->playout.samples_conceal, (LENGTH(lost) + LENGTH(late)) * FRAME);
    assert_int_equal(r->playout.samples_late, LENGTH(late) * FRAME);
    assert_int_equal(r->playout.samples_skipped, 0);
    assert_int_equal(r->packets_lost, LENGTH(lost));
    assert_int_equal(r->packets_late, LENGTH(late));
    assert_int_equal(r->packets_received, TRACE - LENGTH(lost));
    assert_int_equal(r->position, TRACE * FRAME);
    assert_int_equal(r->playout.frames_packet, TRACE - LENGTH(lost) - LENGTH(late));
    hang_up(c);
    free(t);
}

// A late packet whose copy was used was not concealed.
static void copies_cover_the_late(void **state)
{
    (void)state;
    struct trace *t = trace_of(40 * USEC_MS);
    t->delay[50] = t->delay[61] = 540 * USEC_MS;
    t->delay[80] = USEC_NEVER;
    t->delay[100] = t->delay[101] = USEC_NEVER; // the copy of the first is lost with the second
    const struct setup s = {.trace = t, .latency = 60 * USEC_MS, .fec = true};
    struct setup deaf = s;
    deaf.deaf_to_fec = true;
    struct call *c = call(&s), *d = call(&deaf);
    const struct playout_stats *p = &c->figures.receiver.playout;
    assert_int_equal(count(c, SIM_RECOVERED), 4);
    assert_int_equal(c->fates[50], SIM_RECOVERED);
    assert_int_equal(c->fates[61], SIM_RECOVERED);
    assert_int_equal(c->fates[80], SIM_RECOVERED);
    assert_int_equal(c->fates[100], SIM_LOST);
    assert_int_equal(c->fates[101], SIM_RECOVERED);
    assert_int_equal(p->frames_fec, 4);
    assert_int_equal(p->samples_fec, 4 * FRAME);
    assert_int_equal(p->samples_conceal, FRAME);
    assert_int_equal(p->samples_late, 0);
    assert_int_equal(c->figures.receiver.packets_late, 2);
    assert_int_equal(count(d, SIM_RECOVERED), 0);
    assert_int_equal(d->figures.receiver.playout.samples_conceal, 5 * FRAME);
    assert_int_equal(d->figures.receiver.playout.samples_late, 2 * FRAME);
    hang_up(c);
    hang_up(d);
    free(t);
}

// What a copy or a packet that was sent again is played instead of has a fate of its own, and is
// neither lost nor recovered otherwise.
static void copies_and_answers_have_their_fates(void **state)
{
    (void)state;
    const struct setup s = {.netem = "delay 20ms loss 20%",
                            .repairs = true,
                            .copies = true,
                            .latency = 120 * USEC_MS,
                            .samples = 6 * VOICE_RATE};
    struct call *c = call(&s);
    const struct sim_figures *f = &c->figures;
    const struct playout_stats *p = &f->receiver.playout;
    size_t copied = count(c, SIM_COPIED), again = count(c, SIM_AGAIN), came = 0;
    for (size_t i = 0; i < f->datagrams_sent; i++)
        came += c->came[i];
    assert_true(copied > 10 && again > 0);
    assert_int_equal(copied, p->frames_copy);
    assert_int_equal(again, p->frames_again);
    assert_int_equal(p->samples_copy, copied * FRAME);
    assert_int_equal(p->samples_again, again * FRAME);
    assert_int_equal(count(c, SIM_PLAYED) + copied + again, p->frames_packet);
    assert_int_equal(count(c, SIM_PLAYED), came);
    assert_int_equal(count(c, SIM_RECOVERED), p->frames_fec);
    assert_int_equal(count(c, SIM_LATE), 0);
    assert_int_equal(count(c, SIM_LOST) + count(c, SIM_RECOVERED) + copied + again,
                     f->datagrams_sent - came);
    assert_true(f->datagrams_again >= again);
    hang_up(c);
}

// The way becomes much shorter, twice: what waits too long is dropped unplayed, and says so. Nothing
// of it was lost.
static void skipped_is_neither_lost_nor_concealed(void **state)
{
    (void)state;
    struct trace *t = trace_of(20 * USEC_MS);
    for (size_t i = 0; i < 90; i++)
        t->delay[i] = (i < 45 ? 1840 : 920) * USEC_MS;
    const struct setup s = {.trace = t, .latency = 60 * USEC_MS};
    struct call *c = call(&s);
    const struct receiver_stats *r = &c->figures.receiver;
    assert_int_equal(count(c, SIM_LOST), 0);
    assert_int_equal(r->packets_lost, 0);
    assert_int_equal(r->packets_received, TRACE);
    assert_true(r->packets_skipped + r->packets_late >= count(c, SIM_SKIPPED));
    assert_int_equal(r->playout.samples_skipped, r->packets_skipped * FRAME);
    assert_int_equal(count(c, SIM_PLAYED), r->playout.frames_packet);
    assert_true(r->playout.samples_conceal == r->playout.samples_late);
    hang_up(c);
    free(t);
}

static void delays_are_what_they_say(void **state)
{
    (void)state;
    static const struct {
        usec network, latency;
    } rows[] = {{0, 5000}, {40000, 60000}, {123456, 20000}, {1000000, 200000}};
    for (size_t i = 0; i < LENGTH(rows); i += (size_t)repeats(1, 2)) {
        struct trace *t = trace_of(rows[i].network);
        const struct setup s = {.trace = t, .latency = rows[i].latency};
        struct call *c = call(&s);
        usec all = rows[i].network + rows[i].latency;
        assert_true(fabs(c->figures.delay_mean - (double)all) < 25); // a sample takes 21 us
        assert_true(fabs(c->figures.delay_p95 - (double)all) < 25);
        assert_true(fabs(c->figures.buffer_mean - (double)rows[i].latency) < 25);
        // Every second one 10 ms later: played at the same instant, and waits less.
        for (size_t n = 1; n < TRACE; n += 2)
            t->delay[n] += 4000;
        struct call *d = call(&s);
        assert_true(fabs(d->figures.delay_mean - (double)all) < 25);
        assert_true(fabs(d->figures.buffer_mean - (double)(rows[i].latency - 2000)) < 25);
        hang_up(c);
        hang_up(d);
        free(t);
    }
}

static int ascending(const void *a, const void *b)
{
    usec x = *(const usec *)a, y = *(const usec *)b;
    return (x > y) - (x < y);
}

// The same figures once more, from the decisions: what a reader of the log would get.
static void delays_agree_with_the_log(void **state)
{
    (void)state;
    const struct setup s = {.netem = "delay 60ms 30ms distribution normal loss 5%", .fec = true};
    struct call *c = call(&s);
    static usec delays[DECISIONS_MAX];
    double sum = 0, buffer = 0;
    size_t n = 0;
    for (size_t i = 0; i < c->decided; i++) {
        const struct sim_decision *d = &c->decisions[i];
        if (d->receiver.kind != PLAYOUT_PACKET)
            continue;
        delays[n++] = d->delay;
        sum += (double)d->delay;
        buffer += (double)(d->receiver.at - d->receiver.arrival);
        assert_true(d->receiver.at >= d->receiver.arrival);
    }
    assert_int_equal(n, c->figures.receiver.playout.frames_packet);
    qsort(delays, n, sizeof *delays, ascending);
    assert_true(fabs(c->figures.delay_mean - sum / (double)n) < 1e-3);
    assert_true(fabs(c->figures.buffer_mean - buffer / (double)n) < 1e-3);
    assert_true(c->figures.delay_p95 == (double)delays[(size_t)ceil(0.95 * (double)n) - 1]);
    assert_true(c->figures.delay_p95 > c->figures.delay_mean);
    hang_up(c);
}

static void silence_is_not_loss(void **state)
{
    (void)state;
    static int16_t pcm[6 * VOICE_RATE];
    memcpy(pcm, stream_speech + VOICE_RATE, VOICE_RATE * sizeof *pcm);
    memcpy(pcm + 5 * VOICE_RATE, stream_speech + VOICE_RATE, VOICE_RATE * sizeof *pcm);
    const struct setup s = {.pcm = pcm, .samples = 6 * VOICE_RATE, .dtx = true};
    struct call *c = call(&s);
    const struct sim_figures *f = &c->figures;
    assert_true(count(c, SIM_SILENT) > 100);
    assert_int_equal(f->frames, 300);
    assert_int_equal(f->datagrams_sent + count(c, SIM_SILENT), 300);
    assert_int_equal(f->datagrams_sent, f->receiver.packets_received);
    assert_int_equal(f->sent_for, 6 * USEC_SECOND);
    assert_int_equal(count(c, SIM_LOST) + count(c, SIM_LATE), 0);
    assert_int_equal(f->receiver.playout.samples_conceal, f->receiver.playout.samples_held);
    assert_true(f->receiver.playout.samples_silence > 2 * VOICE_RATE);
    hang_up(c);
}

// ---- what is heard -----------------------------------------------------------------------------

// It begins with the sender: what was said at one second is heard that much later, plus the way and
// the wait.
static void sound_begins_with_the_sender(void **state)
{
    (void)state;
    static int16_t pcm[2 * 3 * VOICE_RATE];
    static const usec ways[] = {0, 40000, 250000};
    for (int stereo = 0; stereo < 2; stereo++) {
        size_t channels = stereo ? 2 : 1;
        for (size_t n = 0; n < 3 * VOICE_RATE; n++)
            for (size_t k = 0; k < channels; k++)
                pcm[n * channels + k] =
                    n < VOICE_RATE ? 0 : (int16_t)(8000 * sin((double)n * 0.06 * M_PI));
        for (size_t i = 0; i < LENGTH(ways); i += (size_t)repeats(1, 2)) {
            struct trace *t = trace_of(ways[i]);
            const struct setup s = {.trace = t,
                                    .latency = 60 * USEC_MS,
                                    .stereo = stereo,
                                    .pcm = pcm,
                                    .samples = 3 * VOICE_RATE};
            struct call *c = call(&s);
            size_t onset = 0;
            while (abs(c->heard.pcm[onset * channels]) < 2000)
                onset++;
            double lag = (double)onset / 48 - 1000;
            double expected = usec_to_ms(ways[i] + 60 * USEC_MS);
            if (fabs(lag - expected) > 2.5)
                fail_msg("heard %.2f ms after it was said, not %.2f", lag, expected);
            double length = (double)c->heard.samples / 48;
            assert_int_equal(c->heard.channels, (int)channels);
            assert_true(fabs(length - 3000 - expected) <= 20);
            hang_up(c);
            free(t);
        }
    }
}

static void settings_that_cannot_be(void **state)
{
    (void)state;
    const struct setup s = {.netem = NULL};
    struct replay replay = source_of(&s);
    struct feed_source source = replay_feed(&replay);
    struct impair_spec clean = {0};
    struct sim_config config = {.sender = sender_of(&s), .forward = &clean, .back = &clean};
    config.source = &source;
    config.sender.voice.complexity = 11;
    assert_null(sim_new(&config));
    sim_free(NULL);
}

// A source without a sample, and one of a single sample.
static void hardly_anything_is_said(void **state)
{
    (void)state;
    static const int16_t sample[] = {1000};
    for (size_t samples = 0; samples < 2; samples++) {
        struct impair_spec clean = {0};
        const struct setup s = {.netem = NULL};
        struct replay replay = {.pcm = sample, .samples = samples, .channels = 1};
        struct feed_source source = replay_feed(&replay);
        struct sim_config config = {
            .sender = sender_of(&s), .source = &source, .forward = &clean, .back = &clean};
        struct sim *sim = sim_new(&config);
        assert_true(sim_run(sim, USEC_NEVER));
        struct sim_figures f = sim_figures(sim);
        assert_int_equal(f.frames, samples);
        assert_int_equal(f.datagrams_sent, samples);
        assert_int_equal(strlen(f.fates), samples);
        sim_free(sim);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_arguments_same_call),
        cmocka_unit_test(other_seed_other_losses),
        cmocka_unit_test(delay_and_jitter_lose_the_same),
        cmocka_unit_test(tape_is_the_sender),
        cmocka_unit_test(nothing_breaks_the_sums),
        cmocka_unit_test(clean_call),
        cmocka_unit_test(late_instead_of_lost),
        cmocka_unit_test(a_connection_breaks),
        cmocka_unit_test(a_clean_connection),
        cmocka_unit_test(nothing_comes),
        cmocka_unit_test(receiver_outlasts_the_source),
        cmocka_unit_test(lost_and_late_to_the_sample),
        cmocka_unit_test(copies_cover_the_late),
        cmocka_unit_test(copies_and_answers_have_their_fates),
        cmocka_unit_test(skipped_is_neither_lost_nor_concealed),
        cmocka_unit_test(delays_are_what_they_say),
        cmocka_unit_test(delays_agree_with_the_log),
        cmocka_unit_test(silence_is_not_loss),
        cmocka_unit_test(sound_begins_with_the_sender),
        cmocka_unit_test(settings_that_cannot_be),
        cmocka_unit_test(hardly_anything_is_said),
    };
    return cmocka_run_group_tests(tests, stream_load_speech, stream_drop_speech);
}
