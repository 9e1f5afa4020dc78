// Paths written in netem's words, driven with one datagram every 20 ms unless it says otherwise;
// all figures come from fixed seeds.
#include "tests/test.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/impair.h"
#include "media/netem.h"
#include "media/random.h"

#define PACKETS 100000
#define SPACING (20 * USEC_MS)
#define SIZE    172 // octets of a datagram

static struct impair_spec spec_of(const char *text)
{
    struct impair_spec spec;
    struct netem_error error;
    if (!netem_parse(&spec, text, &error))
        fail_msg("'%s': %s", text, error.what);
    return spec;
}

struct arrival {
    uint64_t tag;
    usec due;
};

struct run {
    struct impair_stats stats;
    size_t count;
    uint64_t flipped; // bits that differ from what was sent
    struct arrival arrivals[2 * PACKETS];
};

static void fill(uint8_t *data, uint64_t tag)
{
    struct random random = {.state = tag};
    for (size_t i = 0; i < SIZE; i += sizeof(uint32_t)) {
        uint32_t word = (uint32_t)random_u64(&random);
        memcpy(data + i, &word, sizeof word);
    }
}

static void collect(struct run *run, struct impair *impair, usec now)
{
    uint8_t sent[SIZE];
    uint8_t data[SIZE];
    uint64_t tag;
    usec due;
    usec next = impair_next(impair);
    for (size_t len; (len = impair_output(impair, now, data, sizeof data, &tag, &due)) > 0;) {
        assert_int_equal(len, SIZE);
        assert_true(due == next && due <= now);
        next = impair_next(impair);
        fill(sent, tag);
        for (size_t i = 0; i < SIZE && memcmp(sent, data, SIZE) != 0; i++)
            run->flipped += (uint64_t)__builtin_popcount(sent[i] ^ data[i]);
        run->arrivals[run->count++] = (struct arrival){tag, due};
    }
    assert_true(next > now);
}

// The caller frees.
static struct run *drive(const struct impair_spec *spec, uint64_t seed, int packets, usec spacing)
{
    struct run *run = calloc(1, sizeof *run);
    struct impair *impair = impair_new(spec, seed);
    uint8_t data[SIZE];
    for (int i = 0; i < packets; i++) {
        collect(run, impair, i * spacing);
        fill(data, (uint64_t)i);
        impair_input(impair, i * spacing, data, sizeof data, (uint64_t)i);
    }
    collect(run, impair, USEC_NEVER - 1);
    run->stats = impair_stats(impair);
    impair_free(impair);
    struct impair_stats *s = &run->stats;
    assert_int_equal(s->in, packets);
    assert_int_equal(s->out, run->count);
    assert_int_equal(s->in + s->duplicated, s->lost + s->limited + s->out);
    return run;
}

static struct run *drive_text(const char *text)
{
    struct impair_spec spec = spec_of(text);
    return drive(&spec, 1, PACKETS, SPACING);
}

static double share(uint64_t part, uint64_t all)
{
    return (double)part / (double)all;
}

static bool near(double value, double wanted, double tolerance)
{
    if (fabs(value - wanted) <= tolerance)
        return true;
    print_error("%f instead of %f\n", value, wanted);
    return false;
}

static void a_clean_path_hands_everything_on(void **state)
{
    (void)state;
    struct run *run = drive_text("");
    assert_int_equal(run->count, PACKETS);
    for (size_t i = 0; i < run->count; i++) {
        assert_int_equal(run->arrivals[i].tag, i);
        assert_int_equal(run->arrivals[i].due, (usec)i * SPACING);
    }
    assert_int_equal(run->flipped, 0);
    free(run);
}

static void knows_what_is_clean(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool clean;
    } rows[] = {
        {"", true},
        {"delay 0", true},
        {"loss 0% 50%", true},
        {"loss state 0%", true},
        {"loss gemodel 0%", true},
        {"limit 5 seed 7", true},
        {"duplicate 0% reorder 0% corrupt 0%", true},
        {"delay 1us", false},
        {"delay 0 1us", false},
        {"loss 0.1%", false},
        {"loss state 0% 100% 0% 100% 1%", false},
        {"loss gemodel 0% 100% 100% 1%", false},
        {"duplicate 1%", false},
        {"corrupt 1%", false},
        {"rate 1gbit", false},
        {"trace a.csv", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct impair_spec spec = spec_of(rows[i].text);
        assert_int_equal(impair_is_clean(&spec), rows[i].clean);
    }
}

static void every_share_is_what_was_asked_for(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "delay 100ms 10ms loss 5% duplicate 2% corrupt 3% reorder 10%",
        "delay 100ms 10ms 50% loss 5% 25% duplicate 2% 25% corrupt 3% 25% reorder 10% 25%",
        ("delay 100ms 10ms distribution pareto loss 5% 50% duplicate 2% 50% corrupt 3% 50% "
         "reorder 10% 50%"),
        "delay 100ms loss state 1% 20% 5% 50% 0.5% duplicate 2% corrupt 3% reorder 10%",
        "delay 100ms loss gemodel 1% 19% rate 10mbit duplicate 2% corrupt 3% reorder 10%",
    };
    const double state_loss = 0.005 + 0.01 / 0.2; // against 1 in the first state; see test_loss.c
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct run *run = drive_text(rows[i]);
        const struct impair_stats *s = &run->stats;
        double loss = i == 3 ? state_loss / (1 + state_loss + 0.01 * 0.05 / (0.2 * 0.5)) : 0.05;
        assert_true(near(share(s->lost, s->in + s->duplicated), loss, 0.004));
        assert_true(near(share(s->duplicated, s->in), 0.02, 0.003));
        assert_true(near(share(s->corrupted, s->out), 0.03, 0.003));
        assert_true(near(share(s->reordered, s->out), 0.10, 0.005));
        assert_int_equal(run->flipped, s->corrupted); // one bit each
        assert_int_equal(s->limited, 0);
        free(run);
    }
}

static void mean_and_spread_of_the_delay_are_what_was_asked_for(void **state)
{
    (void)state;
    static const double correlations[] = {0, 0.25, 0.9};
    for (int d = 0; d < DISTRIBUTIONS; d++) {
        for (size_t c = 0; c < 3; c++) {
            struct impair_spec spec = {
                .delay = 100000,
                .jitter = 10000,
                .delay_correlation = correlations[c],
                .distribution = d,
                .loss = {LOSS_RANDOM, {0.05, 0}},
            };
            struct run *run = drive(&spec, 3, PACKETS, SPACING);
            double *delay = calloc(PACKETS, sizeof *delay); // by tag; 0: lost
            double sum = 0, squares = 0, products = 0, pairs = 0;
            for (size_t i = 0; i < run->count; i++) {
                uint64_t tag = run->arrivals[i].tag;
                delay[tag] = (double)(run->arrivals[i].due - (usec)tag * SPACING);
                sum += delay[tag];
                squares += (delay[tag] - 100000) * (delay[tag] - 100000);
            }
            for (size_t i = 1; i < PACKETS; i++) {
                if (delay[i - 1] > 0 && delay[i] > 0) {
                    products += (delay[i - 1] - 100000) * (delay[i] - 100000);
                    pairs++;
                }
            }
            double variance = squares / (double)run->count;
            double deviation = d == DISTRIBUTION_UNIFORM ? 10000 / sqrt(3) : 10000;
            assert_true(near(sum / (double)run->count, 100000, 50 + 350 * correlations[c]));
            assert_true(near(sqrt(variance), deviation, deviation * 0.03));
            // The correlation is that of the normal process below; through a skewed shape less is
            // left.
            assert_true(near(products / pairs / variance, correlations[c], 0.08));
            free(delay);
            free(run);
        }
    }
}

static void a_delay_is_never_negative(void **state)
{
    (void)state;
    struct run *run = drive_text("delay 1ms 10ms distribution normal");
    size_t at_once = 0;
    for (size_t i = 0; i < run->count; i++) {
        usec delay = run->arrivals[i].due - (usec)run->arrivals[i].tag * SPACING;
        assert_true(delay >= 0);
        at_once += delay == 0;
    }
    assert_true(near(share(at_once, run->count), 0.46, 0.01));
    free(run);
}

static void gap_reorders_every_nth(void **state)
{
    (void)state;
    struct impair_spec spec = spec_of("delay 50ms reorder 100% gap 5");
    struct run *run = drive(&spec, 1, 1000, SPACING);
    for (size_t i = 0; i < run->count; i++) {
        uint64_t tag = run->arrivals[i].tag;
        usec delay = run->arrivals[i].due - (usec)tag * SPACING;
        assert_int_equal(delay, tag % 5 == 4 ? 0 : 50000);
    }
    assert_int_equal(run->stats.reordered, 200);
    free(run);
    run = drive_text("delay 50ms reorder 25% gap 5"); // 4 in the gap, then 4 on average
    assert_true(near(share(run->stats.reordered, run->count), 1.0 / 8, 0.003));
    free(run);
}

static void a_bottleneck_has_the_rate(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        usec spacing;
        double octets; // that one datagram takes on the link
        double rate;   // bit/s
    } rows[] = {
        {"rate 64kbit limit 1000000", 1000, SIZE + 28, 64e3},
        {"rate 64kbit delay 40ms limit 1000000", 1000, SIZE + 28, 64e3},
        {"rate 64kbit delay 40ms 10ms loss 10% limit 1000000", 1000, SIZE + 28, 64e3},
        {"rate 1gbit 20 limit 1000000", 1, SIZE + 48, 1e9}, // 1.76 us each
        {"rate 5kbit 20 100 5 limit 1000000", 1000, 3 * 105, 5e3},
        {"rate 5kbit -300 limit 1000000", 1000, 0, 5e3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct impair_spec spec = spec_of(rows[i].text);
        struct run *run = drive(&spec, 1, 10000, rows[i].spacing);
        double took = (double)(run->arrivals[run->count - 1].due - run->arrivals[0].due) / 1e6;
        double wanted = rows[i].octets * 8 * (double)(run->count - 1) / rows[i].rate;
        if (rows[i].octets == 0)
            wanted = (double)rows[i].spacing * (double)(run->count - 1) / 1e6;
        assert_true(near(took / wanted, 1, 0.001));
        for (size_t k = 1; k < run->count; k++)
            assert_true(run->arrivals[k].tag > run->arrivals[k - 1].tag); // it is a queue
        free(run);
    }
}

static void an_idle_bottleneck_adds_one_datagram_of_time(void **state)
{
    (void)state;
    struct impair_spec spec = spec_of("rate 128kbit delay 40ms");
    struct run *run = drive(&spec, 1, 100, SPACING);
    for (size_t i = 0; i < run->count; i++) // 200 octets at 16 octets per ms
        assert_int_equal(run->arrivals[i].due, (usec)i * SPACING + 40000 + 12500);
    free(run);
}

static void beyond_the_limit_is_dropped_and_counted(void **state)
{
    (void)state;
    struct impair_spec spec = spec_of("delay 1s limit 10");
    struct run *run = drive(&spec, 1, 150, SPACING);
    assert_int_equal(run->stats.limited, 120); // of 50 that are sent in a second 10 fit
    assert_int_equal(run->arrivals[9].tag, 9);
    assert_int_equal(run->arrivals[10].tag, 50);
    free(run);
}

static void sizes_that_do_not_fit_are_counted(void **state)
{
    (void)state;
    struct impair_spec spec = {.delay = 5, .limit = 2};
    struct impair *impair = impair_new(&spec, 1);
    static uint8_t data[IMPAIR_DATAGRAM_MAX + 1] = {1, 2, 3};
    static uint8_t out[IMPAIR_DATAGRAM_MAX];
    impair_input(impair, 0, data, sizeof data, 0);
    impair_input(impair, 0, data, 0, 0);
    impair_input(impair, 0, data, IMPAIR_DATAGRAM_MAX, 1);
    impair_input(impair, 0, data, IMPAIR_DATAGRAM_MAX, 2); // no room for a second one
    assert_int_equal(impair_next(impair), 5);
    assert_int_equal(impair_output(impair, 4, out, sizeof out, NULL, NULL), 0);
    assert_int_equal(impair_output(impair, 5, out, sizeof out, NULL, NULL), sizeof out);
    assert_memory_equal(out, data, sizeof out);
    impair_input(impair, 10, data, 100, 3);
    impair_input(impair, 11, data, 3, 4);
    uint64_t tag;
    usec due;
    assert_int_equal(impair_output(impair, 1000, out, 99, &tag, &due), 3);
    assert_int_equal(tag, 4);
    assert_int_equal(due, 16);
    assert_true(impair_next(impair) == USEC_NEVER);
    struct impair_stats s = impair_stats(impair);
    assert_int_equal(s.in, 6);
    assert_int_equal(s.too_large, 2);
    assert_int_equal(s.empty, 1);
    assert_int_equal(s.limited, 1);
    assert_int_equal(s.out, 2);
    impair_free(impair);
    impair_free(NULL);
}

static void the_same_seed_does_the_same(void **state)
{
    (void)state;
    struct impair_spec spec = spec_of("delay 60ms 20ms 30% distribution paretonormal loss 5% 20% "
                                      "duplicate 5% reorder 5% corrupt 5% rate 1mbit");
    struct run *a = drive(&spec, 7, PACKETS, SPACING);
    struct run *b = drive(&spec, 7, PACKETS, SPACING);
    struct run *c = drive(&spec, 8, PACKETS, SPACING);
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->arrivals, b->arrivals, a->count * sizeof a->arrivals[0]);
    assert_int_not_equal(memcmp(a->arrivals, c->arrivals, 1000 * sizeof a->arrivals[0]), 0);
    free(a);
    free(b);
    free(c);
}

static void arrivals_by_tag(const struct run *run, uint8_t *copies)
{
    memset(copies, 0, PACKETS);
    for (size_t i = 0; i < run->count; i++)
        copies[run->arrivals[i].tag]++;
}

static void another_delay_loses_the_same(void **state)
{
    (void)state;
    static const char *const losses[] = {
        "loss 5% 20% duplicate 10% 30% ",
        "loss gemodel 1% 10% 70% duplicate 10% ",
        "loss state 1% 20% 5% 50% 0.5% duplicate 10% ",
    };
    static const char *const delays[] = {
        "delay 10ms",
        "delay 60ms 20ms 50% distribution normal corrupt 3% 10%",
        "delay 60ms 20ms distribution pareto reorder 20% 10% gap 3",
        "rate 1mbit corrupt 10%",
    };
    static uint8_t first[PACKETS];
    static uint8_t other[PACKETS];
    for (size_t i = 0; i < 3; i++) {
        struct run *run = drive_text(losses[i]);
        arrivals_by_tag(run, first);
        free(run);
        for (size_t k = 0; k < 4; k++) {
            char text[256];
            snprintf(text, sizeof text, "%s%s", losses[i], delays[k]);
            run = drive_text(text);
            arrivals_by_tag(run, other);
            assert_memory_equal(other, first, PACKETS);
            free(run);
        }
    }
}

static void a_trace_is_replayed_and_repeats(void **state)
{
    (void)state;
    const char *csv = "0,0,40\n1,20,\n2,40,130\n3,60,61.5\n";
    struct trace_error error;
    struct trace *trace = trace_parse(csv, strlen(csv), &error);
    struct impair_spec spec = spec_of("trace memory.csv");
    spec.trace = trace;
    struct run *run = drive(&spec, 1, 4000, SPACING);
    assert_int_equal(run->stats.lost, 1000);
    for (size_t i = 0; i < run->count; i++) {
        uint64_t tag = run->arrivals[i].tag;
        assert_int_equal(run->arrivals[i].due - (usec)tag * SPACING, trace->delay[tag % 4]);
    }
    assert_int_equal(run->arrivals[1].tag, 3); // it overtook the one before
    free(run);
    spec.duplicate.p = 0.5;
    run = drive(&spec, 1, 4000, SPACING);
    assert_true(near(share(run->stats.duplicated, 4000), 0.5, 0.03));
    for (size_t i = 0; i < run->count; i++) { // a copy goes the way of its original
        uint64_t tag = run->arrivals[i].tag;
        assert_int_equal(run->arrivals[i].due - (usec)tag * SPACING, trace->delay[tag % 4]);
    }
    free(run);
    trace_free(trace);
}

static void seeds_count_up_from_the_specs(void **state)
{
    (void)state;
    struct impair_spec spec = {0};
    assert_int_equal(impair_seed(&spec, 100, 2), 102);
    spec = spec_of("seed 7");
    assert_int_equal(impair_seed(&spec, 100, 0), 7);
    assert_int_equal(impair_seed(&spec, 100, 2), 9);
}

static void far_off_times_do_not_overflow(void **state)
{
    (void)state;
    struct impair_spec spec = {.delay = IMPAIR_TIME_MAX, .rate = {1, 65535, 1, 65535}};
    struct impair *impair = impair_new(&spec, 1);
    uint8_t out[10];
    for (int i = 0; i < 100; i++) {
        impair_input(impair, INT64_MIN, "x", 1, 0);
        impair_input(impair, USEC_NEVER, "x", 1, 0);
    }
    size_t count = 0;
    while (impair_output(impair, USEC_NEVER, out, sizeof out, NULL, NULL) > 0)
        count++;
    assert_int_equal(count, 200);
    impair_free(impair);
}

// ---- a path that changes -----------------------------------------------------------------------

struct turn {
    int at; // datagrams
    const char *to;
};

// As `drive` of `text`, but each turn is made before datagram `at`.
static struct run *drive_turned(const char *text, const struct turn *turns, int packets)
{
    struct run *run = calloc(1, sizeof *run);
    struct impair_spec spec = spec_of(text);
    struct impair *impair = impair_new(&spec, 1);
    uint8_t data[SIZE];
    for (int i = 0; i < packets; i++) {
        for (const struct turn *t = turns; t->to; t++)
            if (t->at == i) {
                spec = spec_of(t->to);
                impair_set(impair, &spec);
            }
        collect(run, impair, i * SPACING);
        fill(data, (uint64_t)i);
        impair_input(impair, i * SPACING, data, sizeof data, (uint64_t)i);
    }
    collect(run, impair, USEC_NEVER - 1);
    run->stats = impair_stats(impair);
    impair_free(impair);
    return run;
}

static void assert_same_from(const struct run *a, const struct run *b, uint64_t tag)
{
    size_t i = 0, j = 0;
    while (i < a->count && a->arrivals[i].tag < tag)
        i++;
    while (j < b->count && b->arrivals[j].tag < tag)
        j++;
    assert_int_equal(a->count - i, b->count - j);
    assert_true(a->count > i);
    for (; i < a->count; i++, j++) {
        assert_int_equal(a->arrivals[i].tag, b->arrivals[j].tag);
        assert_int_equal(a->arrivals[i].due, b->arrivals[j].due);
    }
}

static void setting_the_same_changes_nothing(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "delay 40ms 10ms 30% loss 5% 40%",
        "loss gemodel 2% 20% duplicate 5% corrupt 1%",
        "delay 20ms reorder 10% gap 3 loss state 2% 30% 10%",
        "rate 77kbit delay 5ms limit 10",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct turn turns[] = {{0, paths[i]}, {777, paths[i]}, {1500, paths[i]}, {0, NULL}};
        struct run *set = drive_turned(paths[i], turns, 3000);
        struct run *left = drive_turned(paths[i], turns + 3, 3000);
        assert_same_from(set, left, 0);
        assert_memory_equal(&set->stats, &left->stats, sizeof set->stats);
        free(set);
        free(left);
    }
}

// The lesson of a path that is turned while it runs: from then on it loses what it would have lost
// had it been so from the beginning.
static void what_was_set_before_changes_no_later_draw(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
    } rows[] = {
        {"", "loss 10%"},
        {"loss 50%", "delay 40ms loss 10%"},
        {"delay 300ms 20ms loss gemodel 2% 20%", "delay 20ms 5ms loss 5%"},
        {"duplicate 20% loss 3% rate 1mbit", "loss 20%"},
    };
    const int turned = 1000;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct turn turns[] = {{turned, rows[i].after}, {0, NULL}};
        struct run *run = drive_turned(rows[i].before, turns, 4000);
        struct run *always = drive_turned(rows[i].after, turns + 1, 4000);
        // those on their way while it turned may come among the later ones
        assert_same_from(run, always, (uint64_t)turned + 100);
        free(run);
        free(always);
    }
}

static void what_waits_leaves_when_it_would_have(void **state)
{
    (void)state;
    // sent every 20 ms; the path becomes 190 ms shorter before number 10
    const struct turn turns[] = {{10, "delay 10ms"}, {0, NULL}};
    struct run *run = drive_turned("delay 200ms", turns, 20);
    assert_int_equal(run->count, 20);
    for (size_t i = 0; i < run->count; i++) {
        uint64_t tag = run->arrivals[i].tag;
        usec delay = (tag < 10 ? 200 : 10) * USEC_MS;
        assert_int_equal(run->arrivals[i].due, (usec)tag * SPACING + delay);
    }
    assert_int_equal(run->arrivals[0].tag, 0);
    assert_int_equal(run->arrivals[1].tag, 10); // 210 ms, before number 1 at 220
    free(run);
}

static void another_model_begins_in_its_first_state(void **state)
{
    (void)state;
    // once in a state that loses, neither ever leaves it; the first model gets there with its
    // second datagram, the other one never
    const struct turn turns[] = {{100, "loss state 0% 0%"}, {0, NULL}};
    struct run *run = drive_turned("loss gemodel 100% 0%", turns, 200);
    assert_int_equal(run->stats.lost, 99);
    free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_path_hands_everything_on),
        cmocka_unit_test(knows_what_is_clean),
        cmocka_unit_test(every_share_is_what_was_asked_for),
        cmocka_unit_test(mean_and_spread_of_the_delay_are_what_was_asked_for),
        cmocka_unit_test(a_delay_is_never_negative),
        cmocka_unit_test(gap_reorders_every_nth),
        cmocka_unit_test(a_bottleneck_has_the_rate),
        cmocka_unit_test(an_idle_bottleneck_adds_one_datagram_of_time),
        cmocka_unit_test(beyond_the_limit_is_dropped_and_counted),
        cmocka_unit_test(sizes_that_do_not_fit_are_counted),
        cmocka_unit_test(the_same_seed_does_the_same),
        cmocka_unit_test(another_delay_loses_the_same),
        cmocka_unit_test(a_trace_is_replayed_and_repeats),
        cmocka_unit_test(seeds_count_up_from_the_specs),
        cmocka_unit_test(far_off_times_do_not_overflow),
        cmocka_unit_test(setting_the_same_changes_nothing),
        cmocka_unit_test(what_was_set_before_changes_no_later_draw),
        cmocka_unit_test(what_waits_leaves_when_it_would_have),
        cmocka_unit_test(another_model_begins_in_its_first_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
