// What was concealed is counted as late once, when its packet comes, and not if it was silence.
#include "tests/numbered.h"

#include "media/gap.h"

static void a_packet_that_comes_finds_what_was_concealed_for_it(void **state)
{
    (void)state;
    static struct gap g;
    struct playout_packet p = packet(7, 0);
    assert_int_equal(gap_came(&g, &p), 0);
    gap_conceal(&g, p.seq, p.time, 120);
    gap_conceal(&g, p.seq, p.time + 120, 240);
    assert_int_equal(gap_came(&g, &p), 360);
    assert_int_equal(gap_came(&g, &p), 0); // once
    gap_conceal(&g, p.seq, p.time, 480);
    assert_int_equal(gap_came(&g, &p), 480);
}

static void what_lies_outside_of_its_time_is_not_its_own(void **state)
{
    (void)state;
    static struct gap g;
    struct playout_packet p = packet(7, 0);
    gap_conceal(&g, p.seq, p.time - 120, 120);
    assert_int_equal(gap_came(&g, &p), 0);
    struct playout_packet later = packet(8, 0);
    gap_conceal(&g, later.seq, later.time + FRAME, 120);
    assert_int_equal(gap_came(&g, &later), 0);
}

static void only_the_last_packets_are_remembered(void **state)
{
    (void)state;
    static struct gap g;
    for (int n = 0; n <= (int)GAP_PACKETS; n++) {
        struct playout_packet p = packet(n, 0);
        gap_conceal(&g, p.seq, p.time, 100 + n);
    }
    for (int n = 0; n <= (int)GAP_PACKETS; n++) {
        struct playout_packet p = packet(n, 0);
        assert_int_equal(gap_came(&g, &p), n ? 100 + n : 0);
    }
}

static void what_is_cleared_is_forgotten(void **state)
{
    (void)state;
    static struct gap g;
    for (int n = 0; n < 10; n++) {
        struct playout_packet p = packet(n, 0);
        gap_conceal(&g, p.seq, p.time, 120);
    }
    gap_clear(&g, packet(3, 0).seq, 4);
    for (int n = 0; n < 10; n++) {
        struct playout_packet p = packet(n, 0);
        assert_int_equal(gap_came(&g, &p), n < 3 || n > 6 ? 120 : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_that_comes_finds_what_was_concealed_for_it),
        cmocka_unit_test(what_lies_outside_of_its_time_is_not_its_own),
        cmocka_unit_test(only_the_last_packets_are_remembered),
        cmocka_unit_test(what_is_cleared_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
