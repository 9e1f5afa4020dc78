// Packets taken apart, against what tshark says of the same ones.
#include "tests/test.h"

#include "lab/wire.h"
#include "media/random.h"

#include <string.h>

// A message of 4 octets of sound in RTP, as three kinds of sockets put it on the wire.
#define RTP \
    0x80, 0xe0, 0xb5, 0xb9, 0x90, 0x15, 0x02, 0x80, 0xfb, 0x32, 0x55, 0x5e, 0x78, 0x07, 0xc9, 0x72

static const uint8_t tcp[] = {0x45, 0x00, 0x00, 0x46, 0xa8, 0x76, 0x40, 0x00, 0x40, 0x06, 0x7d,
                              0x9f, 0x0a, 0x4d, 0x00, 0x01, 0x0a, 0x4d, 0x00, 0x02, 0xb5, 0x26,
                              0x11, 0x80, 0x5f, 0xd1, 0x1e, 0xa1, 0x23, 0xba, 0xb0, 0x8f, 0x80,
                              0x18, 0x00, 0x3f, 0x5e, 0xa8, 0x00, 0x00, 0x01, 0x01, 0x08, 0x0a,
                              0x2a, 0x94, 0x31, 0xf4, 0x50, 0xeb, 0xc8, 0xba, 0x00, 0x10, RTP};
static const uint8_t sctp[] = {0x45, 0x00, 0x00, 0x40, 0x00, 0x01, 0x00, 0x00, 0x40, 0x84,
                               0x65, 0x9d, 0x0a, 0x4d, 0x00, 0x01, 0x0a, 0x4d, 0x00, 0x02,
                               0x9c, 0x40, 0x11, 0x80, 0x01, 0x02, 0x03, 0x04, 0xaa, 0xbb,
                               0xcc, 0xdd, 0x00, 0x03, 0x00, 0x20, 0x00, 0x00, 0x30, 0x39,
                               0x00, 0x00, 0x00, 0x07, 0x00, 0x00, 0x00, 0x00, RTP};
static const uint8_t rtp[] = {RTP};

static void assert_layers(const struct wire *w, const struct wire_layer *layers, size_t count)
{
    assert_int_equal(w->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(w->layers[i].kind, layers[i].kind);
        assert_int_equal(w->layers[i].at, layers[i].at);
        assert_int_equal(w->layers[i].len, layers[i].len);
    }
    assert_int_equal(w->rtp.seq, 46521);
    assert_int_equal(w->rtp.timestamp, 2417296000u);
    assert_int_equal(w->rtp.payload_type, 96);
    assert_int_equal(w->rtp.ssrc, 0xfb32555eu);
    assert_int_equal(w->rtp.payload_len, 4);
}

static void in_tcp(void **state)
{
    (void)state;
    static const struct wire_layer layers[] = {{WIRE_IP, 0, 20},
                                               {WIRE_TCP, 20, 32},
                                               {WIRE_LENGTH, 52, 2},
                                               {WIRE_RTP, 54, 12},
                                               {WIRE_VOICE, 66, 4}};
    struct wire w;
    assert_true(wire_read(&w, tcp, sizeof tcp));
    assert_layers(&w, layers, 5);
    assert_int_equal(w.from_port, 46374);
    assert_int_equal(w.to_port, 4480);
    assert_int_equal(w.seq, 1607540385u);
    assert_int_equal(w.ack, 599437455u);
    assert_int_equal(w.message_len, 16);
    assert_int_equal(w.checksum, 0x5ea8);
}

static void in_udp(void **state)
{
    (void)state;
    static const struct wire_layer layers[] = {
        {WIRE_IP, 0, 20}, {WIRE_UDP, 20, 8}, {WIRE_RTP, 28, 12}, {WIRE_VOICE, 40, 4}};
    static const struct udp_ends ends = {0x0a4d0001, 0x0a4d0002, 42193, 4480};
    uint8_t packet[64];
    struct wire w;
    size_t len = ipv4_udp_write(&ends, 7, rtp, sizeof rtp, packet, sizeof packet);
    assert_true(wire_read(&w, packet, len));
    assert_layers(&w, layers, 4);
    assert_int_equal(w.ip.id, 7);
    assert_int_equal(w.ip.from, ends.from);
    assert_int_equal(w.udp_len, 24);
}

static void in_sctp_and_alone(void **state)
{
    (void)state;
    static const struct wire_layer layers[] = {
        {WIRE_IP, 0, 20}, {WIRE_SCTP, 20, 28}, {WIRE_RTP, 48, 12}, {WIRE_VOICE, 60, 4}};
    static const struct wire_layer bare[] = {{WIRE_RTP, 0, 12}, {WIRE_VOICE, 12, 4}};
    uint8_t other[sizeof sctp];
    struct wire w;
    assert_true(wire_read(&w, sctp, sizeof sctp));
    assert_layers(&w, layers, 4);
    assert_int_equal(w.seq, 12345);
    assert_true(wire_read_rtp(&w, rtp, sizeof rtp));
    assert_layers(&w, bare, 2);
    memcpy(other, sctp, sizeof sctp);
    other[32] = 3; // a chunk that acknowledges
    assert_false(wire_read(&w, other, sizeof other));
}

// An acknowledgement, half a message, a packet cut off: nothing to show. And any octets are fine.
static void nothing_to_show(void **state)
{
    (void)state;
    struct random seed = {7};
    struct wire w;
    for (size_t len = 0; len < sizeof tcp; len++) {
        struct guarded g = guarded_copy(tcp, len);
        assert_false(wire_read(&w, g.data, g.len));
        guarded_free(&g);
    }
    for (int round = 0; round < repeats(20000, 500); round++) {
        const uint8_t *from = round % 2 ? tcp : sctp;
        struct guarded g = guarded_copy(from, round % 2 ? sizeof tcp : sizeof sctp);
        for (int i = 0; i < 3; i++) // behind the IP header, whose checksum would tell
            g.data[20 + random_u64(&seed) % (g.len - 20)] = (uint8_t)random_u64(&seed);
        if (wire_read(&w, g.data, g.len))
            for (size_t i = 0; i < w.count; i++)
                assert_true(w.layers[i].at + w.layers[i].len <= g.len);
        guarded_free(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_tcp),
        cmocka_unit_test(in_udp),
        cmocka_unit_test(in_sctp_and_alone),
        cmocka_unit_test(nothing_to_show),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
