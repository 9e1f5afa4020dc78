// The Transport header: see transport.h. A parameter that is not understood is passed over.
#include "control/transport.h"

static const char *const profiles[] = {
    [TRANSPORT_AVP] = "RTP/AVP",
    [TRANSPORT_AVPF] = "RTP/AVPF",
    [TRANSPORT_SAVP] = "RTP/SAVP",
    [TRANSPORT_SAVPF] = "RTP/SAVPF",
};

// transport-spec: RTP/AVP, RTP/AVP/UDP, RTP/AVP/TCP, ...
static void spec_parse(struct transport *transport, struct slice spec)
{
    struct slice protocol;
    struct slice profile;
    slice_cut(&spec, '/', &protocol);
    slice_cut(&spec, '/', &profile);
    transport->profile = TRANSPORT_OTHER;
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (slice_is_nocase(protocol, "RTP") &&
            slice_is_nocase(profile, profiles[i] + sizeof "RTP/" - 1))
            transport->profile = (enum transport_profile)i;
    if (!spec.len || slice_is_nocase(spec, "UDP"))
        transport->lower = TRANSPORT_UDP;
    else if (slice_is_nocase(spec, "TCP"))
        transport->lower = TRANSPORT_TCP;
    else
        transport->lower = TRANSPORT_LOWER_OTHER;
}

// "5000-5001", or "5000" alone. Nothing at all is not given, which is no error.
static bool pair_parse(struct transport_pair *pair, struct slice value, uint16_t max)
{
    struct slice first;
    uint64_t lo;
    uint64_t hi;
    if (!value.len)
        return true;
    bool both = slice_cut(&value, '-', &first);
    value = slice_trim(value);
    if (!slice_unsigned(slice_trim(first), max, &lo))
        return false;
    if (!both || !value.len)
        hi = lo + 1;
    else if (!slice_unsigned(value, max, &hi))
        return false;
    if (hi < lo || hi > max)
        return false;
    *pair = (struct transport_pair){.given = true, .lo = (uint16_t)lo, .hi = (uint16_t)hi};
    return true;
}

// PLAY, "PLAY", record, "PLAY,RECORD": RECORD wins.
static enum transport_mode mode_parse(struct slice value)
{
    enum transport_mode mode = TRANSPORT_MODE_ABSENT;
    struct slice item;
    while (slice_next(&value, ',', &item)) {
        item = slice_unquote(item);
        if (slice_is_nocase(item, "record") || slice_is_nocase(item, "receive"))
            mode = TRANSPORT_RECORD;
        else if (slice_is_nocase(item, "play") && mode == TRANSPORT_MODE_ABSENT)
            mode = TRANSPORT_PLAY;
    }
    return mode;
}

// Of ssrc=AAAAAAAA/BBBBBBBB (RFC 7826) the first.
static void ssrc_parse(struct transport *transport, struct slice value)
{
    struct slice first;
    slice_cut(&value, '/', &first);
    if (slice_hex(slice_trim(first), &transport->ssrc))
        transport->has_ssrc = true;
}

static bool parameter_parse(struct transport *transport, struct slice item)
{
    struct slice name;
    slice_cut(&item, '=', &name);
    name = slice_trim(name);
    item = slice_unquote(item);
    if (slice_is_nocase(name, "unicast"))
        transport->unicast = true;
    else if (slice_is_nocase(name, "multicast"))
        transport->multicast = true;
    else if (slice_is_nocase(name, "client_port"))
        return pair_parse(&transport->client_port, item, UINT16_MAX);
    else if (slice_is_nocase(name, "server_port"))
        return pair_parse(&transport->server_port, item, UINT16_MAX);
    else if (slice_is_nocase(name, "port"))
        return pair_parse(&transport->port, item, UINT16_MAX);
    else if (slice_is_nocase(name, "interleaved"))
        return pair_parse(&transport->interleaved, item, UINT8_MAX);
    else if (slice_is_nocase(name, "ssrc"))
        ssrc_parse(transport, item);
    else if (slice_is_nocase(name, "source"))
        transport->source = item;
    else if (slice_is_nocase(name, "destination"))
        transport->destination = item;
    else if (slice_is_nocase(name, "mode"))
        transport->mode = mode_parse(item);
    return true;
}

static bool offer_parse(struct transport *transport, struct slice offer)
{
    struct slice item;
    *transport = (struct transport){0};
    if (!slice_next(&offer, ';', &item))
        return false;
    spec_parse(transport, item);
    while (slice_next(&offer, ';', &item))
        if (!parameter_parse(transport, item))
            return false;
    return true;
}

size_t transport_parse(struct transport_offers *offers, struct slice value)
{
    struct slice offer;
    *offers = (struct transport_offers){0};
    while (slice_next(&value, ',', &offer)) {
        struct transport transport;
        if (offers->count < TRANSPORT_OFFERS_MAX && offer_parse(&transport, offer))
            offers->offers[offers->count++] = transport;
        else
            offers->dropped++;
    }
    return offers->count;
}

static void write_pair(struct text *t, const char *name, const struct transport_pair *pair)
{
    if (!pair->given)
        return;
    text_add(t, name);
    text_unsigned(t, pair->lo);
    text_add(t, "-");
    text_unsigned(t, pair->hi);
}

static void write_host(struct text *t, const char *name, struct slice host)
{
    if (!host.len)
        return;
    text_add(t, name);
    text_clean(t, host);
}

void transport_write(struct text *t, const struct transport *transport)
{
    if (transport->profile >= TRANSPORT_OTHER || transport->lower >= TRANSPORT_LOWER_OTHER) {
        t->failed = true;
        return;
    }
    text_add(t, profiles[transport->profile]);
    if (transport->lower == TRANSPORT_TCP)
        text_add(t, "/TCP");
    text_add(t, transport->multicast ? ";multicast" : ";unicast");
    write_host(t, ";destination=", transport->destination);
    write_host(t, ";source=", transport->source);
    write_pair(t, ";interleaved=", &transport->interleaved);
    write_pair(t, ";client_port=", &transport->client_port);
    write_pair(t, ";server_port=", &transport->server_port);
    write_pair(t, ";port=", &transport->port);
    if (transport->has_ssrc) {
        text_add(t, ";ssrc=");
        text_hex(t, transport->ssrc);
    }
    if (transport->mode != TRANSPORT_MODE_ABSENT)
        text_add(t, transport->mode == TRANSPORT_RECORD ? ";mode=record" : ";mode=play");
}
