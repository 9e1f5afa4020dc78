#include "tests/golden.h"

#include "media/random.h"
#include "media/rtcp_xr.h"

#include <string.h>

static struct rtcp_packet packet_of(const uint8_t *body, size_t len)
{
    return (struct rtcp_packet){.type = RTCP_XR, .body = body, .body_len = len};
}

// ---- the golden packet -------------------------------------------------------------------------

static const char trace[] = "++++++++++++++++++++-++-+-++++--+++-----"; // what came

static const struct rtcp_xr_dlrr answer = {.ssrc = 1, .lrr = 0x12345678, .dlrr = 0x18000};

static const struct rtcp_xr_voip voip = {
    .ssrc = 0xdeadbeef,
    .loss_rate = 26,
    .discard_rate = 5,
    .burst_density = 64,
    .gap_density = 3,
    .burst_ms = 180,
    .gap_ms = 5000,
    .round_trip_ms = 50,
    .end_system_ms = 120,
    .signal_dbm0 = -20,
    .noise_dbm0 = -61,
    .rerl_db = RTCP_XR_UNAVAILABLE,
    .gmin = 16,
    .r_factor = 80,
    .external_r = RTCP_XR_UNAVAILABLE,
    .mos_lq = 40,
    .mos_cq = 38,
    .plc = RTCP_XR_PLC_ENHANCED,
    .jba = RTCP_XR_JBA_ADAPTIVE,
    .jb_rate = 2,
    .jb_nominal_ms = 60,
    .jb_maximum_ms = 100,
    .jb_absolute_ms = 500,
};

static size_t came_of(const char *text, bool *came)
{
    size_t count = strlen(text);
    for (size_t i = 0; i < count; i++)
        came[i] = text[i] == '+';
    return count;
}

// The runs of a block as text: '+' came, '-' lost, ' ' not said, from begin_seq on.
static void text_of(struct rtcp_xr_loss *loss, char *text, size_t max)
{
    struct rtcp_xr_run run;
    memset(text, ' ', max);
    text[max] = 0;
    while (rtcp_xr_loss_next(loss, &run))
        for (uint16_t i = 0; i < run.count; i++) {
            uint16_t at = (uint16_t)(run.seq + i * run.step - loss->begin_seq);
            assert_true(at < max);
            assert_int_equal(text[at], ' ');
            text[at] = run.came ? '+' : '-';
        }
    assert_false(rtcp_xr_loss_next(loss, &run));
}

static void writes_the_golden_packet(void **state)
{
    (void)state;
    struct guarded g = golden("tests/data/rtcp-rr-xr.hex");
    bool came[40];
    uint8_t out[100];
    struct writer w = writer_of(out, sizeof out);
    rtcp_write_rr(&w, 0x0badcafe, NULL, 0);
    uint8_t *xr = rtcp_xr_begin(&w, 0x0badcafe);
    rtcp_xr_write_loss(&w, 0xdeadbeef, 0xfffa, came, came_of(trace, came));
    rtcp_xr_write_reference(&w, 0xe1b9d7f280000000);
    rtcp_xr_write_dlrr(&w, &answer, 1);
    rtcp_xr_write_voip(&w, &voip);
    rtcp_xr_end(&w, xr);
    assert_false(w.failed);
    assert_int_equal(writer_len(&w), g.len);
    assert_memory_equal(out, g.data, g.len);
    guarded_free(&g);
}

static void reads_the_golden_packet(void **state)
{
    (void)state;
    struct guarded g = golden("tests/data/rtcp-rr-xr.hex");
    struct rtcp_walk compound = rtcp_walk(g.data, g.len);
    struct rtcp_packet p;
    struct rtcp_xr_block b;
    struct rtcp_xr_dlrr d;
    char text[40 + 1];
    assert_int_equal(rtcp_next(&compound, &p), RTCP_OK);
    assert_int_equal(rtcp_next(&compound, &p), RTCP_OK);
    assert_int_equal(p.ssrc, 0x0badcafe);
    struct rtcp_xr_walk walk = rtcp_xr_walk(&p);

    assert_int_equal(rtcp_xr_next(&walk, &b), RTCP_XR_OK);
    assert_int_equal(b.type, RTCP_XR_LOSS);
    assert_int_equal(b.loss.ssrc, 0xdeadbeef);
    assert_int_equal(b.loss.begin_seq, 0xfffa);
    assert_int_equal(b.loss.end_seq, 34);
    text_of(&b.loss, text, 40);
    assert_string_equal(text, trace);

    assert_int_equal(rtcp_xr_next(&walk, &b), RTCP_XR_OK);
    assert_int_equal(b.type, RTCP_XR_REFERENCE);
    assert_true(b.ntp == 0xe1b9d7f280000000);

    assert_int_equal(rtcp_xr_next(&walk, &b), RTCP_XR_OK);
    assert_int_equal(b.type, RTCP_XR_DLRR);
    assert_true(rtcp_xr_dlrr_next(&b.dlrrs, &d));
    assert_memory_equal(&d, &answer, sizeof d);
    assert_false(rtcp_xr_dlrr_next(&b.dlrrs, &d));

    assert_int_equal(rtcp_xr_next(&walk, &b), RTCP_XR_OK);
    assert_int_equal(b.type, RTCP_XR_VOIP);
    assert_memory_equal(&b.voip, &voip, sizeof voip);

    assert_int_equal(rtcp_xr_next(&walk, &b), RTCP_XR_END);
    assert_int_equal(rtcp_xr_next(&walk, &b), RTCP_XR_END);
    guarded_free(&g);
}

// ---- the walk ----------------------------------------------------------------------------------

#define SSRC      "\0\0\0\1"
#define REFERENCE "\4\0\0\2NTP-time"
#define UNKNOWN   "\6\xff\0\1sum-"
#define LOSS      "\1\0\0\3\0\0\0\2\0\1\0\3\0\2\0\0"
#define VOIP_28   "1234567890123456789012345678" // all but the last word of VoIP Metrics

static void blocks(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        const char *body;
        size_t len;
        size_t blocks; // that are handed out
        enum rtcp_xr_status status;
    } rows[] = {
#define ROW(what, body, blocks, status) {what, body, sizeof(body) - 1, blocks, status}
        ROW("no blocks", SSRC, 0, RTCP_XR_END),
        ROW("not even an SSRC", "", 0, RTCP_XR_END),
        ROW("one", SSRC REFERENCE, 1, RTCP_XR_END),
        ROW("two of a type", SSRC REFERENCE REFERENCE, 2, RTCP_XR_END),
        ROW("reserved bits are set", SSRC "\4\xff\0\2NTP-time", 1, RTCP_XR_END),
        ROW("unknown, alone", SSRC UNKNOWN, 0, RTCP_XR_END),
        ROW("unknown, empty", SSRC "\xff\0\0\0", 0, RTCP_XR_END),
        ROW("unknown, around a known one", SSRC UNKNOWN REFERENCE UNKNOWN, 1, RTCP_XR_END),
        ROW("unknown, too long", SSRC REFERENCE "\6\0\0\2sum-", 1, RTCP_XR_SHORT),
        ROW("too long", SSRC LOSS "\4\0\0\3NTP-time", 1, RTCP_XR_SHORT),
        ROW("a header that is cut", SSRC REFERENCE "\4\0\0", 1, RTCP_XR_SHORT),
        ROW("loss", SSRC LOSS, 1, RTCP_XR_END),
        ROW("loss, no chunks", SSRC "\1\0\0\2\0\0\0\2\0\1\0\3", 1, RTCP_XR_END),
        ROW("loss, no range", SSRC "\1\0\0\1\0\0\0\2" REFERENCE, 0, RTCP_XR_LENGTH),
        ROW("loss, empty", SSRC "\1\0\0\0", 0, RTCP_XR_LENGTH),
        ROW("reference of one word", SSRC "\4\0\0\1NTP-" REFERENCE, 0, RTCP_XR_LENGTH),
        ROW("reference of three", SSRC LOSS "\4\0\0\3NTP-time...." REFERENCE, 1, RTCP_XR_LENGTH),
        ROW("DLRR of none", SSRC "\5\0\0\0" LOSS, 2, RTCP_XR_END),
        ROW("DLRR of one", SSRC "\5\0\0\3ssrclrr-dlrr", 1, RTCP_XR_END),
        ROW("DLRR of one and a bit", SSRC "\5\0\0\4ssrclrr-dlrrssrc", 0, RTCP_XR_LENGTH),
        ROW("VoIP", SSRC "\7\0\0\x8" VOIP_28 "last", 1, RTCP_XR_END),
        ROW("VoIP, one word less", SSRC "\7\0\0\7" VOIP_28, 0, RTCP_XR_LENGTH),
        ROW("VoIP, one word more", SSRC "\7\0\0\x9" VOIP_28 "lastmore", 0, RTCP_XR_LENGTH),
#undef ROW
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct guarded g = guarded_copy(rows[i].body, rows[i].len);
        struct rtcp_packet p = packet_of(g.data, g.len);
        struct rtcp_xr_walk walk = rtcp_xr_walk(&p);
        struct rtcp_xr_block b;
        enum rtcp_xr_status status = RTCP_XR_OK;
        size_t handed_out = 0;
        while ((status = rtcp_xr_next(&walk, &b)) == RTCP_XR_OK)
            handed_out++;
        if (status != rows[i].status || handed_out != rows[i].blocks)
            fail_msg("%s: %zu blocks, then %s", rows[i].what, handed_out,
                     rtcp_xr_strstatus(status));
        assert_int_equal(rtcp_xr_next(&walk, &b), RTCP_XR_END);
        guarded_free(&g);
    }
}

static void a_fault_leaves_the_block_alone(void **state)
{
    (void)state;
    struct rtcp_packet p = packet_of((const uint8_t *)SSRC "\4\0\0\1NTP-", 12);
    struct rtcp_xr_walk walk = rtcp_xr_walk(&p);
    struct rtcp_xr_block b, before;
    memset(&b, 0xa5, sizeof b);
    memset(&before, 0xa5, sizeof before);
    assert_int_equal(rtcp_xr_next(&walk, &b), RTCP_XR_LENGTH);
    assert_memory_equal(&b, &before, sizeof b);
}

static void what_is_no_xr_has_no_blocks(void **state)
{
    (void)state;
    struct rtcp_packet p = packet_of((const uint8_t *)SSRC REFERENCE, 16);
    struct rtcp_xr_block b;
    p.type = RTCP_APP;
    struct rtcp_xr_walk walk = rtcp_xr_walk(&p);
    assert_int_equal(rtcp_xr_next(&walk, &b), RTCP_XR_END);
}

// ---- Loss RLE ----------------------------------------------------------------------------------

// RFC 3611 sections 4.1.1 to 4.1.3
static void chunks(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        uint8_t thinning;
        uint16_t begin;
        uint16_t end;
        const char *chunks;
        size_t len;
        const char *text;
    } rows[] = {
#define ROW(what, thinning, begin, end, chunks, text) \
    {what, thinning, begin, end, chunks, sizeof(chunks) - 1, text}
        ROW("a run that came", 0, 5, 9, "\x40\4\0\0", "++++"),
        ROW("a run that was lost", 0, 5, 9, "\0\4\0\0", "----"),
        ROW("runs", 0, 5, 9, "\x40\3\0\1", "+++-"),
        ROW("a vector", 0, 5, 20, "\xd5\x55\0\0", "+-+-+-+-+-+-+-+"),
        ROW("a vector, cut by end_seq", 0, 5, 9, "\xd5\x55\0\0", "+-+-"),
        ROW("a run, cut by end_seq", 0, 5, 8, "\x7f\xff\0\0", "+++"),
        ROW("chunks behind end_seq", 0, 5, 6, "\x40\1\x40\1\x40\1\0\0", "+"),
        ROW("vectors go on", 0, 0, 19, "\x80\1\xf8\0", "--------------+++++"),
        ROW("chunks that end too soon", 0, 5, 9, "\x40\1\0\1", "+-  "),
        ROW("a null chunk ends them", 0, 5, 9, "\x40\1\0\0\x40\1\0\0", "+   "),
        ROW("a run of none", 0, 5, 7, "\x40\0\x40\2", "++"),
        ROW("over the wrap", 0, 0xfffe, 2, "\xb0\0\0\0", "-++-"),
        ROW("nothing to report on", 0, 5, 5, "\x40\1\0\0", ""),
        ROW("one in two", 1, 4, 10, "\xd0\0\0\0", "+ - + "),
        ROW("one in two, from an odd one", 1, 5, 10, "\xd0\0\0\0", " + - "),
        ROW("one in two, over the wrap", 1, 0xffff, 4, "\xe0\0\0\0", " + + "),
        ROW("one in four, none there", 2, 5, 8, "\x40\1\0\0", "   "),
        ROW("one in four, the last", 2, 5, 9, "\x40\2\0\0", "   +"),
        ROW("one in 32768", 15, 0x7ffe, 0x8002, "\0\2\0\0", "  - "),
#undef ROW
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t body[64];
        char text[65];
        struct writer w = writer_of(body, sizeof body);
        writer_bytes(&w, SSRC "\1", 5);
        writer_u8(&w, rows[i].thinning | 0xf0); // reserved bits do not matter
        writer_u16(&w, (uint16_t)(2 + rows[i].len / 4));
        writer_u32(&w, 2);
        writer_u16(&w, rows[i].begin);
        writer_u16(&w, rows[i].end);
        writer_bytes(&w, rows[i].chunks, rows[i].len);
        struct guarded g = guarded_copy(body, writer_len(&w));
        struct rtcp_packet p = packet_of(g.data, g.len);
        struct rtcp_xr_walk walk = rtcp_xr_walk(&p);
        struct rtcp_xr_block b;
        assert_int_equal(rtcp_xr_next(&walk, &b), RTCP_XR_OK);
        assert_int_equal(b.loss.thinning, rows[i].thinning);
        text_of(&b.loss, text, (uint16_t)(rows[i].end - rows[i].begin));
        if (strcmp(text, rows[i].text) != 0)
            fail_msg("%s: \"%s\" instead of \"%s\"", rows[i].what, text, rows[i].text);
        guarded_free(&g);
    }
}

// How the writer puts packets into chunks; `wire` begins behind end_seq.
static void chunks_that_are_written(void **state)
{
    (void)state;
    static const struct {
        const char *came;
        const char *wire;
        size_t len;
    } rows[] = {
#define ROW(came, wire) {came, wire, sizeof(wire) - 1}
        ROW("+", "\x40\1\0\0"),
        ROW("-", "\0\1\0\0"),
        ROW("+-", "\xc0\0\0\0"),
        ROW("++++++++++++++", "\x40\xe\0\0"),
        ROW("++++++++++++++-", "\xff\xfe\0\0"),
        ROW("++++++++++++++-+", "\xff\xfe\x40\1"),
        ROW("+++++++++++++++-", "\x40\xf\0\1"),
        ROW("++++++++++++++++++++-", "\x40\x14\0\1"),
        ROW("-++++++++++++++++++++", "\xbf\xff\x40\6"),
#undef ROW
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool came[32];
        uint8_t out[32];
        struct writer w = writer_of(out, sizeof out);
        rtcp_xr_write_loss(&w, 2, 1, came, came_of(rows[i].came, came));
        if (writer_len(&w) != 12 + rows[i].len || memcmp(out + 12, rows[i].wire, rows[i].len) != 0)
            fail_msg("%s: %02x%02x %02x%02x", rows[i].came, out[12], out[13], out[14], out[15]);
    }
}

// Random traces of random burstiness, up to the longest.
static void losses_that_are_written_are_read(void **state)
{
    (void)state;
    static bool came[RTCP_XR_LOSS_MAX];
    static uint8_t out[RTCP_XR_LEN + RTCP_XR_LOSS_LEN(RTCP_XR_LOSS_MAX)];
    struct random random = {.state = 3};
    for (int turn = 0; turn < repeats(2000, 100); turn++) {
        size_t max = turn % 20 ? 200 : RTCP_XR_LOSS_MAX;
        size_t count = turn ? 1 + random_u64(&random) % max : RTCP_XR_LOSS_MAX;
        double change = turn % 7 ? random_unit(&random) * random_unit(&random) : 0; // one run
        for (size_t i = 0; i < count; i++)
            came[i] = (i && came[i - 1]) != (random_unit(&random) < change);
        struct writer w = writer_of(out, sizeof out);
        uint8_t *xr = rtcp_xr_begin(&w, 1);
        rtcp_xr_write_loss(&w, 2, (uint16_t)(turn * 777), came, count);
        rtcp_xr_end(&w, xr);
        assert_false(w.failed);
        assert_true(writer_len(&w) <= RTCP_XR_LEN + RTCP_XR_LOSS_LEN(count));

        struct guarded g = guarded_copy(out + 4, writer_len(&w) - 4);
        struct rtcp_packet p = packet_of(g.data, g.len);
        struct rtcp_xr_walk walk = rtcp_xr_walk(&p);
        struct rtcp_xr_block b;
        struct rtcp_xr_run run;
        size_t at = 0;
        assert_int_equal(rtcp_xr_next(&walk, &b), RTCP_XR_OK);
        while (rtcp_xr_loss_next(&b.loss, &run)) {
            assert_int_equal(run.seq, (uint16_t)(turn * 777 + at));
            assert_true(run.count > 0 && at + run.count <= count);
            for (size_t end = at + run.count; at < end; at++)
                if (came[at] != run.came)
                    fail_msg("turn %d: packet %zu of %zu", turn, at, count);
        }
        assert_int_equal(at, count);
        guarded_free(&g);
    }
}

// ---- writing -----------------------------------------------------------------------------------

static void write_all(struct writer *w)
{
    static const bool came[100] = {true, false, true};
    uint8_t *xr = rtcp_xr_begin(w, 1);
    rtcp_xr_write_reference(w, 2);
    rtcp_xr_write_loss(w, 3, 4, came, 100);
    rtcp_xr_write_dlrr(w, &answer, 1);
    rtcp_xr_write_voip(w, &voip);
    rtcp_xr_end(w, xr);
}

static void writes_whole_or_not_at_all(void **state)
{
    (void)state;
    const size_t whole = RTCP_XR_LEN + RTCP_XR_REFERENCE_LEN + 16 + RTCP_XR_DLRR_LEN(1) +
                         RTCP_XR_VOIP_LEN; // the losses are a vector and a run
    for (size_t cap = 0; cap <= 8 + whole; cap++) {
        uint8_t out[128] = {0};
        struct guarded g = guarded_copy(out, cap);
        struct writer w = writer_of(g.data, cap);
        rtcp_write_rr(&w, 1, NULL, 0);
        write_all(&w);
        assert_int_equal(w.failed, cap < 8 + whole);
        assert_int_equal(writer_len(&w), cap < 8 ? 0 : cap < 8 + whole ? 8 : 8 + whole);
        guarded_free(&g);
    }
}

static void nothing_to_say_is_not_said(void **state)
{
    (void)state;
    uint8_t out[RTCP_XR_LEN];
    struct writer w = writer_of(out, sizeof out);
    uint8_t *xr = rtcp_xr_begin(&w, 5);
    rtcp_xr_write_loss(&w, 3, 4, NULL, 0);
    rtcp_xr_write_dlrr(&w, NULL, 0);
    rtcp_xr_end(&w, xr);
    assert_false(w.failed);
    assert_memory_equal(out, "\x80\xcf\0\1\0\0\0\5", RTCP_XR_LEN);
}

// As many blocks as the length field of the packet can say, and one more.
static void longer_than_any_packet_is_taken_back(void **state)
{
    (void)state;
    enum { FIT = (0xffff - 1) * 4 / RTCP_XR_REFERENCE_LEN, ROOM = 4 * 0x10000 + 100 };
    uint8_t *out = malloc(ROOM);
    for (int more = 0; more <= 1; more++) {
        struct writer w = writer_of(out, ROOM);
        uint8_t *xr = rtcp_xr_begin(&w, 1);
        for (int i = 0; i < FIT + more; i++)
            rtcp_xr_write_reference(&w, 2);
        rtcp_xr_end(&w, xr);
        assert_int_equal(w.failed, more);
        assert_int_equal(writer_len(&w),
                         more ? 0 : RTCP_XR_LEN + FIT * (size_t)RTCP_XR_REFERENCE_LEN);
    }
    free(out);
}

static void configuration_is_cut_to_its_bits(void **state)
{
    (void)state;
    uint8_t out[RTCP_XR_VOIP_LEN];
    for (int config = 0; config < 256; config++) {
        struct writer w = writer_of(out, sizeof out);
        struct rtcp_xr_voip v = {.plc = (enum rtcp_xr_plc)(config >> 6),
                                 .jba = (enum rtcp_xr_jba)(config >> 4 & 3),
                                 .jb_rate = (uint8_t)(config & 15)};
        rtcp_xr_write_voip(&w, &v);
        assert_int_equal(out[28], config);
        v.jb_rate |= 0xf0;
        w = writer_of(out, sizeof out);
        rtcp_xr_write_voip(&w, &v);
        assert_int_equal(out[28], config);
    }
}

static void each_status_has_words(void **state)
{
    (void)state;
    for (int i = RTCP_XR_OK; i <= RTCP_XR_LENGTH; i++)
        for (int j = RTCP_XR_OK; j < i; j++)
            assert_string_not_equal(rtcp_xr_strstatus((enum rtcp_xr_status)i),
                                    rtcp_xr_strstatus((enum rtcp_xr_status)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_golden_packet),
        cmocka_unit_test(reads_the_golden_packet),
        cmocka_unit_test(blocks),
        cmocka_unit_test(a_fault_leaves_the_block_alone),
        cmocka_unit_test(what_is_no_xr_has_no_blocks),
        cmocka_unit_test(chunks),
        cmocka_unit_test(chunks_that_are_written),
        cmocka_unit_test(losses_that_are_written_are_read),
        cmocka_unit_test(writes_whole_or_not_at_all),
        cmocka_unit_test(nothing_to_say_is_not_said),
        cmocka_unit_test(longer_than_any_packet_is_taken_back),
        cmocka_unit_test(configuration_is_cut_to_its_bits),
        cmocka_unit_test(each_status_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
