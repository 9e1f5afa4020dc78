// Timestamps between 48 and 8 kHz, both ways and over the wrap, in RTP and in reports.
#include "tests/test.h"

#include "call/narrow.h"
#include "media/random.h"

#include <string.h>

static uint32_t get(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void put(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t sent(struct narrow *n, uint32_t timestamp)
{
    uint8_t rtp[12] = {0x80, 0};
    put(rtp + 4, timestamp);
    narrow_sent(n, rtp, sizeof rtp);
    return get(rtp + 4);
}

static uint32_t received(uint32_t timestamp)
{
    uint8_t rtp[12] = {0x80, 0};
    put(rtp + 4, timestamp);
    narrow_received(rtp, sizeof rtp);
    return get(rtp + 4);
}

// 20 ms are 960 samples here and 160 there, also where either side wraps.
static void frames_follow_each_other(void **state)
{
    (void)state;
    static const uint32_t starts[] = {0, 1, 0xffffff00, 0x80000000, 6 * 12345};
    for (size_t s = 0; s < sizeof starts / sizeof *starts; s++) {
        struct narrow n = {0};
        uint32_t first = sent(&n, starts[s]), last = first, back = received(first);
        for (uint32_t i = 1; i < 200000; i++) { // an hour and more
            uint32_t now = sent(&n, starts[s] + 960 * i);
            assert_int_equal(now - last, 160);
            assert_int_equal(received(now) - back, 960);
            last = now;
            back = received(now);
        }
    }
}

// An SR may name a moment between packets, or before the last one.
static void time_may_go_back_a_little(void **state)
{
    (void)state;
    struct narrow n = {0};
    struct random random = {.state = 3};
    uint32_t at = 0xfffff000, first = sent(&n, at);
    int64_t true_time = 0;
    for (int i = 0; i < 10000; i++) {
        int32_t by = (int32_t)(random_u64(&random) % 20000) - 6000;
        true_time += by;
        at += (uint32_t)by;
        // rounded down to 1/8000 s, so within one unit of the difference
        int32_t error = (int32_t)(sent(&n, at) - first) - (int32_t)(true_time / 6);
        assert_true(error >= -1 && error <= 1);
    }
}

// Always down, below zero as well: else two moments that differ would be taken for one.
static void rounded_down(void **state)
{
    (void)state;
    static const struct {
        int at, from_first;
    } rows[] = {{6, 0}, {5, -1}, {0, -1}, {-1, -2}, {-6, -2}, {-7, -3}, {11, 0}, {12, 1}};
    struct narrow n = {0};
    uint32_t first = sent(&n, 6);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal((int32_t)(sent(&n, (uint32_t)rows[i].at) - first), rows[i].from_first);
}

// One compound: an SR with two report blocks, an RR with one, an SDES.
static size_t compound(uint8_t *out)
{
    memset(out, 0, 256);
    out[0] = 0x80 | 2, out[1] = 200, out[3] = 18; // 76 octets
    put(out + 16, 48000);
    put(out + 28 + 12, 600);
    put(out + 52 + 12, 1200);
    put(out + 20, 77); // packets
    uint8_t *rr = out + 76;
    rr[0] = 0x80 | 1, rr[1] = 201, rr[3] = 7; // 32 octets
    put(rr + 8 + 12, 60);
    put(rr + 8 + 8, 99); // highest number
    uint8_t *sdes = rr + 32;
    sdes[0] = 0x81, sdes[1] = 202, sdes[3] = 3;
    memset(sdes + 4, 0x55, 12);
    return 76 + 32 + 16;
}

static void reports(void **state)
{
    (void)state;
    uint8_t ours[256], theirs[256], before[256];
    struct narrow n = {0};
    size_t len = compound(ours);
    compound(theirs);
    compound(before);
    uint32_t frame = sent(&n, 48000 + 960);
    narrow_sent(&n, ours, len);
    assert_int_equal(frame - get(ours + 16), 160); // the same clock as the packets
    assert_int_equal(get(ours + 40), 100);
    assert_int_equal(get(ours + 64), 200);
    assert_int_equal(get(ours + 76 + 20), 10);
    narrow_received(theirs, len);
    assert_int_equal(get(theirs + 16), 6 * 48000);
    assert_int_equal(get(theirs + 40), 3600);
    assert_int_equal(get(theirs + 64), 7200);
    assert_int_equal(get(theirs + 76 + 20), 360);
    for (size_t i = 0; i < len; i++) { // and nothing else is touched
        bool clock = (i >= 16 && i < 20) || (i >= 40 && i < 44) || (i >= 64 && i < 68) ||
                     (i >= 96 && i < 100);
        if (!clock && (ours[i] != before[i] || theirs[i] != before[i]))
            fail_msg("octet %zu", i);
    }
}

// Any octets, in memory of their exact size.
static void octets_of_any_kind(void **state)
{
    (void)state;
    struct random random = {.state = 11};
    struct narrow n = {0};
    uint8_t data[256];
    int count = repeats(20000, 500);
    for (int i = 0; i < count; i++) {
        size_t len = compound(data);
        len = random_u64(&random) % (len + 1);
        for (int k = 0; k < 3 && len; k++)
            data[random_u64(&random) % len] = (uint8_t)random_u64(&random);
        struct guarded g = guarded_copy(data, len);
        i % 2 ? narrow_received(g.data, g.len) : narrow_sent(&n, g.data, g.len);
        guarded_free(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_follow_each_other),
        cmocka_unit_test(time_may_go_back_a_little),
        cmocka_unit_test(rounded_down),
        cmocka_unit_test(reports),
        cmocka_unit_test(octets_of_any_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
