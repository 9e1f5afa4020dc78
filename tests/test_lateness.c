// What the voice has to wait for its pictures.
#include "tests/test.h"

#include "media/random.h"
#include "media/vp8_payload.h"
#include "receiver/lateness.h"

#define FRAMES   5000
#define INTERVAL (40 * USEC_MS)

// Both streams begin at once; the voice is heard `wait` after it was said, on a path without delay.
static struct lipsync heard(usec wait)
{
    struct lipsync l;
    lipsync_init(&l, 48000, 90000);
    lipsync_begins(&l, 0, 0);
    lipsync_heard(&l, 0, wait, wait);
    return l;
}

// Pictures that come so late, and in so many percent of the cases so late. The voice follows. Returns the share that
// came too late in the second half.
static double late_share(usec usual, usec seldom, int percent, usec *wait)
{
    struct lateness l = {0};
    struct random random = {.state = 7};
    int late = 0;
    for (uint32_t n = 0; n < FRAMES; n++) {
        usec now = lateness_wait(&l, INTERVAL);
        struct lipsync sync = heard(now);
        usec took = (int)(random_u64(&random) % 100) < percent ? seldom : usual;
        lateness_picture(&l, &sync, n * 3600, n * INTERVAL + took);
        late += n >= FRAMES / 2 && took > now;
    }
    *wait = lateness_wait(&l, INTERVAL);
    return late / (FRAMES / 2.0);
}

static void nothing_known_is_one_interval(void **state)
{
    (void)state;
    struct lateness l = {0};
    struct lipsync silent;
    lipsync_init(&silent, 48000, 90000);
    assert_int_equal(lateness_wait(&l, INTERVAL), INTERVAL);
    lateness_picture(&l, NULL, 0, USEC_SECOND);
    lateness_picture(&l, &silent, 0, USEC_SECOND);
    assert_int_equal(lateness_wait(&l, INTERVAL), INTERVAL);
}

static void all_but_a_few_are_in_time(void **state)
{
    (void)state;
    static const struct {
        usec usual, seldom;
        int percent;
        usec least, most; // of the wait
    } rows[] = {
        {32, 32, 0, 40, 42},     // in their time
        {32, 120, 10, 110, 140}, // repaired
        {32, 300, 50, 290, 320}, // over a long path
        {90, 90, 0, 80, 110},    // all of them
        {32, 900, 20, 40, 42},   // never worth the wait
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        usec wait;
        double late =
            late_share(rows[i].usual * USEC_MS, rows[i].seldom * USEC_MS, rows[i].percent, &wait);
        assert_in_range(wait, rows[i].least * USEC_MS, rows[i].most * USEC_MS);
        if (rows[i].seldom <= 400 && late > 0.03)
            fail_msg("row %zu: %.3f are late", i, late);
    }
}

static void it_falls_when_the_path_is_good_again(void **state)
{
    (void)state;
    struct lateness l = {.wait = LATENESS_MOST};
    for (uint32_t n = 0; n < 2 * LATENESS_BLOCK; n++) { // some seconds
        struct lipsync sync = heard(lateness_wait(&l, INTERVAL));
        lateness_picture(&l, &sync, n * 3600, n * INTERVAL + 32 * USEC_MS);
    }
    assert_in_range(lateness_wait(&l, INTERVAL), INTERVAL, INTERVAL + 2 * USEC_MS);
    assert_int_equal(lateness_wait(&l, USEC_SECOND), LATENESS_LEAST);
}

// The voice waits 40 ms. Of pictures that come in time, one that is 100 ms late is not seen; where all are late,
// or the voice does not wait as it was asked to, it is.
static void only_what_is_out_of_step_is_odd(void **state)
{
    (void)state;
    static const struct {
        usec learnt, late;
        bool odd;
    } rows[] = {
        {0, 0, false},  {0, 19, false},  {0, 21, true},     {40, 100, true},
        {59, 21, true}, {60, 21, false}, {300, 100, false}, {0, -100, false},
    };
    const struct lipsync sync = heard(40 * USEC_MS);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct lateness l = {.usual = rows[i].learnt * USEC_MS};
        usec now = USEC_SECOND + (40 + rows[i].late) * USEC_MS;
        assert_int_equal(lateness_is_odd(&l, &sync, VP8_RTP_RATE, now), rows[i].odd);
        assert_false(lateness_is_odd(&l, NULL, VP8_RTP_RATE, now));
    }
}

// What is usual is what half of them take, also where that is longer than any wait.
static void usual_is_what_half_of_them_take(void **state)
{
    (void)state;
    static const struct {
        usec often, else_;
        int percent; // of those that take else_
        usec usual;
    } rows[] = {{32, 300, 30, 32}, {32, 300, 70, 300}, {700, 700, 0, 700}, {900, 20, 30, 900}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct lateness l = {0};
        struct random random = {.state = 3};
        const struct lipsync sync = heard(40 * USEC_MS);
        for (uint32_t n = 0; n < FRAMES; n++) {
            bool rare = (int)(random_u64(&random) % 100) < rows[i].percent;
            usec took = rare ? rows[i].else_ : rows[i].often;
            lateness_picture(&l, &sync, n * 3600, n * INTERVAL + took * USEC_MS);
        }
        assert_in_range(l.usual, (rows[i].usual - 20) * USEC_MS, (rows[i].usual + 20) * USEC_MS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_known_is_one_interval),
        cmocka_unit_test(all_but_a_few_are_in_time),
        cmocka_unit_test(usual_is_what_half_of_them_take),
        cmocka_unit_test(only_what_is_out_of_step_is_odd),
        cmocka_unit_test(it_falls_when_the_path_is_good_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
