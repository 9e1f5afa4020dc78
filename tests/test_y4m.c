// YUV4MPEG2: what other programs write, cut at every octet, and what is refused.
#include "tests/test.h"

#include "media/y4m.h"

#include <string.h>

struct row {
    const char *line;
    enum y4m_status status;
    struct y4m expected;
};

static const struct row rows[] = {
    // by FFmpeg 5.1.9: -f lavfi -i testsrc ... -f yuv4mpegpipe, with -s, -r and -pix_fmt
    {"YUV4MPEG2 W640 H360 F25:1 Ip A1:1 C420jpeg XYSCSS=420JPEG XCOLORRANGE=LIMITED\n",
     Y4M_OK,
     {640, 360, 25, 1, 1, 1, false}},
    {"YUV4MPEG2 W321 H181 F30000:1001 Ip A2896:2889 C420jpeg XYSCSS=420JPEG XCOLORRANGE=LIMITED\n",
     Y4M_OK,
     {321, 181, 30000, 1001, 2896, 2889, false}},
    {"YUV4MPEG2 W640 H360 F25:1 Ip A1:1 C420mpeg2 XYSCSS=420MPEG2 XCOLORRANGE=LIMITED\n",
     Y4M_OK,
     {640, 360, 25, 1, 1, 1, false}},
    {"YUV4MPEG2 W640 H360 F25:1 Ip A1:1 C422 XYSCSS=422 XCOLORRANGE=LIMITED\n", Y4M_CHROMA, {0}},
    {"YUV4MPEG2 W640 H360 F25:1 Ip A1:1 Cmono XCOLORRANGE=FULL\n", Y4M_CHROMA, {0}},
    {"YUV4MPEG2 W640 H360 F25:1 Ip A1:1 C420p10 XYSCSS=420P10 XCOLORRANGE=LIMITED\n",
     Y4M_CHROMA,
     {0}},
    // by GStreamer 1.22: rtspsrc ! rtpvp8depay ! vp8dec ! y4menc
    {"YUV4MPEG2 C420 W320 H180 Ip F0:1 A1:1\n", Y4M_OK, {320, 180, 0, 0, 1, 1, false}},
    // what else one may say
    {"YUV4MPEG2 H2 W1\n", Y4M_OK, {1, 2, 0, 0, 0, 0, false}},
    {"YUV4MPEG2  W4096   H4096 C420 \n", Y4M_OK, {4096, 4096, 0, 0, 0, 0, false}},
    {"YUV4MPEG2 W2 H2 C420paldv F0:0 Aodd Q\n", Y4M_OK, {2, 2, 0, 0, 0, 0, false}},
    {"YUV4MPEG2 W2 H2 F1000:1 XF0:1\n", Y4M_OK, {2, 2, 1000, 1, 0, 0, false}},
    {"YUV4MPEG2 W2 H2 F1000000000:1000000000\n",
     Y4M_OK,
     {2, 2, 1000000000, 1000000000, 0, 0, false}},
    {"YUV4MPEG2 W2 H2 It\n", Y4M_OK, {2, 2, 0, 0, 0, 0, true}}, // the upper lines first
    {"YUV4MPEG2 W2 H2 Ib\n", Y4M_OK, {2, 2, 0, 0, 0, 0, true}}, // the lower ones
    {"YUV4MPEG2 W2 H2 Im\n", Y4M_OK, {2, 2, 0, 0, 0, 0, true}}, // as each picture says
    {"YUV4MPEG2 W2 H2 I?\n", Y4M_OK, {2, 2, 0, 0, 0, 0, false}},
    // what is refused
    {"YUV4MPEG2\n", Y4M_SIZE, {0}},
    {"YUV4MPEG2 W2\n", Y4M_SIZE, {0}},
    {"YUV4MPEG2 W2 H\n", Y4M_SIZE, {0}},
    {"YUV4MPEG2 W0 H2\n", Y4M_SIZE, {0}},
    {"YUV4MPEG2 W-2 H2\n", Y4M_SIZE, {0}},
    {"YUV4MPEG2 W2x H2\n", Y4M_SIZE, {0}},
    {"YUV4MPEG2 W4097 H2\n", Y4M_SIZE, {0}},
    {"YUV4MPEG2 W2 H99999999999999999999\n", Y4M_SIZE, {0}},
    {"YUV4MPEG2 W2 H2 F25\n", Y4M_RATE, {0}},
    {"YUV4MPEG2 W2 H2 F25:\n", Y4M_RATE, {0}},
    {"YUV4MPEG2 W2 H2 F25:0\n", Y4M_RATE, {0}},
    {"YUV4MPEG2 W2 H2 F25:1:1\n", Y4M_RATE, {0}},
    {"YUV4MPEG2 W2 H2 F1001:1\n", Y4M_RATE, {0}},
    {"YUV4MPEG2 W2 H2 F9999999999:1\n", Y4M_RATE, {0}},
    {"YUV4MPEG2 W2 H2 C\n", Y4M_CHROMA, {0}},
    {"YUV4MPEG2 W2 H2 C422\n", Y4M_CHROMA, {0}},
    {"YUV4MPEG2 W2 H2 C444 C420\n", Y4M_CHROMA, {0}},
    {"YUV4MPEG2 W2 H2 C420p10\n", Y4M_CHROMA, {0}},
    {"YUV4MPEG2 W2 H2 Cmono\n", Y4M_CHROMA, {0}},
    {"YUV4MPEG W2 H2\n", Y4M_STRANGE, {0}},
    {"YUV4MPEG22 W2 H2\n", Y4M_STRANGE, {0}},
    {"RIFF....AVI \n", Y4M_STRANGE, {0}},
};

static void assert_same(const char *line, const struct y4m *a, const struct y4m *b)
{
    if (a->width != b->width || a->height != b->height || a->fps_num != b->fps_num ||
        a->fps_den != b->fps_den || a->aspect_num != b->aspect_num ||
        a->aspect_den != b->aspect_den || a->interlaced != b->interlaced)
        fail_msg("%s: another stream", line);
}

// Each line, with a picture behind it; before its end it is partial, and never read past what came.
static void headers(void **state)
{
    (void)state;
    for (const struct row *row = rows; row != rows + sizeof rows / sizeof rows[0]; row++)
        for (size_t len = 0; len <= strlen(row->line); len++) {
            struct guarded g = guarded_copy(row->line, len);
            struct y4m h = {1, 2, 3, 4, 5, 6, true};
            const struct y4m before = h;
            size_t used = 12345;
            enum y4m_status status = y4m_parse_header(&h, g.data, g.len, &used);
            bool whole = len == strlen(row->line);
            if (status != (whole ? row->status : Y4M_PARTIAL) &&
                !(row->status == Y4M_STRANGE && status == Y4M_STRANGE))
                fail_msg("%.*s: %s", (int)len, row->line, y4m_strstatus(status));
            assert_same(row->line, &h, status == Y4M_OK ? &row->expected : &before);
            assert_int_equal(used, status == Y4M_OK ? len : 12345);
            guarded_free(&g);
        }
}

static void what_comes_behind_is_left(void **state)
{
    (void)state;
    static const char stream[] = "YUV4MPEG2 W2 H2\nFRAME\n123456FRAME Ip\n";
    struct y4m h;
    size_t used = 0;
    assert_int_equal(y4m_parse_header(&h, stream, sizeof stream, &used), Y4M_OK);
    assert_int_equal(used, 16);
    assert_int_equal(y4m_parse_frame(stream + 16, sizeof stream - 16, &used), Y4M_OK);
    assert_int_equal(used, 6);
    assert_int_equal(y4m_parse_frame(stream + 28, sizeof stream - 28, &used), Y4M_OK);
    assert_int_equal(used, 9);
}

static void frame_lines(void **state)
{
    (void)state;
    size_t used = 0;
    for (size_t len = 0; len < 6; len++)
        assert_int_equal(y4m_parse_frame("FRAME\n", len, &used), Y4M_PARTIAL);
    assert_int_equal(y4m_parse_frame("FRAMES\n", 7, &used), Y4M_STRANGE);
    assert_int_equal(y4m_parse_frame("FRAmE", 5, &used), Y4M_STRANGE);
    assert_int_equal(y4m_parse_frame("\n", 1, &used), Y4M_STRANGE);
}

static void lines_without_an_end(void **state)
{
    (void)state;
    char line[Y4M_LINE_MAX + 1] = "YUV4MPEG2 W2 H2 X";
    size_t used = 0;
    struct y4m h;
    memset(line + strlen(line), 'x', sizeof line - strlen(line));
    assert_int_equal(y4m_parse_header(&h, line, Y4M_LINE_MAX - 1, &used), Y4M_PARTIAL);
    assert_int_equal(y4m_parse_header(&h, line, Y4M_LINE_MAX, &used), Y4M_LONG);
    line[Y4M_LINE_MAX] = '\n';
    assert_int_equal(y4m_parse_header(&h, line, sizeof line, &used), Y4M_LONG);
    line[Y4M_LINE_MAX - 1] = '\n';
    assert_int_equal(y4m_parse_header(&h, line, sizeof line, &used), Y4M_OK);
    assert_int_equal(used, Y4M_LINE_MAX);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    const struct y4m h = {640, 360, 30000, 1001, 1, 1, false};
    static const char line[] = "YUV4MPEG2 W640 H360 F30000:1001 Ip A1:1 C420jpeg\n";
    struct y4m read;
    char out[64];
    size_t used;
    size_t len = y4m_write_header(&h, out, sizeof out);
    assert_int_equal(len, sizeof line - 1);
    assert_memory_equal(out, line, len);
    assert_int_equal(y4m_parse_header(&read, out, len, &used), Y4M_OK);
    assert_same(line, &read, &h);
    assert_int_equal(y4m_write_header(&h, out, len - 1), 0);
    assert_int_equal(y4m_write_header(&h, out, len), len);
    assert_int_equal(y4m_write_frame(out, 5), 0);
    assert_int_equal(y4m_write_frame(out, 6), 6);
    assert_memory_equal(out, "FRAME\n", 6);
}

static void each_status_has_words(void **state)
{
    (void)state;
    for (int i = Y4M_OK; i <= Y4M_CHROMA; i++)
        for (int j = Y4M_OK; j < i; j++)
            assert_string_not_equal(y4m_strstatus((enum y4m_status)i),
                                    y4m_strstatus((enum y4m_status)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers),
        cmocka_unit_test(what_comes_behind_is_left),
        cmocka_unit_test(frame_lines),
        cmocka_unit_test(lines_without_an_end),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(each_status_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
