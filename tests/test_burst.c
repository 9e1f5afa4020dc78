#include "tests/test.h"

#include "media/burst.h"
#include "media/random.h"

#include <math.h>
#include <string.h>

#define PACKET    (20 * USEC_MS)
#define TRACE_MAX 2000

static struct burst_metrics metrics_of(const char *trace, size_t len)
{
    struct burst b = {0};
    for (size_t i = 0; i < len; i++)
        burst_packet(&b, trace[i] == '-'   ? BURST_LOST
                         : trace[i] == 'x' ? BURST_DISCARDED
                                           : BURST_PLAYED);
    return burst_metrics(&b, PACKET);
}

// ---- by hand -----------------------------------------------------------------------------------

#define P15 "+++++++++++++++"
#define P16 P15 "+"

// '+' played, '-' lost, 'x' discarded; one packet is 20 ms.
static const struct row {
    const char *trace;
    struct burst_metrics m;
} rows[] = {
    {"", {0}},
    {"+", {.gaps = 1, .gap_packets = 1, .gap_ms = 20}},
    {"-", {.loss_rate = 255, .gap_density = 255, .gaps = 1, .gap_packets = 1, .gap_ms = 20}},
    {P16 P16 P16 P15 "-", // one loss alone is no burst
     {.loss_rate = 4, .gap_density = 4, .gaps = 1, .gap_packets = 64, .gap_ms = 1280}},
    {"-" P16 "-", // nor are two with 16 between them
     {.loss_rate = 28, .gap_density = 28, .gaps = 1, .gap_packets = 18, .gap_ms = 360}},
    {"-" P15 "-", // but with 15 they are
     {.loss_rate = 30, .burst_density = 30, .bursts = 1, .burst_packets = 17, .burst_ms = 340}},
    {"--",
     {.loss_rate = 255, .burst_density = 255, .bursts = 1, .burst_packets = 2, .burst_ms = 40}},
    {"+-x+", // a burst of two, with a gap on both sides
     {.loss_rate = 64,
      .discard_rate = 64,
      .burst_density = 255,
      .bursts = 1,
      .burst_packets = 2,
      .burst_ms = 40,
      .gaps = 2,
      .gap_packets = 1,
      .gap_ms = 20}},
    {"--" P16 "---+x" P16 P16, // bursts of 2 and 5, gaps of 16 and 32
     {.loss_rate = 23,
      .discard_rate = 4,
      .burst_density = 219,
      .bursts = 2,
      .burst_packets = 3.5,
      .burst_ms = 70,
      .gaps = 2,
      .gap_packets = 24,
      .gap_ms = 480}},
    {"-" P16 "x-" P16, // one alone in the gap, then a burst
     {.loss_rate = 14,
      .discard_rate = 7,
      .burst_density = 255,
      .gap_density = 7,
      .bursts = 1,
      .burst_packets = 2,
      .burst_ms = 40,
      .gaps = 2,
      .gap_packets = 16.5,
      .gap_ms = 330}},
};

static bool same(const struct burst_metrics *a, const struct burst_metrics *b)
{
    return a->loss_rate == b->loss_rate && a->discard_rate == b->discard_rate &&
           a->burst_density == b->burst_density && a->gap_density == b->gap_density &&
           a->burst_ms == b->burst_ms && a->gap_ms == b->gap_ms &&
           a->burst_packets == b->burst_packets && a->gap_packets == b->gap_packets &&
           a->bursts == b->bursts && a->gaps == b->gaps;
}

static void assert_same(const struct burst_metrics *is, const struct burst_metrics *want,
                        const char *trace, size_t len)
{
    if (!same(is, want))
        fail_msg("%.*s: rates %d %d, densities %d %d, bursts %llu of %f, gaps %llu of %f", (int)len,
                 trace, is->loss_rate, is->discard_rate, is->burst_density, is->gap_density,
                 (unsigned long long)is->bursts, is->burst_packets, (unsigned long long)is->gaps,
                 is->gap_packets);
}

static void by_hand(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct burst_metrics m = metrics_of(rows[i].trace, strlen(rows[i].trace));
        assert_same(&m, &rows[i].m, rows[i].trace, strlen(rows[i].trace));
    }
}

static void durations_are_cut(void **state)
{
    (void)state;
    struct burst b = {0};
    for (int i = 0; i < 3276; i++)
        burst_packet(&b, BURST_LOST);
    assert_int_equal(burst_metrics(&b, PACKET).burst_ms, 65520);
    burst_packet(&b, BURST_LOST);
    assert_int_equal(burst_metrics(&b, PACKET).burst_ms, 65535);
    assert_int_equal(burst_metrics(&b, 2500).burst_ms, 8192);
}

// ---- against the definition --------------------------------------------------------------------

// Section 4.7.2, packet by packet. A played packet is in a burst when the missing ones around it
// have fewer than Gmin played ones between them, a missing one when another is that near.
static bool is_in_burst(const char *trace, size_t len, size_t at)
{
    size_t before = at;
    size_t after = at;
    bool missing = trace[at] != '+';
    bool is_before = false;
    bool is_after = false;
    while (before > 0 && !is_before)
        is_before = trace[--before] != '+';
    while (after + 1 < len && !is_after)
        is_after = trace[++after] != '+';
    if (missing)
        return (is_before && at - before <= BURST_GMIN) || (is_after && after - at <= BURST_GMIN);
    return is_before && is_after && after - before <= BURST_GMIN;
}

static uint8_t share(size_t part, size_t whole)
{
    double of_256 = whole ? floor(256.0 * (double)part / (double)whole) : 0;
    return (uint8_t)fmin(of_256, 255);
}

static struct burst_metrics defined(const char *trace, size_t len)
{
    size_t packets[2] = {0}; // in gaps, in bursts
    size_t missing[2] = {0};
    size_t periods[2] = {0};
    size_t lost = 0;
    int last = -1;
    for (size_t i = 0; i < len; i++) {
        bool in_burst = is_in_burst(trace, len, i);
        packets[in_burst]++;
        missing[in_burst] += trace[i] != '+';
        periods[in_burst] += in_burst != last;
        lost += trace[i] == '-';
        last = in_burst;
    }
    struct burst_metrics m = {
        .loss_rate = share(lost, len),
        .discard_rate = share(missing[0] + missing[1] - lost, len),
        .burst_density = share(missing[1], packets[1]),
        .gap_density = share(missing[0], packets[0]),
        .burst_packets = periods[1] ? (double)packets[1] / (double)periods[1] : 0,
        .gap_packets = periods[0] ? (double)packets[0] / (double)periods[0] : 0,
        .bursts = periods[1],
        .gaps = periods[0],
    };
    m.burst_ms = (uint16_t)fmin(m.burst_packets * 20, 65535);
    m.gap_ms = (uint16_t)fmin(m.gap_packets * 20, 65535);
    return m;
}

// A trace of losses in bursts (a two-state chain), some of the missing ones discarded.
static void make_trace(struct random *random, char *trace, size_t len)
{
    double begin = random_unit(random) * random_unit(random) * random_unit(random);
    double end = random_unit(random);
    bool missing = random_unit(random) < 0.5;
    for (size_t i = 0; i < len; i++) {
        missing = missing ? random_unit(random) >= end : random_unit(random) < begin;
        trace[i] = !missing ? '+' : random_unit(random) < 0.3 ? 'x' : '-';
    }
}

static void is_what_the_definition_says(void **state)
{
    (void)state;
    struct random random = {.state = 4};
    char trace[TRACE_MAX];
    size_t bursts = 0;
    for (int run = 0; run < repeats(20000, 200); run++) {
        size_t len = random_u64(&random) % (run % 100 ? 100 : TRACE_MAX);
        make_trace(&random, trace, len);
        struct burst_metrics m = metrics_of(trace, len);
        struct burst_metrics want = defined(trace, len);
        assert_same(&m, &want, trace, len);
        bursts += m.bursts;
    }
    assert_true(bursts > 100);
}

// Asking changes nothing: the report in the middle of a stream is that of the stream so far.
static void reports_do_not_disturb(void **state)
{
    (void)state;
    struct random random = {.state = 5};
    char trace[300];
    make_trace(&random, trace, sizeof trace);
    struct burst b = {0};
    for (size_t i = 0; i < sizeof trace; i++) {
        burst_packet(&b, trace[i] == '-'   ? BURST_LOST
                         : trace[i] == 'x' ? BURST_DISCARDED
                                           : BURST_PLAYED);
        struct burst_metrics m = burst_metrics(&b, PACKET);
        struct burst_metrics want = defined(trace, i + 1);
        assert_same(&m, &want, trace, i + 1);
    }
}

// ---- against appendix A.2 ----------------------------------------------------------------------

struct transitions { // the counters' names are the RFC's: from one state to another
    double c11, c13, c14, c22, c23, c33;
    unsigned played;
    unsigned missing;
};

static void count_transition(struct transitions *t, bool missing)
{
    if (!missing) {
        t->played++;
        return;
    }
    if (t->played >= BURST_GMIN) {
        *(t->missing == 1 ? &t->c14 : &t->c13) += 1;
        t->missing = 1;
        t->c11 += t->played;
    } else {
        t->missing++;
        *(t->played ? &t->c23 : &t->c33) += 1;
        t->c22 += t->played ? t->played - 1 : 0;
    }
    t->played = 0;
}

// In a long stream, the appendix' figures are these: its gap is one packet longer, since it counts
// the missing packet that begins the next burst twice.
static void agrees_with_the_appendix_in_a_long_stream(void **state)
{
    (void)state;
    static const struct {
        double begin;
        double end;
    } chains[] = {{0.01, 0.3}, {0.02, 0.25}, {0.05, 0.5}, {0.05, 0.95}, {0.1, 0.3}};
    for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
        struct random random = {.state = 6};
        struct transitions t = {0};
        struct burst b = {0};
        bool missing = false;
        for (int n = 0; n < 500000; n++) {
            double u = random_unit(&random);
            missing = missing ? u >= chains[i].end : u < chains[i].begin;
            count_transition(&t, missing);
            burst_packet(&b, missing ? BURST_LOST : BURST_PLAYED);
        }
        struct burst_metrics m = burst_metrics(&b, PACKET);
        double p32 = t.c23 / (t.c13 + t.c23 + t.c33);
        double p23 = 1 - t.c22 / (t.c22 + t.c23);
        assert_true(fabs(m.burst_density - 256 * p23 / (p23 + p32)) < 1.5);
        assert_true(fabs(m.gap_density - 256 * t.c14 / (t.c11 + t.c14)) < 1.5);
        double burst = (t.c13 + t.c22 + 2 * t.c23 + t.c33) / t.c13;
        double gap = (t.c11 + t.c14 + t.c13) / t.c13;
        if (fabs(m.burst_packets / burst - 1) > 0.01 || fabs(m.gap_packets + 1 - gap) > 0.1)
            fail_msg("chain %zu: %f and %f, A.2 has %f and %f", i, m.burst_packets, m.gap_packets,
                     burst, gap);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(durations_are_cut),
        cmocka_unit_test(is_what_the_definition_says),
        cmocka_unit_test(reports_do_not_disturb),
        cmocka_unit_test(agrees_with_the_appendix_in_a_long_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
