// Requests and their answers (RFC 2326 section 10). Each method is a row of a table; what is common
// to all (version, CSeq, Require, Session) is checked before.
#include "control/server_internal.h"

#include "control/range.h"

#include <string.h>

#define ANSWER_MAX (SDP_ROOM + 4096)
#define SDP_ROOM   8192

// One request on its way to an answer.
struct exchange {
    struct server *s;
    struct server_conn *conn;
    usec now;
    const struct rtsp_message *request;
    struct url url;                 // of the request; without host for "*"
    struct server_session *session; // that the request names; NULL: none
    struct text *answer;
};

static void begin_answer(struct exchange *x, unsigned code)
{
    rtsp_write_response(x->answer, code, rtsp_header(x->request, "CSeq"));
    rtsp_write_header(x->answer, "Server", slice_of(x->s->config.name));
    if (rtsp_header(x->request, "Supported").at)
        features_write(x->answer, x->s->config.features);
    if (code >= 400)
        x->s->stats.requests_bad++;
}

static void write_session(struct exchange *x)
{
    char buffer[64];
    struct text value = text_of(buffer, sizeof buffer);
    struct rtsp_session session = {slice_of(x->session->id),
                                   (uint32_t)(SERVER_SESSION_TIMEOUT / USEC_SECOND)};
    rtsp_session_write(&value, &session);
    rtsp_write_header(x->answer, "Session", text_written(&value));
}

static void answer(struct exchange *x, unsigned code)
{
    begin_answer(x, code);
    if (code == 200 && x->session)
        write_session(x);
    rtsp_write_end(x->answer);
}

static void on_options(struct exchange *x)
{
    begin_answer(x, 200);
    if (x->session)
        write_session(x);
    rtsp_write_header(x->answer, "Public",
                      slice_of("OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, "
                               "SET_PARAMETER"));
    rtsp_write_end(x->answer);
}

static struct features offered(const struct exchange *x)
{
    return features_common(features_of(x->request), x->s->config.features);
}

// What is below the one presentation, "/": false when the request is for another one.
static bool find_track(const struct exchange *x, int *track)
{
    struct slice control;
    uint64_t number;
    *track = -1;
    if (!url_control(&x->url, slice_of("/"), &control))
        return false;
    if (!control.len) {
        if (x->s->config.tracks == 1)
            *track = 0;
        return true;
    }
    if (!slice_starts_nocase(control, "trackID=") ||
        !slice_unsigned(slice_from(control, strlen("trackID=")), SERVER_TRACKS_MAX, &number) ||
        number >= (uint64_t)x->s->config.tracks)
        return false;
    *track = (int)number;
    return true;
}

static bool accepts(struct slice accept, const char *type)
{
    struct slice item, rest = accept, name;
    if (!accept.at || !accept.len)
        return true;
    while (slice_next(&rest, ',', &item)) {
        slice_cut(&item, ';', &name);
        name = slice_trim(name);
        if (slice_is_nocase(name, type) || slice_is(name, "*/*") ||
            slice_is_nocase(name, "application/*"))
            return true;
    }
    return false;
}

static void on_describe(struct exchange *x)
{
    int track;
    char sdp[SDP_ROOM], base[URL_MAX + 2];
    if (!find_track(x, &track)) {
        answer(x, 404);
        return;
    }
    if (!accepts(rtsp_header(x->request, "Accept"), "application/sdp")) {
        answer(x, 406);
        return;
    }
    size_t len = x->s->config.app->describe(x->s->config.ctx, x->conn, offered(x), sdp, sizeof sdp);
    struct text t = text_of(base, sizeof base);
    text_slice(&t, x->request->url);
    if (x->request->url.at[x->request->url.len - 1] != '/')
        text_add(&t, "/");
    if (!len || t.failed) {
        answer(x, 500);
        return;
    }
    begin_answer(x, 200);
    rtsp_write_header(x->answer, "Content-Base", text_written(&t));
    rtsp_write_body(x->answer, "application/sdp", slice_at(sdp, len));
}

// The first offer that can be served: RTP to the client itself, over UDP or on this connection.
// Feedback is asked for by the profile alone, as GStreamer does, or with its tag.
static bool choose(const struct transport_offers *offers, int track, bool feedback,
                   struct transport *chosen)
{
    for (size_t i = 0; i < offers->count; i++) {
        const struct transport *offer = &offers->offers[i];
        bool udp = offer->lower == TRANSPORT_UDP && offer->client_port.given &&
                   offer->client_port.lo && offer->client_port.hi;
        bool tcp = offer->lower == TRANSPORT_TCP;
        bool profile =
            offer->profile == TRANSPORT_AVP || (offer->profile == TRANSPORT_AVPF && feedback);
        if (!profile || offer->multicast || offer->mode == TRANSPORT_RECORD || !(udp || tcp))
            continue;
        *chosen = *offer;
        chosen->unicast = true;
        chosen->mode = TRANSPORT_MODE_ABSENT;
        chosen->source = chosen->destination = (struct slice){0};
        chosen->has_ssrc = false;
        chosen->port.given = chosen->server_port.given = false;
        if (tcp) {
            chosen->client_port.given = false;
            if (!chosen->interleaved.given)
                chosen->interleaved =
                    (struct transport_pair){true, (uint16_t)(2 * track), (uint16_t)(2 * track + 1)};
        } else {
            chosen->interleaved.given = false;
        }
        return true;
    }
    return false;
}

static void leave_track(struct exchange *x, struct server_track *track)
{
    if (track->listener >= 0)
        x->s->config.app->leave(x->s->config.ctx, track->listener, false);
    track->listener = -1;
}

// A client that starts over on its connection without naming its session (FFmpeg's fallback to TCP)
// has given the old one up.
static bool session_for_setup(struct exchange *x)
{
    if (x->session)
        return true;
    struct server_session *old = server_session_of(x->s, x->conn);
    if (old)
        server_session_end(x->s, old, false);
    x->session = server_session_new(x->s, x->conn, x->now);
    return x->session;
}

static void on_setup(struct exchange *x)
{
    int number;
    struct transport_offers offers;
    struct transport wanted, chosen;
    if (!find_track(x, &number)) {
        answer(x, 404);
        return;
    }
    if (number < 0) { // the whole presentation, which has several tracks
        answer(x, 459);
        return;
    }
    if (x->session && x->session->playing) {
        answer(x, 455);
        return;
    }
    transport_parse(&offers, rtsp_header(x->request, "Transport"));
    if (!choose(&offers, number, x->s->config.features.feedback, &wanted)) {
        answer(x, 461);
        return;
    }
    if (wanted.lower == TRANSPORT_TCP && x->session && x->session->conn != x->conn) {
        answer(x, 455); // its frames would go to a connection that the session does not live on
        return;
    }
    if (!session_for_setup(x)) {
        answer(x, 453);
        return;
    }
    struct server_track *track = &x->session->tracks[number];
    leave_track(x, track);
    chosen = wanted;
    struct features features = offered(x);
    features.feedback = wanted.profile == TRANSPORT_AVPF;
    track->listener =
        x->s->config.app->join(x->s->config.ctx, x->conn, number, &wanted, features, &chosen);
    if (track->listener < 0) {
        unsigned code = track->listener == SERVER_REFUSED ? 461 : 453;
        track->listener = -1;
        server_session_end(x->s, x->session, false);
        x->session = NULL;
        answer(x, code);
        return;
    }
    track->transport = chosen;
    track->transport.source = track->transport.destination = (struct slice){0};
    slice_copy(x->request->url, track->url, sizeof track->url);
    char buffer[256];
    struct text value = text_of(buffer, sizeof buffer);
    transport_write(&value, &chosen);
    begin_answer(x, 200);
    rtsp_write_header(x->answer, "Transport", text_written(&value));
    write_session(x);
    rtsp_write_end(x->answer);
}

static void on_play(struct exchange *x)
{
    char buffer[SERVER_TRACKS_MAX * (URL_MAX + 64)];
    struct text infos = text_of(buffer, sizeof buffer);
    struct slice wanted = rtsp_header(x->request, "Range");
    struct range range;
    int set_up = 0;
    if (!x->session) {
        answer(x, 455);
        return;
    }
    if (wanted.at && range_parse(&range, wanted) == RANGE_BAD_TIME) {
        answer(x, 457);
        return;
    }
    for (int t = 0; t < SERVER_TRACKS_MAX; t++) {
        struct server_track *track = &x->session->tracks[t];
        if (track->listener < 0)
            continue;
        struct rtpinfo info = {.url = slice_of(track->url)};
        x->s->config.app->play(x->s->config.ctx, track->listener, &info);
        if (set_up++)
            text_add(&infos, ",");
        rtpinfo_write(&infos, &info);
    }
    if (!set_up) {
        answer(x, 455);
        return;
    }
    x->session->playing = true;
    begin_answer(x, 200);
    write_session(x);
    rtsp_write_header(x->answer, "Range", slice_of("npt=0.000-")); // the listener's own time
    rtsp_write_header(x->answer, "RTP-Info", text_written(&infos));
    rtsp_write_end(x->answer);
}

static void on_pause(struct exchange *x)
{
    if (!x->session) {
        answer(x, 455);
        return;
    }
    for (int t = 0; t < SERVER_TRACKS_MAX; t++)
        if (x->session->tracks[t].listener >= 0)
            x->s->config.app->pause(x->s->config.ctx, x->session->tracks[t].listener);
    x->session->playing = false;
    answer(x, 200);
}

static void on_teardown(struct exchange *x)
{
    if (!x->session) {
        answer(x, 454);
        return;
    }
    server_session_end(x->s, x->session, false);
    x->session = NULL;
    answer(x, 200);
}

// An empty one asks whether we are alive. We have no parameters.
static void on_parameter(struct exchange *x)
{
    answer(x, slice_trim(x->request->body).len ? 451 : 200);
}

static void on_unsupported(struct exchange *x)
{
    begin_answer(x, 405);
    rtsp_write_header(x->answer, "Allow",
                      slice_of("OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, "
                               "SET_PARAMETER"));
    rtsp_write_end(x->answer);
}

static void on_unknown(struct exchange *x)
{
    answer(x, 501);
}

static void (*const methods[RTSP_METHODS])(struct exchange *x) = {
    [RTSP_UNKNOWN] = on_unknown,
    [RTSP_OPTIONS] = on_options,
    [RTSP_DESCRIBE] = on_describe,
    [RTSP_ANNOUNCE] = on_unsupported,
    [RTSP_SETUP] = on_setup,
    [RTSP_PLAY] = on_play,
    [RTSP_PAUSE] = on_pause,
    [RTSP_RECORD] = on_unsupported,
    [RTSP_TEARDOWN] = on_teardown,
    [RTSP_GET_PARAMETER] = on_parameter,
    [RTSP_SET_PARAMETER] = on_parameter,
    [RTSP_REDIRECT] = on_unsupported,
};

// The checks that hold for every method. 200: carry on.
static unsigned check(struct exchange *x)
{
    struct slice session = rtsp_header(x->request, "Session");
    struct rtsp_session named;
    uint32_t cseq;
    if (!rtsp_cseq(x->request, &cseq))
        return 400;
    if (rtsp_header(x->request, "Require").at)
        return 551;
    if (!slice_is(x->request->url, "*") && url_parse(&x->url, x->request->url) != URL_OK)
        return 400;
    if (!session.at)
        return 200;
    if (!rtsp_session_parse(&named, session))
        return 454;
    x->session = server_session_find(x->s, named.id);
    return x->session ? 200 : 454;
}

static void put_answer(struct server_conn *conn, const struct text *answer)
{
    char *place = answer->failed ? NULL : server_reserve(conn, answer->len);
    if (place)
        memcpy(place, answer->at, answer->len);
    else
        conn->finished = true; // it asks and does not read
}

void server_answer(struct server *s, struct server_conn *conn, usec now,
                   const struct rtsp_message *request)
{
    char buffer[ANSWER_MAX];
    struct text text = text_of(buffer, sizeof buffer);
    struct exchange x = {.s = s, .conn = conn, .now = now, .request = request, .answer = &text};
    s->stats.requests++;
    unsigned code = check(&x);
    if (x.session) {
        x.session->deadline = now + SERVER_SESSION_TIMEOUT;
        if (!x.session->conn) // the client came back on another connection
            x.session->conn = conn;
    }
    if (code == 551) {
        begin_answer(&x, 551);
        rtsp_write_header(&text, "Unsupported", rtsp_header(request, "Require"));
        rtsp_write_end(&text);
    } else if (code != 200) {
        answer(&x, code);
    } else {
        methods[request->method](&x);
    }
    put_answer(conn, &text);
}

void server_answer_fault(struct server *s, struct server_conn *conn, unsigned code,
                         const struct rtsp_message *request)
{
    char buffer[ANSWER_MAX];
    struct text text = text_of(buffer, sizeof buffer);
    struct exchange x = {.s = s, .conn = conn, .request = request, .answer = &text};
    s->stats.requests++;
    answer(&x, code);
    put_answer(conn, &text);
}
