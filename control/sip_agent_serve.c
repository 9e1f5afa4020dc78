// What peers ask of a user agent (RFC 3261 8.2, 9.2, 12.2.2, 13.3, 14.2, 15.1.2): each request is
// answered over the connection that it came on.
#include "control/sip_agent_internal.h"

#include <string.h>

// ---- answers -----------------------------------------------------------------------------------

// What every answer begins with (8.2.6). `tag`: of the To header, where it has none yet; NULL: of a
// random kind.
static struct text begin(struct sip_conn *conn, const struct sip_message *request, unsigned code,
                         const char *phrase, const char *tag)
{
    struct sip_agent *a = conn->agent;
    struct text t = sip_agent_begin(conn);
    struct slice to = sip_header(request, "To");
    struct sip_address address;
    char random[TOKEN_MAX];
    sip_write_response(&t, code, phrase);
    sip_write_copies(&t, request, "Via");
    sip_write_copies(&t, request, "From");
    if (to.at) {
        text_add(&t, "To: ");
        text_clean(&t, to);
        bool tagged =
            sip_address_parse(&address, to) && sip_parameter(address.parameters, "tag").at;
        if (!tagged && code > 100) {
            if (!tag)
                sip_agent_token(a, "", random);
            text_add(&t, ";tag=");
            text_add(&t, tag ? tag : random);
        }
        text_add(&t, "\r\n");
    }
    sip_write_copies(&t, request, "Call-ID");
    sip_write_copies(&t, request, "CSeq");
    if (code != 100)
        sip_write_header(&t, "Server", slice_of(a->config.name));
    return t;
}

static void finish(struct sip_conn *conn, struct text *t)
{
    sip_write_end(t, NULL, (struct slice){0});
    sip_agent_send(conn, t);
}

static void answer(struct sip_conn *conn, const struct sip_message *request, unsigned code)
{
    struct text t = begin(conn, request, code, NULL, NULL);
    finish(conn, &t);
}

static void answer_with(struct sip_conn *conn, const struct sip_message *request, unsigned code,
                        const char *header, const char *value)
{
    struct text t = begin(conn, request, code, NULL, NULL);
    sip_write_header(&t, header, slice_of(value));
    finish(conn, &t);
}

// An ACK is never answered, nor is an answer; what has no Via cannot be.
static bool is_answerable(const struct sip_message *m)
{
    struct sip_via via;
    return !m->response && m->method != SIP_ACK && m->method_name.len && sip_via_parse(&via, m) &&
           sip_header(m, "Call-ID").len && sip_header(m, "CSeq").len;
}

void sip_agent_serve_fault(struct sip_conn *conn, enum head_status status,
                           const struct sip_message *m)
{
    static const unsigned codes[] = {
        [HEAD_BAD_VERSION] = 505, [HEAD_LONG_BODY] = 413,    [HEAD_LONG_LINE] = 513,
        [HEAD_LONG_HEAD] = 513,   [HEAD_MANY_HEADERS] = 513,
    };
    unsigned code = (size_t)status < sizeof codes / sizeof *codes ? codes[status] : 0;
    if (is_answerable(m))
        answer(conn, m, code ? code : 400);
}

// ---- INVITE ------------------------------------------------------------------------------------

// What was said last, for the first time or again.
static void say(struct sip_agent *a)
{
    struct sip_call *c = &a->call;
    struct sip_message request = sip_server_request(&c->theirs);
    unsigned code = c->theirs.code;
    if (!c->theirs_conn)
        return;
    struct text t = begin(c->theirs_conn, &request, code, NULL, c->dialog.local_tag);
    if (code < 300) {
        sip_write_copies(&t, &request, "Record-Route");
        sip_agent_write_contact(a, c->theirs_conn, &t);
        sip_write_header(&t, "Allow", slice_of(ALLOW));
        sip_write_header(&t, "Supported", slice_of(SUPPORTED));
    }
    bool agreed = code >= 200 && code < 300;
    if (agreed)
        sip_timer_write_response(&c->timer, &t);
    sip_write_end(&t, SDP_TYPE, slice_of(agreed ? c->sdp : ""));
    sip_agent_send(c->theirs_conn, &t);
}

static void respond(struct sip_agent *a, usec now, unsigned code)
{
    sip_server_said(&a->call.theirs, now, code);
    say(a);
}

// Its body, if it has one, has to be a description (8.2.3), and nothing may be wanted that we do not
// know (8.2.2.3). False: it was answered.
static bool is_acceptable(struct sip_conn *conn, const struct sip_message *m)
{
    struct slice value, item, type;
    size_t index = 0;
    while (sip_header_next(m, "Require", &index, &value))
        while (sip_next(&value, &item))
            if (!slice_is_nocase(item, SUPPORTED)) {
                char name[64];
                slice_copy(item.len < sizeof name ? item : slice_of("?"), name, sizeof name);
                answer_with(conn, m, 420, "Unsupported", name);
                return false;
            }
    value = sip_header(m, "Content-Type");
    slice_cut(&value, ';', &type);
    bool known = !m->body.len || slice_is_nocase(slice_trim(type), SDP_TYPE);
    if (known && !sip_header(m, "Content-Encoding").len)
        return true;
    answer_with(conn, m, 415, "Accept", SDP_TYPE);
    return false;
}

static void keep_invite(struct sip_agent *a, struct sip_conn *conn, const struct sip_message *m,
                        const char *data, size_t len)
{
    struct sip_call *c = &a->call;
    sip_server_start(&c->theirs, data, len);
    c->theirs_conn = conn;
    c->awaiting_ack_sdp = false;
    sip_agent_keep_sdp(a, m);
}

static void call_begins(struct sip_agent *a, struct sip_conn *conn, usec now,
                        const struct sip_message *m, const char *data, size_t len)
{
    struct sip_call *c = &a->call;
    char tag[TOKEN_MAX];
    struct sip_dialog dialog;
    struct sip_timer timer;
    sip_agent_token(a, "", tag);
    if (!sip_timer_invited(&timer, m)) {
        answer_with(conn, m, 422, "Min-SE", "90");
        return;
    }
    if (!sip_dialog_called(&dialog, m, tag)) {
        answer(conn, m, 400);
        return;
    }
    *c = (struct sip_call){.state = CALL_RINGING, .dialog = dialog, .asked = timer};
    c->incoming = true;
    c->conn = conn;
    keep_invite(a, conn, m, data, len);
    respond(a, now, 100);
    respond(a, now, 180);
    c->theirs.deadline = now + (a->config.ring ? a->config.ring : SIP_RINGING);
    sip_agent_tell(a, SIP_AGENT_CALLED, 0, slice_of(c->dialog.remote));
}

// In a call: hold, another address, a refreshed session (14.2). What was agreed on about time holds
// until it is answered: a change that is refused changes nothing.
static void call_changes(struct sip_agent *a, struct sip_conn *conn, const struct sip_message *m,
                         const char *data, size_t len)
{
    struct sip_call *c = &a->call;
    struct sip_timer timer;
    if (sip_server_waits(&c->theirs)) {
        answer_with(conn, m, 500, "Retry-After", "2");
        return;
    }
    if (sip_client_waits(&c->invite)) {
        answer(conn, m, 491);
        return;
    }
    if (!sip_timer_invited(&timer, m)) {
        answer_with(conn, m, 422, "Min-SE", "90");
        return;
    }
    c->asked = timer;
    c->conn = conn;
    sip_dialog_refresh(&c->dialog, m);
    keep_invite(a, conn, m, data, len);
    sip_agent_tell(a, SIP_AGENT_OFFERED, 0, (struct slice){0});
}

static void serve_invite(struct sip_agent *a, struct sip_conn *conn, usec now,
                         const struct sip_message *m, const char *data, size_t len)
{
    struct sip_call *c = &a->call;
    if (sip_server_matches(&c->theirs, m)) { // it came again
        if (c->theirs.code && c->theirs.state != SIP_SERVER_CONFIRMED)
            say(a);
        return;
    }
    if (!is_acceptable(conn, m))
        return;
    if (sip_dialog_is(&c->dialog, m) && c->state == CALL_LEAVING) {
        answer(conn, m, 481);
    } else if (sip_dialog_is(&c->dialog, m) && c->state != CALL_NONE) {
        call_changes(a, conn, m, data, len);
    } else if (c->state != CALL_NONE) {
        bool same = c->incoming && slice_is(sip_header(m, "Call-ID"), c->dialog.call_id);
        a->stats.refused++;
        answer(conn, m, same ? 482 : 486); // 8.2.2.2: the same request by another way
    } else {
        call_begins(a, conn, now, m, data, len);
    }
}

// ---- the other methods -------------------------------------------------------------------------

// For our 2xx (13.3.1.4) or our failure (17.2.1).
static void serve_ack(struct sip_agent *a, usec now, const struct sip_message *m)
{
    struct sip_call *c = &a->call;
    if (c->theirs.state == SIP_SERVER_COMPLETED && sip_server_matches(&c->theirs, m)) {
        sip_server_acknowledged(&c->theirs);
        return;
    }
    struct sip_message invite = sip_server_request(&c->theirs);
    if (c->theirs.state != SIP_SERVER_ACCEPTED || !sip_dialog_is(&c->dialog, m) ||
        m->cseq != invite.cseq)
        return;
    sip_server_acknowledged(&c->theirs);
    if (c->awaiting_ack_sdp) {
        c->awaiting_ack_sdp = false;
        sip_agent_keep_sdp(a, m);
        sip_agent_tell(a, c->first ? SIP_AGENT_ANSWERED : SIP_AGENT_CHANGED, 200,
                       (struct slice){0});
    }
    if (c->hanging_up)
        sip_agent_ask(a, now, REQUEST_BYE);
}

static void serve_bye(struct sip_agent *a, struct sip_conn *conn, usec now,
                      const struct sip_message *m)
{
    struct sip_call *c = &a->call;
    answer(conn, m, 200);
    if (c->theirs.state == SIP_SERVER_PROCEEDING) // 15.1.2: what was not answered is over
        respond(a, now, 487);
    sip_agent_end(a, 200, (struct slice){0});
}

static void serve_cancel(struct sip_agent *a, struct sip_conn *conn, usec now,
                         const struct sip_message *m)
{
    struct sip_call *c = &a->call;
    if (!sip_server_matches(&c->theirs, m)) {
        answer(conn, m, 481);
        return;
    }
    struct text t = begin(conn, m, 200, NULL, c->dialog.local_tag);
    finish(conn, &t);
    if (c->theirs.state != SIP_SERVER_PROCEEDING)
        return; // too late
    respond(a, now, 487);
    if (c->state == CALL_RINGING)
        sip_agent_end(a, 487, slice_of("The caller gave up."));
}

// 11.2: what an INVITE would be answered with; within the call, that all is well.
static void serve_options(struct sip_agent *a, struct sip_conn *conn, const struct sip_message *m)
{
    bool busy = a->call.state != CALL_NONE && !sip_dialog_is(&a->call.dialog, m);
    struct text t = begin(conn, m, busy ? 486 : 200, NULL, NULL);
    sip_agent_write_contact(a, conn, &t);
    sip_write_header(&t, "Allow", slice_of(ALLOW));
    sip_write_header(&t, "Accept", slice_of(SDP_TYPE));
    sip_write_header(&t, "Supported", slice_of(SUPPORTED));
    finish(conn, &t);
}

// The order of 8.2 and 12.2.2. False: it was answered.
static bool is_in_order(struct sip_agent *a, struct sip_conn *conn, const struct sip_message *m)
{
    struct sip_call *c = &a->call;
    struct sip_address to;
    sip_address_parse(&to, sip_header(m, "To"));
    bool within = sip_parameter(to.parameters, "tag").len > 0;
    bool ours = c->state != CALL_NONE && sip_dialog_is(&c->dialog, m);
    if (within && !ours) {
        answer(conn, m, 481);
        return false;
    }
    if (!ours)
        return true;
    if (m->cseq < c->dialog.remote_cseq && !sip_server_matches(&c->theirs, m)) {
        answer(conn, m, 500);
        return false;
    }
    c->dialog.remote_cseq = m->cseq > c->dialog.remote_cseq ? m->cseq : c->dialog.remote_cseq;
    return true;
}

void sip_agent_serve(struct sip_agent *a, struct sip_conn *conn, usec now,
                     const struct sip_message *m, const char *data, size_t len)
{
    const char *fault = sip_fault(m);
    bool sip_scheme = slice_starts_nocase(m->uri, "sip:");
    if (fault) {
        a->stats.malformed++;
        if (is_answerable(m)) {
            struct text t = begin(conn, m, 400, fault, NULL);
            finish(conn, &t);
        }
        return;
    }
    if (m->method == SIP_ACK) {
        serve_ack(a, now, m);
        return;
    }
    if (m->method == SIP_CANCEL) {
        serve_cancel(a, conn, now, m);
        return;
    }
    struct sip_uri uri;
    if (!sip_scheme || !sip_uri_parse(&uri, m->uri)) {
        answer(conn, m, sip_scheme ? 400 : 416);
        return;
    }
    if (!is_in_order(a, conn, m))
        return;
    if (m->method == SIP_INVITE)
        serve_invite(a, conn, now, m, data, len);
    else if (m->method == SIP_OPTIONS)
        serve_options(a, conn, m);
    else if (m->method == SIP_BYE && a->call.state != CALL_NONE &&
             sip_dialog_is(&a->call.dialog, m))
        serve_bye(a, conn, now, m);
    else if (m->method == SIP_BYE)
        answer(conn, m, 481);
    else
        answer_with(conn, m, m->method == SIP_UNKNOWN ? 501 : 405, "Allow", ALLOW);
}

// ---- what the user wants -----------------------------------------------------------------------

void sip_agent_answer(struct sip_agent *a, usec now, const char *sdp)
{
    struct sip_call *c = &a->call;
    if (c->theirs.state != SIP_SERVER_PROCEEDING)
        return;
    bool first = c->state == CALL_RINGING;
    if (!slice_copy(slice_of(sdp), c->sdp, sizeof c->sdp)) {
        sip_agent_refuse(a, now, 500);
        return;
    }
    c->awaiting_ack_sdp = !c->theirs_sdp_len;
    c->first = first;
    c->timer = c->asked;
    c->changing = false; // a change of ours that met theirs is in the answer
    c->again = 0;
    respond(a, now, 200);
    c->state = CALL_UP;
    sip_timer_refreshed(&c->timer, now);
    if (first && !c->awaiting_ack_sdp)
        sip_agent_tell(a, SIP_AGENT_ANSWERED, 200, (struct slice){0});
}

void sip_agent_refuse(struct sip_agent *a, usec now, unsigned code)
{
    struct sip_call *c = &a->call;
    if (c->theirs.state != SIP_SERVER_PROCEEDING)
        return;
    respond(a, now, code);
    if (c->state == CALL_RINGING)
        sip_agent_end(a, code, slice_of("It was refused."));
}

void sip_agent_serve_tick(struct sip_agent *a, usec now)
{
    struct sip_call *c = &a->call;
    switch (sip_server_tick(&c->theirs, now)) {
    case SIP_SERVER_AGAIN:
        say(a);
        break;
    case SIP_SERVER_RUNG: // 21.4.18
        respond(a, now, 480);
        sip_agent_end(a, 480, slice_of("It was not answered."));
        break;
    case SIP_SERVER_UNHEARD: // 13.3.1.4
        if (c->state == CALL_UP)
            sip_agent_ask(a, now, REQUEST_BYE);
        break;
    case SIP_SERVER_NOTHING:
        break;
    }
}
