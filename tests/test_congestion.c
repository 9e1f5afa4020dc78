// Rate is given back where the round trip grows and packets are lost, and nowhere else.
#include "tests/test.h"

#include "media/random.h"
#include "sender/congestion.h"

#define MS USEC_MS

#define MOST 64000.0 // bit/s that may be used
#define RATE 50000.0 // that is

static double rate(const struct congestion *c)
{
    return congestion_rate(c, MOST);
}

#define LOST 0.125 // share of packets, where some are

static void tell(struct congestion *c, usec now, usec trip, bool losses, double sent)
{
    double lost = losses ? LOST : 0;
    struct congestion_news news = {.round_trip = trip,
                                   .lost = lost,
                                   .rate = sent,
                                   .came = 1 - lost,
                                   .through = sent * (1 - lost)};
    congestion_report(c, now, &news);
}

static void nothing_is_known(void **state)
{
    (void)state;
    struct congestion c = {0};
    assert_true(rate(&c) == MOST);
    assert_int_equal(congestion_queue(&c), 0);
    assert_false(congestion_is_full(&c));
    for (int s = 0; s < 100; s++) // a listener that measures no round trip
        tell(&c, s * USEC_SECOND, USEC_NEVER, true, RATE);
    assert_true(rate(&c) == MOST);
    assert_int_equal(congestion_queue(&c), 0);
}

// So many reports, one a second, over a queue of that length, of a sender that uses what it may.
static usec reports(struct congestion *c, usec now, int count, usec trip, bool losses)
{
    for (; count > 0; count--, now += USEC_SECOND)
        tell(c, now, trip, losses, rate(c) < RATE ? rate(c) : RATE);
    return now;
}

static void a_full_queue_gives_back_and_takes_again(void **state)
{
    (void)state;
    struct congestion c = {0};
    usec now = reports(&c, 0, 20, 50 * MS, false);
    assert_true(rate(&c) == MOST);
    now = reports(&c, now, 2, 150 * MS, true); // two alone are not believed
    assert_true(rate(&c) == MOST);
    now = reports(&c, now, 1, 150 * MS, true);
    assert_true(congestion_is_full(&c));
    assert_int_equal(congestion_queue(&c), 100 * MS);
    double given = 0.85 * (1 - LOST) * RATE; // of what came through
    assert_true(rate(&c) == given);
    now = reports(&c, now, 1, 150 * MS, true); // too early to tell
    assert_true(rate(&c) == given);
    for (usec trip = 138 * MS; trip >= 90 * MS; trip -= 12 * MS) // the queue drains: it is enough
        now = reports(&c, now, 1, trip, true);
    assert_true(rate(&c) == given);
    for (usec trip = 500 * MS; trip >= 150 * MS; trip -= 50 * MS) // it becomes shorter, but slowly
        now = reports(&c, now, 3, trip, true);
    assert_true(rate(&c) == 10000); // never nothing
    now = reports(&c, now, 1, 60 * MS, false);
    assert_true(rate(&c) > 10000 && rate(&c) < 11000);
    reports(&c, now, 100, 60 * MS, false);
    assert_true(rate(&c) == MOST);
}

// Where it was too much the last time it is gone on slowly.
static void what_was_too_much_is_remembered(void **state)
{
    (void)state;
    struct congestion c = {0};
    usec now = reports(&c, 0, 20, 50 * MS, false);
    now = reports(&c, now, 3, 150 * MS, true);
    double bears = (1 - LOST) * RATE, first = rate(&c);
    now = reports(&c, now, 1, 50 * MS, false);
    assert_true(rate(&c) / first > 1.07); // from far below it is gone on fast,
    now = reports(&c, now, 20, 50 * MS, false);
    assert_true(rate(&c) > 0.9 * bears && rate(&c) < 1.15 * bears); // then slowly,
    reports(&c, now, 40, 50 * MS, false);
    assert_true(rate(&c) ==
                MOST); // and what is borne well beyond it shows that the path has changed
}

// Pictures give back sooner, and more, than the voice beside them.
static void who_is_eager_goes_first(void **state)
{
    (void)state;
    struct congestion voice = {0}, pictures = {.eager = true};
    usec now = 0;
    for (int s = 0; s < 20; s++, now += USEC_SECOND) {
        tell(&voice, now, 50 * MS, false, RATE);
        tell(&pictures, now, 50 * MS, false, RATE);
    }
    for (int s = 0; s < 2; s++, now += USEC_SECOND) {
        tell(&voice, now, 80 * MS, false, RATE);
        tell(&pictures, now, 80 * MS, false, RATE);
    }
    assert_true(rate(&voice) == MOST);
    assert_true(rate(&pictures) < 0.71 * RATE && rate(&pictures) > 0.69 * RATE);
}

// A deep queue is left to empty, at once and nearly by itself; then all that the path bears is taken again.
static void who_is_eager_lets_a_deep_queue_empty(void **state)
{
    (void)state;
    struct congestion c = {.eager = true};
    usec now = 0;
    for (int s = 0; s < 10; s++, now += USEC_SECOND)
        tell(&c, now, 50 * MS, false, RATE);
    tell(&c, now, 250 * MS, false, RATE);
    assert_true(rate(&c) < 0.7 * RATE && rate(&c) > 0.2 * RATE);
    tell(&c, now + USEC_SECOND, 850 * MS, false, RATE);
    assert_true(rate(&c) <= 0.2 * RATE); // as little as may be
    tell(&c, now + 2 * USEC_SECOND, 50 * MS, false, RATE);
    assert_true(rate(&c) > 0.45 * RATE);
}

// The reports of the sender that round trips are measured by were lost in the same queue: what the packets tell is
// enough for who is eager, the second time where many are lost as well, and what came through is what is gone down from.
static void packets_tell_of_a_queue(void **state)
{
    (void)state;
    struct congestion voice = {0}, pictures = {.eager = true}, noise = {.eager = true};
    struct congestion_news news = {.round_trip = 50 * MS, .came = 1, .rate = RATE, .through = RATE};
    congestion_report(&voice, 0, &news);
    congestion_report(&pictures, 0, &news);
    congestion_report(&noise, 0, &news);
    assert_true(pictures.clear);
    news = (struct congestion_news){
        .round_trip = USEC_NEVER, .lost = 0.3, .came = 0.5, .rate = RATE, .through = RATE / 2};
    for (int s = 1; s < 4; s++) {
        news.trip_least = 60 * MS; // as noise does
        congestion_report(&noise, s * USEC_SECOND, &news);
        news.trip_least = 150 * MS;
        congestion_report(&voice, s * USEC_SECOND, &news);
        congestion_report(&pictures, s * USEC_SECOND, &news);
        assert_false(pictures.clear);
        assert_true(s > 1 || rate(&pictures) == MOST); // once, it may be a row of losses
        assert_true(s != 2 || (rate(&pictures) < 0.36 * RATE && rate(&pictures) > 0.3 * RATE));
    }
    assert_true(rate(&pictures) < 0.36 * RATE);
    assert_true(rate(&voice) == MOST);
    assert_true(rate(&noise) == MOST);
    assert_false(noise.clear); // no round trip says that it is not a queue
    news.round_trip = 50 * MS;
    news.trip_least = 0;
    news.came = 0.7;
    congestion_report(&noise, 4 * USEC_SECOND, &news);
    assert_true(noise.clear);
}

// Reports that follow each other closely do not make it give back again before that can have helped.
static void hurried_reports_are_one(void **state)
{
    (void)state;
    struct congestion c = {.eager = true};
    struct congestion_news news = {.round_trip = 50 * MS, .came = 1, .rate = RATE, .through = RATE};
    usec now = 0;
    congestion_report(&c, now, &news);
    news = (struct congestion_news){.round_trip = USEC_NEVER,
                                    .trip_least = 110 * MS,
                                    .lost = 0.2,
                                    .came = 0.8,
                                    .through = RATE};
    congestion_report(&c, now += USEC_SECOND, &news);
    congestion_report(&c, now += 150 * MS, &news);
    double given = c.cap;
    assert_true(given > 0);
    for (int i = 0; i < 4; i++)
        congestion_report(&c, now += 150 * MS, &news);
    assert_true(c.cap == given);
    for (int i = 0; i < 4; i++)
        congestion_report(&c, now += 400 * MS, &news);
    assert_true(c.cap < given);
}

// The voice takes every report as one.
static void the_voice_counts_every_report(void **state)
{
    (void)state;
    struct congestion c = {0};
    usec now = reports(&c, 0, 20, 50 * MS, false);
    now = reports(&c, now, 3, 150 * MS, true);
    double given = rate(&c);
    for (int i = 0; i < 3; i++)
        tell(&c, now += 300 * MS, 50 * MS, false, given);
    assert_true(rate(&c) > 1.09 * given && rate(&c) < 1.1 * given); // 1.08, and 1.006 twice
}

// One long round trip is believed when rate is to be taken: the queue begins to grow.
static void nothing_is_taken_while_the_queue_grows(void **state)
{
    (void)state;
    struct congestion c = {0};
    usec now = reports(&c, 0, 20, 50 * MS, false);
    now = reports(&c, now, 3, 150 * MS, true);
    now = reports(&c, now, 3, 50 * MS, false);
    double before = rate(&c);
    reports(&c, now, 1, 75 * MS, false);
    assert_true(rate(&c) == before);
}

static void losses_without_a_queue_are_noise(void **state)
{
    (void)state;
    struct random random = {1};
    struct congestion c = {0};
    for (int s = 0; s < 300; s++) {
        usec trip = 80 * MS + (usec)(39e3 * random_unit(&random));
        tell(&c, s * USEC_SECOND, trip, true, RATE);
        assert_true(rate(&c) == MOST);
    }
}

// Jitter well above what counts as a queue, as long as one report in three comes through quickly.
static void jitter_is_no_queue(void **state)
{
    (void)state;
    struct congestion c = {0};
    for (int s = 0; s < 300; s++)
        tell(&c, s * USEC_SECOND, s % 3 ? 300 * MS : 80 * MS, true, RATE);
    assert_true(rate(&c) == MOST);
}

// About the normal distribution, of that standard deviation.
static usec jitter_of(struct random *random, usec deviation)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += random_unit(random);
    return (usec)(sum * (double)deviation);
}

// Nor is what the packets' own jitter explains, however wide; and a queue on top of it is one still.
static void wide_jitter_is_no_queue(void **state)
{
    (void)state;
    struct random random = {7};
    for (usec deviation = 0; deviation <= 60 * MS; deviation += 10 * MS) {
        struct congestion c = {0};
        struct congestion_news news = {.lost = LOST, .rate = RATE, .jitter = deviation * 9 / 8};
        for (int s = 0; s < 1000; s++) {
            news.round_trip = 200 * MS + jitter_of(&random, deviation);
            congestion_report(&c, s * USEC_SECOND, &news);
            if (rate(&c) < MOST)
                fail_msg("%g ms: %g bit/s after %d s", usec_to_ms(deviation), rate(&c), s);
        }
        for (int s = 1000; s < 1010; s++) {
            news.round_trip = 600 * MS + jitter_of(&random, deviation);
            congestion_report(&c, s * USEC_SECOND, &news);
        }
        assert_true(rate(&c) < 0.7 * RATE);
    }
}

// A queue that loses nothing is left alone, unless it is so long that it is heard.
static void a_queue_without_losses(void **state)
{
    (void)state;
    struct congestion c = {0};
    usec now = reports(&c, 0, 5, 50 * MS, false);
    now = reports(&c, now, 5, 150 * MS, false);
    assert_true(congestion_is_full(&c));
    assert_true(rate(&c) == MOST);
    reports(&c, now, 5, 200 * MS, false);
    assert_true(rate(&c) < RATE);
}

// Between the two marks nothing moves: what was given back is neither taken again nor added to.
static void between_the_marks_it_stays(void **state)
{
    (void)state;
    struct congestion c = {0};
    usec now = reports(&c, 0, 5, 50 * MS, false);
    now = reports(&c, now, 5, 100 * MS, true);
    double given = rate(&c);
    assert_true(given < RATE);
    reports(&c, now, 10, 80 * MS, true);
    assert_true(rate(&c) == given);
}

// Nor is one that giving back does not shorten: the path has become longer, in a step, and loses as
// before.
static void what_giving_back_does_not_shorten_is_no_queue(void **state)
{
    (void)state;
    struct congestion c = {0};
    usec now = reports(&c, 0, 20, 50 * MS, true);
    now = reports(&c, now, 8, 120 * MS, true);
    assert_true(rate(&c) > 0.4 * RATE && rate(&c) < 0.5 * RATE);
    now = reports(&c, now, 20, 120 * MS, true);
    assert_true(rate(&c) > 0.9 * RATE);
    reports(&c, now, 5, 250 * MS, true); // the next queue is seen
    assert_true(rate(&c) < 0.7 * RATE);
}

// A path that has become longer for good is no queue after a minute or so.
static void a_longer_path_is_learnt(void **state)
{
    (void)state;
    struct congestion c = {0};
    usec now = reports(&c, 0, 20, 50 * MS, false);
    now = reports(&c, now, 70, 250 * MS, true);
    assert_int_equal(congestion_queue(&c), 0);
    reports(&c, now, 150, 250 * MS, true);
    assert_true(rate(&c) == MOST);
}

static void any_round_trips(void **state)
{
    (void)state;
    struct random random = {4};
    struct congestion c = {0};
    usec now = 0;
    for (int i = 0; i < 100000; i++) {
        usec trip = (usec)random_u64(&random) >> (random_u64(&random) % 60 + 3);
        now += (usec)(random_u64(&random) % (40 * USEC_SECOND));
        tell(&c, now, i % 7 ? trip < 0 ? -trip : trip : USEC_NEVER, i & 1,
             1e6 * random_unit(&random));
        assert_true(rate(&c) >= 10000 && rate(&c) <= MOST);
        assert_true(congestion_queue(&c) >= 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known),
        cmocka_unit_test(a_full_queue_gives_back_and_takes_again),
        cmocka_unit_test(what_was_too_much_is_remembered),
        cmocka_unit_test(who_is_eager_goes_first),
        cmocka_unit_test(who_is_eager_lets_a_deep_queue_empty),
        cmocka_unit_test(packets_tell_of_a_queue),
        cmocka_unit_test(hurried_reports_are_one),
        cmocka_unit_test(the_voice_counts_every_report),
        cmocka_unit_test(nothing_is_taken_while_the_queue_grows),
        cmocka_unit_test(losses_without_a_queue_are_noise),
        cmocka_unit_test(jitter_is_no_queue),
        cmocka_unit_test(wide_jitter_is_no_queue),
        cmocka_unit_test(a_queue_without_losses),
        cmocka_unit_test(between_the_marks_it_stays),
        cmocka_unit_test(what_giving_back_does_not_shorten_is_no_queue),
        cmocka_unit_test(a_longer_path_is_learnt),
        cmocka_unit_test(any_round_trips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
