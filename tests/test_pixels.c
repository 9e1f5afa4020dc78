// Pixels of cameras: each layout, of sizes even and odd, says the same picture; never read past the end.
#include "tests/test.h"

#include "media/pixels.h"

#include <string.h>

#define SIDE 9 // pixels at most

// What the picture has there. Chroma is the same in two rows, so that its mean is what both have.
static uint8_t pixel(int plane, int x, int y)
{
    return (uint8_t)(16 + 70 * plane + 11 * x + 5 * y);
}

static void lay(uint8_t *out, enum pixels_layout layout, int w, int h, size_t stride)
{
    int pairs = (w + 1) / 2, rows = (h + 1) / 2;
    uint8_t *chroma = out + stride * (size_t)h;
    size_t half = (stride + 1) / 2;
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            out[(size_t)y * stride + (size_t)(layout == PIXELS_YUYV ? 2 * x : x)] = pixel(0, x, y);
    for (int plane = 1; plane <= 2; plane++)
        for (int y = 0; y < rows; y++)
            for (int x = 0; x < pairs; x++) {
                uint8_t value = pixel(plane, x, y);
                size_t at = (size_t)y * stride + (size_t)(2 * x + plane - 1);
                if (layout == PIXELS_I420)
                    chroma[half * (size_t)((plane - 1) * rows + y) + (size_t)x] = value;
                else if (layout == PIXELS_NV12)
                    chroma[at] = value;
                else
                    for (int row = 2 * y; row < h && row < 2 * y + 2; row++)
                        out[(size_t)row * stride + (size_t)(4 * x + 2 * plane - 1)] = value;
            }
}

static void each_layout_is_the_same_picture(void **state)
{
    (void)state;
    uint8_t memory[SIDE * SIDE * 2], laid[4096];
    for (int layout = PIXELS_I420; layout <= PIXELS_YUYV; layout++)
        for (int w = 1; w <= SIDE; w++)
            for (int h = 1; h <= SIDE; h++)
                for (size_t more = 0; more <= 3; more++) {
                    size_t stride = pixels_row(layout, w) + more;
                    size_t len = pixels_octets(layout, w, h, stride);
                    const struct picture p = picture_of(memory, w, h);
                    memset(laid, 0xee, sizeof laid);
                    lay(laid, layout, w, h, stride);
                    struct guarded g = guarded_copy(laid, len);
                    assert_true(pixels_take(&p, layout, g.data, g.len, stride));
                    for (int plane = 0; plane < PICTURE_PLANES; plane++)
                        for (int y = 0; y < picture_plane_height(&p, plane); y++)
                            for (int x = 0; x < picture_plane_width(&p, plane); x++)
                                assert_int_equal(p.plane[plane][y * p.stride[plane] + x],
                                                 pixel(plane, x, y));
                    guarded_free(&g);
                }
}

static void chroma_of_two_rows_is_their_mean(void **state)
{
    (void)state;
    static const uint8_t yuyv[] = {1, 100, 2, 200, 3, 101, 4, 203};
    uint8_t memory[6];
    const struct picture p = picture_of(memory, 2, 2);
    assert_true(pixels_take(&p, PIXELS_YUYV, yuyv, sizeof yuyv, 4));
    assert_memory_equal(memory, ((const uint8_t[]){1, 2, 3, 4, 101, 202}), 6);
}

static void too_few_octets_are_refused(void **state)
{
    (void)state;
    static const uint8_t octets[4096];
    uint8_t memory[6 * 4 * 3 / 2], before[sizeof memory];
    const struct picture p = picture_of(memory, 6, 4);
    memset(memory, 7, sizeof memory);
    memcpy(before, memory, sizeof memory);
    for (int layout = PIXELS_I420; layout <= PIXELS_YUYV; layout++) {
        size_t stride = pixels_row(layout, 6), len = pixels_octets(layout, 6, 4, stride);
        assert_false(pixels_take(&p, layout, octets, len - 1, stride));
        assert_false(pixels_take(&p, layout, octets, sizeof octets, stride - 1));
        assert_false(pixels_take(&p, layout, octets, 0, 0));
        assert_memory_equal(memory, before, sizeof memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_layout_is_the_same_picture),
        cmocka_unit_test(chroma_of_two_rows_is_their_mean),
        cmocka_unit_test(too_few_octets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
