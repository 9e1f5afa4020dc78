// Calls both ways in virtual time: that they repeat to the bit, and that each way's figures are its own.
#include "tests/test.h"

#include "lab/io/source.h"
#include "lab/replay.h"
#include "lab/score.h"
#include "lab/twoway.h"
#include "media/netem.h"

#include <math.h>
#include <string.h>

#define SECONDS 8

struct setup {
    const char *network[TWOWAY_WAYS]; // NULL: clean
    uint64_t seed;
    bool plain;    // no repairs
    double longer; // what is said forward, s
    usec step;     // of twoway_run; 0: all at once
};

struct talk {
    struct sim_figures figures[TWOWAY_WAYS];
    struct heard heard[TWOWAY_WAYS];
};

static int16_t *voices[TWOWAY_WAYS];
static size_t lengths[TWOWAY_WAYS];

static int load(void **state)
{
    static const char *const names[] = {"speech", "speech:pt"};
    char why[512];
    (void)state;
    for (int i = 0; i < TWOWAY_WAYS; i++) {
        const struct source_config config = {.name = names[i], .channels = 1};
        voices[i] = source_load(&config, &lengths[i], why, sizeof why);
        if (!voices[i])
            return -1;
    }
    return 0;
}

static int unload(void **state)
{
    (void)state;
    for (int i = 0; i < TWOWAY_WAYS; i++)
        free(voices[i]);
    return 0;
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
        .voice = {.channels = 1, .bitrate = 32000, .frame_samples = 960, .loss_percent = 10},
        .limits = {.bitrate = 32000,
                   .max_bitrate = 64000,
                   .fec = ADAPT_FEC_AUTO,
                   .red = s->plain ? ADAPT_RED_OFF : ADAPT_RED_AUTO,
                   .frame_samples = 960,
                   .channels = 1},
        .resend = !s->plain,
    };
    return sim_sender_config(&sender);
}

static struct talk *talk(const struct setup *s)
{
    struct talk *talked = calloc(1, sizeof *talked);
    struct impair_spec specs[] = {spec_of(s->network[0]), spec_of(s->network[1])};
    struct replay replays[TWOWAY_WAYS];
    struct twoway_config config = {
        .sender = sender_of(s),
        .receiver = {.fec = true, .red = !s->plain, .again = !s->plain},
        .network = {&specs[0], &specs[1]},
        .seed = s->seed ? s->seed : 1,
    };
    for (int i = 0; i < TWOWAY_WAYS; i++) {
        size_t samples = (size_t)((SECONDS + (i ? 0 : s->longer)) * VOICE_RATE);
        replays[i] = (struct replay){.pcm = voices[i], .samples = samples, .channels = 1};
        config.sources[i] = replay_feed(&replays[i]);
        config.heard[i] = &talked->heard[i];
    }
    struct twoway *t = twoway_new(&config);
    assert_non_null(t);
    usec step = s->step ? s->step : USEC_NEVER;
    for (usec until = step; !twoway_run(t, until); until += step)
        assert_true(until < 100 * USEC_SECOND);
    assert_true(twoway_is_whole(t));
    for (int i = 0; i < TWOWAY_WAYS; i++)
        talked->figures[i] = twoway_figures(t, (enum twoway_way)i);
    twoway_free(t);
    return talked;
}

static void hang_up(struct talk *t)
{
    for (int i = 0; i < TWOWAY_WAYS; i++)
        heard_free(&t->heard[i]);
    free(t);
}

static double understood(const struct talk *t, int way)
{
    enum score_status status;
    struct score score;
    struct scorer *scorer = scorer_new(voices[way], SECONDS * VOICE_RATE, 1, &status);
    assert_non_null(scorer);
    status = scorer_run(scorer, t->heard[way].pcm, t->heard[way].samples, 1, &score);
    scorer_free(scorer);
    return status == SCORE_OK ? score.estoi_local : 0;
}

static void assert_same(const struct talk *a, const struct talk *b)
{
    for (int i = 0; i < TWOWAY_WAYS; i++) {
        const struct sim_figures *f = &a->figures[i], *g = &b->figures[i];
        assert_int_equal(a->heard[i].samples, b->heard[i].samples);
        assert_memory_equal(a->heard[i].pcm, b->heard[i].pcm, a->heard[i].samples * 2);
        assert_true(f->delay_mean == g->delay_mean && f->delay_p95 == g->delay_p95);
        assert_true(f->buffer_mean == g->buffer_mean && f->conversation == g->conversation);
        assert_int_equal(f->now, g->now);
        assert_int_equal(f->datagrams_sent, g->datagrams_sent);
        assert_int_equal(f->datagrams_again, g->datagrams_again);
        assert_int_equal(f->octets_sent, g->octets_sent);
        assert_int_equal(f->receiver.packets_lost, g->receiver.packets_lost);
    }
}

static void same_arguments_same_call(void **state)
{
    static const struct setup rows[] = {
        {.network = {"delay 40ms 15ms loss 10% duplicate 5% corrupt 1%", "loss 20%"}},
        {.network = {"loss gemodel 5% 30%", "delay 100ms"}, .plain = true, .seed = 7},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct setup in_steps = rows[i], other = rows[i];
        in_steps.step = 7777; // where the caller stops in between changes nothing
        other.seed = 99;
        struct talk *a = talk(&rows[i]), *b = talk(&rows[i]), *c = talk(&in_steps),
                    *d = talk(&other);
        assert_same(a, b);
        assert_same(a, c);
        assert_true(a->figures[0].receiver.packets_lost != d->figures[0].receiver.packets_lost ||
                    a->figures[0].delay_mean != d->figures[0].delay_mean);
        hang_up(a);
        hang_up(b);
        hang_up(c);
        hang_up(d);
    }
}

static void each_way_has_its_own_network(void **state)
{
    const struct setup setup = {.network = {"delay 120ms loss 15%", "delay 20ms"}, .plain = true};
    struct talk *t = talk(&setup);
    const struct sim_figures *forward = &t->figures[0], *back = &t->figures[1];
    (void)state;
    double lost = (double)forward->receiver.packets_lost / (double)forward->datagrams_sent;
    assert_true(lost > 0.1 && lost < 0.2);
    assert_int_equal(back->receiver.packets_lost, 0);
    assert_true(forward->delay_mean >= 120000 && forward->delay_mean < 220000);
    assert_true(back->delay_mean >= 20000 && back->delay_mean < 90000);
    assert_true(forward->delay_p95 >= forward->delay_mean);
    assert_true(forward->buffer_mean > 0 && forward->buffer_mean < forward->delay_mean - 119999);
    assert_true(fabs(forward->conversation - forward->delay_mean - back->delay_mean) < 1e-6);
    assert_true(back->conversation == forward->conversation ||
                fabs(back->conversation - forward->conversation) < 1e-6);
    double there = understood(t, 0), here = understood(t, 1);
    assert_true(here > 0.95 && there > 0.6 && there < here);
    hang_up(t);
}

static void both_ways_repair_what_they_lose(void **state)
{
    const struct setup bare = {.network = {"delay 30ms loss 15%", "delay 30ms loss 15%"},
                               .plain = true};
    struct setup repaired = bare;
    repaired.plain = false;
    struct talk *a = talk(&bare), *b = talk(&repaired);
    uint64_t guessed_bare = 0, guessed = 0;
    (void)state;
    for (int i = 0; i < TWOWAY_WAYS; i++) {
        assert_int_equal(a->figures[i].datagrams_again, 0);
        assert_true(b->figures[i].datagrams_again > 0); // copies do most of it
        guessed_bare += a->figures[i].receiver.playout.samples_conceal;
        guessed += b->figures[i].receiver.playout.samples_conceal;
        assert_true(understood(b, i) > understood(a, i) + 0.02);
    }
    assert_true(guessed < guessed_bare / 2);
    hang_up(a);
    hang_up(b);
}

// The other end waits in silence, and what is said last is heard, also through a long way.
static void who_says_more_is_heard_to_the_end(void **state)
{
    const struct setup setup = {.network = {"delay 900ms", "delay 900ms"}, .longer = 3};
    struct talk *t = talk(&setup);
    (void)state;
    assert_true(t->heard[0].samples >= (size_t)((SECONDS + 3 + 0.9) * VOICE_RATE));
    assert_true(t->figures[0].now < (SECONDS + 3 + 2) * USEC_SECOND);
    hang_up(t);
}

static void where_nothing_crosses_it_ends_all_the_same(void **state)
{
    const struct setup setup = {.network = {"loss 100%", NULL}};
    struct talk *t = talk(&setup);
    (void)state;
    assert_int_equal(t->figures[0].receiver.packets_received, 0);
    assert_true(t->figures[0].delay_mean == 0 && t->figures[1].delay_mean > 0);
    assert_true(t->figures[0].now < (SECONDS + 6) * USEC_SECOND);
    hang_up(t);
}

static void settings_that_the_codec_refuses_are_no_call(void **state)
{
    const struct setup setup = {.plain = true};
    struct impair_spec clean = {0};
    struct replay nothing = {.channels = 1};
    struct twoway_config config = {.sender = sender_of(&setup), .network = {&clean, &clean}};
    (void)state;
    config.sources[0] = config.sources[1] = replay_feed(&nothing);
    config.sender.voice.channels = 3;
    assert_null(twoway_new(&config));
    twoway_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_arguments_same_call),
        cmocka_unit_test(each_way_has_its_own_network),
        cmocka_unit_test(both_ways_repair_what_they_lose),
        cmocka_unit_test(who_says_more_is_heard_to_the_end),
        cmocka_unit_test(where_nothing_crosses_it_ends_all_the_same),
        cmocka_unit_test(settings_that_the_codec_refuses_are_no_call),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
