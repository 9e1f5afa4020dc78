// Transactions: see sip_transaction.h.
#include "control/sip_transaction.h"

#include <assert.h>
#include <string.h>

void sip_client_start(struct sip_client *c, usec now, enum sip_method method, uint32_t cseq,
                      const char *branch)
{
    *c = (struct sip_client){.state = SIP_CLIENT_CALLING,
                             .method = method,
                             .cseq = cseq,
                             .deadline = now + SIP_PATIENCE};
    slice_copy(slice_of(branch), c->branch, sizeof c->branch);
}

bool sip_client_matches(const struct sip_client *c, const struct sip_message *response)
{
    struct sip_via via;
    return c->state != SIP_CLIENT_IDLE && response->method == c->method &&
           response->cseq == c->cseq && sip_via_parse(&via, response) &&
           slice_is(via.branch, c->branch);
}

enum sip_client_news sip_client_response(struct sip_client *c, usec now, unsigned code)
{
    bool invite = c->method == SIP_INVITE;
    if (code < 200) {
        if (c->state == SIP_CLIENT_ACCEPTED)
            return SIP_CLIENT_NOTHING;
        c->state = SIP_CLIENT_PROCEEDING;
        if (invite)
            c->deadline = now + SIP_RINGING;
        return SIP_CLIENT_PROVISIONAL;
    }
    if (code >= 300) {
        if (c->state == SIP_CLIENT_ACCEPTED)
            return SIP_CLIENT_NOTHING;
        c->state = SIP_CLIENT_IDLE;
        return SIP_CLIENT_FAILURE;
    }
    if (c->state != SIP_CLIENT_ACCEPTED)
        c->deadline = now + SIP_PATIENCE;
    c->state = invite ? SIP_CLIENT_ACCEPTED : SIP_CLIENT_IDLE;
    return SIP_CLIENT_SUCCESS;
}

bool sip_client_expired(struct sip_client *c, usec now)
{
    if (c->state == SIP_CLIENT_IDLE || now < c->deadline)
        return false;
    bool waited = sip_client_waits(c);
    c->state = SIP_CLIENT_IDLE;
    return waited;
}

usec sip_client_next(const struct sip_client *c)
{
    return c->state == SIP_CLIENT_IDLE ? USEC_NEVER : c->deadline;
}

// ---- server ------------------------------------------------------------------------------------

void sip_server_start(struct sip_server *s, const void *data, size_t len)
{
    assert(len <= sizeof s->request);
    s->state = SIP_SERVER_PROCEEDING;
    s->code = 0;
    s->again = s->deadline = USEC_NEVER;
    s->len = len;
    memcpy(s->request, data, len);
}

struct sip_message sip_server_request(const struct sip_server *s)
{
    struct sip_message message;
    size_t used;
    sip_parse(&message, s->request, s->len, &used);
    return message;
}

// The branch makes it so; without the cookie (RFC 2543) the rest is compared as well.
bool sip_server_matches(const struct sip_server *s, const struct sip_message *request)
{
    struct sip_via mine, theirs;
    if (s->state == SIP_SERVER_IDLE)
        return false;
    struct sip_message kept = sip_server_request(s);
    if (!sip_via_parse(&mine, &kept) || !sip_via_parse(&theirs, request))
        return false;
    bool same = slice_equal(mine.branch, theirs.branch) &&
                slice_equal_nocase(mine.sent_by, theirs.sent_by) && kept.cseq == request->cseq;
    return same && slice_equal(sip_header(&kept, "Call-ID"), sip_header(request, "Call-ID"));
}

void sip_server_said(struct sip_server *s, usec now, unsigned code)
{
    s->code = code;
    if (code < 200) {
        s->gap = SIP_REMIND;
        s->again = code > 100 ? now + s->gap : USEC_NEVER;
        return;
    }
    s->state = code < 300 ? SIP_SERVER_ACCEPTED : SIP_SERVER_COMPLETED;
    s->deadline = now + SIP_PATIENCE;
    s->gap = SIP_T1;
    s->again = code < 300 ? now + s->gap : USEC_NEVER;
}

void sip_server_acknowledged(struct sip_server *s)
{
    s->state = s->state == SIP_SERVER_ACCEPTED ? SIP_SERVER_CONFIRMED : SIP_SERVER_IDLE;
    s->again = USEC_NEVER;
}

enum sip_server_news sip_server_tick(struct sip_server *s, usec now)
{
    if (s->state == SIP_SERVER_IDLE)
        return SIP_SERVER_NOTHING;
    bool rings = s->state == SIP_SERVER_PROCEEDING;
    if (now >= s->deadline) {
        bool unheard = s->state == SIP_SERVER_ACCEPTED;
        s->deadline = USEC_NEVER;
        if (!rings)
            s->state = SIP_SERVER_IDLE;
        return rings ? SIP_SERVER_RUNG : unheard ? SIP_SERVER_UNHEARD : SIP_SERVER_NOTHING;
    }
    if (now < s->again)
        return SIP_SERVER_NOTHING;
    if (!rings)
        s->gap = usec_min(2 * s->gap, SIP_T2);
    s->again = now + s->gap;
    return SIP_SERVER_AGAIN;
}

usec sip_server_next(const struct sip_server *s)
{
    return s->state == SIP_SERVER_IDLE ? USEC_NEVER : usec_min(s->again, s->deadline);
}
