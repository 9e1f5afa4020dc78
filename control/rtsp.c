// One pass over the head, line by line, with each limit checked where it can first be seen. Nothing
// is remembered between calls: see rtsp.h for why that is cheap enough.
#include "control/rtsp.h"

#include <string.h>

#define RTSP_CHANNELS_LIKELY 32 // rtsp_resync takes a '$' before a higher channel for payload

// The next line of a head of which `head_left` octets may still come, without its line end.
static enum rtsp_status take_line(struct slice *rest, size_t *head_left, struct slice *line)
{
    size_t reach = rest->len < RTSP_LINE_MAX + 2 ? rest->len : RTSP_LINE_MAX + 2;
    size_t end = slice_find(slice_at(rest->at, reach), '\n');
    bool whole = end < reach;
    *line = slice_at(rest->at, end);
    if (line->len && line->at[line->len - 1] == '\r')
        line->len--;
    if (line->len > RTSP_LINE_MAX)
        return RTSP_LONG_LINE;
    size_t octets = end + (whole ? 1 : 0);
    if (octets > *head_left || (!whole && octets == *head_left))
        return RTSP_LONG_HEAD;
    if (!whole)
        return RTSP_PARTIAL;
    *head_left -= octets;
    *rest = slice_from(*rest, octets);
    return RTSP_OK;
}

static bool is_method_octet(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

static bool is_method(struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!is_method_octet(name.at[i]))
            return false;
    return name.len > 0;
}

// RTSP-Version, RFC 2326 6.1
static bool version_parse(struct rtsp_message *message, struct slice text)
{
    struct slice major;
    uint64_t high;
    uint64_t low;
    if (!slice_starts_nocase(text, "RTSP/"))
        return false;
    text = slice_from(text, strlen("RTSP/"));
    if (!slice_cut(&text, '.', &major) || !slice_unsigned(major, 99, &high) ||
        !slice_unsigned(text, 99, &low))
        return false;
    message->major = (unsigned)high;
    message->minor = (unsigned)low;
    return true;
}

// Status-Line, RFC 2326 7.1
static bool status_line_parse(struct rtsp_message *message, struct slice version, struct slice rest)
{
    struct slice code;
    uint64_t number;
    if (!version_parse(message, version) || !slice_word(&rest, &code) || code.len != 3 ||
        !slice_unsigned(code, 599, &number) || number < 100)
        return false;
    message->response = true;
    message->code = (unsigned)number;
    message->reason = slice_trim(rest);
    return true;
}

// Request-Line, RFC 2326 6.1
static bool request_line_parse(struct rtsp_message *message, struct slice method, struct slice rest)
{
    struct slice version;
    struct slice more;
    if (!is_method(method) || !slice_word(&rest, &message->url) || !slice_word(&rest, &version) ||
        slice_word(&rest, &more))
        return false;
    message->method_name = method;
    message->method = rtsp_method_of(method);
    return version_parse(message, version);
}

static enum rtsp_status start_line_parse(struct rtsp_message *message, struct slice line)
{
    struct slice rest = line;
    struct slice first;
    if (slice_find(line, '\0') < line.len || !slice_word(&rest, &first))
        return RTSP_BAD_START;
    bool good = slice_find(first, '/') < first.len ? status_line_parse(message, first, rest)
                                                   : request_line_parse(message, first, rest);
    return good ? RTSP_OK : RTSP_BAD_START;
}

// A continuation line: the value goes on up to the end of `line`.
static enum rtsp_status header_fold(struct rtsp_message *message, struct slice line)
{
    if (!message->header_count)
        return RTSP_BAD_HEADER;
    struct slice *value = &message->headers[message->header_count - 1].value;
    *value = slice_trim(slice_at(value->at, (size_t)(line.at + line.len - value->at)));
    return RTSP_OK;
}

// RFC 2326 4.2, which is RFC 2068 4.2
static enum rtsp_status header_parse(struct rtsp_message *message, struct slice line)
{
    if (slice_find(line, '\0') < line.len)
        return RTSP_BAD_HEADER;
    if (line.at[0] == ' ' || line.at[0] == '\t')
        return header_fold(message, line);
    struct slice name;
    if (!slice_cut(&line, ':', &name) || !slice_trim(name).len)
        return RTSP_BAD_HEADER;
    if (message->header_count == RTSP_HEADERS_MAX)
        return RTSP_MANY_HEADERS;
    message->headers[message->header_count++] =
        (struct rtsp_header){.name = slice_trim(name), .value = slice_trim(line)};
    return RTSP_OK;
}

// RFC 2326 12.14. A message without one has no body.
static enum rtsp_status length_parse(const struct rtsp_message *message, size_t *length)
{
    struct slice value;
    size_t index = 0;
    *length = 0;
    for (bool first = true; rtsp_header_next(message, "Content-Length", &index, &value);
         first = false) {
        uint64_t number;
        if (!slice_unsigned(value, UINT64_MAX, &number))
            return RTSP_BAD_LENGTH;
        if (number > RTSP_BODY_MAX)
            return RTSP_LONG_BODY;
        if (!first && number != *length)
            return RTSP_BAD_LENGTH;
        *length = (size_t)number;
    }
    return RTSP_OK;
}

static enum rtsp_status head_parse(struct rtsp_message *message, struct slice *rest)
{
    struct slice line;
    size_t head_left = RTSP_HEAD_MAX;
    enum rtsp_status status = take_line(rest, &head_left, &line);
    if (status == RTSP_OK)
        status = start_line_parse(message, line);
    while (status == RTSP_OK) {
        status = take_line(rest, &head_left, &line);
        if (status == RTSP_OK && !line.len)
            return RTSP_OK;
        if (status == RTSP_OK)
            status = header_parse(message, line);
    }
    return status;
}

enum rtsp_status rtsp_parse(struct rtsp_message *message, const void *data, size_t len,
                            size_t *used)
{
    struct slice rest = slice_at(data, len);
    size_t body = 0;
    *message = (struct rtsp_message){0};
    *used = 0;
    while (rest.len && (rest.at[0] == '\r' || rest.at[0] == '\n'))
        rest = slice_from(rest, 1);
    size_t blank = len - rest.len;
    if (rest.len && !is_method_octet(rest.at[0]))
        return RTSP_BAD_START;
    enum rtsp_status status = head_parse(message, &rest);
    if (status == RTSP_OK)
        status = length_parse(message, &body);
    if (status == RTSP_OK && rest.len < body)
        status = RTSP_PARTIAL;
    if (status == RTSP_PARTIAL)
        *used = blank;
    if (status != RTSP_OK)
        return status;
    message->body = slice_at(rest.at, body);
    *used = len - rest.len + body;
    return message->major == 1 ? RTSP_OK : RTSP_BAD_VERSION;
}

// Does `s` begin with `prefix`, or is it a tail that may come to?
static bool may_start(struct slice s, const char *prefix)
{
    size_t len = strlen(prefix);
    return memcmp(s.at, prefix, s.len < len ? s.len : len) == 0;
}

static bool may_be_message(struct slice s)
{
    if (s.at[0] == '$')
        return s.len < 2 || (uint8_t)s.at[1] < RTSP_CHANNELS_LIKELY;
    if (may_start(s, "RTSP/"))
        return true;
    for (enum rtsp_method m = RTSP_OPTIONS; m < RTSP_METHODS; m++) {
        size_t len = strlen(rtsp_method_name(m));
        if (may_start(s, rtsp_method_name(m)) && (s.len <= len || s.at[len] == ' '))
            return true;
    }
    return false;
}

size_t rtsp_resync(const void *data, size_t len)
{
    struct slice rest = slice_from(slice_at(data, len), 1);
    while (rest.len && !may_be_message(rest))
        rest = slice_from(rest, 1);
    return len - rest.len;
}

const char *rtsp_strstatus(enum rtsp_status status)
{
    switch (status) {
    case RTSP_OK:
        return "ok";
    case RTSP_PARTIAL:
        return "message is not whole yet";
    case RTSP_BAD_START:
        return "no request or status line";
    case RTSP_BAD_VERSION:
        return "version is not RTSP/1.0";
    case RTSP_BAD_HEADER:
        return "malformed header";
    case RTSP_BAD_LENGTH:
        return "malformed Content-Length";
    case RTSP_LONG_LINE:
        return "line too long";
    case RTSP_LONG_HEAD:
        return "headers too long";
    case RTSP_MANY_HEADERS:
        return "too many headers";
    case RTSP_LONG_BODY:
        return "body too long";
    }
    return "unknown";
}

bool rtsp_header_next(const struct rtsp_message *message, const char *name, size_t *index,
                      struct slice *value)
{
    while (*index < message->header_count) {
        const struct rtsp_header *header = &message->headers[(*index)++];
        if (slice_is_nocase(header->name, name)) {
            *value = header->value;
            return true;
        }
    }
    return false;
}

struct slice rtsp_header(const struct rtsp_message *message, const char *name)
{
    struct slice value = {0};
    size_t index = 0;
    rtsp_header_next(message, name, &index, &value);
    return value;
}

bool rtsp_cseq(const struct rtsp_message *message, uint32_t *cseq)
{
    uint64_t number;
    if (!slice_unsigned(rtsp_header(message, "CSeq"), UINT32_MAX, &number))
        return false;
    *cseq = (uint32_t)number;
    return true;
}

enum rtsp_status rtsp_frame_parse(struct rtsp_frame *frame, const void *data, size_t len,
                                  size_t *used)
{
    const uint8_t *octets = data;
    *frame = (struct rtsp_frame){0};
    *used = 0;
    if (len && octets[0] != '$')
        return RTSP_BAD_START;
    if (len >= 2)
        frame->channel = octets[1];
    if (len < RTSP_FRAME_HEAD)
        return RTSP_PARTIAL;
    frame->len = (size_t)octets[2] << 8 | octets[3];
    if (len - RTSP_FRAME_HEAD < frame->len)
        return RTSP_PARTIAL;
    frame->payload = octets + RTSP_FRAME_HEAD;
    *used = RTSP_FRAME_HEAD + frame->len;
    return RTSP_OK;
}

bool rtsp_session_parse(struct rtsp_session *session, struct slice value)
{
    struct slice item;
    uint64_t seconds;
    *session = (struct rtsp_session){.timeout = RTSP_SESSION_TIMEOUT};
    slice_cut(&value, ';', &item);
    session->id = slice_unquote(item);
    while (slice_next(&value, ';', &item)) {
        struct slice name;
        slice_cut(&item, '=', &name);
        if (slice_is_nocase(slice_trim(name), "timeout") &&
            slice_unsigned(slice_unquote(item), UINT32_MAX, &seconds) && seconds)
            session->timeout = (uint32_t)seconds;
    }
    return session->id.len > 0;
}
