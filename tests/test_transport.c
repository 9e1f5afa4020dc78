#include "tests/test.h"

#include "control/transport.h"

static struct transport one(const char *value)
{
    struct transport_offers offers;
    assert_int_equal(transport_parse(&offers, slice_of(value)), 1);
    assert_int_equal(offers.dropped, 0);
    return offers.offers[0];
}

static void assert_pair(struct transport_pair pair, uint16_t lo, uint16_t hi)
{
    assert_true(pair.given);
    assert_int_equal(pair.lo, lo);
    assert_int_equal(pair.hi, hi);
}

static void assert_same_pair(struct transport_pair got, struct transport_pair want)
{
    assert_int_equal(got.given, want.given);
    assert_int_equal(got.lo, want.lo);
    assert_int_equal(got.hi, want.hi);
}

static void interop_28_transport_in_the_wild(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        struct transport want;
    } rows[] = {
        {"RTP/AVP;unicast;client_port=5000-5001",
         {.unicast = true, .client_port = {true, 5000, 5001}}},
        {"RTP/AVP/UDP;unicast;client_port=5000",
         {.unicast = true, .client_port = {true, 5000, 5001}}},
        {"RTP/AVP/TCP;unicast;interleaved=0-1",
         {.lower = TRANSPORT_TCP, .unicast = true, .interleaved = {true, 0, 1}}},
        {"rtp/avp/tcp;interleaved=4", {.lower = TRANSPORT_TCP, .interleaved = {true, 4, 5}}},
        {"RTP/AVP;multicast;port=6000-6001;ttl=16",
         {.multicast = true, .port = {true, 6000, 6001}}},
        {"RTP/AVP;unicast;mode=\"PLAY\"", {.unicast = true, .mode = TRANSPORT_PLAY}},
        {"RTP/AVP;unicast;mode=play", {.unicast = true, .mode = TRANSPORT_PLAY}},
        {"RTP/AVP;unicast;mode=record", {.unicast = true, .mode = TRANSPORT_RECORD}},
        {"RTP/AVP;unicast;mode=RECORD", {.unicast = true, .mode = TRANSPORT_RECORD}},
        {"RTP/AVP;unicast;Mode = \"Receive\"", {.unicast = true, .mode = TRANSPORT_RECORD}},
        {"RTP/AVP;unicast;mode=\"PLAY,RECORD\"", {.unicast = true, .mode = TRANSPORT_RECORD}},
        {"RTP/AVP;unicast;mode=\"RECORD,PLAY\"", {.unicast = true, .mode = TRANSPORT_RECORD}},
        {"RTP/AVP;unicast;mode=other", {.unicast = true}},
        {"RTP/AVP;unicast;source=;destination=", {.unicast = true}},
        {"RTP/AVP;unicast;source;destination", {.unicast = true}},
        {"RTP/AVP;unicast;ssrc=F32FA2C", {.unicast = true, .has_ssrc = true, .ssrc = 0xf32fa2c}},
        {"RTP/AVP;unicast;ssrc= 28b55c1b", {.unicast = true, .has_ssrc = true, .ssrc = 0x28b55c1b}},
        {"RTP/AVP;unicast;ssrc=1/2", {.unicast = true, .has_ssrc = true, .ssrc = 1}},
        {"RTP/AVP;unicast;ssrc=none", {.unicast = true}},
        {"RTP/AVP;unicast;ssrc=123456789", {.unicast = true}},
        {"RTP/AVP;unicast;client_port=;server_port=", {.unicast = true}},
        {"RTP/AVP;unicast;client_port=7000-", {.unicast = true, .client_port = {true, 7000, 7001}}},
        {" RTP/AVP ; unicast ; client_port = 5000 - 5001 ; ",
         {.unicast = true, .client_port = {true, 5000, 5001}}},
        {"RTP/AVP\r\n ;unicast\r\n\t;client_port=5000-5001",
         {.unicast = true, .client_port = {true, 5000, 5001}}},
        {"RTP/AVP;unicast;layers=1;append;x-unknown=\"a;b\"", {.unicast = true}},
        {"RTP/SAVP;unicast", {.profile = TRANSPORT_SAVP, .unicast = true}},
        {"RTP/AVPF/UDP;unicast", {.profile = TRANSPORT_AVPF, .unicast = true}},
        {"RTP/AVPF;unicast;client_port=5000-5001",
         {.profile = TRANSPORT_AVPF, .unicast = true, .client_port = {true, 5000, 5001}}},
        {"rtp/avpf/tcp;interleaved=0-1",
         {.profile = TRANSPORT_AVPF, .lower = TRANSPORT_TCP, .interleaved = {true, 0, 1}}},
        {"RTP/AVPFF;unicast", {.profile = TRANSPORT_OTHER, .unicast = true}},
        {"RTP/SAVPF;unicast", {.profile = TRANSPORT_SAVPF, .unicast = true}},
        {"MP2T/H2221/UDP;unicast", {.profile = TRANSPORT_OTHER, .unicast = true}},
        {"RTP;unicast", {.profile = TRANSPORT_OTHER, .unicast = true}},
        {"RTP/AVP/DCCP;unicast", {.lower = TRANSPORT_LOWER_OTHER, .unicast = true}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct guarded g = guarded_copy(rows[i].value, strlen(rows[i].value));
        struct transport_offers offers;
        const struct transport *want = &rows[i].want;
        const struct transport *got = &offers.offers[0];
        assert_int_equal(transport_parse(&offers, slice_at((char *)g.data, g.len)), 1);
        assert_int_equal(got->profile, want->profile);
        assert_int_equal(got->lower, want->lower);
        assert_int_equal(got->unicast, want->unicast);
        assert_int_equal(got->multicast, want->multicast);
        assert_same_pair(got->client_port, want->client_port);
        assert_same_pair(got->server_port, want->server_port);
        assert_same_pair(got->port, want->port);
        assert_same_pair(got->interleaved, want->interleaved);
        assert_int_equal(got->has_ssrc, want->has_ssrc);
        assert_int_equal(got->ssrc, want->ssrc);
        assert_int_equal(got->mode, want->mode);
        assert_int_equal(got->source.len, 0);
        assert_int_equal(got->destination.len, 0);
        guarded_free(&g);
    }
}

static void interop_28_several_offers(void **state)
{
    (void)state;
    struct transport_offers offers;
    const char *value = "RTP/AVP/TCP;unicast;interleaved=0-1,RTP/SAVP;unicast,"
                        " RTP/AVP;unicast;client_port=5000-5001;mode=\"PLAY,RECORD\",,"
                        "RTP/AVP;unicast;client_port=99999";
    assert_int_equal(transport_parse(&offers, slice_of(value)), 3);
    assert_int_equal(offers.dropped, 1);
    assert_int_equal(offers.offers[0].lower, TRANSPORT_TCP);
    assert_int_equal(offers.offers[1].profile, TRANSPORT_SAVP);
    assert_pair(offers.offers[2].client_port, 5000, 5001);
}

static void bad_numbers_drop_their_offer(void **state)
{
    (void)state;
    static const char *const values[] = {
        "RTP/AVP;client_port=65536",     "RTP/AVP;client_port=65535", // there is no port 65536
        "RTP/AVP;client_port=5001-5000", "RTP/AVP;client_port=a-b",
        "RTP/AVP;client_port=-5",        "RTP/AVP;server_port=1-2-3",
        "RTP/AVP;port=5000-65536",       "RTP/AVP/TCP;interleaved=256-257",
        "RTP/AVP/TCP;interleaved=255",   "RTP/AVP/TCP;interleaved=254-256",
    };
    struct transport_offers offers;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        assert_int_equal(transport_parse(&offers, slice_of(values[i])), 0);
        assert_int_equal(offers.dropped, 1);
    }
    assert_pair(one("RTP/AVP;client_port=65535-65535").client_port, 65535, 65535);
    assert_pair(one("RTP/AVP;client_port=65534").client_port, 65534, 65535);
    assert_pair(one("RTP/AVP/TCP;interleaved=254").interleaved, 254, 255);
    assert_pair(one("RTP/AVP;client_port=0-0").client_port, 0, 0);
}

static void takes_as_many_offers_as_fit(void **state)
{
    (void)state;
    char value[256];
    struct transport_offers offers;
    struct text t = text_of(value, sizeof value);
    for (size_t i = 0; i < TRANSPORT_OFFERS_MAX; i++)
        text_add(&t, "RTP/AVP;unicast,");
    assert_int_equal(transport_parse(&offers, text_written(&t)), TRANSPORT_OFFERS_MAX);
    assert_int_equal(offers.dropped, 0);
    text_add(&t, "RTP/AVP;unicast");
    assert_int_equal(transport_parse(&offers, text_written(&t)), TRANSPORT_OFFERS_MAX);
    assert_int_equal(offers.dropped, 1);
    assert_int_equal(transport_parse(&offers, slice_of("")), 0);
    assert_int_equal(transport_parse(&offers, slice_of(" ,, ")), 0);
    assert_int_equal(transport_parse(&offers, (struct slice){0}), 0);
}

static void interop_27_setup_reply(void **state)
{
    (void)state;
    struct transport transport = one("RTP/AVP/UDP;unicast;client_port=17564-17565");
    char out[200];
    struct text t = text_of(out, sizeof out);
    transport.server_port = (struct transport_pair){.given = true, .lo = 6000, .hi = 6001};
    transport.has_ssrc = true;
    transport.ssrc = 0xabc;
    transport_write(&t, &transport);
    assert_false(t.failed);
    assert_string_equal(
        out, "RTP/AVP;unicast;client_port=17564-17565;server_port=6000-6001;ssrc=00000ABC");
    assert_null(strchr(out, ',')); // exactly one

    transport = one("RTP/AVP/TCP;unicast;interleaved=2-3");
    t = text_of(out, sizeof out);
    transport_write(&t, &transport);
    assert_string_equal(out, "RTP/AVP/TCP;unicast;interleaved=2-3");
}

static void writes_what_it_reads(void **state)
{
    (void)state;
    static const char *const values[] = {
        "RTP/AVP;unicast;client_port=5000-5001",
        "RTP/AVP/TCP;unicast;interleaved=0-1;mode=record",
        "RTP/AVPF;unicast;destination=192.0.2.9;source=192.0.2.1;client_port=5000-5001;mode=play",
        "RTP/AVPF;unicast;client_port=5000-5001;server_port=6000-6001;ssrc=12345678;mode=play",
        "RTP/AVPF/TCP;unicast;interleaved=2-3;ssrc=DECADE00",
        "RTP/SAVP/TCP;multicast;port=5000-5001",
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char out[200];
        struct text t = text_of(out, sizeof out);
        struct transport transport = one(values[i]);
        transport_write(&t, &transport);
        assert_string_equal(out, values[i]);
        for (size_t cap = 1; cap <= strlen(values[i]); cap++) {
            t = text_of(out, cap);
            transport_write(&t, &transport);
            assert_true(t.failed);
        }
    }
    char out[200];
    struct text t = text_of(out, sizeof out);
    transport_write(&t, &(struct transport){.profile = TRANSPORT_OTHER});
    assert_true(t.failed);
}

static void hosts(void **state)
{
    (void)state;
    struct transport transport =
        one("RTP/AVP;unicast;destination=192.0.2.9;source=\"2001:db8::1\";client_port=1-2");
    assert_true(slice_is(transport.destination, "192.0.2.9"));
    assert_true(slice_is(transport.source, "2001:db8::1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interop_28_transport_in_the_wild),
        cmocka_unit_test(interop_28_several_offers),
        cmocka_unit_test(bad_numbers_drop_their_offer),
        cmocka_unit_test(takes_as_many_offers_as_fit),
        cmocka_unit_test(interop_27_setup_reply),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
