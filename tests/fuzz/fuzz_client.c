// Any octets as what a server says to a client, in pieces: the first octet of each says how long it
// is and whether time passes. "\xff\xff\xff\xff" in a CSeq's place would seldom be right, so every
// '#' becomes the number of the request that waits. The client ends once, and says why.
#include "control/client.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

// Takes what the client says; returns how many requests it has sent.
static unsigned hear(struct client *c, unsigned requests)
{
    const char *out;
    size_t len = client_output(c, &out);
    assert(len <= 16384);
    for (size_t i = 0; i + 6 < len; i++)
        requests += memcmp(out + i, "CSeq: ", 6) == 0 && i > 0 && out[i - 1] == '\n';
    if (len)
        client_sent(c, len);
    return requests;
}

// No feedback but where it was offered.
static void check_stream(const struct client_stream *s, bool feedback)
{
    assert(feedback || !(s->nack || s->has_rtx || s->rtcp_xr.loss_rle || s->rtcp_xr.voip_metrics ||
                         s->rtcp_xr.rcvr_rtt));
    assert(s->nack || !s->has_rtx);
    assert(s->rtx_time >= 0);
}

static bool take_events(struct client *c, usec now)
{
    struct client_event event;
    while (client_event(c, now, &event)) {
        if (event.kind == CLIENT_PACKET) {
            volatile uint8_t sum = 0;
            for (size_t i = 0; i < event.len; i++)
                sum = (uint8_t)(sum + event.data[i]);
        } else if (event.kind >= CLIENT_REFUSED) {
            assert((event.kind == CLIENT_FAILED) == (client_why(c)[0] != '\0'));
            assert(!client_event(c, now, &event));
            assert(client_next(c) == USEC_NEVER);
            return false;
        }
    }
    return true;
}

static void give(struct client *c, usec now, const uint8_t *data, size_t len, unsigned cseq)
{
    char *text = malloc(len * 10 + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        if (data[i] == '#')
            n += (size_t)sprintf(text + n, "%u", cseq);
        else
            text[n++] = (char)data[i];
    for (size_t at = 0; at < n;) {
        size_t taken = client_input(c, now, text + at, n - at);
        at += taken;
        if (!take_events(c, now))
            break;
        assert(taken); // there is always room for a whole message
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    bool tcp = len && data[0] & 1;
    struct features offer = {.red = len & 1, .feedback = len & 2};
    const struct client_config config = {.url = "rtsp://h/live",
                                         .agent = "fuzz",
                                         .tcp = tcp,
                                         .port = 6000,
                                         .video = len & 4,
                                         .video_port = 6002,
                                         .offer = offer};
    usec now = 0;
    struct client *c = client_new(&config, now);
    assert(c);
    unsigned requests = hear(c, 0);
    bool on = true;
    while (len && on) {
        size_t n = data[0] & 2 ? len - 1 : (size_t)(data[0] >> 2);
        n = n < len - 1 ? n : len - 1;
        if (!n) {
            now = usec_min(client_next(c), now + 30 * USEC_SECOND);
            client_tick(c, now);
            client_rtcp(c, client_video(c) && len & 8, "report", 6);
        }
        give(c, now, data + 1, n, requests);
        requests = hear(c, requests);
        on = take_events(c, now);
        check_stream(client_stream(c), offer.feedback);
        if (client_video(c))
            check_stream(client_video(c), offer.feedback);
        data += 1 + n;
        len -= 1 + n;
    }
    client_teardown(c, now);
    client_free(c);
    return 0;
}
