// One encoding for many listeners, and the copies that each of them gets.
#include "tests/test.h"

#include "media/random.h"
#include "sender/steer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct adapt_limits limits_of(int max_bitrate)
{
    return (struct adapt_limits){
        .bitrate = 32000 < max_bitrate ? 32000 : max_bitrate,
        .max_bitrate = max_bitrate,
        .fec = ADAPT_FEC_AUTO,
        .red = ADAPT_RED_AUTO,
        .frame_samples = 960,
        .channels = 1,
        .speech = true,
    };
}

static struct steer steer_of(int max_bitrate)
{
    struct steer s;
    struct adapt_limits limits = limits_of(max_bitrate);
    steer_init(&s, &limits, true);
    return s;
}

static struct peer playing(bool red)
{
    struct peer l;
    peer_init(&l, (struct peer_takes){.red = red}, 0);
    l.state = PEER_PLAYING;
    return l;
}

// A second of packets, and a report on them.
static void lose(struct peer *l, struct random *random, double loss)
{
    for (int n = 0; n < 50; n++)
        history_packet(&l->history, random_unit(random) < loss);
    struct history_outcome o = history_outcome(&l->history, (struct copies_shape){0}, false, false);
    l->figures.lost = o.lost;
    l->figures.burst = history_burst(&l->history);
}

static struct peer lossy(bool red, double loss, uint64_t seed)
{
    struct peer l = playing(red);
    struct random random = {seed};
    for (int s = 0; s < 11; s++)
        lose(&l, &random, loss);
    return l;
}

static bool same_shape(struct copies_shape a, struct copies_shape b)
{
    return a.depth == b.depth && a.spacing == b.spacing;
}

static void nobody_reports(void **state)
{
    (void)state;
    struct steer s = steer_of(64000);
    struct steer_decision d;
    struct peer silent = playing(true), paused = lossy(true, 0.2, 1);
    paused.state = PEER_JOINED;
    struct peer listeners[] = {silent, paused, {.state = PEER_FREE}};
    assert_false(steer_report(&s, 0, NULL, 0, &d));
    assert_false(steer_report(&s, USEC_SECOND, listeners, 3, &d));
    assert_int_equal(s.choice.bitrate, 32000);
    assert_int_equal(s.choice.shape.depth, 0);
}

static void where_all_is_fixed_nothing_is_chosen(void **state)
{
    (void)state;
    struct adapt_limits limits = limits_of(64000);
    limits.fec = ADAPT_FEC_ON;
    limits.red = ADAPT_RED_OFF;
    struct steer s;
    struct steer_decision d;
    struct peer l = lossy(true, 0.2, 1);
    steer_init(&s, &limits, false);
    assert_false(steer_report(&s, 0, &l, 1, &d));
    assert_true(s.choice.fec);
}

static void at_most_once_a_second(void **state)
{
    (void)state;
    struct steer s = steer_of(64000);
    struct steer_decision d;
    struct peer calm = lossy(true, 0, 1), bad = lossy(true, 0.2, 1);
    assert_false(steer_report(&s, 0, &calm, 1, &d));
    assert_false(steer_report(&s, USEC_SECOND - 1, &bad, 1, &d));
    assert_true(steer_report(&s, USEC_SECOND, &bad, 1, &d));
    assert_int_equal(d.at, USEC_SECOND);
    assert_int_equal(d.listener, 0);
    assert_true(d.quality > d.quality_before);
    assert_int_equal(d.before.shape.depth, 0);
    assert_true(same_shape(bad.shape, s.choice.shape) && bad.shape.depth > 0);
}

// The one whose losses are exceeded by a quarter of the others'.
static void it_follows_the_worse_quartile(void **state)
{
    (void)state;
    static const int counts[] = {1, 2, 3, 4, 5, 8, 20, 100};
    struct random random = {2};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        int count = counts[i];
        struct steer s = steer_of(64000);
        struct steer_decision d = {.listener = -1};
        struct peer *l = calloc((size_t)count, sizeof *l);
        for (int k = 0; k < count; k++) // 3 %, 3.1 %, ... of 1000 packets, in any order
            l[k] = playing(true);
        for (int k = 0; k < count; k++) {
            int at = (int)(random_u64(&random) % (uint64_t)count);
            while (l[at].history.count)
                at = (at + 1) % count;
            l[at].history.count = HISTORY_PACKETS;
            int lost = 20 + 4 * k;
            for (int n = 0; n < lost; n++) // evenly spread
                l[at].history.lost[n * 512 / lost / 64] |= 1ull << n * 512 / lost % 64;
            l[at].figures.lost = lost / 512.0;
        }
        assert_true(steer_report(&s, 0, l, count, &d));
        int above = 0, as_much = 0;
        for (int k = 0; k < count; k++) {
            above += l[k].figures.lost > d.lost;
            as_much += l[k].figures.lost >= d.lost;
        }
        assert_true(above <= count / 4);
        assert_true(4 * as_much >= count);
        assert_true(d.lost == l[d.listener].figures.lost);
        free(l);
    }
}

// One that loses nearly all does not spoil it for ten that lose nothing.
static void a_hopeless_one_spoils_nothing(void **state)
{
    (void)state;
    struct steer s = steer_of(80000);
    struct steer_decision d;
    struct peer l[11];
    for (int i = 0; i < 11; i++)
        l[i] = lossy(true, i == 3 ? 0.7 : 0, (uint64_t)i);
    assert_false(steer_report(&s, 0, l, 11, &d));
    assert_int_equal(s.choice.bitrate, 32000);
    for (int i = 0; i < 11; i++) // but it gets copies of what there is
        assert_int_equal(l[i].shape.depth > 0, i == 3);
}

// Any listeners, with any losses, budgets and sessions, for two minutes each.
static void each_gets_what_it_can_take(void **state)
{
    (void)state;
    struct random random = {4};
    int copies = 0, plain = 0;
    for (int world = 0; world < repeats(30, 6); world++) {
        int count = (int[]){1, 4, 30}[world % 3];
        int max_bitrate = 24000 + (int)(72000 * random_unit(&random));
        struct steer s = steer_of(max_bitrate);
        struct peer *l = calloc((size_t)count, sizeof *l);
        double *loss = calloc((size_t)count, sizeof *loss);
        for (int i = 0; i < count; i++) {
            l[i] = playing(random_u64(&random) & 3);
            loss[i] = 0.4 * random_unit(&random) * random_unit(&random);
        }
        for (int second = 0; second < 60; second++) {
            usec now = second * USEC_SECOND;
            struct steer_decision d;
            for (int i = 0; i < count; i++) {
                lose(&l[i], &random, loss[i]);
                l[i].resent += (uint64_t)(600 * random_unit(&random));
                bool queue = i % 5 == 4 && second > 20 && second < 40;
                struct congestion_news news = {.round_trip = queue ? 300000 : 50000,
                                               .lost = queue ? 0.1 : 0,
                                               .rate = max_bitrate};
                congestion_report(&l[i].congestion, now, &news);
            }
            steer_report(&s, now, l, count, &d);
            for (int i = 0; i < count; i++) {
                int budget =
                    (int)congestion_rate(&l[i].congestion, max_bitrate) - peer_resend_rate(&l[i]);
                copies += l[i].shape.depth > 0;
                plain += l[i].shape.depth == 0;
                assert_true(l[i].takes.red || !l[i].shape.depth);
                assert_true(!l[i].shape.depth ||
                            adapt_total(&s.limits, &s.choice, l[i].shape) <= budget);
            }
        }
        free(l);
        free(loss);
    }
    assert_true(copies > repeats(1000, 10) && plain > repeats(1000, 10));
}

// Many on paths that stay as they are: the one at the quartile is another one at each report, but
// what it asks for is not.
static void many_that_stay_as_they_are(void **state)
{
    (void)state;
    static const double losses[] = {0.005, 0.01, 0.02, 0.05, 0.1, 0.2};
    int worst = 0;
    for (int count = 1; count <= 100; count *= 10)
        for (size_t k = 0; k < sizeof losses / sizeof losses[0]; k++) {
            struct random random = {7};
            struct steer s = steer_of(48000);
            struct peer *l = calloc((size_t)count, sizeof *l);
            int changes = 0;
            for (int i = 0; i < count; i++)
                l[i] = playing(true);
            for (int second = 0; second < 110; second++) {
                struct steer_decision d;
                for (int i = 0; i < count; i++)
                    lose(&l[i], &random, losses[k]);
                bool changed = steer_report(&s, second * USEC_SECOND, l, count, &d);
                changes += changed && second >= 10;
            }
            if (getenv("VOZ_SHOW"))
                printf("%d listeners, %.1f %%: %d changes in 100 s\n", count, 100 * losses[k],
                       changes);
            worst = changes > worst ? changes : worst;
            free(l);
        }
    if (worst > 10)
        fail_msg("%d changes in 100 s", worst);
}

static void in_words(void **state)
{
    (void)state;
    static const struct {
        struct steer_decision decision;
        const char *words;
    } rows[] = {
        {{.lost = 0.1,
          .burst = 1.25,
          .round_trip = 80 * USEC_MS,
          .budget = 48000,
          .before = {.bitrate = 32000},
          .choice = {.bitrate = 24000,
                     .wideband = true,
                     .fec = true,
                     .shape = {2, 3},
                     .copy_bitrate = 10000},
          .quality_before = 0.9,
          .quality = 0.95},
         "Reported: 10.0 % lost in runs of 1.2, round trip 80 ms. Chosen under 48.0 kb/s: 24.0 "
         "kb/s "
         "wideband, in-band FEC, 2 copies at 10 kb/s, 3 packets apart (before: 32.0 kb/s, no "
         "in-band FEC, no copies), expected to sound like 0.950 of 1 instead of 0.900."},
        {{.lost = 0.02,
          .burst = 1,
          .round_trip = USEC_NEVER,
          .queue = 150 * USEC_MS,
          .full = true,
          .budget = 20000,
          .before = {.bitrate = 16000, .shape = {1, 1}},
          .choice = {.bitrate = 16000}},
         "Reported: 2.0 % lost in runs of 1.0. Chosen under 20.0 kb/s: 16.0 kb/s, no in-band FEC, "
         "no copies (before: 16.0 kb/s, no in-band FEC, 1 copy as they were sent, 1 packet apart), "
         "the path is full (150 ms of queue): rate is given back."},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[600];
        steer_explain(&rows[i].decision, text, sizeof text);
        assert_string_equal(text, rows[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_reports),
        cmocka_unit_test(where_all_is_fixed_nothing_is_chosen),
        cmocka_unit_test(at_most_once_a_second),
        cmocka_unit_test(it_follows_the_worse_quartile),
        cmocka_unit_test(a_hopeless_one_spoils_nothing),
        cmocka_unit_test(each_gets_what_it_can_take),
        cmocka_unit_test(many_that_stay_as_they_are),
        cmocka_unit_test(in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
