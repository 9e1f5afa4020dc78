#include "tests/test.h"

#include "control/rtpinfo.h"

struct row {
    const char *value;
    size_t count;
    struct {
        const char *url;
        int seq;         // -1: missing
        int64_t rtptime; // -1: missing
    } want[3];
};

static void interop_31_rtp_info_in_the_wild(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"url=rtsp://h/p/trackID=0;seq=17;rtptime=0", 1, {{"rtsp://h/p/trackID=0", 17, 0}}},
        {"url=rtsp://h/p/0;seq=1;rtptime=2,url=rtsp://h/p/1;seq=3;rtptime=4294967295",
         2,
         {{"rtsp://h/p/0", 1, 2}, {"rtsp://h/p/1", 3, 4294967295}}},
        {" url = \"rtsp://h/p\" ; seq = 5 ", 1, {{"rtsp://h/p", 5, -1}}},
        {"url=trackID=0;seq=9,\r\n url=trackID=1;seq=10",
         2,
         {{"trackID=0", 9, -1}, {"trackID=1", 10, -1}}},
        {"url=rtsp://h/p", 1, {{"rtsp://h/p", -1, -1}}},
        {"seq=5;rtptime=6", 1, {{"", 5, 6}}},
        {"url=rtsp://h/a,b;c=d;seq=1,url=rtsp://h/e",
         2,
         {{"rtsp://h/a,b;c=d", 1, -1}, {"rtsp://h/e", -1, -1}}},
        {"url=rtsp://h/p;seq=65536;rtptime=4294967296", 1, {{"rtsp://h/p", -1, -1}}},
        {"url=rtsp://h/p;seq=-1;rtptime=", 1, {{"rtsp://h/p", -1, -1}}},
        {"url=rtsp://h/p;;seq=1;,;url=rtsp://h/q;",
         2,
         {{"rtsp://h/p", 1, -1}, {"rtsp://h/q", -1, -1}}},
        {"", 0, {{0}}},
        {";,;", 0, {{0}}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct guarded g = guarded_copy(rows[i].value, strlen(rows[i].value));
        struct slice rest = slice_at((char *)g.data, g.len);
        struct rtpinfo info;
        for (size_t n = 0; n < rows[i].count; n++) {
            assert_true(rtpinfo_next(&rest, &info));
            if (!slice_is(info.url, rows[i].want[n].url))
                fail_msg("%s: url %.*s", rows[i].value, (int)info.url.len, info.url.at);
            assert_int_equal(info.has_seq ? info.seq : -1, rows[i].want[n].seq);
            assert_true((info.has_rtptime ? (int64_t)info.rtptime : -1) == rows[i].want[n].rtptime);
        }
        assert_false(rtpinfo_next(&rest, &info));
        guarded_free(&g);
    }
}

static void interop_31_writes_what_is_known(void **state)
{
    (void)state;
    static const char *const values[] = {
        "url=rtsp://h/p/trackID=0;seq=17;rtptime=1234567890",
        "url=rtsp://h/p/trackID=0;seq=17",
        "url=rtsp://h/p/trackID=0",
        "seq=17;rtptime=0",
        "rtptime=1",
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct slice rest = slice_of(values[i]);
        struct rtpinfo info;
        char out[80];
        struct text t = text_of(out, sizeof out);
        assert_true(rtpinfo_next(&rest, &info));
        rtpinfo_write(&t, &info);
        assert_string_equal(out, values[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interop_31_rtp_info_in_the_wild),
        cmocka_unit_test(interop_31_writes_what_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
