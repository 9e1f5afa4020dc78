#include "tests/test.h"

#include "receiver/tempo.h"

#define MOST 90000u // a second

static uint32_t after(struct tempo *t, const uint32_t *times, int count)
{
    for (int i = 0; i < count; i++)
        tempo_frame(t, (uint32_t)i * 3, (uint32_t)i * 3 + 2, times[i], true, MOST);
    return t->interval;
}

static void two_frames_tell(void **state)
{
    (void)state;
    struct tempo t = {.interval = 3600};
    assert_int_equal(after(&t, (const uint32_t[]){UINT32_MAX - 100, 4399}, 2), 4500); // it wraps
}

static void frames_that_were_left_out_do_not_count(void **state)
{
    (void)state;
    struct tempo t = {.interval = 3600};
    static const uint32_t times[] = {0, 3000, 6000, 12000, 15000, 21000, 24000};
    assert_int_equal(after(&t, times, 7), 3000);
}

static void a_slower_film_is_learnt(void **state)
{
    (void)state;
    struct tempo t = {.interval = 3600};
    uint32_t times[12] = {0, 3000};
    for (int i = 2; i < 12; i++)
        times[i] = times[i - 1] + 9000;
    assert_int_equal(after(&t, times, 9), 3000);
    t = (struct tempo){.interval = 3600};
    assert_int_equal(after(&t, times, 12), 9000);
}

static void what_is_not_in_a_row_tells_nothing(void **state)
{
    (void)state;
    struct tempo t = {.interval = 3600};
    tempo_frame(&t, 0, 2, 0, true, MOST);
    tempo_frame(&t, 4, 5, 1000, true, MOST); // packet 3 is missing
    assert_int_equal(t.interval, 3600);
    tempo_frame(&t, 6, 7, 2000, false, MOST); // its beginning is
    assert_int_equal(t.interval, 1000);
    tempo_frame(&t, 8, 9, 2500, true, MOST);
    assert_int_equal(t.interval, 1000);
    tempo_frame(&t, 10, 11, 2500, true, MOST); // no time has passed
    tempo_frame(&t, 12, 13, 2500 + MOST, true, MOST);
    assert_int_equal(t.interval, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_frames_tell),
        cmocka_unit_test(frames_that_were_left_out_do_not_count),
        cmocka_unit_test(a_slower_film_is_learnt),
        cmocka_unit_test(what_is_not_in_a_row_tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
