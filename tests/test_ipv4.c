// Headers written by ourselves, against a packet that a kernel wrote, and what is not to be read.
#include "tests/test.h"

#include "lab/ipv4.h"
#include "media/random.h"

#include <string.h>

// What Linux sent from 10.77.0.2 port 42193 to 10.77.0.1 port 4480: "speech".
static const uint8_t golden[] = {0x45, 0x00, 0x00, 0x22, 0x31, 0x4b, 0x00, 0x00, 0x40,
                                 0x11, 0x34, 0xe4, 0x0a, 0x4d, 0x00, 0x02, 0x0a, 0x4d,
                                 0x00, 0x01, 0xa4, 0xd1, 0x11, 0x80, 0x00, 0x0e, 0xf8,
                                 0xa5, 's',  'p',  'e',  'e',  'c',  'h'};
static const struct udp_ends ends = {0x0a4d0002, 0x0a4d0001, 42193, 4480};

static void as_the_kernel_writes_it(void **state)
{
    (void)state;
    uint8_t out[sizeof golden];
    assert_int_equal(ipv4_udp_write(&ends, 0x314b, "speech", 6, out, sizeof out), sizeof golden);
    assert_memory_equal(out, golden, sizeof golden);
    assert_int_equal(ipv4_udp_write(&ends, 0x314b, "speech", 6, out, sizeof out - 1), 0);
}

static void longer_than_a_packet_can_be(void **state)
{
    (void)state;
    static uint8_t payload[70000], out[80000];
    assert_int_equal(ipv4_udp_write(&ends, 0, payload, 65507, out, sizeof out), 65535);
    assert_int_equal(ipv4_udp_write(&ends, 0, payload, 65508, out, sizeof out), 0);
    assert_int_equal(ipv4_udp_write(&ends, 0, payload, 70000, out, sizeof out), 0);
}

// What is written is read again, whatever it is, and with any bit of it changed it is not.
static void what_is_written_is_read(void **state)
{
    (void)state;
    struct random seed = {5};
    for (int round = 0; round < repeats(2000, 50); round++) {
        uint8_t payload[64], out[128];
        const uint8_t *found;
        size_t len = random_u64(&seed) % sizeof payload, found_len;
        struct udp_ends in = {(uint32_t)random_u64(&seed), (uint32_t)random_u64(&seed),
                              (uint16_t)random_u64(&seed), (uint16_t)random_u64(&seed)};
        struct udp_ends read;
        for (size_t i = 0; i < len; i++)
            payload[i] = (uint8_t)random_u64(&seed);
        size_t octets = ipv4_udp_write(&in, (uint16_t)round, payload, len, out, sizeof out);
        assert_int_equal(octets, 28 + len);
        struct guarded g = guarded_copy(out, octets);
        assert_true(ipv4_udp_read(&read, &found, &found_len, g.data, g.len));
        assert_memory_equal(&read, &in, sizeof in);
        assert_int_equal(found_len, len);
        assert_memory_equal(found, payload, len);
        g.data[random_u64(&seed) % octets] ^= (uint8_t)(1 << random_u64(&seed) % 8);
        assert_false(ipv4_udp_read(&read, &found, &found_len, g.data, g.len));
        guarded_free(&g);
    }
}

// A sum of 0 would say that there is none, so it is written as 0xffff, which is the same number.
static void a_checksum_of_zero(void **state)
{
    (void)state;
    int all_ones = 0;
    for (unsigned x = 0; x < 65536; x++) {
        const uint8_t payload[2] = {(uint8_t)(x >> 8), (uint8_t)x};
        uint8_t out[30];
        struct udp_ends read;
        const uint8_t *found;
        size_t len;
        assert_int_equal(ipv4_udp_write(&ends, 0, payload, 2, out, sizeof out), sizeof out);
        assert_false(out[26] == 0 && out[27] == 0);
        if (out[26] == 0xff && out[27] == 0xff)
            all_ones += ipv4_udp_read(&read, &found, &len, out, sizeof out);
    }
    assert_int_equal(all_ones, 1);
}

static void cut_off_or_something_else(void **state)
{
    (void)state;
    struct udp_ends read;
    const uint8_t *payload;
    size_t payload_len;
    for (size_t len = 0; len < sizeof golden; len++) {
        struct guarded g = guarded_copy(golden, len);
        assert_false(ipv4_udp_read(&read, &payload, &payload_len, g.data, g.len));
        guarded_free(&g);
    }
    struct random seed = {6};
    for (int round = 0; round < repeats(20000, 500); round++) {
        uint8_t junk[48];
        for (size_t i = 0; i < sizeof junk; i++)
            junk[i] = (uint8_t)random_u64(&seed);
        junk[0] = 0x40 | (junk[0] & 15);
        struct guarded g = guarded_copy(junk, sizeof junk);
        ipv4_udp_read(&read, &payload, &payload_len, g.data, g.len); // stays within it
        guarded_free(&g);
    }
    // Without a checksum, as one may (RFC 768); a link that pads is none of ours.
    uint8_t padded[sizeof golden + 6] = {0};
    memcpy(padded, golden, sizeof golden);
    padded[26] = padded[27] = 0;
    assert_true(ipv4_udp_read(&read, &payload, &payload_len, padded, sizeof padded));
    assert_int_equal(payload_len, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_the_kernel_writes_it),   cmocka_unit_test(longer_than_a_packet_can_be),
        cmocka_unit_test(what_is_written_is_read),   cmocka_unit_test(a_checksum_of_zero),
        cmocka_unit_test(cut_off_or_something_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
