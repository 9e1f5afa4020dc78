#include "tests/golden.h"

#include "media/rtp.h"

#include <string.h>

static void parses_ffmpeg_packet_and_writes_it_again(void **state)
{
    (void)state;
    struct guarded g = golden("tests/data/rtp-ffmpeg-opus.hex");
    struct rtp_packet p;
    assert_int_equal(rtp_parse(&p, g.data, g.len), RTP_OK);
    assert_true(p.marker);
    assert_int_equal(p.payload_type, 97);
    assert_int_equal(p.seq, 171);
    assert_int_equal(p.timestamp, 574362860);
    assert_int_equal(p.ssrc, 0x7c5a5254);
    assert_ptr_equal(p.payload, g.data + RTP_HEADER_LEN);
    assert_int_equal(p.payload_len, 50);

    uint8_t out[62];
    assert_int_equal(rtp_write(&p, out, sizeof out), sizeof out);
    assert_memory_equal(out, g.data, g.len);
    guarded_free(&g);
}

static void parses_gstreamer_packet(void **state)
{
    (void)state;
    struct guarded g = golden("tests/data/rtp-gstreamer-opus.hex");
    struct rtp_packet p;
    assert_int_equal(rtp_parse(&p, g.data, g.len), RTP_OK);
    assert_false(p.marker);
    assert_int_equal(p.payload_type, 96);
    assert_int_equal(p.seq, 30586);
    assert_int_equal(p.timestamp, 1999468279);
    assert_int_equal(p.ssrc, 0x306e9db7);
    assert_int_equal(p.payload_len, 17);
    guarded_free(&g);
}

static void interop_13_csrc_extension_and_padding_are_parsed(void **state)
{
    (void)state;
    struct guarded g = golden("tests/data/rtp-all-parts.hex");
    struct rtp_packet p;
    assert_int_equal(rtp_parse(&p, g.data, g.len), RTP_OK);
    assert_true(p.marker);
    assert_int_equal(p.payload_type, 111);
    assert_int_equal(p.seq, 0xffff);
    assert_int_equal(p.timestamp, 0xfffffc40);
    assert_int_equal(p.ssrc, 0xdeadbeef);
    assert_int_equal(p.payload_len, 3);
    assert_memory_equal(p.payload, "\xf8\xff\xfe", 3);
    guarded_free(&g);
}

// Every beginning of a packet with all parts: never OK with a payload that is not there. From 32
// octets on the parts are whole, and the last octet is read as the padding count.
static void interop_13_every_cut_is_rejected_or_inside(void **state)
{
    (void)state;
    struct guarded whole = golden("tests/data/rtp-all-parts.hex");
    for (size_t len = 0; len < whole.len; len++) {
        struct guarded g = guarded_copy(whole.data, len);
        struct rtp_packet p = {.payload_len = 12345};
        enum rtp_status status = rtp_parse(&p, g.data, g.len);
        assert_int_equal(status, len < 32 ? RTP_SHORT : RTP_PADDING);
        assert_int_equal(p.payload_len, 12345);
        guarded_free(&g);
    }
    guarded_free(&whole);
}

struct row {
    const char *what;
    const char *data;
    size_t len;
    enum rtp_status status;
    size_t payload_len;
};

#define ROW(what, data, status, payload_len)              \
    {                                                     \
        what, data, sizeof(data) - 1, status, payload_len \
    }
#define REST "\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03" // of a header, after its first two octets

static void check_rows(const struct row *rows, size_t len)
{
    for (const struct row *row = rows; row != rows + len; row++) {
        struct guarded g = guarded_copy(row->data, row->len);
        struct rtp_packet p = {0};
        enum rtp_status status = rtp_parse(&p, g.data, g.len);
        if (status != row->status || p.payload_len != row->payload_len)
            fail_msg("%s: %s, %zu octets", row->what, rtp_strstatus(status), p.payload_len);
        guarded_free(&g);
    }
}

static void interop_13_punch_packets_are_rejected(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ROW("nothing", "", RTP_SHORT, 0),
        ROW("go2rtc's punch on the RTP port", "\x80\x00\x00\x00", RTP_SHORT, 0),
        ROW("go2rtc's punch on the RTCP port", "\x80\xc8\x00\x01", RTP_SHORT, 0),
        ROW("an RR of no reports", "\x80\xc9\x00\x01\x00\x00\x00\x00", RTP_SHORT, 0),
    };
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void interop_34_ffmpeg_punch_is_a_packet_of_ssrc_0(void **state)
{
    (void)state;
    struct guarded g = guarded_copy("\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 12);
    struct rtp_packet p;
    assert_int_equal(rtp_parse(&p, g.data, g.len), RTP_OK);
    assert_int_equal(p.ssrc, 0);
    assert_int_equal(p.payload_type, 0);
    assert_int_equal(p.payload_len, 0);
    guarded_free(&g);
}

static void lengths_and_versions(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ROW("header alone", "\x80\x6f" REST, RTP_OK, 0),
        ROW("one octet less", "\x80\x6f\x00\x01\x00\x00\x00\x02\x00\x00\x00", RTP_SHORT, 0),
        ROW("version 0", "\x00\x6f" REST, RTP_VERSION, 0),
        ROW("version 1", "\x40\x6f" REST, RTP_VERSION, 0),
        ROW("version 3", "\xc0\x6f" REST, RTP_VERSION, 0),
        ROW("one CSRC", "\x81\x6f" REST "\1\1\1\1\xaa", RTP_OK, 1),
        ROW("15 CSRCs that are not there", "\x8f\x6f" REST "\1\1\1\1", RTP_SHORT, 0),
        ROW("empty extension", "\x90\x6f" REST "\xbe\xde\0\0\xaa", RTP_OK, 1),
        ROW("no room for an extension", "\x90\x6f" REST "\xbe\xde\0", RTP_SHORT, 0),
        ROW("extension of 65535 words", "\x90\x6f" REST "\xbe\xde\xff\xff\xaa", RTP_SHORT, 0),
        ROW("padding only", "\xa0\x6f" REST "\0\0\0\4", RTP_OK, 0),
        ROW("padding of one octet", "\xa0\x6f" REST "\xaa\1", RTP_OK, 1),
        ROW("padding of 0", "\xa0\x6f" REST "\xaa\0", RTP_PADDING, 0),
        ROW("padding into the header", "\xa0\x6f" REST "\xaa\3", RTP_PADDING, 0),
        ROW("padding without room", "\xa0\x6f" REST, RTP_PADDING, 0),
        ROW("padding into the extension", "\xb0\x6f" REST "\xbe\xde\0\0\xaa\3", RTP_PADDING, 0),
    };
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void interop_19_second_octet_192_to_223_is_rtcp(void **state)
{
    (void)state;
    for (int octet = 0; octet < 256; octet++) {
        uint8_t data[RTP_HEADER_LEN] = {0x80, (uint8_t)octet};
        struct rtp_packet p;
        bool reserved = (octet & 0x7f) >= 64 && (octet & 0x7f) <= 95;
        assert_int_equal(rtp_is_rtcp(data, 2), octet >= 192 && octet <= 223);
        assert_int_equal(rtp_parse(&p, data, sizeof data), reserved ? RTP_IS_RTCP : RTP_OK);
    }
    assert_false(rtp_is_rtcp("\x80", 1));
    assert_false(rtp_is_rtcp(NULL, 0));
}

static const struct rtp_packet written = {
    .marker = true,
    .payload_type = 111,
    .seq = 0x1234,
    .timestamp = 0x56789abc,
    .ssrc = 0xdeadbeef,
    .payload = (const uint8_t *)"voice",
    .payload_len = 5,
};
static const char written_octets[] = "\x80\xef\x12\x34\x56\x78\x9a\xbc\xde\xad\xbe\xefvoice";

static void writes_only_what_fits(void **state)
{
    (void)state;
    for (size_t cap = 0; cap <= 17; cap++) {
        uint8_t out[17] = {0};
        struct guarded g = guarded_copy(out, cap);
        assert_int_equal(rtp_write(&written, g.data, cap), cap == 17 ? 17 : 0);
        assert_memory_equal(g.data, cap == 17 ? written_octets : (const char *)out, cap);
        guarded_free(&g);
    }
}

static void payload_may_lie_in_the_output(void **state)
{
    (void)state;
    for (size_t at = 0; at <= 2 * RTP_HEADER_LEN; at++) {
        uint8_t out[64];
        struct rtp_packet p = written;
        memcpy(out + at, written.payload, written.payload_len);
        p.payload = out + at;
        assert_int_equal(rtp_write(&p, out, sizeof out), 17);
        assert_memory_equal(out, written_octets, 17);
    }
}

static void writes_a_packet_without_payload(void **state)
{
    (void)state;
    uint8_t out[RTP_HEADER_LEN];
    struct rtp_packet p = written;
    p.marker = false;
    p.payload = NULL;
    p.payload_len = 0;
    assert_int_equal(rtp_write(&p, out, sizeof out), RTP_HEADER_LEN);
    assert_int_equal(out[1], 111);
    assert_int_equal(rtp_parse(&p, out, sizeof out), RTP_OK);
    assert_int_equal(p.payload_len, 0);
}

static void each_status_has_words(void **state)
{
    (void)state;
    for (int i = RTP_OK; i <= RTP_IS_RTCP; i++)
        for (int j = RTP_OK; j < i; j++)
            assert_string_not_equal(rtp_strstatus((enum rtp_status)i),
                                    rtp_strstatus((enum rtp_status)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_ffmpeg_packet_and_writes_it_again),
        cmocka_unit_test(parses_gstreamer_packet),
        cmocka_unit_test(interop_13_csrc_extension_and_padding_are_parsed),
        cmocka_unit_test(interop_13_every_cut_is_rejected_or_inside),
        cmocka_unit_test(interop_13_punch_packets_are_rejected),
        cmocka_unit_test(interop_34_ffmpeg_punch_is_a_packet_of_ssrc_0),
        cmocka_unit_test(lengths_and_versions),
        cmocka_unit_test(interop_19_second_octet_192_to_223_is_rtcp),
        cmocka_unit_test(writes_only_what_fits),
        cmocka_unit_test(payload_may_lie_in_the_output),
        cmocka_unit_test(writes_a_packet_without_payload),
        cmocka_unit_test(each_status_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
