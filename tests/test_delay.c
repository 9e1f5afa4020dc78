// The estimator on transits whose best delay can be worked out by hand.
#include "tests/test.h"

#include "media/delay.h"
#include "media/random.h"

#define ORIGIN (-123456789 * USEC_MS) // of transits: means nothing
#define LENGTH (20 * USEC_MS)         // of a packet

static void feed(struct delay *d, usec transit, int times)
{
    for (int i = 0; i < times; i++)
        delay_packet(d, ORIGIN + transit, LENGTH, false);
}

// A later one came before it, and is played in its turn.
static void feed_overtaken(struct delay *d, usec transit)
{
    delay_packet(d, ORIGIN + transit, LENGTH, true);
}

static void expect(const struct delay *d, usec base, usec target, usec slack)
{
    usec b = delay_base(d) - ORIGIN, t = delay_target(d) - ORIGIN;
    if (b < base - slack || b > base + slack || t < target - slack || t > target + slack)
        fail_msg("base %lld, target %lld; not %lld, %lld", (long long)b, (long long)t,
                 (long long)base, (long long)target);
}

static void begins_with_nothing(void **state)
{
    (void)state;
    struct delay d;
    delay_init(&d, 0);
    assert_int_equal(delay_base(&d), 0);
    assert_int_equal(delay_target(&d), 0);
    delay_packet(&d, ORIGIN, LENGTH, false);
    expect(&d, 0, DELAY_BIN, 0);
}

static void a_constant_path_needs_no_wait(void **state)
{
    (void)state;
    struct delay d;
    delay_init(&d, 0);
    feed(&d, 0, repeats(100000, 10000)); // the weights are scaled on the way
    expect(&d, 0, DELAY_BIN, 0);
}

// Waiting x of 100 ms leaves 100 - x percent late, each worth 20 ms: all of it is waited for.
static void waits_for_all_of_a_narrow_spread(void **state)
{
    (void)state;
    struct random random = {1};
    struct delay d;
    delay_init(&d, 0);
    for (int i = 0; i < 5000; i++)
        delay_packet(&d, ORIGIN + (usec)(random_unit(&random) * 100e3), LENGTH, false);
    expect(&d, 0, 99 * USEC_MS, 3 * USEC_MS);
}

static void the_price_decides_between_two_points(void **state)
{
    (void)state;
    static const struct {
        usec price;
        int percent; // come 200 ms late
        usec target;
    } rows[] = {
        {0, 5, 1 * USEC_MS},                // 5 * 20 < 200
        {0, 20, 201 * USEC_MS},             // 20 * 20 > 200
        {50 * USEC_MS, 6, 201 * USEC_MS},   //
        {50 * USEC_MS, 2, 1 * USEC_MS},     //
        {5 * USEC_MS, 20, 1 * USEC_MS},     //
        {1000 * USEC_MS, 1, 201 * USEC_MS}, //
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct delay d;
        delay_init(&d, rows[i].price);
        for (int n = 0; n < repeats(5000, 2000); n++)
            if (n * rows[i].percent / 100 != (n + 1) * rows[i].percent / 100)
                feed_overtaken(&d, 200 * USEC_MS);
            else
                feed(&d, 0, 1);
        expect(&d, 0, rows[i].target, USEC_MS);
    }
}

// 4 packets in 1000 are worth 8 ms if they were lost (and half of that more, because they have to be
// caught up with). A few milliseconds late, each is played after as short a concealment.
static void a_little_late_costs_a_little(void **state)
{
    (void)state;
    static const struct {
        usec late, target;
    } rows[] = {
        {7 * USEC_MS, 1 * USEC_MS}, {2 * USEC_MS, 2 * USEC_MS}, {100 * USEC_MS, 1 * USEC_MS}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct delay d;
        delay_init(&d, 0);
        for (int n = 0; n < 5000; n++)
            feed(&d, n % 250 == 100 ? rows[i].late : 0, 1);
        expect(&d, 0, rows[i].target, 0);
    }
}

static void follows_steps(void **state)
{
    (void)state;
    struct delay d;
    delay_init(&d, 0);
    feed(&d, 0, 1000);
    feed(&d, 80 * USEC_MS, 50); // within a second
    expect(&d, 0, 80 * USEC_MS, USEC_MS);
    feed(&d, 80 * USEC_MS, 400);
    expect(&d, 80 * USEC_MS, 80 * USEC_MS, USEC_MS);
    feed(&d, 0, DELAY_RECENT - 1); // may be a few lucky ones
    assert_true(delay_target(&d) - ORIGIN > 78 * USEC_MS);
    feed(&d, 0, 1);
    expect(&d, 0, DELAY_BIN, USEC_MS);
    feed(&d, 80 * USEC_MS, 4000); // and 0 is forgotten
    expect(&d, 80 * USEC_MS, 80 * USEC_MS, USEC_MS);
    feed(&d, 0, 1); // down at once
    assert_int_equal(delay_base(&d) - ORIGIN, 0);
    feed(&d, 0, 4000);
    expect(&d, 0, DELAY_BIN, USEC_MS);
}

// The path is the same one, only shorter: what its jitter asked for is known.
static void a_faster_path_keeps_its_jitter(void **state)
{
    (void)state;
    struct random random = {1};
    struct delay d;
    delay_init(&d, 0);
    for (int i = 0; i < 1000 + DELAY_RECENT; i++)
        delay_packet(&d,
                     ORIGIN + (i < 1000 ? 80 : 0) * USEC_MS + (usec)(random_unit(&random) * 20e3),
                     LENGTH, false);
    expect(&d, 0, 20 * USEC_MS, 3 * USEC_MS);
}

static void the_recent_ones_are_sixteen(void **state)
{
    (void)state;
    struct delay d;
    delay_init(&d, 0);
    feed(&d, 0, 100);
    assert_int_equal(delay_recent(&d), ORIGIN);
    feed(&d, 30 * USEC_MS, 1);
    feed(&d, 0, DELAY_RECENT - 1);
    assert_int_equal(delay_recent(&d), ORIGIN + 30 * USEC_MS);
    feed(&d, 0, 1);
    assert_int_equal(delay_recent(&d), ORIGIN);
}

static void follows_clock_drift_for_hours(void **state)
{
    (void)state;
    const int64_t packets = repeats(500000, 20000);
    for (int way = -1; way <= 1; way += 2) {
        struct delay d;
        delay_init(&d, 0);
        for (int64_t n = 0; n < packets; n++) { // 500 ppm of 20 ms: 10 us a packet, 5 s in all
            usec transit = way * n * 10;
            delay_packet(&d, ORIGIN + transit, LENGTH, false);
            if (n % 1000 == 999) {
                assert_true(delay_target(&d) - ORIGIN - transit <= 40 * USEC_MS);
                assert_true(delay_target(&d) - ORIGIN - transit >= -10 * USEC_MS);
                assert_true(delay_base(&d) <= delay_target(&d));
            }
        }
    }
}

static void outliers_neither_overflow_nor_stay(void **state)
{
    (void)state;
    static const usec outliers[] = {10 * USEC_SECOND, -10 * USEC_SECOND, (usec)1 << 50,
                                    -((usec)1 << 50), 1024 * USEC_MS,    -1024 * USEC_MS,
                                    1023 * USEC_MS,   -1023 * USEC_MS};
    for (size_t i = 0; i < sizeof outliers / sizeof outliers[0]; i++) {
        struct delay d;
        delay_init(&d, 0);
        feed(&d, 0, 1000);
        feed(&d, outliers[i], 1);
        feed(&d, 0, 2);
        if (outliers[i] > 0)
            expect(&d, 0, DELAY_BIN, USEC_MS);
        assert_true(delay_base(&d) <= delay_target(&d));
        if (outliers[i] < -1023 * USEC_MS)
            continue; // the jitter buffer keeps those away
        feed(&d, 0, 4000);
        expect(&d, 0, DELAY_BIN, USEC_MS);
    }
}

// What a packet costs where so much is waited for, as a jitter buffer plays it, in milliseconds, besides
// the wait.
static float played(float transit, float wait, bool overtaken, float *excess)
{
    float late = transit - wait - *excess, price = 1.5f * 100 * 20, delay = *excess;
    float concealed = late <= 0 ? 0 : overtaken ? 20 : late + 1.25f;
    if (!overtaken)
        delay += concealed;
    *excess = delay > 2.5f ? delay - 2.5f : 0; // an eighth of the packet
    return delay + price / 20 * concealed;
}

static void check_advice(const struct delay_memory *m)
{
    float least = m->costs[m->advice] + m->total * (float)(m->advice + 1);
    for (int i = 0; i < DELAY_BINS; i++) {
        float cost = m->costs[i] + m->total * (float)(i + 1);
        assert_true(i < m->advice ? cost > least : cost >= least);
    }
}

static void every_delay_is_tried_on_every_packet(void **state)
{
    (void)state;
    static struct delay d, was;
    struct random random = {3};
    delay_init(&d, 0);
    feed(&d, 0, 1);
    for (int n = 0; n < repeats(2000, 300); n++) {
        float far = (float)(n < 1000 ? 200 : 1000) * (float)random_unit(&random);
        int ms = (int)(random_unit(&random) * far);
        usec transit = ms * USEC_MS;
        bool overtaken = random_unit(&random) < 0.2f;
        was = d;
        delay_packet(&d, ORIGIN + transit, LENGTH, overtaken);
        for (int i = 0; i < DELAY_BINS; i++) {
            float cost = played((float)ms, (float)(i + 1), overtaken, &was.excess[i]);
            assert_true(d.excess[i] == was.excess[i]);
            for (int m = 0; m < DELAY_MEMORIES; m++) {
                const struct delay_memory *memory = &d.memories[m], *before = &was.memories[m];
                bool scaled = memory->weight < before->weight;
                assert_true(scaled || memory->costs[i] == before->costs[i] + before->weight * cost);
            }
        }
        for (int m = 0; m < DELAY_MEMORIES; m++)
            check_advice(&d.memories[m]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_with_nothing),
        cmocka_unit_test(every_delay_is_tried_on_every_packet),
        cmocka_unit_test(a_constant_path_needs_no_wait),
        cmocka_unit_test(waits_for_all_of_a_narrow_spread),
        cmocka_unit_test(the_price_decides_between_two_points),
        cmocka_unit_test(a_little_late_costs_a_little),
        cmocka_unit_test(follows_steps),
        cmocka_unit_test(a_faster_path_keeps_its_jitter),
        cmocka_unit_test(the_recent_ones_are_sixteen),
        cmocka_unit_test(follows_clock_drift_for_hours),
        cmocka_unit_test(outliers_neither_overflow_nor_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
