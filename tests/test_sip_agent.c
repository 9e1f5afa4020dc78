// Two user agents on a wire in virtual time, and one that is spoken to in plain text.
#include "tests/desk.h"

#include <stdio.h>

#define SDP DESK_SDP

struct wire {
    usec now;
    struct sip_agent *a, *b;
    struct sip_conn *a_conn, *b_conn; // NULL: not connected
    struct sip_agent_event heard[2][16];
    int count[2];
    bool agrees; // to every offer, at once
};

static struct sip_agent *agent(const char *user, uint64_t seed)
{
    const struct sip_agent_config config = {
        .name = "voz", .user = user, .port = 5060, .seed = seed};
    return sip_agent_new(&config);
}

static void begin(struct wire *w)
{
    *w = (struct wire){.a = agent("alice", 1), .b = agent("bob", 2)};
    assert_non_null(w->a);
    assert_non_null(w->b);
}

static void cut(struct wire *w)
{
    if (w->a_conn)
        sip_agent_close(w->a, w->a_conn, w->now);
    if (w->b_conn)
        sip_agent_close(w->b, w->b_conn, w->now);
    w->a_conn = w->b_conn = NULL;
}

static void end(struct wire *w)
{
    cut(w);
    sip_agent_free(w->a);
    sip_agent_free(w->b);
}

static void join(struct wire *w)
{
    w->a_conn = sip_agent_open(w->a, w->now, "192.0.2.1", NULL);
    w->b_conn = sip_agent_open(w->b, w->now, "192.0.2.2", NULL);
}

static void hear(struct wire *w, int who, struct sip_agent *agent)
{
    struct sip_agent_event event;
    while (sip_agent_event(agent, &event)) {
        assert_true(w->count[who] < 16);
        w->heard[who][w->count[who]++] = event;
        if (event.kind == SIP_AGENT_OFFERED && w->agrees)
            sip_agent_answer(agent, w->now, SDP);
        if (event.kind != SIP_AGENT_CONNECT)
            continue;
        if (!w->a_conn)
            join(w);
        sip_agent_connected(agent, w->now, who ? w->b_conn : w->a_conn, NULL);
    }
}

static bool carry(struct wire *w, struct sip_conn *from, struct sip_agent *to,
                  struct sip_conn *conn)
{
    const char *data;
    char copy[256];
    size_t len = from ? sip_conn_output(from, &data) : 0;
    len = len < sizeof copy ? len : sizeof copy; // in pieces, as TCP may
    if (!len)
        return false;
    memcpy(copy, data, len);
    sip_conn_sent(from, len);
    for (size_t at = 0; at < len; hear(w, to == w->b, to))
        at += sip_agent_input(to, conn, w->now, copy + at, len - at);
    return true;
}

static void settle(struct wire *w)
{
    do {
        hear(w, 0, w->a);
        hear(w, 1, w->b);
    } while (carry(w, w->a_conn, w->b, w->b_conn) || carry(w, w->b_conn, w->a, w->a_conn));
}

static void pass(struct wire *w, usec time)
{
    usec until = w->now + time, next;
    while ((next = usec_min(sip_agent_next(w->a), sip_agent_next(w->b))) <= until) {
        w->now = usec_max(next, w->now);
        sip_agent_tick(w->a, w->now);
        sip_agent_tick(w->b, w->now);
        settle(w);
    }
    w->now = until;
}

static struct sip_agent_event last(struct wire *w, int who)
{
    assert_true(w->count[who] > 0);
    return w->heard[who][w->count[who] - 1];
}

static bool was(struct wire *w, int who, enum sip_agent_kind kind)
{
    for (int i = 0; i < w->count[who]; i++)
        if (w->heard[who][i].kind == kind)
            return true;
    return false;
}

static void ring(struct wire *w)
{
    w->count[0] = w->count[1] = 0;
    assert_true(sip_agent_call(w->a, w->now, "sip:bob@192.0.2.2;transport=tcp"));
    settle(w);
    assert_true(was(w, 0, SIP_AGENT_CONNECTED));
    assert_true(sip_agent_offer(w->a, w->now, SDP "s=offer\r\n"));
    settle(w);
    assert_true(was(w, 0, SIP_AGENT_RINGING));
    assert_true(was(w, 1, SIP_AGENT_CALLED));
    assert_true(slice_is(sip_agent_sdp(w->b), SDP "s=offer\r\n"));
}

static void talk(struct wire *w)
{
    ring(w);
    sip_agent_answer(w->b, w->now, SDP "s=answer\r\n");
    settle(w);
    assert_int_equal(last(w, 0).kind, SIP_AGENT_ANSWERED);
    assert_int_equal(last(w, 1).kind, SIP_AGENT_ANSWERED);
    assert_true(slice_is(sip_agent_sdp(w->a), SDP "s=answer\r\n"));
}

static void assert_over(struct wire *w, unsigned a, unsigned b)
{
    assert_int_equal(last(w, 0).kind, SIP_AGENT_ENDED);
    assert_int_equal(last(w, 1).kind, SIP_AGENT_ENDED);
    assert_int_equal(last(w, 0).code, a);
    assert_int_equal(last(w, 1).code, b);
    assert_false(sip_agent_in_call(w->a));
    assert_false(sip_agent_in_call(w->b));
}

static void either_hangs_up(void **state)
{
    (void)state;
    for (int who = 0; who < 2; who++) {
        struct wire w;
        begin(&w);
        talk(&w);
        sip_agent_hangup(who ? w.b : w.a, w.now);
        settle(&w);
        assert_over(&w, 200, 200);
        end(&w);
    }
}

static void both_hang_up_at_once(void **state)
{
    (void)state;
    struct wire w;
    begin(&w);
    talk(&w);
    sip_agent_hangup(w.a, w.now);
    sip_agent_hangup(w.b, w.now);
    settle(&w);
    assert_over(&w, 200, 200);
    end(&w);
}

static void a_call_is_declined(void **state)
{
    (void)state;
    struct wire w;
    begin(&w);
    ring(&w);
    sip_agent_hangup(w.b, w.now);
    settle(&w);
    assert_over(&w, 486, 486);
    end(&w);
}

static void a_call_is_cancelled(void **state)
{
    (void)state;
    struct wire w;
    begin(&w);
    ring(&w);
    sip_agent_hangup(w.a, w.now);
    settle(&w);
    assert_over(&w, 487, 487);
    end(&w);
}

// 9.1: the answer is on its way already when the caller gives up.
static void a_cancel_that_comes_too_late(void **state)
{
    (void)state;
    struct wire w;
    begin(&w);
    ring(&w);
    sip_agent_answer(w.b, w.now, SDP);
    sip_agent_hangup(w.a, w.now);
    settle(&w);
    assert_over(&w, 200, 200);
    end(&w);
}

static void a_change_is_agreed_to_or_not(void **state)
{
    (void)state;
    struct wire w;
    for (int who = 0; who < 2; who++) {
        begin(&w);
        talk(&w);
        struct sip_agent *asks = who ? w.b : w.a, *asked = who ? w.a : w.b;
        assert_true(sip_agent_offer(asks, w.now, SDP "s=hold\r\n"));
        assert_false(sip_agent_offer(asks, w.now, SDP "s=another\r\n")); // one at a time
        settle(&w);
        assert_int_equal(last(&w, !who).kind, SIP_AGENT_OFFERED);
        assert_true(slice_is(sip_agent_sdp(asked), SDP "s=hold\r\n"));
        sip_agent_answer(asked, w.now, SDP "s=held\r\n");
        settle(&w);
        assert_int_equal(last(&w, who).kind, SIP_AGENT_CHANGED);
        assert_true(slice_is(sip_agent_sdp(asks), SDP "s=held\r\n"));
        assert_true(sip_agent_offer(asks, w.now, SDP "s=video\r\n"));
        settle(&w);
        sip_agent_refuse(asked, w.now, 488);
        settle(&w);
        assert_int_equal(last(&w, who).kind, SIP_AGENT_UNCHANGED);
        assert_int_equal(last(&w, who).code, 488);
        sip_agent_hangup(asks, w.now);
        settle(&w);
        assert_over(&w, 200, 200);
        end(&w);
    }
}

// 14.1, 14.2: both want a change at the same moment. Who was called asks again first; the other one's wish
// is in the answer to that.
static void changes_that_cross_are_asked_again(void **state)
{
    (void)state;
    struct wire w;
    begin(&w);
    talk(&w);
    w.agrees = true;
    assert_true(sip_agent_offer(w.a, w.now, SDP));
    assert_true(sip_agent_offer(w.b, w.now, SDP));
    settle(&w);
    assert_false(was(&w, 0, SIP_AGENT_UNCHANGED) || was(&w, 1, SIP_AGENT_UNCHANGED));
    pass(&w, 2 * USEC_SECOND);
    assert_true(was(&w, 0, SIP_AGENT_OFFERED));
    assert_true(was(&w, 1, SIP_AGENT_CHANGED));
    pass(&w, 100 * USEC_SECOND);
    assert_false(was(&w, 1, SIP_AGENT_OFFERED));
    assert_true(sip_agent_in_call(w.a) && sip_agent_in_call(w.b));
    end(&w);
}

static void a_call_without_an_answer_is_given_up(void **state)
{
    (void)state;
    struct wire w;
    begin(&w);
    ring(&w);
    pass(&w, 200 * USEC_SECOND);
    assert_over(&w, 480, 480);
    end(&w);
}

// The session timer is refreshed for as long as both are there.
static void a_session_is_refreshed(void **state)
{
    (void)state;
    struct wire w;
    begin(&w);
    talk(&w);
    w.agrees = true;
    pass(&w, 5000 * USEC_SECOND);
    assert_true(sip_agent_in_call(w.a));
    assert_true(sip_agent_in_call(w.b));
    assert_true(was(&w, 1, SIP_AGENT_OFFERED));
    end(&w);
}

static void a_peer_that_does_not_refresh_is_given_up(void **state)
{
    (void)state;
    struct wire w;
    begin(&w);
    talk(&w);
    cut(&w);
    sip_agent_free(w.a); // it dies
    w.a = agent("alice", 3);
    pass(&w, 1900 * USEC_SECOND);
    settle(&w);
    pass(&w, 100 * USEC_SECOND);
    assert_false(sip_agent_in_call(w.b));
    assert_int_equal(last(&w, 1).kind, SIP_AGENT_ENDED);
    end(&w);
}

// A call is up although its connection is gone; the goodbye goes over a new one.
static void a_broken_connection_is_made_anew(void **state)
{
    (void)state;
    struct wire w;
    begin(&w);
    talk(&w);
    cut(&w);
    assert_true(sip_agent_in_call(w.a));
    sip_agent_hangup(w.b, w.now);
    settle(&w);
    assert_over(&w, 200, 200);
    end(&w);
}

static void calls_in_a_row(void **state)
{
    (void)state;
    struct wire w;
    begin(&w);
    int calls = repeats(10000, 100);
    for (int i = 0; i < calls; i++) {
        if (i % 3 == 0) {
            ring(&w);
            sip_agent_hangup(i % 2 ? w.a : w.b, w.now);
        } else {
            talk(&w);
            sip_agent_hangup(i % 2 ? w.a : w.b, w.now);
        }
        settle(&w);
        assert_false(sip_agent_in_call(w.a));
        assert_false(sip_agent_in_call(w.b));
        if (i % 7 == 0)
            cut(&w);
        pass(&w, USEC_SECOND);
    }
    assert_int_equal(sip_agent_stats(w.a).connections, w.a_conn ? 1 : 0);
    end(&w);
}

// ---- in plain text -----------------------------------------------------------------------------

// What is asked outside of any call, and with what it is answered.
static void refusals(void **state)
{
    (void)state;
    static const struct {
        const char *method, *uri, *tag, *more, *code;
    } cases[] = {
        {"OPTIONS", DESK_BOB, "", "", "200"},
        {"BYE", DESK_BOB, "x", "", "481"},
        {"BYE", DESK_BOB, "", "", "481"},
        {"CANCEL", DESK_BOB, "", "", "481"},
        {"ACK", DESK_BOB, "x", "", ""},
        {"ACK", DESK_BOB, "", "", ""},
        {"INFO", DESK_BOB, "", "", "405"},
        {"REGISTER", DESK_BOB, "", "", "405"},
        {"NEWMETHOD", DESK_BOB, "", "", "501"},
        {"INVITE", "tel:123", "", "", "416"},
        {"INVITE", "sips:b@192.0.2.2", "", "", "416"},
        {"INVITE", "sip:", "", "", "400"},
        {"INVITE", DESK_BOB, "x", "", "481"},
        {"INVITE", DESK_BOB, "", "Require: 100rel\r\n", "420"},
        {"INVITE", DESK_BOB, "", "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi", "415"},
        {"INVITE", DESK_BOB, "", "Content-Encoding: gzip\r\n", "415"},
        {"INVITE", DESK_BOB, "", "Session-Expires: 60\r\nSupported: timer\r\n", "422"},
        {"INVITE", DESK_BOB, "", "Call-ID: 2@a\r\n", "400"},
        {"INVITE", DESK_BOB, "", "Content-Length: 9000\r\n", "413"},
        {"INVITE", DESK_BOB, "", "Content-Length: x\r\n", "400"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct desk d;
        desk_begin(&d);
        desk_code(desk_says(&d, desk_request(cases[i].method, cases[i].uri, "z9hG4bK1", 1,
                                             cases[i].tag, cases[i].more)),
                  cases[i].code);
        assert_false(sip_agent_in_call(d.agent));
        desk_end(&d);
    }
}

static void an_invite_again_is_the_same_invite(void **state)
{
    (void)state;
    struct desk d;
    char tag[64];
    struct sip_agent_event event;
    desk_begin(&d);
    const char *said = desk_says(&d, desk_request("INVITE", DESK_BOB, "z9hG4bK1", 1, "", ""));
    desk_code(said, "100");
    assert_non_null(strstr(said, "SIP/2.0 180"));
    desk_tag(strstr(said, "SIP/2.0 180"), tag);
    desk_code(desk_says(&d, desk_request("INVITE", DESK_BOB, "z9hG4bK1", 1, "", "")), "180");
    assert_true(sip_agent_event(d.agent, &event));
    assert_int_equal(event.kind, SIP_AGENT_CALLED);
    assert_false(sip_agent_event(d.agent, &event));
    // 8.2.2.2: the same by another way
    desk_code(desk_says(&d, desk_request("INVITE", DESK_BOB, "z9hG4bK2", 1, "", "")), "482");
    desk_code(desk_says(&d, desk_request("CANCEL", DESK_BOB, "z9hG4bK1", 1, "", "")), "200");
    assert_non_null(strstr(d.said, "SIP/2.0 487"));
    desk_code(desk_says(&d, desk_request("ACK", DESK_BOB, "z9hG4bK1", 1, tag, "")), "");
    assert_int_equal(sip_agent_next(d.agent), USEC_NEVER);
    desk_end(&d);
}

// 13.3.1.4: until the ACK comes, and if it never does, the call is ended.
static void a_2xx_is_said_again(void **state)
{
    (void)state;
    struct desk d;
    int times = 0;
    desk_begin(&d);
    desk_says(&d, desk_request("INVITE", DESK_BOB, "z9hG4bK1", 1, "", ""));
    sip_agent_answer(d.agent, d.now, SDP);
    desk_code(desk_says(&d, ""), "200");
    while (d.now < 31 * USEC_SECOND) {
        d.now = sip_agent_next(d.agent);
        sip_agent_tick(d.agent, d.now);
        times += strncmp(desk_says(&d, ""), "SIP/2.0 200", 11) == 0;
    }
    assert_int_equal(times, 10); // 0.5, 1.5, 3.5, 7.5, 11.5 ... 31.5 s
    d.now = sip_agent_next(d.agent);
    sip_agent_tick(d.agent, d.now);
    assert_int_equal(strncmp(desk_says(&d, ""), "BYE ", 4), 0);
    desk_end(&d);
}

static void a_busy_one_says_so(void **state)
{
    (void)state;
    struct desk d;
    char text[4096], *id;
    desk_begin(&d);
    desk_says(&d, desk_request("INVITE", DESK_BOB, "z9hG4bK1", 1, "", ""));
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "%s", desk_request("INVITE", DESK_BOB, "z9hG4bK9", 1, "", ""));
        id = strstr(text, "1@a");
        id[0] = (char)('2' + i % 8);
        desk_code(desk_says(&d, text), "486");
    }
    assert_true(sip_agent_in_call(d.agent));
    assert_int_equal(sip_agent_stats(d.agent).refused, 1000);
    desk_end(&d);
}

// Any octet of a call's messages changed, any cut, and it goes on.
static void mangled_messages(void **state)
{
    (void)state;
    uint64_t x = 88172645463325252u;
    int count = repeats(20000, 200);
    for (int i = 0; i < count; i++) {
        struct desk d;
        char text[4096], more[] =
                             "Session-Expires: 90;refresher=uas\r\nRecord-Route: <sip:p;lr>\r\n"
                             "Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n";
        desk_begin(&d);
        snprintf(text, sizeof text, "%s",
                 desk_request(i % 5 ? "INVITE" : "BYE", DESK_BOB, "z9hG4bK1", 1, "", more));
        for (int n = 0; n < 1 + i % 4; n++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            text[x % strlen(text)] = (char)(1 + (x >> 32) % 255);
        }
        desk_says(&d, text);
        sip_agent_answer(d.agent, d.now, SDP);
        desk_says(&d, desk_request("ACK", DESK_BOB, "z9hG4bK2", 1, "x", ""));
        sip_agent_hangup(d.agent, d.now);
        desk_end(&d);
    }
}

// A registrar that asks who we are.
static void a_registration(void **state)
{
    (void)state;
    struct desk d = {0};
    struct sip_agent_event event;
    const struct sip_agent_config config = {.name = "voz",
                                            .user = "bob",
                                            .port = 5060,
                                            .seed = 9,
                                            .account = "sip:bob@example.org",
                                            .digest = {"bob", "secret"}};
    d.agent = sip_agent_new(&config);
    assert_true(sip_agent_register(d.agent, 0));
    sip_agent_tick(d.agent, 0);
    assert_true(sip_agent_event(d.agent, &event));
    assert_int_equal(event.kind, SIP_AGENT_CONNECT_REGISTRAR);
    assert_string_equal(event.uri, "sip:example.org");
    d.conn = sip_agent_open(d.agent, 0, "192.0.2.2", NULL);
    sip_agent_registrar(d.agent, 0, d.conn, NULL);
    for (int round = 0; round < 4; round++) {
        char response[2048], via[256], id[64];
        const char *said = desk_says(&d, "");
        assert_int_equal(strncmp(said, "REGISTER sip:example.org SIP/2.0\r\n", 34), 0);
        assert_non_null(strstr(said, "To: <sip:bob@example.org>\r\n"));
        assert_int_equal(strstr(said, "\r\nAuthorization: Digest ") != NULL, round > 0);
        const char *at = strstr(said, "Via:"), *call = strstr(said, "Call-ID:");
        snprintf(via, sizeof via, "%.*s", (int)strcspn(at, "\r"), at);
        snprintf(id, sizeof id, "%.*s", (int)strcspn(call, "\r"), call);
        snprintf(response, sizeof response,
                 "SIP/2.0 %s\r\n%s\r\n%s\r\nFrom: <sip:bob@example.org>;tag=1\r\n"
                 "To: <sip:bob@example.org>;tag=2\r\nCSeq: %d REGISTER\r\n"
                 "Contact: <sip:bob@192.0.2.2>;expires=100\r\n\r\n",
                 round > 1 ? "200 OK"
                 : round
                     ? "401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\", "
                       "nonce=\"m\", stale=TRUE, qop=\"auth\"" // a nonce that has just grown old
                     : "401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\", "
                       "nonce=\"n\", qop=\"auth\"",
                 via, id, round + 1);
        assert_int_equal(sip_agent_input(d.agent, d.conn, d.now, response, strlen(response)),
                         strlen(response));
        if (round < 2)
            continue;
        assert_true(sip_agent_event(d.agent, &event));
        assert_int_equal(event.kind, SIP_AGENT_REGISTERED);
        assert_int_equal(sip_agent_next(d.agent),
                         d.now + 50 * USEC_SECOND); // half of what was granted
        d.now += 50 * USEC_SECOND;
        sip_agent_tick(d.agent, d.now);
    }
    desk_end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(either_hangs_up),
        cmocka_unit_test(both_hang_up_at_once),
        cmocka_unit_test(a_call_is_declined),
        cmocka_unit_test(a_call_is_cancelled),
        cmocka_unit_test(a_cancel_that_comes_too_late),
        cmocka_unit_test(a_change_is_agreed_to_or_not),
        cmocka_unit_test(changes_that_cross_are_asked_again),
        cmocka_unit_test(a_call_without_an_answer_is_given_up),
        cmocka_unit_test(a_session_is_refreshed),
        cmocka_unit_test(a_peer_that_does_not_refresh_is_given_up),
        cmocka_unit_test(a_broken_connection_is_made_anew),
        cmocka_unit_test(calls_in_a_row),
        cmocka_unit_test(refusals),
        cmocka_unit_test(an_invite_again_is_the_same_invite),
        cmocka_unit_test(a_2xx_is_said_again),
        cmocka_unit_test(a_busy_one_says_so),
        cmocka_unit_test(mangled_messages),
        cmocka_unit_test(a_registration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
