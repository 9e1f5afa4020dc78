// Any octets as what a SIP connection brings, to an agent that waits, answers, changes and hangs up
// (the first octet says which). Slices lie inside, it always gets on, and what it says is SIP.
#include "control/sip_agent.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define SDP "v=0\r\n"

static void check_slice(struct slice s, const uint8_t *data, size_t len)
{
    const char *first = (const char *)data;
    assert(!s.len || (s.at >= first && s.len <= len && s.at <= first + len - s.len));
}

static void check_parse(const uint8_t *data, size_t len)
{
    struct sip_message m;
    struct sip_via via;
    size_t used;
    uint8_t *exact = malloc(len ? len : 1); // no larger: a read past the end is seen
    assert(exact);
    memcpy(exact, data, len);
    enum head_status status = sip_parse(&m, exact, len, &used);
    assert(used <= len && head_strstatus(status));
    check_slice(m.uri, exact, len);
    check_slice(m.reason, exact, len);
    check_slice(m.body, exact, len);
    for (size_t i = 0; i < m.head.count; i++) {
        struct slice rest = m.head.headers[i].value, item;
        check_slice(rest, exact, len);
        for (size_t left = rest.len; sip_next(&rest, &item); left = rest.len) {
            struct sip_address address;
            struct sip_uri uri;
            assert(rest.len < left);
            if (sip_address_parse(&address, item)) {
                check_slice(address.uri, exact, len);
                sip_uri_parse(&uri, address.uri);
            }
        }
    }
    if (status == HEAD_OK && !sip_fault(&m))
        assert(sip_via_parse(&via, &m));
    free(exact);
}

// What is said parses, one message after the other; but what they said in many short lines may come
// back in a long one.
static void check_output(struct sip_conn *conn)
{
    const char *out;
    size_t len = sip_conn_output(conn, &out), at = 0;
    while (at < len) {
        struct sip_message m;
        size_t used;
        enum head_status status = sip_parse(&m, out + at, len - at, &used);
        if (status == HEAD_LONG_LINE || status == HEAD_LONG_HEAD)
            break;
        assert(status == HEAD_OK);
        at += used;
    }
    sip_conn_sent(conn, len);
}

static void act(struct sip_agent *a, struct sip_conn *conn, uint8_t how, usec now)
{
    struct sip_agent_event event;
    while (sip_agent_event(a, &event)) {
        if (event.kind == SIP_AGENT_CONNECT)
            sip_agent_connected(a, now, how & 1 ? conn : NULL, "no");
        else if (event.kind == SIP_AGENT_CONNECTED)
            sip_agent_offer(a, now, SDP);
        else if (event.kind == SIP_AGENT_CALLED || event.kind == SIP_AGENT_OFFERED)
            how & 2 ? sip_agent_answer(a, now, SDP) : sip_agent_refuse(a, now, 488);
        else if (event.kind == SIP_AGENT_ANSWERED && how & 4)
            sip_agent_offer(a, now, SDP "s=-\r\n");
        else if (event.kind == SIP_AGENT_CHANGED || (how & 8 && event.kind != SIP_AGENT_ENDED))
            sip_agent_hangup(a, now);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct sip_agent_config config = {.name = "voz", .user = "u", .port = 5060, .seed = 7};
    if (!len)
        return 0;
    uint8_t how = *data++;
    usec now = 0;
    len--;
    check_parse(data, len);
    struct sip_agent *a = sip_agent_new(&config);
    assert(a);
    struct sip_conn *conn = sip_agent_open(a, now, "192.0.2.1", NULL);
    assert(conn);
    if (how & 1) {
        sip_agent_call(a, now, "sip:x@192.0.2.2");
        act(a, conn, how, now);
    }
    while (len && !sip_conn_finished(conn)) {
        size_t n = len < 900 ? len : 900;
        n = sip_agent_input(a, conn, now, data, n);
        act(a, conn, how, now);
        check_output(conn);
        data += n;
        len -= n;
        now += USEC_SECOND;
        if (sip_agent_next(a) <= now)
            sip_agent_tick(a, now);
    }
    for (int i = 0; i < 40 && sip_agent_next(a) != USEC_NEVER; i++) {
        now = usec_max(now, sip_agent_next(a));
        sip_agent_tick(a, now);
        act(a, conn, how, now);
        check_output(conn);
    }
    sip_agent_close(a, conn, now);
    sip_agent_free(a);
    return 0;
}
