// The writing half of sip.h.
#include "control/sip.h"

#include <assert.h>

// RFC 3261 21, RFC 4028 6, RFC 3265
static const struct {
    unsigned code;
    const char *phrase;
} phrases[] = {
    {100, "Trying"},
    {180, "Ringing"},
    {181, "Call Is Being Forwarded"},
    {182, "Queued"},
    {183, "Session Progress"},
    {200, "OK"},
    {202, "Accepted"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Moved Temporarily"},
    {305, "Use Proxy"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {410, "Gone"},
    {413, "Request Entity Too Large"},
    {415, "Unsupported Media Type"},
    {416, "Unsupported URI Scheme"},
    {420, "Bad Extension"},
    {422, "Session Interval Too Small"},
    {480, "Temporarily Unavailable"},
    {481, "Call/Transaction Does Not Exist"},
    {482, "Loop Detected"},
    {483, "Too Many Hops"},
    {484, "Address Incomplete"},
    {486, "Busy Here"},
    {487, "Request Terminated"},
    {488, "Not Acceptable Here"},
    {491, "Request Pending"},
    {500, "Server Internal Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Server Time-out"},
    {505, "Version Not Supported"},
    {513, "Message Too Large"},
    {600, "Busy Everywhere"},
    {603, "Decline"},
    {604, "Does Not Exist Anywhere"},
    {606, "Not Acceptable"},
};

const char *sip_phrase(unsigned code)
{
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (phrases[i].code == code)
            return phrases[i].phrase;
    return "Unknown";
}

void sip_write_request(struct text *t, enum sip_method method, struct slice uri)
{
    assert(method != SIP_UNKNOWN);
    text_add(t, sip_method_name(method));
    text_add(t, " ");
    text_clean(t, uri);
    text_add(t, " SIP/2.0\r\n");
}

void sip_write_response(struct text *t, unsigned code, const char *phrase)
{
    text_add(t, "SIP/2.0 ");
    text_unsigned(t, code);
    text_add(t, " ");
    text_add(t, phrase ? phrase : sip_phrase(code));
    text_add(t, "\r\n");
}

void sip_write_header(struct text *t, const char *name, struct slice value)
{
    text_add(t, name);
    text_add(t, ": ");
    text_clean(t, value);
    text_add(t, "\r\n");
}

void sip_write_unsigned(struct text *t, const char *name, uint64_t value)
{
    text_add(t, name);
    text_add(t, ": ");
    text_unsigned(t, value);
    text_add(t, "\r\n");
}

void sip_write_copies(struct text *t, const struct sip_message *from, const char *name)
{
    struct slice value;
    size_t index = 0;
    while (sip_header_next(from, name, &index, &value))
        sip_write_header(t, name, value);
}

void sip_write_end(struct text *t, const char *type, struct slice body)
{
    if (body.len)
        sip_write_header(t, "Content-Type", slice_of(type));
    sip_write_unsigned(t, "Content-Length", body.len);
    text_add(t, "\r\n");
    text_slice(t, body);
}
