// A picture as a WebP file.
#include "tests/test.h"

#include "lab/picture_score.h"
#include "lab/still.h"
#include "media/pattern.h"
#include "media/vp8.h"

#include <stdlib.h>
#include <string.h>

static uint32_t u32le(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

// RFC 9649 sections 2.3 and 2.5.
static void the_container_is_right_and_the_picture_in_it(void **state)
{
    (void)state;
    static const struct {
        int width, height;
    } rows[] = {{968, 272}, {160, 90}, {161, 91}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t *memory = malloc(picture_octets(rows[i].width, rows[i].height));
        struct picture p = picture_of(memory, rows[i].width, rows[i].height), shown;
        struct picture_score score;
        size_t len;
        pattern_draw(&p, 7, USEC_SECOND / 3);
        uint8_t *file = still_webp(&p, &len);
        assert_non_null(file);
        assert_memory_equal(file, "RIFF", 4);
        assert_int_equal(u32le(file + 4), len - 8);
        assert_memory_equal(file + 8, "WEBPVP8 ", 8);
        size_t frame = u32le(file + 16);
        assert_int_equal(len, 20 + frame + frame % 2);
        assert_true(len < 80000);
        struct vp8_decoder *decoder = vp8_decoder_new();
        assert_int_equal(vp8_decode(decoder, file + 20, frame, &shown), VP8_SHOWN);
        assert_true(picture_score(&score, &p, &shown));
        assert_true(score.ssim > 0.85);
        vp8_decoder_free(decoder);
        free(file);
        free(memory);
    }
}

static void what_the_encoder_does_not_take_is_refused(void **state)
{
    (void)state;
    uint8_t memory[8 * 8 * 3 / 2] = {0};
    struct picture p = picture_of(memory, 8, 8);
    size_t len;
    assert_null(still_webp(&p, &len));
}

static void shrinking_takes_means(void **state)
{
    (void)state;
    uint8_t large[4 * 4 * 3 / 2], small[2 * 2 * 3 / 2];
    struct picture from = picture_of(large, 4, 4), to = picture_of(small, 2, 2);
    for (int i = 0; i < 24; i++)
        large[i] = (uint8_t)(10 * i);
    still_shrink(&to, &from);
    assert_int_equal(small[0], (0 + 10 + 40 + 50) / 4);
    assert_int_equal(small[3], (100 + 110 + 140 + 150) / 4);
    assert_int_equal(small[4], (160 + 170 + 180 + 190) / 4);
    uint8_t same[4 * 4 * 3 / 2];
    struct picture copy = picture_of(same, 4, 4);
    still_shrink(&copy, &from);
    assert_memory_equal(same, large, sizeof same);
    still_shrink(&from, &to); // larger: pixels are repeated
    assert_int_equal(large[1], small[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_container_is_right_and_the_picture_in_it),
        cmocka_unit_test(what_the_encoder_does_not_take_is_refused),
        cmocka_unit_test(shrinking_takes_means),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
