// What the loss models do over many packets with a fixed seed, against what their parameters say.
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>

#include "media/loss.h"
#include "media/random.h"

#define PACKETS 1000000

struct figures {
    double share;
    double burst; // mean length of a run of losses
};

static struct figures measure(const struct loss_spec *spec)
{
    struct random random = {.state = 1};
    struct loss loss = {0};
    unsigned lost = 0;
    unsigned bursts = 0;
    bool last = false;
    for (int i = 0; i < PACKETS; i++) {
        double u = random_unit(&random);
        double v = random_unit(&random);
        bool now = loss_happens(&loss, spec, u, v);
        lost += now;
        bursts += now && !last;
        last = now;
    }
    return (struct figures){(double)lost / PACKETS, bursts ? (double)lost / bursts : 0};
}

// `share` and `burst` from theory: a two-state chain with P and C has bursts of 1 / ((1 - P) (1 -
// C)), the state model with two states p13 / (p13 + p31) and 1 / p31, Gilbert-Elliott p / (p + r)
// times 1-h.
static const struct {
    struct loss_spec spec;
    double share;
    double burst; // 0: no losses, or none that are worth a formula
} rows[] = {
    {{LOSS_NONE, {0}}, 0, 0},
    {{LOSS_RANDOM, {0, 0.5}}, 0, 0},
    {{LOSS_RANDOM, {1, 0}}, 1, PACKETS},
    {{LOSS_RANDOM, {0.05, 0}}, 0.05, 1 / 0.95},
    {{LOSS_RANDOM, {0.05, 0.25}}, 0.05, 1 / (0.95 * 0.75)},
    {{LOSS_RANDOM, {0.10, 0.70}}, 0.10, 1 / (0.90 * 0.30)},
    {{LOSS_RANDOM, {0.50, 0.90}}, 0.50, 1 / (0.50 * 0.10)},
    {{LOSS_STATE, {0.05, 0.95, 0, 1, 0}}, 0.05, 1 / 0.95},
    {{LOSS_STATE, {0.02, 0.25, 0, 1, 0}}, 0.02 / 0.27, 4},
    {{LOSS_STATE, {0, 1, 0, 1, 0.10}}, 0.1 / 1.1, 1}, // each loss alone: 1 / (1 + 1 / p14)
    // Four states. Of 1: 2: 3: 4 there are, in balance, 1 : p13 p32 / (p31 p23) : p13 / p31 : p14.
    {{LOSS_STATE, {0.02, 0.2, 0.3, 0.6, 0.01}}, 0.11 / 1.16, 0},
    {{LOSS_GEMODEL, {0.05, 0.95, 1, 0}}, 0.05, 1 / 0.95},
    {{LOSS_GEMODEL, {0.02, 0.25, 1, 0}}, 0.02 / 0.27, 4},
    {{LOSS_GEMODEL, {0.01, 0.10, 0.7, 0}}, 0.7 * 0.01 / 0.11, 1 / (1 - 0.9 * 0.7)},
    {{LOSS_GEMODEL, {0.01, 0.10, 0.7, 0.02}}, (0.7 * 0.01 + 0.02 * 0.10) / 0.11, 0},
};

static void loses_what_it_is_asked_to(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct figures f = measure(&rows[i].spec);
        if (fabs(f.share - rows[i].share) > 0.02 * rows[i].share ||
            (rows[i].burst > 0 && fabs(f.burst - rows[i].burst) > 0.03 * rows[i].burst))
            fail_msg("row %zu: %f instead of %f, bursts of %f instead of %f", i, f.share,
                     rows[i].share, f.burst, rows[i].burst);
        assert_int_equal(loss_is_none(&rows[i].spec), rows[i].share == 0);
        assert_true(loss_is_possible(&rows[i].spec));
    }
}

// Scripted random numbers through every transition of the 4-state model (loss_4state of
// sch_netem.c).
static void takes_the_transitions_of_netem(void **state)
{
    (void)state;
    const struct loss_spec four = {LOSS_STATE, {0.2, 0.3, 0.4, 0.5, 0.1}};
    const struct {
        double u;
        bool lost;
    } steps[] = {
        {0.31, false}, // 1 stays
        {0.09, true},  // 1 to 4: u < p14
        {0.99, false}, // 4 to 1, always
        {0.11, true},  // 1 to 3: p14 <= u < p14 + p13
        {0.71, true},  // 3 stays
        {0.39, false}, // 3 to 2: u < p32
        {0.50, false}, // 2 stays
        {0.49, true},  // 2 to 3: u < p23
        {0.41, false}, // 3 to 1: p32 <= u < p32 + p31
        {0.05, true},  // which shows that it was 1
    };
    struct loss loss = {0};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        assert_int_equal(loss_happens(&loss, &four, steps[i].u, 0), steps[i].lost);

    const struct loss_spec bad_loses = {LOSS_GEMODEL, {0.5, 0.5, 1, 0}};
    loss = (struct loss){0};
    assert_false(loss_happens(&loss, &bad_loses, 0.4, 0)); // becomes bad, but was good for this one
    assert_true(loss_happens(&loss, &bad_loses, 0.4, 0));  // becomes good, but was bad
    assert_false(loss_happens(&loss, &bad_loses, 0.6, 0));
}

static void total_correlation_keeps_the_first_outcome(void **state)
{
    (void)state;
    const struct chance chance = {.p = 0.5, .correlation = 1};
    struct chance_run run = {0};
    assert_true(chance_happens(&run, chance, 0.49));
    assert_true(chance_happens(&run, chance, 0.99));
    run = (struct chance_run){0};
    assert_false(chance_happens(&run, chance, 0.5));
    assert_false(chance_happens(&run, chance, 0.0));
}

static void impossible_states_are_found(void **state)
{
    (void)state;
    assert_false(loss_is_possible(&(struct loss_spec){LOSS_STATE, {0.6, 0, 0, 1, 0.5}}));
    assert_false(loss_is_possible(&(struct loss_spec){LOSS_STATE, {0.1, 0.6, 0.5, 1, 0}}));
    assert_true(loss_is_possible(&(struct loss_spec){LOSS_STATE, {0.7, 0.1, 0.9, 1, 0.3}}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loses_what_it_is_asked_to),
        cmocka_unit_test(takes_the_transitions_of_netem),
        cmocka_unit_test(total_correlation_keeps_the_first_outcome),
        cmocka_unit_test(impossible_states_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
