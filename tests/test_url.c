// URLs of the field and of people's typing, and paths that peers spell differently.
#include "tests/test.h"

#include "control/url.h"

static void parses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *user;
        const char *password;
        const char *host;
        bool ipv6;
        unsigned port;
        const char *path;
        const char *query;
    } rows[] = {
        {"rtsp://h", NULL, NULL, "h", false, 554, "", NULL},
        {"rtsp://h/", NULL, NULL, "h", false, 554, "/", NULL},
        {"RTSP://Host.example:4477/voz/one", NULL, NULL, "Host.example", false, 4477, "/voz/one",
         NULL},
        {"rtsp://h:1", NULL, NULL, "h", false, 1, "", NULL},
        {"rtsp://h:65535/", NULL, NULL, "h", false, 65535, "/", NULL},
        {"rtsp://h:/", NULL, NULL, "h", false, 554, "/", NULL},
        {"rtsp://[2001:db8::1]/p", NULL, NULL, "2001:db8::1", true, 554, "/p", NULL},
        {"rtsp://[::ffff:192.0.2.1]:8554", NULL, NULL, "::ffff:192.0.2.1", true, 8554, "", NULL},
        {"rtsp://[fe80::1%eth0]:8554/", NULL, NULL, "fe80::1%eth0", true, 8554, "/", NULL},
        {"rtsp://u@h/p", "u", NULL, "h", false, 554, "/p", NULL},
        {"rtsp://u:p@h:8554/p", "u", "p", "h", false, 8554, "/p", NULL},
        {"rtsp://u:p@ss:w@h/p@q", "u", "p@ss:w", "h", false, 554, "/p@q", NULL},
        {"rtsp://h/p?a=b/c", NULL, NULL, "h", false, 554, "/p", "a=b/c"},
        {"rtsp://h?x/y", NULL, NULL, "h", false, 554, "", "x/y"},
        {"rtsp://h/p?", NULL, NULL, "h", false, 554, "/p", ""},
        {"rtsp://h/\xc3\xbc", NULL, NULL, "h", false, 554, "/\xc3\xbc", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct guarded g = guarded_copy(rows[i].text, strlen(rows[i].text));
        struct url url;
        assert_int_equal(url_parse(&url, slice_at((char *)g.data, g.len)), URL_OK);
        assert_true(slice_equal(url.user, slice_of(rows[i].user)));
        assert_int_equal(url.user.at != NULL, rows[i].user != NULL);
        assert_true(slice_equal(url.password, slice_of(rows[i].password)));
        assert_int_equal(url.password.at != NULL, rows[i].password != NULL);
        assert_true(slice_is(url.host, rows[i].host));
        assert_int_equal(url.ipv6, rows[i].ipv6);
        assert_int_equal(url.port, rows[i].port);
        assert_true(slice_is(url.path, rows[i].path));
        assert_true(slice_equal(url.query, slice_of(rows[i].query)));
        assert_int_equal(url.query.at != NULL, rows[i].query != NULL);
        guarded_free(&g);
    }
}

static void refuses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum url_status status;
    } rows[] = {
        {"", URL_BAD_SCHEME},
        {"*", URL_BAD_SCHEME},
        {"h/p", URL_BAD_SCHEME},
        {"http://h/p", URL_BAD_SCHEME},
        {"rtsps://h/p", URL_BAD_SCHEME},
        {"rtsp:/", URL_BAD_SCHEME},
        {"rtsp://", URL_BAD_HOST},
        {"rtsp:///p", URL_BAD_HOST},
        {"rtsp://:554/p", URL_BAD_HOST},
        {"rtsp://u@/p", URL_BAD_HOST},
        {"rtsp://[::1/p", URL_BAD_HOST},
        {"rtsp://[h]/p", URL_BAD_HOST},
        {"rtsp://[]/p", URL_BAD_HOST},
        {"rtsp://[::1]x/p", URL_BAD_HOST},
        {"rtsp://h]/p", URL_BAD_HOST},
        {"rtsp://h:0/p", URL_BAD_PORT},
        {"rtsp://h:65536/p", URL_BAD_PORT},
        {"rtsp://h:-1/p", URL_BAD_PORT},
        {"rtsp://h:5 54/p", URL_BAD_CHARACTER},
        {"rtsp://h:554x/p", URL_BAD_PORT},
        {"rtsp://::1/p", URL_BAD_HOST},
        {"rtsp://h/a b", URL_BAD_CHARACTER},
        {"rtsp://h/a\r\nb", URL_BAD_CHARACTER},
        {"rtsp://h/\"", URL_BAD_CHARACTER},
        {"rtsp://h/\x7f", URL_BAD_CHARACTER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct url url;
        enum url_status status = url_parse(&url, slice_of(rows[i].text));
        if (status != rows[i].status)
            fail_msg("%s: %s", rows[i].text, url_strstatus(status));
    }
}

static void as_long_as_the_limit(void **state)
{
    (void)state;
    char text[URL_MAX + 2];
    struct url url;
    struct text t = text_of(text, sizeof text);
    text_add(&t, "rtsp://h/");
    memset(text + t.len, 'a', sizeof text - t.len);
    assert_int_equal(url_parse(&url, slice_at(text, URL_MAX)), URL_OK);
    assert_int_equal(url_parse(&url, slice_at(text, URL_MAX + 1)), URL_LONG);
}

static void what_a_user_types(void **state)
{
    (void)state;
    static const struct {
        const char *argument;
        enum url_status status;
        const char *url;
    } rows[] = {
        {"host", URL_OK, "rtsp://host:4477/"},
        {"192.0.2.1", URL_OK, "rtsp://192.0.2.1:4477/"},
        {"host:8554", URL_OK, "rtsp://host:8554/"},
        {"host:554", URL_OK, "rtsp://host/"},
        {"host:8554/voz/one", URL_OK, "rtsp://host:8554/voz/one"},
        {"host/voz?x", URL_OK, "rtsp://host:4477/voz?x"},
        {"[2001:db8::1]", URL_OK, "rtsp://[2001:db8::1]:4477/"},
        {"[2001:db8::1]:8554", URL_OK, "rtsp://[2001:db8::1]:8554/"},
        {"[::1]:8554/p", URL_OK, "rtsp://[::1]:8554/p"},
        {"2001:db8::1", URL_OK, "rtsp://[2001:db8::1]:4477/"},
        {"::1", URL_OK, "rtsp://[::1]:4477/"},
        {"fe80::1%eth0", URL_OK, "rtsp://[fe80::1%eth0]:4477/"},
        {"rtsp://u:p@host:1/p", URL_OK, "rtsp://u:p@host:1/p"},
        {"rtsp://host", URL_OK, "rtsp://host"},
        {"", URL_BAD_HOST, ""},
        {":8554", URL_BAD_HOST, ""},
        {"/path", URL_BAD_HOST, ""},
        {"host:0", URL_BAD_PORT, ""},
        {"host:65536", URL_BAD_PORT, ""},
        {"host:x", URL_BAD_PORT, ""},
        {"host:1:2", URL_BAD_PORT, ""},
        {"host:-1", URL_BAD_PORT, ""},
        {"host:4477x", URL_BAD_PORT, ""},
        {"[::1", URL_BAD_HOST, ""},
        {"[::1]:0", URL_BAD_PORT, ""},
        {"[host]", URL_BAD_HOST, ""},
        {"u:p@host", URL_BAD_PORT, ""},
        {"http://host", URL_BAD_SCHEME, ""},
        {"rtsp://", URL_BAD_HOST, ""},
        {"a b", URL_BAD_CHARACTER, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[URL_MAX + 1];
        struct text t = text_of(out, sizeof out);
        enum url_status status = url_from_argument(&t, slice_of(rows[i].argument));
        if (status != rows[i].status || strcmp(out, rows[i].url) != 0)
            fail_msg("%s: %s, %s", rows[i].argument, url_strstatus(status), out);
        assert_false(t.failed);
        struct url url;
        if (status == URL_OK)
            assert_int_equal(url_parse(&url, slice_of(out)), URL_OK);
    }
    char long_one[URL_MAX];
    char out[URL_MAX + 1];
    struct text t = text_of(out, sizeof out);
    memset(long_one, 'a', sizeof long_one);
    assert_int_equal(url_from_argument(&t, slice_at(long_one, sizeof long_one)), URL_LONG);
}

static void interop_30_joins(void **state)
{
    (void)state;
    static const struct {
        const char *base;
        const char *control;
        const char *joined;
    } rows[] = {
        {"rtsp://h/p/", "trackID=0", "rtsp://h/p/trackID=0"},
        {"rtsp://h/p", "trackID=0", "rtsp://h/p/trackID=0"},
        {"rtsp://h/p/", "/trackID=0", "rtsp://h/p/trackID=0"},
        {"rtsp://h/p", "/trackID=0", "rtsp://h/p/trackID=0"},
        {"rtsp://h/p/", "*", "rtsp://h/p/"},
        {"rtsp://h/p/", "", "rtsp://h/p/"},
        {"rtsp://h/p", " * ", "rtsp://h/p"},
        {"rtsp://h/p/", "rtsp://other:1/x", "rtsp://other:1/x"},
        {"rtsp://h/p/", "RTSP://other:1/x", "RTSP://other:1/x"},
        {"rtsp://h/p", "?track=1", "rtsp://h/p?track=1"},
        {"rtsp://h/p?a=b", "trackID=0", "rtsp://h/p?a=b/trackID=0"},
        {"rtsp://[2001:db8::1]:8554/p/", "stream=0", "rtsp://[2001:db8::1]:8554/p/stream=0"},
        {"rtsp://h/p/", "a/b://c", "rtsp://h/p/a/b://c"},
        {"rtsp://h/p/", "a\r\nX: y", "rtsp://h/p/a  X: y"},
        {"", "trackID=0", "/trackID=0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[200];
        struct text t = text_of(out, sizeof out);
        struct guarded g = guarded_copy(rows[i].control, strlen(rows[i].control));
        url_join(&t, slice_of(rows[i].base), slice_at((char *)g.data, g.len));
        assert_false(t.failed);
        assert_string_equal(out, rows[i].joined);
        guarded_free(&g);
    }
    char out[200];
    struct text t = text_of(out, sizeof out);
    url_join(&t, slice_of("rtsp://h/p"), (struct slice){0});
    assert_string_equal(out, "rtsp://h/p");
}

static void interop_30_with_and_without_slash(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *path;
        const char *control; // NULL: not below the path
    } rows[] = {
        {"rtsp://h/p", "/p", ""},
        {"rtsp://h/p/", "/p", ""},
        {"rtsp://h/p", "/p/", ""},
        {"rtsp://h/p/trackID=0", "/p", "trackID=0"},
        {"rtsp://h/p/trackID=0/", "/p/", "trackID=0"},
        {"rtsp://h/p?x=1/trackID=0", "/p", "trackID=0"},
        {"rtsp://h/p/?x=1/trackID=0", "/p", "trackID=0"},
        {"rtsp://h/p/trackID=0?x=1", "/p", "trackID=0"},
        {"rtsp://h/p?x=1", "/p", ""},
        {"rtsp://h/p?x=1/", "/p", ""},
        {"rtsp://h", "/", ""},
        {"rtsp://h/", "", ""},
        {"rtsp://h/trackID=0", "/", "trackID=0"},
        {"rtsp://h/a/b", "/a", "b"},
        {"rtsp://h/pp", "/p", NULL},
        {"rtsp://h/", "/p", NULL},
        {"rtsp://h", "/p", NULL},
        {"rtsp://h/P", "/p", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct guarded g = guarded_copy(rows[i].url, strlen(rows[i].url));
        struct url url;
        struct slice control;
        assert_int_equal(url_parse(&url, slice_at((char *)g.data, g.len)), URL_OK);
        bool below = url_control(&url, slice_of(rows[i].path), &control);
        assert_int_equal(below, rows[i].control != NULL);
        if (below && !slice_is(control, rows[i].control))
            fail_msg("%s: %.*s", rows[i].url, (int)control.len, control.at);
        guarded_free(&g);
    }
}

static void writes_without_password(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        const char *to;
    } rows[] = {
        {"rtsp://u:p@h", "rtsp://h/"},
        {"rtsp://h:554/p/", "rtsp://h/p/"},
        {"RTSP://h:8554/p?q", "rtsp://h:8554/p?q"},
        {"rtsp://[::1]:4477/p?", "rtsp://[::1]:4477/p?"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[100];
        struct text t = text_of(out, sizeof out);
        struct url url;
        assert_int_equal(url_parse(&url, slice_of(rows[i].from)), URL_OK);
        url_write(&t, &url);
        assert_string_equal(out, rows[i].to);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(refuses),
        cmocka_unit_test(as_long_as_the_limit),
        cmocka_unit_test(what_a_user_types),
        cmocka_unit_test(interop_30_joins),
        cmocka_unit_test(interop_30_with_and_without_slash),
        cmocka_unit_test(writes_without_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
