#include "tests/test.h"
#include "tests/torture.h"

#include "control/sip.h"

#include <stdio.h>

#define HEAD                                      \
    "Via: SIP/2.0/TCP h:5060;branch=z9hG4bK1\r\n" \
    "From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\n"  \
    "Call-ID: 1@h\r\n"

static struct sip_message whole(const char *text)
{
    struct sip_message m;
    size_t used;
    assert_int_equal(sip_parse(&m, text, strlen(text), &used), HEAD_OK);
    assert_int_equal(used, strlen(text));
    return m;
}

static void assert_slice(struct slice s, const char *text)
{
    if (!slice_is(s, text))
        fail_msg("'%.*s' is not '%s'", (int)s.len, s.at, text);
}

static void parses_a_request(void **state)
{
    (void)state;
    struct sip_message m = whole("INVITE sip:b@h SIP/2.0\r\n" HEAD "CSeq: 7 INVITE\r\n"
                                 "l: 3\r\n\r\nv=0");
    assert_false(m.response);
    assert_int_equal(m.method, SIP_INVITE);
    assert_slice(m.uri, "sip:b@h");
    assert_int_equal(m.cseq, 7);
    assert_slice(m.body, "v=0");
    assert_null(sip_fault(&m));
}

static void parses_a_response(void **state)
{
    (void)state;
    struct sip_message m = whole("SIP/2.0 486 Busy Here\r\n" HEAD "CSeq: 7 BYE\r\n\r\n");
    assert_true(m.response);
    assert_int_equal(m.code, 486);
    assert_slice(m.reason, "Busy Here");
    assert_int_equal(m.method, SIP_BYE);
    assert_null(sip_fault(&m));
}

// RFC 3261 7.3.3
static void knows_compact_forms(void **state)
{
    (void)state;
    struct sip_message m =
        whole("BYE sip:b@h SIP/2.0\r\nv: SIP/2.0/TCP h;branch=z9hG4bK1\r\nf: sip:a@h;tag=1\r\n"
              "t: sip:b@h\r\ni: 1@h\r\nm: <sip:c@h>\r\nCSeq: 1 BYE\r\nc: text/plain\r\n\r\n");
    assert_null(sip_fault(&m));
    assert_slice(sip_header(&m, "Contact"), "<sip:c@h>");
    assert_slice(sip_header(&m, "Content-Type"), "text/plain");
}

static void a_piece_asks_for_more(void **state)
{
    (void)state;
    const char *text = "OPTIONS sip:b@h SIP/2.0\r\n" HEAD "CSeq: 1 OPTIONS\r\n"
                       "Content-Length: 2\r\n\r\nab";
    struct sip_message m;
    size_t used;
    for (size_t n = 0; n < strlen(text); n++) {
        struct guarded g = guarded_copy(text, n);
        assert_int_equal(sip_parse(&m, g.data, g.len, &used), HEAD_PARTIAL);
        assert_int_equal(used, 0);
        guarded_free(&g);
    }
}

static void parses_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *value, *name, *uri, *tag;
    } cases[] = {
        {"<sip:a@h>;tag=x", "", "sip:a@h", "x"},
        {"sip:a@h;tag=x", "", "sip:a@h", "x"},
        {"\"A, <b>; \\\"c\\\"\" <sip:a@h;lr>;tag=x", "A, <b>; \\\"c\\\"", "sip:a@h;lr", "x"},
        {"Bob Smith <sip:b@h> ; tag = y", "Bob Smith", "sip:b@h", "y"},
        {"<sip:a@h>", "", "sip:a@h", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sip_address a;
        assert_true(sip_address_parse(&a, slice_of(cases[i].value)));
        assert_slice(a.name, cases[i].name);
        assert_slice(a.uri, cases[i].uri);
        struct slice tag = sip_parameter(a.parameters, "tag");
        if (cases[i].tag)
            assert_slice(tag, cases[i].tag);
        else
            assert_null(tag.at);
    }
    static const char *const bad[] = {"", "<sip:a@h", "\"a <sip:a@h>", "<>", "<sip:a@h> junk"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct sip_address a;
        if (sip_address_parse(&a, slice_of(bad[i])))
            fail_msg("%s is taken", bad[i]);
    }
}

static void parses_uris(void **state)
{
    (void)state;
    static const struct {
        const char *text, *user, *host;
        uint16_t port;
    } good[] = {
        {"sip:a@h", "a", "h", 0},
        {"sip:h:5070;transport=tcp", NULL, "h", 5070},
        {"sip:a;x=1?y@h.example:1?z=2", "a;x=1?y", "h.example", 1},
        {"SIP:a:secret@[2001:db8::1]:65535", "a", "2001:db8::1", 65535},
        {"sips:a@h", "a", "h", 0},
    };
    static const char *const bad[] = {
        "",          "http://h",      "sip:",       "sip:@h",    "sip:a@",    "sip:a@h:0",
        "sip:a@h:x", "sip:a@h:65536", "sip:a@[::1", "sip:a@::1", "sip:a b@h", "sip:a@h>",
    };
    struct sip_uri uri;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(sip_uri_parse(&uri, slice_of(good[i].text)));
        if (good[i].user)
            assert_slice(uri.user, good[i].user);
        assert_slice(uri.host, good[i].host);
        assert_int_equal(uri.port, good[i].port);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (sip_uri_parse(&uri, slice_of(bad[i])))
            fail_msg("%s is taken", bad[i]);
}

static void lists_are_cut_where_they_may(void **state)
{
    (void)state;
    struct slice rest = slice_of("<sip:a,b@h>, \"x, y\" <sip:c@h>,,<sip:d@h>;p=\"1,2\"");
    static const char *const items[] = {"<sip:a,b@h>", "\"x, y\" <sip:c@h>", "<sip:d@h>;p=\"1,2\""};
    struct slice item;
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        assert_true(sip_next(&rest, &item));
        assert_slice(item, items[i]);
    }
    assert_false(sip_next(&rest, &item));
}

static void torture(void **state)
{
    (void)state;
    for (const struct torture *t = torture_messages; t->name; t++) {
        struct guarded g = guarded_copy(t->text, strlen(t->text));
        struct sip_message m;
        size_t used;
        enum head_status status = sip_parse(&m, g.data, g.len, &used);
        if (status != t->status)
            fail_msg("%s: %s", t->name, head_strstatus(status));
        if (status == HEAD_OK && !sip_fault(&m) == t->fault)
            fail_msg("%s: %s", t->name, sip_fault(&m) ? sip_fault(&m) : "no fault");
        guarded_free(&g);
    }
}

static void what_is_written_parses_to_the_same(void **state)
{
    (void)state;
    char out[1024];
    struct text t = text_of(out, sizeof out);
    struct sip_message from = whole("BYE sip:b@h SIP/2.0\r\n" HEAD "CSeq: 7 BYE\r\n"
                                    "Via: SIP/2.0/TCP i\r\n\r\n");
    sip_write_response(&t, 200, NULL);
    sip_write_copies(&t, &from, "Via");
    sip_write_header(&t, "Server", slice_of("a\r\nb: c"));
    sip_write_end(&t, "text/plain", slice_of("hello"));
    assert_false(t.failed);
    struct sip_message m = whole(out);
    struct slice value;
    size_t index = 0, vias = 0;
    while (sip_header_next(&m, "Via", &index, &value))
        vias++;
    assert_int_equal(m.code, 200);
    assert_int_equal(vias, 2);
    assert_slice(sip_header(&m, "Server"), "a  b: c");
    assert_null(sip_header(&m, "b").at);
    assert_slice(m.body, "hello");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_a_request),
        cmocka_unit_test(parses_a_response),
        cmocka_unit_test(knows_compact_forms),
        cmocka_unit_test(a_piece_asks_for_more),
        cmocka_unit_test(parses_addresses),
        cmocka_unit_test(parses_uris),
        cmocka_unit_test(lists_are_cut_where_they_may),
        cmocka_unit_test(torture),
        cmocka_unit_test(what_is_written_parses_to_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
