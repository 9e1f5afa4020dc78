#include "tests/messages.h"
#include "tests/talk.h"

#include "control/client.h"
#include "control/rtsp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URL "rtsp://camera.test/live"

static struct client *c;
static usec now;
static char asked[4096];

static void begin_offering(bool tcp, struct features offer)
{
    struct client_config config = {
        .url = URL, .agent = "voz/test", .tcp = tcp, .port = 6000, .offer = offer};
    now = 0;
    c = client_new(&config, now);
    assert_non_null(c);
}

static void begin_by(bool tcp)
{
    begin_offering(tcp, (struct features){0});
}

static int open_udp(void **state)
{
    (void)state;
    begin_by(false);
    return 0;
}

static int open_tcp(void **state)
{
    (void)state;
    begin_by(true);
    return 0;
}

static int close_client(void **state)
{
    (void)state;
    client_free(c);
    return 0;
}

// What the client says now, with '\n' for CRLF.
static const char *hear(void)
{
    const char *data;
    size_t len, n = 0;
    while ((len = client_output(c, &data))) {
        for (size_t i = 0; i < len && n + 1 < sizeof asked; i++)
            if (data[i] != '\r')
                asked[n++] = data[i];
        client_sent(c, len);
    }
    asked[n] = '\0';
    return asked;
}

static void type(const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            assert_int_equal(client_input(c, now, "\r", 1), 1);
        assert_int_equal(client_input(c, now, text, 1), 1);
    }
}

// Answers the request that was heard last.
static void answer(const char *code, const char *headers, const char *body)
{
    char text[4096];
    unsigned cseq = 0;
    assert_int_equal(sscanf(strstr(asked, "CSeq: "), "CSeq: %u", &cseq), 1);
    size_t len = strlen(body); // with '\n' for CRLF
    for (const char *at = body; *at; at++)
        len += *at == '\n';
    snprintf(text, sizeof text, "RTSP/1.0 %s\nCSeq: %u\n%sContent-Length: %zu\n\n%s", code, cseq,
             headers, len, body);
    type(text);
}

static struct client_event event;

static bool next_event(void)
{
    return client_event(c, now, &event);
}

static void assert_event(enum client_event_kind kind)
{
    assert_true(next_event());
    if (event.kind != kind)
        fail_msg("event %d instead of %d: %s", event.kind, kind, client_why(c));
}

static const char sdp[] = "v=0\no=- 1 1 IN IP4 1.2.3.4\ns=x\nt=0 0\nm=audio 0 RTP/AVP 97\n"
                          "a=rtpmap:97 opus/48000/2\na=fmtp:97 sprop-stereo=1\n"
                          "a=control:trackID=5\n";

#define PUBLIC "Public: DESCRIBE, SETUP, TEARDOWN, PLAY, GET_PARAMETER\nServer: cam\n"
#define BASE   "Content-Base: rtsp://camera.test/live/\nContent-Type: application/sdp\n"

static void until_describe(const char *public)
{
    assert_has(hear(), "OPTIONS " URL " RTSP/1.0\n");
    answer("200 OK", public, "");
    assert_false(next_event());
    assert_has(hear(), "DESCRIBE " URL " RTSP/1.0\n");
    assert_has(asked, "\nAccept: application/sdp\n");
}

static void until_setup(const char *public, const char *base)
{
    until_describe(public);
    answer("200 OK", base, sdp);
    assert_false(next_event());
    assert_has(hear(), "SETUP ");
}

static void until_play(const char *public, const char *transport)
{
    char headers[400];
    until_setup(public, BASE);
    snprintf(headers, sizeof headers, "Session: 12ab;timeout=20\nTransport: %s\n", transport);
    answer("200 OK", headers, "");
    assert_event(CLIENT_READY);
    assert_has(hear(), "PLAY rtsp://camera.test/live/ RTSP/1.0\n");
    assert_has(asked, "\nSession: 12ab\n");
}

static void until_playing(const char *public, const char *transport)
{
    until_play(public, transport);
    answer("200 OK", "RTP-Info: url=rtsp://camera.test/live/trackID=5;seq=9;rtptime=8\n", "");
    assert_event(CLIENT_PLAYING);
    assert_false(next_event());
    assert_string_equal(hear(), "");
}

#define OVER_UDP "RTP/AVP;unicast;client_port=6000-6001;server_port=7000-7001;ssrc=00C0FFEE"
#define OVER_TCP "RTP/AVP/TCP;unicast;interleaved=4-5"

static void plays_over_udp(void **state)
{
    (void)state;
    until_playing(PUBLIC, OVER_UDP ";source=10.9.8.7");
    const struct client_stream *s = client_stream(c);
    assert_false(s->tcp);
    assert_int_equal(s->payload_type, 97);
    assert_int_equal(s->channels, 2);
    assert_int_equal(s->server_rtp, 7000);
    assert_int_equal(s->server_rtcp, 7001);
    assert_true(s->has_seq && s->seq == 9 && s->has_rtptime && s->rtptime == 8);
    assert_string_equal(s->source, "10.9.8.7");
    assert_string_equal(s->server, "cam");
    client_teardown(c, now);
    assert_has(hear(), "TEARDOWN rtsp://camera.test/live/ RTSP/1.0\n");
    assert_has(asked, "\nSession: 12ab\n");
    answer("200 OK", "", "");
    assert_event(CLIENT_DONE);
    assert_true(client_next(c) == USEC_NEVER);
}

static void interop_24_session_without_parameters(void **state)
{
    (void)state;
    until_setup(PUBLIC, BASE);
    answer("200 OK", "Session:  \"12ab\" ; timeout = 20 ; x\nTransport: " OVER_UDP "\n", "");
    assert_event(CLIENT_READY);
    assert_true(strstr(hear(), "\nSession: 12ab\n") || strstr(asked, "\nSession: \"12ab\"\n"));
}

static void interop_25_keep_alive(void **state)
{
    (void)state;
    static const struct {
        const char *public, *method;
    } rows[] = {
        {"Public: OPTIONS, GET_PARAMETER\n", "GET_PARAMETER "},
        {"Public: OPTIONS,get_parameter\n", "GET_PARAMETER "},
        {"Public: OPTIONS, PLAY\n", "OPTIONS "},
        {"", "OPTIONS "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        client_free(c);
        begin_by(false);
        until_playing(rows[i].public, OVER_UDP);
        for (int n = 0; n < 3; n++) {
            usec due = client_next(c);
            assert_true(due <= now + 10 * USEC_SECOND && due > now); // half of timeout=20
            now = due;
            client_tick(c, now);
            assert_has(hear(), rows[i].method);
            assert_has(asked, "\nSession: 12ab\n");
            // what the server thinks of it does not stop the sound, nor does its silence
            if (n == 0)
                answer("454 Session Not Found", "", "");
            else if (n == 1)
                answer("200 OK", "", "");
            if (n == 0) // no sound either would say that it means it
                assert_event(CLIENT_FORGOTTEN);
            assert_false(next_event());
        }
        now += CLIENT_ANSWER_TIMEOUT;
        client_tick(c, now);
        assert_false(next_event());
    }
}

static void interop_27_transport_that_was_not_asked_for(void **state)
{
    (void)state;
    until_setup(PUBLIC, BASE);
    answer("200 OK", "Session: 1\nTransport: " OVER_TCP "\n", "");
    assert_event(CLIENT_FAILED);
    assert_has(client_why(c), "Try --transport tcp");
}

static void interop_28_interleaved_ids_are_obeyed(void **state)
{
    (void)state;
    until_playing(PUBLIC, OVER_TCP);
    assert_int_equal(client_stream(c)->rtp_channel, 4);
    assert_int_equal(client_stream(c)->rtcp_channel, 5);
    static const char frames[] = "$\4\0\3rtp$\5\0\4rtcp$\0\0\1x$\1\0\1y";
    client_input(c, now, frames, sizeof frames - 1);
    assert_event(CLIENT_PACKET);
    assert_false(event.rtcp);
    assert_memory_equal(event.data, "rtp", 3);
    assert_event(CLIENT_PACKET);
    assert_true(event.rtcp);
    assert_int_equal(event.len, 4);
    assert_false(next_event()); // other channels are not ours
    assert_true(client_rtcp(c, false, "report", 6));
    const char *data;
    assert_int_equal(client_output(c, &data), 10);
    assert_memory_equal(data, "$\5\0\6report", 10);
}

static void interop_28_no_server_port(void **state)
{
    (void)state;
    until_playing(PUBLIC, "RTP/AVP;unicast;client_port=6000-6001;source=;ssrc=abc");
    assert_int_equal(client_stream(c)->server_rtp, 0);
    assert_int_equal(client_stream(c)->server_rtcp, 0);
    assert_string_equal(client_stream(c)->source, "");
}

static void interop_28_setup_asks_plainly(void **state)
{
    (void)state;
    until_setup(PUBLIC, BASE);
    assert_has(asked, "\nTransport: RTP/AVP;unicast;client_port=6000-6001\n"); // no mode
}

static void interop_30_bases(void **state)
{
    (void)state;
    static const struct {
        const char *base, *setup;
    } rows[] = {
        {"Content-Base: rtsp://10.0.0.9/x/\n", "SETUP rtsp://10.0.0.9/x/trackID=5 RTSP/1.0\n"},
        {"Content-Base: rtsp://10.0.0.9/x\n", "SETUP rtsp://10.0.0.9/x/trackID=5 RTSP/1.0\n"},
        {"Content-Location: rtsp://10.0.0.9/y/\n", "SETUP rtsp://10.0.0.9/y/trackID=5 RTSP/1.0\n"},
        {"", "SETUP " URL "/trackID=5 RTSP/1.0\n"},
        {"Content-Base: \n", "SETUP " URL "/trackID=5 RTSP/1.0\n"},
        {"Content-Base: rtsp://[::1]:99/\n", "SETUP rtsp://[::1]:99/trackID=5 RTSP/1.0\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        client_free(c);
        begin_by(false);
        until_setup(PUBLIC, rows[i].base);
        assert_has(asked, rows[i].setup);
    }
}

static void interop_31_play_without_rtpinfo(void **state)
{
    (void)state;
    until_play(PUBLIC, OVER_UDP);
    answer("200 OK", "RTP-Info: url=trackID=5;rtptime=8\n", "");
    assert_event(CLIENT_PLAYING);
    assert_false(client_stream(c)->has_seq);
    assert_true(client_stream(c)->has_rtptime);
    client_free(c);
    begin_by(false);
    until_play(PUBLIC, OVER_UDP);
    answer("200 OK", "", "");
    assert_event(CLIENT_PLAYING);
    assert_false(client_stream(c)->has_seq || client_stream(c)->has_rtptime);
}

static void interop_32_requests_and_rubbish_between_frames(void **state)
{
    (void)state;
    until_playing(PUBLIC, OVER_TCP);
    client_input(c, now, "$\4\0\1a", 5);
    type("OPTIONS * RTSP/1.0\nCSeq: 3\n\n");
    client_input(c, now, "\1\2rubbish\r\n$\4\0\1b", 16);
    type("ANNOUNCE * RTSP/1.0\nCSeq: 4\n\n");
    client_input(c, now, "$\4\0\1c", 5);
    for (int want = 'a'; want <= 'c'; want++) {
        assert_event(CLIENT_PACKET);
        assert_int_equal(event.data[0], want);
    }
    assert_false(next_event());
    assert_has(hear(), "RTSP/1.0 200 OK\nCSeq: 3\n");
    assert_has(asked, "RTSP/1.0 501 Not Implemented\nCSeq: 4\n");
}

static void interop_27_461_asks_for_tcp(void **state)
{
    (void)state;
    until_setup(PUBLIC, BASE);
    answer("461 Unsupported Transport", "", "");
    assert_event(CLIENT_REFUSED);
    assert_false(next_event());
    assert_true(client_next(c) == USEC_NEVER);
}

static void refusals(void **state)
{
    (void)state;
    static const struct {
        const char *code, *why;
    } rows[] = {
        {"401 Unauthorized", "password (401 Unauthorized)"}, // interop 35
        {"404 Not Found", "nothing at this path (404 Not Found). Check the end of the URL"},
        {"453 Not Enough Bandwidth", "no room for another listener"},
        {"500 Oops", "The server refused: 500 Oops."},
        {"302 Found", "302 Found"},
        {"404 ", "nothing at this path"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        client_free(c);
        begin_by(false);
        until_describe(PUBLIC);
        answer(rows[i].code, "", "");
        assert_event(CLIENT_FAILED);
        assert_has(client_why(c), rows[i].why);
        assert_false(next_event());
        assert_true(client_next(c) == USEC_NEVER);
    }
    client_free(c);
    begin_by(true);
    until_setup(PUBLIC, BASE);
    answer("461 Unsupported Transport", "", "");
    assert_event(CLIENT_FAILED);
    assert_has(client_why(c), "461 Unsupported Transport");
}

static void descriptions_without_use(void **state)
{
    (void)state;
    static const struct {
        const char *sdp, *why;
    } rows[] = {
        {"<html>", "cannot be read"},
        {"", "cannot be read"},
        {"v=0\ns=x\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\n", "no Opus audio at " URL},
        {"v=0\ns=x\nm=audio 0 RTP/SAVP 96\na=rtpmap:96 opus/48000/2\n", "no Opus audio"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        client_free(c);
        begin_by(false);
        until_describe(PUBLIC);
        answer("200 OK", BASE, rows[i].sdp);
        assert_event(CLIENT_FAILED);
        assert_has(client_why(c), rows[i].why);
    }
}

static void says_what_it_can_take(void **state)
{
    (void)state;
    until_setup(PUBLIC, BASE);
    assert_has_not(asked, "Supported");
    client_free(c);
    begin_offering(false, (struct features){true, true});
    until_describe(PUBLIC);
    assert_has(asked, "\nSupported: voz.red, voz.feedback\n");
    answer("200 OK", BASE, sdp); // plain all the same: nothing is to be asked for
    assert_false(next_event());
    assert_has(hear(), "\nSupported: voz.red, voz.feedback\n");
    assert_has(asked, "\nTransport: RTP/AVP;");
}

#define AVP  "m=audio 0 RTP/AVP 96 63 97\n"
#define AVPF "m=audio 0 RTP/AVPF 96 63 97\n"
#define OPUS "a=rtpmap:96 opus/48000/2\na=control:t\n"
#define NACK "a=rtcp-fb:96 nack\n"
#define RED  "a=rtpmap:63 red/48000/2\na=fmtp:63 96/96\n"
#define RTX  "a=rtpmap:97 rtx/48000\na=fmtp:97 apt=96;rtx-time=500\n"
#define XR   "a=rtcp-xr:pkt-loss-rle\n"

static void what_is_described_and_offered(void **state)
{
    (void)state;
    static const struct {
        const char *media;
        bool offer; // feedback
        const char *asked, *answered;
        bool red, nack, rtx, xr;
    } rows[] = {
        {AVP OPUS, true, "RTP/AVP;", "RTP/AVP", .nack = false},
        {AVPF OPUS NACK RED RTX XR, true, "RTP/AVPF;", "RTP/AVPF", true, true, true, true},
        {AVPF OPUS NACK, true, "RTP/AVPF;", "RTP/AVPF", .nack = true},
        {AVPF OPUS RTX, true, "RTP/AVPF;", "RTP/AVPF", .nack = true, .rtx = true}, // GStreamer
        {AVPF OPUS, true, "RTP/AVPF;", "RTP/AVPF", .nack = false},
        // not offered, but it is all there is: play
        {AVPF OPUS NACK RED RTX XR, false, "RTP/AVPF;", "RTP/AVPF", .red = true},
        // without the profile there is no feedback
        {AVP OPUS NACK RED RTX XR, true, "RTP/AVP;", "RTP/AVP", .red = true, .xr = true},
        {AVPF OPUS NACK RTX, true, "RTP/AVPF;", "RTP/AVP", .nack = false},
        {AVP OPUS NACK, true, "RTP/AVP;", "RTP/AVPF", .nack = false},
        // one track under two profiles
        {AVP OPUS AVPF OPUS RTX, true, "RTP/AVPF;", "RTP/AVPF", .nack = true, .rtx = true},
        {AVP OPUS AVPF OPUS RTX, false, "RTP/AVP;", "RTP/AVP", .nack = false},
        {AVPF OPUS RTX AVP OPUS, true, "RTP/AVPF;", "RTP/AVPF", .nack = true, .rtx = true},
        {AVPF OPUS RTX AVP OPUS, false, "RTP/AVP;", "RTP/AVP", .nack = false},
        {AVPF OPUS RTX AVPF OPUS, true, "RTP/AVPF;", "RTP/AVPF", .nack = true, .rtx = true},
        // but two tracks are two
        {AVP OPUS AVPF "a=control:u\n" OPUS RTX, true, "RTP/AVP;", "RTP/AVP", .nack = false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1000];
        client_free(c);
        begin_offering(false, (struct features){.feedback = rows[i].offer});
        until_describe(PUBLIC);
        snprintf(text, sizeof text, "v=0\ns=x\n%s", rows[i].media);
        answer("200 OK", BASE, text);
        assert_false(next_event());
        snprintf(text, sizeof text, "\nTransport: %sunicast;client_port=6000-6001\n",
                 rows[i].asked);
        assert_has(hear(), text);
        assert_has(asked, "SETUP rtsp://camera.test/live/t RTSP");
        snprintf(text, sizeof text,
                 "Session: 1\nTransport: %s;unicast;client_port=6000-6001;server_port=7-8\n",
                 rows[i].answered);
        answer("200 OK", text, "");
        assert_event(CLIENT_READY);
        const struct client_stream *s = client_stream(c);
        if (s->has_red != rows[i].red || s->nack != rows[i].nack || s->has_rtx != rows[i].rtx ||
            s->rtcp_xr.loss_rle != rows[i].xr)
            fail_msg("row %zu: red %d, nack %d, rtx %d, xr %d", i, s->has_red, s->nack, s->has_rtx,
                     s->rtcp_xr.loss_rle);
        assert_true(!s->has_red || s->red_payload_type == 63);
        assert_true(!s->has_rtx || (s->rtx_payload_type == 97 && s->rtx_time == 500 * USEC_MS));
    }
}

static void type_file(const char *path)
{
    struct guarded g = message_file(path);
    assert_int_equal(client_input(c, now, g.data, g.len), g.len);
    guarded_free(&g);
}

// The octets of GStreamer's server, whether we can take feedback or not.
static void gstreamer_retransmits(void **state)
{
    (void)state;
    for (int feedback = 0; feedback < 2; feedback++) {
        client_free(c);
        begin_offering(false, (struct features){.feedback = feedback});
        until_describe(PUBLIC);
        type_file("tests/data/rtsp-gst-rtsp-server-describe-rtx.txt");
        assert_false(next_event());
        assert_has(hear(), "/voice/stream=0 RTSP/1.0\n");
        assert_has(asked, "\nTransport: RTP/AVPF;unicast;client_port=6000-6001\n");
        type_file("tests/data/rtsp-gst-rtsp-server-setup-avpf.txt");
        assert_event(CLIENT_READY);
        assert_int_equal(client_stream(c)->payload_type, 96);
        assert_int_equal(client_stream(c)->nack, feedback);
        assert_int_equal(client_stream(c)->has_rtx, feedback);
        assert_int_equal(client_stream(c)->rtx_payload_type, feedback ? 97 : 0);
        assert_int_equal(client_stream(c)->server_rtp, 33144);
    }
}

static void an_old_server_knows_no_options(void **state)
{
    (void)state;
    hear();
    answer("501 Not Implemented", "", "");
    assert_false(next_event());
    assert_has(hear(), "DESCRIBE ");
}

static void a_server_that_never_answers(void **state)
{
    (void)state;
    hear();
    assert_true(client_next(c) == CLIENT_ANSWER_TIMEOUT);
    client_tick(c, CLIENT_ANSWER_TIMEOUT - 1);
    assert_false(next_event());
    client_tick(c, CLIENT_ANSWER_TIMEOUT);
    assert_event(CLIENT_FAILED);
    assert_has(client_why(c), "does not answer");
}

static void no_rtsp_at_all(void **state)
{
    (void)state;
    hear();
    type("HTTP/1.1 400 Bad Request\n\n");
    assert_event(CLIENT_FAILED);
    assert_has(client_why(c), "does not speak RTSP");
}

static void strange_answers_are_ignored(void **state)
{
    (void)state;
    hear();
    type("RTSP/1.0 200 OK\nCSeq: 99\n\n");
    type("RTSP/1.0 200 OK\n\n");
    type("RTSP/1.0 100 Continue\nCSeq: 1\n\n");
    assert_false(next_event());
    assert_string_equal(hear(), "");
    type("RTSP/1.0 200 OK\nCSeq: 1\n\n");
    assert_false(next_event());
    assert_has(hear(), "DESCRIBE ");
}

static void setup_without_session(void **state)
{
    (void)state;
    until_setup(PUBLIC, BASE);
    answer("200 OK", "Transport: " OVER_UDP "\n", "");
    assert_event(CLIENT_FAILED);
    assert_has(client_why(c), "without a session");
}

static void teardown_waits_a_second(void **state)
{
    (void)state;
    until_playing(PUBLIC, OVER_UDP);
    now = 5 * USEC_SECOND;
    client_teardown(c, now);
    assert_false(next_event());
    assert_true(client_next(c) == now + USEC_SECOND);
    client_teardown(c, now); // once is enough
    assert_int_equal(strstr(hear(), "TEARDOWN") != NULL, 1);
    assert_null(strstr(strstr(asked, "TEARDOWN") + 1, "TEARDOWN"));
    client_tick(c, now + USEC_SECOND);
    assert_event(CLIENT_DONE);
}

static void teardown_at_any_time(void **state)
{
    (void)state;
    client_teardown(c, now); // nothing was set up: nothing to tear down
    assert_event(CLIENT_DONE);
    client_free(c);
    begin_by(false);
    until_play(PUBLIC, OVER_UDP);
    client_teardown(c, now);  // PLAY has not been answered
    answer("200 OK", "", ""); // its answer comes late
    assert_false(next_event());
    hear();
    answer("454 Session Not Found", "", "");
    assert_event(CLIENT_DONE);
}

static void rubbish_does_not_spoil_a_teardown(void **state)
{
    (void)state;
    until_playing(PUBLIC, OVER_TCP);
    client_teardown(c, now);
    bool done = false;
    for (int i = 0; i < 50 && !done; i++) {
        type("what is this?\n");
        done = next_event();
    }
    assert_true(done);
    assert_int_equal(event.kind, CLIENT_DONE);
}

static void splits_at_every_octet(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < 60; cut++) {
        client_free(c);
        begin_by(false);
        hear();
        static const char text[] = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: GET_PARAMETER\r\n\r\n";
        size_t first = cut < sizeof text - 1 ? cut : sizeof text - 1;
        client_input(c, now, text, first);
        next_event();
        client_input(c, now, text + first, sizeof text - 1 - first);
        assert_false(next_event());
        assert_has(hear(), "DESCRIBE ");
    }
}

static void input_is_bounded(void **state)
{
    (void)state;
    static char octets[400000];
    until_playing(PUBLIC, OVER_TCP);
    memset(octets, '$', sizeof octets);
    size_t taken = client_input(c, now, octets, sizeof octets);
    assert_in_range(taken, 65540, 200000);
    while (next_event())
        ;
    assert_true(client_input(c, now, octets, sizeof octets) > 0); // it got on
}

#define UDP_TEST(f) cmocka_unit_test_setup_teardown(f, open_udp, close_client)
#define TCP_TEST(f) cmocka_unit_test_setup_teardown(f, open_tcp, close_client)

int main(void)
{
    const struct CMUnitTest tests[] = {
        UDP_TEST(plays_over_udp),
        UDP_TEST(interop_24_session_without_parameters),
        UDP_TEST(interop_25_keep_alive),
        UDP_TEST(interop_27_transport_that_was_not_asked_for),
        UDP_TEST(interop_27_461_asks_for_tcp),
        TCP_TEST(interop_28_interleaved_ids_are_obeyed),
        UDP_TEST(interop_28_no_server_port),
        UDP_TEST(interop_28_setup_asks_plainly),
        UDP_TEST(interop_30_bases),
        UDP_TEST(interop_31_play_without_rtpinfo),
        TCP_TEST(interop_32_requests_and_rubbish_between_frames),
        UDP_TEST(refusals),
        UDP_TEST(descriptions_without_use),
        UDP_TEST(says_what_it_can_take),
        UDP_TEST(what_is_described_and_offered),
        UDP_TEST(gstreamer_retransmits),
        UDP_TEST(an_old_server_knows_no_options),
        UDP_TEST(a_server_that_never_answers),
        UDP_TEST(no_rtsp_at_all),
        UDP_TEST(strange_answers_are_ignored),
        UDP_TEST(setup_without_session),
        UDP_TEST(teardown_waits_a_second),
        UDP_TEST(teardown_at_any_time),
        TCP_TEST(rubbish_does_not_spoil_a_teardown),
        UDP_TEST(splits_at_every_octet),
        TCP_TEST(input_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
