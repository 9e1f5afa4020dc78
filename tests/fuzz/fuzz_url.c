// Any octets as a URL, as what a user types, and as a control joined to a base: results lie inside,
// and what is written parses to the same.
#include "control/url.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_slice(struct slice s, struct slice text)
{
    assert(!s.len || (s.at >= text.at && s.at + s.len <= text.at + text.len));
}

static void write_and_parse(const struct url *url)
{
    char out[URL_MAX + 16];
    struct text t = text_of(out, sizeof out);
    struct url again;
    url_write(&t, url);
    assert(!t.failed);
    enum url_status status = url_parse(&again, text_written(&t));
    if (status == URL_LONG) // a path was added
        return;
    assert(status == URL_OK);
    assert(slice_equal(again.host, url->host) && again.ipv6 == url->ipv6);
    assert(again.port == url->port && !again.user.at);
    assert(slice_equal(again.path, url->path.len ? url->path : slice_of("/")));
    assert(slice_equal(again.query, url->query));
}

static void parse(struct slice text)
{
    struct url url;
    struct slice control = {0};
    if (url_parse(&url, text) != URL_OK)
        return;
    assert(url.host.len && url.port);
    check_slice(url.user, text);
    check_slice(url.password, text);
    check_slice(url.host, text);
    check_slice(url.path, text);
    check_slice(url.query, text);
    assert(url_control(&url, url.path, &control));
    check_slice(control, text);
    assert(url_control(&url, slice_of("/"), &control));
    check_slice(control, text);
    write_and_parse(&url);
}

static void type(struct slice text)
{
    char out[URL_MAX + 1];
    struct text t = text_of(out, sizeof out);
    struct url url;
    if (url_from_argument(&t, text) != URL_OK) {
        assert(t.len == 0);
        return;
    }
    assert(!t.failed && url_parse(&url, text_written(&t)) == URL_OK);
}

static void join(struct slice text)
{
    char out[4096];
    struct text t = text_of(out, sizeof out);
    struct slice control;
    slice_cut(&text, '\n', &control);
    url_join(&t, text, control);
    struct slice joined = text_written(&t);
    assert(slice_find(joined, '\r') == t.len && slice_find(joined, '\n') == t.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct slice text = slice_at((const char *)data, len);
    parse(text);
    type(text);
    join(text);
    return 0;
}
