// What a user agent asks of its peer (RFC 3261 9.1, 12.2.1, 13.2, 14.1, 15.1.1): INVITE, ACK, CANCEL,
// BYE. A request that has no connection to go over waits for one.
#include "control/sip_agent_internal.h"

#include <string.h>

#define RETRY_BUSY    (3 * USEC_SECOND) // a refresh that has to wait for another INVITE
#define CROSSINGS_MAX 4                 // of our change with theirs, then it is given up
#define GIVE_UP       (2 * USEC_SECOND) // who is hung up on before anything was answered

static struct text begin(struct sip_agent *a, enum sip_method method, uint32_t cseq,
                         const char *branch)
{
    struct sip_call *c = &a->call;
    struct text t = sip_agent_begin(c->conn);
    char sent_by[80];
    sip_agent_sent_by(a, c->conn, sent_by);
    sip_dialog_write(&t, &c->dialog, method, cseq, branch, sent_by);
    sip_write_header(&t, "User-Agent", slice_of(a->config.name));
    return t;
}

static void finish(struct sip_agent *a, struct text *t, const char *sdp)
{
    sip_write_end(t, SDP_TYPE, slice_of(sdp));
    sip_agent_send(a->call.conn, t);
}

// Our address, once it is known which one they see.
static void name_us(struct sip_agent *a)
{
    struct sip_dialog *d = &a->call.dialog;
    struct text t = text_of(d->local, sizeof d->local);
    if (a->config.account) {
        text_add(&t, "<");
        text_add(&t, a->config.account);
        text_add(&t, ">");
        return;
    }
    text_add(&t, "<sip:");
    text_add(&t, a->config.user);
    text_add(&t, "@");
    text_add(&t, a->call.conn->host);
    text_add(&t, ">");
}

static void send_invite(struct sip_agent *a, usec now)
{
    struct sip_call *c = &a->call;
    bool first = c->state != CALL_UP;
    char branch[TOKEN_MAX];
    if (first)
        name_us(a);
    sip_agent_token(a, SIP_COOKIE, branch);
    sip_client_start(&c->invite, now, SIP_INVITE, ++c->dialog.cseq, branch);
    struct text t = begin(a, SIP_INVITE, c->dialog.cseq, branch);
    sip_agent_write_contact(a, c->conn, &t);
    sip_write_header(&t, "Allow", slice_of(ALLOW));
    sip_write_header(&t, "Supported", slice_of(SUPPORTED));
    sip_timer_write_request(&c->timer, &t, first);
    text_add(&t, c->authorization);
    finish(a, &t, c->sdp);
    if (first)
        c->state = CALL_INVITING;
}

static void send_bye(struct sip_agent *a, usec now)
{
    struct sip_call *c = &a->call;
    char branch[TOKEN_MAX];
    sip_agent_token(a, SIP_COOKIE, branch);
    sip_client_start(&c->other, now, SIP_BYE, ++c->dialog.cseq, branch);
    struct text t = begin(a, SIP_BYE, c->dialog.cseq, branch);
    text_add(&t, c->authorization);
    finish(a, &t, "");
}

// 9.1: as the INVITE, to the octet.
static void send_cancel(struct sip_agent *a, usec now)
{
    struct sip_call *c = &a->call;
    if (!c->conn || c->other.state != SIP_CLIENT_IDLE)
        return;
    sip_client_start(&c->other, now, SIP_CANCEL, c->invite.cseq, c->invite.branch);
    struct text t = begin(a, SIP_CANCEL, c->invite.cseq, c->invite.branch);
    finish(a, &t, "");
    c->invite.deadline = now + SIP_PATIENCE;
}

// For a 2xx: a request of its own (13.2.2.4), with the credentials of its INVITE (22.1).
static void acknowledge(struct sip_agent *a)
{
    char branch[TOKEN_MAX];
    if (!a->call.conn)
        return;
    sip_agent_token(a, SIP_COOKIE, branch);
    struct text t = begin(a, SIP_ACK, a->call.invite.cseq, branch);
    text_add(&t, a->call.authorization);
    finish(a, &t, "");
}

// For a failure: a part of the transaction (17.1.1.3), with the tag of the response.
static void acknowledge_failure(struct sip_agent *a, const struct sip_message *response)
{
    struct sip_call *c = &a->call;
    struct sip_address to;
    struct sip_dialog kept = c->dialog;
    if (!c->conn || !sip_address_parse(&to, sip_header(response, "To")))
        return;
    slice_copy(sip_parameter(to.parameters, "tag"), c->dialog.remote_tag,
               sizeof c->dialog.remote_tag);
    struct text t = begin(a, SIP_ACK, c->invite.cseq, c->invite.branch);
    finish(a, &t, "");
    c->dialog = kept;
}

void sip_agent_ask(struct sip_agent *a, usec now, enum call_request request)
{
    struct sip_call *c = &a->call;
    c->tried = 0;
    c->again = 0;
    c->authorization[0] = '\0';
    if (request == REQUEST_BYE) {
        c->state = CALL_LEAVING;
        c->hanging_up = false;
    }
    if (!c->conn) {
        c->waiting = request;
        struct sip_agent_event *event = sip_agent_tell(a, SIP_AGENT_CONNECT, 0, (struct slice){0});
        slice_copy(sip_dialog_hop(&c->dialog), event->uri, sizeof event->uri);
        return;
    }
    c->waiting = REQUEST_NONE;
    if (request == REQUEST_BYE)
        send_bye(a, now);
    else
        send_invite(a, now);
}

// What was wished for is not so.
static void unchanged(struct sip_agent *a, unsigned code, struct slice why)
{
    struct sip_call *c = &a->call;
    if (c->changing)
        memcpy(c->sdp, c->agreed, sizeof c->sdp);
    c->changing = false;
    sip_agent_tell(a, SIP_AGENT_UNCHANGED, code, why);
}

void sip_agent_connected(struct sip_agent *a, usec now, struct sip_conn *conn, const char *why)
{
    struct sip_call *c = &a->call;
    enum call_request request = c->waiting;
    c->waiting = REQUEST_NONE;
    if (request == REQUEST_NONE)
        return;
    c->conn = conn;
    if (conn && request == REQUEST_INVITE)
        sip_agent_tell(a, SIP_AGENT_CONNECTED, 0, (struct slice){0});
    else if (conn)
        sip_agent_ask(a, now, request);
    else if (request == REQUEST_INVITE)
        sip_agent_end(a, 503, slice_of(why));
    else if (request == REQUEST_BYE)
        sip_agent_end(a, 200, (struct slice){0});
    else
        unchanged(a, 503, slice_of(why));
}

// ---- responses ---------------------------------------------------------------------------------

static void call_accepted(struct sip_agent *a, usec now, const struct sip_message *m)
{
    struct sip_call *c = &a->call;
    bool first = c->state == CALL_INVITING;
    if (c->state == CALL_LEAVING) { // our BYE crossed it
        acknowledge(a);
        return;
    }
    if (first ? !sip_dialog_answered(&c->dialog, m) : false) {
        acknowledge(a);
        sip_agent_ask(a, now, REQUEST_BYE);
        return;
    }
    if (!first)
        sip_dialog_refresh(&c->dialog, m);
    acknowledge(a);
    sip_agent_keep_sdp(a, m);
    sip_timer_answered(&c->timer, m);
    sip_timer_refreshed(&c->timer, now);
    c->changing = false;
    if (first)
        c->state = CALL_UP;
    if (c->hanging_up)
        sip_agent_ask(a, now, REQUEST_BYE);
    else
        sip_agent_tell(a, first ? SIP_AGENT_ANSWERED : SIP_AGENT_CHANGED, m->code,
                       (struct slice){0});
}

// They want a longer session interval than we said (RFC 4028 7.3).
static bool retry_with_interval(struct sip_agent *a, usec now, const struct sip_message *m)
{
    uint64_t seconds;
    if (m->code != 422 || !slice_unsigned(sip_header(m, "Min-SE"), UINT32_MAX, &seconds) ||
        seconds <= a->call.timer.interval || seconds <= SIP_TIMER_INTERVAL)
        return false;
    a->call.timer.interval = (unsigned)seconds;
    sip_agent_ask(a, now, REQUEST_INVITE);
    return true;
}

// A proxy, or who is called, wants to know who we are (22.2): the same once more, and says it.
static bool retry_authorized(struct sip_agent *a, usec now, const struct sip_message *m)
{
    struct sip_call *c = &a->call;
    if (!c->conn || !sip_digest_again(m, c->tried) ||
        !sip_agent_authorize(a, m, m->method, &c->dialog, c->authorization))
        return false;
    c->tried++;
    if (m->method == SIP_BYE)
        send_bye(a, now);
    else
        send_invite(a, now);
    return true;
}

static void leave(struct sip_agent *a, usec now, const char *reason)
{
    slice_copy(slice_of(reason), a->call.reason, sizeof a->call.reason);
    sip_agent_hangup(a, now);
}

// Both want a change at once (14.1): who called waits longer, so that the two do not meet again.
static bool retry_crossed(struct sip_agent *a, usec now, const struct sip_message *m)
{
    struct sip_call *c = &a->call;
    double share = random_unit(&a->random);
    if (m->code != 491 || !c->changing || ++c->crossings > CROSSINGS_MAX)
        return false;
    c->again = now + (usec)(c->incoming ? share * 2 * USEC_SECOND
                                        : 2100 * USEC_MS + share * 1900 * USEC_MS);
    return true;
}

// All stays as it was, unless they know of no such call any more (12.2.1.2, RFC 4028 10).
static void change_failed(struct sip_agent *a, usec now, const struct sip_message *m)
{
    if (retry_authorized(a, now, m) || retry_crossed(a, now, m))
        return;
    if (m->code == 481) {
        sip_agent_end(a, m->code, m->reason);
    } else if (m->code == 408) {
        leave(a, now, "The peer does not answer any more.");
    } else {
        unchanged(a, m->code, m->reason);
    }
}

static void call_failed(struct sip_agent *a, usec now, const struct sip_message *m)
{
    struct sip_call *c = &a->call;
    acknowledge_failure(a, m);
    if (c->state == CALL_INVITING) {
        if (c->hanging_up || !(retry_with_interval(a, now, m) || retry_authorized(a, now, m)))
            sip_agent_end(a, m->code, m->reason);
    } else if (c->state == CALL_UP) {
        change_failed(a, now, m);
    }
}

// A proxy rang several phones, and another one was answered as well (13.2.2.4): that call is
// acknowledged and ended. How it takes that is not waited for.
static void leave_fork(struct sip_agent *a, const struct sip_message *m)
{
    struct sip_call *c = &a->call;
    struct sip_dialog kept = c->dialog;
    char branch[TOKEN_MAX];
    if (c->conn && sip_dialog_answered(&c->dialog, m)) {
        acknowledge(a);
        sip_agent_token(a, SIP_COOKIE, branch);
        struct text t = begin(a, SIP_BYE, c->invite.cseq + 1, branch);
        text_add(&t, c->authorization);
        finish(a, &t, "");
    }
    c->dialog = kept;
}

static void invite_answered(struct sip_agent *a, usec now, const struct sip_message *m)
{
    struct sip_call *c = &a->call;
    bool waited = sip_client_waits(&c->invite);
    switch (sip_client_response(&c->invite, now, m->code)) {
    case SIP_CLIENT_PROVISIONAL:
        if (c->hanging_up)
            send_cancel(a, now);
        else if (m->code > 100)
            sip_agent_tell(a, SIP_AGENT_RINGING, m->code, m->reason);
        break;
    case SIP_CLIENT_SUCCESS:
        if (waited)
            call_accepted(a, now, m);
        else if (sip_dialog_forked(&c->dialog, m))
            leave_fork(a, m);
        else
            acknowledge(a);
        break;
    case SIP_CLIENT_FAILURE:
        call_failed(a, now, m);
        break;
    case SIP_CLIENT_NOTHING:
        break;
    }
}

void sip_agent_response(struct sip_agent *a, usec now, const struct sip_message *m)
{
    struct sip_call *c = &a->call;
    if (sip_client_matches(&a->registration.client, m)) {
        sip_register_response(a, now, m);
    } else if (sip_client_matches(&c->invite, m)) {
        invite_answered(a, now, m);
    } else if (sip_client_matches(&c->other, m)) {
        bool bye = c->other.method == SIP_BYE;
        sip_client_response(&c->other, now, m->code);
        if (bye && m->code >= 200 && !retry_authorized(a, now, m))
            sip_agent_end(a, 200, slice_of(c->reason));
    }
}

void sip_agent_ask_tick(struct sip_agent *a, usec now)
{
    struct sip_call *c = &a->call;
    if (sip_client_expired(&c->invite, now)) {
        if (c->state == CALL_INVITING) {
            bool gave_up = c->hanging_up;
            send_cancel(a, now);
            sip_agent_end(a, gave_up ? 487 : 408,
                          slice_of(gave_up ? "It was given up." : "There was no answer."));
        } else if (c->state == CALL_UP) {
            leave(a, now, "The peer does not answer any more.");
        }
    }
    bool bye = c->other.method == SIP_BYE;
    if (sip_client_expired(&c->other, now) && bye)
        sip_agent_end(a, 200, slice_of(c->reason));
    if (c->state != CALL_UP)
        return;
    if (c->again && now >= c->again) {
        c->again = 0;
        sip_agent_ask(a, now, REQUEST_OFFER);
    }
    if (now < c->timer.due)
        return;
    if (!c->timer.ours) {
        leave(a, now, "The peer has not refreshed the session.");
    } else if (!sip_client_waits(&c->invite) && !sip_server_waits(&c->theirs)) {
        sip_timer_refreshed(&c->timer, now); // until it is answered
        sip_agent_ask(a, now, REQUEST_REFRESH);
    } else {
        c->timer.due = now + RETRY_BUSY;
    }
}

// ---- what the user wants -----------------------------------------------------------------------

bool sip_agent_call(struct sip_agent *a, usec now, const char *uri)
{
    struct sip_call *c = &a->call;
    char id[TOKEN_MAX], tag[TOKEN_MAX], remote[SIP_URI_MAX];
    struct text to = text_of(remote, sizeof remote);
    if (c->state != CALL_NONE)
        return false;
    *c = (struct sip_call){.state = CALL_CONNECTING, .timer = {.due = USEC_NEVER}};
    sip_agent_token(a, "", id);
    sip_agent_token(a, "", tag);
    text_add(&to, "<");
    text_add(&to, uri);
    text_add(&to, ">");
    if (to.failed || !sip_dialog_begin(&c->dialog, id, tag, text_written(&to), slice_of(uri))) {
        c->state = CALL_NONE;
        return false;
    }
    sip_agent_ask(a, now, REQUEST_INVITE);
    return true;
}

bool sip_agent_offer(struct sip_agent *a, usec now, const char *sdp)
{
    struct sip_call *c = &a->call;
    bool connected = c->state == CALL_CONNECTING && c->conn;
    if (strlen(sdp) >= sizeof c->sdp)
        return false;
    if (connected) {
        slice_copy(slice_of(sdp), c->sdp, sizeof c->sdp);
        send_invite(a, now);
        return true;
    }
    if (c->state != CALL_UP || sip_client_waits(&c->invite) || c->waiting != REQUEST_NONE ||
        sip_server_waits(&c->theirs))
        return false;
    if (!c->changing)
        memcpy(c->agreed, c->sdp, sizeof c->agreed);
    c->changing = true;
    c->crossings = 0;
    slice_copy(slice_of(sdp), c->sdp, sizeof c->sdp);
    sip_agent_ask(a, now, REQUEST_OFFER);
    return true;
}

void sip_agent_hangup(struct sip_agent *a, usec now)
{
    struct sip_call *c = &a->call;
    switch (c->state) {
    case CALL_NONE:
    case CALL_LEAVING:
        break;
    case CALL_CONNECTING:
        sip_agent_end(a, 487, slice_of("It was given up."));
        break;
    case CALL_RINGING:
        sip_agent_refuse(a, now, 486);
        break;
    case CALL_INVITING: // 9.1: not before the first provisional response
        c->hanging_up = true;
        if (c->invite.state == SIP_CLIENT_PROCEEDING)
            send_cancel(a, now);
        else
            c->invite.deadline = usec_min(c->invite.deadline, now + GIVE_UP);
        break;
    case CALL_UP: // 15: who was called waits for the ACK first
        if (c->theirs.state == SIP_SERVER_ACCEPTED)
            c->hanging_up = true;
        else
            sip_agent_ask(a, now, REQUEST_BYE);
        break;
    }
}
