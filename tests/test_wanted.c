#include "tests/lossy.h"
#include "tests/test.h"

#include "media/wanted.h"

#include <stdio.h>
#include <string.h>

#define MS    USEC_MS
#define FIRST 0xfffffff8u // 16 and 32 bits wrap soon

static usec needed; // what deadline says, for every packet

static usec deadline(void *ctx, uint32_t seq)
{
    (void)seq;
    return *(usec *)ctx;
}

static struct wanted started(void)
{
    needed = USEC_NEVER;
    struct wanted w = {0};
    wanted_packet(&w, 0, FIRST);
    return w;
}

// What is asked for at `now`, as numbers from FIRST on: "1 2 5", "" when nothing is.
static const char *due(struct wanted *w, usec now)
{
    static char text[1024];
    uint16_t seqs[WANTED_WINDOW];
    size_t len = wanted_due(w, now, seqs, WANTED_WINDOW, deadline, &needed), at = 0;
    text[0] = '\0';
    for (size_t i = 0; i < len; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, i ? " %d" : "%d",
                               (uint16_t)(seqs[i] - FIRST));
    return text;
}

static void come(struct wanted *w, usec now, int n)
{
    wanted_packet(w, now, FIRST + (uint32_t)n);
}

static void answer(struct wanted *w, usec now, int n)
{
    wanted_repaired(w, now, FIRST + (uint32_t)n, true);
}

// A path whose round trip is known exactly, and nothing else is.
static struct wanted measured(usec round_trip)
{
    struct wanted w = started();
    w.measured = true;
    w.round_trip = round_trip;
    return w;
}

static void nothing_is_wanted_of_a_whole_stream(void **state)
{
    (void)state;
    struct wanted w = {0};
    assert_int_equal(wanted_next(&w), USEC_NEVER);
    assert_string_equal(due(&w, 0), "");
    for (int n = 0; n < 2000; n++) {
        come(&w, n * 20 * MS, n);
        assert_string_equal(due(&w, n * 20 * MS), "");
        assert_int_equal(wanted_next(&w), USEC_NEVER);
    }
    assert_int_equal(wanted_round_trip(&w), USEC_NEVER);
}

static void a_gap_is_asked_for_at_once_and_again(void **state)
{
    (void)state;
    struct wanted w = started();
    come(&w, 20 * MS, 3);
    assert_int_equal(wanted_next(&w), 20 * MS);
    assert_string_equal(due(&w, 20 * MS), "1 2");
    assert_int_equal(wanted_next(&w), 120 * MS); // no round trip is known
    assert_string_equal(due(&w, 120 * MS - 1), "");
    wanted_repaired(&w, 60 * MS, FIRST + 1, false); // a redundant copy
    assert_string_equal(due(&w, 120 * MS), "2");
    assert_int_equal(wanted_round_trip(&w), USEC_NEVER);
    answer(&w, 125 * MS, 2);
    assert_int_equal(wanted_round_trip(&w), 105 * MS); // a guess is better than nothing
    assert_int_equal(wanted_next(&w), USEC_NEVER);
    assert_int_equal(w.stats.asked, 2);
    assert_int_equal(w.stats.asked_again, 1);
    assert_int_equal(w.stats.answered, 1);
}

static void the_round_trip_is_measured_as_rfc_6298_has_it(void **state)
{
    (void)state;
    struct wanted w = started();
    come(&w, 0, 2);
    assert_string_equal(due(&w, 0), "1");
    answer(&w, 80 * MS, 1);
    assert_int_equal(wanted_round_trip(&w), 80 * MS);
    assert_int_equal(w.variation, 40 * MS);
    come(&w, 100 * MS, 4);
    assert_string_equal(due(&w, 100 * MS), "3");
    assert_int_equal(wanted_next(&w), 340 * MS); // 80 + 4 * 40 later
    answer(&w, 140 * MS, 3);
    assert_int_equal(wanted_round_trip(&w), 75 * MS); // 7/8 80 + 1/8 40
    assert_int_equal(w.variation, 40 * MS);           // 3/4 40 + 1/4 40
    answer(&w, 150 * MS, 3);                          // a second answer says nothing
    assert_int_equal(wanted_round_trip(&w), 75 * MS);
    come(&w, 10 * USEC_SECOND, 6); // by now this is no longer known
    assert_string_equal(due(&w, 10 * USEC_SECOND), "5");
    answer(&w, 10 * USEC_SECOND + 20 * MS, 5);
    assert_int_equal(wanted_round_trip(&w), 20 * MS);
}

// An answer to a packet that was asked for twice: to which asking?
static void only_sure_answers_are_measured(void **state)
{
    (void)state;
    static const struct {
        usec came;
        usec round_trip;
    } rows[] = {
        {41 * MS + 9999, 40 * MS + (10 * MS + 999) / 8}, // too soon for the second
        {41 * MS + 20 * MS, 40 * MS},                    // may be for either
        {41 * MS + 40 * MS, 40 * MS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct wanted w = measured(40 * MS);
        come(&w, 0, 2);
        assert_string_equal(due(&w, 0), "1");
        assert_string_equal(due(&w, 41 * MS), "1");
        answer(&w, rows[i].came, 1);
        assert_int_equal(wanted_round_trip(&w), rows[i].round_trip);
    }
}

// Every packet is asked for twice, since the estimate is far too low: it comes right in the end.
static void a_round_trip_that_grew_is_learned(void **state)
{
    (void)state;
    struct wanted w = measured(20 * MS);
    usec now = 0;
    int again = 0;
    for (int n = 2; n <= 120; n += 2) {
        usec asked_at = now += USEC_SECOND;
        uint64_t before = w.stats.asked_again;
        come(&w, now, n);
        due(&w, now);
        while (wanted_next(&w) < asked_at + 90 * MS)
            due(&w, wanted_next(&w));
        answer(&w, asked_at + 90 * MS, n - 1);
        again = (int)(w.stats.asked_again - before);
    }
    assert_int_equal(again, 0);
    assert_in_range(wanted_round_trip(&w), 80 * MS, 95 * MS);
}

static void lateness_is_waited_for(void **state)
{
    (void)state;
    struct wanted w = started();
    come(&w, 0, 2);
    assert_string_equal(due(&w, 0), "1"); // for all that is known, it is lost
    answer(&w, 10 * MS, 1);
    come(&w, 30 * MS, 1); // but it came: 30 ms after the one behind it
    come(&w, 30 * MS, 1); // a double
    assert_int_equal(w.stats.late, 1);
    come(&w, 100 * MS, 4);
    assert_string_equal(due(&w, 100 * MS), "");
    assert_string_equal(due(&w, 130 * MS - 1), "");
    assert_string_equal(due(&w, 130 * MS), "3");
    come(&w, 105 * MS, 6);
    come(&w, 125 * MS, 5); // within what is known
    assert_int_equal(w.stats.late, 2);
    answer(&w, 140 * MS, 3);

    come(&w, 10 * USEC_SECOND, 8); // still remembered
    assert_string_equal(due(&w, 10 * USEC_SECOND), "");
    answer(&w, 10 * USEC_SECOND, 7);
    come(&w, 20 * USEC_SECOND, 10); // no longer
    assert_string_equal(due(&w, 20 * USEC_SECOND), "9");
}

static void lateness_is_not_waited_for_too_long(void **state)
{
    (void)state;
    struct wanted w = measured(20 * MS);
    come(&w, 0, 2);
    come(&w, 80 * MS, 1);
    come(&w, 100 * MS, 4);
    needed = 160 * MS; // an answer takes 21 ms, with the granularity of timers
    assert_string_equal(due(&w, 100 * MS), "");
    assert_int_equal(wanted_next(&w), 139 * MS);
    needed = 150 * MS; // the jitter buffer became shorter
    assert_string_equal(due(&w, 120 * MS), "");
    assert_int_equal(wanted_next(&w), 129 * MS);
    assert_string_equal(due(&w, 129 * MS), "3");
}

// A stream of which every n-th packet is lost, all of them asked for.
static usec time_after(int every, int packets, usec round_trip, usec told)
{
    struct wanted w = started();
    for (int n = 1; n < packets; n++) {
        w.measured = round_trip != USEC_NEVER;
        w.measured_at = n * 20 * MS;
        w.round_trip = round_trip;
        w.variation = 0;
        if (!every || n % every)
            come(&w, n * 20 * MS, n);
        due(&w, n * 20 * MS);
        if (every && n % every == 1)
            wanted_repaired(&w, n * 20 * MS, FIRST + (uint32_t)n - 1, false);
    }
    return wanted_time(&w, told);
}

static void the_more_is_lost_the_more_time_it_takes(void **state)
{
    static const struct {
        int every, packets;
        usec round_trip, told, time;
    } rows[] = {
        {0, 1, USEC_NEVER, USEC_NEVER, 12 * 100 * MS}, // nothing is known
        {0, 1, USEC_NEVER, 40 * MS, 12 * 60 * MS}, // only what reports say, with something to spare
        {0, 1000, USEC_NEVER, 0, 2 * 10 * MS},     // so far apart, at least
        {0, 1000, 40 * MS, 400 * MS, 2 * 41 * MS}, // what is measured is known better
        {10, 1000, 40 * MS, USEC_NEVER, 3 * 41 * MS},  {3, 1000, 40 * MS, USEC_NEVER, 5 * 41 * MS},
        {3, 1000, 0, USEC_NEVER, 5 * 10 * MS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            time_after(rows[i].every, rows[i].packets, rows[i].round_trip, rows[i].told),
            rows[i].time);
}

static void what_cannot_be_played_is_not_asked_for(void **state)
{
    (void)state;
    static const struct {
        bool known; // the round trip: 50 ms
        usec needed;
        const char *asked;
    } rows[] = {
        {true, 150 * MS, "1"},
        {true, 150 * MS - 1, ""},
        {true, 100 * MS, ""},
        {true, 10 * MS, ""},
        {true, 0, ""},
        {true, -5 * USEC_SECOND, ""},
        {true, USEC_NEVER, "1"},
        {false, 100 * MS, ""},
        {false, 100 * MS + 1, "1"},
        {false, USEC_NEVER, "1"},
        {false, 0, ""},
        {true, INT64_MIN, ""},
        {false, INT64_MIN, ""},
        {true, USEC_NEVER - 1, "1"},
        {false, USEC_NEVER - 1, "1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct wanted w = rows[i].known ? measured(50 * MS) : started();
        come(&w, 100 * MS, 2);
        needed = rows[i].needed;
        if (strcmp(due(&w, 100 * MS), rows[i].asked) != 0)
            fail_msg("row %zu: '%s'", i, due(&w, 100 * MS));
        for (usec next = wanted_next(&w); next != USEC_NEVER; next = wanted_next(&w)) {
            assert_true(next > 100 * MS && next <= needed);
            due(&w, next);
        }
        assert_int_equal(w.stats.given_up, needed != USEC_NEVER);
    }
}

static void short_of_time_the_tries_are_closer(void **state)
{
    (void)state;
    struct wanted w = measured(40 * MS);
    come(&w, 0, 2);
    needed = 150 * MS;
    assert_string_equal(due(&w, 0), "1");
    assert_int_equal(wanted_next(&w), 41 * MS); // the first answer is waited for in full
    assert_string_equal(due(&w, 41 * MS), "1");
    assert_int_equal(wanted_next(&w), 61 * MS); // then half a round trip
    for (usec at = 61 * MS; at <= 101 * MS; at += 20 * MS)
        assert_string_equal(due(&w, at), "1");
    assert_int_equal(wanted_next(&w), 150 * MS); // an answer would be too late: it is given up
    assert_int_equal(w.stats.given_up, 0);
    assert_string_equal(due(&w, 150 * MS), "");
    assert_int_equal(w.stats.given_up, 1);
}

// There is no time for a second asking after the first answer should have been there.
static void a_last_chance_is_taken(void **state)
{
    (void)state;
    struct wanted w = measured(40 * MS);
    come(&w, 0, 2);
    needed = 70 * MS;
    assert_string_equal(due(&w, 0), "1");
    assert_int_equal(wanted_next(&w), 30 * MS);
    assert_string_equal(due(&w, 30 * MS), "1");
    assert_int_equal(wanted_next(&w), 70 * MS);
}

static void an_old_round_trip_is_no_reason_not_to_ask(void **state)
{
    (void)state;
    struct wanted w = measured(90 * MS);
    come(&w, 5 * USEC_SECOND, 2);
    needed = 5 * USEC_SECOND + 80 * MS;
    assert_string_equal(due(&w, 5 * USEC_SECOND), "");
    come(&w, 5 * USEC_SECOND + 1, 4);
    assert_string_equal(due(&w, 5 * USEC_SECOND + 1), "1 3");
}

static void no_packet_is_asked_for_more_than_eight_times(void **state)
{
    (void)state;
    struct wanted w = started();
    int asked = 0;
    come(&w, 0, 2);
    for (usec next = wanted_next(&w); next != USEC_NEVER; next = wanted_next(&w))
        asked += due(&w, next)[0] == '1';
    assert_int_equal(asked, WANTED_TRIES);
    assert_int_equal(w.stats.asked + w.stats.asked_again, WANTED_TRIES);
    assert_int_equal(w.stats.given_up, 0); // it may still come, and is needed at any time
    for (int n = 3; n <= 1 + (int)WANTED_WINDOW; n++)
        come(&w, USEC_SECOND, n);
    assert_int_equal(w.stats.given_up, 1);
}

static void jumps(void **state)
{
    (void)state;
    static const struct {
        int to;
        int missing;
        int given_up;
    } rows[] = {
        {4, 1 + 1, 0},          // 1 and 3
        {255, 1 + 252, 0},      // as far as the window goes
        {257, 254, 1},          // 1 falls out
        {2 + 256, 255, 1},      // all of the window
        {2 + 257, 0, 1},        // too far
        {1000000, 0, 1},        //
        {-1, 1, 0},             // behind the first
        {-300, 1, 0},           //
        {-2000000000, 1, 0},    //
        {INT32_MAX - 10, 0, 1}, //
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct wanted w = started();
        come(&w, 0, 2);
        come(&w, 0, rows[i].to);
        assert_int_equal(w.missing, rows[i].missing);
        assert_int_equal(w.stats.given_up, rows[i].given_up);
        uint16_t seqs[300];
        assert_int_equal(wanted_due(&w, 0, seqs, 300, deadline, &needed), rows[i].missing);
        wanted_restart(&w);
        assert_int_equal(wanted_next(&w), USEC_NEVER);
        come(&w, 0, 100);
        assert_int_equal(w.missing, 0);
    }
}

static void answers_from_outside_do_nothing(void **state)
{
    (void)state;
    struct wanted w = started();
    come(&w, 0, 2);
    for (int i = 0; i < 3; i++) {
        static const int to[] = {3, 300, -600};
        answer(&w, 0, to[i]);
        answer(&w, 0, 2);
        assert_int_equal(w.missing, 1);
    }
    answer(&w, 0, 1); // an answer that nobody asked for
    assert_int_equal(w.stats.answered, 0);
    assert_int_equal(wanted_round_trip(&w), USEC_NEVER);
    struct wanted empty = {0};
    answer(&empty, 0, 1);
    assert_int_equal(empty.missing, 0);
}

static void what_does_not_fit_stays_due(void **state)
{
    (void)state;
    struct wanted w = started();
    uint16_t seqs[4];
    come(&w, 0, 11);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(wanted_next(&w), 0);
        assert_int_equal(wanted_due(&w, 0, seqs, 4, deadline, &needed), i < 2 ? 4 : 2);
        assert_int_equal(seqs[0], (uint16_t)(FIRST + 1 + 4 * i));
    }
    assert_int_equal(wanted_next(&w), 100 * MS);
}

// Every second packet of 2000 in a second is lost: there are no more messages than are allowed.
static void messages_are_few(void **state)
{
    (void)state;
    struct wanted w = started();
    int messages = 0, first_half = 0;
    for (int n = 2; n <= 2000; n += 2) {
        usec now = n * (USEC_SECOND / 2000);
        come(&w, now, n);
        messages += due(&w, now)[0] != '\0';
        assert_true(wanted_next(&w) > now);
        first_half += n == 1000 ? messages : 0;
    }
    assert_in_range(messages, 90, WANTED_PER_SECOND);
    assert_in_range(first_half, 40, 60);
}

// ---- over a path ------------------------------------------------------------------------------

#define PACKETS 20000

static struct lossy_result run(struct lossy_path path)
{
    struct lossy_result r, again;
    path.packets = PACKETS;
    path.interval = path.interval ? path.interval : 20 * MS;
    path.rate = path.rate ? path.rate : 1000000;
    path.seed = 7;
    r = lossy_run(&path);
    again = lossy_run(&path);
    assert_memory_equal(&r, &again, sizeof r);
    assert_in_range(r.messages_most, 0, WANTED_PER_SECOND);
    assert_true(r.wanted.asked + r.wanted.asked_again <= 3 * (uint64_t)path.packets);
    return r;
}

static double share(int part)
{
    return (double)part / PACKETS;
}

// Share of the packets that are there 100 ms after those that are not lost, in time.
static void most_are_there_in_time(void **state)
{
    (void)state;
    static const struct {
        double loss, loss_back;
        usec delay, jitter, interval;
        double in_time;
    } rows[] = {
        {0.01, 0.01, 10 * MS, 0, 20 * MS, 0.9999}, {0.10, 0.10, 10 * MS, 0, 20 * MS, 0.999},
        {0.30, 0.00, 10 * MS, 0, 20 * MS, 0.99},   {0.30, 0.30, 10 * MS, 0, 20 * MS, 0.96},
        {0.30, 0.30, 10 * MS, 0, 10 * MS, 0.985},  {0.10, 0.10, 10 * MS, 15 * MS, 20 * MS, 0.985},
        {0.10, 0.10, 40 * MS, 0, 20 * MS, 0.965},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct lossy_result r = run((struct lossy_path){.loss = rows[i].loss,
                                                        .loss_back = rows[i].loss_back,
                                                        .delay = rows[i].delay,
                                                        .jitter = rows[i].jitter,
                                                        .interval = rows[i].interval,
                                                        .buffer = 100 * MS});
        if (share(r.in_time) < rows[i].in_time)
            fail_msg("row %zu: %.3f %%", i, 100 * share(r.in_time));
        assert_true(r.wanted.asked <= (uint64_t)r.lost + (uint64_t)r.needless);
        assert_int_equal(r.resent.asked,
                         r.resent.resent + r.resent.refused_again + r.resent.too_old);
    }
}

static void a_clean_path_is_asked_nothing(void **state)
{
    (void)state;
    struct lossy_result r = run((struct lossy_path){.delay = 30 * MS, .buffer = 100 * MS});
    assert_int_equal(r.messages, 0);
    assert_int_equal(r.in_time, PACKETS);
}

// Nothing is lost: next to nothing of what only comes late is asked for.
static void what_is_late_is_hardly_asked_for(void **state)
{
    (void)state;
    struct lossy_result r = run((struct lossy_path){
        .delay = 10 * MS, .late = 0.05, .late_by = 30 * MS, .buffer = 100 * MS});
    assert_true(r.wanted.late > 800);
    assert_in_range(r.needless, 0, 2);
    r = run((struct lossy_path){.delay = 10 * MS, .jitter = 50 * MS, .buffer = 300 * MS});
    assert_true(r.wanted.late > 3000);
    assert_true(r.needless < (int)r.wanted.late / 50);
    assert_int_equal(r.wanted.given_up, 0);
}

// With no hurry, nearly all comes in the end; the round trip is found.
static void what_is_needed_at_any_time(void **state)
{
    (void)state;
    struct lossy_result r = run((struct lossy_path){
        .loss = 0.1, .loss_back = 0.1, .delay = 100 * MS, .jitter = 5 * MS, .buffer = USEC_NEVER});
    assert_true(share(r.in_time) > 0.999);
    assert_in_range(r.round_trip, 200 * MS, 210 * MS);
    assert_true(r.wanted.asked_again < r.wanted.asked / 3);
}

static void a_path_that_becomes_longer_or_shorter(void **state)
{
    (void)state;
    struct lossy_result r = run((struct lossy_path){.loss = 0.1,
                                                    .loss_back = 0.1,
                                                    .delay = 10 * MS,
                                                    .delay_later = 60 * MS,
                                                    .buffer = 300 * MS});
    assert_true(share(r.in_time) > 0.997);
    assert_in_range(r.round_trip, 115 * MS, 130 * MS);
    // a round trip of 150 ms leaves no time; one of 20 ms does, and that is found out
    r = run((struct lossy_path){.loss = 0.1,
                                .loss_back = 0.1,
                                .delay = 75 * MS,
                                .delay_later = 10 * MS,
                                .buffer = 100 * MS});
    assert_in_range(r.round_trip, 20 * MS, 25 * MS);
    assert_true(share(r.in_time) > 0.94);
    assert_true(r.wanted.asked > (uint64_t)r.lost / 3);
}

// Few answers are sure to be the first asking's: the estimate does not run away all the same.
static void a_path_that_loses_half(void **state)
{
    (void)state;
    struct lossy_result r = run(
        (struct lossy_path){.loss = 0.5, .loss_back = 0.5, .delay = 30 * MS, .buffer = 400 * MS});
    assert_true(share(r.in_time) > 0.925);
    assert_in_range(r.round_trip, 55 * MS, 80 * MS);
}

// A path that loses nearly everything, at the highest packet rate: all bounds hold (see run).
static void a_broken_path(void **state)
{
    (void)state;
    struct lossy_result r = run((struct lossy_path){.loss = 0.9,
                                                    .loss_back = 0.9,
                                                    .delay = 30 * MS,
                                                    .jitter = 100 * MS,
                                                    .interval = 2500,
                                                    .buffer = USEC_NEVER});
    assert_true(r.messages > 0);
    r = run((struct lossy_path){
        .loss = 0.3, .loss_back = 0.3, .delay = 10 * MS, .buffer = 100 * MS, .rate = 2000});
    assert_true(r.resent.refused_rate > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_wanted_of_a_whole_stream),
        cmocka_unit_test(a_gap_is_asked_for_at_once_and_again),
        cmocka_unit_test(the_round_trip_is_measured_as_rfc_6298_has_it),
        cmocka_unit_test(only_sure_answers_are_measured),
        cmocka_unit_test(a_round_trip_that_grew_is_learned),
        cmocka_unit_test(lateness_is_waited_for),
        cmocka_unit_test(lateness_is_not_waited_for_too_long),
        cmocka_unit_test(the_more_is_lost_the_more_time_it_takes),
        cmocka_unit_test(what_cannot_be_played_is_not_asked_for),
        cmocka_unit_test(short_of_time_the_tries_are_closer),
        cmocka_unit_test(a_last_chance_is_taken),
        cmocka_unit_test(an_old_round_trip_is_no_reason_not_to_ask),
        cmocka_unit_test(no_packet_is_asked_for_more_than_eight_times),
        cmocka_unit_test(jumps),
        cmocka_unit_test(answers_from_outside_do_nothing),
        cmocka_unit_test(what_does_not_fit_stays_due),
        cmocka_unit_test(messages_are_few),
        cmocka_unit_test(most_are_there_in_time),
        cmocka_unit_test(a_clean_path_is_asked_nothing),
        cmocka_unit_test(what_is_late_is_hardly_asked_for),
        cmocka_unit_test(what_is_needed_at_any_time),
        cmocka_unit_test(a_path_that_becomes_longer_or_shorter),
        cmocka_unit_test(a_path_that_loses_half),
        cmocka_unit_test(a_broken_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
