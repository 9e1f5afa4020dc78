#include "tests/test.h"

#include "media/io/loop.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define MANY 5000

static struct loop *loop;

static int open_loop(void **state)
{
    (void)state;
    loop = loop_new();
    return loop ? 0 : -1;
}

static int close_loop(void **state)
{
    (void)state;
    loop_free(loop);
    return 0;
}

struct alarm {
    struct loop_timer timer;
    usec due, fired;
    int times;
    int order; // the how manieth it was to fire
    struct alarm *other;
};

static int fired;

static void note(void *ctx, usec now)
{
    struct alarm *a = ctx;
    a->fired = now;
    a->times++;
    a->order = fired++;
}

static void note_and_stop(void *ctx, usec now)
{
    note(ctx, now);
    loop_stop(loop);
}

static void set(struct alarm *a, void (*fire)(void *ctx, usec now), usec due)
{
    *a = (struct alarm){.due = due};
    loop_timer_init(&a->timer, loop, fire, a);
    loop_timer_set(&a->timer, due);
}

static void the_next_one_is_known(void **state)
{
    (void)state;
    struct alarm late, soon;
    assert_true(loop_next(loop) == USEC_NEVER);
    set(&late, note, loop_now() + 2 * USEC_SECOND);
    set(&soon, note, loop_now() + USEC_SECOND);
    assert_true(loop_next(loop) == soon.due);
    loop_timer_set(&soon.timer, USEC_NEVER);
    assert_true(loop_next(loop) == late.due);
    loop_timer_set(&late.timer, USEC_NEVER);
}

static void fires_in_order_and_not_before(void **state)
{
    (void)state;
    static const usec after[] = {9, 3, 7, 1, 5, 2, 8};
    struct alarm alarms[7], last;
    usec start = loop_now();
    fired = 0;
    for (int i = 0; i < 7; i++)
        set(&alarms[i], note, start + after[i] * USEC_MS);
    set(&last, note_and_stop, start + 12 * USEC_MS);
    loop_run(loop);
    assert_int_equal(last.order, 7);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(alarms[i].times, 1);
        assert_true(alarms[i].fired >= alarms[i].due);
        assert_true(alarms[i].timer.due == USEC_NEVER);
        for (int k = 0; k < 7; k++)
            assert_true(after[i] > after[k] || alarms[i].order <= alarms[k].order);
    }
}

// Less than a millisecond apart, which libuv's own timers cannot tell.
static void microseconds_count(void **state)
{
    (void)state;
    struct alarm early, late, last;
    usec start = loop_now();
    fired = 0;
    set(&late, note, start + 5300);
    set(&early, note, start + 5200);
    set(&last, note_and_stop, start + 5400);
    loop_run(loop);
    assert_int_equal(early.order, 0);
    assert_int_equal(late.order, 1);
}

static void a_past_and_a_zero_fire_at_once(void **state)
{
    (void)state;
    struct alarm past, zero, last;
    usec start = loop_now();
    set(&past, note, start - USEC_SECOND);
    set(&zero, note, 0);
    set(&last, note_and_stop, start + USEC_MS);
    loop_run(loop);
    assert_int_equal(past.times, 1);
    assert_int_equal(zero.times, 1);
    assert_true(loop_now() - start < USEC_SECOND);
}

static void again(void *ctx, usec now)
{
    struct alarm *a = ctx;
    note(a, now);
    if (a->times < 100)
        loop_timer_set(&a->timer, now); // due at once: the others get their turn all the same
}

static void re_armed_from_inside(void **state)
{
    (void)state;
    struct alarm busy, other, last;
    usec start = loop_now();
    fired = 0;
    set(&busy, again, start);
    set(&other, note, start + 1);
    set(&last, note_and_stop, start + 200 * USEC_MS);
    loop_run(loop);
    assert_int_equal(busy.times, 100);
    assert_true(other.order < 20);
}

static void forever(void *ctx, usec now)
{
    note(ctx, now);
    loop_timer_set(&((struct alarm *)ctx)->timer, 0);
}

static void cannot_starve_the_loop(void **state)
{
    (void)state;
    struct alarm busy, last;
    set(&busy, forever, 0);
    set(&last, note_and_stop, loop_now() + 20 * USEC_MS);
    loop_run(loop);
    assert_true(busy.times > 10);
    loop_timer_set(&busy.timer, USEC_NEVER);
}

static void stop_other(void *ctx, usec now)
{
    struct alarm *a = ctx;
    note(a, now);
    loop_timer_set(&a->other->timer, USEC_NEVER);
}

static void one_may_stop_another(void **state)
{
    (void)state;
    struct alarm first, second, last;
    usec start = loop_now();
    set(&first, stop_other, start + USEC_MS);
    set(&second, note, start + USEC_MS + 1);
    first.other = &second;
    set(&last, note_and_stop, start + 5 * USEC_MS);
    loop_run(loop);
    assert_int_equal(first.times, 1);
    assert_int_equal(second.times, 0);
}

static void setting_replaces(void **state)
{
    (void)state;
    struct alarm a, last;
    usec start = loop_now();
    set(&a, note, start + USEC_MS);
    loop_timer_set(&a.timer, start + 10 * USEC_MS);
    loop_timer_set(&a.timer, start + 4 * USEC_MS);
    loop_timer_set(&a.timer, start + 4 * USEC_MS);
    set(&last, note_and_stop, start + 12 * USEC_MS);
    loop_run(loop);
    assert_int_equal(a.times, 1);
    assert_true(a.fired >= start + 4 * USEC_MS);
}

static void many(void **state)
{
    (void)state;
    static struct alarm alarms[MANY], last;
    usec start = loop_now(), before = 0;
    srand(7);
    fired = 0;
    for (int i = 0; i < MANY; i++)
        set(&alarms[i], note, start + rand() % 20000);
    for (int i = 0; i < MANY; i += 3) // out of the middle of the heap
        loop_timer_set(&alarms[i].timer, USEC_NEVER);
    for (int i = 1; i < MANY; i += 3)
        loop_timer_set(&alarms[i].timer, alarms[i].due = start + rand() % 20000);
    set(&last, note_and_stop, start + 21 * USEC_MS);
    loop_run(loop);
    static usec due_by_order[MANY];
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(alarms[i].times, i % 3 != 0);
        if (alarms[i].times)
            due_by_order[alarms[i].order] = alarms[i].due;
    }
    for (int i = 0; i < fired - 1; i++) {
        assert_true(due_by_order[i] >= before);
        before = due_by_order[i];
    }
}

static void interrupted(void *ctx)
{
    (*(int *)ctx)++;
    loop_stop(loop);
}

static void a_signal_is_told(void **state)
{
    (void)state;
    int times = 0;
    struct alarm late;
    loop_on_interrupt(loop, interrupted, &times);
    set(&late, note_and_stop, loop_now() + 5 * USEC_SECOND);
    kill(getpid(), SIGTERM);
    loop_run(loop);
    assert_int_equal(times, 1);
    assert_int_equal(late.times, 0);
    loop_timer_set(&late.timer, USEC_NEVER);
}

static void clocks(void **state)
{
    (void)state;
    usec a = loop_now(), b = loop_now();
    assert_true(a > 0 && b >= a && b - a < USEC_SECOND);
    usec wall = loop_wall_clock() + loop_now();
    assert_true(wall > 1600000000 * USEC_SECOND); // after 2020
    assert_true(loop_entropy() != loop_entropy());
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_loop, close_loop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_next_one_is_known),
        TEST(fires_in_order_and_not_before),
        TEST(microseconds_count),
        TEST(a_past_and_a_zero_fire_at_once),
        TEST(re_armed_from_inside),
        TEST(cannot_starve_the_loop),
        TEST(one_may_stop_another),
        TEST(setting_replaces),
        TEST(many),
        TEST(a_signal_is_told),
        TEST(clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
