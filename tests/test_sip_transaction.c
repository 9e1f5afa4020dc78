// Transactions by a table: at, what happens, what is to be done, when the next deadline is.
#include "tests/test.h"

#include "control/sip_transaction.h"

#include <stdio.h>
#include <string.h>

#define MS USEC_MS

static struct sip_message parsed(const char *text)
{
    struct sip_message m;
    size_t used;
    assert_int_equal(sip_parse(&m, text, strlen(text), &used), HEAD_OK);
    return m;
}

// ---- client ------------------------------------------------------------------------------------

struct client_step {
    int at;   // ms
    int code; // of a response; 0: time only
    int news; // of a response; of time: has it expired?
    bool waits;
    int next; // ms; -1: never
};

static void play_client(enum sip_method method, const struct client_step *steps, size_t count)
{
    struct sip_client c;
    sip_client_start(&c, 0, method, 1, SIP_COOKIE "1");
    assert_true(sip_client_waits(&c));
    for (size_t i = 0; i < count; i++) {
        const struct client_step *s = &steps[i];
        usec now = s->at * MS, next = s->next < 0 ? USEC_NEVER : s->next * MS;
        int news = s->code ? (int)sip_client_response(&c, now, (unsigned)s->code)
                           : sip_client_expired(&c, now);
        if (news != s->news || sip_client_waits(&c) != s->waits || sip_client_next(&c) != next)
            fail_msg("%s at %d ms: %d, %d, %lld", sip_method_name(method), s->at, news,
                     sip_client_waits(&c), (long long)sip_client_next(&c));
    }
}

#define PLAY_CLIENT(method, ...)                                  \
    do {                                                          \
        const struct client_step steps[] = {__VA_ARGS__};         \
        play_client(method, steps, sizeof steps / sizeof *steps); \
    } while (0)

static void an_invite_of_ours(void **state)
{
    (void)state;
    PLAY_CLIENT(SIP_INVITE, // nobody answers: timer B
                {31999, 0, false, true, 32000}, {32000, 0, true, false, -1},
                {40000, 0, false, false, -1});
    PLAY_CLIENT(SIP_INVITE, // it rings for long, and each ring begins anew
                {1000, 100, SIP_CLIENT_PROVISIONAL, true, 181000},
                {60000, 180, SIP_CLIENT_PROVISIONAL, true, 240000},
                {239999, 0, false, true, 240000}, {240000, 0, true, false, -1});
    PLAY_CLIENT(SIP_INVITE, // RFC 6026: a 2xx may come again, until timer M
                {1000, 200, SIP_CLIENT_SUCCESS, false, 33000},
                {1500, 200, SIP_CLIENT_SUCCESS, false, 33000},
                {2000, 180, SIP_CLIENT_NOTHING, false, 33000},
                {2500, 486, SIP_CLIENT_NOTHING, false, 33000}, {33000, 0, false, false, -1});
    PLAY_CLIENT(SIP_INVITE, {1000, 486, SIP_CLIENT_FAILURE, false, -1});
    PLAY_CLIENT(SIP_INVITE, {1000, 180, SIP_CLIENT_PROVISIONAL, true, 181000},
                {2000, 302, SIP_CLIENT_FAILURE, false, -1});
}

static void a_bye_of_ours(void **state)
{
    (void)state;
    PLAY_CLIENT(SIP_BYE, {1000, 200, SIP_CLIENT_SUCCESS, false, -1});
    PLAY_CLIENT(SIP_BYE, {1000, 481, SIP_CLIENT_FAILURE, false, -1});
    PLAY_CLIENT(SIP_BYE, // timer F, which a provisional response does not move
                {1000, 100, SIP_CLIENT_PROVISIONAL, true, 32000}, {32000, 0, true, false, -1});
}

#define RESPONSE(via, cseq) \
    "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP h;branch=" via "\r\nCSeq: " cseq "\r\n\r\n"

static void whose_response_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ours;
    } rows[] = {
        {RESPONSE("z9hG4bK1", "7 INVITE"), true},
        {RESPONSE("z9hG4bK1;rport=5", "7 INVITE"), true},
        {RESPONSE("z9hG4bK2", "7 INVITE"), false},
        {RESPONSE("z9hG4bK11", "7 INVITE"), false},
        {RESPONSE("z9hG4bK1", "8 INVITE"), false},
        {RESPONSE("z9hG4bK1", "7 CANCEL"), false}, // of the same branch: 9.1
        {"SIP/2.0 200 OK\r\nCSeq: 7 INVITE\r\n\r\n", false},
    };
    struct sip_client c = {0}, idle = {0};
    sip_client_start(&c, 0, SIP_INVITE, 7, "z9hG4bK1");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sip_message m = parsed(rows[i].text);
        if (sip_client_matches(&c, &m) != rows[i].ours)
            fail_msg("%s", rows[i].text);
        assert_false(sip_client_matches(&idle, &m));
    }
}

// ---- server ------------------------------------------------------------------------------------

#define INVITE(via, cseq, id)                                                                     \
    "INVITE sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP " via "\r\nCSeq: " cseq " INVITE\r\nCall-ID: " id \
    "\r\n\r\n"

struct server_step {
    int at;   // ms
    int code; // that is said; 0: time only; -1: its ACK comes
    int news; // of time
    int state;
    int next; // ms; -1: never
};

static void play_server(const struct server_step *steps, size_t count)
{
    static struct sip_server s;
    const char *invite = INVITE("a;branch=z9hG4bK1", "1", "x");
    sip_server_start(&s, invite, strlen(invite));
    assert_true(sip_server_waits(&s));
    assert_int_equal(sip_server_next(&s), USEC_NEVER);
    for (size_t i = 0; i < count; i++) {
        const struct server_step *step = &steps[i];
        usec now = step->at * MS, next = step->next < 0 ? USEC_NEVER : step->next * MS;
        int news = 0;
        if (step->code > 0)
            sip_server_said(&s, now, (unsigned)step->code);
        else if (step->code < 0)
            sip_server_acknowledged(&s);
        else
            news = (int)sip_server_tick(&s, now);
        if (news != step->news || (int)s.state != step->state || sip_server_next(&s) != next)
            fail_msg("at %d ms: %d, %d, %lld", step->at, news, (int)s.state,
                     (long long)sip_server_next(&s));
    }
}

#define PLAY_SERVER(...)                                  \
    do {                                                  \
        const struct server_step steps[] = {__VA_ARGS__}; \
        play_server(steps, sizeof steps / sizeof *steps); \
    } while (0)

static void an_invite_of_theirs(void **state)
{
    (void)state;
    PLAY_SERVER( // 13.3.1.4: T1, then twice as long each time, at most T2; timer L
        {0, 100, 0, SIP_SERVER_PROCEEDING, -1}, {0, 200, 0, SIP_SERVER_ACCEPTED, 500},
        {499, 0, SIP_SERVER_NOTHING, SIP_SERVER_ACCEPTED, 500},
        {500, 0, SIP_SERVER_AGAIN, SIP_SERVER_ACCEPTED, 1500},
        {1500, 0, SIP_SERVER_AGAIN, SIP_SERVER_ACCEPTED, 3500},
        {3500, 0, SIP_SERVER_AGAIN, SIP_SERVER_ACCEPTED, 7500},
        {7500, 0, SIP_SERVER_AGAIN, SIP_SERVER_ACCEPTED, 11500},
        {32000, 0, SIP_SERVER_UNHEARD, SIP_SERVER_IDLE, -1});
    PLAY_SERVER( // RFC 6026 7.1: after its ACK it is still known
        {0, 200, 0, SIP_SERVER_ACCEPTED, 500}, {100, -1, 0, SIP_SERVER_CONFIRMED, 32000},
        {600, 0, SIP_SERVER_NOTHING, SIP_SERVER_CONFIRMED, 32000},
        {32000, 0, SIP_SERVER_NOTHING, SIP_SERVER_IDLE, -1});
    PLAY_SERVER( // over TCP a failure is not said again; timer H, and timer I is zero
        {0, 486, 0, SIP_SERVER_COMPLETED, 32000}, {100, -1, 0, SIP_SERVER_IDLE, -1});
    PLAY_SERVER({0, 486, 0, SIP_SERVER_COMPLETED, 32000},
                {32000, 0, SIP_SERVER_NOTHING, SIP_SERVER_IDLE, -1});
    PLAY_SERVER( // 13.3.1.1: each minute
        {0, 180, 0, SIP_SERVER_PROCEEDING, 60000},
        {60000, 0, SIP_SERVER_AGAIN, SIP_SERVER_PROCEEDING, 120000},
        {120000, 0, SIP_SERVER_AGAIN, SIP_SERVER_PROCEEDING, 180000});
}

static void it_rings_until_its_deadline(void **state)
{
    (void)state;
    static struct sip_server s;
    const char *invite = INVITE("a;branch=z9hG4bK1", "1", "x");
    sip_server_start(&s, invite, strlen(invite));
    sip_server_said(&s, 0, 180);
    s.deadline = 5 * USEC_SECOND;
    assert_int_equal(sip_server_next(&s), 5 * USEC_SECOND);
    assert_int_equal(sip_server_tick(&s, 5 * USEC_SECOND), SIP_SERVER_RUNG);
    assert_true(sip_server_waits(&s)); // for what is to be said now
    assert_int_equal(sip_server_tick(&s, 6 * USEC_SECOND), SIP_SERVER_NOTHING);
}

static void whose_request_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool same;
    } rows[] = {
        {INVITE("a;branch=z9hG4bK1", "1", "x"), true},
        {INVITE("A;branch=z9hG4bK1", "1", "x"), true}, // a host has no case
        {INVITE("a;branch=z9hG4bK2", "1", "x"), false},
        {INVITE("a:5061;branch=z9hG4bK1", "1", "x"), false},
        {INVITE("a;branch=z9hG4bK1", "2", "x"), false},
        {INVITE("a;branch=z9hG4bK1", "1", "y"), false},
        {"CANCEL sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\nCSeq: 1 CANCEL\r\n"
         "Call-ID: x\r\n\r\n",
         true}, // 9.2
        {"ACK sip:b@h SIP/2.0\r\nCSeq: 1 ACK\r\nCall-ID: x\r\n\r\n", false},
    };
    static struct sip_server s, idle;
    sip_server_start(&s, rows[0].text, strlen(rows[0].text));
    struct sip_message kept = sip_server_request(&s);
    assert_int_equal(kept.method, SIP_INVITE);
    assert_true(kept.uri.at >= s.request && kept.uri.at < s.request + sizeof s.request);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sip_message m = parsed(rows[i].text);
        if (sip_server_matches(&s, &m) != rows[i].same)
            fail_msg("%s", rows[i].text);
        assert_false(sip_server_matches(&idle, &m));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_invite_of_ours),           cmocka_unit_test(a_bye_of_ours),
        cmocka_unit_test(whose_response_it_is),        cmocka_unit_test(an_invite_of_theirs),
        cmocka_unit_test(it_rings_until_its_deadline), cmocka_unit_test(whose_request_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
