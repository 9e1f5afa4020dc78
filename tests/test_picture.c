// Pictures: where their planes lie, also where the size is odd, and that copies stay inside.
#include "tests/test.h"

#include "media/picture.h"

#include <string.h>

static void octets_of_sizes(void **state)
{
    (void)state;
    assert_int_equal(picture_octets(640, 360), 345600);
    assert_int_equal(picture_octets(1, 1), 3);
    assert_int_equal(picture_octets(3, 5), 15 + 2 * 6);
    assert_int_equal(picture_octets(16384, 16384), 402653184);
    assert_int_equal(picture_octets(0, 16), 0);
    assert_int_equal(picture_octets(16, -1), 0);
    assert_int_equal(picture_octets(16385, 16), 0);
    assert_int_equal(picture_octets(16, INT32_MAX), 0);
}

static void planes_lie_behind_each_other(void **state)
{
    (void)state;
    uint8_t memory[27];
    struct picture p = picture_of(memory, 3, 5);
    assert_ptr_equal(p.plane[0], memory);
    assert_ptr_equal(p.plane[1], memory + 15);
    assert_ptr_equal(p.plane[2], memory + 21);
    assert_int_equal(p.stride[0], 3);
    assert_int_equal(p.stride[1], 2);
    assert_int_equal(picture_plane_height(&p, 2), 3);
}

// To the edge of an unreadable page, and from a picture with longer rows.
static void copies_and_fills_stay_inside(void **state)
{
    (void)state;
    uint8_t wide[8 * 5 + 2 * 8 * 3];
    struct picture from = {
        .width = 3, .height = 5, .plane = {wide, wide + 40, wide + 64}, .stride = {8, 8, 8}};
    memset(wide, 9, sizeof wide);
    picture_fill(&from, 1, 2, 3);
    assert_int_equal(wide[3], 9);
    assert_int_equal(wide[42], 9);
    uint8_t zeros[27] = {0};
    struct guarded g = guarded_copy(zeros, sizeof zeros);
    struct picture to = picture_of(g.data, 3, 5);
    assert_true(picture_copy(&to, &from));
    for (size_t i = 0; i < 27; i++)
        assert_int_equal(g.data[i], i < 15 ? 1 : i < 21 ? 2 : 3);
    struct picture other = picture_of(zeros, 5, 3);
    assert_false(picture_copy(&other, &from));
    assert_int_equal(zeros[0], 0);
    guarded_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(octets_of_sizes),
        cmocka_unit_test(planes_lie_behind_each_other),
        cmocka_unit_test(copies_and_fills_stay_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
