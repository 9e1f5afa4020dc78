#include "tests/test.h"

#include "media/rtcp_timer.h"

#define FACTOR 1.21828 // e - 3/2, RFC 3550 section 6.3.1

static void check(usec interval, double seconds, usec *least, usec *most)
{
    assert_true((double)interval >= seconds * 0.5e6 / FACTOR - 1);
    assert_true((double)interval <= seconds * 1.5e6 / FACTOR);
    *least = usec_min(*least, interval);
    *most = usec_max(*most, interval);
}

static void interop_16_half_to_one_and_a_half_times_5_s_the_first_half_as_long(void **state)
{
    (void)state;
    usec least_first = USEC_NEVER, most_first = 0, least = USEC_NEVER, most = 0;
    for (uint64_t seed = 0; seed < 500; seed++) {
        struct rtcp_timer t;
        usec now = 77 * USEC_SECOND;
        rtcp_timer_init(&t, now, seed, 64000);
        check(t.next - now, 2.5, &least_first, &most_first);
        for (int i = 0; i < 10; i++) {
            now = t.next;
            rtcp_timer_sent(&t, now, 60);
            rtcp_timer_received(&t, 80);
            check(t.next - now, 5, &least, &most);
        }
    }
    // and all of the range is used
    assert_true((double)(most_first - least_first) > 2.4e6 / FACTOR);
    assert_true((double)(most - least) > 4.9e6 / FACTOR);
}

// Two members share 5 % of 6 kb/s: 37.5 octets a second.
static void a_slow_session_reports_more_seldom(void **state)
{
    (void)state;
    struct rtcp_timer t;
    usec now = 0, least = USEC_NEVER, most = 0;
    rtcp_timer_init(&t, 0, 1, 6000);
    for (int i = 0; i < 300; i++) {
        now = t.next;
        rtcp_timer_sent(&t, now, 200 - 28);
    }
    assert_in_range((uint64_t)t.average_size, 198, 200);
    for (int i = 0; i < 300; i++) {
        now = t.next;
        rtcp_timer_sent(&t, now, 200 - 28);
        check(t.next - now, 2 * 200 / 37.5, &least, &most);
    }
    assert_true(most > 10 * USEC_SECOND);
}

static void same_seed_same_times(void **state)
{
    (void)state;
    struct rtcp_timer a, b;
    rtcp_timer_init(&a, 0, 5, 64000);
    rtcp_timer_init(&b, 0, 5, 64000);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(a.next, b.next);
        rtcp_timer_sent(&a, a.next, 60);
        rtcp_timer_sent(&b, b.next, 60);
    }
    rtcp_timer_init(&b, 0, 6, 64000);
    assert_int_not_equal(a.next, b.next);
}

// RFC 4585 section 3.4: a session with feedback has another least interval, within its bandwidth.
static void a_session_with_feedback_reports_more_often(void **state)
{
    (void)state;
    usec least_first = USEC_NEVER, most_first = 0, least = USEC_NEVER, most = 0;
    for (uint64_t seed = 0; seed < 500; seed++) {
        struct rtcp_timer t;
        usec now = 77 * USEC_SECOND;
        rtcp_timer_init(&t, now, seed, 64000);
        rtcp_timer_least(&t, now, USEC_SECOND);
        check(t.next - now, 0.5, &least_first, &most_first); // half the least, and 200 of 400
        for (int i = 0; i < 10; i++) {
            now = t.next;
            rtcp_timer_sent(&t, now, 60);
            rtcp_timer_received(&t, 80);
            check(t.next - now, 1, &least, &most);
        }
        for (int i = 0; i < 100; i++) { // compounds of 272 octets: 544 of 400 a second
            now = t.next;
            rtcp_timer_sent(&t, now, 272 - 28);
        }
        usec dear_least = USEC_NEVER, dear_most = 0;
        assert_in_range((uint64_t)t.average_size, 271, 272);
        check(t.next - now, 2 * t.average_size / 400, &dear_least, &dear_most);
    }
    assert_true((double)(most - least) > 0.95e6 / FACTOR);
}

// Of pictures: the first few within fractions of a second, then as before.
static void a_session_may_hurry_at_first(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct rtcp_timer t;
        usec now = 5 * USEC_SECOND, first_least = USEC_NEVER, first_most = 0;
        usec least = USEC_NEVER, most = 0, later_least = USEC_NEVER, later_most = 0;
        rtcp_timer_init(&t, now, seed, 64000);
        rtcp_timer_least(&t, now, USEC_SECOND);
        rtcp_timer_hurry(&t, now, 300 * USEC_MS, 4, 500000);
        check(t.next - now, 0.15, &first_least, &first_most);
        for (int i = 0; i < 20; i++) {
            rtcp_timer_sent(&t, now = t.next, 60);
            check(t.next - now, i < 3 ? 0.3 : 1, i < 3 ? &least : &later_least,
                  i < 3 ? &most : &later_most);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interop_16_half_to_one_and_a_half_times_5_s_the_first_half_as_long),
        cmocka_unit_test(a_slow_session_reports_more_seldom),
        cmocka_unit_test(a_session_with_feedback_reports_more_often),
        cmocka_unit_test(a_session_may_hurry_at_first),
        cmocka_unit_test(same_seed_same_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
