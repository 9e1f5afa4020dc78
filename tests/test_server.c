#include "tests/messages.h"
#include "tests/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UDP "Transport: RTP/AVP;unicast;client_port=6000-6001\n"
#define TCP "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\n"

static struct talk t;
static struct server_conn *conn;

static int open_one(void **state)
{
    (void)state;
    talk_open(&t, 1, 4);
    conn = talk_connect(&t);
    return 0;
}

static int close_one(void **state)
{
    (void)state;
    server_close(t.server, conn, t.now);
    talk_close(&t);
    return 0;
}

static void every_method_and_status(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        int code;
    } rows[] = {
        {"OPTIONS * RTSP/1.0\nCSeq: 1\n\n", 200},
        {"OPTIONS rtsp://h/ RTSP/1.0\nCSeq: 1\n\n", 200},
        {"DESCRIBE rtsp://h/ RTSP/1.0\nCSeq: 1\n\n", 200},
        {"DESCRIBE rtsp://h/ RTSP/1.0\nCSeq: 1\nAccept: application/sdp\n\n", 200},
        {"DESCRIBE rtsp://h/ RTSP/1.0\nCSeq: 1\nAccept: text/html, */*\n\n", 200},
        {"DESCRIBE rtsp://h/ RTSP/1.0\nCSeq: 1\nAccept: application/mheg\n\n", 406},
        {"DESCRIBE rtsp://h/nothing RTSP/1.0\nCSeq: 1\n\n", 404},
        {"SETUP rtsp://h/trackID=1 RTSP/1.0\nCSeq: 1\n" UDP "\n", 404},
        {"SETUP rtsp://h/trackID=0 RTSP/1.0\nCSeq: 1\n\n", 461},
        {"SETUP rtsp://h/trackID=0 RTSP/1.0\nCSeq: 1\nTransport: RTP/SAVP;client_port=6-7\n\n",
         461},
        {"SETUP rtsp://h/trackID=0 RTSP/1.0\nCSeq: 1\nTransport: RTP/AVP;multicast\n\n", 461},
        {"SETUP rtsp://h/trackID=0 RTSP/1.0\nCSeq: 1\nTransport: RTP/AVP;unicast\n\n", 461},
        {"SETUP rtsp://h/trackID=0 RTSP/1.0\nCSeq: 1\n"
         "Transport: RTP/AVP;client_port=6-7;mode=record\n\n",
         461},
        {"PLAY rtsp://h/ RTSP/1.0\nCSeq: 1\n\n", 455},
        {"PAUSE rtsp://h/ RTSP/1.0\nCSeq: 1\n\n", 455},
        {"TEARDOWN rtsp://h/ RTSP/1.0\nCSeq: 1\n\n", 454},
        {"GET_PARAMETER rtsp://h/ RTSP/1.0\nCSeq: 1\n\n", 200},
        {"SET_PARAMETER rtsp://h/ RTSP/1.0\nCSeq: 1\n\n", 200},
        {"GET_PARAMETER rtsp://h/ RTSP/1.0\nCSeq: 1\nContent-Length: 6\n\njitter", 451},
        {"SET_PARAMETER rtsp://h/ RTSP/1.0\nCSeq: 1\nContent-Length: 6\n\na: b\n", 451},
        {"ANNOUNCE rtsp://h/ RTSP/1.0\nCSeq: 1\n\n", 405},
        {"RECORD rtsp://h/ RTSP/1.0\nCSeq: 1\n\n", 405},
        {"REDIRECT rtsp://h/ RTSP/1.0\nCSeq: 1\n\n", 405},
        {"DANCE rtsp://h/ RTSP/1.0\nCSeq: 1\n\n", 501},
        {"OPTIONS * RTSP/2.0\nCSeq: 1\n\n", 505},
        {"OPTIONS * RTSP/1.0\n\n", 400},
        {"OPTIONS * RTSP/1.0\nCSeq: many\n\n", 400},
        {"DESCRIBE http://h/ RTSP/1.0\nCSeq: 1\n\n", 400},
        {"PLAY rtsp://h/ RTSP/1.0\nCSeq: 1\nSession: unheard-of\n\n", 454},
        {"PLAY rtsp://h/ RTSP/1.0\nCSeq: 1\nSession: \n\n", 454},
        {"PLAY rtsp://h/ RTSP/1.0\nCSeq: 1\nRequire: play.basic\n\n", 551},
        {"RTSP/1.0 200 OK\nCSeq: 9\n\nOPTIONS * RTSP/1.0\nCSeq: 1\n\n", 200},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct server_conn *c = talk_connect(&t);
        const char *answer = talk_ask(&t, c, rows[i].request);
        if (rows[i].code != atoi(answer + 9))
            fail_msg("%s-> %s", rows[i].request, answer);
        if (rows[i].code != 400)
            assert_has(answer, "\nCSeq: 1\n");
        assert_has(answer, "\nServer: voz/test\n");
        server_close(t.server, c, t.now);
    }
    assert_int_equal(t.joined, 0);
    assert_int_equal(server_stats(t.server).sessions_open, 0);
}

static void a_whole_life(void **state)
{
    (void)state;
    talk_play(&t, conn, false);
    assert_int_equal(talk_playing(&t), 1);
    assert_code(talk_request(&t, conn, "PAUSE", TALK_URL, ""), 200);
    assert_int_equal(talk_playing(&t), 0);
    assert_code(talk_request(&t, conn, "PLAY", TALK_URL, "Range: npt=0.000-\n"), 200);
    assert_code(talk_request(&t, conn, "PLAY", TALK_URL, "Range: npt=9-1\n"), 457);
    assert_code(talk_request(&t, conn, "PLAY", TALK_URL, "Range: smpte=0:10:00-\n"), 200);
    assert_code(talk_request(&t, conn, "SETUP", TALK_URL "trackID=0", UDP), 455);
    assert_code(talk_request(&t, conn, "TEARDOWN", TALK_URL, ""), 200);
    assert_int_equal(t.left, 1);
    assert_code(talk_request(&t, conn, "PLAY", TALK_URL, ""), 454);
    assert_int_equal(server_stats(t.server).sessions_open, 0);
}

static void no_room(void **state)
{
    (void)state;
    t.refusal = SERVER_FULL;
    assert_code(talk_request(&t, conn, "SETUP", TALK_URL, UDP), 453);
    t.refusal = SERVER_REFUSED;
    assert_code(talk_request(&t, conn, "SETUP", TALK_URL, UDP), 461);
    t.refusal = 0;
    assert_int_equal(server_stats(t.server).sessions_open, 0);
    struct server_conn *many[5];
    for (int i = 0; i < 5; i++) {
        many[i] = talk_connect(&t);
        t.session[0] = '\0';
        assert_code(talk_request(&t, many[i], "SETUP", TALK_URL, UDP), i < 4 ? 200 : 453);
    }
    for (int i = 0; i < 5; i++)
        server_close(t.server, many[i], t.now);
    assert_int_equal(t.gone, 4);
}

static void interop_24_session(void **state)
{
    (void)state;
    assert_has(talk_request(&t, conn, "SETUP", TALK_URL "trackID=0", UDP), ";timeout=60\n");
    char id[32];
    snprintf(id, sizeof id, "%s", t.session);
    assert_non_null(strstr(t.answer, id)); // no space before ;timeout=, as FFmpeg reads it
    // whatever a client makes of the parameter
    assert_code(talk_request(&t, conn, "SETUP", TALK_URL "trackID=0", UDP), 200);
    assert_string_equal(t.session, id); // one id across all SETUPs
    strcat(t.session, " ; timeout=60");
    assert_code(talk_request(&t, conn, "PLAY", TALK_URL, ""), 200);
    assert_string_equal(t.session, id);
    strcat(t.session, ";timeout=60");
    assert_code(talk_request(&t, conn, "PAUSE", TALK_URL, ""), 200);
    assert_int_equal(server_stats(t.server).sessions_open, 1);
}

static void interop_25_keep_alive(void **state)
{
    (void)state;
    assert_has(talk_request(&t, conn, "OPTIONS", TALK_URL, ""), "GET_PARAMETER");
    talk_play(&t, conn, false);
    for (int i = 0; i < 5; i++) {
        talk_wait(&t, 50 * USEC_SECOND);
        assert_code(talk_request(&t, conn, i & 1 ? "OPTIONS" : "GET_PARAMETER", TALK_URL, ""), 200);
    }
    struct guarded vlc = message_file("tests/data/rtsp-vlc-get-parameter.txt");
    server_input(t.server, conn, t.now, vlc.data, vlc.len);
    talk_hear(&t, conn);
    guarded_free(&vlc);
    for (int i = 0; i < 5; i++) { // RTCP alone is life, and so it is on a quiet connection
        talk_wait(&t, 50 * USEC_SECOND);
        server_heard(t.server, 0, t.now);
    }
    assert_int_equal(talk_playing(&t), 1);
    assert_int_equal(t.expired, 0);
    assert_false(server_finished(conn));
}

static void interop_26_options(void **state)
{
    (void)state;
    assert_code(talk_ask(&t, conn, "OPTIONS * RTSP/1.0\nCSeq: 1\n\n"), 200);
    assert_has(t.answer, "\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, "
                         "GET_PARAMETER, SET_PARAMETER\n");
    assert_code(talk_ask(&t, conn, "OPTIONS rtsp://h/anything RTSP/1.0\nCSeq: 2\n\n"), 200);
}

static void interop_27_one_transport(void **state)
{
    (void)state;
    assert_code(talk_request(&t, conn, "SETUP", TALK_URL "trackID=0", UDP), 200);
    assert_has(t.answer, "\nTransport: RTP/AVP;unicast;client_port=6000-6001;"
                         "server_port=5004-5005;ssrc=DECADE00\n");
    struct server_conn *other = talk_connect(&t);
    t.session[0] = '\0';
    assert_code(talk_request(&t, other, "SETUP", TALK_URL, TCP), 200);
    assert_has(t.answer, "\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=");
    server_close(t.server, other, t.now);
    // what cannot be served is 461 on the first SETUP, and the session may go on from there
    other = talk_connect(&t);
    t.session[0] = '\0';
    t.refusal = SERVER_REFUSED;
    assert_code(talk_request(&t, other, "SETUP", TALK_URL, UDP), 461);
    t.refusal = 0;
    assert_code(talk_request(&t, other, "SETUP", TALK_URL, TCP), 200);
    server_close(t.server, other, t.now);
}

static void interop_28_offers(void **state)
{
    (void)state;
    static const struct {
        const char *offer, *chosen;
    } rows[] = {
        {"RTP/AVP;unicast;client_port=6000-6001", "RTP/AVP;unicast;client_port=6000-6001"},
        {"RTP/AVP/UDP;unicast;client_port=6000", "RTP/AVP;unicast;client_port=6000-6001"},
        {"RTP/AVP;client_port=6000-6001;mode=\"PLAY\"", "RTP/AVP;unicast;client_port=6000-6001"},
        {"RTP/AVP;unicast;destination=;source=;client_port=6-7;ssrc=abc",
         "RTP/AVP;unicast;client_port=6-7"},
        {"RTP/SAVP;client_port=1-2,RTP/AVP/TCP;interleaved=2-3",
         "RTP/AVP/TCP;unicast;interleaved=2-3"},
        {"RTP/AVP;multicast,RTP/AVP;unicast;client_port=8-9", "RTP/AVP;unicast;client_port=8-9"},
        {"RTP/AVP/TCP", "RTP/AVP/TCP;unicast;interleaved=0-1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char header[200], want[200];
        snprintf(header, sizeof header, "Transport: %s\n", rows[i].offer);
        snprintf(want, sizeof want, "\nTransport: %s;s", rows[i].chosen);
        t.session[0] = '\0';
        assert_code(talk_request(&t, conn, "SETUP", TALK_URL, header), 200);
        assert_has(t.answer, want);
        assert_null(strchr(strstr(t.answer, want), ',')); // exactly one
    }
}

static void setup_of_real_peers(void **state)
{
    (void)state;
    static const char *const files[] = {
        "tests/data/rtsp-ffmpeg-setup-udp.txt",    "tests/data/rtsp-ffmpeg-setup-tcp.txt",
        "tests/data/rtsp-gstreamer-setup-udp.txt", "tests/data/rtsp-gstreamer-setup-multicast.txt",
        "tests/data/rtsp-mpv-setup.txt",           "tests/data/rtsp-vlc-setup.txt",
        "tests/data/rtsp-gortsplib-setup.txt",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct guarded g = message_file(files[i]);
        struct server_conn *c = talk_connect(&t);
        server_input(t.server, c, t.now, g.data, g.len);
        talk_hear(&t, c);
        if (g.data[0] == 'S' && !strstr(t.answer, " 200 ") && !strstr(t.answer, " 404 ") &&
            !strstr(t.answer, " 461 "))
            fail_msg("%s: %s", files[i], t.answer);
        server_close(t.server, c, t.now);
        guarded_free(&g);
    }
}

static void interop_30_urls(void **state)
{
    (void)state;
    static const struct {
        const char *url, *base;
    } bases[] = {
        {"rtsp://10.0.0.1:4477/", "rtsp://10.0.0.1:4477/"},
        {"rtsp://10.0.0.1:4477", "rtsp://10.0.0.1:4477/"},
        {"rtsp://[::1]:4477/", "rtsp://[::1]:4477/"},
        {"rtsp://name", "rtsp://name/"},
    };
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        char want[80];
        snprintf(want, sizeof want, "\nContent-Base: %s\n", bases[i].base);
        assert_has(talk_request(&t, conn, "DESCRIBE", bases[i].url, ""), want);
    }
    assert_has(t.answer, "a=control:trackID=0\n");
    static const char *const tracks[] = {
        "rtsp://h/trackID=0", "rtsp://h/trackID=0/",     "rtsp://h/",           "rtsp://h",
        "rtsp://h/TrackID=0", "rtsp://h/?a=b/trackID=0", "rtsp://h/trackID=0?a"};
    for (size_t i = 0; i < sizeof tracks / sizeof *tracks; i++) {
        t.session[0] = '\0';
        if (!strstr(talk_request(&t, conn, "SETUP", tracks[i], UDP), " 200 "))
            fail_msg("%s: %s", tracks[i], t.answer);
        assert_code(talk_request(&t, conn, "PLAY", i & 1 ? "rtsp://h/" : "rtsp://h", ""), 200);
        assert_code(talk_request(&t, conn, "TEARDOWN", i & 1 ? "rtsp://h" : "rtsp://h/", ""), 200);
    }
}

static void interop_31_play(void **state)
{
    (void)state;
    static const char odd[] = "rtsp://VOZ.test:4477/trackID=0/"; // byte for byte as in SETUP
    assert_code(talk_request(&t, conn, "SETUP", odd, TCP), 200);
    talk_type(&t, conn, "PLAY " TALK_URL " RTSP/1.0\nCSeq: 3\nSession: ");
    talk_type(&t, conn, t.session);
    talk_type(&t, conn, "\n\n");
    assert_true(server_frame(t.server, conn, 0, "sound", 5));
    const char *answer = talk_hear(&t, conn);
    assert_code(answer, 200); // before the first frame
    assert_has(answer, "\nRange: npt=0.000-\n");
    assert_has(answer, "\nRTP-Info: url=rtsp://VOZ.test:4477/trackID=0/;seq=17;rtptime=960\n");
    assert_true(strstr(answer, "\n\n$") != NULL);
    assert_code(talk_request(&t, conn, "PLAY", TALK_URL, ""), 200); // it may come twice
    assert_int_equal(talk_playing(&t), 1);
}

static void interop_32_frames_between_messages(void **state)
{
    (void)state;
    talk_play(&t, conn, true);
    static const char report[] = "$\1\0\10\x80\xc9\0\1abcd";
    static const char sound[] = "$\0\0\4rtp!"; // nobody wants it
    static const char other[] = "$\7\0\4what";
    for (int i = 0; i < 3; i++) {
        server_input(t.server, conn, t.now, report, sizeof report - 1);
        server_input(t.server, conn, t.now, sound, sizeof sound - 1);
        assert_code(talk_request(&t, conn, "GET_PARAMETER", TALK_URL, ""), 200);
        server_input(t.server, conn, t.now, other, sizeof other - 1);
    }
    assert_int_equal(t.listeners[0].rtcp, 3);
    server_input(t.server, conn, t.now, report, 7); // a frame in two parts
    server_input(t.server, conn, t.now, report + 7, sizeof report - 1 - 7);
    assert_int_equal(t.listeners[0].rtcp, 4);
    assert_false(server_finished(conn));
}

static void interop_33_fallback_to_tcp(void **state)
{
    (void)state;
    talk_play(&t, conn, false);
    assert_code(talk_request(&t, conn, "PAUSE", TALK_URL, ""), 200);
    t.session[0] = '\0'; // as FFmpeg does, on the same connection
    assert_code(talk_request(&t, conn, "SETUP", TALK_URL "trackID=0", TCP), 200);
    assert_code(talk_request(&t, conn, "PLAY", TALK_URL, ""), 200);
    assert_int_equal(t.left, 1);
    assert_int_equal(talk_playing(&t), 1);
    assert_int_equal(server_stats(t.server).sessions_open, 1);
}

static void interop_35_no_password(void **state)
{
    (void)state;
    assert_code(talk_request(&t, conn, "DESCRIBE", "rtsp://me:secret@h/",
                             "Authorization: Basic bWU6c2VjcmV0\n"),
                200);
    assert_has_not(t.answer, "WWW-Authenticate");
}

static void interop_36_publishers(void **state)
{
    (void)state;
    struct guarded g = message_file("tests/data/rtsp-gstreamer-announce.txt");
    server_input(t.server, conn, t.now, g.data, g.len);
    guarded_free(&g);
    assert_code(talk_hear(&t, conn), 405); // told at once what is served
    assert_has(t.answer, "\nAllow: OPTIONS, DESCRIBE,");
    assert_code(talk_request(&t, conn, "OPTIONS", "*", ""), 200); // the body was taken as well
}

static void interop_37_statuses(void **state)
{
    (void)state;
    assert_code(talk_ask(&t, conn, "BREW rtsp://h/ RTSP/1.0\nCSeq: 00042\n\n"), 501);
    assert_has(t.answer, "\nCSeq: 00042\n"); // as it came
    assert_code(talk_ask(&t, conn, "PAUSE rtsp://h/ RTSP/1.0\ncseq:5\nSession: no\n\n"), 454);
    assert_has(t.answer, "\nCSeq: 5\n");
    assert_code(talk_ask(&t, conn, "PLAY rtsp://h/ RTSP/1.0\nCSeq: 6\n\n"), 455);
    assert_code(talk_ask(&t, conn, "PLAY rtsp://h/ RTSP/1.0\nCSeq: 7\nRequire: a, b\n\n"), 551);
    assert_has(t.answer, "\nUnsupported: a, b\n");
    assert_code(talk_ask(&t, conn, "PLAY rtsp://h/ RTSP/2.0\nCSeq: 8\n\n"), 505);
    assert_has(t.answer, "\nCSeq: 8\n");
    assert_code(talk_ask(&t, conn, "OPTIONS * RTSP/1.0\nX-Any: thing\nCSeq: 9\n folded\nY:\n\n"),
                400); // the fold is part of the CSeq
    assert_code(talk_ask(&t, conn, "OPTIONS * RTSP/1.0\nX-Any: thing\n folded\nCSeq: 9\nY:\n\n"),
                200);
}

// Two tracks: a list, not one and a half.
static void tracks_are_a_list(void **state)
{
    (void)state;
    struct talk two;
    talk_open(&two, 2, 4);
    struct server_conn *c = talk_connect(&two);
    assert_code(talk_request(&two, c, "SETUP", TALK_URL, UDP), 459);
    assert_code(talk_request(&two, c, "SETUP", TALK_URL "trackID=2", UDP), 404);
    assert_code(talk_request(&two, c, "SETUP", TALK_URL "trackID=1", UDP), 200);
    assert_code(talk_request(&two, c, "SETUP", TALK_URL "trackID=0", UDP), 200);
    assert_code(talk_request(&two, c, "PLAY", TALK_URL, ""), 200);
    assert_has(two.answer, "RTP-Info: url=" TALK_URL "trackID=0;seq=17;rtptime=960,url=" TALK_URL
                           "trackID=1;seq=17;rtptime=960\n");
    assert_int_equal(talk_playing(&two), 2);
    assert_code(talk_request(&two, c, "TEARDOWN", TALK_URL, ""), 200);
    assert_int_equal(two.left, 2);
    server_close(two.server, c, two.now);
    talk_close(&two);
}

// Frames go to the connection that a session lives on: nobody else may order them for another one.
static void tcp_belongs_to_its_connection(void **state)
{
    (void)state;
    struct server_conn *other = talk_connect(&t);
    assert_code(talk_request(&t, conn, "SETUP", TALK_URL, UDP), 200);
    assert_code(talk_request(&t, other, "SETUP", TALK_URL, TCP), 455);
    for (int i = 0; i < TALK_LISTENERS; i++)
        assert_ptr_not_equal(t.listeners[i].conn, other);
    assert_code(talk_request(&t, other, "PLAY", TALK_URL, ""), 200); // but it may be steered
    server_close(t.server, other, t.now);
    assert_int_equal(talk_playing(&t), 1);
}

// What a server that has all the features answers to those who know nothing of them, octet by
// octet.
static void a_plain_client_sees_no_difference(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "OPTIONS * RTSP/1.0\nCSeq: 1\n\n",
        "DESCRIBE " TALK_URL " RTSP/1.0\nCSeq: 2\nAccept: application/sdp\n\n",
        "SETUP " TALK_URL "trackID=0 RTSP/1.0\nCSeq: 3\n" UDP "\n",
        "SETUP " TALK_URL "trackID=0 RTSP/1.0\nCSeq: 4\n" TCP "\n",
        "DANCE " TALK_URL " RTSP/1.0\nCSeq: 5\n\n",
    };
    struct talk able;
    talk_open_with(&able, 1, 4, (struct features){true, true});
    struct server_conn *c = talk_connect(&able);
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        talk_ask(&t, conn, requests[i]);
        assert_string_equal(talk_ask(&able, c, requests[i]), t.answer);
        assert_has_not(t.answer, "Supported");
    }
    assert_false(able.listeners[0].features.red || able.listeners[0].features.feedback);
    server_close(able.server, c, able.now);
    talk_close(&able);
}

static void features_are_agreed_on(void **state)
{
    (void)state;
    static const struct {
        struct features server;
        const char *supported;
        struct features agreed;
        const char *said; // by the server; NULL: nothing
    } rows[] = {
        {{true, true}, "Supported: voz.red, voz.feedback\n", {true, true}, "voz.red, voz.feedback"},
        {{true, true}, "Supported: voz.red\n", {true, false}, "voz.red, voz.feedback"},
        {{true, true}, "Supported: play.basic\n", {false, false}, "voz.red, voz.feedback"},
        {{true, false}, "Supported: voz.red, voz.feedback\n", {true, false}, "voz.red"},
        {{false, true}, "Supported: voz.red, voz.feedback\n", {false, true}, "voz.feedback"},
        {{false, false}, "Supported: voz.red, voz.feedback\n", {false, false}, NULL},
        {{true, true}, "", {false, false}, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct talk able;
        char headers[200], said[80];
        talk_open_with(&able, 1, 4, rows[i].server);
        struct server_conn *c = talk_connect(&able);
        snprintf(said, sizeof said, "\nSupported: %s\n", rows[i].said ? rows[i].said : "");
        talk_request(&able, c, "DESCRIBE", TALK_URL, rows[i].supported);
        assert_code(able.answer, 200);
        assert_int_equal(able.described.red, rows[i].agreed.red);
        assert_int_equal(able.described.feedback, rows[i].agreed.feedback);
        (rows[i].said ? assert_has : assert_has_not)(able.answer,
                                                     rows[i].said ? said : "Supported");
        snprintf(headers, sizeof headers, "%sTransport: RTP/AVP%s;unicast;client_port=6000-6001\n",
                 rows[i].supported, rows[i].agreed.feedback ? "F" : "");
        talk_request(&able, c, "SETUP", TALK_URL, headers);
        assert_code(able.answer, 200);
        assert_int_equal(able.listeners[0].features.red, rows[i].agreed.red);
        assert_int_equal(able.listeners[0].features.feedback, rows[i].agreed.feedback);
        (rows[i].said ? assert_has : assert_has_not)(able.answer,
                                                     rows[i].said ? said : "Supported");
        server_close(able.server, c, able.now);
        talk_close(&able);
    }
}

static void the_profile_decides_on_feedback(void **state)
{
    (void)state;
    static const struct {
        bool able;
        const char *headers;
        const char *chosen; // NULL: 461
        bool feedback;
    } rows[] = {
        // as rtspsrc asks, where a description says so
        {true, "Transport: RTP/AVPF;unicast;client_port=6-7\n", "RTP/AVPF;unicast;client_port=6-7",
         true},
        {true, "Transport: RTP/AVPF/UDP;unicast;client_port=6-7\n",
         "RTP/AVPF;unicast;client_port=6-7", true},
        {true, "Transport: RTP/AVPF/TCP;unicast;interleaved=2-3\n",
         "RTP/AVPF/TCP;unicast;interleaved=2-3", true},
        {true, "Supported: voz.feedback\nTransport: RTP/AVPF;client_port=6-7\n",
         "RTP/AVPF;unicast;client_port=6-7", true},
        {true, "Supported: voz.feedback\nTransport: RTP/AVP;client_port=6-7\n",
         "RTP/AVP;unicast;client_port=6-7", false},
        {true, "Transport: RTP/AVP;client_port=6-7,RTP/AVPF;client_port=6-7\n",
         "RTP/AVP;unicast;client_port=6-7", false},
        {true, "Transport: RTP/SAVPF;client_port=6-7,RTP/AVPF;client_port=8-9\n",
         "RTP/AVPF;unicast;client_port=8-9", true},
        {false, "Transport: RTP/AVPF;client_port=6-7,RTP/AVP;client_port=8-9\n",
         "RTP/AVP;unicast;client_port=8-9", false},
        {false, "Transport: RTP/AVPF;unicast;client_port=6-7\n", NULL, false},
        {false, "Supported: voz.feedback\nTransport: RTP/AVPF;client_port=6-7\n", NULL, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct talk able;
        char want[100];
        talk_open_with(&able, 1, 4, (struct features){.feedback = rows[i].able});
        struct server_conn *c = talk_connect(&able);
        talk_request(&able, c, "SETUP", TALK_URL, rows[i].headers);
        assert_code(able.answer, rows[i].chosen ? 200 : 461);
        if (rows[i].chosen) {
            snprintf(want, sizeof want, "\nTransport: %s;s", rows[i].chosen);
            assert_has(able.answer, want);
            assert_int_equal(able.listeners[0].features.feedback, rows[i].feedback);
            assert_false(able.listeners[0].features.red);
        }
        server_close(able.server, c, able.now);
        talk_close(&able);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_one, close_one)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_method_and_status),
        TEST(a_whole_life),
        TEST(no_room),
        TEST(setup_of_real_peers),
        TEST(tracks_are_a_list),
        TEST(tcp_belongs_to_its_connection),
        TEST(a_plain_client_sees_no_difference),
        TEST(features_are_agreed_on),
        TEST(the_profile_decides_on_feedback),
        TEST(interop_24_session),
        TEST(interop_25_keep_alive),
        TEST(interop_26_options),
        TEST(interop_27_one_transport),
        TEST(interop_28_offers),
        TEST(interop_30_urls),
        TEST(interop_31_play),
        TEST(interop_32_frames_between_messages),
        TEST(interop_33_fallback_to_tcp),
        TEST(interop_35_no_password),
        TEST(interop_36_publishers),
        TEST(interop_37_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
