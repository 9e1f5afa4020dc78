// The table of packets of pictures.
#include "tests/test.h"

#include "media/random.h"
#include "receiver/frames.h"

#include <string.h>

#define INTERVAL 3600u
#define FRAMES   300u
#define FIRST    0xfffffe00u // so that the numbers turn over

static struct frames table;

// Packet `part` of `parts` of frame `n`, whose octets are all `n`.
static enum frames_put put(uint32_t seq, uint32_t n, uint32_t part, uint32_t parts, usec came)
{
    uint8_t octets[20];
    memset(octets, (int)(uint8_t)n, sizeof octets);
    octets[0] = part == 0 ? 0x10 : 0; // no extensions, S, partition 0
    octets[1] |= 1;                   // no key frame
    struct rtp_packet packet = {.marker = part + 1 == parts,
                                .seq = (uint16_t)seq,
                                .timestamp = n * INTERVAL,
                                .payload = octets,
                                .payload_len = 10 + part};
    return frames_put(&table, came, seq, &packet);
}

static uint32_t parts_of(uint32_t n)
{
    return 1 + n * 7 % 5;
}

// In any order, with doubles, some never: what is at the front is what a look at all packets says.
static void the_front_is_what_the_packets_say(void **state)
{
    (void)state;
    struct random random = {5};
    for (int round = 0; round < repeats(200, 4); round++) {
        uint32_t seq = FIRST + (uint32_t)(random_u64(&random) % 600);
        frames_restart(&table, seq);
        for (uint32_t n = 0; n < FRAMES; n++) {
            uint32_t parts = parts_of(n), come = 0, first = seq;
            bool any_after = random_u64(&random) % 2, here[5] = {0};
            if (any_after)
                assert_int_equal(put(first + parts, n + 1, 0, parts_of(n + 1), 9), FRAMES_PUT);
            for (int i = 0; i < 6; i++) {
                uint32_t part = (uint32_t)(random_u64(&random) % parts);
                assert_int_equal(put(first + part, n, part, parts, (usec)n),
                                 here[part] ? FRAMES_KNOWN : FRAMES_PUT);
                come += !here[part];
                here[part] = true;
            }
            struct frame f = frames_front(&table, INTERVAL);
            assert_true(f.any);
            assert_int_equal(f.whole, come == parts);
            assert_int_equal(f.begins, here[0]);
            assert_int_equal(f.timestamp, n * INTERVAL);
            if (come == parts)
                assert_int_equal(f.end, first + parts - 1);
            struct frames_left left = frames_leave(&table, first + parts - 1);
            assert_int_equal(left.missing, parts - come);
            assert_int_equal(left.frames, here[0]);
            assert_int_equal(put(first, n, 0, parts, 0), FRAMES_KNOWN);
            seq = first + parts;
            if (any_after) {
                assert_true(frames_has(&table, seq));
                frames_leave(&table, seq - 1 + parts_of(++n));
                seq += parts_of(n);
            }
        }
        assert_false(frames_front(&table, INTERVAL).any);
    }
}

static void what_is_missing_is_zeros(void **state)
{
    (void)state;
    uint8_t octets[64];
    frames_restart(&table, 10);
    put(10, 1, 0, 4, 0);
    put(12, 1, 2, 4, 0);
    put(13, 1, 3, 4, 0);
    struct frame f = frames_front(&table, INTERVAL);
    assert_true(f.gap && f.begins && !f.whole);
    // 9 octets of the first, as many zeros, 11, 12; each packet is one octet longer than its payload
    assert_int_equal(frames_gather(&table, f.end, octets, sizeof octets), 9 + 9 + 11 + 12);
    assert_int_equal(octets[9] | octets[17], 0);
    assert_int_equal(octets[18], 1);
    assert_int_equal(frames_gather(&table, f.end, octets, 20), 9 + 9);
}

static void a_frame_that_is_missing_whole_has_its_time(void **state)
{
    (void)state;
    frames_restart(&table, 10);
    put(12, 5, 0, 1, 77);
    struct frame f = frames_front(&table, INTERVAL);
    assert_true(f.any && f.gap && !f.begins && !f.whole);
    assert_int_equal(f.timestamp, 4 * INTERVAL);
    assert_int_equal(f.end, 11);
    assert_int_equal(f.came, 77);
}

static void it_says_what_has_no_room(void **state)
{
    (void)state;
    frames_restart(&table, FIRST);
    assert_int_equal(frames_over(&table, FIRST), 0);
    assert_int_equal(frames_over(&table, FIRST + FRAMES_PACKETS - 1), 0);
    assert_int_equal(frames_over(&table, FIRST + FRAMES_PACKETS), 1);
    assert_int_equal(frames_over(&table, FIRST + FRAMES_PACKETS + 99), 100);
    assert_int_equal(frames_over(&table, FIRST - 5), 0);
    put(FIRST, 0, 0, 1, 0);
    assert_int_equal(put(FIRST + FRAMES_PACKETS + 99, 1, 0, 1, 0), FRAMES_FULL);
    struct frames_left left = frames_leave(&table, FIRST + 99);
    assert_int_equal(left.missing, 99);
    assert_int_equal(left.frames, 1);
    assert_int_equal(put(FIRST + FRAMES_PACKETS + 99, 1, 0, 1, 0), FRAMES_PUT);
}

static void key_frames_are_found(void **state)
{
    (void)state;
    static const uint8_t key[] = {0x10, 0x10, 2, 0, 0x9d, 1, 0x2a, 64, 0, 64, 0};
    const struct rtp_packet packet = {.payload = key, .payload_len = sizeof key};
    uint32_t seq;
    frames_restart(&table, FIRST);
    put(FIRST, 0, 0, 1, 0);
    assert_false(frames_key(&table, &seq));
    assert_int_equal(frames_put(&table, 0, FIRST + 700, &packet), FRAMES_PUT);
    assert_true(frames_key(&table, &seq));
    assert_int_equal(seq, FIRST + 700);
    frames_leave(&table, FIRST + 699);
    assert_true(frames_key(&table, &seq));
    frames_leave(&table, FIRST + 700);
    assert_false(frames_key(&table, &seq));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_front_is_what_the_packets_say),
        cmocka_unit_test(what_is_missing_is_zeros),
        cmocka_unit_test(a_frame_that_is_missing_whole_has_its_time),
        cmocka_unit_test(it_says_what_has_no_room),
        cmocka_unit_test(key_frames_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
