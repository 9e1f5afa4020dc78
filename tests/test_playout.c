// The jitter buffer: scripts of packets and of asking for sound. Whole paths: test_playout_paths.c.
#include "tests/numbered.h"

#include <stdlib.h>
#include <string.h>

#define PIECE (FRAME / 8) // of concealment where nothing is there: 2.5 ms

// ---- scripts -----------------------------------------------------------------------------------

enum act { PUT, PUT_FEC, GET, DRY, EXPECT, FINISH };

struct row {
    int at; // ms
    enum act act;
    int n;       // of the packet: number FIRST_SEQ + n, at n * 20 ms; DRY: ms that are concealed
    int expect;  // PUT: a playout_put; GET: a playout_kind
    int samples; // GET: 0 is FRAME
    bool held;   // GET
};

static void check_get(const struct row *row, size_t i, const struct playout_frame *frame)
{
    int samples = row->samples ? row->samples : row->expect == PLAYOUT_END ? 0 : FRAME;
    bool has_payload = frame->kind == PLAYOUT_PACKET || frame->kind == PLAYOUT_FEC;
    if ((int)frame->kind != row->expect || frame->samples != samples || frame->held != row->held ||
        (has_payload && number(frame) != row->n))
        fail_msg("row %zu: kind %d of %d samples, held %d, packet %d", i, (int)frame->kind,
                 frame->samples, frame->held, has_payload ? number(frame) : -1);
}

static void put_at(struct playout *p, usec at, uint32_t seq, int64_t time, int samples, int copy)
{
    static const uint8_t payload[4];
    struct playout_packet in = {.seq = seq,
                                .time = time,
                                .samples = samples,
                                .fec_samples = copy,
                                .payload = payload,
                                .payload_len = sizeof payload};
    assert_int_equal(playout_put(p, at, &in), PLAYOUT_KEPT);
}

static struct playout_frame expect_frame(struct playout *p, usec at, enum playout_kind kind,
                                         int samples)
{
    struct playout_frame frame;
    playout_get(p, at, FRAME, &frame);
    if (frame.kind != kind || frame.samples != samples)
        fail_msg("at %lld: kind %d of %d samples, not %d of %d", (long long)at, (int)frame.kind,
                 frame.samples, (int)kind, samples);
    return frame;
}

// Nothing is there: from `at` until `until` it is concealed, in pieces.
static void expect_dry(struct playout *p, usec at, usec until)
{
    for (; at < until; at += usec_from_units(PIECE, RATE))
        expect_frame(p, at, PLAYOUT_CONCEAL, PIECE);
}

static void step(struct playout *p, const struct row *row, size_t i)
{
    usec now = row->at * USEC_MS;
    struct playout_packet in = packet(row->n, row->act == PUT_FEC ? FRAME : 0);
    struct playout_frame frame;
    switch (row->act) {
    case PUT:
    case PUT_FEC:
        if ((int)playout_put(p, now, &in) != row->expect)
            fail_msg("row %zu: packet %d was not taken as %d", i, row->n, row->expect);
        break;
    case GET:
        playout_get(p, now, FRAME, &frame);
        check_get(row, i, &frame);
        break;
    case DRY:
        expect_dry(p, now, now + row->n * USEC_MS);
        break;
    case EXPECT:
        playout_expect(p, in.seq, in.time);
        break;
    case FINISH:
        playout_finish(p, in.seq);
        break;
    }
}

static struct playout *buffer(usec latency_min)
{
    struct playout_config config = {
        .rate = RATE, .latency_min = latency_min, .latency_max = USEC_SECOND, .fec = true};
    struct playout *p = playout_new(&config);
    assert_non_null(p);
    return p;
}

static struct playout_stats run(const struct row *rows, size_t len)
{
    struct playout *p = buffer(40 * USEC_MS);
    for (size_t i = 0; i < len; i++)
        step(p, &rows[i], i);
    struct playout_stats stats = playout_stats(p);
    playout_free(p);
    return stats;
}

static void plays_in_order_after_the_wait(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {-20, GET, 0, PLAYOUT_WAIT, 0, 0},  {0, PUT, 0, PLAYOUT_KEPT, 0, 0},
        {0, GET, 0, PLAYOUT_WAIT, 0, 0},    {20, PUT, 1, PLAYOUT_KEPT, 0, 0},
        {20, GET, 0, PLAYOUT_WAIT, 0, 0},   {40, PUT, 2, PLAYOUT_KEPT, 0, 0},
        {40, GET, 0, PLAYOUT_PACKET, 0, 0}, {60, GET, 1, PLAYOUT_PACKET, 0, 0},
        {80, GET, 2, PLAYOUT_PACKET, 0, 0},
    };
    struct playout_stats s = run(rows, LENGTH(rows));
    assert_int_equal(s.samples_packet, 3 * FRAME);
    assert_int_equal(s.frames_packet, 3);
    assert_int_equal(s.samples_conceal + s.samples_fec + s.samples_silence, 0);
}

static void waits_exactly_until_the_start(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {5, PUT, 0, PLAYOUT_KEPT, 0, 0},
        {30, GET, 0, PLAYOUT_WAIT, 15 * 48, 0}, // begins at 45
        {45, GET, 0, PLAYOUT_PACKET, 0, 0},
    };
    run(rows, LENGTH(rows));
}

static void sorts_and_drops_doubles(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, PUT, 0, PLAYOUT_KEPT, 0, 0},       {20, PUT, 2, PLAYOUT_KEPT, 0, 0},
        {21, PUT, 2, PLAYOUT_DUPLICATE, 0, 0}, {22, PUT, 1, PLAYOUT_KEPT, 0, 0},
        {23, PUT, 0, PLAYOUT_DUPLICATE, 0, 0}, {40, GET, 0, PLAYOUT_PACKET, 0, 0},
        {41, PUT, 0, PLAYOUT_LATE, 0, 0},      {60, GET, 1, PLAYOUT_PACKET, 0, 0},
        {80, GET, 2, PLAYOUT_PACKET, 0, 0},    {81, PUT, 1, PLAYOUT_LATE, 0, 0},
    };
    struct playout_stats s = run(rows, LENGTH(rows));
    assert_int_equal(s.late, 2);
    assert_int_equal(s.samples_conceal, 0);
}

static void begins_with_the_oldest_of_the_first(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {41, PUT, 2, PLAYOUT_KEPT, 0, 0},   {42, PUT, 0, PLAYOUT_KEPT, 0, 0},
        {43, PUT, 1, PLAYOUT_KEPT, 0, 0},   {43, GET, 0, PLAYOUT_PACKET, 0, 0},
        {63, GET, 1, PLAYOUT_PACKET, 0, 0}, {83, GET, 2, PLAYOUT_PACKET, 0, 0},
    };
    // 2 came at 41, 40 ms after it left at the earliest: 81 is its turn, and 0 would have been due
    // at 41; what came later than that costs no more delay than it must
    struct playout_stats s = run(rows, LENGTH(rows));
    assert_int_equal(s.frames_packet, 3);
}

static void interop_8_one_lost_is_taken_from_the_next(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, PUT, 0, PLAYOUT_KEPT, 0, 0},    {40, PUT_FEC, 2, PLAYOUT_KEPT, 0, 0},
        {40, GET, 0, PLAYOUT_PACKET, 0, 0}, {60, GET, 2, PLAYOUT_FEC, 0, 0},
        {80, GET, 2, PLAYOUT_PACKET, 0, 0},
    };
    struct playout_stats s = run(rows, LENGTH(rows));
    assert_int_equal(s.frames_fec, 1);
    assert_int_equal(s.samples_fec, FRAME);
    assert_int_equal(s.samples_conceal, 0);
}

static void interop_8_of_n_lost_the_last_is_taken_from_the_next(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, PUT, 0, PLAYOUT_KEPT, 0, 0},
        {40, GET, 0, PLAYOUT_PACKET, 0, 0},
        {60, DRY, 20, 0, 0, 0}, // in short pieces: anything may come now
        {80, PUT_FEC, 4, PLAYOUT_KEPT, 0, 0},
        {80, GET, 0, PLAYOUT_CONCEAL, 0, 0},
        {100, GET, 4, PLAYOUT_FEC, 0, 0},
        {120, GET, 4, PLAYOUT_PACKET, 0, 0},
    };
    struct playout_stats s = run(rows, LENGTH(rows));
    assert_int_equal(s.frames_conceal, 2);
    assert_int_equal(s.samples_conceal, 2 * FRAME);
    assert_int_equal(s.frames_fec, 1);
    assert_int_equal(s.samples_silence, 0);
}

static void without_a_copy_it_is_concealed(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, PUT, 0, PLAYOUT_KEPT, 0, 0},    {40, PUT, 2, PLAYOUT_KEPT, 0, 0},
        {40, GET, 0, PLAYOUT_PACKET, 0, 0}, {60, GET, 0, PLAYOUT_CONCEAL, 0, 0},
        {80, GET, 2, PLAYOUT_PACKET, 0, 0},
    };
    struct playout_stats s = run(rows, LENGTH(rows));
    assert_int_equal(s.frames_conceal, 1);
    assert_int_equal(s.samples_late, 0);
}

static void late_ones_are_played_unless_a_later_one_was(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, PUT, 0, PLAYOUT_KEPT, 0, 0},
        {40, GET, 0, PLAYOUT_PACKET, 0, 0},
        {60, DRY, 25, 0, 0, 0},
        {85, PUT, 1, PLAYOUT_KEPT, 0, 0}, // 25 ms after its turn
        {85, PUT, 1, PLAYOUT_DUPLICATE, 0, 0},
        {90, GET, 1, PLAYOUT_PACKET, 0, 0}, // all of it
        {95, PUT, 1, PLAYOUT_LATE, 0, 0},
        {100, PUT, 3, PLAYOUT_KEPT, 0, 0},
        {110, GET, 0, PLAYOUT_CONCEAL, 0, 0},
        {130, GET, 3, PLAYOUT_PACKET, 0, 0},
        {135, PUT, 2, PLAYOUT_LATE, 0, 0}, // its place is over
    };
    struct playout_stats s = run(rows, LENGTH(rows));
    assert_int_equal(s.late, 2);
    assert_int_equal(s.samples_packet, 3 * FRAME);
    assert_int_equal(s.samples_conceal, 25 * 48 + FRAME);
    assert_int_equal(s.samples_late, 25 * 48 + FRAME); // nothing was lost
    assert_int_equal(s.frames_packet, 3);
}

// The copy of packet 1 was played in its place; then the packet itself comes.
static void what_was_restored_is_not_played_again(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, PUT, 0, PLAYOUT_KEPT, 0, 0},    {40, PUT_FEC, 2, PLAYOUT_KEPT, 0, 0},
        {40, GET, 0, PLAYOUT_PACKET, 0, 0}, {60, GET, 2, PLAYOUT_FEC, 0, 0},
        {65, PUT, 1, PLAYOUT_LATE, 0, 0},   {80, GET, 2, PLAYOUT_PACKET, 0, 0},
        {85, PUT, 1, PLAYOUT_LATE, 0, 0},
    };
    struct playout_stats s = run(rows, LENGTH(rows));
    assert_int_equal(s.samples_conceal, 0);
    assert_int_equal(s.samples_packet + s.samples_fec, 3 * FRAME);
}

// A late one after a silence that was not sent: the silence is no loss, what came after it is late.
static void late_after_silence(void **state)
{
    (void)state;
    struct playout *p = buffer(40 * USEC_MS);
    put_at(p, 0, 1, 0, FRAME, 0);
    expect_frame(p, 40 * USEC_MS, PLAYOUT_PACKET, FRAME);
    expect_dry(p, 60 * USEC_MS, 160 * USEC_MS);
    put_at(p, 155 * USEC_MS, 2, 4 * FRAME, FRAME, 0); // it was due at 120
    expect_frame(p, 160 * USEC_MS, PLAYOUT_PACKET, FRAME);
    struct playout_stats s = playout_stats(p);
    assert_int_equal(s.samples_silence, 3 * FRAME);
    assert_int_equal(s.samples_conceal, 2 * FRAME);
    assert_int_equal(s.samples_late, 2 * FRAME);
    playout_free(p);
}

// Silence that was not sent is the moment to wait less.
static void silence_is_cut_to_wait_less(void **state)
{
    (void)state;
    struct playout *p = buffer(10 * USEC_MS);
    struct playout_frame frame;
    usec now = 10 * USEC_MS;
    for (int n = 0; n < 400; n++) {
        if (n == 399) { // the last is 80 ms late
            expect_dry(p, now, now + 80 * USEC_MS);
            now += 80 * USEC_MS;
        }
        put_at(p, now - 10 * USEC_MS, (uint32_t)n, n * FRAME, FRAME, 0);
        frame = expect_frame(p, now, PLAYOUT_PACKET, FRAME);
        now += 20 * USEC_MS;
    }
    assert_int_equal(frame.delay, 90 * USEC_MS);
    put_at(p, now, 400, 405 * FRAME, FRAME, 0); // 100 ms of silence were not sent
    int silence = 0;
    do {
        playout_get(p, now + usec_from_units(silence, RATE), FRAME, &frame);
        silence += frame.kind == PLAYOUT_CONCEAL ? frame.samples : 0;
    } while (frame.kind == PLAYOUT_CONCEAL);
    assert_in_range(silence, 10 * 48, 30 * 48);
    assert_in_range(frame.delay, 10 * USEC_MS, 15 * USEC_MS);
    playout_free(p);
}

// The network stands still for 600 ms, then all comes at once.
static void the_most_is_kept_after_a_stall(void **state)
{
    (void)state;
    for (int skip = 0; skip < 2; skip++) {
        struct playout_config config = {
            .rate = RATE, .latency_min = 10 * USEC_MS, .latency_max = 150 * USEC_MS, .skip = skip};
        struct playout *p = playout_new(&config);
        struct playout_frame frame;
        int64_t clock = 480;
        usec worst = 0;
        for (int n = 0, ms = 10; ms < 10000; ms++) {
            for (; n * 20 < ms && (n < 200 || n >= 230 || ms >= 4600); n++)
                put_at(p, (n < 200 || n >= 230 ? n * 20 : 4600) * USEC_MS, (uint32_t)n, n * FRAME,
                       FRAME, 0);
            while (clock <= ms * 48) {
                playout_get(p, usec_from_units(clock, RATE), FRAME, &frame);
                clock += frame.samples;
                if (frame.kind == PLAYOUT_PACKET)
                    worst = usec_max(worst, frame.delay);
            }
        }
        struct playout_stats s = playout_stats(p);
        if (skip) {
            assert_in_range(worst, 150 * USEC_MS, 171 * USEC_MS);
            assert_in_range(s.skipped, 20, 23);
        } else {
            assert_in_range(worst, 590 * USEC_MS, 610 * USEC_MS);
            assert_int_equal(s.skipped, 0);
        }
        playout_free(p);
    }
}

static void a_fixed_latency_grows_by_no_more_than_a_part_of_a_packet(void **state)
{
    (void)state;
    struct playout_config config = {.rate = RATE, .latency = 40 * USEC_MS, .fec = true};
    struct playout *p = playout_new(&config);
    assert_non_null(p);
    static const struct row rows[] = {
        {0, PUT, 0, PLAYOUT_KEPT, 0, 0},
        {40, GET, 0, PLAYOUT_PACKET, 0, 0},
        {60, DRY, 20, 0, 0, 0},
        {81, PUT, 1, PLAYOUT_LATE, 0, 0},
        {80, DRY, 5, 0, 0, 0},
        {85, PUT, 2, PLAYOUT_KEPT, 0, 0},
        {90, GET, 2, PLAYOUT_PACKET, 0, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        step(p, &rows[i], i);
    struct playout_packet in = packet(3, 0);
    struct playout_frame frame;
    playout_put(p, 100 * USEC_MS, &in);
    playout_get(p, 110 * USEC_MS, FRAME, &frame);
    assert_int_equal(frame.delay, 50 * USEC_MS);
    assert_int_equal(frame.shift, -480); // back to 40 ms
    playout_free(p);
}

// Samples are asked for in blocks: the last of one has to be here when the first is asked for.
static void who_asks_early_waits_longer(void **state)
{
    (void)state;
    struct playout *p = buffer(10 * USEC_MS);
    struct playout_frame frame = {0};
    usec clock = 0;
    for (int n = 0; n < 400; n++) {
        struct playout_packet in = packet(n, 0);
        playout_put(p, n * 20 * USEC_MS, &in);
        playout_pull(p, n * 20 * USEC_MS, 20 * USEC_MS);
        for (; clock <= n * 20 * USEC_MS + 19 * USEC_MS;
             clock += usec_from_units(frame.samples + frame.shift, RATE))
            playout_get(p, usec_max(clock, n * 20 * USEC_MS), FRAME, &frame);
    }
    struct playout_stats s = playout_stats(p);
    assert_true(s.samples_conceal <= FRAME);
    assert_in_range(frame.delay, 10 * USEC_MS, 21 * USEC_MS);
    playout_free(p);
}

static void first_packets_that_are_expected_are_made_up_for(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, EXPECT, 0, 0, 0, 0},
        {60, PUT_FEC, 3, PLAYOUT_KEPT, 0, 0},
        {60, GET, 0, PLAYOUT_CONCEAL, 0, 0}, // as if 0 had come at 0
        {60, GET, 0, PLAYOUT_CONCEAL, 0, 0},
        {60, PUT, -1, PLAYOUT_LATE, 0, 0}, // older than what was asked for
        {80, GET, 3, PLAYOUT_FEC, 0, 0},
        {100, GET, 3, PLAYOUT_PACKET, 0, 0},
    };
    struct playout_stats s = run(rows, LENGTH(rows));
    assert_int_equal(s.samples_conceal + s.samples_fec + s.samples_packet, 4 * FRAME);
}

static void an_expectation_far_from_the_first_packet_is_dropped(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, EXPECT, 0, 0, 0, 0},
        {9000, PUT, 450, PLAYOUT_KEPT, 0, 0},
        {9040, GET, 450, PLAYOUT_PACKET, 0, 0},
    };
    run(rows, LENGTH(rows));
}

static void last_packets_are_made_up_for_then_it_ends(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, PUT, 0, PLAYOUT_KEPT, 0, 0},
        {20, PUT, 1, PLAYOUT_KEPT, 0, 0},
        {30, FINISH, 3, 0, 0, 0},
        {40, GET, 0, PLAYOUT_PACKET, 0, 0},
        {60, GET, 1, PLAYOUT_PACKET, 0, 0},
        {80, GET, 0, PLAYOUT_CONCEAL, 0, 0},
        {100, GET, 0, PLAYOUT_CONCEAL, 0, 0},
        {120, GET, 0, PLAYOUT_END, 0, 0},
        {140, GET, 0, PLAYOUT_END, 0, 0},
    };
    struct playout_stats s = run(rows, LENGTH(rows));
    assert_int_equal(s.samples_packet + s.samples_conceal, 4 * FRAME);
}

static void last_packets_may_come_after_the_end_is_known(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, PUT, 0, PLAYOUT_KEPT, 0, 0},    {5, FINISH, 2, 0, 0, 0},
        {40, GET, 0, PLAYOUT_PACKET, 0, 0}, {45, PUT, 1, PLAYOUT_KEPT, 0, 0},
        {55, PUT, 2, PLAYOUT_KEPT, 0, 0},   {60, GET, 1, PLAYOUT_PACKET, 0, 0},
        {80, GET, 2, PLAYOUT_PACKET, 0, 0}, {100, GET, 0, PLAYOUT_END, 0, 0},
    };
    run(rows, LENGTH(rows));
}

static void nothing_ever_came_and_it_ends(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, GET, 0, PLAYOUT_WAIT, 0, 0},
        {30, FINISH, 0, 0, 0, 0},
        {40, GET, 0, PLAYOUT_END, 0, 0},
    };
    run(rows, LENGTH(rows));
}

// 3 packets in a row that are all far too late: a new time line; that the stream is to end is not
// forgotten.
static void a_new_time_line_still_ends(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, PUT, 0, PLAYOUT_KEPT, 0, 0},
        {40, GET, 0, PLAYOUT_PACKET, 0, 0},
        {60, DRY, 20, 0, 0, 0},
        {85, FINISH, 5, 0, 0, 0},
        {2500, PUT, 3, PLAYOUT_STRAY, 0, 0},
        {2500, PUT, 4, PLAYOUT_STRAY, 0, 0},
        {2500, PUT, 5, PLAYOUT_KEPT, 0, 0},
        {2550, GET, 5, PLAYOUT_PACKET, 0, 0},
        {2570, GET, 0, PLAYOUT_END, 0, 0},
    };
    struct playout_stats s = run(rows, LENGTH(rows));
    assert_int_equal(s.restarts, 1);
    assert_int_equal(s.stray, 2);
}

// ---- packets of other shapes -------------------------------------------------------------------

static void interop_7_what_was_not_sent_is_silence(void **state)
{
    (void)state;
    struct playout *p = buffer(40 * USEC_MS);
    put_at(p, 0, 100, 0, FRAME, 0);
    put_at(p, 120 * USEC_MS, 101, 6 * FRAME, FRAME, FRAME); // a copy of what was never sent
    expect_frame(p, 40 * USEC_MS, PLAYOUT_PACKET, FRAME);
    for (int i = 1; i < 6; i++)
        expect_frame(p, (40 + i * 20) * USEC_MS, PLAYOUT_CONCEAL, FRAME);
    expect_frame(p, 160 * USEC_MS, PLAYOUT_PACKET, FRAME);
    struct playout_stats s = playout_stats(p);
    assert_int_equal(s.samples_silence, 5 * FRAME);
    assert_int_equal(s.samples_conceal, 0);
    assert_int_equal(s.frames_conceal, 0);
    assert_int_equal(s.samples_fec, 0);

    // one lost at the end of a silence: 20 ms of the 100 are loss, and its copy is used
    put_at(p, 240 * USEC_MS, 103, 12 * FRAME, FRAME, FRAME);
    for (int i = 7; i < 11; i++)
        expect_frame(p, (40 + i * 20) * USEC_MS, PLAYOUT_CONCEAL, FRAME);
    expect_frame(p, (40 + 220) * USEC_MS, PLAYOUT_FEC, FRAME);
    expect_frame(p, (40 + 240) * USEC_MS, PLAYOUT_PACKET, FRAME);
    s = playout_stats(p);
    assert_int_equal(s.samples_fec, FRAME);
    assert_int_equal(s.samples_conceal + s.samples_silence, 9 * FRAME);
    playout_free(p);
}

static void interop_6_frame_size_changes_at_any_packet(void **state)
{
    (void)state;
    static const int sizes[] = {120, 5760, 240, 2880, 960, 480, 1920, 3840, 120, 960, 4800, 240};
    struct playout *p = buffer(150 * USEC_MS);
    int64_t time = -5;
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        put_at(p, usec_from_units(time, RATE), (uint32_t)i, time, sizes[i], 0);
        time += sizes[i];
    }
    usec now = usec_from_units(-5, RATE) + 150 * USEC_MS;
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        expect_frame(p, now, PLAYOUT_PACKET, sizes[i]);
        now += usec_from_units(sizes[i], RATE);
    }
    assert_int_equal(playout_stats(p).samples_conceal, 0);
    playout_free(p);
}

static void copies_fill_only_what_is_missing(void **state)
{
    (void)state;
    static const struct {
        int missing, copy;          // samples
        enum playout_kind kinds[4]; // WAIT: no more
        int samples[4];
    } rows[] = {
        {960, 960, {PLAYOUT_FEC}, {960}},
        {480, 960, {PLAYOUT_FEC}, {480}}, // the latter half of the copy
        {960, 480, {PLAYOUT_CONCEAL, PLAYOUT_FEC}, {480, 480}},
        {2880, 2880, {PLAYOUT_FEC}, {2880}},
        {5760,
         2880,
         {PLAYOUT_CONCEAL, PLAYOUT_CONCEAL, PLAYOUT_CONCEAL, PLAYOUT_FEC},
         {960, 960, 960, 2880}},
        {120, 960, {PLAYOUT_FEC}, {120}},
        {123, 960, {PLAYOUT_FEC}, {123}}, // a peer whose timestamps are no multiple of 2.5 ms
        {1000, 960, {PLAYOUT_CONCEAL, PLAYOUT_FEC}, {120, 880}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct playout *p = buffer(150 * USEC_MS);
        put_at(p, 0, 1, 0, FRAME, 0);
        put_at(p, 40 * USEC_MS, 3, FRAME + rows[i].missing, FRAME, rows[i].copy);
        usec now = 150 * USEC_MS;
        struct playout_frame frame;
        do // the first may lower the base, so that more than 150 ms are waited
            playout_get(p, now, FRAME, &frame);
        while (frame.kind == PLAYOUT_WAIT);
        assert_int_equal(frame.kind, PLAYOUT_PACKET);
        int out = FRAME;
        for (int k = 0; k < 4 && rows[i].kinds[k]; k++) {
            expect_frame(p, now + usec_from_units(out, RATE), rows[i].kinds[k], rows[i].samples[k]);
            out += rows[i].samples[k];
        }
        expect_frame(p, now + usec_from_units(out, RATE), PLAYOUT_PACKET, FRAME);
        playout_free(p);
    }
}

static void huge_payloads_overwrite_the_oldest(void **state)
{
    (void)state;
    struct playout *p = buffer(40 * USEC_MS);
    uint8_t *payload = calloc(1, 8193);
    struct playout_packet in = {.samples = FRAME, .payload = payload, .payload_len = 8193};
    assert_int_equal(playout_put(p, 0, &in), PLAYOUT_FULL);
    in.payload_len = 8000; // 256 kB hold 32 of them
    for (int n = 0; n < 100; n++) {
        in.seq = (uint32_t)n;
        in.time = n * FRAME;
        memset(payload, n, 8000);
        assert_int_equal(playout_put(p, n * USEC_MS, &in), PLAYOUT_KEPT);
    }
    int played = 0;
    for (int i = 0; i < 100; i++) {
        struct playout_frame frame;
        playout_get(p, (i + 1) * 20 * USEC_MS + 40 * USEC_MS, FRAME, &frame);
        if (frame.kind != PLAYOUT_PACKET)
            continue;
        played++;
        assert_int_equal(frame.payload_len, 8000);
        for (size_t k = 1; k < frame.payload_len; k++)
            assert_int_equal(frame.payload[k], frame.payload[0]);
    }
    struct playout_stats s = playout_stats(p);
    assert_true(played + (int)s.skipped >= 30 && played + (int)s.skipped <= 32);
    free(payload);
    playout_free(p);
}

static void too_far_ahead_is_full(void **state)
{
    (void)state;
    struct playout *p = buffer(40 * USEC_MS);
    for (uint32_t n = 0; n < 1024; n++)
        put_at(p, 0, n, n * 120, 120, 0);
    struct playout_packet in = {.seq = 1024, .time = 1024 * 120, .samples = 120};
    assert_int_equal(playout_put(p, 0, &in), PLAYOUT_FULL);
    assert_int_equal(playout_stats(p).full, 1);
    playout_free(p);
}

static void a_packet_with_no_octets_is_kept(void **state)
{
    (void)state;
    struct playout *p = buffer(40 * USEC_MS);
    struct playout_packet in = {.seq = 1, .samples = 120};
    assert_int_equal(playout_put(p, 0, &in), PLAYOUT_KEPT);
    expect_frame(p, 40 * USEC_MS, PLAYOUT_PACKET, 120);
    playout_free(p);
}

// Consecutive numbers, timestamps that go back: what is over is not played again.
static void timestamps_that_go_back_do_not_turn_time_back(void **state)
{
    (void)state;
    struct playout *p = buffer(100 * USEC_MS);
    put_at(p, 0, 1, 10 * FRAME, FRAME, 0);
    put_at(p, 20 * USEC_MS, 2, 11 * FRAME, FRAME, 0);
    struct playout_packet in = {.seq = 3, .time = 0, .samples = FRAME};
    playout_put(p, 40 * USEC_MS, &in);
    put_at(p, 60 * USEC_MS, 4, 13 * FRAME, FRAME, 0);
    int64_t media = 10 * FRAME;
    for (int i = 0; i < 20; i++) {
        struct playout_frame frame;
        playout_get(p, (100 + 20 * i) * USEC_MS, FRAME, &frame);
        media += frame.held ? 0 : frame.samples;
        assert_true(frame.kind != PLAYOUT_PACKET || media <= 14 * FRAME);
    }
    assert_int_equal(playout_stats(p).samples_packet, 3 * FRAME);
    playout_free(p);
}

static void a_reset_forgets_packets_but_no_figures(void **state)
{
    (void)state;
    struct playout *p = buffer(40 * USEC_MS);
    put_at(p, 0, 1, 0, FRAME, 0);
    put_at(p, 0, 2, FRAME, FRAME, 0);
    expect_frame(p, 40 * USEC_MS, PLAYOUT_PACKET, FRAME);
    playout_reset(p);
    put_at(p, 60 * USEC_MS, 77777, 1 << 30, FRAME, 0);
    expect_dry(p, 60 * USEC_MS, 100 * USEC_MS); // the listener hears on
    expect_frame(p, 100 * USEC_MS, PLAYOUT_PACKET, FRAME);
    assert_int_equal(playout_stats(p).frames_packet, 2);
    playout_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plays_in_order_after_the_wait),
        cmocka_unit_test(waits_exactly_until_the_start),
        cmocka_unit_test(sorts_and_drops_doubles),
        cmocka_unit_test(begins_with_the_oldest_of_the_first),
        cmocka_unit_test(interop_8_one_lost_is_taken_from_the_next),
        cmocka_unit_test(interop_8_of_n_lost_the_last_is_taken_from_the_next),
        cmocka_unit_test(without_a_copy_it_is_concealed),
        cmocka_unit_test(late_ones_are_played_unless_a_later_one_was),
        cmocka_unit_test(what_was_restored_is_not_played_again),
        cmocka_unit_test(late_after_silence),
        cmocka_unit_test(silence_is_cut_to_wait_less),
        cmocka_unit_test(the_most_is_kept_after_a_stall),
        cmocka_unit_test(a_fixed_latency_grows_by_no_more_than_a_part_of_a_packet),
        cmocka_unit_test(who_asks_early_waits_longer),
        cmocka_unit_test(first_packets_that_are_expected_are_made_up_for),
        cmocka_unit_test(an_expectation_far_from_the_first_packet_is_dropped),
        cmocka_unit_test(last_packets_are_made_up_for_then_it_ends),
        cmocka_unit_test(last_packets_may_come_after_the_end_is_known),
        cmocka_unit_test(nothing_ever_came_and_it_ends),
        cmocka_unit_test(a_new_time_line_still_ends),
        cmocka_unit_test(interop_7_what_was_not_sent_is_silence),
        cmocka_unit_test(interop_6_frame_size_changes_at_any_packet),
        cmocka_unit_test(copies_fill_only_what_is_missing),
        cmocka_unit_test(huge_payloads_overwrite_the_oldest),
        cmocka_unit_test(too_far_ahead_is_full),
        cmocka_unit_test(a_packet_with_no_octets_is_kept),
        cmocka_unit_test(timestamps_that_go_back_do_not_turn_time_back),
        cmocka_unit_test(a_reset_forgets_packets_but_no_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
