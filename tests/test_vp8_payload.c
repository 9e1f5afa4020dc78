// The RTP payload of VP8: the examples of RFC 7741 section 4.6, every descriptor there is, and
// frames cut into packets.
#include "tests/golden.h"

#include "media/random.h"
#include "media/rtp.h"
#include "media/vp8.h"
#include "media/vp8_payload.h"

#include <string.h>

// ---- reading, in tables ------------------------------------------------------------------------

struct row {
    const char *what;
    const char *octets;
    size_t len;
    enum vp8_payload_status status;
    struct vp8_payload expected; // its data: what is left of the octets
};

#define ROW(what, octets, status, ...)                                 \
    {                                                                  \
        what, octets, sizeof(octets) - 1, status, (struct vp8_payload) \
        {                                                              \
            __VA_ARGS__                                                \
        }                                                              \
    }

static void assert_same_descriptor(const char *what, const struct vp8_payload *a,
                                   const struct vp8_payload *b)
{
    if (a->non_reference != b->non_reference || a->start != b->start ||
        a->partition != b->partition || a->has_picture_id != b->has_picture_id ||
        a->long_id != b->long_id || a->picture_id != b->picture_id || a->has_tl0 != b->has_tl0 ||
        a->tl0 != b->tl0 || a->has_tid != b->has_tid || a->tid != b->tid || a->y != b->y ||
        a->has_keyidx != b->has_keyidx || a->keyidx != b->keyidx || a->len != b->len)
        fail_msg("%s: another descriptor", what);
}

static const struct row rows[] = {
    // RFC 7741 section 4.6.1, 4.6.2, 4.6.3 (both packets), 4.6.4 (the second), 4.6.5
    ROW("a key frame in one packet",
        "\x90\x80\x11"
        "frame",
        VP8_PAYLOAD_OK, .start = true, .has_picture_id = true, .picture_id = 17, .len = 5),
    ROW("no PictureID", "\x10i", VP8_PAYLOAD_OK, .start = true, .len = 1),
    ROW("a non-reference frame", "\x30i", VP8_PAYLOAD_OK, .non_reference = true, .start = true,
        .len = 1),
    ROW("the second partition", "\x91\x80\x11i", VP8_PAYLOAD_OK, .start = true, .partition = 1,
        .has_picture_id = true, .picture_id = 17, .len = 1),
    ROW("a continuation", "\x80\x80\x11i", VP8_PAYLOAD_OK, .has_picture_id = true, .picture_id = 17,
        .len = 1),
    ROW("a long PictureID", "\x90\x80\x92\x67i", VP8_PAYLOAD_OK, .start = true,
        .has_picture_id = true, .long_id = true, .picture_id = 4711, .len = 1),
    // what can be in one
    ROW("all of it", "\xb7\xf0\xff\xfe\xfd\xfci", VP8_PAYLOAD_OK, .non_reference = true,
        .start = true, .partition = 7, .has_picture_id = true, .long_id = true,
        .picture_id = 0x7ffe, .has_tl0 = true, .tl0 = 0xfd, .has_tid = true, .tid = 3, .y = true,
        .has_keyidx = true, .keyidx = 28, .len = 1),
    ROW("a layer alone", "\x80\x20\x9fi", VP8_PAYLOAD_OK, .has_tid = true, .tid = 2, .len = 1),
    ROW("a key index alone", "\x80\x10\xffi", VP8_PAYLOAD_OK, .has_keyidx = true, .keyidx = 31,
        .len = 1),
    ROW("TL0PICIDX alone", "\x80\x40\x07i", VP8_PAYLOAD_OK, .has_tl0 = true, .tl0 = 7, .len = 1),
    ROW("extended by nothing", "\x80\x00i", VP8_PAYLOAD_OK, .len = 1),
    ROW("reserved bits", "\x48i", VP8_PAYLOAD_OK, .len = 1),
    ROW("more reserved bits", "\xc8\x0fi", VP8_PAYLOAD_OK, .len = 1),
    // what is none
    ROW("nothing", "", VP8_PAYLOAD_SHORT, 0),
    ROW("no second octet", "\x80", VP8_PAYLOAD_SHORT, 0),
    ROW("no PictureID", "\x80\x80", VP8_PAYLOAD_SHORT, 0),
    ROW("half a PictureID", "\x80\x80\x80", VP8_PAYLOAD_SHORT, 0),
    ROW("no TL0PICIDX", "\x80\xc0\x80\x01", VP8_PAYLOAD_SHORT, 0),
    ROW("no layer", "\x80\xe0\x11\x01", VP8_PAYLOAD_SHORT, 0),
    ROW("no key index", "\x80\x10", VP8_PAYLOAD_SHORT, 0),
    ROW("a descriptor alone", "\x10", VP8_PAYLOAD_EMPTY, 0),
    ROW("a longer one alone", "\x80\xf0\x80\x11\x01\x20", VP8_PAYLOAD_EMPTY, 0),
};

static void descriptors(void **state)
{
    (void)state;
    for (const struct row *row = rows; row != rows + sizeof rows / sizeof rows[0]; row++) {
        struct guarded g = guarded_copy(row->octets, row->len);
        struct vp8_payload p, before;
        memset(&p, 0xa5, sizeof p);
        memcpy(&before, &p, sizeof p);
        enum vp8_payload_status status = vp8_payload_parse(&p, g.data, g.len);
        if (status != row->status)
            fail_msg("%s: %s", row->what, vp8_payload_strstatus(status));
        if (status == VP8_PAYLOAD_OK) {
            assert_same_descriptor(row->what, &p, &row->expected);
            assert_ptr_equal(p.data + p.len, g.data + g.len);
        } else {
            assert_memory_equal(&p, &before, sizeof p);
        }
        guarded_free(&g);
    }
}

// Every first, second and third octet: the descriptor ends where its bits say, and every cut before
// that is a fault.
static void every_descriptor(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 0x1000000; bits += getenv("VOZ_FEW_REPEATS") ? 4097 : 61) {
        uint8_t octets[8] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits, 1, 2, 3};
        struct vp8_payload p;
        assert_int_equal(vp8_payload_parse(&p, octets, sizeof octets), VP8_PAYLOAD_OK);
        size_t len = sizeof octets - p.len;
        assert_in_range(len, 1, VP8_DESCRIPTOR_MAX);
        for (size_t cut = 0; cut <= len; cut++)
            assert_int_equal(vp8_payload_parse(&p, octets, cut),
                             cut < len ? VP8_PAYLOAD_SHORT : VP8_PAYLOAD_EMPTY);
    }
}

// ---- packets of other programs -----------------------------------------------------------------

static struct vp8_payload parse_packet(const struct guarded *g)
{
    struct rtp_packet packet;
    struct vp8_payload p;
    uint8_t again[64];
    assert_int_equal(rtp_parse(&packet, g->data, g->len), RTP_OK);
    assert_true(packet.marker);
    assert_int_equal(vp8_payload_parse(&p, packet.payload, packet.payload_len), VP8_PAYLOAD_OK);
    assert_int_equal(vp8_payload_write(&p, again, sizeof again), packet.payload_len);
    assert_memory_equal(again, packet.payload, packet.payload_len);
    assert_true(vp8_payload_begins_frame(&p));
    assert_true(p.has_picture_id && p.long_id);
    return p;
}

static void packet_of_ffmpeg_is_a_key_frame(void **state)
{
    (void)state;
    struct guarded g = golden("tests/data/rtp-ffmpeg-vp8.hex");
    struct vp8_payload p = parse_packet(&g);
    struct vp8_decoder *d = vp8_decoder_new();
    struct picture shown;
    assert_int_equal(p.picture_id, 0);
    assert_int_equal(vp8_decode(d, p.data, p.len, &shown), VP8_SHOWN);
    assert_int_equal(shown.width, 32);
    assert_int_equal(shown.height, 32);
    assert_in_range(shown.plane[0][16 * shown.stride[0] + 16], 124, 128); // "gray"
    vp8_decoder_free(d);
    guarded_free(&g);
}

static void packet_of_gstreamer_is_none(void **state)
{
    (void)state;
    struct guarded g = golden("tests/data/rtp-gstreamer-vp8.hex");
    struct vp8_payload p = parse_packet(&g);
    struct vp8_frame f;
    assert_int_equal(p.picture_id, 26011);
    assert_true(vp8_frame_parse(&f, p.data, p.len));
    assert_false(f.key);
    assert_true(f.shown);
    assert_int_equal(f.first_partition, 13);
    guarded_free(&g);
}

// ---- writing -----------------------------------------------------------------------------------

static struct vp8_payload random_descriptor(struct random *random)
{
    uint64_t bits = random_u64(random);
    struct vp8_payload p = {
        .non_reference = bits & 1,
        .start = bits & 2,
        .partition = bits >> 2 & 7,
        .has_picture_id = bits & 0x20,
        .has_tl0 = bits & 0x40,
        .has_tid = bits & 0x80,
        .has_keyidx = bits & 0x100,
    };
    p.long_id = p.has_picture_id && bits & 0x200;
    p.picture_id = p.has_picture_id ? bits >> 16 & (p.long_id ? 0x7fff : 0x7f) : 0;
    p.tl0 = p.has_tl0 ? bits >> 32 & 0xff : 0;
    p.tid = p.has_tid ? bits >> 40 & 3 : 0;
    p.y = p.has_tid && bits & 0x400;
    p.keyidx = p.has_keyidx ? bits >> 48 & 0x1f : 0;
    return p;
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct random random = {.state = 1};
    for (int run = 0; run < repeats(20000, 500); run++) {
        uint8_t out[64], again[64];
        struct vp8_payload p = random_descriptor(&random), read;
        p.data = (const uint8_t *)"the octets of a frame";
        p.len = 1 + random_u64(&random) % 20;
        size_t len = vp8_payload_write(&p, out, sizeof out);
        assert_int_equal(len, vp8_descriptor_len(&p) + p.len);
        assert_int_equal(vp8_payload_parse(&read, out, len), VP8_PAYLOAD_OK);
        assert_same_descriptor("written", &read, &p);
        assert_memory_equal(read.data, p.data, p.len);
        memset(again, 0xa5, sizeof again);
        assert_int_equal(vp8_payload_write(&p, again, len - 1), 0);
        assert_int_equal(again[0], 0xa5);
    }
}

// ---- frames into packets -----------------------------------------------------------------------

// Cuts a frame, joins its packets, and looks at each on the way.
static void cut_and_join(const struct vp8_payload *descriptor, const uint8_t *frame, size_t len,
                         size_t limit)
{
    uint8_t *joined = malloc(len);
    size_t at = 0, written, least = SIZE_MAX, most = 0;
    struct vp8_packets packets = vp8_packets_of(descriptor, frame, len, limit);
    uint8_t *payload = malloc(limit);
    assert_false(vp8_packets_done(&packets));
    while ((written = vp8_packets_next(&packets, payload, limit))) {
        struct vp8_payload p, expected = *descriptor;
        assert_in_range(written, 1, limit);
        assert_int_equal(vp8_payload_parse(&p, payload, written), VP8_PAYLOAD_OK);
        expected.start = at == 0;
        expected.partition = 0;
        expected.len = p.len;
        assert_same_descriptor("cut", &p, &expected);
        assert_int_equal(vp8_payload_begins_frame(&p), at == 0);
        memcpy(joined + at, p.data, p.len);
        at += p.len;
        least = p.len < least ? p.len : least;
        most = p.len > most ? p.len : most;
        assert_int_equal(vp8_packets_done(&packets), at == len);
    }
    assert_int_equal(at, len);
    assert_memory_equal(joined, frame, len);
    assert_in_range(most - least, 0, 1);
    size_t room = limit - vp8_descriptor_len(descriptor); // no more packets than need be
    assert_int_equal(packets.count, len / room + (len % room > 0));
    free(payload);
    free(joined);
}

static void frames_are_cut_and_joined(void **state)
{
    (void)state;
    static uint8_t frame[40000];
    struct random random = {.state = 2};
    for (size_t i = 0; i < sizeof frame; i++)
        frame[i] = (uint8_t)random_u64(&random);
    for (int run = 0; run < repeats(2000, 50); run++) {
        struct vp8_payload d = random_descriptor(&random);
        size_t len = 1 + random_u64(&random) % (run % 2 ? 40 : sizeof frame);
        size_t limit = vp8_descriptor_len(&d) + 1 + random_u64(&random) % 1200;
        cut_and_join(&d, frame, len, limit);
    }
}

static void too_little_room_loses_nothing(void **state)
{
    (void)state;
    const struct vp8_payload d = {.has_picture_id = true, .long_id = true, .picture_id = 300};
    struct vp8_packets packets = vp8_packets_of(&d, "frame", 5, 1200);
    uint8_t out[9];
    assert_int_equal(vp8_packets_next(&packets, out, 8), 0);
    assert_false(vp8_packets_done(&packets));
    assert_int_equal(vp8_packets_next(&packets, out, 9), 9);
    assert_memory_equal(out,
                        "\x90\x80\x81\x2c"
                        "frame",
                        9);
    assert_true(vp8_packets_done(&packets));
    assert_int_equal(vp8_packets_next(&packets, out, 9), 0);
}

static void each_status_has_words(void **state)
{
    (void)state;
    for (int i = VP8_PAYLOAD_OK; i <= VP8_PAYLOAD_EMPTY; i++)
        for (int j = VP8_PAYLOAD_OK; j < i; j++)
            assert_string_not_equal(vp8_payload_strstatus((enum vp8_payload_status)i),
                                    vp8_payload_strstatus((enum vp8_payload_status)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptors),
        cmocka_unit_test(every_descriptor),
        cmocka_unit_test(packet_of_ffmpeg_is_a_key_frame),
        cmocka_unit_test(packet_of_gstreamer_is_none),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(frames_are_cut_and_joined),
        cmocka_unit_test(too_little_room_loses_nothing),
        cmocka_unit_test(each_status_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
