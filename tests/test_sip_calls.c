// Calls of a user agent with one who types: what RFC 3261, 3264, 4028 and 6026 say of each message, in
// virtual time.
#include "tests/desk.h"

#include "control/sip_transaction.h"

#include <stdio.h>
#include <string.h>

static bool begins(const char *said, const char *start)
{
    return strncmp(said, start, strlen(start)) == 0;
}

static void assert_begins(const char *said, const char *start)
{
    if (!begins(said, start))
        fail_msg("not %s: %.300s", start, said);
}

static void assert_says(const char *said, const char *part)
{
    if (!strstr(said, part))
        fail_msg("no %s in: %s", part, said);
}

// ---- they call ---------------------------------------------------------------------------------

// RFC 6026 7.1: the INVITE of a call that is up, once more, is the same INVITE still.
static void an_invite_that_comes_after_its_ack(void **state)
{
    (void)state;
    struct desk d;
    char tag[64];
    desk_begin(&d);
    desk_called(&d, "", tag);
    const char *again = desk_request("INVITE", DESK_BOB, "z9hG4bK1", 1, "", "");
    desk_code(desk_says(&d, again), "");
    desk_code(desk_says(&d, desk_request("ACK", DESK_BOB, "z9hG4bK2", 1, tag, "")), "");
    // 9.2: a CANCEL of it changes nothing
    desk_code(desk_says(&d, desk_request("CANCEL", DESK_BOB, "z9hG4bK1", 1, "", "")), "200");
    desk_no_event(&d);
    assert_true(sip_agent_in_call(d.agent));
    desk_waits(&d, SIP_PATIENCE);
    desk_code(desk_says(&d, desk_request("INVITE", DESK_BOB, "z9hG4bK1", 1, "", "")), "482");
    desk_end(&d);
}

static void a_bye_that_comes_twice(void **state)
{
    (void)state;
    struct desk d;
    char tag[64];
    desk_begin(&d);
    desk_called(&d, "", tag);
    desk_code(desk_says(&d, desk_request("BYE", DESK_BOB, "z9hG4bK3", 2, tag, "")), "200");
    assert_int_equal(desk_event(&d, SIP_AGENT_ENDED).code, 200);
    desk_code(desk_says(&d, desk_request("BYE", DESK_BOB, "z9hG4bK3", 2, tag, "")), "481");
    desk_no_event(&d);
    desk_end(&d);
}

// 13.3.1.1 and 21.4.18
static void a_call_that_nobody_answers(void **state)
{
    (void)state;
    for (int quick = 0; quick < 2; quick++) {
        const struct sip_agent_config config = {
            .name = "voz", .user = "bob", .ring = quick ? 10 * USEC_SECOND : 0};
        struct desk d;
        desk_begin_with(&d, &config);
        desk_says(&d, desk_request("INVITE", DESK_BOB, "z9hG4bK1", 1, "", ""));
        desk_event(&d, SIP_AGENT_CALLED);
        for (int minute = 1; !quick && minute <= 2; minute++) {
            desk_code(desk_waits(&d, 0), "180");
            assert_int_equal(d.now, minute * 60 * USEC_SECOND);
        }
        desk_code(desk_waits(&d, 0), "480");
        assert_int_equal(d.now, (quick ? 10 : 180) * USEC_SECOND);
        assert_int_equal(desk_event(&d, SIP_AGENT_ENDED).code, 480);
        assert_false(sip_agent_in_call(d.agent));
        char tag[64];
        desk_tag(d.said, tag);
        desk_code(desk_says(&d, desk_request("ACK", DESK_BOB, "z9hG4bK1", 1, tag, "")), "");
        assert_int_equal(sip_agent_next(d.agent), USEC_NEVER);
        desk_end(&d);
    }
}

// Calls that come and are given up within one piece of the stream: each is seen, in its order, with
// what is left of the piece taken after that.
static void many_messages_in_one_piece(void **state)
{
    (void)state;
    enum { CALLS = 20 };
    struct desk d;
    struct sip_agent_event event;
    char text[CALLS * 1024] = "";
    size_t len, at = 0;
    int called = 0, ended = 0;
    desk_begin(&d);
    for (int i = 0; i < CALLS; i++) {
        char branch[32];
        snprintf(branch, sizeof branch, "z9hG4bK%d", i);
        strcat(text, desk_request("INVITE", DESK_BOB, branch, i + 1, "", ""));
        strcat(text, desk_request("CANCEL", DESK_BOB, branch, i + 1, "", ""));
    }
    len = strlen(text);
    while (at < len) {
        at += sip_agent_input(d.agent, d.conn, d.now, text + at, len - at);
        for (; sip_agent_event(d.agent, &event); called == ended ? called++ : ended++)
            assert_int_equal(event.kind, called == ended ? SIP_AGENT_CALLED : SIP_AGENT_ENDED);
        assert_true(called - ended <= 1);
        desk_says(&d, "");
    }
    assert_int_equal(at, len);
    assert_int_equal(called, CALLS);
    assert_int_equal(ended, CALLS);
    // and half a message waits for its other half
    const char *again = desk_request("OPTIONS", DESK_BOB, "z9hG4bKx", 99, "", "");
    assert_int_equal(sip_agent_input(d.agent, d.conn, d.now, again, 50), 50);
    desk_code(desk_says(&d, ""), "");
    desk_code(desk_says(&d, again + 50), "200");
    assert_false(sip_conn_finished(d.conn));
    desk_end(&d);
}

// RFC 3264 4: who calls without an offer gets ours, and answers it in the ACK; so does who changes the
// call without one.
static void answers_in_an_ack(void **state)
{
    (void)state;
    struct desk d;
    char tag[64];
    desk_begin(&d);
    desk_says(&d, desk_request("INVITE", DESK_BOB, "z9hG4bK1", 1, "", ""));
    desk_event(&d, SIP_AGENT_CALLED);
    sip_agent_answer(d.agent, d.now, DESK_SDP);
    desk_code(desk_says(&d, ""), "200");
    desk_tag(d.said, tag);
    desk_no_event(&d);
    desk_says(&d, desk_request("ACK", DESK_BOB, "z9hG4bK2", 1, tag, desk_sdp("", "v=0\r\n")));
    desk_event(&d, SIP_AGENT_ANSWERED);
    assert_true(slice_is(sip_agent_sdp(d.agent), "v=0\r\n"));
    desk_says(&d, desk_request("INVITE", DESK_BOB, "z9hG4bK3", 2, tag, ""));
    desk_event(&d, SIP_AGENT_OFFERED);
    sip_agent_answer(d.agent, d.now, DESK_SDP);
    desk_code(desk_says(&d, ""), "200");
    desk_says(&d, desk_request("ACK", DESK_BOB, "z9hG4bK4", 2, tag, desk_sdp("", "v=1\r\n")));
    desk_event(&d, SIP_AGENT_CHANGED);
    assert_true(slice_is(sip_agent_sdp(d.agent), "v=1\r\n"));
    desk_end(&d);
}

// What within a call is answered with what; all of it leaves the call alone.
static void requests_within_a_call(void **state)
{
    (void)state;
    static const struct {
        const char *method, *branch;
        int cseq;
        bool within;
        const char *code;
    } rows[] = {
        {"OPTIONS", "z9hG4bK5", 2, true, "200"},    {"OPTIONS", "z9hG4bK5", 2, false, "486"},
        {"INFO", "z9hG4bK5", 2, true, "405"},       {"UPDATE", "z9hG4bK5", 2, true, "405"},
        {"FROBNICATE", "z9hG4bK5", 2, true, "501"}, {"CANCEL", "z9hG4bK5", 2, false, "481"},
        {"INVITE", "z9hG4bK5", 0, true, "500"}, // 12.2.2: out of order
        {"BYE", "z9hG4bK5", 0, true, "500"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct desk d;
        char tag[64];
        desk_begin(&d);
        desk_called(&d, "", tag);
        desk_code(desk_says(&d, desk_request(rows[i].method, DESK_BOB, rows[i].branch, rows[i].cseq,
                                             rows[i].within ? tag : "", "")),
                  rows[i].code);
        assert_true(sip_agent_in_call(d.agent));
        desk_no_event(&d);
        desk_end(&d);
    }
}

// 14.2: not before the first INVITE is answered, nor when the call is over for us.
static void changes_that_come_too_early_or_too_late(void **state)
{
    (void)state;
    struct desk d;
    char tag[64];
    desk_begin(&d);
    desk_says(&d, desk_request("INVITE", DESK_BOB, "z9hG4bK1", 1, "", ""));
    desk_event(&d, SIP_AGENT_CALLED);
    desk_tag(strstr(d.said, "SIP/2.0 180"), tag);
    desk_code(desk_says(&d, desk_request("INVITE", DESK_BOB, "z9hG4bK3", 2, tag, "")), "500");
    assert_says(d.said, "Retry-After: ");
    sip_agent_answer(d.agent, d.now, DESK_SDP);
    desk_says(&d, desk_request("ACK", DESK_BOB, "z9hG4bK2", 1, tag, desk_sdp("", DESK_SDP)));
    desk_event(&d, SIP_AGENT_ANSWERED);
    sip_agent_hangup(d.agent, d.now);
    assert_begins(desk_says(&d, ""), "BYE ");
    desk_code(desk_says(&d, desk_request("INVITE", DESK_BOB, "z9hG4bK5", 3, tag, "")), "481");
    desk_no_event(&d);
    desk_end(&d);
}

// ---- session timers ----------------------------------------------------------------------------

static void a_session_that_they_refresh(void **state)
{
    (void)state;
    struct desk d;
    char tag[64];
    desk_begin(&d);
    desk_called(&d, "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n", tag);
    for (int i = 2; i < 9; i++) {
        desk_code(desk_waits(&d, 0), ""); // what is left of the last INVITE
        d.now += 20 * USEC_SECOND;
        desk_says(&d, desk_request("INVITE", DESK_BOB, i % 2 ? "z9hG4bK3" : "z9hG4bK4", i, tag,
                                   desk_sdp("Supported: timer\r\nSession-Expires: "
                                            "90;refresher=uac\r\n",
                                            DESK_SDP)));
        desk_event(&d, SIP_AGENT_OFFERED);
        if (i == 8) // what is refused does not refresh
            sip_agent_refuse(d.agent, d.now, 488);
        else
            sip_agent_answer(d.agent, d.now, DESK_SDP);
        desk_code(desk_says(&d, ""), i == 8 ? "488" : "200");
        assert_int_equal(strstr(d.said, "Session-Expires: 90;refresher=uac\r\n") != NULL, i != 8);
        desk_says(&d, desk_request("ACK", DESK_BOB, i == 8 ? "z9hG4bK4" : "z9hG4bK9", i, tag, ""));
    }
    usec refreshed = d.now - 52 * USEC_SECOND;
    assert_begins(desk_waits(&d, 0), "BYE ");
    assert_int_equal(d.now, refreshed + 60 * USEC_SECOND); // of 90: a third before its end
    desk_says(&d, desk_response(d.said, "200 OK", ""));
    assert_string_equal(desk_event(&d, SIP_AGENT_ENDED).why,
                        "The peer has not refreshed the session.");
    desk_end(&d);
}

// RFC 4028 7.3
static void an_interval_that_is_too_short_for_them(void **state)
{
    (void)state;
    struct desk d;
    desk_begin(&d);
    desk_calls(&d);
    assert_says(d.said, "Session-Expires: 1800\r\nMin-SE: 90\r\n");
    const char *said =
        desk_says(&d, desk_response(d.said, "422 Session Interval Too Small", "Min-SE: 3600\r\n"));
    assert_begins(said, "ACK ");
    assert_says(said, "Session-Expires: 3600\r\nMin-SE: 3600\r\n");
    said = strstr(said, "INVITE sip");
    desk_says(&d, desk_response(said, "422 Session Interval Too Small", "Min-SE: 3600\r\n"));
    assert_null(strstr(d.said, "INVITE sip"));
    assert_int_equal(desk_event(&d, SIP_AGENT_ENDED).code, 422);
    desk_end(&d);
}

// RFC 4028 10: nobody answers the refresh, or it is no use.
static void a_refresh_that_fails(void **state)
{
    (void)state;
    static const struct {
        const char *status; // NULL: silence
        bool bye;
    } rows[] = {{NULL, true}, {"408 Request Timeout", true}, {"481 Gone", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct desk d;
        char invite[sizeof d.said];
        desk_begin(&d);
        desk_calls(&d);
        desk_says(&d, desk_response(d.said, "200 OK",
                                    desk_sdp("Session-Expires: 90;refresher=uac\r\n", DESK_SDP)));
        desk_event(&d, SIP_AGENT_ANSWERED);
        while (!begins(d.said, "INVITE "))
            desk_waits(&d, 0);
        assert_int_equal(d.now, 45 * USEC_SECOND);
        assert_says(d.said, "Session-Expires: 90;refresher=uac\r\n");
        memcpy(invite, d.said, sizeof invite);
        if (rows[i].status)
            desk_says(&d, desk_response(invite, rows[i].status, ""));
        else
            desk_waits(&d, SIP_PATIENCE);
        assert_int_equal(strstr(d.said, "BYE sip") != NULL, rows[i].bye);
        if (rows[i].bye)
            desk_says(&d, desk_response(strstr(d.said, "BYE sip"), "481 Gone", ""));
        desk_event(&d, SIP_AGENT_ENDED);
        desk_end(&d);
    }
}

// ---- we call -----------------------------------------------------------------------------------

// What a call ends with when they do not want it; the ACK belongs to the INVITE (17.1.1.3).
static void failures(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "300 Multiple Choices",    "302 Moved Temporarily", "401 Unauthorized",  "404 Not Found",
        "480 Nobody There",        "486 Busy Here",         "488 Not Like This", "500 Oops",
        "503 Service Unavailable", "600 Busy Everywhere",   "603 Decline",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct desk d;
        char branch[64];
        desk_begin(&d);
        desk_calls(&d);
        const char *at = strstr(d.said, "branch=");
        snprintf(branch, sizeof branch, "%.*s", (int)strcspn(at, ";"), at);
        const char *said = desk_says(&d, desk_response(d.said, rows[i], ""));
        assert_begins(said, "ACK sip:a@192.0.2.1 SIP/2.0\r\n");
        assert_says(said, branch);
        assert_says(said, "To: <sip:a@192.0.2.1>;tag=ann\r\n");
        struct sip_agent_event event = desk_event(&d, SIP_AGENT_ENDED);
        assert_int_equal(event.code, atoi(rows[i]));
        assert_string_equal(event.why, rows[i] + 4);
        desk_end(&d);
    }
}

static void what_rings_before_it_is_answered(void **state)
{
    (void)state;
    struct desk d;
    char invite[sizeof d.said];
    desk_begin(&d);
    desk_calls(&d);
    memcpy(invite, d.said, sizeof invite);
    desk_code(desk_says(&d, desk_response(invite, "100 Trying", "")), "");
    desk_no_event(&d);
    desk_says(&d, desk_response(invite, "180 Ringing", ""));
    desk_event(&d, SIP_AGENT_RINGING);
    desk_says(&d, desk_response(invite, "183 Session Progress", desk_sdp("", DESK_SDP)));
    desk_event(&d, SIP_AGENT_RINGING);
    for (int i = 0; i < 3; i++) { // 13.2.2.4: their 2xx comes until they have our ACK
        desk_says(&d, desk_response(invite, "200 OK", desk_sdp("", "v=0\r\n")));
        assert_begins(d.said, "ACK sip:a@192.0.2.1:5062 SIP/2.0\r\n");
        if (!i)
            desk_event(&d, SIP_AGENT_ANSWERED);
        desk_no_event(&d);
    }
    assert_true(slice_is(sip_agent_sdp(d.agent), "v=0\r\n"));
    sip_agent_hangup(d.agent, d.now);
    assert_begins(desk_says(&d, ""), "BYE sip:a@192.0.2.1:5062 SIP/2.0\r\n");
    desk_end(&d);
}

static void a_call_that_they_do_not_answer(void **state)
{
    (void)state;
    for (int rings = 0; rings < 2; rings++) {
        struct desk d;
        desk_begin(&d);
        desk_calls(&d);
        if (rings)
            desk_says(&d, desk_response(d.said, "180 Ringing", ""));
        desk_waits(&d, 0);
        assert_int_equal(d.now, rings ? SIP_RINGING : SIP_PATIENCE);
        assert_begins(d.said, "CANCEL ");
        if (rings)
            desk_event(&d, SIP_AGENT_RINGING);
        assert_int_equal(desk_event(&d, SIP_AGENT_ENDED).code, 408);
        desk_end(&d);
    }
}

// 9.1: not before they have said anything; then it depends on who was faster.
static void a_call_that_is_cancelled(void **state)
{
    (void)state;
    for (int answered = 0; answered < 2; answered++) {
        struct desk d;
        char invite[sizeof d.said];
        desk_begin(&d);
        desk_calls(&d);
        memcpy(invite, d.said, sizeof invite);
        sip_agent_hangup(d.agent, d.now);
        desk_code(desk_says(&d, ""), "");
        assert_begins(desk_says(&d, desk_response(invite, "100 Trying", "")), "CANCEL ");
        desk_code(desk_says(&d, desk_response(invite, "180 Ringing", "")), ""); // once is enough
        desk_says(&d, desk_response(invite, answered ? "200 OK" : "487 Request Terminated",
                                    answered ? desk_sdp("", DESK_SDP) : ""));
        assert_begins(d.said, "ACK ");
        assert_int_equal(strstr(d.said, "BYE sip") != NULL, answered);
        if (answered)
            desk_says(&d, desk_response(strstr(d.said, "BYE sip"), "200 OK", ""));
        assert_int_equal(desk_event(&d, SIP_AGENT_ENDED).code, answered ? 200 : 487);
        desk_no_event(&d);
        desk_end(&d);
    }
}

// 9.1 lets a CANCEL wait for a first response; who gives up does not wait for it long.
static void a_call_given_up_before_anything_was_answered(void **state)
{
    (void)state;
    struct desk d;
    desk_begin(&d);
    desk_calls(&d);
    sip_agent_hangup(d.agent, d.now);
    desk_code(desk_says(&d, ""), "");
    assert_begins(desk_waits(&d, 0), "CANCEL ");
    assert_true(d.now <= 2 * USEC_SECOND);
    assert_int_equal(desk_event(&d, SIP_AGENT_ENDED).code, 487);
    assert_false(sip_agent_in_call(d.agent));
    desk_end(&d);
}

// 13.2.2.4: behind a proxy several phones ring, and two are answered.
static void another_phone_answers_as_well(void **state)
{
    (void)state;
    struct desk d;
    char invite[4096], *tag, answer[8192];
    desk_begin(&d);
    desk_calls(&d);
    snprintf(invite, sizeof invite, "%.4000s", d.said);
    snprintf(answer, sizeof answer, "%s", desk_response(invite, "200 OK", desk_sdp("", DESK_SDP)));
    desk_says(&d, answer);
    desk_event(&d, SIP_AGENT_ANSWERED);
    desk_says(&d, answer); // the same one again
    assert_begins(d.said, "ACK ");
    assert_null(strstr(d.said, "BYE "));
    tag = strstr(strstr(answer, "\r\nTo: "), ";tag=");
    assert_non_null(tag);
    tag[5] = 'z';
    desk_says(&d, answer);
    assert_begins(d.said, "ACK ");
    assert_says(d.said, ";tag=z");
    assert_says(d.said, "BYE ");
    desk_no_event(&d);
    assert_true(sip_agent_in_call(d.agent));
    sip_agent_hangup(d.agent, d.now); // the call itself is with who was first
    assert_begins(desk_says(&d, ""), "BYE ");
    assert_null(strstr(d.said, ";tag=z"));
    desk_end(&d);
}

// 14.1: a change that meets theirs is asked for again, for a while; that ends no call, whether there is a
// session timer or not.
static void a_change_that_always_meets_theirs(void **state)
{
    (void)state;
    struct desk d;
    char tag[64];
    desk_begin(&d);
    desk_called(&d, "", tag);
    assert_true(sip_agent_offer(d.agent, d.now, DESK_SDP "s=hold\r\n"));
    desk_says(&d, "");
    for (int i = 0; i < 5; i++) {
        usec before = d.now;
        assert_begins(d.said, "INVITE ");
        assert_says(d.said, "s=hold\r\n");
        desk_says(&d, desk_response(d.said, "491 Request Pending", ""));
        if (i == 4)
            break;
        desk_no_event(&d);
        desk_waits(&d, 0);
        assert_true(d.now - before <= 2 * USEC_SECOND);
    }
    assert_int_equal(desk_event(&d, SIP_AGENT_UNCHANGED).code, 491);
    desk_waits(&d, 100 * USEC_SECOND);
    desk_no_event(&d);
    assert_true(sip_agent_in_call(d.agent));
    desk_end(&d);
}

// RFC 4028 7.4: what refreshes a session is what was agreed on, not what was refused.
static void a_refused_change_is_not_in_the_refresh(void **state)
{
    (void)state;
    struct desk d;
    char tag[64];
    desk_begin(&d);
    desk_called(&d, "Supported: timer\r\nSession-Expires: 90;refresher=uas\r\n", tag);
    assert_true(sip_agent_offer(d.agent, d.now, DESK_SDP "s=hold\r\n"));
    desk_says(&d, "");
    assert_says(d.said, "s=hold\r\n");
    desk_says(&d, desk_response(d.said, "488 No", ""));
    assert_int_equal(desk_event(&d, SIP_AGENT_UNCHANGED).code, 488);
    desk_says(&d, "");
    while (!strstr(desk_waits(&d, 0), "INVITE "))
        assert_true(d.now < 90 * USEC_SECOND);
    assert_says(d.said, "v=0\r\n");
    assert_null(strstr(d.said, "s=hold"));
    desk_end(&d);
}

// RFC 4028 9: who does not know 422 is not told it.
static void a_short_timer_of_who_does_not_know_them(void **state)
{
    (void)state;
    struct desk d;
    char tag[64];
    desk_begin(&d);
    desk_called(&d, "Session-Expires: 60\r\n", tag);
    assert_true(sip_agent_in_call(d.agent));
    desk_end(&d);
}

// ---- who we are --------------------------------------------------------------------------------

#define CHALLENGE(name, nonce) name "-Authenticate: Digest realm=\"r\", nonce=\"" nonce "\"\r\n"

static void desk_with_password(struct desk *d)
{
    const struct sip_agent_config config = {
        .name = "voz", .user = "bob", .port = 5060, .digest = {"bob", "secret"}};
    desk_begin_with(d, &config);
    desk_calls(d);
    assert_null(strstr(d->said, "uthorization:"));
}

// 22.1 to 22.3: each request is asked again once, and says it then; so does the ACK of an INVITE.
static void challenges(void **state)
{
    (void)state;
    struct desk d;
    const char *said;
    desk_with_password(&d);
    said = desk_says(&d, desk_response(d.said, "401 Unauthorized", CHALLENGE("WWW", "n1")));
    assert_begins(said, "ACK ");
    said = strstr(said, "INVITE sip");
    assert_says(said, "CSeq: 2 INVITE\r\n");
    assert_says(said, "\r\nAuthorization: Digest username=\"bob\", realm=\"r\", nonce=\"n1\", "
                      "uri=\"sip:a@192.0.2.1\"");
    desk_no_event(&d);
    desk_says(&d, desk_response(said, "200 OK", desk_sdp("", DESK_SDP)));
    assert_begins(d.said, "ACK ");
    assert_says(d.said, "nonce=\"n1\"");
    desk_event(&d, SIP_AGENT_ANSWERED);
    // a change of the call, by way of a proxy that asks, too
    assert_true(sip_agent_offer(d.agent, d.now, DESK_SDP "s=hold\r\n"));
    assert_null(strstr(desk_says(&d, ""), "uthorization:"));
    desk_says(&d, desk_response(d.said, "407 Who?", CHALLENGE("Proxy", "n2")));
    said = strstr(d.said, "INVITE sip");
    assert_says(said, "\r\nProxy-Authorization: Digest ");
    assert_says(said, "uri=\"sip:a@192.0.2.1:5062\"");
    assert_says(said, "s=hold\r\n");
    desk_says(&d, desk_response(said, "200 OK", desk_sdp("", DESK_SDP)));
    assert_says(d.said, "nonce=\"n2\"");
    desk_event(&d, SIP_AGENT_CHANGED);
    sip_agent_hangup(d.agent, d.now);
    assert_null(strstr(desk_says(&d, ""), "uthorization:"));
    assert_begins(desk_says(&d, desk_response(d.said, "407 Who?", CHALLENGE("Proxy", "n3"))),
                  "BYE ");
    assert_says(d.said, "nonce=\"n3\"");
    desk_says(&d, desk_response(d.said, "407 Who?", CHALLENGE("Proxy", "n4")));
    assert_int_equal(desk_event(&d, SIP_AGENT_ENDED).code, 200);
    desk_end(&d);
}

static void a_password_that_is_wrong(void **state)
{
    (void)state;
    struct desk d;
    desk_with_password(&d);
    desk_says(&d, desk_response(d.said, "407 Who?", CHALLENGE("Proxy", "n1")));
    desk_says(&d,
              desk_response(strstr(d.said, "INVITE sip"), "407 Who?", CHALLENGE("Proxy", "n2")));
    assert_null(strstr(d.said, "INVITE sip"));
    assert_int_equal(desk_event(&d, SIP_AGENT_ENDED).code, 407);
    desk_end(&d);
}

// RFC 2617 3.2.1: the password was right, and its nonce too old; once.
static void a_nonce_that_is_stale(void **state)
{
    (void)state;
    struct desk d;
    desk_with_password(&d);
    desk_says(&d, desk_response(d.said, "407 Who?", CHALLENGE("Proxy", "n1")));
    for (int i = 0; i < 2; i++) {
        const char *invite = strstr(d.said, "INVITE sip");
        assert_non_null(invite);
        desk_says(&d, desk_response(invite, "407 Who?", CHALLENGE("Proxy", "n2\", stale=\"true")));
        assert_int_equal(strstr(d.said, "nonce=\"n2\"") != NULL, !i);
    }
    assert_int_equal(desk_event(&d, SIP_AGENT_ENDED).code, 407);
    desk_end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_invite_that_comes_after_its_ack),
        cmocka_unit_test(a_bye_that_comes_twice),
        cmocka_unit_test(a_call_that_nobody_answers),
        cmocka_unit_test(many_messages_in_one_piece),
        cmocka_unit_test(answers_in_an_ack),
        cmocka_unit_test(requests_within_a_call),
        cmocka_unit_test(changes_that_come_too_early_or_too_late),
        cmocka_unit_test(a_session_that_they_refresh),
        cmocka_unit_test(an_interval_that_is_too_short_for_them),
        cmocka_unit_test(a_refresh_that_fails),
        cmocka_unit_test(failures),
        cmocka_unit_test(what_rings_before_it_is_answered),
        cmocka_unit_test(a_call_that_they_do_not_answer),
        cmocka_unit_test(a_call_that_is_cancelled),
        cmocka_unit_test(challenges),
        cmocka_unit_test(a_password_that_is_wrong),
        cmocka_unit_test(a_call_given_up_before_anything_was_answered),
        cmocka_unit_test(another_phone_answers_as_well),
        cmocka_unit_test(a_change_that_always_meets_theirs),
        cmocka_unit_test(a_refused_change_is_not_in_the_refresh),
        cmocka_unit_test(a_short_timer_of_who_does_not_know_them),
        cmocka_unit_test(a_nonce_that_is_stale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
