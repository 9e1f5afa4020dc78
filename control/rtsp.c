// Requests and responses of RTSP. Nothing is remembered between calls: see rtsp.h for why that is
// cheap enough.
#include "control/rtsp.h"

#include <string.h>

#define RTSP_CHANNELS_LIKELY 32 // rtsp_resync takes a '$' before a higher channel for payload

static bool is_method(struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!head_is_method_octet(name.at[i]))
            return false;
    return name.len > 0;
}

// RTSP-Version, RFC 2326 6.1
static bool version_parse(struct rtsp_message *message, struct slice text)
{
    return head_version(text, "RTSP", &message->major, &message->minor);
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

static enum head_status start_line_parse(struct rtsp_message *message, struct slice line)
{
    struct slice rest = line;
    struct slice first;
    if (slice_find(line, '\0') < line.len || !slice_word(&rest, &first))
        return HEAD_BAD_START;
    bool good = slice_find(first, '/') < first.len ? status_line_parse(message, first, rest)
                                                   : request_line_parse(message, first, rest);
    return good ? HEAD_OK : HEAD_BAD_START;
}

// RFC 2326 4, 12.14. A message without a length has no body.
static enum head_status message_parse(struct rtsp_message *message, struct slice *rest)
{
    struct slice line;
    size_t left = HEAD_MAX, body = 0;
    enum head_status status = head_line(rest, &left, &line);
    if (status == HEAD_OK)
        status = start_line_parse(message, line);
    if (status == HEAD_OK)
        status = head_fields(&message->head, rest, &left);
    if (status == HEAD_OK)
        status = head_length(&message->head, NULL, RTSP_BODY_MAX, &body);
    if (status == HEAD_OK && rest->len < body)
        status = HEAD_PARTIAL;
    message->body = slice_at(rest->at, status == HEAD_OK ? body : 0);
    return status;
}

enum rtsp_status rtsp_parse(struct rtsp_message *message, const void *data, size_t len,
                            size_t *used)
{
    struct slice rest = head_skip_blank(slice_at(data, len));
    *message = (struct rtsp_message){0};
    *used = 0;
    size_t blank = len - rest.len;
    if (rest.len && !head_is_method_octet(rest.at[0]))
        return RTSP_BAD_START;
    enum head_status status = message_parse(message, &rest);
    if (status == HEAD_PARTIAL)
        *used = blank;
    if (status != HEAD_OK)
        return (enum rtsp_status)status;
    *used = len - rest.len + message->body.len;
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
    return status == RTSP_BAD_VERSION ? "version is not RTSP/1.0"
                                      : head_strstatus((enum head_status)status);
}

bool rtsp_header_next(const struct rtsp_message *message, const char *name, size_t *index,
                      struct slice *value)
{
    return head_next(&message->head, name, NULL, index, value);
}

struct slice rtsp_header(const struct rtsp_message *message, const char *name)
{
    return head_find(&message->head, name);
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
