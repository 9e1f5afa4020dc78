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

// A copy says its time: the packet that was concealed there, and no other.
static void a_time_finds_the_packet(void **state)
{
    (void)state;
    static struct gap g;
    uint32_t seq = 0;
    assert_false(gap_at(&g, 0, FRAME, &seq)); // nothing was concealed
    for (int n = 20; n < 30; n += 3)
        for (int part = 0; part < FRAME; part += 120)
            gap_conceal(&g, packet(n, 0).seq, packet(n, 0).time + part, 120);
    for (int n = 15; n < 35; n++) {
        bool concealed = n >= 20 && n < 30 && (n - 20) % 3 == 0;
        assert_int_equal(gap_at(&g, packet(n, 0).time, FRAME, &seq), concealed);
        if (concealed)
            assert_int_equal(seq, packet(n, 0).seq);
    }
    gap_clear(&g, packet(20, 0).seq, 1);
    assert_false(gap_at(&g, packet(20, 0).time, FRAME, &seq));
}

// Where only the end of a packet was concealed, that is its as well.
static void a_part_is_enough(void **state)
{
    (void)state;
    static struct gap g;
    uint32_t seq = 0;
    gap_conceal(&g, packet(5, 0).seq, packet(5, 0).time + 600, 360);
    assert_true(gap_at(&g, packet(5, 0).time, FRAME, &seq));
    assert_int_equal(seq, packet(5, 0).seq);
    assert_false(gap_at(&g, packet(4, 0).time, FRAME, &seq));
}

static void what_was_had_otherwise_is_known_once(void **state)
{
    (void)state;
    static struct gap g;
    struct playout_packet p = packet(7, 0);
    assert_false(gap_repaired(&g, p.seq));
    gap_conceal(&g, p.seq, p.time, 480);
    assert_true(gap_repaired(&g, p.seq));
    assert_false(gap_repaired(&g, p.seq));
    assert_false(gap_repaired(&g, p.seq + GAP_PACKETS));
    gap_conceal(&g, p.seq, p.time + 480, 480); // the rest of it
    assert_false(gap_repaired(&g, p.seq));
    assert_int_equal(gap_came(&g, &p), FRAME);
}

// A silence lay where the packet was taken to be; it was lost later.
static void a_silence_is_not_the_packet(void **state)
{
    (void)state;
    static struct gap g;
    uint32_t seq = 0;
    struct playout_packet p = packet(7, 0);
    gap_conceal(&g, p.seq, p.time - 5 * FRAME, FRAME);
    gap_conceal(&g, p.seq, p.time, 480);
    assert_true(gap_at(&g, p.time, FRAME, &seq));
    assert_int_equal(gap_came(&g, &p), 480);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_that_comes_finds_what_was_concealed_for_it),
        cmocka_unit_test(what_lies_outside_of_its_time_is_not_its_own),
        cmocka_unit_test(only_the_last_packets_are_remembered),
        cmocka_unit_test(what_is_cleared_is_forgotten),
        cmocka_unit_test(a_time_finds_the_packet),
        cmocka_unit_test(a_part_is_enough),
        cmocka_unit_test(what_was_had_otherwise_is_known_once),
        cmocka_unit_test(a_silence_is_not_the_packet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
