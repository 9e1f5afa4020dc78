// The asking side: see client.h. One request is on its way at a time; each answer leads to the next
// request by the table `steps`.
#include "control/client_internal.h"

#include "control/rtpinfo.h"
#include "control/rtsp.h"
#include "control/text.h"
#include "control/transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IN_MAX            (RTSP_MESSAGE_MAX + RTSP_FRAME_MAX)
#define OUT_MAX           16384
#define TEARDOWN_PATIENCE USEC_SECOND
#define FAULTS_MAX        8

enum { VOICE, VIDEO, TRACKS };

struct track {
    bool here;             // the server has it, and it is or will be set up
    char url[2 * URL_MAX]; // what SETUP names
    uint16_t port;         // ours
    enum transport_profile profile;
    struct client_stream stream;
};

enum state { ASKING_OPTIONS, ASKING_DESCRIBE, ASKING_SETUP, ASKING_PLAY, PLAYING, LEAVING, OVER };

struct client {
    struct client_config config;
    struct track tracks[TRACKS];
    int asked;                 // the track that SETUP is of
    char url[URL_MAX + 1];     // of the presentation, without user and password
    char control[2 * URL_MAX]; // what PLAY and TEARDOWN name: the aggregate
    enum state state;
    uint32_t cseq; // of the request that waits for its answer
    bool waiting;
    bool keep_alive_by_parameter; // the server knows GET_PARAMETER
    char session[128];            // id; empty: none yet
    usec session_timeout;
    usec deadline;   // of the answer
    usec keep_alive; // when to say that we are here
    int faults;
    char why[CLIENT_WHY_MAX];
    struct client_event event; // one may wait
    bool event_waits;
    size_t in_at, in_len, out_at, out_len;
    char in[IN_MAX];
    char out[OUT_MAX];
};

static void fail(struct client *c, const char *what, const char *detail, const char *advice)
{
    snprintf(c->why, sizeof c->why, "%s%s%s", what, detail, advice);
    c->state = OVER;
    c->event = (struct client_event){.kind = CLIENT_FAILED};
    c->event_waits = true;
}

static void happened(struct client *c, enum client_event_kind kind)
{
    c->event = (struct client_event){.kind = kind};
    c->event_waits = true;
}

// ---- asking ------------------------------------------------------------------------------------

static struct text begin_message(struct client *c)
{
    memmove(c->out, c->out + c->out_at, c->out_len - c->out_at);
    c->out_len -= c->out_at;
    c->out_at = 0;
    return text_of(c->out + c->out_len, OUT_MAX - c->out_len);
}

static void end_message(struct client *c, const struct text *t)
{
    if (!t->failed)
        c->out_len += t->len;
}

static struct text begin_request(struct client *c, usec now, enum rtsp_method method,
                                 const char *url)
{
    struct text t = begin_message(c);
    rtsp_write_request(&t, method, slice_of(url), ++c->cseq);
    rtsp_write_header(&t, "User-Agent", slice_of(c->config.agent));
    if (c->session[0])
        rtsp_write_header(&t, "Session", slice_of(c->session));
    c->waiting = true;
    c->deadline = now + CLIENT_ANSWER_TIMEOUT;
    c->keep_alive = now + c->session_timeout / 2;
    return t;
}

static void end_request(struct client *c, struct text *t)
{
    rtsp_write_end(t);
    end_message(c, t);
}

static void ask(struct client *c, usec now, enum rtsp_method method, const char *url)
{
    struct text t = begin_request(c, now, method, url);
    end_request(c, &t);
}

static void ask_describe(struct client *c, usec now)
{
    struct text t = begin_request(c, now, RTSP_DESCRIBE, c->url);
    rtsp_write_header(&t, "Accept", slice_of("application/sdp"));
    features_write(&t, c->config.offer);
    end_request(c, &t);
    c->state = ASKING_DESCRIBE;
}

static void ask_setup(struct client *c, usec now, int number)
{
    const struct track *track = &c->tracks[number];
    struct transport wanted = {.profile = track->profile, .unicast = true};
    if (c->config.tcp) {
        wanted.lower = TRANSPORT_TCP;
        wanted.interleaved =
            (struct transport_pair){true, (uint16_t)(2 * number), (uint16_t)(2 * number + 1)};
    } else {
        wanted.client_port =
            (struct transport_pair){true, track->port, (uint16_t)(track->port + 1)};
    }
    char buffer[128];
    struct text value = text_of(buffer, sizeof buffer);
    transport_write(&value, &wanted);
    struct text t = begin_request(c, now, RTSP_SETUP, track->url);
    rtsp_write_header(&t, "Transport", text_written(&value));
    features_write(&t, c->config.offer);
    end_request(c, &t);
    c->asked = number;
    c->state = ASKING_SETUP;
}

static void ask_play(struct client *c, usec now)
{
    struct text t = begin_request(c, now, RTSP_PLAY, c->control);
    rtsp_write_header(&t, "Range", slice_of("npt=0.000-"));
    end_request(c, &t);
    c->state = ASKING_PLAY;
}

struct client *client_new(const struct client_config *config, usec now)
{
    struct url url;
    struct client *c = malloc(sizeof *c);
    if (!c)
        return NULL;
    memset(c, 0, offsetof(struct client, in));
    c->config = *config;
    c->tracks[VOICE].port = config->port;
    c->tracks[VIDEO].port = config->video_port;
    c->session_timeout = RTSP_SESSION_TIMEOUT * USEC_SECOND;
    struct text t = text_of(c->url, sizeof c->url);
    if (url_parse(&url, slice_of(config->url)) == URL_OK)
        url_write(&t, &url);
    if (!t.len || t.failed) {
        free(c);
        return NULL;
    }
    ask(c, now, RTSP_OPTIONS, c->url);
    c->state = ASKING_OPTIONS;
    return c;
}

void client_free(struct client *c)
{
    free(c);
}

// ---- answers -----------------------------------------------------------------------------------

static void answered_options(struct client *c, usec now, const struct rtsp_message *m)
{
    struct slice rest = rtsp_header(m, "Public"), item;
    while (slice_next(&rest, ',', &item))
        if (slice_is_nocase(item, "GET_PARAMETER"))
            c->keep_alive_by_parameter = true;
    slice_copy(rtsp_header(m, "Server"), c->tracks[VOICE].stream.server,
               sizeof c->tracks[VOICE].stream.server);
    ask_describe(c, now);
}

// False: its URL is too long.
static bool take_track(struct client *c, struct track *t, const struct sdp *sdp,
                       const struct sdp_media *media, struct slice base)
{
    client_take_media(&t->stream, media, c->config.offer.feedback);
    t->profile = media->avpf ? TRANSPORT_AVPF : TRANSPORT_AVP;
    t->here = true;
    struct text control = text_of(c->control, sizeof c->control);
    url_join(&control, base, sdp->control);
    struct text track = text_of(t->url, sizeof t->url);
    url_join(&track, text_written(&control), media->control);
    return !control.failed && !track.failed;
}

static void answered_describe(struct client *c, usec now, const struct rtsp_message *m)
{
    struct sdp sdp;
    struct slice base = rtsp_header(m, "Content-Base");
    if (!base.len)
        base = rtsp_header(m, "Content-Location");
    if (!base.len)
        base = slice_of(c->url);
    enum sdp_status status = sdp_parse(&sdp, m->body);
    const struct sdp_media *media = client_choose_media(&sdp, SDP_AUDIO, c->config.offer.feedback);
    const struct sdp_media *video =
        c->config.video ? client_choose_media(&sdp, SDP_VIDEO, c->config.offer.feedback) : NULL;
    if (status != SDP_OK)
        fail(c, "The description that the server sent cannot be read: ", sdp_strstatus(status),
             ". Does another player understand it?");
    else if (!media || !take_track(c, &c->tracks[VOICE], &sdp, media, base) ||
             (video && !take_track(c, &c->tracks[VIDEO], &sdp, video, base)))
        fail(c, "The server offers no Opus audio at ", c->url,
             ". voz-receiver plays Opus only (RFC 7587).");
    else
        ask_setup(c, now, VOICE);
}

static bool take_transport(struct client *c, const struct rtsp_message *m)
{
    struct transport_offers offers;
    if (!transport_parse(&offers, rtsp_header(m, "Transport")))
        return false;
    const struct transport *t = &offers.offers[0];
    struct client_stream *s = &c->tracks[c->asked].stream;
    if ((t->lower == TRANSPORT_TCP) != c->config.tcp)
        return false;
    if (t->profile != TRANSPORT_AVPF) // no feedback without it, whatever was described
        s->nack = s->has_rtx = s->key = false;
    s->tcp = c->config.tcp;
    s->rtp_channel = t->interleaved.given ? (uint8_t)t->interleaved.lo : (uint8_t)(2 * c->asked);
    s->rtcp_channel =
        t->interleaved.given ? (uint8_t)t->interleaved.hi : (uint8_t)(2 * c->asked + 1);
    if (t->server_port.given) {
        s->server_rtp = t->server_port.lo;
        s->server_rtcp = t->server_port.hi;
    }
    slice_copy(t->source, s->source, sizeof s->source);
    return true;
}

static void answered_setup(struct client *c, usec now, const struct rtsp_message *m)
{
    struct rtsp_session session;
    if (!rtsp_session_parse(&session, rtsp_header(m, "Session")) ||
        !slice_copy(session.id, c->session, sizeof c->session)) {
        fail(c, "The server answered SETUP without a session.", "", "");
        return;
    }
    if (session.timeout)
        c->session_timeout = session.timeout * USEC_SECOND;
    if (!take_transport(c, m)) {
        fail(c, "The server answered SETUP with a transport that was not asked for.", "",
             " Try --transport tcp.");
        return;
    }
    if (c->asked == VOICE && c->tracks[VIDEO].here) {
        ask_setup(c, now, VIDEO);
        return;
    }
    happened(c, CLIENT_READY);
    ask_play(c, now);
}

static bool ends_with(const char *text, struct slice end)
{
    size_t len = strlen(text);
    return end.len && end.len <= len && memcmp(text + len - end.len, end.at, end.len) == 0;
}

// Where a track begins. Servers name it by any part of its URL, or by its place in the list.
static void take_begin(struct client *c, int at, const struct rtpinfo *info)
{
    struct track *t = at < TRACKS && c->tracks[at].here ? &c->tracks[at] : NULL;
    for (int i = 0; i < TRACKS && c->tracks[VIDEO].here; i++)
        if (ends_with(c->tracks[i].url, info->url))
            t = &c->tracks[i];
    if (!t)
        return;
    t->stream.has_seq = info->has_seq;
    t->stream.seq = info->seq;
    t->stream.has_rtptime = info->has_rtptime;
    t->stream.rtptime = info->rtptime;
}

static void answered_play(struct client *c, usec now, const struct rtsp_message *m)
{
    struct slice rest = rtsp_header(m, "RTP-Info");
    struct rtpinfo info;
    (void)now;
    for (int at = 0; rest.at && rtpinfo_next(&rest, &info); at++)
        take_begin(c, at, &info);
    c->state = PLAYING;
    happened(c, CLIENT_PLAYING);
}

static void answered_teardown(struct client *c, usec now, const struct rtsp_message *m)
{
    (void)now;
    (void)m;
    c->state = OVER;
    happened(c, CLIENT_DONE);
}

static void answered_keep_alive(struct client *c, usec now, const struct rtsp_message *m)
{
    (void)c;
    (void)now;
    (void)m;
}

static void (*const steps[])(struct client *c, usec now, const struct rtsp_message *m) = {
    [ASKING_OPTIONS] = answered_options, [ASKING_DESCRIBE] = answered_describe,
    [ASKING_SETUP] = answered_setup,     [ASKING_PLAY] = answered_play,
    [PLAYING] = answered_keep_alive,     [LEAVING] = answered_teardown,
};

static void refused(struct client *c, const struct rtsp_message *m)
{
    char said[128], reason[80];
    if (c->state == PLAYING) { // a server that dislikes our way to say that we are here
        if (m->code == 454)
            happened(c, CLIENT_FORGOTTEN);
        return;
    }
    if (c->state == LEAVING) {
        answered_teardown(c, 0, m);
        return;
    }
    if (c->state == ASKING_SETUP && m->code == 461 && !c->config.tcp) {
        c->state = OVER;
        happened(c, CLIENT_REFUSED);
        return;
    }
    if (!slice_copy(m->reason, reason, sizeof reason))
        reason[0] = '\0';
    snprintf(said, sizeof said, "%u %s", m->code, reason);
    switch (m->code) {
    case 401:
        fail(c, "The server asks for a password (", said, "), which voz-receiver cannot give.");
        break;
    case 404:
        fail(c, "The server has nothing at this path (", said, "). Check the end of the URL.");
        break;
    case 461:
        fail(c, "The server does not send this way (", said,
             "): a voz-sender with --netem refuses TCP, for one. Try --transport udp.");
        break;
    case 453:
        fail(c, "The server has no room for another listener (", said, "). Try again later.");
        break;
    default:
        fail(c, "The server refused: ", said, ".");
    }
}

static void take_answer(struct client *c, usec now, const struct rtsp_message *m)
{
    uint32_t cseq;
    if (!c->waiting || !rtsp_cseq(m, &cseq) || cseq != c->cseq || m->code < 200)
        return; // a late one, or one that only says "go on"
    c->waiting = false;
    if (c->state == ASKING_OPTIONS || m->code < 300)
        steps[c->state](c, now, m); // an old server may not know OPTIONS
    else
        refused(c, m);
}

// Servers may ask too, mostly whether we live.
static void take_request(struct client *c, const struct rtsp_message *m)
{
    bool known =
        m->method == RTSP_OPTIONS || (m->method == RTSP_GET_PARAMETER && !slice_trim(m->body).len);
    struct text t = begin_message(c);
    rtsp_write_response(&t, known ? 200 : 501, rtsp_header(m, "CSeq"));
    rtsp_write_end(&t);
    end_message(c, &t);
}

// ---- octets ------------------------------------------------------------------------------------

size_t client_input(struct client *c, usec now, const void *data, size_t len)
{
    (void)now;
    memmove(c->in, c->in + c->in_at, c->in_len - c->in_at);
    c->in_len -= c->in_at;
    c->in_at = 0;
    size_t n = IN_MAX - c->in_len < len ? IN_MAX - c->in_len : len;
    memcpy(c->in + c->in_len, data, n);
    c->in_len += n;
    return n;
}

static void take_frame(struct client *c, const struct rtsp_frame *frame)
{
    for (int i = 0; i < TRACKS && !c->event_waits; i++) {
        const struct client_stream *s = &c->tracks[i].stream;
        bool rtcp = frame->channel == s->rtcp_channel;
        if (!c->tracks[i].here || !s->tcp || !(rtcp || frame->channel == s->rtp_channel))
            continue;
        c->event =
            (struct client_event){CLIENT_PACKET, rtcp, i == VIDEO, frame->payload, frame->len};
        c->event_waits = true;
    }
}

// Takes one message or frame from the input. Returns its octets, 0: there is no whole one.
static size_t take_next(struct client *c, usec now)
{
    const char *data = c->in + c->in_at;
    size_t len = c->in_len - c->in_at;
    struct rtsp_message message;
    struct rtsp_frame frame;
    size_t used = 0;
    if (!len)
        return 0;
    if (*data == '$') {
        if (rtsp_frame_parse(&frame, data, len, &used) == RTSP_OK)
            take_frame(c, &frame);
        return used;
    }
    enum rtsp_status status = rtsp_parse(&message, data, len, &used);
    if (status == RTSP_PARTIAL)
        return used;
    if (status != RTSP_OK) {
        c->faults++;
        if (c->faults >= FAULTS_MAX && c->state == LEAVING)
            answered_teardown(c, now, NULL);
        else if (c->faults >= FAULTS_MAX || c->state < PLAYING)
            fail(c, "The server does not speak RTSP 1.0: ", rtsp_strstatus(status),
                 ". Is the port right?");
        return used ? used : rtsp_resync(data, len);
    }
    if (message.response)
        take_answer(c, now, &message);
    else
        take_request(c, &message);
    return used;
}

bool client_event(struct client *c, usec now, struct client_event *event)
{
    while (!c->event_waits && c->state != OVER) {
        size_t used = take_next(c, now);
        if (!used)
            return false;
        c->in_at += used;
    }
    if (!c->event_waits)
        return false;
    *event = c->event;
    c->event_waits = false;
    return true;
}

size_t client_output(const struct client *c, const char **data)
{
    *data = c->out + c->out_at;
    return c->out_len - c->out_at;
}

void client_sent(struct client *c, size_t len)
{
    c->out_at += len;
}

bool client_rtcp(struct client *c, bool video, const void *data, size_t len)
{
    const struct client_stream *s = &c->tracks[video ? VIDEO : VOICE].stream;
    struct text t = begin_message(c);
    uint8_t head[RTSP_FRAME_HEAD];
    if (!s->tcp || len > UINT16_MAX)
        return false;
    rtsp_frame_head(head, s->rtcp_channel, (uint16_t)len);
    text_bytes(&t, head, sizeof head);
    text_bytes(&t, data, len);
    end_message(c, &t);
    return !t.failed;
}

// ---- time --------------------------------------------------------------------------------------

void client_teardown(struct client *c, usec now)
{
    if (c->state == OVER || c->state == LEAVING)
        return;
    if (!c->session[0]) {
        c->state = OVER;
        happened(c, CLIENT_DONE);
        return;
    }
    ask(c, now, RTSP_TEARDOWN, c->control);
    c->state = LEAVING;
    c->deadline = now + TEARDOWN_PATIENCE;
}

usec client_next(const struct client *c)
{
    if (c->state == OVER)
        return USEC_NEVER;
    usec next = c->waiting ? c->deadline : USEC_NEVER;
    return c->state == PLAYING ? usec_min(next, c->keep_alive) : next;
}

void client_tick(struct client *c, usec now)
{
    if (c->state == PLAYING && now >= c->keep_alive)
        ask(c, now, c->keep_alive_by_parameter ? RTSP_GET_PARAMETER : RTSP_OPTIONS, c->control);
    if (!c->waiting || now < c->deadline || c->state == OVER)
        return;
    c->waiting = false;
    if (c->state == LEAVING)
        answered_teardown(c, now, NULL);
    else if (c->state != PLAYING) // a server that ignores keep-alives may still send
        fail(c, "The server accepted the connection but does not answer.", "",
             " Is it an RTSP server? Is the port right?");
}

const struct client_stream *client_stream(const struct client *c)
{
    return &c->tracks[VOICE].stream;
}

const struct client_stream *client_video(const struct client *c)
{
    return c->tracks[VIDEO].here ? &c->tracks[VIDEO].stream : NULL;
}

const char *client_why(const struct client *c)
{
    return c->why;
}
