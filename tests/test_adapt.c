// The rule that shares the rate: what must hold for any history and any budget, and that it does not
// waver where nothing changes.
#include "tests/test.h"

#include "media/random.h"
#include "media/voice.h"
#include "sender/adapt.h"

#include <stdio.h>
#include <string.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static const int frames[] = {120, 240, 480, 960, 1920, 2880, 5760};

static struct adapt_limits limits_of(int bitrate, int max_bitrate)
{
    return (struct adapt_limits){
        .bitrate = bitrate,
        .max_bitrate = max_bitrate,
        .fec = ADAPT_FEC_AUTO,
        .red = ADAPT_RED_AUTO,
        .frame_samples = 960,
        .channels = 1,
        .speech = true,
    };
}

// A path (Gilbert): the chance of a loss after a packet that came, and after one that was lost.
struct losses {
    double after_came, after_lost;
};

static struct losses share(double loss, double burst)
{
    double leave = 1 / burst;
    return (struct losses){loss * leave / (1 - loss), 1 - leave};
}

static void lose(struct history *h, struct random *random, struct losses path, int packets)
{
    bool lost = h->lost[0] & 1;
    for (; packets > 0; packets--) {
        lost = random_unit(random) < (lost ? path.after_lost : path.after_came);
        history_packet(h, lost);
    }
}

static struct history history_of(struct losses path, uint64_t seed)
{
    struct random random = {seed};
    struct history h = {0};
    lose(&h, &random, path, HISTORY_PACKETS);
    return h;
}

static struct adapt_choice chosen(const struct adapt_limits *limits, const struct history *h,
                                  bool red)
{
    struct adapt_choice now = adapt_first(limits);
    return adapt_choose(limits, h, red, limits->max_bitrate, &now);
}

static bool same_shape(struct copies_shape a, struct copies_shape b)
{
    return a.depth == b.depth && a.spacing == b.spacing;
}

static bool same(const struct adapt_choice *a, const struct adapt_choice *b)
{
    return a->bitrate == b->bitrate && a->fec == b->fec && a->wideband == b->wideband &&
           a->expected_loss == b->expected_loss && same_shape(a->shape, b->shape) &&
           a->copy_bitrate == b->copy_bitrate;
}

// ---- what it comes to --------------------------------------------------------------------------

static void without_losses_it_is_plain(void **state)
{
    (void)state;
    const struct history none = {.count = HISTORY_PACKETS};
    struct adapt_choice plain = {.bitrate = 32000};
    for (size_t f = 0; f < LENGTH(frames); f++)
        for (int max = 32000; max <= 256000; max *= 2) {
            struct adapt_limits limits = limits_of(32000, max);
            limits.frame_samples = frames[f];
            struct adapt_choice is = chosen(&limits, &none, true);
            assert_true(same(&is, &plain));
            // also again, after any losses
            for (uint64_t seed = 0; seed < 20; seed++) {
                struct history lossy = history_of(share(0.01 * (double)(seed + 1), 1.5), seed);
                is = chosen(&limits, &lossy, true);
                struct copies_shape shape =
                    adapt_shape(&limits, &lossy, max, &is, (struct copies_shape){0});
                is = adapt_choose(&limits, &none, true, max, &is);
                if (!same(&is, &plain))
                    fail_msg("%d samples, %d b/s, seed %d: %d b/s, fec %d, copies %d %d", frames[f],
                             max, (int)seed, is.bitrate, is.fec, is.shape.depth, is.shape.spacing);
                shape = adapt_shape(&limits, &none, max, &is, shape);
                assert_int_equal(shape.depth, 0);
            }
        }
}

static void it_is_told_of_what_is_fixed(void **state)
{
    (void)state;
    struct adapt_limits limits = limits_of(32000, 64000);
    struct history h = history_of(share(0.1, 1), 1);
    limits.fec = ADAPT_FEC_OFF;
    limits.red = ADAPT_RED_OFF;
    struct adapt_choice c = chosen(&limits, &h, true);
    assert_false(c.fec);
    assert_int_equal(c.shape.depth, 0);
    assert_false(c.wideband);
    limits.fec = ADAPT_FEC_ON;
    limits.expected_loss = 33;
    c = chosen(&limits, &h, true);
    assert_true(c.fec);
    assert_int_equal(c.expected_loss, 33);
    limits.red = ADAPT_RED_FIXED;
    limits.shape = (struct copies_shape){2, 3};
    limits.copy_bitrate = 12000;
    c = adapt_first(&limits);
    assert_true(same_shape(c.shape, limits.shape));
    assert_int_equal(c.copy_bitrate, 12000);
    assert_true(adapt_total(&limits, &c, c.shape) <= 64000);
    c = chosen(&limits, &h, true);
    assert_true(same_shape(c.shape, limits.shape));
    assert_true(same_shape(adapt_shape(&limits, &h, 64000, &c, c.shape), limits.shape));
}

static void near_copies_for_single_losses_far_ones_for_bursts(void **state)
{
    (void)state;
    struct adapt_limits limits = limits_of(32000, 64000);
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct history single = history_of(share(0.1, 1.1), seed),
                       bursts = history_of(share(0.1, 3), seed);
        struct adapt_choice a = chosen(&limits, &single, true), b = chosen(&limits, &bursts, true);
        assert_true(a.shape.depth > 0 && b.shape.depth > 0);
        if (a.shape.depth * a.shape.spacing > 3 ||
            b.shape.depth * b.shape.spacing <= a.shape.depth * a.shape.spacing)
            fail_msg("seed %d: %d %d, %d %d", (int)seed, a.shape.depth, a.shape.spacing,
                     b.shape.depth, b.shape.spacing);
    }
}

// ---- whatever happens --------------------------------------------------------------------------

static struct adapt_limits random_limits(struct random *random)
{
    double most = random_u64(random) & 3 ? 90000 : 500000;
    int bitrate = 6000 + (int)(most * random_unit(random));
    struct adapt_limits limits =
        limits_of(bitrate, bitrate + (int)(most * random_unit(random) * random_unit(random)));
    int kind = (int)(random_u64(random) % 3);
    limits.frame_samples = frames[random_u64(random) % LENGTH(frames)];
    limits.channels = 1 + (int)(random_u64(random) % 2);
    limits.speech = kind == 0 && limits.frame_samples >= 480; // VOIP; AUDIO and LOWDELAY are not
    limits.fec = (enum adapt_fec)(random_u64(random) % 3);
    limits.expected_loss = limits.fec == ADAPT_FEC_ON ? 20 : 0;
    limits.red = (random_u64(random) & 3) ? ADAPT_RED_AUTO : ADAPT_RED_OFF;
    return limits;
}

static bool can_be_said(const struct adapt_limits *limits, const struct adapt_choice *c)
{
    double octets = adapt_total(limits, c, c->shape) / 8.0 * limits->frame_samples / VOICE_RATE;
    return copies_fit(c->copy_bitrate ? c->copy_bitrate : c->bitrate, limits->frame_samples) &&
           (octets < 1401 || limits->red == ADAPT_RED_FIXED); // in one packet of an Ethernet
}

static void check_choice(const struct adapt_limits *limits, const struct adapt_choice *c, bool red,
                         int budget)
{
    assert_in_range(c->bitrate, VOICE_BITRATE_LEAST, limits->bitrate);
    // no less than the least rate of the encoder can be given
    assert_true(adapt_total(limits, c, c->shape) <= budget || c->bitrate == VOICE_BITRATE_LEAST);
    assert_true(copies_possible(c->shape, limits->frame_samples));
    assert_true(limits->fec == ADAPT_FEC_AUTO || c->fec == (limits->fec == ADAPT_FEC_ON));
    assert_in_range(c->expected_loss, 0, 100);
    if (!red || limits->red == ADAPT_RED_OFF)
        assert_int_equal(c->shape.depth, 0);
    if (!c->shape.depth) {
        assert_int_equal(c->copy_bitrate, 0);
        return;
    }
    assert_true(adapt_total(limits, c, c->shape) <= budget);
    assert_true(c->copy_bitrate <= c->bitrate);
    assert_true(can_be_said(limits, c));
    assert_true(c->bitrate >= 12000);
    if (!limits->speech) {
        assert_int_equal(c->copy_bitrate, 0);
        assert_false(c->wideband);
    }
}

static void in_any_history_it_keeps_to_its_limits(void **state)
{
    (void)state;
    struct random random = {21};
    int copies = 0, none = 0;
    for (int i = 0; i < repeats(1500, 20); i++) {
        struct adapt_limits limits = random_limits(&random);
        struct adapt_choice now = adapt_first(&limits);
        struct history h = {0};
        struct copies_shape shape = {0};
        for (int report = 0; report < 6; report++) {
            double loss = random_unit(&random) * random_unit(&random);
            int budget = (int)(limits.max_bitrate * random_unit(&random));
            lose(&h, &random, share(0.95 * loss, 1 + 4 * random_unit(&random)),
                 (int)(random_u64(&random) % 600));
            bool red = random_u64(&random) & 3;
            now = adapt_choose(&limits, &h, red, budget, &now);
            check_choice(&limits, &now, red, budget);
            copies += now.shape.depth > 0;
            none += now.shape.depth == 0;
            budget = (int)(limits.max_bitrate * random_unit(&random));
            shape = adapt_shape(&limits, &h, budget, &now, shape);
            assert_true(copies_possible(shape, limits.frame_samples));
            assert_true(!shape.depth || can_be_said(&limits, &now));
            assert_true(!shape.depth || adapt_total(&limits, &now, shape) <= budget);
            assert_true(!shape.depth || limits.red == ADAPT_RED_AUTO);
            double quality = adapt_quality(&limits, &h, &now, now.shape);
            assert_true(quality > -1 && quality <= 1);
        }
    }
    assert_true(copies > repeats(500, 5) && none > repeats(500, 5));
}

// By the octets: copies as they were sent, and the headers of RFC 2198, in a second.
static void the_total_is_what_is_sent(void **state)
{
    (void)state;
    struct adapt_limits limits = limits_of(24000, 64000);
    struct adapt_choice c = {.bitrate = 24000};
    assert_int_equal(adapt_total(&limits, &c, (struct copies_shape){0}), 24000);
    assert_int_equal(adapt_total(&limits, &c, (struct copies_shape){1, 4}), 48000 + 5 * 8 * 50);
    c.copy_bitrate = 10000;
    assert_int_equal(adapt_total(&limits, &c, (struct copies_shape){3, 1}), 54000 + 13 * 8 * 50);
    limits.frame_samples = 120;
    assert_int_equal(adapt_total(&limits, &c, (struct copies_shape){1, 1}), 34000 + 5 * 8 * 400);
}

// The best is chosen: no other way is better by the rule's own measure than by what is clear.
static void no_change_without_a_clear_gain(void **state)
{
    (void)state;
    struct random random = {8};
    for (int i = 0; i < repeats(300, 5); i++) {
        struct adapt_limits limits = random_limits(&random);
        limits.fec = ADAPT_FEC_AUTO;
        int budget = limits.max_bitrate;
        struct history h = history_of(share(0.05 + 0.2 * random_unit(&random), 1.5), (uint64_t)i);
        struct adapt_choice first = adapt_first(&limits),
                            now = adapt_choose(&limits, &h, true, budget, &first);
        double quality = adapt_quality(&limits, &h, &now, now.shape);
        struct adapt_choice again = adapt_choose(&limits, &h, true, budget, &now);
        assert_true(same(&again, &now)); // the same is found, and stays
        struct history other =
            history_of(share(0.02 + 0.2 * random_unit(&random), 1.5), (uint64_t)i + 1000);
        struct adapt_choice then = adapt_choose(&limits, &other, true, budget, &now);
        double before = adapt_quality(&limits, &other, &now, now.shape),
               after = adapt_quality(&limits, &other, &then, then.shape);
        bool moved = !same_shape(then.shape, now.shape) || then.bitrate != now.bitrate ||
                     then.fec != now.fec || then.copy_bitrate != now.copy_bitrate;
        if (moved && after < before + 0.0059)
            fail_msg("case %d: %f to %f", i, before, after);
        assert_true(quality <= 1);
    }
}

// What was given back comes again in full, where nothing is lost; on the way there the rate does not
// follow each bit.
static void the_rate_comes_back(void **state)
{
    (void)state;
    struct adapt_limits limits = limits_of(32000, 32000);
    const struct history none = {.count = HISTORY_PACKETS};
    struct adapt_choice now = adapt_first(&limits);
    now = adapt_choose(&limits, &none, true, 20000, &now);
    assert_int_equal(now.bitrate, 20000);
    int moves = 0;
    for (int budget = 20000; budget <= 32000; budget += 100) {
        struct adapt_choice next = adapt_choose(&limits, &none, true, budget, &now);
        moves += !same(&next, &now);
        now = next;
    }
    assert_int_equal(now.bitrate, 32000);
    assert_in_range(moves, 1, 5);
}

// ---- it does not waver -------------------------------------------------------------------------

// So many seconds with a report in each; the first ten, until it knows the path, do not count.
static int changes(const struct adapt_limits *limits, struct losses path, int seconds,
                   uint64_t seed)
{
    struct random random = {seed};
    struct history h = {0};
    struct adapt_choice now = adapt_first(limits);
    int count = 0;
    for (int s = 0; s < seconds; s++) {
        lose(&h, &random, path, VOICE_RATE / limits->frame_samples);
        struct adapt_choice next = adapt_choose(limits, &h, true, limits->max_bitrate, &now);
        count += s >= 10 && !same(&next, &now);
        now = next;
    }
    return count;
}

static void a_path_that_stays_as_it_is(void **state)
{
    (void)state;
    static const double losses[] = {0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3};
    int worst = 0;
    for (int max = 24000; max <= 64000; max += 8000)
        for (size_t i = 0; i < LENGTH(losses); i++)
            for (int burst = 1; burst <= 3; burst++) {
                struct adapt_limits limits = limits_of(32000 < max ? 32000 : max, max);
                int sum = 0;
                for (uint64_t seed = 0; seed < 10; seed++)
                    sum += changes(&limits, share(losses[i], burst), 110, seed);
                if (getenv("VOZ_SHOW"))
                    printf("%d b/s, %.1f %% in runs of %d: %.1f changes in 100 s\n", max,
                           100 * losses[i], burst, sum / 10.0);
                worst = sum > worst ? sum : worst;
            }
    if (worst > 100)
        fail_msg("%.1f changes in 100 s", worst / 10.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_losses_it_is_plain),
        cmocka_unit_test(it_is_told_of_what_is_fixed),
        cmocka_unit_test(near_copies_for_single_losses_far_ones_for_bursts),
        cmocka_unit_test(in_any_history_it_keeps_to_its_limits),
        cmocka_unit_test(the_total_is_what_is_sent),
        cmocka_unit_test(no_change_without_a_clear_gain),
        cmocka_unit_test(the_rate_comes_back),
        cmocka_unit_test(a_path_that_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
