// Parsing SIP: see sip.h.
#include "control/sip.h"

#include <string.h>

static const struct {
    const char *name, *compact;
} compact_forms[] = {
    {"Call-ID", "i"}, {"Contact", "m"},   {"Content-Encoding", "e"}, {"Content-Length", "l"},
    {"From", "f"},    {"Supported", "k"}, {"Content-Type", "c"},     {"Session-Expires", "x"},
    {"To", "t"},      {"Via", "v"},
};

static const char *const methods[SIP_METHODS] = {
    [SIP_UNKNOWN] = "",          [SIP_INVITE] = "INVITE",   [SIP_ACK] = "ACK",
    [SIP_BYE] = "BYE",           [SIP_CANCEL] = "CANCEL",   [SIP_OPTIONS] = "OPTIONS",
    [SIP_REGISTER] = "REGISTER", [SIP_INFO] = "INFO",       [SIP_UPDATE] = "UPDATE",
    [SIP_NOTIFY] = "NOTIFY",     [SIP_MESSAGE] = "MESSAGE", [SIP_SUBSCRIBE] = "SUBSCRIBE",
    [SIP_REFER] = "REFER",       [SIP_PRACK] = "PRACK",     [SIP_PUBLISH] = "PUBLISH",
};

const char *sip_method_name(enum sip_method method)
{
    return method < SIP_METHODS ? methods[method] : "";
}

static enum sip_method method_of(struct slice name)
{
    for (enum sip_method m = SIP_INVITE; m < SIP_METHODS; m++)
        if (slice_is(name, methods[m]))
            return m;
    return SIP_UNKNOWN;
}

// RFC 3261 25.1, token
static bool is_token(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!head_is_method_octet(s.at[i]) && (!s.at[i] || !strchr("!%*+`'~", s.at[i])))
            return false;
    return s.len > 0;
}

static bool version_parse(struct sip_message *m, struct slice text)
{
    return head_version(text, "SIP", &m->major, &m->minor);
}

// Status-Line, RFC 3261 7.2
static bool status_line(struct sip_message *m, struct slice version, struct slice rest)
{
    struct slice code;
    uint64_t number;
    if (!version_parse(m, version) || !slice_word(&rest, &code) || code.len != 3 ||
        !slice_unsigned(code, 699, &number) || number < 100)
        return false;
    m->response = true;
    m->code = (unsigned)number;
    m->reason = slice_trim(rest);
    return true;
}

// Request-Line, RFC 3261 7.1. The words are separated by one space each, and none may follow; who
// writes more is answered as far as it can be read.
static bool request_line(struct sip_message *m, struct slice method, struct slice rest)
{
    struct slice version, more;
    if (!is_token(method) || !slice_word(&rest, &m->uri) || !slice_word(&rest, &version) ||
        slice_word(&rest, &more))
        return false;
    m->method_name = method;
    m->method = method_of(method);
    return version_parse(m, version);
}

static enum head_status start_line(struct sip_message *m, struct slice line)
{
    struct slice rest = line, first;
    if (slice_find(line, '\0') < line.len || !slice_word(&rest, &first))
        return HEAD_BAD_START;
    bool good = slice_find(first, '/') < first.len ? status_line(m, first, rest)
                                                   : request_line(m, first, rest);
    return good ? HEAD_OK : HEAD_BAD_START;
}

// CSeq, RFC 3261 20.16. Without one the number is 0; a response has its method from there.
static bool cseq_parse(struct sip_message *m, struct slice *method)
{
    struct slice value = sip_header(m, "CSeq"), number, more;
    uint64_t cseq;
    if (!slice_word(&value, &number) || !slice_unsigned(number, INT32_MAX, &cseq) ||
        !slice_word(&value, method) || slice_word(&value, &more))
        return false;
    m->cseq = (uint32_t)cseq;
    if (m->response) {
        m->method = method_of(*method);
        m->method_name = *method;
    }
    return true;
}

static enum head_status message_parse(struct sip_message *m, struct slice *rest)
{
    struct slice line, method;
    size_t left = HEAD_MAX, body = 0;
    enum head_status status = head_line(rest, &left, &line);
    if (status == HEAD_OK)
        status = start_line(m, line);
    if (status == HEAD_OK)
        status = head_fields(&m->head, rest, &left);
    cseq_parse(m, &method);
    if (status == HEAD_OK)
        status = head_length(&m->head, "l", SIP_BODY_MAX, &body);
    if (status == HEAD_OK && rest->len < body)
        status = HEAD_PARTIAL;
    m->body = slice_at(rest->at, status == HEAD_OK ? body : 0);
    return status;
}

enum head_status sip_parse(struct sip_message *m, const void *data, size_t len, size_t *used)
{
    struct slice rest = head_skip_blank(slice_at(data, len));
    size_t blank = len - rest.len;
    *m = (struct sip_message){0};
    *used = 0;
    if (rest.len && !is_token(slice_at(rest.at, 1)))
        return HEAD_BAD_START;
    enum head_status status = message_parse(m, &rest);
    if (status == HEAD_PARTIAL)
        *used = blank;
    if (status != HEAD_OK)
        return status;
    *used = len - rest.len + m->body.len;
    return m->major == 2 && m->minor == 0 ? HEAD_OK : HEAD_BAD_VERSION;
}

// ---- headers -----------------------------------------------------------------------------------

static const char *compact_of(const char *name)
{
    for (size_t i = 0; i < sizeof compact_forms / sizeof *compact_forms; i++)
        if (strcmp(compact_forms[i].name, name) == 0)
            return compact_forms[i].compact;
    return NULL;
}

bool sip_header_next(const struct sip_message *m, const char *name, size_t *index,
                     struct slice *value)
{
    return head_next(&m->head, name, compact_of(name), index, value);
}

struct slice sip_header(const struct sip_message *m, const char *name)
{
    struct slice value = {0};
    size_t index = 0;
    sip_header_next(m, name, &index, &value);
    return value;
}

static size_t times(const struct sip_message *m, const char *name)
{
    struct slice value;
    size_t index = 0, count = 0;
    while (sip_header_next(m, name, &index, &value))
        count++;
    return count;
}

const char *sip_fault(const struct sip_message *m)
{
    static const char *const once[] = {"From", "To", "Call-ID", "CSeq"};
    struct sip_message copy = {.response = m->response, .head = m->head};
    struct sip_address address;
    struct sip_via via;
    struct slice method;
    for (size_t i = 0; i < sizeof once / sizeof *once; i++)
        if (times(m, once[i]) != 1 || !sip_header(m, once[i]).len)
            return "Missing or Repeated From, To, Call-ID or CSeq";
    if (!cseq_parse(&copy, &method) || !slice_equal(method, m->method_name))
        return "Bad CSeq";
    if (!sip_address_parse(&address, sip_header(m, "From")) ||
        !sip_address_parse(&address, sip_header(m, "To")))
        return "Bad From or To";
    if (!sip_via_parse(&via, m))
        return "Bad Via";
    return NULL;
}

// Where an item ends: at a separator that is neither quoted nor in angle brackets.
static size_t item_end(struct slice s, char separator)
{
    bool quoted = false, in_brackets = false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '<' || c == '>'))
            in_brackets = c == '<';
        else if (!quoted && !in_brackets && c == separator)
            return i;
    }
    return s.len;
}

static bool next_item(struct slice *rest, char separator, struct slice *item)
{
    while (rest->len) {
        size_t end = item_end(*rest, separator);
        *item = slice_trim(slice_at(rest->at, end));
        *rest = slice_from(*rest, end + 1);
        if (item->len)
            return true;
    }
    return false;
}

bool sip_next(struct slice *rest, struct slice *item)
{
    return next_item(rest, ',', item);
}

bool sip_lists(const struct sip_message *m, const char *name, const char *word)
{
    struct slice value, item;
    size_t index = 0;
    while (sip_header_next(m, name, &index, &value))
        while (sip_next(&value, &item))
            if (slice_is_nocase(item, word))
                return true;
    return false;
}

struct slice sip_parameter(struct slice parameters, const char *name)
{
    struct slice item, key;
    while (next_item(&parameters, ';', &item)) {
        slice_cut(&item, '=', &key);
        if (slice_is_nocase(slice_trim(key), name))
            return item.at ? slice_unquote(item) : slice_of("");
    }
    return (struct slice){0};
}

// ---- addresses ---------------------------------------------------------------------------------

static bool is_host_octet(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

static bool is_host(struct slice host, bool ipv6)
{
    for (size_t i = 0; i < host.len; i++)
        if (!is_host_octet(host.at[i]) && !(ipv6 && (host.at[i] == ':' || host.at[i] == '%')))
            return false;
    return host.len > 0;
}

// host[:port], the host perhaps in brackets. False: malformed.
static bool host_parse(struct sip_uri *uri, struct slice text)
{
    struct slice host = text;
    uint64_t port = 0;
    if (slice_starts(text, "[")) {
        size_t end = slice_find(text, ']');
        if (end == text.len)
            return false;
        uri->ipv6 = true;
        host = slice_at(text.at + 1, end - 1);
        text = slice_from(text, end + 1);
        if (text.len && text.at[0] != ':')
            return false;
    } else {
        text = slice_from(text, slice_find(text, ':'));
        host.len -= text.len;
    }
    if (text.len && (!slice_unsigned(slice_from(text, 1), UINT16_MAX, &port) || !port))
        return false;
    uri->host = host;
    uri->port = (uint16_t)port;
    return is_host(host, uri->ipv6);
}

bool sip_uri_parse(struct sip_uri *uri, struct slice text)
{
    struct slice rest, user;
    *uri = (struct sip_uri){.secure = slice_starts_nocase(text, "sips:")};
    if (!uri->secure && !slice_starts_nocase(text, "sip:"))
        return false;
    rest = slice_from(text, uri->secure ? 5 : 4);
    for (size_t i = 0; i < rest.len; i++)
        if ((unsigned char)rest.at[i] <= ' ' || strchr("<>\"", rest.at[i]))
            return false;
    size_t at = rest.len; // of the last @: a user may have ; and ? in it
    for (size_t i = 0; i < rest.len; i++)
        if (rest.at[i] == '@')
            at = i;
    if (at < rest.len) {
        user = slice_at(rest.at, at);
        rest = slice_from(rest, at + 1);
        slice_cut(&user, ':', &uri->user); // what is behind it, a password, is nobody's business
        if (!uri->user.len)
            return false;
    }
    struct slice headers = rest, host;
    slice_cut(&headers, '?', &rest);
    slice_cut(&rest, ';', &host);
    uri->parameters = rest;
    return host_parse(uri, host);
}

bool sip_address_parse(struct sip_address *a, struct slice value)
{
    *a = (struct sip_address){0};
    value = slice_trim(value);
    bool quoted = false;
    size_t open = 0;
    for (; open < value.len && (quoted || value.at[open] != '<'); open++) {
        if (quoted && value.at[open] == '\\')
            open++;
        else if (value.at[open] == '"')
            quoted = !quoted;
    }
    if (open >= value.len) { // no brackets: what follows a ; is the header's
        slice_cut(&value, ';', &a->uri);
        a->uri = slice_trim(a->uri);
        a->parameters = value;
        return !quoted && a->uri.len > 0;
    }
    a->name = slice_unquote(slice_at(value.at, open));
    value = slice_from(value, open + 1);
    if (!slice_cut(&value, '>', &a->uri))
        return false;
    a->uri = slice_trim(a->uri);
    value = slice_trim(value);
    if (value.len && value.at[0] != ';')
        return false;
    a->parameters = slice_from(value, 1);
    return a->uri.len > 0;
}

// SIP/2.0/TCP host:port;branch=z9hG4bK1
bool sip_via_parse(struct sip_via *via, const struct sip_message *m)
{
    struct slice value = sip_header(m, "Via"), item, protocol, sent;
    struct sip_uri uri = {0};
    *via = (struct sip_via){0};
    if (!sip_next(&value, &item))
        return false;
    slice_cut(&item, ';', &sent);
    for (int i = 0; i < 2; i++)
        if (!slice_cut(&sent, '/', &protocol))
            return false;
    if (!slice_is_nocase(slice_trim(protocol), "2.0"))
        return false;
    sent = slice_trim(sent);
    if (!slice_word(&sent, &via->transport))
        return false;
    via->sent_by = slice_trim(sent);
    via->branch = sip_parameter(item, "branch");
    return host_parse(&uri, via->sent_by);
}
