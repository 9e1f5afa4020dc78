#include "tests/messages.h"

#include "control/rtsp.h"
#include "control/sdp.h"
#include "control/transport.h"

#include <stdio.h>

static struct rtsp_message whole(const char *text)
{
    struct rtsp_message message;
    size_t used;
    assert_int_equal(rtsp_parse(&message, text, strlen(text), &used), RTSP_OK);
    assert_int_equal(used, strlen(text));
    return message;
}

static void assert_status(const void *data, size_t len, enum rtsp_status want)
{
    struct guarded g = guarded_copy(data, len);
    struct rtsp_message message;
    size_t used;
    enum rtsp_status status = rtsp_parse(&message, g.data, g.len, &used);
    if (status != want)
        fail_msg("%.*s: %s", (int)(len < 60 ? len : 60), (const char *)data,
                 rtsp_strstatus(status));
    assert_true(used <= len);
    guarded_free(&g);
}

// Every shorter piece of a good message asks for more, and drops nothing of it.
static void assert_partial_everywhere(const void *data, size_t len)
{
    struct rtsp_message message;
    size_t used;
    for (size_t n = 0; n < len; n++) {
        struct guarded g = guarded_copy(data, n);
        assert_int_equal(rtsp_parse(&message, g.data, g.len, &used), RTSP_PARTIAL);
        assert_int_equal(used, 0);
        guarded_free(&g);
    }
}

static void parses_a_request(void **state)
{
    (void)state;
    struct rtsp_message m = whole("SET_PARAMETER rtsp://h/p RTSP/1.0\r\n"
                                  "CSeq: 7\r\n"
                                  "Content-Length: 3\r\n"
                                  "\r\n"
                                  "a\r\n");
    assert_false(m.response);
    assert_int_equal(m.method, RTSP_SET_PARAMETER);
    assert_true(slice_is(m.method_name, "SET_PARAMETER"));
    assert_true(slice_is(m.url, "rtsp://h/p"));
    assert_int_equal(m.major, 1);
    assert_int_equal(m.minor, 0);
    assert_int_equal(m.head.count, 2);
    assert_true(slice_is(m.body, "a\r\n"));
}

static void parses_a_response(void **state)
{
    (void)state;
    struct rtsp_message m = whole("RTSP/1.0 454 Session Not Found\r\nCSeq: 7\r\n\r\n");
    assert_true(m.response);
    assert_int_equal(m.code, 454);
    assert_true(slice_is(m.reason, "Session Not Found"));
    m = whole("RTSP/1.0 200\r\n\r\n");
    assert_int_equal(m.code, 200);
    assert_int_equal(m.reason.len, 0);
}

static void tolerates_how_lines_look(void **state)
{
    (void)state;
    struct rtsp_message m = whole("\r\n\n\r\nOPTIONS * RTSP/1.0\n"
                                  "cseq :\t 7 \n"
                                  "X-Empty:\r\n"
                                  "Transport: RTP/AVP;unicast,\r\n"
                                  "  RTP/AVP/TCP;\r\n"
                                  "\tinterleaved=0-1\n"
                                  "X-Late:\n value\n"
                                  "\n");
    assert_true(slice_is(m.url, "*"));
    assert_true(slice_is(rtsp_header(&m, "CSeq"), "7"));
    assert_non_null(rtsp_header(&m, "X-Empty").at);
    assert_int_equal(rtsp_header(&m, "X-Empty").len, 0);
    assert_true(slice_is(rtsp_header(&m, "X-Late"), "value"));
    assert_null(rtsp_header(&m, "Session").at);
    assert_int_equal(m.head.count, 4);
    struct transport_offers offers;
    assert_int_equal(transport_parse(&offers, rtsp_header(&m, "TRANSPORT")), 2);
    assert_int_equal(offers.offers[1].interleaved.hi, 1);
}

static void headers_that_repeat(void **state)
{
    (void)state;
    struct rtsp_message m = whole("RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n"
                                  "CSeq: 4294967295\r\nwww-authenticate: Digest\r\n\r\n");
    struct slice value;
    size_t index = 0;
    assert_true(rtsp_header_next(&m, "WWW-Authenticate", &index, &value));
    assert_true(slice_is(value, "Basic"));
    assert_true(rtsp_header_next(&m, "WWW-Authenticate", &index, &value));
    assert_true(slice_is(value, "Digest"));
    assert_false(rtsp_header_next(&m, "WWW-Authenticate", &index, &value));
    uint32_t cseq;
    assert_true(rtsp_cseq(&m, &cseq));
    assert_true(cseq == UINT32_MAX);
    m = whole("RTSP/1.0 200 OK\r\nCSeq: 4294967296\r\n\r\n");
    assert_false(rtsp_cseq(&m, &cseq));
    m = whole("RTSP/1.0 200 OK\r\n\r\n");
    assert_false(rtsp_cseq(&m, &cseq));
}

static void interop_37_faults_have_names(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum rtsp_status status;
    } rows[] = {
        {"HELLO * RTSP/1.0\r\nCSeq: 1\r\n\r\n", RTSP_OK}, // 501
        {"OPTIONS * RTSP/2.0\r\nCSeq: 1\r\n\r\n", RTSP_BAD_VERSION},
        {"OPTIONS * RTSP/0.9\r\nCSeq: 1\r\n\r\n", RTSP_BAD_VERSION},
        {"OPTIONS * RTSP/2.0\r\nCSeq: 1\r\n", RTSP_PARTIAL},
        {"OPTIONS * RTSP/1.1\r\n\r\n", RTSP_OK},
        {"RTSP/2.0 200 OK\r\n\r\n", RTSP_BAD_VERSION},
        {"OPTIONS *\r\n", RTSP_BAD_START},
        {"OPTIONS\r\n", RTSP_BAD_START},
        {"OPTIONS * RTSP/1.0 x\r\n", RTSP_BAD_START},
        {"OPTIONS * RTSP/1\r\n", RTSP_BAD_START},
        {"OPTIONS * RTSP/1.0x\r\n", RTSP_BAD_START},
        {"GET / HTTP/1.1\r\n", RTSP_BAD_START},
        {"HTTP/1.1 200 OK\r\n", RTSP_BAD_START},
        {"OPT(ONS * RTSP/1.0\r\n", RTSP_BAD_START},
        {"RTSP/1.0 99 Low\r\n", RTSP_BAD_START},
        {"RTSP/1.0 600 High\r\n", RTSP_BAD_START},
        {"RTSP/1.0 2x0 OK\r\n", RTSP_BAD_START},
        {"RTSP/1.0 0200 OK\r\n", RTSP_BAD_START},
        {"RTSP/1.0\r\n", RTSP_BAD_START},
        {" OPTIONS * RTSP/1.0\r\n", RTSP_BAD_START},
        {"$", RTSP_BAD_START},
        {"\x80", RTSP_BAD_START},
        {"OPTIONS * RTSP/1.0\r\nno colon\r\n", RTSP_BAD_HEADER},
        {"OPTIONS * RTSP/1.0\r\n: no name\r\n", RTSP_BAD_HEADER},
        {"OPTIONS * RTSP/1.0\r\n folds nothing\r\n", RTSP_BAD_HEADER},
        {"OPTIONS * RTSP/1.0\r\nContent-Length: x\r\n\r\n", RTSP_BAD_LENGTH},
        {"OPTIONS * RTSP/1.0\r\nContent-Length:\r\n\r\n", RTSP_BAD_LENGTH},
        {"OPTIONS * RTSP/1.0\r\nContent-Length: -1\r\n\r\n", RTSP_BAD_LENGTH},
        {"OPTIONS * RTSP/1.0\r\nContent-Length: 1, 1\r\n\r\n", RTSP_BAD_LENGTH},
        {"OPTIONS * RTSP/1.0\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n", RTSP_BAD_LENGTH},
        {"OPTIONS * RTSP/1.0\r\nContent-Length: 1\r\ncontent-length: 01\r\n\r\nx", RTSP_OK},
        {"OPTIONS * RTSP/1.0\r\nContent-Length: 9999999999\r\n\r\n", RTSP_LONG_BODY},
        {"OPTIONS * RTSP/1.0\r\nContent-Length: 1\r\n\r\n", RTSP_PARTIAL},
        {"", RTSP_PARTIAL},
        {"\r\n\r\n", RTSP_PARTIAL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_status(rows[i].text, strlen(rows[i].text), rows[i].status);
    assert_status("OPTIONS *\0 RTSP/1.0\r\n", 21, RTSP_BAD_START);
    assert_status("OPTIONS * RTSP/1.0\r\nX: \0\r\n", 26, RTSP_BAD_HEADER);
    assert_status(NULL, 0, RTSP_PARTIAL);
}

static void interop_37_cseq_survives_faults(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "OPTIONS * RTSP/2.0\r\nCSeq: 31\r\n\r\n",
        "OPTIONS * RTSP/1.0\r\nCSeq: 31\r\nbroken\r\n\r\n",
        "OPTIONS * RTSP/1.0\r\nCSeq: 31\r\nContent-Length: x\r\n\r\n",
        "HELLO * RTSP/1.0\r\nCSeq: 31\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct rtsp_message message;
        size_t used;
        uint32_t cseq;
        rtsp_parse(&message, texts[i], strlen(texts[i]), &used);
        assert_true(rtsp_cseq(&message, &cseq));
        assert_int_equal(cseq, 31);
    }
}

static void a_bad_version_is_used_up(void **state)
{
    (void)state;
    const char *text = "\r\nOPTIONS * RTSP/2.0\r\nContent-Length: 2\r\n\r\nxxOPTIONS";
    struct rtsp_message message;
    size_t used;
    assert_int_equal(rtsp_parse(&message, text, strlen(text), &used), RTSP_BAD_VERSION);
    assert_int_equal(used, strlen(text) - strlen("OPTIONS"));
    assert_int_equal(message.major, 2);
}

static void blank_lines_can_be_dropped_early(void **state)
{
    (void)state;
    struct rtsp_message message;
    size_t used;
    assert_int_equal(rtsp_parse(&message, "\r\n\r\nOPT", 7, &used), RTSP_PARTIAL);
    assert_int_equal(used, 4);
    assert_int_equal(rtsp_parse(&message, "\r\n\r", 3, &used), RTSP_PARTIAL);
    assert_int_equal(used, 3);
}

// A request whose second line has `len` octets, with `end` behind it.
static size_t line_of(char *out, size_t len, const char *end)
{
    struct text t = text_of(out, RTSP_LINE_MAX + 64);
    text_add(&t, "OPTIONS * RTSP/1.0\r\nA:");
    for (size_t i = 2; i < len; i++)
        text_add(&t, "a");
    text_add(&t, end);
    assert_false(t.failed);
    return t.len;
}

static void lines_up_to_the_limit(void **state)
{
    (void)state;
    char text[RTSP_LINE_MAX + 64];
    assert_status(text, line_of(text, RTSP_LINE_MAX, "\r\n\r\n"), RTSP_OK);
    assert_status(text, line_of(text, RTSP_LINE_MAX, "\n\n"), RTSP_OK);
    assert_status(text, line_of(text, RTSP_LINE_MAX, "\r"), RTSP_PARTIAL);
    assert_status(text, line_of(text, RTSP_LINE_MAX, ""), RTSP_PARTIAL);
    assert_status(text, line_of(text, RTSP_LINE_MAX + 1, ""), RTSP_LONG_LINE);
    assert_status(text, line_of(text, RTSP_LINE_MAX + 1, "\r\n\r\n"), RTSP_LONG_LINE);
    assert_status(text, line_of(text, RTSP_LINE_MAX + 1, "\n"), RTSP_LONG_LINE);
    memset(text, 'A', sizeof text); // a start line
    assert_status(text, RTSP_LINE_MAX, RTSP_PARTIAL);
    assert_status(text, RTSP_LINE_MAX + 1, RTSP_LONG_LINE);
}

static void headers_up_to_the_limit(void **state)
{
    (void)state;
    char buffer[4096];
    struct text t = text_of(buffer, sizeof buffer);
    text_add(&t, "OPTIONS * RTSP/1.0\r\n");
    for (size_t i = 0; i < RTSP_HEADERS_MAX; i++)
        text_add(&t, "A: b\r\n c\r\n"); // continuation lines do not count
    struct text more = t;
    text_add(&t, "\r\n");
    assert_status(t.at, t.len, RTSP_OK);
    assert_partial_everywhere(t.at, t.len);
    text_add(&more, "A: b\r\n");
    assert_status(more.at, more.len, RTSP_MANY_HEADERS);
}

static void head_up_to_the_limit(void **state)
{
    (void)state;
    char buffer[RTSP_HEAD_MAX + 16];
    for (size_t extra = 0; extra < 2; extra++) {
        struct text t = text_of(buffer, sizeof buffer);
        text_add(&t, "OPTIONS * RTSP/1.0\r\n");
        while (t.len < RTSP_HEAD_MAX - 1000)
            text_add(&t, "Header: 0123456789012345678901234567890123456789012345678901234567890123"
                         "456789012345678901234567890123456789012345678901234567890123456789012345"
                         "6789\r\n");
        text_add(&t, "X: ");
        while (t.len < RTSP_HEAD_MAX - 4 + extra)
            text_add(&t, "x");
        text_add(&t, "\r\n\r\n");
        assert_int_equal(t.len, RTSP_HEAD_MAX + extra);
        assert_status(t.at, t.len, extra ? RTSP_LONG_HEAD : RTSP_OK);
        assert_status(t.at, RTSP_HEAD_MAX - 1, RTSP_PARTIAL);
        if (extra)
            assert_status(t.at, RTSP_HEAD_MAX, RTSP_LONG_HEAD); // seen as soon as it can be
    }
}

static void body_up_to_the_limit(void **state)
{
    (void)state;
    static char buffer[RTSP_BODY_MAX + 100];
    for (size_t extra = 0; extra < 2; extra++) {
        struct text t = text_of(buffer, sizeof buffer);
        text_add(&t, "ANNOUNCE * RTSP/1.0\r\n");
        rtsp_write_header_unsigned(&t, "Content-Length", RTSP_BODY_MAX + extra);
        rtsp_write_end(&t);
        size_t head = t.len;
        memset(buffer + head, 'x', RTSP_BODY_MAX);
        assert_status(buffer, head, extra ? RTSP_LONG_BODY : RTSP_PARTIAL);
        assert_status(buffer, head + RTSP_BODY_MAX, extra ? RTSP_LONG_BODY : RTSP_OK);
    }
}

static void messages_follow_each_other(void **state)
{
    (void)state;
    static const char first[] = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n";
    static const char rest[] = "$\x01\x00\x03"
                               "abc\r\n"
                               "RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 1\r\n\r\nx";
    char both[200];
    struct text t = text_of(both, sizeof both);
    text_add(&t, first);
    text_bytes(&t, rest, sizeof rest - 1);
    struct guarded g = guarded_copy(t.at, t.len);
    struct rtsp_message message;
    struct rtsp_frame frame;
    size_t used;
    assert_int_equal(rtsp_parse(&message, g.data, g.len, &used), RTSP_OK);
    assert_int_equal(used, sizeof first - 1);
    size_t at = used;
    assert_int_equal(rtsp_frame_parse(&frame, g.data + at, g.len - at, &used), RTSP_OK);
    assert_int_equal(used, 7);
    at += used;
    assert_int_equal(rtsp_parse(&message, g.data + at, g.len - at, &used), RTSP_OK);
    assert_int_equal(at + used, g.len);
    assert_true(slice_is(message.body, "x"));
    guarded_free(&g);
}

static void frames(void **state)
{
    (void)state;
    struct guarded g = guarded_copy("$\x05\x00\x04wxyz", 8);
    struct rtsp_frame frame;
    size_t used;
    for (size_t n = 0; n < g.len; n++) {
        struct guarded part = guarded_copy(g.data, n);
        assert_int_equal(rtsp_frame_parse(&frame, part.data, n, &used), RTSP_PARTIAL);
        assert_int_equal(used, 0);
        assert_int_equal(frame.channel, n < 2 ? 0 : 5);
        assert_int_equal(frame.len, n < 4 ? 0 : 4);
        guarded_free(&part);
    }
    assert_int_equal(rtsp_frame_parse(&frame, g.data, g.len, &used), RTSP_OK);
    assert_int_equal(used, 8);
    assert_memory_equal(frame.payload, "wxyz", 4);
    assert_int_equal(rtsp_frame_parse(&frame, "$\x00\x00\x00", 4, &used), RTSP_OK);
    assert_int_equal(used, 4);
    assert_int_equal(frame.len, 0);
    assert_int_equal(rtsp_frame_parse(&frame, "R", 1, &used), RTSP_BAD_START);
    uint8_t head[RTSP_FRAME_HEAD];
    rtsp_frame_head(head, 3, 0x1234);
    assert_memory_equal(head, "$\x03\x12\x34", 4);
    guarded_free(&g);
}

static void interop_32_finds_its_place_again(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t len;
        size_t drop;
    } rows[] = {
        {"\xaa\xbb$\x01\x00\x01x", 7, 2},
        {"\xaa$\xff\x00$\x00\x00\x00", 8, 4}, // no channel 255
        {"\xaaRTSP/1.0 200 OK\r\n", 18, 1},
        {"xxTEARDOWN rtsp://h/p RTSP/1.0\r\n", 31, 2},
        {"xxPLAYING.", 10, 10},
        {"xxPLA", 5, 2}, // may become one
        {"xx$", 3, 2},
        {"OPTIONS x", 9, 9}, // gets on
        {"", 0, 0},
        {"$", 1, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct guarded g = guarded_copy(rows[i].data, rows[i].len);
        assert_int_equal(rtsp_resync(g.data, g.len), rows[i].drop);
        guarded_free(&g);
    }
}

static void interop_24_session(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        const char *id; // NULL: none
        uint32_t timeout;
    } rows[] = {
        {"12345678", "12345678", 60},
        {"12345678;timeout=30", "12345678", 30},
        {" 12345678 ; Timeout = 30 ", "12345678", 30},
        {"\"1 2\";timeout=\"30\"", "1 2", 30},
        {"12345678;x=y;timeout=30", "12345678", 30},
        {"12345678;timeout=", "12345678", 60},
        {"12345678;timeout=0", "12345678", 60},
        {"12345678;timeout=-5", "12345678", 60},
        {"12345678;timeout=4294967295", "12345678", UINT32_MAX},
        {"12345678;timeout=4294967296", "12345678", 60},
        {";timeout=30", NULL, 0},
        {"", NULL, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct guarded g = guarded_copy(rows[i].value, strlen(rows[i].value));
        struct rtsp_session session;
        bool good = rtsp_session_parse(&session, slice_at((char *)g.data, g.len));
        assert_int_equal(good, rows[i].id != NULL);
        if (good) {
            assert_true(slice_is(session.id, rows[i].id));
            assert_true(session.timeout == rows[i].timeout);
        }
        guarded_free(&g);
    }
    char out[40];
    struct text t = text_of(out, sizeof out);
    rtsp_session_write(&t, &(struct rtsp_session){.id = slice_of("ab12"), .timeout = 60});
    assert_string_equal(out, "ab12;timeout=60"); // FFmpeg looks for ";timeout="
}

static void interop_35_url_of_any_kind(void **state)
{
    (void)state;
    assert_true(slice_is(whole("SETUP /p/trackID=0 RTSP/1.0\r\n\r\n").url, "/p/trackID=0"));
    assert_true(slice_is(whole("SETUP trackID=0 RTSP/1.0\r\n\r\n").url, "trackID=0"));
}

static void writes_a_request(void **state)
{
    (void)state;
    char out[256];
    struct text t = text_of(out, sizeof out);
    rtsp_write_request(&t, RTSP_ANNOUNCE, slice_of("rtsp://h/p"), 3);
    rtsp_write_header(&t, "Session", slice_of("abc"));
    rtsp_write_body(&t, "application/sdp", slice_of("v=0\r\n"));
    assert_string_equal(out, "ANNOUNCE rtsp://h/p RTSP/1.0\r\n"
                             "CSeq: 3\r\n"
                             "Session: abc\r\n"
                             "Content-Type: application/sdp\r\n"
                             "Content-Length: 5\r\n"
                             "\r\n"
                             "v=0\r\n");
    struct rtsp_message m = whole(out);
    assert_int_equal(m.method, RTSP_ANNOUNCE);
    assert_true(slice_is(m.body, "v=0\r\n"));
    for (size_t cap = 1; cap <= strlen(out); cap++) {
        char small[256];
        struct text s = text_of(small, cap);
        rtsp_write_request(&s, RTSP_ANNOUNCE, slice_of("rtsp://h/p"), 3);
        rtsp_write_header(&s, "Session", slice_of("abc"));
        rtsp_write_body(&s, "application/sdp", slice_of("v=0\r\n"));
        assert_true(s.failed);
    }
}

static void writes_a_response(void **state)
{
    (void)state;
    char out[256];
    struct text t = text_of(out, sizeof out);
    rtsp_write_response(&t, 461, slice_of("12"));
    rtsp_write_end(&t);
    assert_string_equal(out, "RTSP/1.0 461 Unsupported transport\r\nCSeq: 12\r\n\r\n");
    t = text_of(out, sizeof out);
    rtsp_write_response(&t, 599, (struct slice){0});
    rtsp_write_end(&t);
    assert_string_equal(out, "RTSP/1.0 599 Unknown\r\n\r\n");
    assert_int_equal(whole(out).code, 599);
}

static void what_a_peer_sent_starts_no_line(void **state)
{
    (void)state;
    char out[256];
    struct text t = text_of(out, sizeof out);
    rtsp_write_response(&t, 200, slice_of("1\r\nX-Evil: 1"));
    rtsp_write_header(&t, "Session", slice_at("a\nX-Evil: 1\0", 12));
    rtsp_write_end(&t);
    struct rtsp_message m = whole(out);
    assert_null(rtsp_header(&m, "X-Evil").at);
}

static void every_method_and_phrase(void **state)
{
    (void)state;
    for (enum rtsp_method m = RTSP_OPTIONS; m < RTSP_METHODS; m++)
        assert_int_equal(rtsp_method_of(slice_of(rtsp_method_name(m))), m);
    assert_int_equal(rtsp_method_of(slice_of("options")), RTSP_UNKNOWN);
    assert_int_equal(rtsp_method_of(slice_of("")), RTSP_UNKNOWN);
    assert_string_equal(rtsp_phrase(200), "OK");
    assert_string_equal(rtsp_phrase(551), "Option not supported");
    assert_string_equal(rtsp_phrase(299), "Unknown");
}

// What is in tests/data, as read: 0 and NULL are not checked.
struct golden {
    const char *name;
    enum rtsp_method method;
    unsigned code;
    const char *url;
    const char *session;
    uint32_t timeout;
    uint32_t cseq;
    struct transport transport;
    const char *control; // of the first media of the body
};

static const struct golden goldens[] = {
    {"ffmpeg-describe", RTSP_DESCRIBE, .url = "rtsp://127.0.0.1:7001/voz/one", .cseq = 2},
    {"ffmpeg-setup-udp", RTSP_SETUP, .url = "rtsp://127.0.0.1:7001/voz/one/trackID=0", .cseq = 3,
     .transport = {.unicast = true, .client_port = {true, 17564, 17565}}},
    {"ffmpeg-setup-tcp", RTSP_SETUP, .cseq = 3,
     .transport = {.lower = TRANSPORT_TCP, .unicast = true, .interleaved = {true, 0, 1}}},
    {"ffmpeg-play", RTSP_PLAY, .url = "rtsp://127.0.0.1:7001/voz/one/", .cseq = 4,
     .session = "12345678", .timeout = 60},
    {"ffmpeg-announce", RTSP_ANNOUNCE, .cseq = 2, .control = "streamid=0"},
    {"ffmpeg-setup-record", RTSP_SETUP, .cseq = 3,
     .transport = {.unicast = true, .client_port = {true, 17880, 17881}, .mode = TRANSPORT_RECORD}},
    {"gstreamer-setup-udp", RTSP_SETUP, .cseq = 3,
     .transport = {.unicast = true, .client_port = {true, 35944, 35945}}},
    {"gstreamer-setup-multicast", RTSP_SETUP, .cseq = 4, .transport = {.multicast = true}},
    {"gstreamer-play", RTSP_PLAY, .cseq = 4, .session = "12345678", .timeout = 60},
    {"gstreamer-announce", RTSP_ANNOUNCE, .cseq = 2, .control = "stream=0"},
    {"gstreamer-setup-record", RTSP_SETUP, .cseq = 3,
     .transport = {.unicast = true, .client_port = {true, 58552, 58553}, .mode = TRANSPORT_RECORD}},
    {"gst-rtsp-server-options", .code = 200, .cseq = 1},
    {"gst-rtsp-server-describe", .code = 200, .cseq = 2, .control = "stream=0"},
    {"gst-rtsp-server-setup", .code = 200, .cseq = 3, .session = "pWUBOWfkb61zlCM5", .timeout = 60,
     .transport = {.unicast = true,
                   .client_port = {true, 5000, 5001},
                   .server_port = {true, 39038, 39039},
                   .has_ssrc = true,
                   .ssrc = 0x28B55C1B,
                   .mode = TRANSPORT_PLAY}},
    {"gst-rtsp-server-play", .code = 200, .cseq = 4, .session = "pWUBOWfkb61zlCM5", .timeout = 60},
    {"gst-rtsp-server-describe-rtx", .code = 200, .cseq = 2, .control = "stream=0"},
    {"gst-rtsp-server-setup-avpf", .code = 200, .cseq = 3, .session = "KRpnnrBhEbHvlsOz",
     .timeout = 60,
     .transport = {.profile = TRANSPORT_AVPF,
                   .unicast = true,
                   .client_port = {true, 6000, 6001},
                   .server_port = {true, 33144, 33145},
                   .has_ssrc = true,
                   .ssrc = 0x3F6211CB,
                   .mode = TRANSPORT_PLAY}},
    {"mpv-setup", RTSP_SETUP, .cseq = 3,
     .transport = {.lower = TRANSPORT_TCP, .unicast = true, .interleaved = {true, 0, 1}}},
    {"vlc-setup", RTSP_SETUP, .cseq = 4,
     .transport = {.unicast = true, .client_port = {true, 52176, 52177}}},
    {"vlc-get-parameter", RTSP_GET_PARAMETER, .cseq = 7, .session = "12345678", .timeout = 60},
    {"gortsplib-describe", .code = 200, .cseq = 2,
     .control = "rtsp://192.0.2.1:8554/voz/one/trackID=0"},
    {"gortsplib-setup", .code = 200, .cseq = 3, .session = "0ad5c3ae48b3427e92a4d5b9a3e5b4a5",
     .timeout = 60,
     .transport = {.unicast = true,
                   .client_port = {true, 35466, 35467},
                   .server_port = {true, 8000, 8001},
                   .has_ssrc = true,
                   .ssrc = 0xF32FA2C}},
    {"live555-setup", .code = 200, .cseq = 4, .session = "5C3F1A2B", .timeout = 65,
     .transport = {.unicast = true,
                   .client_port = {true, 52176, 52177},
                   .server_port = {true, 6970, 6971}}},
};

static void assert_pair(struct transport_pair got, struct transport_pair want)
{
    assert_int_equal(got.given, want.given);
    assert_int_equal(got.lo, want.lo);
    assert_int_equal(got.hi, want.hi);
}

static void check_transport(const struct rtsp_message *message, const struct transport *want)
{
    struct transport_offers offers;
    struct slice value = rtsp_header(message, "Transport");
    assert_int_equal(value.at != NULL, want->unicast || want->multicast);
    if (!value.at)
        return;
    assert_int_equal(transport_parse(&offers, value), 1);
    assert_int_equal(offers.offers[0].profile, want->profile);
    assert_int_equal(offers.offers[0].lower, want->lower);
    assert_int_equal(offers.offers[0].unicast, want->unicast);
    assert_int_equal(offers.offers[0].multicast, want->multicast);
    assert_int_equal(offers.offers[0].has_ssrc, want->has_ssrc);
    assert_int_equal(offers.offers[0].ssrc, want->ssrc);
    assert_int_equal(offers.offers[0].mode, want->mode);
    assert_pair(offers.offers[0].client_port, want->client_port);
    assert_pair(offers.offers[0].server_port, want->server_port);
    assert_pair(offers.offers[0].interleaved, want->interleaved);
}

static void check_session(const struct rtsp_message *message, const struct golden *want)
{
    struct rtsp_session session;
    assert_int_equal(rtsp_session_parse(&session, rtsp_header(message, "Session")),
                     want->session != NULL);
    if (!want->session)
        return;
    assert_true(slice_is(session.id, want->session));
    assert_int_equal(session.timeout, want->timeout);
}

static void check_body(const struct rtsp_message *message, const char *control)
{
    struct sdp sdp;
    assert_int_equal(message->body.len != 0, control != NULL);
    if (!control)
        return;
    assert_int_equal(sdp_parse(&sdp, message->body), SDP_OK);
    assert_int_equal(sdp.media_count, 1);
    assert_true(slice_is(sdp.media[0].control, control));
    assert_non_null(sdp_find_opus(&sdp.media[0]));
    assert_int_equal(sdp_find_opus(&sdp.media[0])->pt, 96);
}

static void messages_of_real_peers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
        const struct golden *want = &goldens[i];
        char path[80];
        struct rtsp_message message;
        size_t used;
        uint32_t cseq;
        snprintf(path, sizeof path, "tests/data/rtsp-%s.txt", want->name);
        struct guarded g = message_file(path);
        assert_partial_everywhere(g.data, g.len);
        assert_int_equal(rtsp_parse(&message, g.data, g.len, &used), RTSP_OK);
        assert_int_equal(used, g.len);
        assert_int_equal(message.response, want->code != 0);
        assert_int_equal(message.code, want->code);
        assert_int_equal(message.method, want->method);
        if (want->url)
            assert_true(slice_is(message.url, want->url));
        assert_true(rtsp_cseq(&message, &cseq));
        assert_int_equal(cseq, want->cseq);
        check_session(&message, want);
        check_transport(&message, &want->transport);
        check_body(&message, want->control);
        guarded_free(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_a_request),
        cmocka_unit_test(parses_a_response),
        cmocka_unit_test(tolerates_how_lines_look),
        cmocka_unit_test(headers_that_repeat),
        cmocka_unit_test(interop_37_faults_have_names),
        cmocka_unit_test(interop_37_cseq_survives_faults),
        cmocka_unit_test(a_bad_version_is_used_up),
        cmocka_unit_test(blank_lines_can_be_dropped_early),
        cmocka_unit_test(lines_up_to_the_limit),
        cmocka_unit_test(headers_up_to_the_limit),
        cmocka_unit_test(head_up_to_the_limit),
        cmocka_unit_test(body_up_to_the_limit),
        cmocka_unit_test(messages_follow_each_other),
        cmocka_unit_test(frames),
        cmocka_unit_test(interop_32_finds_its_place_again),
        cmocka_unit_test(interop_24_session),
        cmocka_unit_test(interop_35_url_of_any_kind),
        cmocka_unit_test(writes_a_request),
        cmocka_unit_test(writes_a_response),
        cmocka_unit_test(what_a_peer_sent_starts_no_line),
        cmocka_unit_test(every_method_and_phrase),
        cmocka_unit_test(messages_of_real_peers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
