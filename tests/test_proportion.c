#include "tests/test.h"

#include "lab/proportion.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_are_those_of_the_textbook),
        cmocka_unit_test(ends_solve_the_equation),
        cmocka_unit_test(is_the_same_seen_from_the_misses),
        cmocka_unit_test(nothing_is_known_without_trials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
