#include "tests/test.h"

#include "lab/proportion.h"
#include "media/random.h"

#include <math.h>

static void intervals_are_those_of_the_textbook(void **state)
{
    (void)state;
    // Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17
    // (1998), table I, method 3.
    static const struct {
        size_t hits, trials;
        double low, high;
    } rows[] = {
        {81, 263, 0.2553, 0.3662},
        {15, 148, 0.0624, 0.1605},
        {0, 20, 0, 0.1611},
        {1, 29, 0.0061, 0.1718},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct proportion p = proportion_of(rows[i].hits, rows[i].trials);
        assert_true(fabs(p.share - (double)rows[i].hits / (double)rows[i].trials) < 1e-12);
        if (fabs(p.low - rows[i].low) > 5e-5 || fabs(p.high - rows[i].high) > 5e-5)
            fail_msg("%zu of %zu: %f to %f", rows[i].hits, rows[i].trials, p.low, p.high);
    }
}

static void ends_solve_the_equation(void **state)
{
    (void)state;
    const double z = 1.959963984540054;
    for (size_t trials = 1; trials <= 216; trials += 5) {
        for (size_t hits = 0; hits <= trials; hits++) {
            struct proportion p = proportion_of(hits, trials);
            assert_true(0 <= p.low && p.low <= p.share && p.share <= p.high && p.high <= 1);
            const double ends[] = {p.low, p.high};
            for (int e = 0; e < 2; e++) {
                double q = ends[e];
                double off = z * sqrt(q * (1 - q) / (double)trials);
                assert_true(fabs(fabs(p.share - q) - off) < 1e-9 || q == 0 || q == 1);
            }
        }
    }
}

static void is_the_same_seen_from_the_misses(void **state)
{
    (void)state;
    for (size_t hits = 0; hits <= 50; hits++) {
        struct proportion p = proportion_of(hits, 50), q = proportion_of(50 - hits, 50);
        assert_true(fabs(p.low - (1 - q.high)) < 1e-12);
        assert_true(fabs(p.high - (1 - q.low)) < 1e-12);
    }
}

static void nothing_is_known_without_trials(void **state)
{
    (void)state;
    struct proportion p = proportion_of(0, 0);
    assert_true(p.share == 0 && p.low == 0 && p.high == 1);
}

static void clusters_that_agree_are_nearly_as_good_as_one(void **state)
{
    (void)state;
    struct proportion_cluster clusters[100];
    for (size_t i = 0; i < 100; i++)
        clusters[i] = (struct proportion_cluster){.hits = 8 + i % 3, .trials = 16};
    struct proportion all = proportion_of(899, 1600), of = proportion_of_clusters(clusters, 100);
    assert_true(fabs(of.share - all.share) < 1e-9);
    assert_true(of.low < all.low && of.low > all.low - 0.001);
    assert_true(of.high > all.high && of.high < all.high + 0.001);
}

static void one_cluster_is_a_share_like_any_other(void **state)
{
    (void)state;
    const struct proportion_cluster clusters[] = {{0, 0}, {12, 16}, {0, 0}};
    struct proportion one = proportion_of_clusters(clusters, 3), plain = proportion_of(12, 16);
    assert_memory_equal(&one, &plain, sizeof one);
    struct proportion none = proportion_of_clusters(clusters, 1);
    assert_true(none.low == 0 && none.high == 1);
}

// Of listeners who differ, each with a share of their own, the interval holds the true mean as often as it says; the
// plain one, which takes words for independent, does not.
static void clusters_that_differ_widen_the_interval(void **state)
{
    (void)state;
    enum { LISTENERS = 20, WORDS = 16 };
    const int rounds = repeats(4000, 100);
    int held = 0, plain = 0;
    struct random random = {1};
    for (int round = 0; round < rounds; round++) {
        struct proportion_cluster clusters[LISTENERS] = {{0, 0}};
        size_t hits = 0;
        for (size_t i = 0; i < LISTENERS; i++) {
            double share = 0.5 + 0.8 * (random_unit(&random) - 0.5); // 0.1 to 0.9
            clusters[i].trials = WORDS;
            for (int w = 0; w < WORDS; w++)
                clusters[i].hits += random_unit(&random) < share;
            hits += clusters[i].hits;
        }
        struct proportion p = proportion_of_clusters(clusters, LISTENERS);
        struct proportion q = proportion_of(hits, (size_t)LISTENERS * WORDS);
        assert_true(0 <= p.low && p.low <= p.share && p.share <= p.high && p.high <= 1);
        held += p.low <= 0.5 && 0.5 <= p.high;
        plain += q.low <= 0.5 && 0.5 <= q.high;
    }
    if (rounds >= 4000 && (held < 0.94 * rounds || held > 0.97 * rounds || plain > 0.8 * rounds))
        fail_msg("of %d intervals %d hold the truth, of the plain ones %d", rounds, held, plain);
}

static void clusters_without_misses_are_no_certainty(void **state)
{
    (void)state;
    const struct proportion_cluster clusters[] = {{16, 16}, {16, 16}, {16, 16}, {16, 16}};
    struct proportion p = proportion_of_clusters(clusters, 4);
    assert_true(p.high >= 1 && p.low < proportion_of(64, 64).low && p.low > 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_are_those_of_the_textbook),
        cmocka_unit_test(ends_solve_the_equation),
        cmocka_unit_test(is_the_same_seen_from_the_misses),
        cmocka_unit_test(nothing_is_known_without_trials),
        cmocka_unit_test(clusters_that_agree_are_nearly_as_good_as_one),
        cmocka_unit_test(one_cluster_is_a_share_like_any_other),
        cmocka_unit_test(clusters_that_differ_widen_the_interval),
        cmocka_unit_test(clusters_without_misses_are_no_certainty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
