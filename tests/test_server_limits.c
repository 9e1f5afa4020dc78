// What a server bears: pieces, heaps, rubbish, slow readers, and silence.
#include "tests/talk.h"

#include "control/rtsp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE (60 * USEC_SECOND)

static struct talk t;
static struct server_conn *conn;

static int open_one(void **state)
{
    (void)state;
    talk_open(&t, 1, 64);
    conn = talk_connect(&t);
    return 0;
}

static int close_one(void **state)
{
    (void)state;
    if (conn)
        server_close(t.server, conn, t.now);
    talk_close(&t);
    return 0;
}

static const char life[] =
    "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"
    "$\1\0\4\x80\xc9\0\1" // a frame of nobody's
    "DESCRIBE rtsp://h/ RTSP/1.0\r\nCSeq: 2\r\n\r\n"
    "\r\n"
    "SET_PARAMETER rtsp://h/ RTSP/1.0\r\nCSeq: 3\r\nContent-Length: 3\r\n\r\n\r\n "
    "SETUP rtsp://h/trackID=0 RTSP/1.0\r\nCSeq: 4\r\n"
    "Transport: RTP/AVP;unicast;client_port=6000-6001\r\n\r\n"
    "GET_PARAMETER rtsp://h/ RTSP/1.0\r\nCSeq: 5\r\n\r\n";
#define LIFE_LEN (sizeof life - 1)

static int count(const char *text, const char *part)
{
    int n = 0;
    while ((text = strstr(text, part))) {
        n++;
        text++;
    }
    return n;
}

static void assert_lived(const char *answer)
{
    assert_int_equal(count(answer, "RTSP/1.0 200 OK\n"), 5);
    assert_int_equal(count(answer, "RTSP/1.0 "), 5);
    for (int i = 1; i <= 5; i++) { // in the order they were asked
        char cseq[32];
        snprintf(cseq, sizeof cseq, "\nCSeq: %d\n", i);
        answer = strstr(answer, cseq);
        assert_non_null(answer);
    }
}

static void split_at_every_octet(void **state)
{
    (void)state;
    for (size_t cut = 0; cut <= LIFE_LEN; cut++) {
        struct guarded first = guarded_copy(life, cut);
        struct guarded rest = guarded_copy(life + cut, LIFE_LEN - cut);
        struct server_conn *c = talk_connect(&t);
        server_input(t.server, c, t.now, first.data, first.len);
        server_input(t.server, c, t.now, rest.data, rest.len);
        assert_lived(talk_hear(&t, c));
        server_close(t.server, c, t.now);
        guarded_free(&first);
        guarded_free(&rest);
    }
}

static void octet_by_octet_and_all_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < LIFE_LEN; i++)
        server_input(t.server, conn, t.now, life + i, 1);
    assert_lived(talk_hear(&t, conn));
    struct server_conn *c = talk_connect(&t);
    server_input(t.server, c, t.now, life, LIFE_LEN);
    assert_lived(talk_hear(&t, c));
    server_close(t.server, c, t.now);
}

static void a_hundred_pipelined(void **state)
{
    (void)state;
    static char text[100 * 64];
    size_t len = 0;
    for (int i = 0; i < 100; i++)
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "OPTIONS * RTSP/1.0\r\nCSeq: %d\r\n\r\n", i);
    server_input(t.server, conn, t.now, text, len);
    assert_int_equal(count(talk_hear(&t, conn), "RTSP/1.0 200 OK\n"), 100);
    assert_has(t.answer, "\nCSeq: 99\n");
}

static void rubbish_then_a_request(void **state)
{
    (void)state;
    static const char *const rubbish[] = {
        "GET / HTTP/1.1\n\n",
        "\x16\x03\x01\x02 hello I am TLS\n\n",
        "SSH-2.0-OpenSSH_9.2p1\n",
        "DESCRIBE\n\n",
        "OPTIONS * RTSP/1.0\nno colon here\n\n",
        "OPTIONS * RTSP/1.0\nCSeq: 1\nContent-Length: lots\n\n",
        "OPTIONS * RTSP/1.0\nCSeq: 1\nContent-Length: 99999999\n\n",
    };
    for (size_t i = 0; i < sizeof rubbish / sizeof *rubbish; i++) {
        struct server_conn *c = talk_connect(&t);
        const char *answer = talk_ask(&t, c, rubbish[i]);
        if (!strstr(answer, " 400 ") && !strstr(answer, " 413 "))
            fail_msg("%s-> %s", rubbish[i], answer);
        assert_false(server_finished(c));
        assert_has(talk_ask(&t, c, "OPTIONS * RTSP/1.0\nCSeq: 77\n\n"), "\nCSeq: 77\n");
        assert_has(t.answer, "RTSP/1.0 200 OK\n");
        server_close(t.server, c, t.now);
    }
}

static void who_speaks_only_rubbish_is_sent_away(void **state)
{
    (void)state;
    static const char page[] = "GET / HTTP/1.1\r\n\r\n";
    for (int i = 0; i < 100 && !server_finished(conn); i++)
        server_input(t.server, conn, t.now, page, sizeof page - 1);
    assert_true(server_finished(conn));
    assert_int_equal(count(talk_hear(&t, conn), " 400 "), 8);
    server_input(t.server, conn, t.now, life, LIFE_LEN); // nobody listens any more
    assert_string_equal(talk_hear(&t, conn), "");
}

static void too_much_of_everything(void **state)
{
    (void)state;
    static char octets[200000];
    static const char *const starts[] = {"", "OPTIONS ", "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX: "};
    memset(octets, 'a', sizeof octets);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        struct server_conn *c = talk_connect(&t);
        server_input(t.server, c, t.now, starts[i], strlen(starts[i]));
        server_input(t.server, c, t.now, octets, sizeof octets);
        assert_has(talk_hear(&t, c), " 400 ");
        server_close(t.server, c, t.now);
    }
    // the largest body there may be
    char head[96];
    int len = snprintf(head, sizeof head,
                       "SET_PARAMETER rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\nContent-Length: %d\r\n\r\n",
                       RTSP_BODY_MAX);
    server_input(t.server, conn, t.now, head, (size_t)len);
    server_input(t.server, conn, t.now, octets, RTSP_BODY_MAX);
    assert_code(talk_hear(&t, conn), 451);
    // and the largest frame
    static const char frame[] = {'$', 9, (char)0xff, (char)0xff};
    server_input(t.server, conn, t.now, frame, sizeof frame);
    server_input(t.server, conn, t.now, octets, RTSP_FRAME_MAX);
    assert_code(talk_request(&t, conn, "OPTIONS", "*", ""), 200);
}

// ---- who reads slowly

static void slow_reader(void **state)
{
    (void)state;
    static uint8_t packet[400];
    talk_play(&t, conn, true);
    int taken = 0;
    for (int i = 0; i < 1000; i++) {
        memset(packet, i, sizeof packet);
        taken += server_frame(t.server, conn, 0, packet, sizeof packet);
    }
    const char *data;
    size_t waiting = server_output(conn, &data);
    assert_in_range(taken, 10, 100);
    assert_int_equal(waiting, (size_t)taken * (RTSP_FRAME_HEAD + sizeof packet));
    assert_int_equal(server_stats(t.server).frames_dropped, 1000 - taken);
    // an answer still fits, behind whole frames
    talk_type(&t, conn, "OPTIONS * RTSP/1.0\nCSeq: 5\n\n");
    assert_true(server_output(conn, &data) > waiting);
    for (int i = 0; i < taken; i++) {
        struct rtsp_frame frame;
        size_t used, len = server_output(conn, &data);
        assert_int_equal(rtsp_frame_parse(&frame, data, len, &used), RTSP_OK);
        assert_int_equal(frame.len, sizeof packet);
        assert_int_equal(frame.payload[0], frame.payload[399]);
        server_sent(conn, used);
    }
    assert_code(talk_hear(&t, conn), 200);
    assert_true(server_frame(t.server, conn, 0, packet, sizeof packet)); // and on it goes
}

static void who_asks_and_never_reads(void **state)
{
    (void)state;
    static const char ask[] = "DESCRIBE rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n\r\n";
    const char *data;
    for (int i = 0; i < 10000 && !server_finished(conn); i++)
        server_input(t.server, conn, t.now, ask, sizeof ask - 1);
    assert_true(server_finished(conn));
    assert_in_range(server_output(conn, &data), 1, 128 * 1024);
}

static void reads_in_small_sips(void **state)
{
    (void)state;
    static uint8_t packet[300];
    char stream[64 * 1024];
    size_t got = 0;
    const char *data;
    talk_play(&t, conn, true);
    for (int i = 0; i < 200; i++) {
        server_frame(t.server, conn, 0, packet, sizeof packet);
        size_t len = server_output(conn, &data), sip = len < 171 ? len : 171;
        if (got + sip <= sizeof stream)
            memcpy(stream + got, data, sip);
        got += sip;
        server_sent(conn, sip);
    }
    for (size_t at = 0, used; at + 400 < got; at += used) { // never a torn frame
        struct rtsp_frame frame;
        assert_int_equal(rtsp_frame_parse(&frame, stream + at, got - at, &used), RTSP_OK);
        assert_int_equal(frame.len, sizeof packet);
    }
}

// ---- time

static void session_ends_after_a_minute_of_silence(void **state)
{
    (void)state;
    talk_play(&t, conn, false);
    talk_wait(&t, MINUTE - USEC_MS);
    assert_int_equal(talk_playing(&t), 1);
    talk_wait(&t, USEC_MS);
    assert_int_equal(talk_playing(&t), 0);
    assert_int_equal(t.gone, 1);
    assert_int_equal(server_stats(t.server).sessions_expired, 1);
    assert_true(server_finished(conn)); // it said nothing either
    struct server_conn *late = talk_connect(&t);
    assert_code(talk_request(&t, late, "PLAY", TALK_URL, ""), 454);
    server_close(t.server, late, t.now);
}

static void interleaved_session_ends_with_its_connection(void **state)
{
    (void)state;
    talk_play(&t, conn, true);
    for (int i = 0; i < 4; i++) { // any frame is life
        talk_wait(&t, 50 * USEC_SECOND);
        server_input(t.server, conn, t.now, "$\0\0\1x", 5);
        assert_int_equal(talk_playing(&t), 1);
    }
    talk_wait(&t, 2 * MINUTE);
    assert_int_equal(t.gone, 1);
    assert_true(server_finished(conn)); // half open: it is closed
    assert_int_equal(t.expired, 1);
}

static void orphan_is_kept_for_a_while(void **state)
{
    (void)state;
    talk_play(&t, conn, false);
    server_close(t.server, conn, t.now);
    conn = NULL;
    talk_wait(&t, SERVER_ORPHAN_TIMEOUT - USEC_MS);
    assert_int_equal(talk_playing(&t), 1);
    server_heard(t.server, 0, t.now); // its RTCP still comes
    talk_wait(&t, MINUTE - USEC_MS);
    assert_int_equal(talk_playing(&t), 1);
    talk_wait(&t, 2 * USEC_MS);
    assert_int_equal(talk_playing(&t), 0);
    assert_int_equal(t.gone, 1);
}

static void orphan_is_taken_up_again(void **state)
{
    (void)state;
    talk_play(&t, conn, false);
    server_close(t.server, conn, t.now);
    talk_wait(&t, 5 * USEC_SECOND);
    conn = talk_connect(&t);
    assert_code(talk_request(&t, conn, "GET_PARAMETER", TALK_URL, ""), 200);
    talk_wait(&t, 30 * USEC_SECOND);
    assert_int_equal(talk_playing(&t), 1);
    assert_true(server_in_use(t.server, conn));
    assert_code(talk_request(&t, conn, "TEARDOWN", TALK_URL, ""), 200);
    assert_int_equal(t.left, 1);
}

static void orphan_of_nobody_ends(void **state)
{
    (void)state;
    talk_play(&t, conn, false);
    server_close(t.server, conn, t.now);
    conn = NULL;
    talk_wait(&t, SERVER_ORPHAN_TIMEOUT);
    assert_int_equal(t.gone, 1);
    assert_true(server_next(t.server) == USEC_NEVER);
}

static void what_was_not_playing_ends_with_its_connection(void **state)
{
    (void)state;
    for (int tcp = 0; tcp < 2; tcp++) {
        struct server_conn *c = talk_connect(&t);
        t.session[0] = '\0';
        assert_code(
            talk_request(&t, c, "SETUP", TALK_URL,
                         tcp ? "Transport: RTP/AVP/TCP\n" : "Transport: RTP/AVP;client_port=8-9\n"),
            200);
        server_close(t.server, c, t.now);
        assert_int_equal(t.gone, tcp + 1);
    }
    assert_int_equal(server_stats(t.server).sessions_open, 0);
}

static void thousand_silent_connections(void **state)
{
    (void)state;
    static struct server_conn *silent[1000];
    for (int i = 0; i < 1000; i++)
        silent[i] = talk_connect(&t);
    talk_play(&t, conn, false);
    while (t.expired == 0) {
        talk_wait(&t, 10 * USEC_SECOND);
        server_heard(t.server, 0, t.now);
    }
    assert_true(t.now >= SERVER_IDLE_TIMEOUT);
    assert_int_equal(t.expired, 1000);
    for (int i = 0; i < 1000; i++) {
        assert_true(server_finished(silent[i]));
        server_close(t.server, silent[i], t.now);
    }
    assert_int_equal(talk_playing(&t), 1);
    assert_false(server_finished(conn));
}

// Half a request, an octet every ten seconds, is silence.
static void dribbling_is_silence(void **state)
{
    (void)state;
    static const char text[] = "OPTIONS * RTSP/1.0\r\n";
    for (size_t i = 0; i < sizeof text - 1 && !t.expired; i++) {
        server_input(t.server, conn, t.now, text + i, 1);
        talk_wait(&t, 10 * USEC_SECOND);
    }
    assert_true(server_finished(conn));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_one, close_one)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(split_at_every_octet),
        TEST(octet_by_octet_and_all_at_once),
        TEST(a_hundred_pipelined),
        TEST(rubbish_then_a_request),
        TEST(who_speaks_only_rubbish_is_sent_away),
        TEST(too_much_of_everything),
        TEST(slow_reader),
        TEST(who_asks_and_never_reads),
        TEST(reads_in_small_sips),
        TEST(session_ends_after_a_minute_of_silence),
        TEST(interleaved_session_ends_with_its_connection),
        TEST(orphan_is_kept_for_a_while),
        TEST(orphan_is_taken_up_again),
        TEST(orphan_of_nobody_ends),
        TEST(what_was_not_playing_ends_with_its_connection),
        TEST(thousand_silent_connections),
        TEST(dribbling_is_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
