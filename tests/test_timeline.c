// What became of each packet, from decisions and arrivals made by hand.
#include "tests/test.h"

#include "media/random.h"
#include "media/rtp.h"
#include "window/timeline.h"

#include <stdlib.h>
#include <string.h>

#define FRAME      960
#define FRAME_TIME (20 * USEC_MS)
#define DELAY      (60 * USEC_MS)
#define SSRC       7
#define LENGTH(a)  (sizeof(a) / sizeof((a)[0]))

static int16_t silence[2 * 48000];

static struct timeline *timeline(void)
{
    struct timeline *t = timeline_new();
    assert_non_null(t);
    return t;
}

static void came_from(struct timeline *t, uint32_t ssrc, uint32_t seq, usec when)
{
    uint8_t data[64];
    struct rtp_packet packet = {.seq = (uint16_t)seq,
                                .timestamp = seq * FRAME,
                                .ssrc = ssrc,
                                .payload = (const uint8_t *)"sound",
                                .payload_len = 5};
    size_t len = rtp_write(&packet, data, sizeof data);
    struct guarded g = guarded_copy(data, len);
    timeline_came(t, when, g.data, g.len);
    guarded_free(&g);
}

static void came(struct timeline *t, uint32_t seq, usec when)
{
    came_from(t, SSRC, seq, when);
}

// A frame's worth of packet `seq` is played in its turn, and heard.
static void decide(struct timeline *t, uint32_t seq, enum playout_kind kind,
                   enum playout_origin origin)
{
    struct receiver_decision d = {.at = seq * FRAME_TIME + DELAY,
                                  .kind = kind,
                                  .origin = origin,
                                  .samples = FRAME,
                                  .time = (int64_t)seq * FRAME,
                                  .seq = seq,
                                  .arrival = seq * FRAME_TIME + 10 * USEC_MS,
                                  .delay = DELAY};
    timeline_decided(t, &d);
    timeline_heard(t, silence, FRAME, 1);
}

static void play(struct timeline *t, uint32_t seq)
{
    decide(t, seq, PLAYOUT_PACKET, PLAYOUT_SENT);
}

static void conceal(struct timeline *t, uint32_t seq)
{
    decide(t, seq, PLAYOUT_CONCEAL, PLAYOUT_SENT);
}

static const struct timeline_cell *last(const struct timeline *t)
{
    assert_true(timeline_count(t) > 0);
    return timeline_cell(t, timeline_count(t) - 1);
}

static void each_way_has_its_fate(void **state)
{
    (void)state;
    static const struct {
        enum playout_kind kind;
        enum playout_origin origin;
        enum timeline_fate fate;
    } rows[] = {
        {PLAYOUT_PACKET, PLAYOUT_SENT, TIMELINE_PLAYED},
        {PLAYOUT_PACKET, PLAYOUT_COPY, TIMELINE_RED},
        {PLAYOUT_PACKET, PLAYOUT_AGAIN, TIMELINE_AGAIN},
        {PLAYOUT_FEC, PLAYOUT_SENT, TIMELINE_FEC},
        {PLAYOUT_CONCEAL, PLAYOUT_SENT, TIMELINE_LOST},
    };
    struct timeline *t = timeline();
    for (uint32_t i = 0; i < LENGTH(rows); i++) {
        decide(t, 100 + i, rows[i].kind, rows[i].origin);
        assert_int_equal(last(t)->fate, rows[i].fate);
        assert_int_equal(last(t)->seq, 100 + i);
        assert_true(last(t)->pos == i * FRAME);
        if (rows[i].kind != PLAYOUT_CONCEAL)
            assert_true(last(t)->arrival == 10 * USEC_MS);
    }
    assert_int_equal(timeline_count(t), LENGTH(rows));
    timeline_free(t);
}

// Silence of a player that has nothing yet, or nothing any more, is heard without a decision: the next cell
// stands where its own sound does.
static void a_cell_begins_behind_what_was_heard_before(void **state)
{
    (void)state;
    struct timeline *t = timeline();
    timeline_heard(t, silence, 5 * FRAME, 1);
    play(t, 1);
    assert_true(last(t)->pos == 5 * FRAME);
    play(t, 2);
    assert_true(last(t)->pos == 6 * FRAME);
    timeline_heard(t, silence, 100, 1);
    play(t, 3);
    assert_true(last(t)->pos == 7 * FRAME + 100);
    timeline_free(t);
}

static void pieces_of_a_concealment_are_one_cell(void **state)
{
    (void)state;
    struct timeline *t = timeline();
    play(t, 1);
    for (int i = 0; i < 8; i++)
        timeline_decided(
            t, &(struct receiver_decision){
                   .kind = PLAYOUT_CONCEAL, .samples = 120, .time = 2 * FRAME + 120 * i, .seq = 2});
    assert_int_equal(timeline_count(t), 2);
    assert_int_equal(last(t)->samples, FRAME);
    conceal(t, 3);
    assert_int_equal(timeline_count(t), 3);
    timeline_free(t);
}

static void what_comes_after_its_turn_was_late(void **state)
{
    (void)state;
    struct timeline *t = timeline();
    play(t, 1);
    conceal(t, 2);
    conceal(t, 3);
    came(t, 2, 2 * FRAME_TIME + 95 * USEC_MS);
    assert_int_equal(timeline_cell(t, 1)->fate, TIMELINE_LATE);
    assert_int_equal(timeline_cell(t, 1)->arrival, 95 * USEC_MS);
    assert_int_equal(timeline_cell(t, 2)->fate, TIMELINE_LOST);
    timeline_free(t);
}

static void what_comes_twice_is_marked(void **state)
{
    (void)state;
    struct timeline *t = timeline();
    for (uint32_t seq = 1; seq <= 3; seq++)
        came(t, seq, seq * FRAME_TIME);
    came(t, 2, 3 * FRAME_TIME); // before it is played,
    for (uint32_t seq = 1; seq <= 3; seq++)
        play(t, seq);
    came(t, 3, 4 * FRAME_TIME); // and behind
    static const unsigned doubled[] = {0, 1, 1};
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(timeline_cell(t, i)->doubled, doubled[i]);
    came_from(t, 99, 1,
              5 * FRAME_TIME); // of another stream, say packets sent again, once it is known
    assert_int_equal(timeline_cell(t, 0)->doubled, 1);
    timeline_follow(t, SSRC);
    came_from(t, 99, 1, 6 * FRAME_TIME);
    assert_int_equal(timeline_cell(t, 0)->doubled, 1);
    timeline_free(t);
}

// The sender was silent: the next packet's number is the next, its time is not.
static void what_was_not_sent_is_silence(void **state)
{
    (void)state;
    struct timeline *t = timeline();
    play(t, 1);
    for (uint32_t i = 2; i < 6; i++)
        conceal(t, i); // so it looks, until
    timeline_decided(t, &(struct receiver_decision){.at = 6 * FRAME_TIME + DELAY,
                                                    .kind = PLAYOUT_PACKET,
                                                    .samples = FRAME,
                                                    .time = 6 * FRAME,
                                                    .seq = 3,
                                                    .delay = DELAY});
    assert_int_equal(timeline_cell(t, 1)->fate, TIMELINE_LOST); // one was lost
    for (unsigned i = 2; i < 5; i++)
        assert_int_equal(timeline_cell(t, i)->fate, TIMELINE_SILENCE);
    assert_int_equal(last(t)->fate, TIMELINE_PLAYED);
    timeline_free(t);
}

static void what_waits_stands_ahead(void **state)
{
    (void)state;
    struct timeline *t = timeline();
    struct timeline_cell cell;
    uint32_t seq = 0;
    for (uint32_t i = 1; i <= 4; i++)
        if (i != 3)
            came(t, i, i * FRAME_TIME);
    play(t, 1);
    assert_true(timeline_waiting(t, &seq, &cell));
    assert_int_equal(cell.seq, 2);
    assert_true(cell.pos == FRAME);
    assert_int_equal(cell.fate, TIMELINE_WAITING);
    assert_true(timeline_waiting(t, &seq, &cell));
    assert_int_equal(cell.seq, 4);
    assert_true(cell.pos == 3 * FRAME);
    assert_false(timeline_waiting(t, &seq, &cell));
    timeline_free(t);
}

static void peaks_are_those_of_the_sound(void **state)
{
    (void)state;
    struct timeline *t = timeline();
    int16_t pcm[2 * 4800], least, most;
    for (int i = 0; i < 4800; i++)
        pcm[2 * i] = pcm[2 * i + 1] =
            (int16_t)(i >= 2400 && i < 2640 ? (i % 2 ? 9000 : -7000) : 100);
    timeline_heard(t, pcm, 4800, 2);
    timeline_peak(t, 0, 2400, &least, &most);
    assert_int_equal(most, 100);
    timeline_peak(t, 2400, 240, &least, &most);
    assert_int_equal(most, 9000);
    assert_int_equal(least, -7000);
    assert_int_equal(timeline_sample(t, 2401), 9000);
    assert_int_equal(timeline_sample(t, 4800), 0);
    timeline_peak(t, -4800, 100000, &least, &most);
    assert_int_equal(most, 9000);
    timeline_free(t);
}

static void gaps_are_found_from_the_last_one_back(void **state)
{
    (void)state;
    struct timeline *t = timeline();
    struct timeline_cell gap;
    for (uint32_t seq = 0; seq < 100; seq++)
        (seq == 20 || seq == 70 ? conceal : play)(t, seq);
    assert_true(timeline_find_gap(t, timeline_end(t), &gap));
    assert_int_equal(gap.seq, 70);
    assert_true(timeline_find_gap(t, gap.pos, &gap));
    assert_int_equal(gap.seq, 20);
    assert_false(timeline_find_gap(t, gap.pos, &gap));
    for (uint64_t n = 0; n < 100; n++) {
        assert_int_equal(timeline_find(t, (int64_t)n * FRAME), n);
        assert_int_equal(timeline_find(t, (int64_t)n * FRAME + FRAME - 1), n);
    }
    timeline_free(t);
}

static void figures_are_of_the_last_seconds(void **state)
{
    (void)state;
    struct timeline *t = timeline();
    struct receiver_stats stats = {.packets_received = 500,
                                   .frame_samples = FRAME,
                                   .octets_received = 40000,
                                   .channels = 1,
                                   .jitter = 480};
    struct report_context context = {.transport = "udp", .url = ""};
    for (uint32_t seq = 0; seq < 1000; seq++) // in twos, one of each four repaired
        decide(t, seq, seq % 20 < 2 ? PLAYOUT_CONCEAL : PLAYOUT_PACKET,
               seq % 20 == 10 || seq % 20 == 11 ? PLAYOUT_COPY : PLAYOUT_SENT);
    timeline_second(t, USEC_SECOND, &stats, &context);
    stats.octets_received += 3000;
    timeline_second(t, 2 * USEC_SECOND, &stats, &context);
    struct timeline_numbers n = timeline_numbers(t, 0);
    assert_float_equal(n.lost, 20, 0.3);
    assert_float_equal(n.guessed, 10, 0.3);
    assert_float_equal(n.burst, 2, 0.05);
    assert_float_equal(n.jitter, 10, 0.001);
    assert_float_equal(n.bitrate, 24, 0.001);
    assert_true(n.mos > 1 && n.mos < 4);
    assert_float_equal(timeline_numbers(t, 1).lost, n.lost, 0.001);
    assert_true(timeline_numbers(t, 2).mos == 0);
    timeline_free(t);
}

// What came during a pause is no part of the second behind it.
static void a_pause_makes_no_spike(void **state)
{
    (void)state;
    struct timeline *t = timeline();
    struct receiver_stats stats = {.channels = 1};
    struct report_context context = {.transport = "udp", .url = ""};
    for (int second = 1; second <= 30; second++) {
        if (second == 10 || second == 20)
            timeline_freeze(t, second == 10);
        stats.octets_received += 3000;
        timeline_second(t, second * USEC_SECOND, &stats, &context);
    }
    for (unsigned back = 0; back < 19; back++)
        assert_float_equal(timeline_numbers(t, back).bitrate, 24, 0.001);
    assert_float_equal(timeline_numbers(t, 20).bitrate, 0, 0.001); // and there are no more
    timeline_free(t);
}

static void frozen_it_stands_still(void **state)
{
    (void)state;
    struct timeline *t = timeline();
    play(t, 1);
    timeline_freeze(t, true);
    play(t, 2);
    came(t, 3, 0);
    assert_int_equal(timeline_count(t), 1);
    assert_true(timeline_end(t) == FRAME);
    timeline_freeze(t, false);
    play(t, 9);
    assert_true(last(t)->pos == FRAME);
    timeline_free(t);
}

// Whatever comes, for longer than is kept: cells are in order, without overlap, and lie where the sound is.
static void anything_may_happen(void **state)
{
    (void)state;
    struct timeline *t = timeline();
    struct random random = {1};
    uint8_t octets[64];
    for (int i = 0; i < 60000; i++) {
        uint32_t seq = 65000 + (uint32_t)i + (uint32_t)(random_unit(&random) * 8);
        double what = random_unit(&random);
        for (size_t n = 0; n < sizeof octets; n++)
            octets[n] = (uint8_t)(random_unit(&random) * 256);
        if (what < 0.1)
            timeline_came(t, i * FRAME_TIME, octets, (size_t)(what * 600));
        came(t, seq, i * FRAME_TIME);
        timeline_decided(t, &(struct receiver_decision){.at = i * FRAME_TIME,
                                                        .kind = what < 0.3   ? PLAYOUT_CONCEAL
                                                                : what < 0.5 ? PLAYOUT_FEC
                                                                             : PLAYOUT_PACKET,
                                                        .origin = (enum playout_origin)(what * 3),
                                                        .samples = 120 + (int)(what * 960),
                                                        .time = (int64_t)seq * FRAME,
                                                        .seq = seq,
                                                        .held = what < 0.1});
        timeline_heard(t, silence, (size_t)(what * 1500), 1 + i % 2);
        if (what > 0.999)
            timeline_restart(t);
    }
    for (uint64_t n = timeline_first(t) + 1; n < timeline_count(t); n++) {
        const struct timeline_cell *before = timeline_cell(t, n - 1), *cell = timeline_cell(t, n);
        assert_true(cell->samples > 0 && cell->fate < TIMELINE_WAITING);
        assert_true(cell->pos >= before->pos);
    }
    assert_true(timeline_end(t) - timeline_begin(t) <= TIMELINE_SAMPLES);
    timeline_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_has_its_fate),
        cmocka_unit_test(a_cell_begins_behind_what_was_heard_before),
        cmocka_unit_test(pieces_of_a_concealment_are_one_cell),
        cmocka_unit_test(what_comes_after_its_turn_was_late),
        cmocka_unit_test(what_comes_twice_is_marked),
        cmocka_unit_test(what_was_not_sent_is_silence),
        cmocka_unit_test(what_waits_stands_ahead),
        cmocka_unit_test(peaks_are_those_of_the_sound),
        cmocka_unit_test(gaps_are_found_from_the_last_one_back),
        cmocka_unit_test(figures_are_of_the_last_seconds),
        cmocka_unit_test(a_pause_makes_no_spike),
        cmocka_unit_test(frozen_it_stands_still),
        cmocka_unit_test(anything_may_happen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
