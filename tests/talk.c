// A server that is typed at: see talk.h.
#include "tests/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t describe(void *ctx, struct server_conn *conn, struct features features, char *out,
                       size_t cap)
{
    struct talk *t = ctx;
    (void)conn;
    t->described = features;
    return (size_t)snprintf(
        out, cap,
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=voz\r\nt=0 0\r\n"
        "m=audio 0 RTP/AVP%s 96%s%s\r\na=rtpmap:96 opus/48000/2\r\n"
        "a=fmtp:96 sprop-stereo=0;useinbandfec=1\r\n%s%s"
        "a=control:trackID=0\r\n",
        features.feedback ? "F" : "", features.red ? " 63" : "", features.feedback ? " 97" : "",
        features.red ? "a=rtpmap:63 red/48000/2\r\na=fmtp:63 96/96\r\n" : "",
        features.feedback ? "a=rtcp-fb:96 nack\r\na=rtpmap:97 rtx/48000\r\n"
                            "a=fmtp:97 apt=96;rtx-time=500\r\na=rtcp-xr:voip-metrics\r\n"
                          : "");
}

static int join(void *ctx, struct server_conn *conn, int track, const struct transport *asked,
                struct features features, struct transport *chosen)
{
    struct talk *t = ctx;
    (void)track;
    if (t->refusal)
        return t->refusal;
    for (int i = 0; i < TALK_LISTENERS; i++) {
        if (t->listeners[i].here)
            continue;
        t->listeners[i] = (struct talk_listener){
            .here = true, .conn = conn, .transport = *asked, .features = features};
        t->joined++;
        if (asked->lower == TRANSPORT_UDP)
            chosen->server_port = (struct transport_pair){true, 5004, 5005};
        chosen->has_ssrc = true;
        chosen->ssrc = 0xdecade00u + (unsigned)i;
        return i;
    }
    return SERVER_FULL;
}

static void play(void *ctx, int listener, struct rtpinfo *info)
{
    struct talk *t = ctx;
    t->listeners[listener].playing = true;
    info->has_seq = info->has_rtptime = true;
    info->seq = 17;
    info->rtptime = 960;
}

static void pause_listener(void *ctx, int listener)
{
    ((struct talk *)ctx)->listeners[listener].playing = false;
}

static void leave(void *ctx, int listener, bool gone)
{
    struct talk *t = ctx;
    assert_true(t->listeners[listener].here); // nobody leaves twice
    t->listeners[listener] = (struct talk_listener){0};
    t->left += !gone;
    t->gone += gone;
}

static void rtcp(void *ctx, int listener, const uint8_t *data, size_t len)
{
    (void)data;
    (void)len;
    ((struct talk *)ctx)->listeners[listener].rtcp++;
}

static const struct server_app app = {describe, join, play, pause_listener, leave, rtcp};

void talk_open(struct talk *t, int tracks, int sessions_max)
{
    talk_open_with(t, tracks, sessions_max, (struct features){0});
}

void talk_open_with(struct talk *t, int tracks, int sessions_max, struct features features)
{
    memset(t, 0, sizeof *t);
    struct server_config config = {
        .app = &app,
        .ctx = t,
        .name = "voz/test",
        .tracks = tracks,
        .features = features,
        .sessions_max = sessions_max,
        .seed = 1,
    };
    t->server = server_new(&config);
    assert_non_null(t->server);
}

void talk_close(struct talk *t)
{
    assert_int_equal(server_stats(t->server).connections_open, 0);
    server_free(t->server);
}

struct server_conn *talk_connect(struct talk *t)
{
    struct server_conn *conn = server_open(t->server, t->now, t);
    assert_non_null(conn);
    assert_ptr_equal(server_user(conn), t);
    return conn;
}

void talk_type(struct talk *t, struct server_conn *conn, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            server_input(t->server, conn, t->now, "\r", 1);
        server_input(t->server, conn, t->now, text, 1);
    }
}

static void note_session(struct talk *t)
{
    const char *id = strstr(t->answer, "\nSession: ");
    if (id)
        sscanf(id, "\nSession: %31[^;\n]", t->session);
}

const char *talk_hear(struct talk *t, struct server_conn *conn)
{
    const char *data;
    size_t len, n = 0;
    while ((len = server_output(conn, &data))) {
        for (size_t i = 0; i < len && n + 1 < sizeof t->answer; i++)
            if (data[i] != '\r')
                t->answer[n++] = data[i];
        server_sent(conn, len);
    }
    t->answer[n] = '\0';
    note_session(t);
    return t->answer;
}

const char *talk_ask(struct talk *t, struct server_conn *conn, const char *text)
{
    talk_type(t, conn, text);
    return talk_hear(t, conn);
}

const char *talk_request(struct talk *t, struct server_conn *conn, const char *method,
                         const char *url, const char *headers)
{
    char text[2048], session[64] = "";
    if (t->session[0])
        snprintf(session, sizeof session, "Session: %s\n", t->session);
    snprintf(text, sizeof text, "%s %s RTSP/1.0\nCSeq: 7\n%s%s\n", method, url, session, headers);
    return talk_ask(t, conn, text);
}

void talk_play(struct talk *t, struct server_conn *conn, bool tcp)
{
    const char *transport = tcp ? "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\n"
                                : "Transport: RTP/AVP;unicast;client_port=6000-6001\n";
    t->session[0] = '\0';
    assert_code(talk_request(t, conn, "SETUP", TALK_URL "trackID=0", transport), 200);
    assert_code(talk_request(t, conn, "PLAY", TALK_URL, ""), 200);
}

static void on_expired(struct server_conn *conn)
{
    ((struct talk *)server_user(conn))->expired++;
}

void talk_wait(struct talk *t, usec by)
{
    usec end = t->now + by, next;
    while ((next = server_next(t->server)) <= end) {
        t->now = usec_max(t->now, next);
        int expired = t->expired;
        server_tick(t->server, t->now, on_expired);
        if (t->expired > expired) // the driver's turn to close them
            break;
        assert_true(server_next(t->server) > t->now);
    }
    t->now = t->expired && next <= end ? t->now : end;
}

int talk_playing(const struct talk *t)
{
    int n = 0;
    for (int i = 0; i < TALK_LISTENERS; i++)
        n += t->listeners[i].playing;
    return n;
}

void assert_code(const char *text, int code)
{
    char start[32];
    snprintf(start, sizeof start, "RTSP/1.0 %d ", code);
    if (strncmp(text, start, strlen(start)) != 0)
        fail_msg("%d expected, not: %.200s", code, text);
}

void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in: %s", part, text);
}

void assert_has_not(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("\"%s\" is in: %s", part, text);
}
