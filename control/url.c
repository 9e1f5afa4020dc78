// rtsp URLs: see url.h. Slices of the text, never copies; nothing is allocated.
#include "control/url.h"

static const char *const scheme = "rtsp://";

// What ends a URL in the texts it stands in. Octets above ASCII pass: cameras have such paths.
static bool is_clean(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.at[i];
        if (c <= ' ' || c == 0x7f || c == '"' || c == '<' || c == '>')
            return false;
    }
    return true;
}

static bool is_host(struct slice host)
{
    static const char *const foreign = "[]@:/?#\\";
    for (const char *c = foreign; *c; c++)
        if (slice_find(host, *c) < host.len)
            return false;
    return host.len > 0;
}

// Hexadecimal groups, colons, dots of an IPv4 tail, and a zone behind %. Whether it is an address
// that can be used is for the resolver to say.
static bool is_ipv6(struct slice host)
{
    struct slice address;
    slice_cut(&host, '%', &address);
    size_t colons = 0;
    for (size_t i = 0; i < address.len; i++) {
        char c = address.at[i];
        colons += c == ':';
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (!hex && c != ':' && c != '.')
            return false;
    }
    return colons >= 2 && (!host.len || is_host(host));
}

static enum url_status port_parse(struct url *url, struct slice text)
{
    uint64_t port;
    if (!slice_unsigned(text, UINT16_MAX, &port) || !port)
        return URL_BAD_PORT;
    url->port = (uint16_t)port;
    return URL_OK;
}

// HOST, HOST:PORT, [V6], [V6]:PORT; an empty port ("host:") is none. `port` comes in as the
// default.
static enum url_status authority_parse(struct url *url, struct slice text)
{
    if (text.len && text.at[0] == '[') {
        text = slice_from(text, 1);
        url->ipv6 = true;
        if (!slice_cut(&text, ']', &url->host) || !is_ipv6(url->host))
            return URL_BAD_HOST;
        if (!text.len)
            return URL_OK;
        if (text.at[0] != ':')
            return URL_BAD_HOST;
        text = slice_from(text, 1);
    } else {
        slice_cut(&text, ':', &url->host);
        if (!is_host(url->host))
            return URL_BAD_HOST;
    }
    return text.len ? port_parse(url, text) : URL_OK;
}

// The last @ before the path: passwords hold others.
static struct slice userinfo_parse(struct url *url, struct slice authority)
{
    size_t at = authority.len;
    while (at && authority.at[at - 1] != '@')
        at--;
    if (!at)
        return authority;
    struct slice userinfo = slice_at(authority.at, at - 1);
    struct slice password = userinfo;
    if (slice_cut(&password, ':', &url->user))
        url->password = password;
    return slice_from(authority, at);
}

enum url_status url_parse(struct url *url, struct slice text)
{
    *url = (struct url){.port = URL_PORT_RTSP};
    if (text.len > URL_MAX)
        return URL_LONG;
    if (!is_clean(text))
        return URL_BAD_CHARACTER;
    if (!slice_starts_nocase(text, scheme))
        return URL_BAD_SCHEME;
    text = slice_from(text, strlen(scheme));
    size_t slash = slice_find(text, '/');
    size_t mark = slice_find(text, '?');
    struct slice authority = slice_at(text.at, slash < mark ? slash : mark);
    struct slice query = slice_from(text, authority.len);
    if (slice_cut(&query, '?', &url->path))
        url->query = query;
    return authority_parse(url, userinfo_parse(url, authority));
}

static bool is_absolute(struct slice text)
{
    size_t colon = slice_find(text, ':');
    return colon < slice_find(text, '/') && colon < slice_find(text, '?') &&
           slice_starts(slice_from(text, colon), "://");
}

enum url_status url_from_argument(struct text *t, struct slice argument)
{
    struct url url = {.port = URL_PORT_VOZ};
    if (slice_starts_nocase(argument, scheme)) {
        enum url_status status = url_parse(&url, argument);
        if (status == URL_OK)
            text_slice(t, argument);
        return status;
    }
    if (is_absolute(argument))
        return URL_BAD_SCHEME;
    if (argument.len > URL_MAX - strlen("rtsp://[]:65535/"))
        return URL_LONG;
    if (!is_clean(argument))
        return URL_BAD_CHARACTER;
    enum url_status status = URL_OK;
    if (is_ipv6(argument)) {
        url.host = argument;
        url.ipv6 = true;
    } else {
        url.path = slice_from(argument, slice_find(argument, '/'));
        status = authority_parse(&url, slice_at(argument.at, argument.len - url.path.len));
    }
    if (status == URL_OK)
        url_write(t, &url);
    return status;
}

const char *url_strstatus(enum url_status status)
{
    switch (status) {
    case URL_OK:
        return "ok";
    case URL_BAD_SCHEME:
        return "not an rtsp:// URL";
    case URL_BAD_HOST:
        return "no host, or a malformed one (an IPv6 address stands in brackets: [::1])";
    case URL_BAD_PORT:
        return "the port must be a number from 1 to 65535";
    case URL_BAD_CHARACTER:
        return "a character that no URL has";
    case URL_LONG:
        return "URL too long";
    }
    return "unknown";
}

static void write_host(struct text *t, const struct url *url)
{
    text_add(t, url->ipv6 ? "[" : "");
    text_slice(t, url->host);
    text_add(t, url->ipv6 ? "]" : "");
}

void url_write(struct text *t, const struct url *url)
{
    text_add(t, scheme);
    write_host(t, url);
    if (url->port != URL_PORT_RTSP) {
        text_add(t, ":");
        text_unsigned(t, url->port);
    }
    text_slice(t, url->path.len ? url->path : slice_of("/"));
    if (url->query.at) {
        text_add(t, "?");
        text_slice(t, url->query);
    }
}

void url_join(struct text *t, struct slice base, struct slice control)
{
    base = slice_trim(base);
    control = slice_trim(control);
    if (is_absolute(control)) {
        text_clean(t, control);
        return;
    }
    text_clean(t, base);
    if (!control.len || slice_is(control, "*"))
        return;
    bool base_ends = base.len && base.at[base.len - 1] == '/';
    if (base_ends && control.at[0] == '/')
        control = slice_from(control, 1);
    else if (!base_ends && control.at[0] != '/' && control.at[0] != '?')
        text_add(t, "/");
    text_clean(t, control);
}

static struct slice without_last_slash(struct slice path)
{
    if (path.len && path.at[path.len - 1] == '/')
        path.len--;
    return path;
}

// FFmpeg's place for it: behind the query.
static struct slice control_in_query(struct slice query)
{
    query = without_last_slash(query);
    size_t from = query.len;
    while (from && query.at[from - 1] != '/')
        from--;
    return slice_from(query, from ? from : query.len);
}

bool url_control(const struct url *url, struct slice path, struct slice *control)
{
    path = without_last_slash(path);
    struct slice below = slice_from(url->path, path.len);
    if (!slice_equal(slice_at(url->path.at, url->path.len - below.len), path))
        return false;
    if (below.len && below.at[0] != '/')
        return false;
    *control = without_last_slash(slice_from(below, 1));
    if (!control->len)
        *control = control_in_query(url->query);
    return true;
}
