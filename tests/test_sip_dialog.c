// What two ends of a call know of each other, from their messages alone.
#include "tests/test.h"

#include "control/sip_dialog.h"

#include <stdio.h>
#include <string.h>

static struct sip_message parsed(const char *text)
{
    struct sip_message m;
    size_t used;
    assert_int_equal(sip_parse(&m, text, strlen(text), &used), HEAD_OK);
    return m;
}

#define FROM_US "From: <sip:us@h>;tag=us\r\nTo: <sip:them@h>;tag=them\r\nCall-ID: 1@h\r\n"
#define FROM_THEM                                                                  \
    "From: \"Th, em\" <sip:them@h>;tag=them\r\nTo: <sip:us@h>\r\nCall-ID: 1@h\r\n" \
    "CSeq: 5 INVITE\r\n"

static struct sip_dialog calling(void)
{
    struct sip_dialog d;
    assert_true(
        sip_dialog_begin(&d, "1@h", "us", slice_of("<sip:them@h>"), slice_of("sip:them@h")));
    snprintf(d.local, sizeof d.local, "<sip:us@h>");
    return d;
}

static const char *written(const struct sip_dialog *d, enum sip_method method)
{
    static char out[4096];
    struct text t = text_of(out, sizeof out);
    sip_dialog_write(&t, d, method, 9, "z9hG4bKx", "us.h:5060");
    assert_false(t.failed);
    return out;
}

static void before_and_after_their_answer(void **state)
{
    (void)state;
    struct sip_dialog d = calling();
    assert_string_equal(written(&d, SIP_INVITE),
                        "INVITE sip:them@h SIP/2.0\r\n"
                        "Via: SIP/2.0/TCP us.h:5060;branch=z9hG4bKx;rport\r\nMax-Forwards: 70\r\n"
                        "From: <sip:us@h>;tag=us\r\nTo: <sip:them@h>\r\nCall-ID: 1@h\r\n"
                        "CSeq: 9 INVITE\r\n");
    assert_true(slice_is(sip_dialog_hop(&d), "sip:them@h"));
    // 12.1.2: the route the other way round
    struct sip_message m =
        parsed("SIP/2.0 200 OK\r\n" FROM_US "Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\n"
               "Record-Route: <sip:p3;lr>\r\nContact: <sip:them@10.0.0.9:99>\r\n\r\n");
    assert_true(sip_dialog_answered(&d, &m));
    const char *bye = written(&d, SIP_BYE);
    assert_memory_equal(bye, "BYE sip:them@10.0.0.9:99 SIP/2.0\r\n", 34);
    assert_non_null(strstr(bye, "\r\nTo: <sip:them@h>;tag=them\r\n"));
    assert_non_null(strstr(bye, "\r\nRoute: <sip:p3;lr>, <sip:p2;lr>, <sip:p1;lr>\r\n"));
    assert_true(slice_is(sip_dialog_hop(&d), "sip:p3;lr"));
    // 12.2: another Contact; one that is no SIP URI, or none, leaves it
    m = parsed("SIP/2.0 200 OK\r\nm: <sip:moved@h>\r\n\r\n");
    sip_dialog_refresh(&d, &m);
    assert_string_equal(d.target, "sip:moved@h");
    m = parsed("SIP/2.0 200 OK\r\n\r\n");
    sip_dialog_refresh(&d, &m);
    m = parsed("SIP/2.0 200 OK\r\nContact: <tel:1>\r\n\r\n");
    sip_dialog_refresh(&d, &m);
    assert_string_equal(d.target, "sip:moved@h");
}

static void they_call(void **state)
{
    (void)state;
    struct sip_dialog d;
    struct sip_message m = parsed("INVITE sip:us@h SIP/2.0\r\n" FROM_THEM
                                  "Record-Route: <sip:p1;lr>\r\nRecord-Route: <sip:p2;lr>\r\n"
                                  "Contact: <sip:them@10.0.0.9>\r\n\r\n");
    assert_true(sip_dialog_called(&d, &m, "us"));
    assert_int_equal(d.remote_cseq, 5);
    const char *bye = written(&d, SIP_BYE);
    assert_memory_equal(bye, "BYE sip:them@10.0.0.9 SIP/2.0\r\n", 31);
    assert_non_null(strstr(bye, "\r\nFrom: <sip:us@h>;tag=us\r\n"));
    assert_non_null(strstr(bye, "\r\nTo: \"Th, em\" <sip:them@h>;tag=them\r\n"));
    assert_non_null(strstr(bye, "\r\nRoute: <sip:p1;lr>, <sip:p2;lr>\r\n")); // 12.1.1: as it is
}

static void whose_request_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *id;
        bool is;
    } rows[] = {
        {"<sip:them@h>;tag=them", "<sip:us@h>;tag=us", "1@h", true},
        {"<sip:whoever@h>;tag=them", "<sip:us@h>;tag=us", "1@h", true}, // 12: by tags alone
        {"<sip:them@h>;tag=them", "<sip:us@h>", "1@h", false},
        {"<sip:them@h>;tag=them", "<sip:us@h>;tag=US", "1@h", false},
        {"<sip:them@h>", "<sip:us@h>;tag=us", "1@h", false},
        {"<sip:them@h>;tag=us", "<sip:us@h>;tag=them", "1@h", false},
        {"<sip:them@h>;tag=them", "<sip:us@h>;tag=us", "2@h", false},
    };
    struct sip_dialog d = calling(), none = {0};
    struct sip_message m = parsed("SIP/2.0 200 OK\r\n" FROM_US "\r\n");
    assert_true(sip_dialog_answered(&d, &m));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "BYE sip:us@h SIP/2.0\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\n\r\n", rows[i].from,
                 rows[i].to, rows[i].id);
        m = parsed(text);
        if (sip_dialog_is(&d, &m) != rows[i].is)
            fail_msg("%s", text);
        assert_false(sip_dialog_is(&none, &m));
    }
}

// Each with one thing that is too long, or not there.
static void what_it_does_not_take(void **state)
{
    (void)state;
    char longer[1500], text[4096];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    static const char *const formats[] = {
        // a tag, a Call-ID, who they are, a Contact, a route
        "From: <sip:t@h>;tag=*\r\nTo: <sip:us@h>\r\nCall-ID: 1\r\nContact: <sip:t@h>\r\n",
        "From: <sip:t@h>;tag=1\r\nTo: <sip:us@h>\r\nCall-ID: *\r\nContact: <sip:t@h>\r\n",
        "From: <sip:*@h>;tag=1\r\nTo: <sip:us@h>\r\nCall-ID: 1\r\nContact: <sip:t@h>\r\n",
        "From: <sip:t@h>;tag=1\r\nTo: <sip:us@h>\r\nCall-ID: 1\r\nContact: <sip:*@h>\r\n",
        ("From: <sip:t@h>;tag=1\r\nTo: <sip:us@h>\r\nCall-ID: 1\r\nContact: <sip:t@h>\r\n"
         "Record-Route: <sip:*>\r\n"),
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        for (int fits = 0; fits < 2; fits++) {
            struct sip_dialog d;
            const char *star = strchr(formats[i], '*');
            longer[fits ? 9 : sizeof longer - 1] = '\0';
            snprintf(text, sizeof text, "INVITE sip:us@h SIP/2.0\r\nCSeq: 1 INVITE\r\n%.*s%s%s\r\n",
                     (int)(star - formats[i]), formats[i], longer, star + 1);
            struct sip_message m = parsed(text);
            assert_int_equal(sip_dialog_called(&d, &m, "us"), fits);
            longer[9] = 'x';
        }
    struct sip_dialog d;
    struct sip_message m = parsed("INVITE sip:us@h SIP/2.0\r\n" FROM_THEM "\r\n"); // no Contact
    assert_false(sip_dialog_called(&d, &m, "us"));
    assert_false(sip_dialog_begin(&d, "1", "us", slice_of("<sip:t@h>"), slice_of(longer)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_and_after_their_answer),
        cmocka_unit_test(they_call),
        cmocka_unit_test(whose_request_it_is),
        cmocka_unit_test(what_it_does_not_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
