// The user agent: connections, events, time. See sip_agent.h.
#include "control/sip_agent_internal.h"

#include <stdlib.h>
#include <string.h>

struct sip_agent *sip_agent_new(const struct sip_agent_config *config)
{
    struct sip_agent *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->config = *config;
    a->random.state = config->seed;
    return a;
}

void sip_agent_free(struct sip_agent *a)
{
    free(a);
}

void sip_agent_token(struct sip_agent *a, const char *start, char out[TOKEN_MAX])
{
    struct text t = text_of(out, TOKEN_MAX);
    uint64_t word = random_u64(&a->random);
    text_add(&t, start);
    text_hex(&t, (uint32_t)(word >> 32));
    text_hex(&t, (uint32_t)word);
}

// ---- events ------------------------------------------------------------------------------------

struct sip_agent_event *sip_agent_tell(struct sip_agent *a, enum sip_agent_kind kind, unsigned code,
                                       struct slice why)
{
    // Whoever drives this takes them after each call, of which none tells as many as there is room for.
    struct sip_agent_event *event = &a->events[a->events_put++ % EVENTS];
    *event = (struct sip_agent_event){.kind = kind, .code = code};
    if (why.len >= sizeof event->why)
        why.len = sizeof event->why - 1;
    struct text t = text_of(event->why, sizeof event->why);
    text_clean(&t, why);
    return event;
}

bool sip_agent_event(struct sip_agent *a, struct sip_agent_event *event)
{
    if (a->events_put - a->events_taken > EVENTS) // the oldest are written over
        a->events_taken = a->events_put - EVENTS;
    if (a->events_taken == a->events_put)
        return false;
    *event = a->events[a->events_taken++ % EVENTS];
    return true;
}

void sip_agent_keep_sdp(struct sip_agent *a, const struct sip_message *m)
{
    struct sip_call *c = &a->call;
    c->theirs_sdp_len = m->body.len; // at most SIP_BODY_MAX
    if (m->body.len)
        memcpy(c->theirs_sdp, m->body.at, m->body.len);
}

struct slice sip_agent_sdp(const struct sip_agent *a)
{
    return slice_at(a->call.theirs_sdp, a->call.theirs_sdp_len);
}

const char *sip_agent_peer(const struct sip_agent *a)
{
    return a->call.dialog.remote;
}

struct sip_conn *sip_agent_conn(const struct sip_agent *a)
{
    return a->call.conn;
}

bool sip_agent_in_call(const struct sip_agent *a)
{
    return a->call.state != CALL_NONE;
}

// What lingers is the INVITE of theirs that was refused, until its ACK.
void sip_agent_end(struct sip_agent *a, unsigned code, struct slice why)
{
    struct sip_call *c = &a->call;
    c->state = CALL_NONE;
    c->waiting = REQUEST_NONE;
    c->hanging_up = false;
    c->invite.state = c->other.state = SIP_CLIENT_IDLE;
    c->timer = (struct sip_timer){.due = USEC_NEVER};
    c->conn = NULL;
    if (c->theirs.state == SIP_SERVER_ACCEPTED)
        c->theirs.state = SIP_SERVER_IDLE;
    sip_agent_tell(a, SIP_AGENT_ENDED, code, why);
}

bool sip_agent_authorize(struct sip_agent *a, const struct sip_message *response,
                         enum sip_method method, const struct sip_dialog *dialog,
                         char out[AUTHORIZATION_MAX])
{
    char cnonce[TOKEN_MAX];
    struct text t = text_of(out, AUTHORIZATION_MAX);
    sip_agent_token(a, "", cnonce);
    bool done =
        a->config.digest.password && sip_digest_answer(&t, response, &a->config.digest, method,
                                                       slice_of(dialog->target), cnonce);
    if (!done || t.failed)
        out[0] = '\0';
    return done && !t.failed;
}

// ---- connections -------------------------------------------------------------------------------

struct sip_conn *sip_agent_open(struct sip_agent *a, usec now, const char *host, void *user)
{
    struct sip_conn *conn = malloc(sizeof *conn);
    if (!conn)
        return NULL;
    memset(conn, 0, offsetof(struct sip_conn, in));
    conn->agent = a;
    conn->user = user;
    conn->heard = now;
    slice_copy(slice_of(host), conn->host, sizeof conn->host);
    conn->next = a->conns;
    conn->back = &a->conns;
    if (conn->next)
        conn->next->back = &conn->next;
    a->conns = conn;
    a->stats.connections++;
    return conn;
}

// A caller whose connection breaks while it rings has gone; a call that is up goes on (RTP will tell),
// and its next request goes over a new connection.
void sip_agent_close(struct sip_agent *a, struct sip_conn *conn, usec now)
{
    struct sip_call *c = &a->call;
    bool ours = c->conn == conn, theirs = c->theirs_conn == conn;
    *conn->back = conn->next;
    if (conn->next)
        conn->next->back = conn->back;
    a->stats.connections--;
    free(conn);
    if (ours)
        c->conn = NULL;
    if (a->registration.conn == conn)
        sip_register_closed(a, now);
    if (theirs)
        c->theirs_conn = NULL;
    if (theirs && c->state == CALL_RINGING) {
        c->theirs.state = SIP_SERVER_IDLE;
        sip_agent_end(a, 487, slice_of("The caller's connection broke."));
    }
    if (ours &&
        (c->state == CALL_CONNECTING || c->state == CALL_INVITING || c->state == CALL_LEAVING))
        sip_agent_end(a, c->state == CALL_LEAVING ? 200 : 503,
                      slice_of(c->state == CALL_LEAVING ? "" : "The connection broke."));
}

void *sip_conn_user(const struct sip_conn *conn)
{
    return conn->user;
}

struct sip_conn *sip_agent_conns(const struct sip_agent *a, const struct sip_conn *after)
{
    return after ? after->next : a->conns;
}

bool sip_conn_finished(const struct sip_conn *conn)
{
    return conn->finished;
}

usec sip_conn_heard(const struct sip_conn *conn)
{
    return conn->heard;
}

bool sip_conn_in_use(const struct sip_agent *a, const struct sip_conn *conn)
{
    if (a->registration.conn == conn)
        return true;
    return a->call.state != CALL_NONE && (a->call.conn == conn || a->call.theirs_conn == conn);
}

size_t sip_conn_output(const struct sip_conn *conn, const char **data)
{
    *data = conn->out + conn->out_at;
    return conn->out_len - conn->out_at;
}

void sip_conn_sent(struct sip_conn *conn, size_t len)
{
    conn->out_at += len;
    if (conn->out_at == conn->out_len)
        conn->out_at = conn->out_len = 0;
}

struct text sip_agent_begin(struct sip_conn *conn)
{
    memmove(conn->out, conn->out + conn->out_at, conn->out_len - conn->out_at);
    conn->out_len -= conn->out_at;
    conn->out_at = 0;
    return text_of(conn->out + conn->out_len, OUT_MAX - conn->out_len);
}

// A peer that does not read what it asked for is not worth a connection.
void sip_agent_send(struct sip_conn *conn, const struct text *t)
{
    if (t->failed)
        conn->finished = true;
    else
        conn->out_len += t->len;
}

void sip_agent_sent_by(const struct sip_agent *a, const struct sip_conn *conn, char out[80])
{
    struct text t = text_of(out, 80);
    text_add(&t, conn->host);
    text_add(&t, ":");
    text_unsigned(&t, a->config.port);
}

void sip_agent_write_contact(const struct sip_agent *a, const struct sip_conn *conn, struct text *t)
{
    char sent_by[80];
    sip_agent_sent_by(a, conn, sent_by);
    text_add(t, "Contact: <sip:");
    text_add(t, a->config.user);
    text_add(t, "@");
    text_add(t, sent_by);
    text_add(t, ";transport=tcp>\r\n");
}

static void take_message(struct sip_agent *a, struct sip_conn *conn, usec now,
                         const struct sip_message *message, const char *data, size_t len)
{
    if (message->response) {
        a->stats.responses++;
        if (!sip_fault(message))
            sip_agent_response(a, now, message);
        return;
    }
    a->stats.requests++;
    sip_agent_serve(a, conn, now, message, data, len);
}

// One message out of what has come. False: it is not whole yet.
static bool take_one(struct sip_agent *a, struct sip_conn *conn, usec now)
{
    struct sip_message message;
    size_t used;
    enum head_status status = sip_parse(&message, conn->in, conn->in_len, &used);
    if (status == HEAD_OK) {
        take_message(a, conn, now, &message, conn->in, used);
    } else if (status != HEAD_PARTIAL) {
        a->stats.malformed++;
        sip_agent_serve_fault(conn, status, &message);
        conn->finished |= status != HEAD_BAD_VERSION; // the place in the stream is lost
    }
    conn->in_len -= used;
    memmove(conn->in, conn->in + used, conn->in_len);
    return status != HEAD_PARTIAL;
}

// Is there something for the driver to do before the next message?
static bool wants_attention(const struct sip_agent *a, const struct sip_conn *conn)
{
    return a->events_put != a->events_taken || conn->out_len - conn->out_at > OUT_MAX / 2;
}

size_t sip_agent_input(struct sip_agent *a, struct sip_conn *conn, usec now, const void *data,
                       size_t len)
{
    const char *octets = data;
    size_t taken = 0;
    conn->heard = now;
    while (!conn->finished) {
        size_t room = IN_MAX - conn->in_len;
        size_t n = len - taken < room ? len - taken : room;
        if (n)
            memcpy(conn->in + conn->in_len, octets + taken, n);
        conn->in_len += n;
        taken += n;
        bool whole = conn->in_len && take_one(a, conn, now);
        if (!whole && taken == len)
            break;
        conn->finished |= !whole && conn->in_len == IN_MAX; // cannot be: a message fits
        if (whole && wants_attention(a, conn)) {
            // what is left behind it is given back
            size_t back = conn->in_len < taken ? conn->in_len : taken;
            conn->in_len -= back;
            return taken - back;
        }
    }
    return len;
}

// ---- time --------------------------------------------------------------------------------------

usec sip_agent_next(const struct sip_agent *a)
{
    const struct sip_call *c = &a->call;
    usec next = usec_min(sip_client_next(&c->invite), sip_client_next(&c->other));
    next = usec_min(next, sip_server_next(&c->theirs));
    next = usec_min(next, sip_register_next(a));
    if (c->state != CALL_UP)
        return next;
    next = usec_min(next, c->timer.due);
    return c->again ? usec_min(next, c->again) : next;
}

void sip_agent_tick(struct sip_agent *a, usec now)
{
    sip_agent_ask_tick(a, now);
    sip_agent_serve_tick(a, now);
    sip_register_tick(a, now);
}

struct sip_agent_stats sip_agent_stats(const struct sip_agent *a)
{
    return a->stats;
}
