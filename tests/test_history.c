// What a listener lost, and what would have become of it: against a naive simulation.
#include "tests/test.h"

#include "media/random.h"
#include "sender/history.h"

#include <math.h>
#include <string.h>

#define PLAIN ((struct copies_shape){0})

static bool is_lost(const struct history *h, unsigned ago)
{
    return h->lost[ago / 64] >> ago % 64 & 1;
}

static unsigned losses(const struct history *h)
{
    unsigned n = 0;
    for (unsigned i = 0; i < HISTORY_PACKETS; i++)
        n += is_lost(h, i);
    return n;
}

// ---- the outcome -------------------------------------------------------------------------------

// Packets in the order they were sent; outside of them all came, as far as anyone knows.
struct trace {
    bool lost[HISTORY_PACKETS];
    int count;
};

static bool lost_at(const struct trace *t, int n)
{
    return n >= 0 && n < t->count && t->lost[n];
}

static bool copy_comes(const struct trace *t, int n, struct copies_shape shape)
{
    for (int d = 1; d <= shape.depth; d++)
        if (!lost_at(t, n + d * shape.spacing))
            return true;
    return false;
}

static struct history_outcome simulated(const struct trace *t, struct copies_shape shape, bool fec,
                                        bool fec_in_copies)
{
    int copied = 0, restored = 0, lost = 0, runs[3] = {0};
    bool left[HISTORY_PACKETS + 1] = {0};
    for (int n = 0; n < t->count; n++) {
        if (!t->lost[n])
            continue;
        lost++;
        bool next = !lost_at(t, n + 1) || (fec_in_copies && copy_comes(t, n + 1, shape));
        if (copy_comes(t, n, shape))
            copied++;
        else if (fec && next)
            restored++;
        else
            left[n] = true;
    }
    for (int n = 0, run = 0; n <= t->count; n++) {
        if (left[n]) {
            run++;
            continue;
        }
        runs[run > 2 ? 2 : run ? run - 1 : 0] += run;
        run = 0;
    }
    double all = t->count ? t->count : 1;
    return (struct history_outcome){lost / all,    copied / all,  restored / all,
                                    runs[0] / all, runs[1] / all, runs[2] / all};
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-12;
}

static void check_outcome(const struct trace *t, struct copies_shape shape, int kind)
{
    struct history h = {0};
    for (int n = 0; n < t->count; n++)
        history_packet(&h, t->lost[n]);
    bool fec = kind > 0, in_copies = kind > 1;
    struct history_outcome is = history_outcome(&h, shape, fec, in_copies),
                           o = simulated(t, shape, fec, in_copies);
    if (!near(is.lost, o.lost) || !near(is.copied, o.copied) || !near(is.fec, o.fec) ||
        !near(is.alone, o.alone) || !near(is.in_twos, o.in_twos) || !near(is.in_a_row, o.in_a_row))
        fail_msg("%d packets, shape %d %d, kind %d: copied %f %f, fec %f %f, left %f %f, %f %f, "
                 "%f %f",
                 t->count, shape.depth, shape.spacing, kind, is.copied, o.copied, is.fec, o.fec,
                 is.alone, o.alone, is.in_twos, o.in_twos, is.in_a_row, o.in_a_row);
    assert_true(
        near(is.lost, is.copied + is.fec + is.alone + is.in_twos + is.in_a_row)); // it adds up
}

// Gilbert: bursts of a random mean length, down to single losses.
static struct trace random_trace(struct random *random)
{
    struct trace t = {.count = (int)(random_u64(random) % (HISTORY_PACKETS + 1))};
    double stay = random_unit(random), begin = random_unit(random) * random_unit(random);
    bool lost = false;
    for (int n = 0; n < t.count; n++) {
        lost = random_unit(random) < (lost ? stay : begin);
        t.lost[n] = lost;
    }
    return t;
}

static void as_a_simulation_has_it(void **state)
{
    (void)state;
    struct random random = {11};
    for (int i = 0; i < repeats(40, 2); i++) {
        struct trace t = random_trace(&random);
        for (int kind = 0; kind < 3; kind++) {
            check_outcome(&t, PLAIN, kind);
            for (uint8_t depth = 1; depth <= COPIES_DEPTH_MAX; depth++)
                for (uint8_t spacing = 1; spacing <= COPIES_SPACING_MAX; spacing++)
                    check_outcome(&t, (struct copies_shape){depth, spacing}, kind);
        }
    }
}

static void nothing_and_everything(void **state)
{
    (void)state;
    struct trace t = {0};
    check_outcome(&t, PLAIN, 2);
    for (t.count = 1; t.count <= 3; t.count++) {
        t.lost[t.count - 1] = true;
        check_outcome(&t, PLAIN, 0);
        check_outcome(&t, (struct copies_shape){1, 1}, 2);
    }
    memset(t.lost, true, sizeof t.lost);
    t.count = HISTORY_PACKETS;
    check_outcome(&t, (struct copies_shape){4, 16}, 2);
}

// Only the latest are known, also after thousands.
static void the_latest_count(void **state)
{
    (void)state;
    struct random random = {2};
    struct history h = {0};
    struct trace t = {.count = HISTORY_PACKETS};
    for (int n = 0; n < 5000; n++) {
        bool lost = random_unit(&random) < 0.3;
        memmove(t.lost, t.lost + 1, sizeof t.lost - sizeof t.lost[0]);
        t.lost[HISTORY_PACKETS - 1] = lost;
        history_packet(&h, lost);
    }
    for (unsigned i = 0; i < HISTORY_PACKETS; i++)
        assert_int_equal(is_lost(&h, i), t.lost[HISTORY_PACKETS - 1 - i]);
    assert_int_equal(h.count, HISTORY_PACKETS);
}

static void the_mean_burst(void **state)
{
    (void)state;
    static const struct {
        const char *trace;
        double burst;
    } rows[] = {{"", 0}, {"++", 0}, {"-", 1}, {"---", 3}, {"-+--+---", 2}, {"+-+-+", 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct history h = {0};
        for (const char *c = rows[i].trace; *c; c++)
            history_packet(&h, *c == '-');
        assert_true(near(history_burst(&h), rows[i].burst));
    }
}

// ---- what is reported --------------------------------------------------------------------------

static void a_share_is_exactly_as_many(void **state)
{
    (void)state;
    struct random random = {5};
    for (int i = 0; i < 2000; i++) {
        struct history h = {0};
        uint32_t packets = (uint32_t)(random_u64(&random) % HISTORY_PACKETS),
                 first = (uint32_t)random_u64(&random);
        uint8_t share = (uint8_t)random_u64(&random);
        history_share(&h, &random, 0, first, 0);
        assert_int_equal(h.count, 0);
        history_share(&h, &random, 12345, first + packets, share);
        assert_int_equal(h.count, packets);
        assert_int_equal(losses(&h), (packets * share + 128) / 256);
        history_share(&h, &random, 0, first + packets, 255); // no packet since
        assert_int_equal(h.count, packets);
    }
}

static void a_share_lies_anywhere(void **state)
{
    (void)state;
    struct random random = {6};
    int places[64] = {0};
    for (int i = 0; i < 10000; i++) {
        struct history h = {0};
        history_share(&h, &random, 64, 64, 32); // 8 of 64
        for (unsigned k = 0; k < 64; k++)
            places[k] += is_lost(&h, k);
    }
    for (int k = 0; k < 64; k++)
        assert_in_range(places[k], 1250 - 200, 1250 + 200);
}

static void the_first_share_is_of_what_was_sent(void **state)
{
    (void)state;
    struct random random = {1};
    struct history h = {0};
    history_share(&h, &random, 40, 7777, 128);
    assert_int_equal(h.count, 40);
    assert_int_equal(losses(&h), 20);
    h = (struct history){0};
    history_share(&h, &random, UINT64_MAX, 7777, 255); // any number
    assert_int_equal(h.count, HISTORY_PACKETS);
    history_share(&h, &random, 0, 7777u + 0x7fffffff, 0);
    assert_int_equal(losses(&h), 0);
}

// One that another has overtaken is no news, and none that says so many packets were sent meanwhile.
static void an_old_share_is_no_news(void **state)
{
    (void)state;
    struct random random = {1};
    struct history h = {0};
    history_share(&h, &random, 100, 0x10064, 0);
    history_share(&h, &random, 100, 0x10032, 255);
    history_share(&h, &random, 100, 0x10064, 255);
    assert_int_equal(h.count, 100);
    assert_int_equal(losses(&h), 0);
    history_share(&h, &random, 100, 0x1006e, 128);
    assert_int_equal(h.count, 110);
    assert_int_equal(losses(&h), 5);
    // a receiver that counts its cycles anew
    history_share(&h, &random, 100, 0x1000, 128);
    assert_int_equal(h.count, 110);
    history_share(&h, &random, 100, 0x100a, 128);
    assert_int_equal(h.count, 120);
    assert_int_equal(losses(&h), 10);
}

// Packet by packet; reports are lost, overlap and come twice, and the numbers wrap.
static void an_exact_report_is_what_was_lost(void **state)
{
    (void)state;
    struct random random = {9};
    struct history h = {0}, model = {0};
    history_share(&h, &random, 500, 1, 255); // what was guessed before is forgotten
    uint16_t seq = 65000, told = seq;
    bool lost[65536];
    for (int i = 0; i < 65536; i++)
        lost[i] = random_unit(&random) < 0.2;
    for (int report = 0; report < 500; report++) {
        uint16_t from = (uint16_t)(seq - random_u64(&random) % 3);
        from = report ? from : seq;
        uint16_t end = (uint16_t)(seq + 1 + random_u64(&random) % 60);
        bool gone = random_unit(&random) < 0.1;
        for (uint16_t n = from, run; n != end && !gone; n = (uint16_t)(n + run)) {
            run = 1;
            while ((uint16_t)(n + run) != end && lost[(uint16_t)(n + run)] == lost[n])
                run++;
            history_run(&h, n, run, !lost[n]);
        }
        for (uint16_t n = from; n != end && !gone; n++)
            if ((int16_t)(uint16_t)(n - told) >= 0 || !report) {
                history_packet(&model, lost[n]);
                told = (uint16_t)(n + 1);
            }
        seq = end;
        assert_int_equal(h.count, model.count);
        assert_memory_equal(h.lost, model.lost, sizeof h.lost);
    }
    uint64_t before[HISTORY_WORDS];
    memcpy(before, h.lost, sizeof before);
    history_share(&h, &random, 500, 100, 255); // says nothing new
    assert_memory_equal(h.lost, before, sizeof before);
}

static void any_number_of_packets_can_be_claimed(void **state)
{
    (void)state;
    struct history h = {0};
    for (int i = 0; i < 100000; i++) // were each to count, this would take minutes
        history_run(&h, (uint16_t)(i * 16383), 16383, i % 2);
    assert_int_equal(h.count, HISTORY_PACKETS);
    assert_int_equal(losses(&h), 0);
}

static void the_numbers_begin_anew(void **state)
{
    (void)state;
    struct random random = {1};
    struct history h = {0};
    history_run(&h, 1000, 10, true);
    history_restart(&h);
    history_run(&h, 990, 10, false); // not old
    assert_int_equal(h.count, 20);
    assert_int_equal(losses(&h), 10);
    history_run(&h, 990, 10, true); // this is
    assert_int_equal(h.count, 20);
    history_run(&h, (uint16_t)(990 - 20000), 5, false); // after a long pause
    assert_int_equal(h.count, 25);
    struct history share = {0};
    history_share(&share, &random, 10, 50000, 0);
    history_restart(&share);
    history_share(&share, &random, 10, 49990, 255);
    assert_int_equal(share.count, 20);
    assert_int_equal(losses(&share), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_a_simulation_has_it),
        cmocka_unit_test(nothing_and_everything),
        cmocka_unit_test(the_latest_count),
        cmocka_unit_test(the_mean_burst),
        cmocka_unit_test(a_share_is_exactly_as_many),
        cmocka_unit_test(a_share_lies_anywhere),
        cmocka_unit_test(the_first_share_is_of_what_was_sent),
        cmocka_unit_test(an_old_share_is_no_news),
        cmocka_unit_test(an_exact_report_is_what_was_lost),
        cmocka_unit_test(any_number_of_packets_can_be_claimed),
        cmocka_unit_test(the_numbers_begin_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
