// Connections and sessions: see server.h. A connection's octets wait in two buffers of fixed size;
// what a slow reader does not take is dropped by whole frames, and answers always have their own
// room.
#include "control/server_internal.h"

#include "media/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct server *server_new(const struct server_config *config)
{
    size_t sessions = (size_t)config->sessions_max;
    struct server *s = calloc(1, sizeof *s + sessions * sizeof s->sessions[0]);
    if (!s)
        return NULL;
    s->config = *config;
    s->random = config->seed;
    return s;
}

void server_free(struct server *s)
{
    free(s);
}

// ---- sessions ----------------------------------------------------------------------------------

struct server_session *server_session_new(struct server *s, struct server_conn *conn, usec now)
{
    for (int i = 0; i < s->config.sessions_max; i++) {
        struct server_session *session = &s->sessions[i];
        if (session->used)
            continue;
        struct random random = {s->random};
        *session = (struct server_session){
            .used = true,
            .conn = conn,
            .deadline = now + SERVER_SESSION_TIMEOUT,
        };
        snprintf(session->id, sizeof session->id, "%016llX",
                 (unsigned long long)random_u64(&random));
        s->random = random.state;
        for (int t = 0; t < SERVER_TRACKS_MAX; t++)
            session->tracks[t].listener = -1;
        if (i >= s->sessions_top)
            s->sessions_top = i + 1;
        s->stats.sessions_open++;
        return session;
    }
    return NULL;
}

struct server_session *server_session_find(struct server *s, struct slice id)
{
    for (int i = 0; i < s->sessions_top; i++)
        if (s->sessions[i].used && slice_is(id, s->sessions[i].id))
            return &s->sessions[i];
    return NULL;
}

struct server_session *server_session_of(struct server *s, const struct server_conn *conn)
{
    for (int i = 0; i < s->sessions_top; i++)
        if (s->sessions[i].used && s->sessions[i].conn == conn)
            return &s->sessions[i];
    return NULL;
}

void server_session_end(struct server *s, struct server_session *session, bool gone)
{
    for (int t = 0; t < SERVER_TRACKS_MAX; t++)
        if (session->tracks[t].listener >= 0)
            s->config.app->leave(s->config.ctx, session->tracks[t].listener, gone);
    session->used = false;
    while (s->sessions_top && !s->sessions[s->sessions_top - 1].used)
        s->sessions_top--;
    s->stats.sessions_open--;
}

bool server_session_is_tcp(const struct server_session *session)
{
    for (int t = 0; t < SERVER_TRACKS_MAX; t++)
        if (session->tracks[t].listener >= 0 && session->tracks[t].transport.lower == TRANSPORT_TCP)
            return true;
    return false;
}

void server_heard(struct server *s, int listener, usec now)
{
    for (int i = 0; i < s->sessions_top; i++)
        for (int t = 0; t < s->config.tracks; t++)
            if (s->sessions[i].used && s->sessions[i].tracks[t].listener == listener)
                s->sessions[i].deadline = now + SERVER_SESSION_TIMEOUT;
}

// ---- connections -------------------------------------------------------------------------------

struct server_conn *server_open(struct server *s, usec now, void *user)
{
    struct server_conn *conn = malloc(sizeof *conn); // its buffers need no zeros
    if (!conn)
        return NULL;
    conn->user = user;
    conn->heard = now;
    conn->faults = 0;
    conn->finished = false;
    conn->in_len = conn->out_at = conn->out_len = 0;
    conn->next = s->conns;
    s->conns = conn;
    s->stats.connections++;
    s->stats.connections_open++;
    return conn;
}

void server_close(struct server *s, struct server_conn *conn, usec now)
{
    for (int i = 0; i < s->sessions_top; i++) {
        struct server_session *session = &s->sessions[i];
        if (!session->used || session->conn != conn)
            continue;
        session->conn = NULL;
        session->deadline = usec_min(session->deadline, now + SERVER_ORPHAN_TIMEOUT);
        if (server_session_is_tcp(session) || !session->playing)
            server_session_end(s, session, true);
    }
    struct server_conn **at = &s->conns;
    while (*at != conn)
        at = &(*at)->next;
    *at = conn->next;
    s->stats.connections_open--;
    free(conn);
}

void *server_user(const struct server_conn *conn)
{
    return conn->user;
}

bool server_finished(const struct server_conn *conn)
{
    return conn->finished;
}

bool server_in_use(const struct server *s, const struct server_conn *conn)
{
    return server_session_of((struct server *)s, conn);
}

usec server_last_heard(const struct server_conn *conn)
{
    return conn->heard;
}

// ---- octets in ---------------------------------------------------------------------------------

static void take_frame(struct server *s, struct server_conn *conn, usec now,
                       const struct rtsp_frame *frame)
{
    for (int i = 0; i < s->sessions_top; i++) {
        struct server_session *session = &s->sessions[i];
        for (int t = 0; session->used && session->conn == conn && t < s->config.tracks; t++) {
            struct server_track *track = &session->tracks[t];
            if (track->listener < 0 || track->transport.lower != TRANSPORT_TCP)
                continue;
            session->deadline = now + SERVER_SESSION_TIMEOUT;
            if (track->transport.interleaved.hi == frame->channel)
                s->config.app->rtcp(s->config.ctx, track->listener, frame->payload, frame->len);
        }
    }
}

static size_t take_message(struct server *s, struct server_conn *conn, usec now, const char *data,
                           size_t len)
{
    struct rtsp_message message;
    struct rtsp_frame frame;
    size_t used = 0;
    if (*data == '$') {
        if (rtsp_frame_parse(&frame, data, len, &used) == RTSP_OK)
            take_frame(s, conn, now, &frame);
        return used;
    }
    enum rtsp_status status = rtsp_parse(&message, data, len, &used);
    if (status == RTSP_PARTIAL)
        return used;
    if (status == RTSP_OK) {
        if (!message.response) // we ask nothing, so an answer to it is none
            server_answer(s, conn, now, &message);
        return used;
    }
    if (status == RTSP_BAD_VERSION) {
        server_answer_fault(s, conn, 505, &message);
        return used;
    }
    server_answer_fault(s, conn, status == RTSP_LONG_BODY ? 413 : 400, &message);
    conn->finished |= ++conn->faults >= FAULTS_MAX;
    return rtsp_resync(data, len);
}

void server_input(struct server *s, struct server_conn *conn, usec now, const void *data,
                  size_t len)
{
    const char *from = data;
    while (len && !conn->finished) {
        size_t n = IN_MAX - conn->in_len < len ? IN_MAX - conn->in_len : len;
        memcpy(conn->in + conn->in_len, from, n);
        conn->in_len += n;
        from += n;
        len -= n;
        size_t at = 0;
        while (at < conn->in_len && !conn->finished) {
            size_t used = take_message(s, conn, now, conn->in + at, conn->in_len - at);
            if (!used)
                break;
            conn->heard = now;
            at += used;
        }
        memmove(conn->in, conn->in + at, conn->in_len - at);
        conn->in_len -= at;
    }
}

// ---- octets out --------------------------------------------------------------------------------

size_t server_output(const struct server_conn *conn, const char **data)
{
    *data = conn->out + conn->out_at;
    return conn->out_len - conn->out_at;
}

void server_sent(struct server_conn *conn, size_t len)
{
    conn->out_at += len;
    if (conn->out_at == conn->out_len)
        conn->out_at = conn->out_len = 0;
}

char *server_reserve(struct server_conn *conn, size_t len)
{
    size_t waiting = conn->out_len - conn->out_at;
    if (OUT_MAX - waiting < len)
        return NULL;
    if (OUT_MAX - conn->out_len < len) {
        memmove(conn->out, conn->out + conn->out_at, waiting);
        conn->out_len = waiting;
        conn->out_at = 0;
    }
    char *place = conn->out + conn->out_len;
    conn->out_len += len;
    return place;
}

bool server_frame(struct server *s, struct server_conn *conn, uint8_t channel, const void *data,
                  size_t len)
{
    size_t most = FRAMES_MAX + s->config.frames_room;
    if (conn->out_len - conn->out_at + RTSP_FRAME_HEAD + len >
        (most < FRAMES_MOST ? most : FRAMES_MOST)) {
        s->stats.frames_dropped++;
        return false;
    }
    char *place = server_reserve(conn, RTSP_FRAME_HEAD + len);
    rtsp_frame_head((uint8_t *)place, channel, (uint16_t)len);
    memcpy(place + RTSP_FRAME_HEAD, data, len);
    return true;
}

// ---- time --------------------------------------------------------------------------------------

usec server_next(const struct server *s)
{
    usec next = USEC_NEVER;
    for (int i = 0; i < s->sessions_top; i++)
        if (s->sessions[i].used)
            next = usec_min(next, s->sessions[i].deadline);
    for (const struct server_conn *c = s->conns; c; c = c->next)
        if (!c->finished)
            next = usec_min(next, c->heard + SERVER_IDLE_TIMEOUT);
    return next;
}

void server_tick(struct server *s, usec now, void (*expired)(struct server_conn *conn))
{
    for (int i = 0; i < s->sessions_top; i++) {
        struct server_session *session = &s->sessions[i];
        if (!session->used || now < session->deadline)
            continue;
        if (session->conn && server_session_is_tcp(session))
            session->conn->finished = true;
        s->stats.sessions_expired++;
        server_session_end(s, session, true);
    }
    for (struct server_conn *c = s->conns, *next; c; c = next) {
        next = c->next;
        if (now - c->heard >= SERVER_IDLE_TIMEOUT) {
            if (server_session_of(s, c))
                c->heard = now; // its session's deadline decides
            else
                c->finished = true;
        }
        if (c->finished)
            expired(c);
    }
}

struct server_stats server_stats(const struct server *s)
{
    return s->stats;
}
