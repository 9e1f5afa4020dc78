// Any octets as what a control connection brings: messages, frames and rubbish between them. Slices
// lie inside, a piece of a good message is never a fault, it always gets on, and a message that is
// written again parses to the same.
#include "control/range.h"
#include "control/rtpinfo.h"
#include "control/rtsp.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_slice(struct slice s, const uint8_t *data, size_t len)
{
    const char *first = (const char *)data;
    assert(!s.len || (s.at >= first && s.len <= len && s.at <= first + len - s.len));
}

static void check_slices(const struct rtsp_message *message, const uint8_t *data, size_t len)
{
    check_slice(message->url, data, len);
    check_slice(message->method_name, data, len);
    check_slice(message->reason, data, len);
    check_slice(message->body, data, len);
    assert(message->head.count <= RTSP_HEADERS_MAX);
    for (size_t i = 0; i < message->head.count; i++) {
        assert(message->head.headers[i].name.len);
        check_slice(message->head.headers[i].name, data, len);
        check_slice(message->head.headers[i].value, data, len);
    }
}

static void read_values(const struct rtsp_message *message)
{
    char out[RTSP_HEAD_MAX];
    struct text t = text_of(out, sizeof out);
    struct rtsp_session session;
    struct range range;
    struct rtpinfo info;
    if (rtsp_session_parse(&session, rtsp_header(message, "Session"))) {
        struct slice id = session.id;
        rtsp_session_write(&t, &session);
        assert(rtsp_session_parse(&session, text_written(&t)) || id.len);
    }
    if (range_parse(&range, rtsp_header(message, "Range")) == RANGE_OK)
        assert(range.start >= 0 && range.start <= range.end);
    struct slice rest = rtsp_header(message, "RTP-Info");
    for (size_t left = rest.len; rtpinfo_next(&rest, &info); left = rest.len)
        assert(rest.len < left);
}

static void write_and_parse(const struct rtsp_message *message)
{
    static char out[RTSP_MESSAGE_MAX * 2];
    struct text t = text_of(out, sizeof out);
    struct rtsp_message again;
    size_t used;
    if (message->response)
        rtsp_write_response(&t, message->code, rtsp_header(message, "CSeq"));
    else if (message->method != RTSP_UNKNOWN)
        rtsp_write_request(&t, message->method, message->url, 1);
    else
        return;
    rtsp_write_body(&t, "x/y", message->body);
    assert(!t.failed);
    assert(rtsp_parse(&again, out, t.len, &used) == RTSP_OK);
    assert(used == t.len);
    assert(again.response == message->response && again.code == message->code);
    assert(again.method == message->method && slice_equal(again.url, message->url));
    assert(slice_equal(again.body, message->body));
}

static void pieces_are_partial(const uint8_t *data, size_t used)
{
    struct rtsp_message message;
    size_t dropped;
    size_t step = used / 64 + 1;
    for (size_t n = 0; n < used; n += step)
        assert(rtsp_parse(&message, data, n, &dropped) == RTSP_PARTIAL);
}

// How many octets the stream moves on; 0 when it waits for more.
static size_t take(const uint8_t *data, size_t len)
{
    static struct rtsp_message message;
    struct rtsp_frame frame;
    size_t used;
    if (rtsp_frame_parse(&frame, data, len, &used) == RTSP_OK) {
        assert(used == RTSP_FRAME_HEAD + frame.len && used <= len);
        assert(frame.payload + frame.len == data + used);
        return used;
    }
    if (len && data[0] == '$')
        return 0;
    enum rtsp_status status = rtsp_parse(&message, data, len, &used);
    assert(used <= len && rtsp_strstatus(status));
    check_slices(&message, data, len);
    if (status == RTSP_PARTIAL)
        return used;
    if (status == RTSP_OK || status == RTSP_BAD_VERSION) {
        assert(used);
        pieces_are_partial(data, used);
        read_values(&message);
        write_and_parse(&message);
        return used;
    }
    size_t drop = rtsp_resync(data, len);
    assert(drop && drop <= len);
    return drop;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    while (len) {
        uint8_t *exact = malloc(len); // no larger: a read past the end is seen
        assert(exact);
        memcpy(exact, data, len);
        size_t used = take(exact, len);
        free(exact);
        if (!used)
            break;
        data += used;
        len -= used;
    }
    return 0;
}
