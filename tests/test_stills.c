// The strip of stills: pictures of the whole length, however short, and the worst.
#include "tests/test.h"

#include "lab/stills.h"

#include <stdlib.h>

#define SIDE     64
#define INTERVAL (40 * USEC_MS)
#define GREY     128

// The luma in the middle of a column, of the sent one (row 0) or the seen one.
static uint8_t luma(const struct stills *s, int column, int row)
{
    int x = column * s->strip.width / STILLS + s->width / 2;
    int y = row * s->strip.height / 2 + s->height / 2;
    return s->strip.plane[0][(ptrdiff_t)y * s->strip.stride[0] + x];
}

// Each picture is as bright as its number; what is seen is black.
static void pictures_of_the_whole_length(void **state)
{
    (void)state;
    static const usec lengths[] = {7 * USEC_SECOND, 6 * USEC_SECOND, 2 * USEC_SECOND,
                                   1200 * USEC_MS};
    uint8_t bright[SIDE * SIDE * 3 / 2], dark[SIDE * SIDE * 3 / 2];
    const struct picture sent = picture_of(bright, SIDE, SIDE),
                         shown = picture_of(dark, SIDE, SIDE);
    picture_fill(&shown, 16, GREY, GREY);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct stills s;
        int count = (int)(lengths[i] / INTERVAL);
        assert_true(stills_init(&s, SIDE, SIDE, lengths[i]));
        for (int n = 0; n < count; n++) {
            struct showing_moment m = {.time = n * INTERVAL, .sent = &sent, .shown = &shown};
            picture_fill(&sent, (uint8_t)n, GREY, GREY);
            stills_moment(&s, &m);
        }
        for (int column = 0; column < STILLS - 1; column++) {
            assert_int_equal(luma(&s, column, 0), ((column + 1) * count + STILLS - 1) / STILLS);
            assert_int_equal(luma(&s, column, 1), 16);
        }
        stills_free(&s);
    }
}

static void the_worst_is_the_last(void **state)
{
    (void)state;
    uint8_t bright[SIDE * SIDE * 3 / 2];
    const struct picture sent = picture_of(bright, SIDE, SIDE);
    struct stills s;
    assert_true(stills_init(&s, SIDE, SIDE, 4 * USEC_SECOND));
    for (int n = 0; n < 100; n++) {
        struct showing_moment m = {.time = n * INTERVAL, .sent = &sent, .shown = &sent};
        m.score.ssim = n == 70 ? 0.5 : n == 3 ? 0.1 : 0.9; // what is black at first is no damage
        picture_fill(&sent, (uint8_t)n, GREY, GREY);
        stills_moment(&s, &m);
    }
    assert_int_equal(luma(&s, STILLS - 1, 0), 70);
    stills_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_of_the_whole_length),
        cmocka_unit_test(the_worst_is_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
