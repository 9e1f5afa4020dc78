// Redundant copies: which frames a packet carries again, and that they are those.
#include "tests/test.h"

#include "media/random.h"
#include "media/red.h"
#include "sender/copies.h"

#include <math.h>
#include <string.h>

#define PT        96
#define FRAME     960
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static const struct voice_encoder_config voice = {
    .channels = 1, .bitrate = 32000, .frame_samples = FRAME, .complexity = 2};

static struct copies *copies_of(int frame_samples)
{
    struct voice_encoder_config config = voice;
    config.frame_samples = frame_samples;
    struct copies *c = copies_new(&config);
    assert_non_null(c);
    return c;
}

static const int16_t *tone(int n)
{
    static int16_t pcm[VOICE_FRAME_MAX];
    for (int i = 0; i < VOICE_FRAME_MAX; i++)
        pcm[i] = (int16_t)(6000 * sin((n * FRAME + i) * (0.02 + n % 7 * 0.01)));
    return pcm;
}

// ---- shapes ------------------------------------------------------------------------------------

static void what_can_be_sent(void **state)
{
    (void)state;
    static const int frames[] = {120, 240, 480, 960, 1920, 2880, 3840, 4800, 5760};
    for (size_t f = 0; f < LENGTH(frames); f++)
        for (int depth = 0; depth <= COPIES_DEPTH_MAX + 1; depth++)
            for (int spacing = 0; spacing <= COPIES_SPACING_MAX + 1; spacing++) {
                struct copies_shape shape = {(uint8_t)depth, (uint8_t)spacing};
                bool some = depth >= 1 && depth <= 4 && spacing >= 1 && spacing <= 16 &&
                            depth * spacing * frames[f] <= 16383;
                assert_int_equal(copies_possible(shape, frames[f]),
                                 some || (depth == 0 && spacing == 0));
                assert_int_equal(copies_reach(shape, frames[f]), depth * spacing * frames[f]);
                assert_int_equal(copies_overhead(shape), depth ? 4 * depth + 1 : 0);
            }
    assert_true(copies_fit(409200, 960)); // 1023 octets
    assert_false(copies_fit(409600, 960));
    assert_true(copies_fit(510000, 480));
    assert_false(copies_fit(510000, 5760));
}

// ---- what a packet carries ---------------------------------------------------------------------

struct payload {
    uint8_t octets[40];
    size_t len;
};

static struct payload payload_of(int n)
{
    struct payload p = {.len = (size_t)(3 + n % 30)};
    for (size_t i = 0; i < p.len; i++)
        p.octets[i] = (uint8_t)(n * 7 + (int)i * 13);
    return p;
}

static bool is_silent(int n)
{
    return n % 11 > 6;
}

// Frames from 0 on, some of them silent; each packet is to carry those copies that were sent.
static void check_shape(struct copies_shape shape, int frame_samples, uint32_t first)
{
    struct copies *c = copies_of(frame_samples);
    uint8_t out[2000];
    for (int n = 0; n < 300; n++) {
        struct payload p = payload_of(n);
        uint32_t timestamp = first + (uint32_t)(n * frame_samples);
        copies_frame(c, tone(0), timestamp, p.octets, p.len, !is_silent(n));
        if (is_silent(n))
            continue;
        struct red_block blocks[RED_BLOCKS_MAX];
        size_t count, at = 0;
        size_t len = copies_wrap(c, shape, PT, timestamp, p.octets, p.len, out, sizeof out);
        struct guarded g = guarded_copy(out, len);
        assert_int_equal(red_parse(blocks, &count, g.data, g.len), RED_OK);
        for (int d = shape.depth; d > 0; d--) {
            int from = n - d * shape.spacing;
            if (from < 0 || is_silent(from))
                continue;
            struct payload copy = payload_of(from);
            assert_true(at < count - 1);
            assert_int_equal(blocks[at].payload_type, PT);
            assert_int_equal(blocks[at].offset, d * shape.spacing * frame_samples);
            assert_int_equal(blocks[at].len, copy.len);
            assert_memory_equal(blocks[at].data, copy.octets, copy.len);
            at++;
        }
        assert_int_equal(at, count - 1);
        assert_int_equal(blocks[at].payload_type, PT);
        assert_int_equal(blocks[at].len, p.len);
        assert_memory_equal(blocks[at].data, p.octets, p.len);
        assert_true(copies_wrap(c, shape, PT, timestamp, p.octets, p.len, out, len));
        assert_false(copies_wrap(c, shape, PT, timestamp, p.octets, p.len, out, len - 1));
        guarded_free(&g);
    }
    copies_free(c);
}

static void each_packet_carries_the_frames_of_its_shape(void **state)
{
    (void)state;
    static const int frames[] = {120, 480, 960, 2880};
    for (size_t f = 0; f < LENGTH(frames); f++)
        for (uint8_t depth = 1; depth <= COPIES_DEPTH_MAX; depth++)
            for (uint8_t spacing = 1; spacing <= COPIES_SPACING_MAX; spacing += 5) {
                struct copies_shape shape = {depth, spacing};
                if (copies_possible(shape, frames[f]))
                    check_shape(shape, frames[f], 12345);
            }
}

// Where the clock wraps a copy may be left out, once in a day; none is another one's.
static void the_clock_wraps(void **state)
{
    (void)state;
    for (int frame = 120; frame <= 960; frame *= 2) {
        struct copies *c = copies_of(frame);
        int carried = 0;
        for (int n = 0; n < 300; n++) {
            struct payload p = payload_of(n);
            uint32_t timestamp = (uint32_t)(n - 150) * (uint32_t)frame - 7;
            uint8_t out[2000];
            struct red_block blocks[RED_BLOCKS_MAX];
            size_t count;
            copies_frame(c, tone(0), timestamp, p.octets, p.len, true);
            size_t len = copies_wrap(c, (struct copies_shape){4, 4}, PT, timestamp, p.octets, p.len,
                                     out, sizeof out);
            assert_int_equal(red_parse(blocks, &count, out, len), RED_OK);
            for (size_t i = 0; i + 1 < count; i++, carried++) {
                struct payload copy = payload_of(n - (int)blocks[i].offset / frame);
                assert_int_equal(blocks[i].len, copy.len);
                assert_memory_equal(blocks[i].data, copy.octets, copy.len);
            }
        }
        assert_in_range(carried, 4 * 300 - 40 - 64, 4 * 300);
        copies_free(c);
    }
}

static size_t carried(const struct copies *c, struct copies_shape shape, uint32_t timestamp,
                      struct red_block blocks[RED_BLOCKS_MAX])
{
    static uint8_t out[9000];
    static const uint8_t primary[1];
    size_t count;
    size_t len = copies_wrap(c, shape, PT, timestamp, primary, 1, out, sizeof out);
    assert_int_equal(red_parse(blocks, &count, out, len), RED_OK);
    return count - 1;
}

static void what_is_too_long_is_left_out(void **state)
{
    (void)state;
    static uint8_t large[VOICE_PACKET_MAX];
    static const size_t lens[] = {0, 1, RED_LEN_MAX, RED_LEN_MAX + 1, VOICE_PACKET_MAX};
    struct red_block blocks[RED_BLOCKS_MAX];
    for (size_t i = 0; i < LENGTH(lens); i++) {
        struct copies *c = copies_of(FRAME);
        copies_frame(c, tone(0), 0, large, lens[i], true);
        copies_frame(c, tone(0), FRAME, large, 3, true);
        size_t expect = lens[i] > 0 && lens[i] <= RED_LEN_MAX;
        assert_int_equal(carried(c, (struct copies_shape){1, 1}, FRAME, blocks), expect);
        copies_free(c);
    }
    copies_free(NULL);
}

// ---- copies of their own rate ------------------------------------------------------------------

static double energy(const int16_t *pcm, int samples)
{
    double sum = 0;
    for (int i = 0; i < samples; i++)
        sum += pcm[i] * (double)pcm[i];
    return sum;
}

static void the_rate_changes_at_any_frame(void **state)
{
    (void)state;
    static const int rates[] = {0, 10000, 16000, 0, 24000, 10000};
    struct copies *c = copies_of(FRAME);
    struct voice_decoder *decoder = voice_decoder_new(1);
    struct red_block blocks[RED_BLOCKS_MAX];
    static int16_t pcm[VOICE_FRAME_MAX];
    size_t octets[LENGTH(rates)] = {0};
    for (int n = 0; n < 100 * (int)LENGTH(rates); n++) {
        static const uint8_t frame[200] = {1};
        if (n % 100 == 0)
            copies_set_bitrate(c, rates[n / 100]);
        copies_frame(c, tone(n), (uint32_t)n * FRAME, frame, sizeof frame, true);
        size_t count = carried(c, (struct copies_shape){3, 1}, (uint32_t)n * FRAME, blocks);
        assert_int_equal(count, n < 3 ? n : 3); // also those of before a change
        octets[n / 100] += count ? blocks[count - 1].len : 0;
        int rate = n ? rates[(n - 1) / 100] : 0;
        if (!n || !rate) {
            assert_true(!n || blocks[count - 1].len == sizeof frame);
            continue;
        }
        assert_int_equal(voice_packet_samples(blocks[count - 1].data, blocks[count - 1].len),
                         FRAME);
        assert_int_equal(voice_decode(decoder, blocks[count - 1].data, blocks[count - 1].len, pcm),
                         FRAME);
        if (n % 100 > 5)
            assert_true(energy(pcm, FRAME) > 1e8);
    }
    for (size_t i = 0; i < LENGTH(rates); i++) // 100 frames are 2 s
        if (rates[i])
            assert_in_range(octets[i] * 4, rates[i] / 2, rates[i] * 5 / 4 + 800);
    voice_decoder_free(decoder);
    copies_free(c);
}

// Silence is not sent in copies either, and they go on as before after it.
static void silence_is_not_copied(void **state)
{
    (void)state;
    struct copies *c = copies_of(FRAME);
    struct red_block blocks[RED_BLOCKS_MAX];
    static const uint8_t frame[20];
    copies_set_bitrate(c, 12000);
    for (int n = 0; n < 40; n++)
        copies_frame(c, tone(n), (uint32_t)n * FRAME, frame, sizeof frame, n < 10 || n >= 30);
    assert_int_equal(carried(c, (struct copies_shape){1, 10}, 39 * FRAME, blocks), 0);
    assert_int_equal(carried(c, (struct copies_shape){4, 4}, 39 * FRAME, blocks), 2);
    assert_int_equal(blocks[0].offset, 8 * FRAME); // 31; 27 and 23 were silent
    assert_int_equal(blocks[1].offset, 4 * FRAME);
    copies_free(c);
}

static void a_new_time_line_carries_nothing_old(void **state)
{
    (void)state;
    struct copies *c = copies_of(FRAME);
    struct red_block blocks[RED_BLOCKS_MAX];
    static const uint8_t frame[20];
    for (int n = 0; n < 10; n++)
        copies_frame(c, tone(n), (uint32_t)n * FRAME, frame, sizeof frame, true);
    assert_int_equal(carried(c, (struct copies_shape){2, 1}, 9 * FRAME, blocks), 2);
    copies_reset(c);
    assert_int_equal(carried(c, (struct copies_shape){2, 1}, 9 * FRAME, blocks), 0);
    // nor do frames of long ago come in the place of others
    copies_frame(c, tone(0), 0, frame, sizeof frame, true);
    assert_int_equal(carried(c, (struct copies_shape){1, 1}, 257 * FRAME, blocks), 0);
    copies_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_sent),
        cmocka_unit_test(each_packet_carries_the_frames_of_its_shape),
        cmocka_unit_test(the_clock_wraps),
        cmocka_unit_test(what_is_too_long_is_left_out),
        cmocka_unit_test(the_rate_changes_at_any_frame),
        cmocka_unit_test(silence_is_not_copied),
        cmocka_unit_test(a_new_time_line_carries_nothing_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
