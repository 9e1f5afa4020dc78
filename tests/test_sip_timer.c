// Session timers (RFC 4028): who refreshes, when, and when it is given up.
#include "tests/test.h"

#include "control/sip_timer.h"

#include <stdio.h>
#include <string.h>

static char text[1024];

static struct sip_message message(const char *start, const char *headers)
{
    struct sip_message m;
    size_t used;
    snprintf(text, sizeof text, "%s\r\n%s\r\n", start, headers);
    assert_int_equal(sip_parse(&m, text, strlen(text), &used), HEAD_OK);
    return m;
}

static const char *said(const struct sip_timer *t, bool request, bool first)
{
    static char out[256];
    struct text o = text_of(out, sizeof out);
    out[0] = '\0';
    if (request)
        sip_timer_write_request(t, &o, first);
    else
        sip_timer_write_response(t, &o);
    assert_false(o.failed);
    return out;
}

// Sections 7.1 and 9, table 2
static void they_invite(void **state)
{
    (void)state;
    static const struct {
        const char *headers;
        bool fine;
        unsigned interval;
        bool ours;
        const char *answer;
    } rows[] = {
        {"", true, 0, false, ""},
        {"Supported: timer\r\n", true, 0, false, ""},
        {"Session-Expires: 90\r\nSupported: 100rel, timer\r\n", true, 90, false,
         "Require: timer\r\nSession-Expires: 90;refresher=uac\r\n"},
        {"x: 1800;refresher=uac\r\nk: timer\r\n", true, 1800, false,
         "Require: timer\r\nSession-Expires: 1800;refresher=uac\r\n"},
        {"Session-Expires: 1800;refresher=uas\r\nSupported: timer\r\n", true, 1800, true,
         "Session-Expires: 1800;refresher=uas\r\n"},
        {"Session-Expires: 1800\r\n", true, 1800, true, // a proxy wants it, they do not know it
         "Session-Expires: 1800;refresher=uas\r\n"},
        {"Session-Expires: 89\r\nSupported: timer\r\n", false, 0, false, NULL},
        {"Session-Expires: soon\r\nSupported: timer\r\n", true, 0, false, ""},
        {"Session-Expires: 99999999999\r\nSupported: timer\r\n", true, 0, false, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sip_timer t;
        struct sip_message m = message("INVITE sip:u SIP/2.0", rows[i].headers);
        if (sip_timer_invited(&t, &m) != rows[i].fine)
            fail_msg("%s", rows[i].headers);
        assert_int_equal(t.due, USEC_NEVER);
        if (!rows[i].fine)
            continue;
        assert_int_equal(t.interval, rows[i].interval);
        assert_int_equal(t.ours, rows[i].ours);
        assert_string_equal(said(&t, false, false), rows[i].answer);
    }
}

static void they_answer(void **state)
{
    (void)state;
    static const struct {
        const char *headers;
        unsigned interval;
        bool ours;
    } rows[] = {
        {"", 0, false},
        {"Session-Expires: 1800;refresher=uac\r\n", 1800, true},
        {"Session-Expires: 1800;refresher=UAS\r\n", 1800, false},
        {"Session-Expires: 1800\r\n", 1800, true},
        {"Session-Expires: 10;refresher=uac\r\n", 0, false}, // not what was asked for
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sip_timer t = {.interval = 777, .ours = true};
        struct sip_message m = message("SIP/2.0 200 OK", rows[i].headers);
        sip_timer_answered(&t, &m);
        assert_int_equal(t.interval, rows[i].interval);
        assert_int_equal(t.ours, rows[i].ours);
    }
}

// Section 10: half the interval to refresh, a third or 32 s before its end to give up.
static void when_it_is_due(void **state)
{
    (void)state;
    static const struct {
        unsigned interval;
        bool ours;
        usec due; // s
    } rows[] = {{90, true, 45}, {90, false, 60}, {1800, true, 900}, {1800, false, 1768}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sip_timer t = {.interval = rows[i].interval, .ours = rows[i].ours};
        sip_timer_refreshed(&t, 7 * USEC_SECOND);
        assert_int_equal(t.due, (7 + rows[i].due) * USEC_SECOND);
    }
    struct sip_timer none = {.due = 5}, longest = {.interval = UINT32_MAX};
    sip_timer_refreshed(&none, 7);
    assert_int_equal(none.due, USEC_NEVER);
    sip_timer_refreshed(&longest, 0);
    assert_true(longest.due > 0 && longest.due < USEC_NEVER);
}

static void what_we_ask_for(void **state)
{
    (void)state;
    const struct sip_timer none = {0}, ours = {.interval = 600, .ours = true},
                           theirs = {.interval = 600};
    assert_string_equal(said(&none, true, true), "Session-Expires: 1800\r\nMin-SE: 90\r\n");
    assert_string_equal(said(&none, true, false), "Session-Expires: 1800\r\nMin-SE: 90\r\n");
    assert_string_equal(said(&ours, true, false),
                        "Session-Expires: 600;refresher=uac\r\nMin-SE: 90\r\n");
    assert_string_equal(said(&theirs, true, false),
                        "Session-Expires: 600;refresher=uas\r\nMin-SE: 90\r\n");
    assert_string_equal(said(&theirs, true, true), // after a 422 (7.3)
                        "Session-Expires: 600\r\nMin-SE: 600\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_invite),
        cmocka_unit_test(they_answer),
        cmocka_unit_test(when_it_is_due),
        cmocka_unit_test(what_we_ask_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
