// A client and a server in one memory, with octets carried between them a few at a time.
#include "tests/talk.h"

#include "control/client.h"

#include <string.h>

static struct client *c;
static struct client_event event;
static usec now;

struct pair {
    struct talk talk;
    struct server_conn *conn;
};

static void carry(struct pair *p, size_t most)
{
    const char *data;
    size_t len;
    bool moved = true;
    while (moved) {
        moved = false;
        if ((len = client_output(c, &data))) {
            len = len < most ? len : most;
            server_input(p->talk.server, p->conn, now, data, len);
            client_sent(c, len);
            moved = true;
        }
        if ((len = server_output(p->conn, &data))) {
            size_t taken = client_input(c, now, data, len < most ? len : most);
            server_sent(p->conn, taken);
            moved = true;
        }
        if (client_event(c, now, &event)) {
            assert_int_not_equal(event.kind, CLIENT_FAILED);
            if (event.kind == CLIENT_PLAYING || event.kind == CLIENT_DONE ||
                event.kind == CLIENT_PACKET)
                return;
        }
    }
}

static void client_against_server(void **state)
{
    (void)state;
    static struct pair p;
    for (int tcp = 0; tcp < 2; tcp++)
        for (size_t most = 1; most < 100; most += 7) {
            struct client_config config = {
                .url = TALK_URL, .agent = "voz/test", .tcp = tcp, .port = 6000};
            c = client_new(&config, now);
            assert_non_null(c);
            talk_open(&p.talk, 1, 2);
            p.conn = talk_connect(&p.talk);
            carry(&p, most);
            assert_int_equal(event.kind, CLIENT_PLAYING);
            assert_int_equal(talk_playing(&p.talk), 1);
            assert_int_equal(client_stream(c)->seq, 17);
            assert_int_equal(client_stream(c)->server_rtp, tcp ? 0 : 5004);
            if (tcp) {
                server_frame(p.talk.server, p.conn, 0, "sound", 5);
                carry(&p, most);
                assert_int_equal(event.kind, CLIENT_PACKET);
                assert_memory_equal(event.data, "sound", 5);
                client_rtcp(c, false, "report", 6);
                carry(&p, most);
                assert_int_equal(p.talk.listeners[0].rtcp, 1);
            }
            client_teardown(c, now);
            carry(&p, most);
            assert_int_equal(event.kind, CLIENT_DONE);
            assert_int_equal(p.talk.left, 1);
            server_close(p.talk.server, p.conn, now);
            talk_close(&p.talk);
            client_free(c);
        }
}

static void assert_same(struct features got, bool red, bool feedback)
{
    assert_int_equal(got.red, red);
    assert_int_equal(got.feedback, feedback);
}

// What both ends can do is what they agree on, and both know it.
static void features_of_both(void **state)
{
    (void)state;
    static struct pair p;
    for (int i = 0; i < 32; i++) {
        struct features able = {i & 1, i & 2}, offer = {i & 4, i & 8};
        bool red = able.red && offer.red, feedback = able.feedback && offer.feedback;
        struct client_config config = {
            .url = TALK_URL, .agent = "voz/test", .tcp = i & 16, .port = 6000, .offer = offer};
        c = client_new(&config, now);
        assert_non_null(c);
        talk_open_with(&p.talk, 1, 2, able);
        p.conn = talk_connect(&p.talk);
        carry(&p, 1000);
        assert_int_equal(event.kind, CLIENT_PLAYING);
        assert_same(p.talk.described, red, feedback);
        assert_same(p.talk.listeners[0].features, red, feedback);
        assert_int_equal(p.talk.listeners[0].transport.profile,
                         feedback ? TRANSPORT_AVPF : TRANSPORT_AVP);
        const struct client_stream *s = client_stream(c);
        assert_int_equal(s->payload_type, 96);
        assert_int_equal(s->has_red, red);
        assert_int_equal(s->red_payload_type, red ? 63 : 0);
        assert_int_equal(s->nack, feedback);
        assert_int_equal(s->has_rtx, feedback);
        assert_int_equal(s->rtx_payload_type, feedback ? 97 : 0);
        assert_true(s->rtx_time == (feedback ? 500 * USEC_MS : 0));
        assert_int_equal(s->rtcp_xr.voip_metrics, feedback);
        client_free(c);
        server_close(p.talk.server, p.conn, now);
        talk_close(&p.talk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(client_against_server),
        cmocka_unit_test(features_of_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
