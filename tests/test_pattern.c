// The test picture: what a program reads in it is what was drawn, damage is told, and flash and
// beep are at the same time.
#include "tests/test.h"

#include "media/pattern.h"
#include "media/random.h"
#include "media/voice.h"

#include <stdlib.h>
#include <string.h>

struct canvas {
    struct picture p;
    uint8_t *memory;
};

static struct canvas canvas_of(int width, int height)
{
    struct canvas c = {.memory = calloc(1, picture_octets(width, height))};
    assert_non_null(c.memory);
    c.p = picture_of(c.memory, width, height);
    return c;
}

// ---- the picture -------------------------------------------------------------------------------

static const struct {
    int width, height;
} sizes[] = {{640, 360}, {160, 90}, {161, 91}, {320, 240}, {360, 640}, {1920, 1080}};

static void what_is_drawn_is_read(void **state)
{
    (void)state;
    static const uint32_t numbers[] = {0, 1, 255, 999999, 1000000, 0x7fffffff, UINT32_MAX};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct canvas c = canvas_of(sizes[s].width, sizes[s].height);
        for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
            uint32_t number = 12345;
            usec time = (usec)i * 370 * USEC_MS;
            pattern_draw(&c.p, numbers[i], time);
            assert_true(pattern_read(&c.p, &number));
            assert_int_equal(number, numbers[i]);
            assert_int_equal(pattern_is_flash(&c.p), pattern_flashes(time));
        }
        free(c.memory);
    }
}

// The blocks, from the left and from the top: the number, and its CRC-16 of CCITT as tables have
// it, of the text "1234".
static void blocks_are_number_and_check(void **state)
{
    (void)state;
    struct canvas c = canvas_of(480, 220);
    pattern_draw(&c.p, 0x31323334, 0);
    uint64_t bits = 0;
    for (int i = 0; i < 48; i++) {
        int x = i % 24 * 20 + 10, y = 205 + i / 24 * 10;
        bits = bits << 1 | (c.memory[y * 480 + x] > 128);
    }
    assert_int_equal(bits, 0x313233345349);
    free(c.memory);
}

// Any size, up to the edge of an unreadable page.
static void small_pictures_are_drawn_inside(void **state)
{
    (void)state;
    for (int width = 1; width < 40; width += 3)
        for (int height = 1; height < 40; height += 5) {
            uint8_t zeros[40 * 40 * 2] = {0};
            uint32_t number;
            struct guarded g = guarded_copy(zeros, picture_octets(width, height));
            struct picture p = picture_of(g.data, width, height);
            for (usec time = 0; time < 4 * USEC_SECOND; time += 333 * USEC_MS)
                pattern_draw(&p, UINT32_MAX, time);
            pattern_read(&p, &number);
            pattern_is_flash(&p);
            guarded_free(&g);
        }
}

static void each_frame_differs(void **state)
{
    (void)state;
    struct canvas a = canvas_of(640, 360), b = canvas_of(640, 360);
    size_t octets = picture_octets(640, 360), moved = 0;
    pattern_draw(&a.p, 7, 5 * USEC_SECOND);
    pattern_draw(&b.p, 7, 5 * USEC_SECOND);
    assert_memory_equal(a.memory, b.memory, octets); // and nothing else is in it
    pattern_draw(&b.p, 8, 5 * USEC_SECOND + 40 * USEC_MS);
    for (size_t i = 0; i < octets; i++)
        moved += a.memory[i] != b.memory[i];
    assert_in_range(moved, octets / 4, octets);
    free(a.memory);
    free(b.memory);
}

static void other_pictures_have_no_number(void **state)
{
    (void)state;
    struct canvas c = canvas_of(640, 360);
    struct random random = {.state = 3};
    uint32_t number = 12345;
    for (int level = 0; level < 256; level++) {
        picture_fill(&c.p, (uint8_t)level, 128, 128);
        assert_false(pattern_read(&c.p, &number));
    }
    for (int run = 0; run < repeats(50, 5); run++) {
        for (size_t i = 0; i < picture_octets(640, 360); i++)
            c.memory[i] = (uint8_t)random_u64(&random);
        assert_false(pattern_read(&c.p, &number));
    }
    assert_int_equal(number, 12345);
    free(c.memory);
}

// As after a loss: some of the blocks are of one frame, the others of another. None such is taken
// for a frame that was not drawn.
static void mixed_numbers_are_told(void **state)
{
    (void)state;
    struct canvas old = canvas_of(160, 90), mixed = canvas_of(160, 90);
    struct random random = {.state = 4};
    int told = 0, runs = repeats(500, 50);
    for (int run = 0; run < runs; run++) {
        uint32_t before = (uint32_t)random_u64(&random) >> 8, now = before + 1 + run % 30;
        uint32_t number = before;
        int left = 1 + (int)(random_u64(&random) % 158);
        pattern_draw(&old.p, before, 0);
        pattern_draw(&mixed.p, now, 0);
        for (int y = 80; y < 90; y++)
            memcpy(mixed.memory + y * 160, old.memory + y * 160, (size_t)left);
        if (pattern_read(&mixed.p, &number))
            assert_true(number == before || number == now);
        else
            told++;
    }
    assert_in_range(told, runs / 2, runs);
    free(old.memory);
    free(mixed.memory);
}

static void flashes_at_whole_seconds(void **state)
{
    (void)state;
    assert_true(pattern_flashes(0));
    assert_true(pattern_flashes(PATTERN_FLASH - 1));
    assert_false(pattern_flashes(PATTERN_FLASH));
    assert_false(pattern_flashes(USEC_SECOND - 1));
    assert_true(pattern_flashes(7200 * USEC_SECOND));
}

// ---- the sound ---------------------------------------------------------------------------------

static void beeps_at_whole_seconds(void **state)
{
    (void)state;
    static int16_t pcm[2 * 48000];
    pattern_sound(pcm, 48000, 2, 3 * 48000 - 24000);
    size_t beep = pattern_find_beep(pcm, 48000, 2);
    assert_in_range(beep, 24000, 24004);                       // a tenth of a millisecond
    assert_int_equal(pattern_find_beep(pcm, 24000, 2), 24000); // the hum is none
    assert_int_equal(pattern_find_beep(pcm + 2 * 26000, 22000, 2), 22000);
    int loudest = 0;
    for (size_t i = 0; i < 48000; i++) {
        assert_int_equal(pcm[2 * i], pcm[2 * i + 1]);
        loudest = pcm[2 * i] > loudest ? pcm[2 * i] : loudest;
    }
    assert_in_range(loudest, 8000, 8300);
    assert_int_equal(pattern_find_beep(pcm, 0, 2), 0);
}

// After Opus as voices have it: within a millisecond of where it was, and no beep where there was
// none.
static void beeps_are_found_after_a_codec(void **state)
{
    (void)state;
    const struct voice_encoder_config config = {
        .channels = 1, .bitrate = 32000, .frame_samples = 960, .complexity = 9};
    struct voice_encoder *e = voice_encoder_new(&config);
    struct voice_decoder *d = voice_decoder_new(1);
    static int16_t heard[3 * 48000];
    for (int i = 0; i < 150; i++) {
        int16_t pcm[VOICE_FRAME_MAX];
        uint8_t packet[VOICE_PACKET_MAX];
        pattern_sound(pcm, 960, 1, i * 960);
        int len = voice_encode(e, pcm, packet, sizeof packet);
        assert_int_equal(voice_decode(d, packet, (size_t)len, pcm), 960);
        memcpy(heard + (ptrdiff_t)i * 960, pcm, 960 * sizeof *pcm);
    }
    size_t lag = (size_t)voice_encoder_lookahead(e);
    for (size_t second = 1; second < 3; second++) {
        size_t from = second * 48000 - 40000;
        size_t found = from + pattern_find_beep(heard + from, 3 * 48000 - from, 1);
        assert_in_range(found, second * 48000 + lag - 48, second * 48000 + lag + 48);
    }
    voice_encoder_free(e);
    voice_decoder_free(d);
}

static void sound_is_the_same_in_pieces(void **state)
{
    (void)state;
    static int16_t whole[5000], pieces[5000];
    int64_t first = 86400LL * 48000 - 1000;
    pattern_sound(whole, 5000, 1, first);
    for (size_t at = 0; at < 5000; at += 50)
        pattern_sound(pieces + at, 50, 1, first + (int64_t)at);
    assert_memory_equal(whole, pieces, sizeof whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_drawn_is_read),
        cmocka_unit_test(blocks_are_number_and_check),
        cmocka_unit_test(small_pictures_are_drawn_inside),
        cmocka_unit_test(each_frame_differs),
        cmocka_unit_test(other_pictures_have_no_number),
        cmocka_unit_test(mixed_numbers_are_told),
        cmocka_unit_test(flashes_at_whole_seconds),
        cmocka_unit_test(beeps_at_whole_seconds),
        cmocka_unit_test(beeps_are_found_after_a_codec),
        cmocka_unit_test(sound_is_the_same_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
