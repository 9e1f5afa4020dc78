// What a listener makes of arrivals: each row is a network in a sentence, and the figures it has to give.
#include "tests/stream.h"

#include "lab/arrivals.h"
#include "lab/replay.h"
#include "lab/score.h"
#include "lab/sim.h"

#include <string.h>

#define SECONDS 4
#define PACKETS (SECONDS * 50)

static struct tape *tape;
static struct arrival arrivals[2 * PACKETS];
static size_t count;

static int record(void **state)
{
    if (stream_load_speech(state) != 0)
        return -1;
    const struct sender_config config = {
        .voice = {.channels = 1, .bitrate = 32000, .frame_samples = 960, .complexity = 5},
        .payload_type = 96,
    };
    struct sender_config sender = sim_sender_config(&config);
    struct replay replay = {
        .pcm = stream_speech, .samples = (size_t)SECONDS * VOICE_RATE - 480, .channels = 1};
    struct feed_source source = replay_feed(&replay);
    tape = tape_record(&sender, &source);
    return tape ? 0 : -1;
}

static int forget(void **state)
{
    tape_free(tape);
    return stream_drop_speech(state);
}

// The n-th packet arrives `delay` after it was due. Reports stand between them.
static void arrive(size_t n, usec delay)
{
    struct sender_datagram d;
    usec at;
    for (size_t i = 0;; i++) {
        assert_true(tape_datagram(tape, i, &at, &d));
        if (d.kind == SENDER_RTP && n-- == 0)
            break;
    }
    arrivals[count++] = (struct arrival){at + delay, d.data, d.len};
}

static struct arrivals_figures judged(void)
{
    struct arrivals_figures f;
    assert_true(arrivals_judge(tape, arrivals, count, &f));
    return f;
}

static double understood(usec latency, struct receiver_stats *stats)
{
    const struct arrivals_play play = {tape, 96, 1, latency};
    struct heard heard = {0};
    struct score score = {0};
    enum score_status status;
    size_t samples = (size_t)SECONDS * VOICE_RATE - 480;
    assert_true(arrivals_play(&play, arrivals, count, &heard, stats));
    struct scorer *scorer = scorer_new(stream_speech, samples, 1, &status);
    assert_non_null(scorer);
    status = scorer_run(scorer, heard.pcm, heard.samples, 1, &score);
    scorer_free(scorer);
    heard_free(&heard);
    return status == SCORE_OK ? score.estoi : 0;
}

static void all_came(void **state)
{
    (void)state;
    struct receiver_stats stats;
    count = 0;
    for (size_t i = 0; i < PACKETS; i++)
        arrive(i, 40 * USEC_MS);
    struct arrivals_figures f = judged();
    assert_int_equal(f.sent, PACKETS);
    assert_int_equal(f.came, PACKETS);
    assert_int_equal(f.repeated + f.overtaken + f.foreign + f.stalls, 0);
    assert_int_equal(f.delay_least, 40 * USEC_MS);
    assert_int_equal(f.delay_median, 40 * USEC_MS);
    assert_int_equal(f.delay_most, 40 * USEC_MS);
    assert_true(understood(100 * USEC_MS, &stats) > 0.9);
    assert_int_equal(stats.packets_late, 0);
}

// Every tenth is lost: no stall, since what comes next is on time. Twenty in a row neither.
static void some_were_lost(void **state)
{
    (void)state;
    struct receiver_stats stats;
    count = 0;
    for (size_t i = 0; i < PACKETS; i++)
        if (i % 10 != 9 && (i < 100 || i >= 120))
            arrive(i, 40 * USEC_MS);
    struct arrivals_figures f = judged();
    assert_int_equal(f.came, PACKETS - 38);
    assert_int_equal(f.stalls, 0);
    assert_int_equal(f.overtaken, 0);
    double estoi = understood(100 * USEC_MS, &stats);
    assert_true(estoi > 0.3 && estoi < 0.9);
}

// A stream: one was lost, sent again, and all behind it waited until it came, 300 ms late.
static void one_held_up_the_rest(void **state)
{
    (void)state;
    struct receiver_stats stats;
    count = 0;
    for (size_t i = 0; i < PACKETS; i++) {
        usec behind = (usec)(i - 100) * 20 * USEC_MS;
        arrive(i, 40 * USEC_MS + (i >= 100 && i < 115 ? 300 * USEC_MS - behind : 0));
    }
    struct arrivals_figures f = judged();
    assert_int_equal(f.came, PACKETS);
    assert_int_equal(f.overtaken, 0);
    assert_int_equal(f.stalls, 1);
    assert_int_equal(f.stalled, 320 * USEC_MS); // since the one before
    assert_int_equal(f.stall_longest, 320 * USEC_MS);
    assert_int_equal(f.delay_most, 340 * USEC_MS);
    understood(100 * USEC_MS, &stats);
    assert_true(stats.packets_late >= 9 && stats.packets_late <= 11); // of 15, those beyond 100 ms
    understood(400 * USEC_MS, &stats);
    assert_int_equal(stats.packets_late, 0);
}

static void out_of_order_and_twice(void **state)
{
    (void)state;
    count = 0;
    for (size_t i = 0; i < PACKETS; i += 2) {
        arrive(i + 1, 10 * USEC_MS);
        arrive(i, 40 * USEC_MS);
        if (i == 50)
            arrive(i, 41 * USEC_MS);
    }
    static const uint8_t junk[] = "not a packet of anybody";
    arrivals[count] = (struct arrival){arrivals[count - 1].at, junk, sizeof junk};
    count++;
    struct arrivals_figures f = judged();
    assert_int_equal(f.came, PACKETS);
    assert_int_equal(f.overtaken, PACKETS / 2);
    assert_int_equal(f.repeated, 1);
    assert_int_equal(f.foreign, 1);
    assert_int_equal(f.delay_least, 10 * USEC_MS);
    assert_int_equal(f.delay_most, 40 * USEC_MS);
}

static void nothing_came(void **state)
{
    (void)state;
    struct receiver_stats stats;
    count = 0;
    struct arrivals_figures f = judged();
    assert_int_equal(f.sent, PACKETS);
    assert_int_equal(f.came, 0);
    assert_true(understood(100 * USEC_MS, &stats) == 0);
    assert_int_equal(stats.packets_received, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_came),
        cmocka_unit_test(some_were_lost),
        cmocka_unit_test(one_held_up_the_rest),
        cmocka_unit_test(out_of_order_and_twice),
        cmocka_unit_test(nothing_came),
    };
    return cmocka_run_group_tests(tests, record, forget);
}
