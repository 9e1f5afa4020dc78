// Two calls side by side: each is to the bit what it would be alone, whatever is shown of it.
#include "tests/stream.h"

#include "lab/duel.h"
#include "lab/duel_text.h"
#include "lab/heard.h"
#include "lab/replay.h"
#include "media/netem.h"

#include <stdbool.h>
#include <string.h>

#define SAMPLES   (3 * VOICE_RATE)
#define STEPS_MAX 10000
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static struct impair_spec spec_of(const char *text)
{
    struct impair_spec spec;
    struct netem_error error;
    if (!netem_parse(&spec, text, &error))
        fail_msg("'%s': %s", text, error.what);
    return spec;
}

static struct sim_config config_of(const struct impair_spec *forward,
                                   const struct impair_spec *back, uint64_t seed)
{
    struct sender_config sender = {
        .voice = {.channels = 1, .bitrate = 24000, .frame_samples = 960},
        .limits = {.bitrate = 24000,
                   .max_bitrate = 64000,
                   .fec = ADAPT_FEC_AUTO,
                   .red = ADAPT_RED_AUTO,
                   .shape = {1, 1},
                   .frame_samples = 960,
                   .channels = 1},
        .payload_type = 96,
        .payload_type_red = 63,
        .payload_type_again = 97,
        .resend = true,
    };
    return (struct sim_config){.sender = sim_sender_config(&sender),
                               .receiver = {.fec = true, .red = true, .again = true},
                               .forward = forward,
                               .back = back,
                               .seed = seed};
}

struct scene {
    struct impair_spec forward, back;
    struct replay replay[DUEL_SIDES];
    struct feed_source feed[DUEL_SIDES];
    struct duel *duel;
    struct heard ears; // two channels
};

static void open_scene_for(struct scene *s, const char *netem, uint64_t seed,
                           struct duel_onlooker onlooker)
{
    *s = (struct scene){.forward = spec_of(netem)};
    s->back.delay = s->forward.delay;
    struct duel_config config = {
        .sim = config_of(&s->forward, &s->back, seed), .keep = true, .onlooker = onlooker};
    for (int k = 0; k < DUEL_SIDES; k++) {
        s->replay[k] = (struct replay){.pcm = stream_speech, .samples = SAMPLES, .channels = 1};
        s->feed[k] = replay_feed(&s->replay[k]);
        config.source[k] = &s->feed[k];
    }
    s->duel = duel_new(&config);
    assert_non_null(s->duel);
}

static void open_scene(struct scene *s, const char *netem, uint64_t seed)
{
    open_scene_for(s, netem, seed, (struct duel_onlooker){0});
}

static void close_scene(struct scene *s)
{
    duel_free(s->duel);
    heard_free(&s->ears);
}

static bool step(struct scene *s)
{
    int16_t pcm[2 * DUEL_STEP];
    bool more = duel_step(s->duel, pcm);
    if (more)
        heard_add(&s->ears, pcm, DUEL_STEP, 2);
    assert_true(s->ears.samples < (size_t)STEPS_MAX * DUEL_STEP);
    return more;
}

// What a call alone gives, turned to another network at an instant.
static struct heard alone(const struct scene *s, enum duel_side side, uint64_t seed,
                          const char *netem, usec turned, const char *to)
{
    struct impair_spec forward = spec_of(netem), back = {.delay = forward.delay};
    struct sim_config config = config_of(&forward, &back, seed);
    struct replay replay = s->replay[side];
    replay.at = 0;
    struct feed_source feed = replay_feed(&replay);
    struct heard heard = {0};
    config.source = &feed;
    config.transport = side == DUEL_TCP ? NETWORK_TCP : NETWORK_UDP;
    config.observer = (struct sim_observer){.sound = heard_add, .ctx = &heard};
    struct sim *sim = sim_new(&config);
    assert_non_null(sim);
    if (to) {
        sim_run(sim, turned - usec_from_units(DUEL_STEP, VOICE_RATE)); // the last step before
        forward = spec_of(to);
        back.delay = forward.delay;
        sim_set(sim, &forward, &back);
    }
    assert_true(sim_run(sim, 100 * USEC_SECOND));
    sim_free(sim);
    return heard;
}

static void assert_ear(const struct heard *ears, size_t ear, const struct heard *alone)
{
    assert_true(ears->samples >= alone->samples);
    for (size_t i = 0; i < ears->samples; i++)
        if (ears->pcm[2 * i + ear] != (i < alone->samples ? alone->pcm[i] : 0))
            fail_msg("ear %zu differs at sample %zu of %zu", ear, i, alone->samples);
}

static void each_ear_hears_what_the_call_alone_gives(void **state)
{
    (void)state;
    static const struct {
        const char *netem, *to; // NULL: not turned
        uint64_t seed;
    } rows[] = {
        {"", NULL, 1},
        {"delay 50ms loss 10%", NULL, 1},
        {"delay 20ms 5ms loss 5% 30%", NULL, 9},
        {"loss gemodel 3% 20% duplicate 2%", NULL, 2},
        {"delay 10ms", "delay 100ms loss 20%", 3},
        {"delay 100ms loss 20%", "delay 10ms", 4},
    };
    const usec turned = 1 * USEC_SECOND;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct scene s;
        open_scene(&s, rows[i].netem, rows[i].seed);
        do {
            if (rows[i].to && duel_now(s.duel) == turned) {
                s.forward = spec_of(rows[i].to);
                s.back.delay = s.forward.delay;
                duel_set(s.duel, &s.forward, &s.back);
            }
        } while (step(&s));
        assert_true(duel_is_whole(s.duel));
        for (int k = 0; k < DUEL_SIDES; k++) {
            struct heard heard =
                alone(&s, (enum duel_side)k, rows[i].seed, rows[i].netem, turned, rows[i].to);
            assert_ear(&s.ears, (size_t)k, &heard);
            assert_int_equal(duel_heard(s.duel, (enum duel_side)k)->samples, heard.samples);
            heard_free(&heard);
        }
        close_scene(&s);
    }
}

struct crossings { // of what happened a second after the turn or later
    usec turned;
    size_t count[2]; // datagrams that arrived, by way
    usec least;      // delay of what was played
};

static void on_datagram(void *ctx, const struct sim_datagram *d)
{
    struct crossings *c = ctx;
    c->count[d->way] += d->at >= c->turned + USEC_SECOND;
}

static void on_decision(void *ctx, const struct sim_decision *d)
{
    struct crossings *c = ctx;
    if (d->receiver.kind == PLAYOUT_PACKET && d->receiver.at >= c->turned + USEC_SECOND)
        c->least = usec_min(c->least, d->delay);
}

// A call that had 20 ms of delay each way.
static struct crossings turned_call(enum network_transport transport, const char *to,
                                    const char *to_back)
{
    struct impair_spec forward = spec_of("delay 20ms"), back = forward;
    struct sim_config config = config_of(&forward, &back, 1);
    struct replay replay = {.pcm = stream_speech, .samples = 8 * VOICE_RATE, .channels = 1};
    struct feed_source feed = replay_feed(&replay);
    struct crossings c = {.turned = USEC_SECOND, .least = USEC_NEVER};
    config.source = &feed;
    config.transport = transport;
    config.observer =
        (struct sim_observer){.datagram = on_datagram, .decision = on_decision, .ctx = &c};
    struct sim *sim = sim_new(&config);
    assert_non_null(sim);
    sim_run(sim, c.turned);
    forward = spec_of(to);
    back = spec_of(to_back);
    sim_set(sim, &forward, &back);
    sim_run(sim, 7 * USEC_SECOND);
    sim_free(sim);
    return c;
}

// All that is heard was decided, and each packet of the stream that crossed the network is told of once.
struct onlooker {
    uint64_t came[DUEL_SIDES];
    int64_t decided[DUEL_SIDES];
    usec last[DUEL_SIDES];
};

static void look_on_decided(void *ctx, enum duel_side side, const struct sim_decision *decision)
{
    struct onlooker *o = ctx;
    o->decided[side] += decision->receiver.samples;
}

static void look_on_came(void *ctx, enum duel_side side, usec at, const void *data, size_t len)
{
    struct onlooker *o = ctx;
    assert_true(data && len > 0 && at >= o->last[side]);
    o->last[side] = at;
    o->came[side]++;
}

static void who_looks_on_is_told_of_both_calls(void **state)
{
    (void)state;
    struct scene s;
    struct onlooker o = {0};
    open_scene_for(&s, "delay 50ms loss 10%", 1,
                   (struct duel_onlooker){look_on_decided, look_on_came, &o});
    while (step(&s))
        ;
    for (enum duel_side k = 0; k < DUEL_SIDES; k++) {
        struct sim_figures f = duel_figures(s.duel, k);
        assert_int_equal(o.came[k] >= f.datagrams_sent, k == DUEL_TCP); // UDP lacks some
        assert_true(o.came[k] > f.datagrams_sent * 7 / 10 && o.came[k] <= f.datagrams_sent);
        assert_true(o.decided[k] >= SAMPLES - 960 && o.decided[k] < SAMPLES + VOICE_RATE);
    }
    close_scene(&s);
}

static void a_turn_reaches_both_ways(void **state)
{
    (void)state;
    for (int t = 0; t < 2; t++) {
        const enum network_transport transport = t ? NETWORK_TCP : NETWORK_UDP;
        struct crossings c = turned_call(transport, "delay 150ms", "delay 20ms");
        assert_true(c.count[NETWORK_FORWARD] > 0 && c.count[NETWORK_BACK] > 0);
        assert_true(c.least >= 150 * USEC_MS);
        c = turned_call(transport, "delay 20ms", "delay 150ms");
        assert_true(c.count[NETWORK_FORWARD] > 0 && c.count[NETWORK_BACK] > 0);
        assert_true(c.least < 150 * USEC_MS);
        c = turned_call(transport, "loss 100%", "");
        assert_int_equal(c.count[NETWORK_FORWARD], 0);
        c = turned_call(transport, "", "loss 100%");
        assert_int_equal(c.count[NETWORK_BACK], 0);
    }
}

static void keys_change_what_is_shown_and_not_the_calls(void **state)
{
    (void)state;
    const char *netem = "delay 50ms loss 10%";
    struct scene plain, s;
    open_scene(&plain, netem, 1);
    open_scene(&s, netem, 1);
    for (int i = 0; step(&plain); i++) {
        if (i == 200)
            duel_swap(s.duel);
        if (i == 300 || i == 400)
            duel_freeze(s.duel, DUEL_TCP);
        assert_true(step(&s));
        for (size_t n = (size_t)i * DUEL_STEP; n < s.ears.samples; n++) {
            const int16_t *a = &plain.ears.pcm[2 * n], *b = &s.ears.pcm[2 * n];
            bool frozen = i >= 300 && i < 400;
            assert_int_equal(b[i < 200 ? 0 : 1], frozen ? 0 : a[0]);
            assert_int_equal(b[i < 200 ? 1 : 0], a[1]);
        }
    }
    assert_false(step(&s));
    assert_true(duel_is_swapped(s.duel) && !duel_is_frozen(s.duel, DUEL_TCP));
    assert_int_equal(duel_strip_figures(s.duel, DUEL_TCP).stalls,
                     duel_strip_figures(plain.duel, DUEL_TCP).stalls);
    close_scene(&plain);
    close_scene(&s);
}

static void a_frozen_strip_stands_still(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, "delay 20ms", 1);
    while (duel_now(s.duel) < USEC_SECOND)
        step(&s);
    duel_freeze(s.duel, DUEL_UDP);
    int64_t udp = duel_strip(s.duel, DUEL_UDP)->end, tcp = duel_strip(s.duel, DUEL_TCP)->end;
    while (duel_now(s.duel) < 2 * USEC_SECOND)
        step(&s);
    assert_int_equal(duel_strip(s.duel, DUEL_UDP)->end, udp);
    assert_int_equal(duel_strip(s.duel, DUEL_TCP)->end, tcp + VOICE_RATE);
    duel_freeze(s.duel, DUEL_UDP);
    assert_int_equal(duel_strip(s.duel, DUEL_UDP)->end, udp + VOICE_RATE);
    close_scene(&s);
}

// ---- the picture -------------------------------------------------------------------------------

// Columns of the longest line, letters and not octets; escape sequences take none.
static size_t widest(const char *text)
{
    size_t widest = 0, n = 0;
    for (; *text; text++) {
        if (*text == '\033')
            text = strchr(text, 'm');
        else if (*text == '\n')
            n = 0;
        else if (((unsigned char)*text & 0xc0) != 0x80 && ++n > widest)
            widest = n;
    }
    return widest;
}

static size_t lines_of(const char *text)
{
    size_t n = 0;
    for (; (text = strchr(text, '\n')); text++)
        n++;
    return n;
}

static void pictures_fit_every_terminal(void **state)
{
    (void)state;
    static char text[DUEL_TEXT_MAX];
    struct scene s;
    open_scene(&s, "delay 50ms loss 20%", 1);
    while (duel_now(s.duel) < 2 * USEC_SECOND)
        step(&s);
    for (size_t columns = 0; columns < 700; columns = columns * 2 + 1)
        for (size_t rows = 0; rows < 24; rows++)
            for (int kind = 0; kind < 8; kind++) {
                const struct duel_view view = {.duel = s.duel,
                                               .network = &s.forward,
                                               .lang = kind & 1 ? DUEL_PT : DUEL_EN,
                                               .help = kind & 2,
                                               .keys = true,
                                               .colours = kind & 4,
                                               .columns = columns,
                                               .rows = rows};
                size_t lines = duel_picture(&view, text);
                assert_int_equal(lines, lines_of(text));
                assert_true(lines <= rows);
                assert_true(widest(text) <= columns);
                assert_int_equal(strchr(text, '\033') != NULL, view.colours && lines > 3);
            }
    close_scene(&s);
}

static void pictures_say_what_is_so(void **state)
{
    (void)state;
    static char text[DUEL_TEXT_MAX];
    struct scene s;
    open_scene(&s, "delay 50ms loss 20%", 1);
    struct duel_view view = {
        .duel = s.duel, .network = &s.forward, .keys = true, .columns = 120, .rows = 40};
    while (duel_now(s.duel) < 2 * USEC_SECOND)
        step(&s);
    duel_picture(&view, text);
    static const char *const parts[] = {"2.0 s  The network: loss 20 %, delay 50 ms\n",
                                        "\nTCP, left ear\nmissing ",
                                        "\nUDP, right ear\nmissing ",
                                        "=ww",
                                        "=r=",
                                        "?: the keys   q: the end"};
    for (size_t i = 0; i < LENGTH(parts); i++)
        if (!strstr(text, parts[i]))
            fail_msg("\"%s\" is not in:\n%s", parts[i], text);
    duel_swap(s.duel);
    duel_freeze(s.duel, DUEL_UDP);
    view.lang = DUEL_PT;
    view.notice = DUEL_NO_LOSS_DIAL;
    s.forward = spec_of("delay 10ms loss gemodel 1% 20%");
    duel_picture(&view, text);
    static const char *const others[] = {
        "A rede: delay 10ms loss gemodel", "TCP, ouvido direito\nfaltou ",
        "UDP, ouvido esquerdo, parado\nfaltou ", "Esta perda não se regula"};
    for (size_t i = 0; i < LENGTH(others); i++)
        if (!strstr(text, others[i]))
            fail_msg("\"%s\" is not in:\n%s", others[i], text);
    view.columns = 20; // letters, not octets
    duel_picture(&view, text);
    assert_non_null(strstr(text, "\nEsta perda não se re\n"));
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_ear_hears_what_the_call_alone_gives),
        cmocka_unit_test(who_looks_on_is_told_of_both_calls),
        cmocka_unit_test(a_turn_reaches_both_ways),
        cmocka_unit_test(keys_change_what_is_shown_and_not_the_calls),
        cmocka_unit_test(a_frozen_strip_stands_still),
        cmocka_unit_test(pictures_fit_every_terminal),
        cmocka_unit_test(pictures_say_what_is_so),
    };
    return cmocka_run_group_tests(tests, stream_load_speech, stream_drop_speech);
}
