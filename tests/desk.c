// Who types to a user agent: see desk.h.
#include "tests/desk.h"

#include <stdio.h>
#include <string.h>

void desk_begin(struct desk *d)
{
    const struct sip_agent_config config = {.name = "voz", .user = "bob", .port = 5060, .seed = 5};
    desk_begin_with(d, &config);
}

void desk_begin_with(struct desk *d, const struct sip_agent_config *config)
{
    *d = (struct desk){.agent = sip_agent_new(config)};
    assert_non_null(d->agent);
    d->conn = sip_agent_open(d->agent, 0, "192.0.2.2", NULL);
    assert_non_null(d->conn);
}

void desk_end(struct desk *d)
{
    sip_agent_close(d->agent, d->conn, d->now);
    sip_agent_free(d->agent);
}

const char *desk_says(struct desk *d, const char *text)
{
    const char *data;
    size_t rest = strlen(text);
    while (rest) {
        size_t taken = sip_agent_input(d->agent, d->conn, d->now, text, rest);
        assert_true(taken <= rest);
        text += taken;
        rest -= taken;
    }
    size_t len = sip_conn_output(d->conn, &data);
    assert_true(len < sizeof d->said);
    memcpy(d->said, data, len);
    d->said[len] = '\0';
    sip_conn_sent(d->conn, len);
    return d->said;
}

const char *desk_waits(struct desk *d, usec by)
{
    d->now = usec_max(d->now + by, sip_agent_next(d->agent));
    assert_true(d->now < USEC_NEVER);
    sip_agent_tick(d->agent, d->now);
    return desk_says(d, "");
}

struct sip_agent_event desk_event(struct desk *d, enum sip_agent_kind kind)
{
    struct sip_agent_event event;
    assert_true(sip_agent_event(d->agent, &event));
    assert_int_equal(event.kind, kind);
    return event;
}

void desk_no_event(struct desk *d)
{
    struct sip_agent_event event;
    assert_false(sip_agent_event(d->agent, &event));
}

const char *desk_request(const char *method, const char *uri, const char *branch, int cseq,
                         const char *to_tag, const char *more)
{
    static char text[8192];
    snprintf(text, sizeof text,
             "%s %s SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1:5060;branch=%s\r\n"
             "From: <sip:a@192.0.2.1>;tag=a1\r\nTo: <sip:b@192.0.2.2>%s%s\r\nCall-ID: 1@a\r\n"
             "CSeq: %d %s\r\nContact: <sip:a@192.0.2.1>\r\nMax-Forwards: 70\r\n%s%s",
             method, uri, branch, *to_tag ? ";tag=" : "", to_tag, cseq, method, more,
             strstr(more, "\r\n\r\n") ? "" : "\r\n");
    return text;
}

// A header line of a message, with its name.
static struct slice line_of(const char *message, const char *name)
{
    char start[32];
    snprintf(start, sizeof start, "\r\n%s: ", name);
    const char *at = strstr(message, start);
    if (!at)
        fail_msg("no %s in %s", name, message);
    at += 2;
    return slice_at(at, strcspn(at, "\r"));
}

const char *desk_response(const char *request, const char *status, const char *more)
{
    static char text[8192];
    static const char *const copied[] = {"Via", "From", "To", "Call-ID", "CSeq"};
    struct text t = text_of(text, sizeof text);
    text_add(&t, "SIP/2.0 ");
    text_add(&t, status);
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++) {
        struct slice line = line_of(request, copied[i]);
        text_add(&t, "\r\n");
        text_slice(&t, line);
        if (copied[i][0] == 'T' && slice_find(line, ';') == line.len)
            text_add(&t, ";tag=ann");
    }
    text_add(&t, "\r\nContact: <sip:a@192.0.2.1:5062>\r\n");
    text_add(&t, more);
    text_add(&t, strstr(more, "\r\n\r\n") ? "" : "Content-Length: 0\r\n\r\n");
    assert_false(t.failed);
    return text;
}

const char *desk_sdp(const char *headers, const char *sdp)
{
    static char text[4096];
    snprintf(text, sizeof text, "%sContent-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n%s",
             headers, strlen(sdp), sdp);
    return text;
}

void desk_code(const char *said, const char *code)
{
    char start[32];
    snprintf(start, sizeof start, "SIP/2.0 %s", code);
    if (*code ? strncmp(said, start, strlen(start)) != 0 : *said)
        fail_msg("not %s: %.200s", *code ? code : "silence", said);
}

void desk_tag(const char *said, char tag[64])
{
    const char *to = strstr(said, "\r\nTo:"), *at = to ? strstr(to, ";tag=") : NULL;
    assert_non_null(at);
    snprintf(tag, 64, "%.*s", (int)strcspn(at + 5, "\r\n"), at + 5);
}

void desk_called(struct desk *d, const char *more, char tag[64])
{
    desk_code(
        desk_says(d, desk_request("INVITE", DESK_BOB, "z9hG4bK1", 1, "", desk_sdp(more, DESK_SDP))),
        "100");
    desk_event(d, SIP_AGENT_CALLED);
    sip_agent_answer(d->agent, d->now, DESK_SDP);
    desk_code(desk_says(d, ""), "200");
    desk_tag(d->said, tag);
    desk_event(d, SIP_AGENT_ANSWERED);
    desk_code(desk_says(d, desk_request("ACK", DESK_BOB, "z9hG4bK2", 1, tag, "")), "");
}

void desk_calls(struct desk *d)
{
    assert_true(sip_agent_call(d->agent, d->now, DESK_ANN));
    desk_event(d, SIP_AGENT_CONNECT);
    sip_agent_connected(d->agent, d->now, d->conn, NULL);
    desk_event(d, SIP_AGENT_CONNECTED);
    assert_true(sip_agent_offer(d->agent, d->now, DESK_SDP));
    desk_says(d, "");
    assert_int_equal(strncmp(d->said, "INVITE ", 7), 0);
}
