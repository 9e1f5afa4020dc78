#include "tests/golden.h"

#include "media/rtcp.h"

#include <string.h>

#define SR_0     "\x80\xc8\0\6\0\0\0\1NTP-NTP-RTP-PKTSOCTS" // an SR without reports
#define RR_0     "\x80\xc9\0\1\0\0\0\2"
#define RR_BLOCK "\0\0\0\3LLLLHHHHJJJJlsr-dlsr"

// ---- packets of others -------------------------------------------------------------------------

static void parses_ffmpeg_lone_sr(void **state)
{
    (void)state;
    struct guarded g = golden("tests/data/rtcp-ffmpeg-sr.hex");
    struct rtcp_walk walk = rtcp_walk(g.data, g.len);
    struct rtcp_packet p;
    assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_int_equal(p.type, RTCP_SR);
    assert_int_equal(p.ssrc, 0x7c5a5254);
    assert_true(p.sender.ntp == 0xeead393bf26e978d);
    assert_int_equal(p.sender.rtp, 574362908);
    assert_int_equal(p.sender.packets, 0);
    assert_int_equal(p.sender.octets, 0);
    assert_int_equal(p.reports_len, 0);
    assert_null(p.cname);
    assert_int_equal(rtcp_next(&walk, &p), RTCP_END);
    assert_int_equal(rtcp_next(&walk, &p), RTCP_END);
    guarded_free(&g);
}

static void parses_gstreamer_compound(void **state)
{
    (void)state;
    struct guarded g = golden("tests/data/rtcp-gstreamer-sr-sdes-bye.hex");
    struct rtcp_walk walk = rtcp_walk(g.data, g.len);
    struct rtcp_packet p;
    assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_int_equal(p.type, RTCP_SR);
    assert_int_equal(p.sender.packets, 321);
    assert_int_equal(p.sender.octets, 5774);
    assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_int_equal(p.type, RTCP_SDES);
    assert_int_equal(p.ssrc, 0x306e9db7);
    assert_int_equal(p.cname_len, 28);
    assert_memory_equal(p.cname, "user3831487832@host-00000000", 28);
    assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_int_equal(p.type, RTCP_BYE);
    assert_true(rtcp_bye_names(&p, 0x306e9db7));
    assert_int_equal(rtcp_next(&walk, &p), RTCP_END);
    guarded_free(&g);
}

static void interop_14_sdes_chunk_without_its_zero_octet(void **state)
{
    (void)state;
    struct guarded g = golden("tests/data/rtcp-rr-sdes-unterminated.hex");
    struct rtcp_walk walk = rtcp_walk(g.data, g.len);
    struct rtcp_packet p;
    assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_int_equal(p.type, RTCP_RR);
    assert_int_equal(p.ssrc, 1);
    assert_int_equal(p.reports_len, 1);
    assert_int_equal(p.reports[0].ssrc, 0xdeadbeef);
    assert_int_equal(p.reports[0].fraction_lost, 64);
    assert_int_equal(p.reports[0].cumulative_lost, -2);
    assert_int_equal(p.reports[0].highest_seq, 0x1000a);
    assert_int_equal(p.reports[0].jitter, 48);
    assert_int_equal(p.reports[0].lsr, 0x12345678);
    assert_int_equal(p.reports[0].dlsr, 0x18000);
    assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_int_equal(p.cname_len, 6);
    assert_memory_equal(p.cname, "a.b@cd", 6);
    assert_int_equal(rtcp_next(&walk, &p), RTCP_END);
    guarded_free(&g);
}

// Where the zero octet should be stands the SSRC of the next chunk: nothing behind the CNAME is
// read.
static void interop_14_nothing_is_read_behind_the_cname(void **state)
{
    (void)state;
    static const char data[] = RR_0 "\x82\xca\0\4\0\0\0\7\1\2ab\1\xff\xff\xff\1\2cd";
    struct guarded g = guarded_copy(data, sizeof data - 1);
    struct rtcp_walk walk = rtcp_walk(g.data, g.len);
    struct rtcp_packet p;
    assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_int_equal(p.ssrc, 7);
    assert_int_equal(p.cname_len, 2);
    assert_memory_equal(p.cname, "ab", 2);
    guarded_free(&g);
}

// ---- the walk, in tables -----------------------------------------------------------------------

struct row {
    const char *what;
    const char *data;
    size_t len;
    size_t packets;          // that are handed out
    enum rtcp_status status; // that ends the walk
    bool reduced;
};

// The last one or two: the status, and whether the walk is of reduced size.
#define ROW(name, octets, handed_out, ...)                                              \
    {                                                                                   \
        .what = name, .data = octets, .len = sizeof(octets) - 1, .packets = handed_out, \
        .status = __VA_ARGS__                                                           \
    }

static void check_rows(const struct row *rows, size_t len)
{
    for (const struct row *row = rows; row != rows + len; row++) {
        struct guarded g = guarded_copy(row->data, row->len);
        struct rtcp_walk walk = rtcp_walk(g.data, g.len);
        struct rtcp_packet p;
        enum rtcp_status status = RTCP_OK;
        size_t packets = 0;
        walk.reduced = row->reduced;
        while ((status = rtcp_next(&walk, &p)) == RTCP_OK)
            packets++;
        if (status != row->status || packets != row->packets)
            fail_msg("%s: %zu packets, then %s", row->what, packets, rtcp_strstatus(status));
        assert_int_equal(rtcp_next(&walk, &p), RTCP_END);
        guarded_free(&g);
    }
}

static void interop_14_compound_begins_with_sr_or_rr(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ROW("SR", SR_0, 1, RTCP_END),
        ROW("RR", RR_0, 1, RTCP_END),
        ROW("RR, BYE", RR_0 "\x81\xcb\0\1\0\0\0\2", 2, RTCP_END),
        ROW("BYE", "\x81\xcb\0\1\0\0\0\2", 0, RTCP_FIRST),
        ROW("BYE, RR", "\x81\xcb\0\1\0\0\0\2" RR_0, 0, RTCP_FIRST),
        ROW("BYE, reduced", "\x81\xcb\0\1\0\0\0\2", 1, RTCP_END, true),
        ROW("NACK, reduced", "\x81\xcd\0\3\0\0\0\1\0\0\0\2\0\7\0\0", 1, RTCP_END, true),
    };
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void interop_13_punch_packets_are_rejected(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ROW("nothing", "", 0, RTCP_SHORT),
        ROW("go2rtc's punch on the RTCP port", "\x80\xc8\0\1", 0, RTCP_SHORT),
        ROW("go2rtc's punch on the RTP port", "\x80\0\0\0", 0, RTCP_FIRST),
        ROW("the same, reduced: a packet to skip", "\x80\0\0\0", 1, RTCP_END, true),
    };
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

// RFC 3550 appendix A.2
static void frames(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ROW("three octets", "\x80\xc9\0", 0, RTCP_SHORT),
        ROW("version 1", "\x40\xc9\0\1\0\0\0\2", 0, RTCP_VERSION),
        ROW("version 1 behind a good one", RR_0 "\x40\xc9\0\1\0\0\0\2", 0, RTCP_VERSION),
        ROW("a length past the end", RR_0 "\x81\xca\0\2\0\0\0\2", 0, RTCP_SHORT),
        ROW("two octets behind the last", RR_0 "\x80\xc9", 0, RTCP_SHORT),
        ROW("padded last", RR_0 "\xa0\xc9\0\2\0\0\0\2\0\0\0\4", 2, RTCP_END),
        ROW("padded and alone", "\xa0\xc9\0\2\0\0\0\2\0\0\0\4", 1, RTCP_END),
        ROW("padded first", "\xa0\xc9\0\2\0\0\0\2\0\0\0\4" RR_0, 0, RTCP_PADDING),
        ROW("padding of 0", "\xa0\xc9\0\2\0\0\0\2\0\0\0\0", 0, RTCP_PADDING),
        ROW("padding of 3", "\xa0\xc9\0\2\0\0\0\2\0\0\0\3", 0, RTCP_PADDING),
        ROW("padding longer than the packet", "\xa0\xc9\0\2\0\0\0\2\0\0\0\14", 0, RTCP_PADDING),
        ROW("padding without room", "\xa0\xc9\0\0", 0, RTCP_PADDING),
        ROW("padding over the SSRC", "\xa0\xc9\0\1\0\0\0\4", 0, RTCP_SHORT),
    };
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void bodies(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ROW("SR without a sender's part", "\x80\xc8\0\1\0\0\0\1", 0, RTCP_SHORT),
        ROW("RR of one report", "\x81\xc9\0\7\0\0\0\2" RR_BLOCK, 1, RTCP_END),
        ROW("RR of two, one is there", "\x82\xc9\0\7\0\0\0\2" RR_BLOCK, 0, RTCP_SHORT),
        ROW("RR of none, one is there", "\x80\xc9\0\7\0\0\0\2" RR_BLOCK, 1, RTCP_END),
        ROW("RR without an SSRC", "\x80\xc9\0\0", 0, RTCP_SHORT),
        ROW("SDES of no chunk", RR_0 "\x80\xca\0\0", 2, RTCP_END),
        ROW("SDES without its chunk", RR_0 "\x81\xca\0\0", 1, RTCP_SHORT),
        ROW("SDES, an empty chunk", RR_0 "\x81\xca\0\2\0\0\0\2\0\0\0\0", 2, RTCP_END),
        ROW("SDES, no items at all", RR_0 "\x81\xca\0\1\0\0\0\2", 2, RTCP_END),
        ROW("SDES, an item too long", RR_0 "\x81\xca\0\2\0\0\0\2\1\3ab", 1, RTCP_SHORT),
        ROW("SDES, an item without length", RR_0 "\x81\xca\0\2\0\0\0\2\2\1a\1", 1, RTCP_SHORT),
        ROW("BYE of none", RR_0 "\x80\xcb\0\0", 2, RTCP_END),
        ROW("BYE of two, one is there", RR_0 "\x82\xcb\0\1\0\0\0\2", 1, RTCP_SHORT),
        ROW("APP", RR_0 "\x80\xcc\0\2\0\0\0\2name", 2, RTCP_END),
        ROW("APP without a name", RR_0 "\x80\xcc\0\1\0\0\0\2", 1, RTCP_SHORT),
        ROW("PLI", RR_0 "\x81\xce\0\2\0\0\0\2\0\0\0\1", 2, RTCP_END),
        ROW("PLI without a target", RR_0 "\x81\xce\0\1\0\0\0\2", 1, RTCP_SHORT),
        ROW("XR of no blocks", RR_0 "\x80\xcf\0\1\0\0\0\2", 2, RTCP_END),
        ROW("XR without an SSRC", RR_0 "\x80\xcf\0\0", 1, RTCP_SHORT),
        ROW("an unknown type is handed out", RR_0 "\x9f\xdf\0\0" RR_0, 3, RTCP_END),
    };
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void a_fault_leaves_the_packet_alone(void **state)
{
    (void)state;
    struct rtcp_packet p, before;
    struct rtcp_walk walk = rtcp_walk("\x82\xc9\0\7\0\0\0\2" RR_BLOCK, 32);
    memset(&p, 0xa5, sizeof p);
    memset(&before, 0xa5, sizeof before);
    assert_int_equal(rtcp_next(&walk, &p), RTCP_SHORT);
    assert_memory_equal(&p, &before, sizeof p);
}

static void extension_of_a_profile_is_not_a_report(void **state)
{
    (void)state;
    static const char data[] = "\x81\xc9\0\x9\0\0\0\2" RR_BLOCK "profile!";
    struct guarded g = guarded_copy(data, sizeof data - 1);
    struct rtcp_walk walk = rtcp_walk(g.data, g.len);
    struct rtcp_packet p;
    assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_int_equal(p.reports_len, 1);
    assert_ptr_equal(p.body, g.data + 4);
    assert_int_equal(p.body_len, 36);
    guarded_free(&g);
}

static void cname_behind_another_item(void **state)
{
    (void)state;
    static const char data[] = RR_0 "\x82\xca\0\6\0\0\0\7\6\2gs\1\3x@y\0\0\0\0\0\0\x8\1\1z\0";
    struct guarded g = guarded_copy(data, sizeof data - 1);
    struct rtcp_walk walk = rtcp_walk(g.data, g.len);
    struct rtcp_packet p;
    assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_int_equal(p.count, 2);
    assert_int_equal(p.ssrc, 7);
    assert_int_equal(p.cname_len, 3);
    assert_memory_equal(p.cname, "x@y", 3);
    guarded_free(&g);
}

static void cname_of_a_second_chunk_is_not_taken_for_the_first(void **state)
{
    (void)state;
    static const char data[] = RR_0 "\x82\xca\0\4\0\0\0\7\2\1n\0\0\0\0\x8\1\1z\0";
    struct guarded g = guarded_copy(data, sizeof data - 1);
    struct rtcp_walk walk = rtcp_walk(g.data, g.len);
    struct rtcp_packet p;
    assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_int_equal(p.ssrc, 7);
    assert_null(p.cname);
    guarded_free(&g);
}

static void interop_17_bye_names_each_stream_that_ended(void **state)
{
    (void)state;
    static const char data[] = RR_0 "\x82\xcb\0\4\0\0\0\5\0\0\0\6\3end\0\0\0\7";
    struct guarded g = guarded_copy(data, sizeof data - 1);
    struct rtcp_walk walk = rtcp_walk(g.data, g.len);
    struct rtcp_packet p;
    assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_false(rtcp_bye_names(&p, 2)); // an RR
    assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_int_equal(p.ssrc, 5);
    assert_true(rtcp_bye_names(&p, 5));
    assert_true(rtcp_bye_names(&p, 6));
    assert_false(rtcp_bye_names(&p, 7)); // behind the reason
    assert_false(rtcp_bye_names(&p, 0));
    guarded_free(&g);
}

// ---- writing -----------------------------------------------------------------------------------

static const struct rtcp_sender sender = {
    .ntp = 0xe1b9d7f280000000, .rtp = 0xfffffc40, .packets = 1000, .octets = 80000};
static const struct rtcp_report report = {
    .ssrc = 0xdeadbeef,
    .fraction_lost = 128,
    .cumulative_lost = 10000000, // over what 24 bits hold
    .highest_seq = 0x2ffff,
    .jitter = 480,
    .lsr = 0xd7f28000,
    .dlsr = 65536,
};

static void writes_the_golden_compound(void **state)
{
    (void)state;
    struct guarded g = golden("tests/data/rtcp-sr-sdes-bye.hex");
    uint8_t out[88];
    struct writer w = writer_of(out, sizeof out);
    rtcp_write_sr(&w, 0x0badcafe, &sender, &report, 1);
    rtcp_write_sdes(&w, 0x0badcafe, "voz@x.y");
    rtcp_write_bye(&w, 0x0badcafe, "the en");
    assert_false(w.failed);
    assert_int_equal(writer_len(&w), g.len);
    assert_memory_equal(out, g.data, g.len);
    guarded_free(&g);
}

static void interop_15_cumulative_lost_is_signed_24_bits(void **state)
{
    (void)state;
    static const struct {
        const char *wire;
        int32_t lost;
        int32_t read;
    } rows[] = {
        {"\x00\x00\x00", 0, 0},
        {"\x00\x00\x01", 1, 1},
        {"\xff\xff\xff", -1, -1},
        {"\x7f\xff\xff", 0x7fffff, 0x7fffff},
        {"\x7f\xff\xff", 0x800000, 0x7fffff},
        {"\x7f\xff\xff", INT32_MAX, 0x7fffff},
        {"\x80\x00\x00", -0x800000, -0x800000},
        {"\x80\x00\x00", -0x800001, -0x800000},
        {"\x80\x00\x00", INT32_MIN, -0x800000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t out[32];
        struct writer w = writer_of(out, sizeof out);
        struct rtcp_report r = {.cumulative_lost = rows[i].lost};
        rtcp_write_rr(&w, 1, &r, 1);
        assert_memory_equal(out + 13, rows[i].wire, 3);
        struct rtcp_walk walk = rtcp_walk(out, sizeof out);
        struct rtcp_packet p;
        assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
        assert_int_equal(p.reports[0].cumulative_lost, rows[i].read);
    }
}

static void assert_same_report(const struct rtcp_report *a, const struct rtcp_report *b)
{
    assert_int_equal(a->ssrc, b->ssrc);
    assert_int_equal(a->fraction_lost, b->fraction_lost);
    assert_int_equal(a->cumulative_lost, b->cumulative_lost);
    assert_int_equal(a->highest_seq, b->highest_seq);
    assert_int_equal(a->jitter, b->jitter);
    assert_int_equal(a->lsr, b->lsr);
    assert_int_equal(a->dlsr, b->dlsr);
}

static void full_number_of_reports(void **state)
{
    (void)state;
    struct rtcp_report reports[RTCP_REPORTS_MAX];
    for (uint32_t i = 0; i < RTCP_REPORTS_MAX; i++)
        reports[i] = (struct rtcp_report){i, (uint8_t)i, -(int32_t)i, i * 3, i * 5, i * 7, i * 9};
    uint8_t out[28 + 24 * RTCP_REPORTS_MAX];
    struct writer w = writer_of(out, sizeof out);
    rtcp_write_sr(&w, 1, &sender, reports, RTCP_REPORTS_MAX);
    assert_false(w.failed);
    assert_int_equal(writer_room(&w), 0);
    struct rtcp_walk walk = rtcp_walk(out, sizeof out);
    struct rtcp_packet p;
    assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
    assert_int_equal(p.reports_len, RTCP_REPORTS_MAX);
    assert_memory_equal(&p.sender, &sender, sizeof sender);
    for (size_t i = 0; i < RTCP_REPORTS_MAX; i++)
        assert_same_report(&p.reports[i], &reports[i]);
}

// A chunk is a multiple of 4 octets and ends with 1 to 4 zero octets.
static void interop_14_written_sdes_ends_with_a_zero_octet(void **state)
{
    (void)state;
    char cname[301];
    memset(cname, 'c', sizeof cname);
    for (size_t len = 0; len < sizeof cname; len++) {
        uint8_t out[300];
        size_t kept = len < RTCP_CNAME_MAX ? len : RTCP_CNAME_MAX;
        struct writer w = writer_of(out, sizeof out);
        cname[len] = '\0';
        rtcp_write_rr(&w, 9, NULL, 0);
        rtcp_write_sdes(&w, 9, cname);
        cname[len] = 'c';
        assert_false(w.failed);
        assert_int_equal(writer_len(&w) % 4, 0);
        size_t zeros = writer_len(&w) - (8 + 4 + 4 + 2 + kept);
        assert_in_range(zeros, 1, 4);
        for (size_t i = 1; i <= zeros; i++)
            assert_int_equal(w.at[-(ptrdiff_t)i], 0);

        struct rtcp_walk walk = rtcp_walk(out, writer_len(&w));
        struct rtcp_packet p;
        assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
        assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
        assert_int_equal(p.ssrc, 9);
        assert_int_equal(p.cname_len, kept);
        assert_memory_equal(p.cname, cname, kept);
    }
}

static void writes_bye_with_and_without_reason(void **state)
{
    (void)state;
    char reason[301];
    memset(reason, 'r', sizeof reason);
    reason[300] = '\0';
    static const struct {
        size_t reason_len;
        size_t written;
    } rows[] = {{0, 12}, {3, 12}, {4, 16}, {7, 16}, {255, 264}, {300, 264}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t out[264];
        struct writer w = writer_of(out, sizeof out);
        rtcp_write_bye(&w, 5, reason + 300 - rows[i].reason_len);
        assert_false(w.failed);
        assert_int_equal(writer_len(&w), rows[i].written);
        struct rtcp_walk walk = rtcp_walk(out, writer_len(&w));
        struct rtcp_packet p;
        walk.reduced = true;
        assert_int_equal(rtcp_next(&walk, &p), RTCP_OK);
        assert_true(rtcp_bye_names(&p, 5));
        assert_int_equal(p.body[4], rows[i].reason_len < 255 ? rows[i].reason_len : 255);
    }
    uint8_t out[8];
    struct writer w = writer_of(out, sizeof out);
    rtcp_write_bye(&w, 5, NULL);
    assert_memory_equal(out, "\x81\xcb\0\1\0\0\0\5", 8);
}

static void a_packet_is_written_whole_or_not_at_all(void **state)
{
    (void)state;
    for (size_t cap = 0; cap <= 88; cap++) {
        uint8_t out[88] = {0};
        struct guarded g = guarded_copy(out, cap);
        struct writer w = writer_of(g.data, cap);
        rtcp_write_sr(&w, 0x0badcafe, &sender, &report, 1);
        rtcp_write_sdes(&w, 0x0badcafe, "voz@x.y");
        rtcp_write_bye(&w, 0x0badcafe, "the en");
        assert_int_equal(w.failed, cap < 88);
        assert_int_equal(writer_len(&w), cap < 52 ? 0 : cap < 72 ? 52 : cap < 88 ? 72 : 88);
        guarded_free(&g);
    }
}

static void each_status_has_words(void **state)
{
    (void)state;
    for (int i = RTCP_OK; i <= RTCP_FIRST; i++)
        for (int j = RTCP_OK; j < i; j++)
            assert_string_not_equal(rtcp_strstatus((enum rtcp_status)i),
                                    rtcp_strstatus((enum rtcp_status)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_ffmpeg_lone_sr),
        cmocka_unit_test(parses_gstreamer_compound),
        cmocka_unit_test(interop_14_sdes_chunk_without_its_zero_octet),
        cmocka_unit_test(interop_14_nothing_is_read_behind_the_cname),
        cmocka_unit_test(interop_14_compound_begins_with_sr_or_rr),
        cmocka_unit_test(interop_13_punch_packets_are_rejected),
        cmocka_unit_test(frames),
        cmocka_unit_test(bodies),
        cmocka_unit_test(a_fault_leaves_the_packet_alone),
        cmocka_unit_test(extension_of_a_profile_is_not_a_report),
        cmocka_unit_test(cname_behind_another_item),
        cmocka_unit_test(cname_of_a_second_chunk_is_not_taken_for_the_first),
        cmocka_unit_test(interop_17_bye_names_each_stream_that_ended),
        cmocka_unit_test(writes_the_golden_compound),
        cmocka_unit_test(interop_15_cumulative_lost_is_signed_24_bits),
        cmocka_unit_test(full_number_of_reports),
        cmocka_unit_test(interop_14_written_sdes_ends_with_a_zero_octet),
        cmocka_unit_test(writes_bye_with_and_without_reason),
        cmocka_unit_test(a_packet_is_written_whole_or_not_at_all),
        cmocka_unit_test(each_status_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
