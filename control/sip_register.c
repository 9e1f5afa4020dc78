// Registration (RFC 3261 10): a registrar is told where we are, over a connection that stays, and told
// again before it forgets. What fails is tried again.
#include "control/sip_agent_internal.h"

#define EXPIRES     600 // s, that we ask for
#define RETRY_AFTER (30 * USEC_SECOND)

static void send_register(struct sip_agent *a, usec now)
{
    struct sip_registration *r = &a->registration;
    char branch[TOKEN_MAX], sent_by[80];
    sip_agent_token(a, SIP_COOKIE, branch);
    sip_agent_sent_by(a, r->conn, sent_by);
    sip_client_start(&r->client, now, SIP_REGISTER, ++r->dialog.cseq, branch);
    struct text t = sip_agent_begin(r->conn);
    sip_dialog_write(&t, &r->dialog, SIP_REGISTER, r->dialog.cseq, branch, sent_by);
    sip_agent_write_contact(a, r->conn, &t);
    sip_write_unsigned(&t, "Expires", EXPIRES);
    text_add(&t, r->authorization);
    sip_write_header(&t, "User-Agent", slice_of(a->config.name));
    sip_write_end(&t, NULL, (struct slice){0});
    sip_agent_send(r->conn, &t);
    r->due = USEC_NEVER;
}

bool sip_agent_register(struct sip_agent *a, usec now)
{
    struct sip_registration *r = &a->registration;
    char id[TOKEN_MAX], tag[TOKEN_MAX], us[SIP_URI_MAX], them[SIP_URI_MAX];
    struct text account = text_of(us, sizeof us), registrar = text_of(them, sizeof them);
    struct sip_uri uri;
    if (!sip_uri_parse(&uri, slice_of(a->config.account)) || !uri.user.len)
        return false;
    text_add(&account, "<");
    text_add(&account, a->config.account);
    text_add(&account, ">");
    text_add(&registrar, "sip:");
    text_slice(&registrar, slice_from(slice_of(a->config.account),
                                      (size_t)(uri.user.at - a->config.account) +
                                          slice_find(slice_of(uri.user.at), '@') + 1));
    sip_agent_token(a, "", id);
    sip_agent_token(a, "", tag);
    if (account.failed || registrar.failed ||
        !sip_dialog_begin(&r->dialog, id, tag, text_written(&account), text_written(&registrar)) ||
        !slice_copy(text_written(&account), r->dialog.local, sizeof r->dialog.local))
        return false;
    r->wanted = true;
    r->due = now;
    return true;
}

void sip_agent_registrar(struct sip_agent *a, usec now, struct sip_conn *conn, const char *why)
{
    struct sip_registration *r = &a->registration;
    r->connecting = false;
    r->conn = conn;
    if (conn) {
        send_register(a, now);
        return;
    }
    r->due = now + RETRY_AFTER;
    sip_agent_tell(a, SIP_AGENT_NOT_REGISTERED, 503, slice_of(why));
}

// The time that the registrar gives us: of our Contact, or of all (10.2.4).
static usec granted(const struct sip_message *m)
{
    struct slice value = sip_header(m, "Contact"), item;
    struct sip_address address;
    uint64_t seconds = EXPIRES;
    slice_unsigned(sip_header(m, "Expires"), 24 * 3600, &seconds);
    if (sip_next(&value, &item) && sip_address_parse(&address, item))
        slice_unsigned(sip_parameter(address.parameters, "expires"), 24 * 3600, &seconds);
    return (usec)(seconds < 20 ? 20 : seconds) * USEC_SECOND;
}

void sip_register_response(struct sip_agent *a, usec now, const struct sip_message *m)
{
    struct sip_registration *r = &a->registration;
    switch (sip_client_response(&r->client, now, m->code)) {
    case SIP_CLIENT_SUCCESS:
        r->tried = 0;
        r->due = now + granted(m) / 2;
        sip_agent_tell(a, SIP_AGENT_REGISTERED, m->code, (struct slice){0});
        break;
    case SIP_CLIENT_FAILURE:
        if (sip_digest_again(m, r->tried) &&
            sip_agent_authorize(a, m, SIP_REGISTER, &r->dialog, r->authorization)) {
            r->tried++;
            send_register(a, now);
            break;
        }
        r->tried = 0;
        r->due = now + RETRY_AFTER;
        sip_agent_tell(a, SIP_AGENT_NOT_REGISTERED, m->code, m->reason);
        break;
    case SIP_CLIENT_PROVISIONAL:
    case SIP_CLIENT_NOTHING:
        break;
    }
}

void sip_register_closed(struct sip_agent *a, usec now)
{
    struct sip_registration *r = &a->registration;
    r->conn = NULL;
    r->client.state = SIP_CLIENT_IDLE;
    r->due = now + RETRY_AFTER;
}

usec sip_register_next(const struct sip_agent *a)
{
    const struct sip_registration *r = &a->registration;
    return r->wanted ? usec_min(r->due, sip_client_next(&r->client)) : USEC_NEVER;
}

void sip_register_tick(struct sip_agent *a, usec now)
{
    struct sip_registration *r = &a->registration;
    if (!r->wanted)
        return;
    if (sip_client_expired(&r->client, now)) {
        r->due = now + RETRY_AFTER;
        sip_agent_tell(a, SIP_AGENT_NOT_REGISTERED, 408,
                       slice_of("The registrar does not answer."));
    }
    if (now < r->due)
        return;
    r->due = USEC_NEVER;
    if (r->conn) {
        send_register(a, now);
    } else if (!r->connecting) {
        r->connecting = true;
        struct sip_agent_event *event =
            sip_agent_tell(a, SIP_AGENT_CONNECT_REGISTRAR, 0, (struct slice){0});
        slice_copy(slice_of(r->dialog.target), event->uri, sizeof event->uri);
    }
}
