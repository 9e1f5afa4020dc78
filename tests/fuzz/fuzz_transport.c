// Any octets as a Transport header: pairs are in order and in range, slices lie inside, and what
// was written parses to the same.
#include "control/transport.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_pair(struct transport_pair pair, struct transport_pair again)
{
    assert(pair.lo <= pair.hi && (pair.given || !pair.hi));
    assert(pair.given == again.given && pair.lo == again.lo && pair.hi == again.hi);
}

// A host with a separator in quotes, or a line end, is written without either.
static bool is_plain(struct slice host)
{
    static const char *const special = "\",;=\\ \t\r\n";
    for (const char *c = special; *c; c++)
        if (slice_find(host, *c) < host.len)
            return false;
    return slice_find(host, '\0') == host.len;
}

static void write_and_parse(const struct transport *transport, size_t len)
{
    struct transport_offers offers;
    char *out = malloc(len + 512);
    assert(out);
    struct text t = text_of(out, len + 512);
    transport_write(&t, transport);
    bool written = transport->profile < TRANSPORT_OTHER && transport->lower < TRANSPORT_LOWER_OTHER;
    assert(t.failed == !written);
    if (written && is_plain(transport->source) && is_plain(transport->destination)) {
        const struct transport *again = &offers.offers[0];
        assert(transport_parse(&offers, text_written(&t)) == 1 && !offers.dropped);
        assert(again->profile == transport->profile && again->lower == transport->lower);
        assert(again->multicast == transport->multicast);
        assert(again->has_ssrc == transport->has_ssrc && again->ssrc == transport->ssrc);
        assert(again->mode == transport->mode);
        assert(slice_equal(again->source, transport->source));
        assert(slice_equal(again->destination, transport->destination));
        check_pair(transport->client_port, again->client_port);
        check_pair(transport->server_port, again->server_port);
        check_pair(transport->port, again->port);
        check_pair(transport->interleaved, again->interleaved);
        assert(again->interleaved.hi <= UINT8_MAX);
    }
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct transport_offers offers;
    size_t count = transport_parse(&offers, slice_at((const char *)data, len));
    assert(count == offers.count && count <= TRANSPORT_OFFERS_MAX);
    for (size_t i = 0; i < count; i++)
        write_and_parse(&offers.offers[i], len);
    return 0;
}
