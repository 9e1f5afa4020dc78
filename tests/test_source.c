#include "tests/test.h"

#include "media/random.h"
#include "media/source.h"

#include <stdlib.h>

#define FRAME      960 // clock units: 20 ms at 48 kHz
#define FRAME_TIME (20 * USEC_MS)
#define LENGTH(a)  (sizeof(a) / sizeof((a)[0]))

// A packet of number `n` that took no time on its way.
static enum source_verdict put(struct source *s, uint16_t n, uint32_t *extended)
{
    return source_packet(s, n * FRAME_TIME, n, (uint32_t)n * FRAME, extended);
}

static struct rtcp_report report_of(struct source *s)
{
    struct rtcp_report report;
    source_report(s, 0, &report);
    return report;
}

// ---- sequence numbers (RFC 3550 appendix A.1) --------------------------------------------------

#define RESET  (-1)
#define EXPECT (-2)

struct step {
    int what; // put a packet, RESET the source, or EXPECT that number
    uint16_t seq;
    enum source_verdict verdict;
    uint32_t extended; // not with SOURCE_HELD
    uint32_t received; // then
    int32_t lost;      // then
};

static void run(const struct step *steps, size_t len)
{
    struct source s;
    source_init(&s, 1, 48000);
    for (const struct step *step = steps; step != steps + len; step++) {
        uint32_t extended = 0;
        enum source_verdict verdict = SOURCE_OK;
        if (step->what == RESET)
            source_init(&s, 1, 48000);
        else if (step->what == EXPECT)
            source_expect(&s, step->seq);
        else
            verdict = put(&s, step->seq, &extended);
        struct source copy = s; // a report begins a new interval, but not here
        int32_t lost = report_of(&copy).cumulative_lost;
        if (verdict != step->verdict || extended != step->extended ||
            s.received != step->received || lost != step->lost)
            fail_msg("step %zu, number %u: verdict %d, extended 0x%x, received %u, lost %d",
                     (size_t)(step - steps), step->seq, (int)verdict, extended,
                     (unsigned)s.received, lost);
    }
}

static void orders_extends_and_counts(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, 10, SOURCE_OK, 10, 1, 0},
        {0, 11, SOURCE_OK, 11, 2, 0},
        {0, 14, SOURCE_OK, 14, 3, 2}, // 12 and 13 are missing
        {0, 13, SOURCE_OK, 13, 4, 1}, // late
        {0, 13, SOURCE_OK, 13, 5, 0}, // a duplicate hides a loss: so does appendix A.3
        {0, 14, SOURCE_OK, 14, 6, -1},
        {0, 9, SOURCE_OK, 9, 6, -1}, // before the first
        {RESET, 0, SOURCE_OK, 0, 0, 0},
        {0, 65534, SOURCE_OK, 65534, 1, 0},
        {0, 65535, SOURCE_OK, 65535, 2, 0},
        {0, 1, SOURCE_OK, 0x10001, 3, 1}, // wrapped, 0 is missing
        {0, 0, SOURCE_OK, 0x10000, 4, 0},
        {0, 65534, SOURCE_OK, 65534, 5, -1},
        {0, 2, SOURCE_OK, 0x10002, 6, -1},
        {RESET, 0, SOURCE_OK, 0, 0, 0},
        {0, 0, SOURCE_OK, 0, 1, 0},
        {0, 65535, SOURCE_OK, UINT32_MAX, 1, 0}, // before the first, over the edge
        {0, 1, SOURCE_OK, 1, 2, 0},
    };
    run(steps, LENGTH(steps));
}

static void interop_12_over_3000_ahead_or_100_behind_is_a_jump(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, 1000, SOURCE_OK, 1000, 1, 0},
        {0, 4000, SOURCE_OK, 4000, 2, 2999},
        {0, 3900, SOURCE_OK, 3900, 3, 2998},
        {0, 7001, SOURCE_HELD, 0, 3, 2998},
        {0, 3899, SOURCE_HELD, 0, 3, 2998},
        {0, 4001, SOURCE_OK, 4001, 4, 2998}, // the stream went on
    };
    run(steps, LENGTH(steps));
}

static void interop_12_restarted_sender_resyncs_on_the_second_packet(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, 1000, SOURCE_OK, 1000, 1, 0},
        {0, 1001, SOURCE_OK, 1001, 2, 0},
        {0, 40000, SOURCE_HELD, 0, 2, 0},
        {0, 40000, SOURCE_HELD, 0, 2, 0}, // twice the same confirms nothing
        {0, 40001, SOURCE_RESTART, 40001, 1, 0},
        {0, 40003, SOURCE_OK, 40003, 2, 1},
        {0, 65535, SOURCE_HELD, 0, 2, 1}, // and again, over the edge
        {0, 0, SOURCE_RESTART, 0, 1, 0},
        {0, 1, SOURCE_OK, 1, 2, 0},
    };
    run(steps, LENGTH(steps));
}

static void interop_12_strays_that_do_not_follow_each_other_do_not_resync(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, 1000, SOURCE_OK, 1000, 1, 0}, {0, 40000, SOURCE_HELD, 0, 1, 0},
        {0, 50000, SOURCE_HELD, 0, 1, 0}, {0, 40001, SOURCE_HELD, 0, 1, 0},
        {0, 1001, SOURCE_OK, 1001, 2, 0}, // a good one between: "the next packet" (A.1)
        {0, 40002, SOURCE_HELD, 0, 2, 0}, {0, 1002, SOURCE_OK, 1002, 3, 0},
    };
    run(steps, LENGTH(steps));
}

static void expected_first_number_makes_early_losses_count(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {EXPECT, 100, SOURCE_OK, 0, 0, 0},
        {0, 98, SOURCE_OK, 98, 0, 0}, // older than asked for: never a negative expectation
        {0, 99, SOURCE_OK, 99, 0, 0},
        {0, 103, SOURCE_OK, 103, 1, 3},
        {0, 99, SOURCE_OK, 99, 1, 3}, // and it hides no loss
        {0, 100, SOURCE_OK, 100, 2, 2},
        {RESET, 0, SOURCE_OK, 0, 0, 0},
        {EXPECT, 0, SOURCE_OK, 0, 0, 0},
        {0, 65535, SOURCE_OK, UINT32_MAX, 0, 0},
        {0, 1, SOURCE_OK, 1, 1, 1},
        {RESET, 0, SOURCE_OK, 0, 0, 0},
        {EXPECT, 65535, SOURCE_OK, 0, 0, 0},
        {0, 1, SOURCE_OK, 0x10001, 1, 2},
        {RESET, 0, SOURCE_OK, 0, 0, 0},
        {EXPECT, 5, SOURCE_OK, 0, 0, 0}, // the peer said something else than it did
        {0, 20000, SOURCE_HELD, 0, 0, 0},
        {0, 20001, SOURCE_RESTART, 20001, 1, 0},
    };
    run(steps, LENGTH(steps));
}

// ---- reports (RFC 3550 appendix A.3) -----------------------------------------------------------

static void interop_15_fraction_lost_is_per_interval(void **state)
{
    (void)state;
    struct source s;
    uint32_t extended;
    source_init(&s, 7, 48000);
    for (uint16_t n = 0; n < 100; n++) // 25 of 100 lost
        if (n % 4 != 1)
            put(&s, n, &extended);
    struct rtcp_report r = report_of(&s);
    assert_int_equal(r.ssrc, 7);
    assert_int_equal(r.fraction_lost, 64);
    assert_int_equal(r.cumulative_lost, 25);
    assert_int_equal(r.highest_seq, 99);

    for (uint16_t n = 100; n < 200; n++) // none
        put(&s, n, &extended);
    r = report_of(&s);
    assert_int_equal(r.fraction_lost, 0);
    assert_int_equal(r.cumulative_lost, 25);

    put(&s, 1, &extended); // too far behind, held
    put(&s, 150, &extended);
    put(&s, 203, &extended); // 3 of 4 lost, less the duplicate: 2 * 256 / 4
    r = report_of(&s);
    assert_int_equal(r.fraction_lost, 128);
    assert_int_equal(r.cumulative_lost, 27);

    r = report_of(&s); // nothing came
    assert_int_equal(r.fraction_lost, 0);
    assert_int_equal(r.cumulative_lost, 27);
    assert_int_equal(r.highest_seq, 203);
}

static void fraction_never_wraps(void **state)
{
    (void)state;
    struct source s;
    uint32_t extended;
    source_init(&s, 7, 48000);
    source_expect(&s, 1000);
    put(&s, 4000 - 1, &extended); // 2999 of 3000: 255.9 of 256
    assert_int_equal(report_of(&s).fraction_lost, 255);
}

static void interop_15_cumulative_lost_is_signed(void **state)
{
    (void)state;
    struct source s;
    uint32_t extended;
    source_init(&s, 7, 48000);
    for (int i = 0; i < 5; i++)
        put(&s, 3, &extended);
    struct rtcp_report r = report_of(&s);
    assert_int_equal(r.cumulative_lost, -4);
    assert_int_equal(r.fraction_lost, 0);

    s.received = 1u << 30;
    assert_int_equal(report_of(&s).cumulative_lost, RTCP_LOST_MIN);
    s.received = 1;
    s.highest_seq = 1u << 30;
    assert_int_equal(report_of(&s).cumulative_lost, RTCP_LOST_MAX);
}

static void nothing_came_nothing_is_lost(void **state)
{
    (void)state;
    struct source s;
    source_init(&s, 7, 48000);
    struct rtcp_report r = report_of(&s);
    assert_int_equal(r.ssrc, 7);
    assert_int_equal(r.cumulative_lost, 0);
    assert_int_equal(r.fraction_lost, 0);
    source_expect(&s, 100);
    r = report_of(&s);
    assert_int_equal(r.cumulative_lost, 0);
    assert_int_equal(r.fraction_lost, 0);
}

static void interop_15_lsr_and_dlsr(void **state)
{
    (void)state;
    const struct rtcp_sender sender = {.ntp = 0x1234567890abcdef};
    static const struct {
        usec at;
        uint32_t dlsr;
    } rows[] = {
        {-2 * USEC_SECOND, 0}, // before it: cannot be, but no nonsense
        {-USEC_SECOND, 0},
        {-USEC_SECOND / 2, 32768},
        {500 * USEC_MS, 98304},
        {65534 * USEC_SECOND, 0xffff0000},
        {65535 * USEC_SECOND - 1, 0xffffffff},
        {65535 * USEC_SECOND, 0xffffffff}, // saturates
        {(usec)1 << 60, 0xffffffff},
    };
    struct source s;
    struct rtcp_report r;
    source_init(&s, 7, 48000);
    source_report(&s, 5 * USEC_SECOND, &r);
    assert_int_equal(r.lsr, 0);
    assert_int_equal(r.dlsr, 0);
    source_sender_report(&s, -USEC_SECOND, &sender);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        source_report(&s, rows[i].at, &r);
        assert_int_equal(r.lsr, 0x567890ab);
        assert_int_equal(r.dlsr, rows[i].dlsr);
    }
}

// ---- jitter (RFC 3550 appendix A.8) ------------------------------------------------------------

// Worked by hand: J += |D| - ((J + 8) >> 4), reported as J >> 4.
static void interop_15_jitter_in_timestamp_units(void **state)
{
    (void)state;
    static const struct {
        usec delay;
        uint32_t scaled;
        uint32_t jitter;
    } rows[] = {
        {0, 0, 0},              // the first has nothing before it
        {0, 0, 0},              //
        {5 * USEC_MS, 240, 15}, // 5 ms are 240 units: 0 + 240 - (8 >> 4)
        {0, 465, 29},           // back: 240 + 240 - (248 >> 4)
        {0, 436, 27},           // 465 + 0 - (473 >> 4)
        {USEC_MS, 457, 28},     // 436 + 48 - (444 >> 4)
    };
    struct source s;
    uint32_t extended;
    source_init(&s, 7, 48000);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        usec now = (usec)i * FRAME_TIME + rows[i].delay + 77 * USEC_SECOND;
        source_packet(&s, now, (uint16_t)i, (uint32_t)i * FRAME + 12345, &extended);
        assert_int_equal(s.jitter_scaled, rows[i].scaled);
        assert_int_equal(source_jitter(&s), rows[i].jitter);
        assert_int_equal(report_of(&s).jitter, rows[i].jitter);
    }
}

static void jitter_is_blind_to_silence_and_to_wraps(void **state)
{
    (void)state;
    static const usec origins[] = {0, -USEC_SECOND, (usec)1 << 50};
    for (size_t i = 0; i < LENGTH(origins); i++) {
        struct source s;
        uint32_t extended;
        source_init(&s, 7, 48000);
        for (uint32_t n = 0; n < 100; n++) {
            uint32_t frame = n < 50 ? n : n + 500; // 10 s of silence are no packets (DTX)
            usec now = origins[i] + frame * FRAME_TIME;
            source_packet(&s, now, (uint16_t)n, (uint32_t)-20 * FRAME + frame * FRAME, &extended);
        }
        assert_int_equal(s.jitter_scaled, 0);
        assert_int_equal(report_of(&s).cumulative_lost, 0);
    }
}

static void jitter_saturates(void **state)
{
    (void)state;
    struct source s;
    uint32_t extended;
    source_init(&s, 7, 48000);
    for (uint16_t n = 0; n < 1000; n++)
        source_packet(&s, 0, n, n % 2 ? 0x80000000 : 0, &extended);
    assert_int_equal(source_jitter(&s), UINT32_MAX >> 4);
}

static void interop_12_jitter_survives_the_timestamps_of_a_restart(void **state)
{
    (void)state;
    struct source s;
    uint32_t extended;
    source_init(&s, 7, 48000);
    for (uint16_t n = 0; n < 10; n++)
        put(&s, n, &extended);
    assert_int_equal(source_packet(&s, 0, 30000, 0xc0000000, &extended), SOURCE_HELD);
    assert_int_equal(source_packet(&s, 0, 30001, 0xc0000000, &extended), SOURCE_RESTART);
    assert_int_equal(source_packet(&s, 0, 30002, 0xc0000000, &extended), SOURCE_OK);
    assert_int_equal(source_jitter(&s), 0);
}

// ---- a random stream against a plain model -----------------------------------------------------

#define SENT 20000

struct arrival {
    int64_t seq; // as sent, 64 bits: never wraps
    usec at;
};

// What the RFC asks for, with numbers that do not wrap.
struct model {
    int64_t first, highest, received;
    int64_t expected_prior, received_prior;
    int64_t transit, jitter_scaled;
    bool has_transit;
};

static int by_time(const void *a, const void *b)
{
    const struct arrival *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

// A tenth lost, a twentieth twice, each up to 200 ms under way: overtaken by up to 10 others.
static size_t random_path(struct random *random, int64_t first, struct arrival *arrivals)
{
    size_t len = 0;
    for (int64_t i = 0; i < SENT; i++) {
        bool lost = random_unit(random) < 0.1;
        bool twice = random_unit(random) < 0.05;
        for (int copy = 0; !lost && copy <= twice; copy++) {
            usec delay = (usec)(random_unit(random) * 200e3);
            arrivals[len++] = (struct arrival){first + i, i * FRAME_TIME + delay};
        }
    }
    qsort(arrivals, len, sizeof arrivals[0], by_time);
    return len;
}

static void model_packet(struct model *m, const struct arrival *a)
{
    int64_t transit = usec_to_units(a->at, 48000) - a->seq * FRAME;
    int64_t d = transit > m->transit ? transit - m->transit : m->transit - transit;
    if (m->has_transit)
        m->jitter_scaled += d - ((m->jitter_scaled + 8) >> 4);
    m->transit = transit;
    if (a->seq < m->first)
        return;
    m->has_transit = true;
    m->received++;
    if (a->seq > m->highest)
        m->highest = a->seq;
}

static void check_report(struct source *s, struct model *m)
{
    struct rtcp_report r = report_of(s);
    int64_t expected = m->highest - m->first + 1;
    int64_t asked = expected - m->expected_prior;
    int64_t lost = asked - (m->received - m->received_prior);
    assert_int_equal(r.cumulative_lost, expected - m->received);
    assert_int_equal(r.fraction_lost, asked > 0 && lost > 0 ? lost * 256 / asked : 0);
    assert_int_equal(r.highest_seq, m->highest);
    assert_int_equal(r.jitter, m->jitter_scaled >> 4);
    m->expected_prior = expected;
    m->received_prior = m->received;
}

static void check_stream(uint64_t seed, bool first_is_known, struct arrival *arrivals)
{
    struct random random = {seed};
    int64_t first = (int64_t)(random_u64(&random) % 65436) + 100; // none before it is below zero
    size_t len = random_path(&random, first, arrivals);
    struct source s;
    struct model m = {.first = first_is_known ? first : arrivals[0].seq};
    m.highest = m.first - 1;
    source_init(&s, 1, 48000);
    if (first_is_known)
        source_expect(&s, (uint16_t)first);
    for (size_t i = 0; i < len; i++) {
        const struct arrival *a = &arrivals[i];
        uint32_t extended = 0;
        assert_int_equal(
            source_packet(&s, a->at, (uint16_t)a->seq, (uint32_t)a->seq * FRAME, &extended),
            SOURCE_OK);
        assert_int_equal(extended, a->seq);
        model_packet(&m, a);
        if (i % 250 == 249)
            check_report(&s, &m);
    }
}

static void random_streams_agree_with_a_plain_model(void **state)
{
    (void)state;
    struct arrival *arrivals = calloc(2 * SENT, sizeof *arrivals);
    assert_non_null(arrivals);
    for (uint64_t seed = 1; seed <= 20; seed++)
        check_stream(seed, seed % 2, arrivals);
    free(arrivals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_extends_and_counts),
        cmocka_unit_test(interop_12_over_3000_ahead_or_100_behind_is_a_jump),
        cmocka_unit_test(interop_12_restarted_sender_resyncs_on_the_second_packet),
        cmocka_unit_test(interop_12_strays_that_do_not_follow_each_other_do_not_resync),
        cmocka_unit_test(expected_first_number_makes_early_losses_count),
        cmocka_unit_test(interop_15_fraction_lost_is_per_interval),
        cmocka_unit_test(fraction_never_wraps),
        cmocka_unit_test(interop_15_cumulative_lost_is_signed),
        cmocka_unit_test(nothing_came_nothing_is_lost),
        cmocka_unit_test(interop_15_lsr_and_dlsr),
        cmocka_unit_test(interop_15_jitter_in_timestamp_units),
        cmocka_unit_test(jitter_is_blind_to_silence_and_to_wraps),
        cmocka_unit_test(jitter_saturates),
        cmocka_unit_test(interop_12_jitter_survives_the_timestamps_of_a_restart),
        cmocka_unit_test(random_streams_agree_with_a_plain_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
