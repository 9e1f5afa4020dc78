// The writing half of rtsp.h, and the names of methods and reasons that both halves need.
#include "control/rtsp.h"

#include <assert.h>

static const char *const methods[RTSP_METHODS] = {
    [RTSP_UNKNOWN] = "",
    [RTSP_OPTIONS] = "OPTIONS",
    [RTSP_DESCRIBE] = "DESCRIBE",
    [RTSP_ANNOUNCE] = "ANNOUNCE",
    [RTSP_SETUP] = "SETUP",
    [RTSP_PLAY] = "PLAY",
    [RTSP_PAUSE] = "PAUSE",
    [RTSP_RECORD] = "RECORD",
    [RTSP_TEARDOWN] = "TEARDOWN",
    [RTSP_GET_PARAMETER] = "GET_PARAMETER",
    [RTSP_SET_PARAMETER] = "SET_PARAMETER",
    [RTSP_REDIRECT] = "REDIRECT",
};

// RFC 2326 7.1.1
static const struct {
    unsigned code;
    const char *phrase;
} phrases[] = {
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {250, "Low on Storage Space"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Moved Temporarily"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Time-out"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Request Entity Too Large"},
    {414, "Request-URI Too Large"},
    {415, "Unsupported Media Type"},
    {451, "Parameter Not Understood"},
    {452, "Conference Not Found"},
    {453, "Not Enough Bandwidth"},
    {454, "Session Not Found"},
    {455, "Method Not Valid in This State"},
    {456, "Header Field Not Valid for Resource"},
    {457, "Invalid Range"},
    {458, "Parameter Is Read-Only"},
    {459, "Aggregate operation not allowed"},
    {460, "Only aggregate operation allowed"},
    {461, "Unsupported transport"},
    {462, "Destination unreachable"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Time-out"},
    {505, "RTSP Version not supported"},
    {551, "Option not supported"},
};

const char *rtsp_method_name(enum rtsp_method method)
{
    return method < RTSP_METHODS ? methods[method] : "";
}

enum rtsp_method rtsp_method_of(struct slice name)
{
    for (enum rtsp_method m = RTSP_OPTIONS; m < RTSP_METHODS; m++)
        if (slice_is(name, methods[m]))
            return m;
    return RTSP_UNKNOWN;
}

const char *rtsp_phrase(unsigned code)
{
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (phrases[i].code == code)
            return phrases[i].phrase;
    return "Unknown";
}

void rtsp_write_request(struct text *t, enum rtsp_method method, struct slice url, uint32_t cseq)
{
    assert(method != RTSP_UNKNOWN);
    text_add(t, rtsp_method_name(method));
    text_add(t, " ");
    text_clean(t, url.len ? url : slice_of("*"));
    text_add(t, " RTSP/1.0\r\n");
    rtsp_write_header_unsigned(t, "CSeq", cseq);
}

void rtsp_write_response(struct text *t, unsigned code, struct slice cseq)
{
    assert(code >= 100 && code <= 599);
    text_add(t, "RTSP/1.0 ");
    text_unsigned(t, code);
    text_add(t, " ");
    text_add(t, rtsp_phrase(code));
    text_add(t, "\r\n");
    if (cseq.at)
        rtsp_write_header(t, "CSeq", cseq);
}

void rtsp_write_header(struct text *t, const char *name, struct slice value)
{
    text_add(t, name);
    text_add(t, ": ");
    text_clean(t, value);
    text_add(t, "\r\n");
}

void rtsp_write_header_unsigned(struct text *t, const char *name, uint64_t value)
{
    text_add(t, name);
    text_add(t, ": ");
    text_unsigned(t, value);
    text_add(t, "\r\n");
}

void rtsp_write_end(struct text *t)
{
    text_add(t, "\r\n");
}

void rtsp_write_body(struct text *t, const char *type, struct slice body)
{
    rtsp_write_header(t, "Content-Type", slice_of(type));
    rtsp_write_header_unsigned(t, "Content-Length", body.len);
    rtsp_write_end(t);
    text_slice(t, body);
}

void rtsp_frame_head(uint8_t *head, uint8_t channel, uint16_t len)
{
    head[0] = '$';
    head[1] = channel;
    head[2] = (uint8_t)(len >> 8);
    head[3] = (uint8_t)len;
}

void rtsp_session_write(struct text *t, const struct rtsp_session *session)
{
    text_clean(t, session->id);
    text_add(t, ";timeout=");
    text_unsigned(t, session->timeout);
}
