#include "tests/test.h"

#include "media/rtx.h"

#include <string.h>

static const struct rtp_packet voice = {
    .marker = true,
    .payload_type = 96,
    .seq = 0x1234,
    .timestamp = 0x56789abc,
    .ssrc = 0xdeadbeef,
    .payload = (const uint8_t *)"voice",
    .payload_len = 5,
};
static const char voice_again[] = "\x80\xe1\xff\xff\x56\x78\x9a\xbc\x01\x02\x03\x04\x12\x34voice";

static void is_written_as_rfc_4588_has_it(void **state)
{
    (void)state;
    for (size_t cap = 0; cap <= 19; cap++) {
        struct guarded g = guarded_copy("                   ", cap);
        assert_int_equal(rtx_write(&voice, 97, 0x01020304, 0xffff, g.data, cap),
                         cap == 19 ? 19 : 0);
        assert_memory_equal(g.data, cap == 19 ? voice_again : "                   ", cap);
        guarded_free(&g);
    }
}

static void payload_may_lie_in_the_output(void **state)
{
    (void)state;
    for (size_t at = 0; at <= 30; at++) {
        uint8_t out[64];
        struct rtp_packet p = voice;
        memcpy(out + at, voice.payload, voice.payload_len);
        p.payload = out + at;
        assert_int_equal(rtx_write(&p, 97, 0x01020304, 0xffff, out, sizeof out), 19);
        assert_memory_equal(out, voice_again, 19);
    }
}

static void is_parsed_to_the_original(void **state)
{
    (void)state;
    struct guarded g = guarded_copy(voice_again, 19);
    struct rtp_packet rtx, p;
    assert_int_equal(rtp_parse(&rtx, g.data, g.len), RTP_OK);
    assert_true(rtx_parse(&rtx, 96, 0xdeadbeef, &p));
    assert_true(p.marker);
    assert_int_equal(p.payload_type, 96);
    assert_int_equal(p.seq, 0x1234);
    assert_int_equal(p.timestamp, 0x56789abc);
    assert_int_equal(p.ssrc, 0xdeadbeef);
    assert_int_equal(p.payload_len, 5);
    assert_ptr_equal(p.payload, g.data + 14);
    guarded_free(&g);
}

// A packet without payload is repeated by two octets; with fewer, nothing is repeated.
static void short_payloads(void **state)
{
    (void)state;
    for (size_t len = 0; len <= 3; len++) {
        struct guarded g = guarded_copy("\x12\x34\x56", len);
        struct rtp_packet rtx = {.seq = 7, .payload = g.data, .payload_len = len};
        struct rtp_packet p = {.payload_len = 12345};
        assert_int_equal(rtx_parse(&rtx, 96, 1, &p), len >= 2);
        assert_int_equal(p.payload_len, len >= 2 ? len - 2 : 12345);
        assert_int_equal(p.seq, len >= 2 ? 0x1234 : 0);
        guarded_free(&g);
    }
    uint8_t out[14];
    struct rtp_packet rtx = {0}, p = {.seq = 9}; // without payload, and no pointer to one
    assert_false(rtx_parse(&rtx, 96, 1, &p));
    assert_int_equal(rtx_write(&p, 97, 2, 3, out, sizeof out), sizeof out);
    assert_memory_equal(out + 12, "\0\x09", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_written_as_rfc_4588_has_it),
        cmocka_unit_test(payload_may_lie_in_the_output),
        cmocka_unit_test(is_parsed_to_the_original),
        cmocka_unit_test(short_payloads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
