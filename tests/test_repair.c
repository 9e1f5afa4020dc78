// What waiting for repairs is worth, against the definition worked out from scratch.
#include "tests/test.h"

#include "media/random.h"
#include "media/repair.h"

#include <math.h>

#define MS    USEC_MS
#define PRICE (20 * MS)
#define FRAME (20 * MS)

static struct repair of(bool copies)
{
    struct repair r;
    repair_init(&r, PRICE, copies);
    return r;
}

// So many turns at which all was there.
static void turns(struct repair *r, int count)
{
    for (; count > 0; count--)
        repair_turn(r, 0, false);
}

// ---- by hand -----------------------------------------------------------------------------------

static void nothing_to_wait_for(void **state)
{
    (void)state;
    struct repair r = of(false);
    assert_int_equal(repair_wait(&r, true, FRAME), 0);
    for (int n = 0; n < 1000; n++) { // a tenth is missing, and never comes
        repair_turn(&r, n % 10 == 0, false);
        assert_int_equal(repair_wait(&r, true, FRAME), 0);
    }
    r = of(false);
    turns(&r, 4000);
    assert_int_equal(repair_slack(&r) / MS, 0); // nothing is missing
}

// Copies that are announced are waited for from the start, and no more once there are none.
static void copies_that_are_announced(void **state)
{
    (void)state;
    struct repair r = of(true);
    assert_int_equal(repair_wait(&r, true, FRAME), FRAME);
    assert_int_equal(repair_wait(&r, false, FRAME), 0); // but not by who makes no use of them
    r = of(true);
    repair_wait(&r, true, FRAME);
    int n = 0;
    for (; n < 1000 && repair_wait(&r, true, FRAME); n++)
        repair_turn(&r, 0, false);
    assert_in_range(n, 5, 64); // packets without a copy
}

// One in `every` is lost and had 45 ms after its turn: worth 20 ms for each percent.
static usec wait_for(int every, int packets, usec wait, struct repair *r)
{
    usec waits = 0;
    for (int n = 0; n < packets; n++) {
        if (n % every == 0)
            repair_came(r, wait, FRAME);
        repair_turn(r, 0, false);
        waits = repair_wait(r, false, FRAME);
    }
    return waits;
}

static void a_wait_is_worth_its_price(void **state)
{
    (void)state;
    static const struct {
        int every;
        usec wait, expect;
    } rows[] = {
        {20, 45 * MS, 45 * MS},      // 5 % are worth 100 ms
        {20, 45 * MS - 1, 45 * MS},  // bins of 1 ms
        {20, 44 * MS + 1, 45 * MS},  //
        {20, -5 * MS, 0},            // before its turn
        {20, 0, 0},                  //
        {50, 45 * MS, 0},            // 2 % are worth 40 ms
        {50, 35 * MS, 35 * MS},      //
        {500, 10 * MS, 0},           //
        {2, 511 * MS, 511 * MS},     // the last bin
        {2, 512 * MS, 511 * MS},     // beyond it: but for its beginning
        {2, 522 * MS, 0},            //
        {2, 3600 * USEC_SECOND, 0},  //
        {2, -3600 * USEC_SECOND, 0}, //
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct repair r = of(false);
        turns(&r, 1000);
        usec wait = wait_for(rows[i].every, 4000, rows[i].wait, &r);
        if (wait != rows[i].expect)
            fail_msg("row %zu: %lld", i, (long long)wait);
    }
}

// What was worth it stays until it is worth three fifths of its price.
static void a_wait_stays_for_a_while(void **state)
{
    (void)state;
    struct repair r = of(false);
    turns(&r, 1000);
    assert_int_equal(wait_for(20, 4000, 40 * MS, &r), 40 * MS); // a share of 5 %
    double share = 0.05;
    int n = 0;
    for (; repair_wait(&r, false, FRAME); n++, share *= 511.0 / 512) {
        assert_true(100 * share * PRICE > 0.95 * 24 * MS);
        turns(&r, 1);
        assert_true(n < 5000);
    }
    assert_true(100 * share * PRICE < 1.05 * 24 * MS);
    // to be chosen anew it has to be worth all of it
    for (; !repair_wait(&r, false, FRAME); repair_turn(&r, 0, false), share *= 511.0 / 512) {
        assert_true(100 * share * PRICE < 1.05 * 40 * MS);
        repair_came(&r, 40 * MS, FRAME);
        share += 1.0 / 512;
    }
    assert_true(100 * share * PRICE > 0.95 * 40 * MS);
}

// One in 40 is lost and had again, one as soon as the other within 20 ms. How long is waited, in the mean?
static double mean_wait(usec frame)
{
    struct repair r = of(false);
    double sum = 0;
    for (int n = 0; n < 40000; n++) {
        if (n % 40 == 0)
            repair_came(&r, n / 40 * 7 % 20 * MS, frame);
        repair_turn(&r, 0, false);
        sum += n < 8000 ? 0 : usec_to_ms(repair_wait(&r, false, frame));
    }
    return sum / 32000;
}

// Not to wait for the last of them is cheaper: of a packet that comes 3 ms late only the beginning is
// guessed. Where packets are short there is nothing but beginning.
static void a_bit_late_is_not_lost(void **state)
{
    (void)state;
    double wait = mean_wait(FRAME), wait_short = mean_wait(FRAME / 8);
    if (wait < 15 || wait > 17.5)
        fail_msg("%g", wait);
    if (wait_short < 18 || wait_short > 19)
        fail_msg("%g", wait_short);
}

// The first packets count for more: a share is learnt from 64 as from 512 later.
static void the_memory_is_short_at_first(void **state)
{
    (void)state;
    struct repair young = of(false), old = of(false);
    turns(&old, 1000);
    wait_for(10, 30, 20 * MS, &young);
    wait_for(10, 30, 20 * MS, &old);
    assert_int_equal(repair_wait(&young, false, FRAME), 20 * MS); // 3 of about 64
    assert_int_equal(repair_wait(&old, false, FRAME), 0);         // 3 of 512
    assert_int_equal(young.turns, 94);
    turns(&young, 1000);
    assert_int_equal(young.turns, 512);
}

// A share that is only halved again and again never ends, and is slow to reckon with at last.
static void what_is_long_over_is_forgotten(void **state)
{
    (void)state;
    struct repair r = of(false);
    wait_for(10, 1000, 40 * MS, &r);
    assert_int_equal(r.used, 41);
    repair_came(&r, 20 * MS, FRAME);
    turns(&r, 10000);
    for (int i = 0; i < REPAIR_BINS; i++)
        assert_true(r.shares[i] == 0);
    assert_int_equal(r.used, 0);
}

static void slack_is_what_the_missing_ones_are_worth(void **state)
{
    (void)state;
    struct repair r = of(false);
    for (int n = 0; n < 5000; n++)
        repair_turn(&r, n % 19 == 0, false); // 1 of 20 packets
    assert_in_range(repair_slack(&r), 90 * MS, 110 * MS);
    assert_int_equal(repair_wait(&r, true, FRAME), 0);
    for (int n = 0; n < 5000; n++)
        repair_turn(&r, n % 19 == 0, true); // each with a copy of the one before
    assert_int_equal(repair_wait(&r, true, FRAME), FRAME);
    assert_in_range(repair_slack(&r), 0, 2 * MS); // those are waited for already
}

// ---- against the definition --------------------------------------------------------------------

// The same means, kept by time of the repair and not by bin.
struct model {
    double missing, copies;
    int turns, copies_of;
    struct {
        usec wait;
        double weight;
    } came[4000];
    int count;
    usec wait;
};

static void model_turn(struct model *m, int lost, bool copy)
{
    double part = 1.0 / m->turns;
    m->turns += m->turns < 512;
    for (; lost > 0; lost--)
        m->missing = m->missing * (1 - part) + part;
    m->missing *= 1 - part;
    m->copies_of += m->copies_of < 64;
    m->copies = m->copies * (1 - 1.0 / m->copies_of) + copy * (1.0 / m->copies_of);
    for (int i = 0; i < m->count; i++)
        m->came[i].weight *= 1 - part;
}

static double gain(const struct model *m, bool fec, usec wait)
{
    double share = fec && m->copies >= 0.25 && wait >= FRAME ? m->missing * m->copies : 0;
    for (int i = 0; i < m->count; i++) {
        double late =
            (double)(m->came[i].wait - wait); // its beginning is guessed, and 1.25 ms more
        double saved = late <= 0 ? 1 : late <= FRAME / 2.0 ? 1 - 1.5 * (late + 1250) / FRAME : 0;
        share += saved > 0 ? saved * m->came[i].weight : 0;
    }
    double worth = 100 * share * PRICE - (double)wait;
    return wait < m->wait ? worth - 0.4 * (double)(m->wait - wait) : worth;
}

// No wait at all is better than the one that was chosen.
static void check_choice(struct model *m, bool fec, usec chosen)
{
    double is = gain(m, fec, chosen);
    bool unsure = fabs(m->copies - 0.25) < 1e-4; // are they enough to be waited for?
    for (usec wait = 0; !unsure && wait < 512 * MS; wait += MS)
        if (gain(m, fec, wait) > is + 50) // microseconds, of what floats cannot tell
            fail_msg("%lld is worth %.0f, %lld %.0f", (long long)chosen, is, (long long)wait,
                     gain(m, fec, wait));
    m->wait = chosen;
}

static void the_best_wait_is_chosen(void **state)
{
    (void)state;
    struct random random = {7};
    int chosen = 0, changes = 0;
    for (int path = 0; path < repeats(60, 3); path++) {
        static struct model m;
        struct repair r = of(path % 2);
        m = (struct model){
            .turns = 64, .missing = 0.05, .copies = path % 2, .copies_of = path % 2 ? 8 : 0};
        double loss = 0.2 * random_unit(&random), had = random_unit(&random);
        double copies = random_unit(&random), spread = 200e3 * random_unit(&random);
        for (int n = 0; n < 400; n++) {
            bool lost = random_unit(&random) < loss, copy = random_unit(&random) < copies;
            if (lost && random_unit(&random) < had) {
                usec wait = (usec)(spread * random_unit(&random) * random_unit(&random));
                repair_came(&r, wait, FRAME);
                m.came[m.count].wait = wait;
                m.came[m.count++].weight = 1.0 / m.turns;
                lost = random_unit(&random) < 0.5;
            }
            repair_turn(&r, lost, copy);
            model_turn(&m, lost, copy);
            assert_true(fabs((double)r.missing - m.missing) < 1e-4);
            usec before = m.wait, wait = repair_wait(&r, path % 3 > 0, FRAME);
            check_choice(&m, path % 3 > 0, wait);
            chosen += wait > 0;
            changes += wait != before;
        }
    }
    assert_true(chosen > repeats(100, 1) && changes > repeats(20, 1)); // the paths are no idle ones
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_to_wait_for),
        cmocka_unit_test(copies_that_are_announced),
        cmocka_unit_test(a_wait_is_worth_its_price),
        cmocka_unit_test(a_wait_stays_for_a_while),
        cmocka_unit_test(a_bit_late_is_not_lost),
        cmocka_unit_test(the_memory_is_short_at_first),
        cmocka_unit_test(what_is_long_over_is_forgotten),
        cmocka_unit_test(slack_is_what_the_missing_ones_are_worth),
        cmocka_unit_test(the_best_wait_is_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
