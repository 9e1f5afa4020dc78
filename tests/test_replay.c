// The pictures of the last half minute: which one was on the screen when, and how much of it is kept.
#include "tests/test.h"

#include "media/random.h"
#include "window/replay.h"
#include "window/timeline.h"

#include <stdlib.h>
#include <string.h>

#define SECOND TIMELINE_RATE

static struct replay *replay_for(int width, int height)
{
    struct replay *r = replay_new(width, height);
    assert_non_null(r);
    return r;
}

static struct picture canvas(int width, int height)
{
    struct picture p = picture_of(malloc(picture_octets(width, height)), width, height);
    assert_non_null(p.plane[0]);
    return p;
}

// The picture whose grey is n % 200.
static void put(struct replay *r, const struct picture *p, int64_t at, int n)
{
    picture_fill(p, (uint8_t)(n % 200), 128, 128);
    replay_put(r, at, p);
}

static int seen_at(const struct replay *r, int64_t at)
{
    struct picture seen;
    return replay_at(r, at, &seen) ? seen.plane[0][0] : -1;
}

static void each_instant_has_its_picture(void **state)
{
    (void)state;
    struct replay *r = replay_for(64, 36);
    struct picture p = canvas(64, 36);
    assert_int_equal(seen_at(r, 0), -1);
    put(r, &p, 1000, 1);
    put(r, &p, 3000, 2);
    put(r, &p, 2000, 3); // never before the one before it
    put(r, &p, 5000, 4);
    static const struct {
        int64_t at;
        int seen;
    } rows[] = {{999, -1}, {1000, 1}, {2999, 1}, {3000, 3}, {4999, 3}, {5000, 4}, {INT64_MAX, 4}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(seen_at(r, rows[i].at), rows[i].seen);
    free(p.plane[0]);
    replay_free(r);
}

// At any rate half a minute is kept: at 25 a second all of it, though the clock goes in blocks of sound; at 60
// as many as there is room for, evenly.
static void half_a_minute_is_kept(void **state)
{
    (void)state;
    static const int rates[] = {5, 25, 30, 60, 120};
    struct picture p = canvas(32, 18);
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct replay *r = replay_for(32, 18);
        struct random random = {i};
        int rate = rates[i], count = 70 * rate, wrong = 0;
        for (int n = 0; n < count; n++) {
            int64_t late = (int64_t)(random_unit(&random) * 2048);
            put(r, &p, (int64_t)n * SECOND / rate + late, n);
        }
        for (int n = count - TIMELINE_SECONDS * rate + 1; n < count; n++) {
            int gone = (n % 200 - seen_at(r, (int64_t)n * SECOND / rate + 2048) + 200) % 200;
            assert_true(gone < 200 && (gone <= 3 + rate / 15 || gone >= 200 - 3 - rate / 15));
            wrong += rate <= 25 && gone > 1 && gone < 198;
        }
        assert_int_equal(wrong, 0);
        replay_free(r);
    }
    free(p.plane[0]);
}

// Any size is kept, none takes more than there is, and its shape stays.
static void copies_are_small_and_of_the_same_shape(void **state)
{
    (void)state;
    static const int sizes[][2] = {{640, 360}, {1920, 1080}, {1, 1},     {3, 5},      {16384, 1},
                                   {1, 16384}, {1080, 1920}, {176, 144}, {4096, 4096}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int w = sizes[i][0], h = sizes[i][1];
        struct replay *r = replay_for(w, h);
        struct picture p = canvas(w, h), seen;
        put(r, &p, 0, 77);
        assert_true(replay_at(r, 0, &seen));
        assert_true(picture_octets(seen.width, seen.height) * REPLAY_MOST <= REPLAY_SIZE);
        assert_int_equal(seen.plane[0][seen.width * seen.height - 1], 77);
        assert_int_equal(seen.plane[2][0], 128);
        if (w > 100 && h > 100) {
            assert_true(abs(seen.width * h - seen.height * w) <= 4 * (w > h ? w : h));
            assert_true(seen.width >= 110 && seen.height >= 110);
        }
        free(p.plane[0]);
        replay_free(r);
    }
}

// What is where stays there; a picture of another size takes the same room.
static void copies_look_like_what_was_seen(void **state)
{
    (void)state;
    struct replay *r = replay_for(640, 360);
    static const int sizes[][2] = {{640, 360}, {1281, 721}, {101, 57}};
    for (int i = 0; i < 3; i++) {
        struct picture p = canvas(sizes[i][0], sizes[i][1]), seen;
        for (int plane = 0; plane < PICTURE_PLANES; plane++)
            for (int y = 0; y < picture_plane_height(&p, plane); y++)
                for (int x = 0; x < picture_plane_width(&p, plane); x++)
                    p.plane[plane][y * p.stride[plane] + x] =
                        (uint8_t)(100 * x / picture_plane_width(&p, plane) +
                                  100 * y / picture_plane_height(&p, plane));
        replay_put(r, i, &p);
        assert_true(replay_at(r, i, &seen));
        for (int plane = 0; plane < PICTURE_PLANES; plane++)
            for (int y = 0; y < picture_plane_height(&seen, plane); y++)
                for (int x = 0; x < picture_plane_width(&seen, plane); x++)
                    assert_true(abs(seen.plane[plane][y * seen.stride[plane] + x] -
                                    100 * x / picture_plane_width(&seen, plane) -
                                    100 * y / picture_plane_height(&seen, plane)) <= 3);
        free(p.plane[0]);
    }
    replay_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_instant_has_its_picture),
        cmocka_unit_test(half_a_minute_is_kept),
        cmocka_unit_test(copies_are_small_and_of_the_same_shape),
        cmocka_unit_test(copies_look_like_what_was_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
