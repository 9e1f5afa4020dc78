// VP8: what an encoder makes is what a decoder shows; whatever else is given to one does no harm.
#include "tests/test.h"

#include "lab/picture_score.h"
#include "media/pattern.h"
#include "media/random.h"
#include "media/vp8.h"
#include "media/vp8_payload.h"

#include <string.h>

// ---- what a frame says of itself ---------------------------------------------------------------

struct row {
    const char *what;
    const char *octets;
    size_t len;
    bool parsed;
    struct vp8_frame expected;
};

static void headers(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"nothing", "", 0, false, {0}},
        {"two octets", "\x10\2", 2, false, {0}},
        {"a key frame, 640x360",
         "\x10\2\0\x9d\x01\x2a\x80\x02\x68\x01",
         10,
         true,
         {true, true, 16, 640, 360}},
        {"and its scales",
         "\x10\2\0\x9d\x01\x2a\x80\x42\x68\xc1",
         10,
         true,
         {true, true, 16, 640, 360}},
        {"its first octets", "\x10\2\0\x9d\x01\x2a\x80\x02\x68", 9, true, {true, true, 16, 0, 0}},
        {"another start code", "\x10\2\0\x9d\x01\x2b\x80\x02\x68\x01", 10, false, {0}},
        {"not shown", "\x01\2\0", 3, true, {false, false, 16, 0, 0}},
        {"the longest partition", "\xf1\xff\xff", 3, true, {false, true, 0x7ffff, 0, 0}},
    };
    for (const struct row *row = rows; row != rows + sizeof rows / sizeof rows[0]; row++) {
        struct guarded g = guarded_copy(row->octets, row->len);
        struct vp8_frame f = {0};
        if (vp8_frame_parse(&f, g.data, g.len) != row->parsed || f.key != row->expected.key ||
            f.shown != row->expected.shown || f.width != row->expected.width ||
            f.height != row->expected.height || f.first_partition != row->expected.first_partition)
            fail_msg("%s", row->what);
        guarded_free(&g);
    }
}

// ---- a stream ----------------------------------------------------------------------------------

#define FPS       25
#define FRAME     (USEC_SECOND / FPS)
#define LIMIT     1200 // octets of a payload
#define PACKETS   64
#define FIRST_NUM 90000

struct stream { // the test picture, encoded, in packets, and back
    struct vp8_encoder *encoder;
    struct vp8_decoder *decoder;
    struct picture picture;
    uint8_t *memory;
    uint8_t *encoded, *joined;
    int count; // pictures so far
};

static struct stream stream_of(int width, int height, int bitrate)
{
    const struct vp8_encoder_config config = {width, height, FPS, 1, bitrate};
    struct stream s = {
        .encoder = vp8_encoder_new(&config),
        .decoder = vp8_decoder_new(),
        .memory = malloc(picture_octets(width, height)),
        .encoded = malloc(VP8_FRAME_MAX),
        .joined = malloc(VP8_FRAME_MAX),
    };
    assert_non_null(s.encoder);
    assert_non_null(s.decoder);
    s.picture = picture_of(s.memory, width, height);
    return s;
}

static void stream_free(struct stream *s)
{
    vp8_encoder_free(s->encoder);
    vp8_decoder_free(s->decoder);
    free(s->memory);
    free(s->encoded);
    free(s->joined);
}

static usec time_of(const struct stream *s)
{
    return (usec)s->count * FRAME;
}

// The next picture; octets in s->encoded.
static size_t encode(struct stream *s, bool key, bool *is_key)
{
    pattern_draw(&s->picture, (uint32_t)(FIRST_NUM + s->count), time_of(s));
    int len =
        vp8_encode(s->encoder, &s->picture, time_of(s), key, s->encoded, VP8_FRAME_MAX, is_key);
    assert_true(len >= 0);
    s->count++;
    return (size_t)len;
}

enum hole { ZEROS, CUT, JOINED }; // what becomes of missing packets

// Into packets and out of them: octets in s->joined, 0: not even the first packet came. Bit i of
// `lost`: packet i does not come.
static size_t carry(struct stream *s, size_t len, uint64_t lost, enum hole hole)
{
    const struct vp8_payload descriptor = {
        .has_picture_id = true, .long_id = true, .picture_id = (uint16_t)(s->count & 0x7fff)};
    struct vp8_packets packets = vp8_packets_of(&descriptor, s->encoded, len, LIMIT);
    size_t at = 0, written;
    uint8_t payload[LIMIT];
    for (int i = 0; (written = vp8_packets_next(&packets, payload, sizeof payload)); i++) {
        struct vp8_payload p;
        assert_int_equal(vp8_payload_parse(&p, payload, written), VP8_PAYLOAD_OK);
        assert_int_equal(p.picture_id, descriptor.picture_id);
        assert_int_equal(vp8_payload_begins_frame(&p), i == 0);
        bool missing = lost >> (i % PACKETS) & 1;
        if (missing && hole == CUT)
            return at;
        if (missing && hole == JOINED)
            continue;
        if (missing)
            memset(s->joined + at, 0, p.len);
        else
            memcpy(s->joined + at, p.data, p.len);
        at += p.len;
    }
    return at;
}

static void assert_is_last(const struct stream *s, const struct picture *shown)
{
    uint32_t number = 0;
    assert_true(pattern_read(shown, &number));
    assert_int_equal(number, FIRST_NUM + s->count - 1);
    assert_int_equal(pattern_is_flash(shown), pattern_flashes(time_of(s) - FRAME));
}

// ---- as it should be ---------------------------------------------------------------------------

// The picture that is streamed when nothing else is asked for: its quality, its rate, and its
// numbers.
static void pattern_at_500_kbit(void **state)
{
    (void)state;
    struct stream s = stream_of(640, 360, 500000);
    int frames = repeats(8 * FPS, FPS);
    size_t octets = 0;
    double psnr = 0, ssim = 0;
    for (int i = 0; i < frames; i++) {
        bool is_key = false;
        struct picture shown;
        struct picture_score score;
        size_t len = encode(&s, i == 60, &is_key);
        assert_int_equal(is_key, i == 0 || i == 60);
        assert_in_range(len, 1, 25000); // none is left out
        assert_int_equal(carry(&s, len, 0, ZEROS), len);
        assert_int_equal(vp8_decode(s.decoder, s.joined, len, &shown), VP8_SHOWN);
        assert_is_last(&s, &shown);
        assert_true(picture_score(&score, &s.picture, &shown));
        assert_true(score.psnr_y > 28);
        octets += len;
        psnr += score.psnr_y / frames;
        ssim += score.ssim / frames;
    }
    double rate = (double)octets * 8 * FPS / frames;
    print_message("PSNR %.1f dB, SSIM %.3f, %.0f bit/s\n", psnr, ssim, rate);
    assert_true(psnr > 34);
    assert_true(ssim > 0.97);
    if (frames == 8 * FPS)
        assert_true(rate > 425000 && rate < 575000);
    stream_free(&s);
}

// What it is told while it runs is what it makes, after a second to settle.
static void bitrate_changes_while_it_runs(void **state)
{
    (void)state;
    static const int rates[] = {500000, 250000, 800000, 1500000, 300000};
    struct stream s = stream_of(640, 360, rates[0]);
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
        double octets = 0;
        vp8_encoder_bitrate(s.encoder, rates[r]);
        for (int i = 0; i < repeats(5 * FPS, FPS); i++) {
            bool is_key = false;
            size_t len = encode(&s, false, &is_key);
            octets += i >= FPS ? (double)len : 0;
        }
        double rate = octets * 8 / 4;
        if (repeats(1, 0) && (rate < 0.85 * rates[r] || rate > 1.15 * rates[r]))
            fail_msg("%.0f bit/s instead of %d", rate, rates[r]);
    }
    vp8_encoder_bitrate(s.encoder, 0); // the least there is, and it goes on
    vp8_encoder_bitrate(s.encoder, INT32_MAX);
    assert_in_range(encode(&s, true, &(bool){false}), 1, VP8_FRAME_MAX);
    stream_free(&s);
}

// Much too little for the picture: many are left out, but no key frame that was asked for.
static void key_frames_are_never_left_out(void **state)
{
    (void)state;
    struct stream s = stream_of(640, 360, VP8_BITRATE_LEAST);
    int left_out = 0;
    for (int i = 0; i < repeats(100, 30); i++) {
        bool is_key = false;
        size_t len = encode(&s, i % 10 == 0, &is_key);
        assert_int_equal(is_key, i % 10 == 0);
        left_out += len == 0;
    }
    assert_in_range(left_out, 10, 90);
    stream_free(&s);
}

// The source's planes end at an unreadable page; its rows are as odd as its size.
static void odd_sizes(void **state)
{
    (void)state;
    static const int sizes[][2] = {{161, 91}, {16, 16}, {17, 33}, {321, 181}, {90, 160}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        int width = sizes[i][0], height = sizes[i][1];
        struct stream s = stream_of(width, height, 300000);
        struct guarded g = guarded_copy(s.memory, picture_octets(width, height));
        s.picture = picture_of(g.data, width, height);
        for (int f = 0; f < 5; f++) {
            struct picture shown;
            struct picture_score score;
            size_t len = encode(&s, false, &(bool){false});
            assert_int_equal(vp8_decode(s.decoder, s.encoded, len, &shown), VP8_SHOWN);
            assert_true(picture_score(&score, &s.picture, &shown));
            assert_true(score.psnr > 28);
        }
        guarded_free(&g);
        stream_free(&s);
    }
}

static void same_pictures_are_same_octets(void **state)
{
    (void)state;
    struct stream a = stream_of(320, 180, 200000), b = stream_of(320, 180, 200000);
    for (int i = 0; i < repeats(50, 10); i++) {
        bool key_a = false, key_b = false;
        size_t len = encode(&a, i == 20, &key_a);
        assert_int_equal(encode(&b, i == 20, &key_b), len);
        assert_memory_equal(a.encoded, b.encoded, len);
    }
    stream_free(&a);
    stream_free(&b);
}

static void encoder_says_no(void **state)
{
    (void)state;
    static const struct vp8_encoder_config no[] = {
        {15, 16, 25, 1, 500000},     {16, 8, 25, 1, 500000},     {1936, 1088, 25, 1, 500000},
        {1920, 1089, 25, 1, 500000}, {-640, 360, 25, 1, 500000}, {640, 360, 0, 1, 500000},
        {640, 360, 25, 0, 500000},   {640, 360, 121, 1, 500000}, {640, 360, 1, 2, 500000},
    };
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        assert_null(vp8_encoder_new(&no[i]));
    struct stream s = stream_of(160, 90, 100000);
    struct picture smaller = picture_of(s.memory, 158, 90);
    bool key = false;
    pattern_draw(&s.picture, 1, 0);
    assert_int_equal(vp8_encode(s.encoder, &smaller, 0, false, s.encoded, 9999, &key), -1);
    assert_int_equal(vp8_encode(s.encoder, &s.picture, 5, false, s.encoded, 100, &key), -1);
    assert_int_equal(vp8_encode(s.encoder, &s.picture, 5, true, s.encoded, 99999, &key), -1);
    assert_true(vp8_encode(s.encoder, &s.picture, 40000, true, s.encoded, 99999, &key) > 0);
    assert_true(key);
    stream_free(&s);
    vp8_encoder_free(NULL);
    vp8_decoder_free(NULL);
}

// ---- as it should not be -----------------------------------------------------------------------

// A tenth of the packets is missing; a key frame makes it whole.
static void lost_packets_do_no_harm(void **state)
{
    (void)state;
    struct random random = {.state = 6};
    for (enum hole hole = ZEROS; hole <= JOINED; hole++) {
        struct stream s = stream_of(320, 180, 1500000); // some packets for each frame
        int shown_anyway = 0;
        for (int i = 0; i < repeats(300, 30); i++) {
            struct picture shown;
            uint64_t lost = 0;
            bool is_key = false, whole = i % 30 == 0;
            for (int bit = 0; bit < PACKETS && !whole; bit++)
                lost |= (uint64_t)(random_u64(&random) % 10 == 0) << bit;
            size_t len = encode(&s, whole, &is_key);
            struct guarded g = {0};
            size_t came = len ? carry(&s, len, lost, hole) : 0;
            g = guarded_copy(s.joined, came);
            enum vp8_status status = vp8_decode(s.decoder, g.data, came, &shown);
            shown_anyway += status == VP8_DAMAGED || (status == VP8_SHOWN && lost);
            if (whole) {
                assert_int_equal(status, VP8_SHOWN);
                assert_is_last(&s, &shown);
            }
            guarded_free(&g);
        }
        assert_in_range(shown_anyway, 1, 300);
        stream_free(&s);
    }
}

static void damage_is_told_until_a_key_frame(void **state)
{
    (void)state;
    struct stream s = stream_of(320, 180, 500000);
    struct picture shown = {0};
    bool is_key = false;
    size_t len = encode(&s, false, &is_key);
    assert_int_equal(vp8_decode(s.decoder, s.encoded, len, &shown), VP8_SHOWN);
    len = encode(&s, false, &is_key);
    assert_int_equal(vp8_decode(s.decoder, s.encoded, len - len / 3, &shown), VP8_DAMAGED);
    len = encode(&s, false, &is_key);
    assert_int_equal(vp8_decode(s.decoder, s.encoded, len, &shown), VP8_DAMAGED);
    len = encode(&s, true, &is_key);
    assert_int_equal(vp8_decode(s.decoder, s.encoded, len, &shown), VP8_SHOWN);
    assert_int_equal(vp8_decode(s.decoder, NULL, 0, &shown), VP8_CORRUPT); // it did not come
    encode(&s, false, &is_key);
    len = encode(&s, false, &is_key);
    assert_int_equal(vp8_decode(s.decoder, s.encoded, len, &shown), VP8_DAMAGED);
    len = encode(&s, true, &is_key);
    assert_int_equal(vp8_decode(s.decoder, s.encoded, len, &shown), VP8_SHOWN);
    assert_is_last(&s, &shown);
    stream_free(&s);
}

static void a_decoder_begins_with_a_key_frame(void **state)
{
    (void)state;
    struct stream s = stream_of(160, 90, 200000);
    struct picture shown = {.width = 12345};
    bool is_key = false;
    encode(&s, false, &is_key);
    size_t len = encode(&s, false, &is_key);
    assert_int_equal(vp8_decode(s.decoder, s.encoded, len, &shown), VP8_CORRUPT);
    assert_int_equal(shown.width, 12345);
    len = encode(&s, true, &is_key);
    assert_int_equal(vp8_decode(s.decoder, s.encoded, len, &shown), VP8_SHOWN);
    stream_free(&s);
}

// A key frame that says it is large is refused by its header; one of another size is welcome.
static void sizes_change_within_limits(void **state)
{
    (void)state;
    static const struct {
        int width, height;
        enum vp8_status status;
    } rows[] = {
        {1936, 16, VP8_REFUSED},     {16, 1936, VP8_REFUSED}, {1920, 1089, VP8_REFUSED},
        {16383, 16383, VP8_REFUSED}, {0, 16, VP8_REFUSED},    {16, 0, VP8_REFUSED},
    };
    struct stream small = stream_of(160, 90, 200000), large = stream_of(640, 360, 500000);
    struct picture shown;
    bool is_key = false;
    size_t len = encode(&small, true, &is_key);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memcpy(small.joined, small.encoded, len);
        small.joined[6] = (uint8_t)rows[i].width;
        small.joined[7] = (uint8_t)(rows[i].width >> 8);
        small.joined[8] = (uint8_t)rows[i].height;
        small.joined[9] = (uint8_t)(rows[i].height >> 8);
        assert_int_equal(vp8_decode(large.decoder, small.joined, len, &shown), rows[i].status);
    }
    for (int i = 0; i < 4; i++) {
        struct stream *s = i % 2 ? &small : &large;
        len = encode(s, true, &is_key);
        assert_int_equal(vp8_decode(large.decoder, s->encoded, len, &shown), VP8_SHOWN);
        assert_int_equal(shown.width, s->picture.width);
        assert_int_equal(shown.height, s->picture.height);
        assert_is_last(s, &shown);
    }
    stream_free(&small);
    stream_free(&large);
}

// Octets turned over, in the header most of all, against an unreadable page.
static void any_octets_do_no_harm(void **state)
{
    (void)state;
    struct random random = {.state = 7};
    struct stream s = stream_of(160, 90, 400000);
    for (int i = 0; i < repeats(2000, 50); i++) {
        struct picture shown;
        bool is_key = false;
        size_t len = encode(&s, i % 20 == 0, &is_key);
        struct guarded g = guarded_copy(s.encoded, len - random_u64(&random) % (len + 1));
        for (int n = i % 5; n > 0 && g.len; n--)
            g.data[random_u64(&random) % (n % 2 && g.len > 40 ? 40 : g.len)] =
                (uint8_t)random_u64(&random);
        enum vp8_status status = vp8_decode(s.decoder, g.data, g.len, &shown);
        if (status == VP8_SHOWN || status == VP8_DAMAGED)
            assert_true(shown.width * shown.height <= VP8_PIXELS_MOST);
        guarded_free(&g);
    }
    struct picture shown;
    bool is_key = false;
    size_t len = encode(&s, true, &is_key);
    assert_int_equal(vp8_decode(s.decoder, s.encoded, len, &shown), VP8_SHOWN);
    assert_is_last(&s, &shown);
    stream_free(&s);
}

static void each_status_has_words(void **state)
{
    (void)state;
    for (int i = VP8_SHOWN; i <= VP8_REFUSED; i++)
        for (int j = VP8_SHOWN; j < i; j++)
            assert_string_not_equal(vp8_strstatus((enum vp8_status)i),
                                    vp8_strstatus((enum vp8_status)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers),
        cmocka_unit_test(pattern_at_500_kbit),
        cmocka_unit_test(bitrate_changes_while_it_runs),
        cmocka_unit_test(key_frames_are_never_left_out),
        cmocka_unit_test(odd_sizes),
        cmocka_unit_test(same_pictures_are_same_octets),
        cmocka_unit_test(encoder_says_no),
        cmocka_unit_test(lost_packets_do_no_harm),
        cmocka_unit_test(damage_is_told_until_a_key_frame),
        cmocka_unit_test(a_decoder_begins_with_a_key_frame),
        cmocka_unit_test(sizes_change_within_limits),
        cmocka_unit_test(any_octets_do_no_harm),
        cmocka_unit_test(each_status_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
