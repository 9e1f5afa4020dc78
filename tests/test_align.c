// Lag and drift that were put in have to come out, through noise, holes and codecs too.
#include "tests/test.h"

#include "lab/align.h"
#include "lab/downsample.h"
#include "media/random.h"
#include "tests/pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MS      (ALIGN_RATE / 1000.0) // samples
#define SECONDS 5                     // of each pair: valgrind is slow

struct signals {
    float *said, *heard, *moved;
    size_t said_n, heard_n, room;
    struct align *align;
};

static struct signals load(const char *name)
{
    struct pair pair = pair_named(name);
    struct signals s = {0};
    assert_true(pair.said_samples >= SECONDS * PAIRS_RATE);
    assert_true(pair.heard_samples >= SECONDS * PAIRS_RATE);
    s.said = downsample(pair.said, SECONDS * PAIRS_RATE, 1, PAIRS_RATE, &s.said_n);
    s.heard = downsample(pair.heard, SECONDS * PAIRS_RATE, 1, PAIRS_RATE, &s.heard_n);
    assert_non_null(s.said);
    assert_non_null(s.heard);
    s.room = s.said_n + 3 * ALIGN_RATE / 2;
    s.moved = calloc(s.room, sizeof *s.moved);
    s.align = align_new(s.said, s.said_n);
    assert_non_null(s.align);
    pair_free(&pair);
    return s;
}

static void unload(struct signals *s)
{
    align_free(s->align);
    free(s->said);
    free(s->heard);
    free(s->moved);
}

static struct align_path find(const struct signals *s, const float *heard, size_t n)
{
    struct align_path path;
    assert_true(align_find(s->align, heard, n, &path));
    assert_true(isfinite(path.lag) && isfinite(path.drift));
    assert_int_equal(path.blocks, (s->said_n + ALIGN_BLOCK - 1) / ALIGN_BLOCK);
    return path;
}

static int shifts(const struct align_path *path)
{
    int other = 0;
    for (size_t b = 0; b < path->blocks; b++)
        other += path->shift[b] != 0;
    return other;
}

static void finds_no_lag_where_there_is_none(void **state)
{
    static const char *const names[] = {"en_zero20", "pt_zero40", "en_noise0", "en_plc15",
                                        "pt_fec_burst"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct signals s = load(names[i]);
        struct align_path path = find(&s, s.heard, s.heard_n);
        assert_true(path.lag == 0 && path.drift == 0);
        assert_true(path.agreed > 0.99);
        assert_int_equal(shifts(&path), 0); // no pitch period was taken for a lag
        align_path_free(&path);
        unload(&s);
    }
}

static void finds_what_was_put_in(void **state)
{
    static const struct {
        const char *name;
        double lag_ms, drift_ppm;
    } rows[] = {
        {"en_same", 137, 0},     {"en_same", 0.35, 0},         {"en_same", 995.27, 0},
        {"en_same", -420, -200}, {"en_same", 60, 3000},        {"en_same", 0, 50000},
        {"en_same", 80, -50000}, {"en_noise0", 71.4, -200},    {"pt_zero40", 500, 1000},
        {"en_plc15", 33.3, 100}, {"pt_fec_burst", -150, -200},
    };
    struct signals s = load(rows[0].name);
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (i > 0 && strcmp(rows[i].name, rows[i - 1].name) != 0) {
            unload(&s);
            s = load(rows[i].name);
        }
        pairs_move(s.heard, s.heard_n, rows[i].lag_ms * MS, rows[i].drift_ppm * 1e-6, s.moved,
                   s.room);
        struct align_path path = find(&s, s.moved, s.room);
        // both together: where the line puts the first and the last sample
        double first = path.lag / MS - rows[i].lag_ms;
        double last = first + (path.drift * 1e6 - rows[i].drift_ppm) * 1e-6 * (double)s.said_n / MS;
        if (fabs(first) > 0.2 || fabs(last) > 0.2 || path.agreed < 0.8)
            fail_msg("%s %+g ms %+g ppm: %+g and %+g ms off, %g agree", rows[i].name,
                     rows[i].lag_ms, rows[i].drift_ppm, first, last, path.agreed);
        align_path_free(&path);
    }
    unload(&s);
}

// The first half as it is, the second `late` samples later; 0.7 s in the middle of a block.
static void jump(struct signals *s, size_t at, size_t late)
{
    memset(s->moved, 0, s->room * sizeof *s->moved);
    memcpy(s->moved, s->heard, at * sizeof *s->moved);
    memcpy(s->moved + at + late, s->heard + at, (s->heard_n - at) * sizeof *s->moved);
}

static void blocks_follow_a_jump(void **state)
{
    static const int late_ms[] = {3, 40, 250};
    struct signals s = load("en_same");
    float *line = malloc(s.said_n * sizeof *line), *local = malloc(s.said_n * sizeof *local);
    (void)state;
    for (size_t i = 0; i < sizeof late_ms / sizeof late_ms[0]; i++) {
        const size_t at = 3 * ALIGN_BLOCK - 5000, late = (size_t)late_ms[i] * 10;
        jump(&s, at, late);
        struct align_path path = find(&s, s.moved, s.room);
        for (size_t b = 0; b < path.blocks; b++) {
            double lag = (path.lag + path.shift[b]) / MS;
            if (b != 2)
                assert_true(fabs(lag - (b > 2 ? late_ms[i] : 0)) < 0.25);
        }
        // nearly every sample is back in its place
        size_t off = 0;
        assert_true(align_apply(s.align, &path, s.moved, s.room, line, local));
        for (size_t t = 0; t < s.said_n; t++)
            off += fabsf(local[t] - s.heard[t]) > 0.02f;
        assert_true(off < s.said_n / 50);
        align_path_free(&path);
    }
    free(line);
    free(local);
    unload(&s);
}

static void silent_blocks_keep_their_neighbours_lag(void **state)
{
    struct signals s = load("en_same");
    (void)state;
    jump(&s, ALIGN_BLOCK, 400);
    memset(s.moved + 2 * ALIGN_BLOCK, 0, ALIGN_BLOCK * sizeof *s.moved);
    struct align_path path = find(&s, s.moved, s.room);
    assert_true(path.shift[1] - path.shift[0] >= 399 && path.shift[1] - path.shift[0] <= 401);
    assert_int_equal(path.shift[2], path.shift[1]);
    assert_int_equal(path.shift[3], path.shift[1]);
    align_path_free(&path);
    unload(&s);
}

static void is_not_sure_of_what_does_not_fit(void **state)
{
    struct signals s = load("en_same");
    struct random r;
    (void)state;
    r = (struct random){3};
    for (size_t i = 0; i < s.room; i++)
        s.moved[i] = (float)(random_unit(&r) - 0.5);
    struct align_path path = find(&s, s.moved, s.room);
    assert_true(path.lag == 0 && path.drift == 0 && path.agreed == 0);
    assert_int_equal(shifts(&path), 0);
    align_path_free(&path);
    for (size_t i = 0; i < s.room; i++)
        s.moved[i] = (float)sin(0.1 * (double)i);
    path = find(&s, s.moved, s.room);
    assert_true(path.agreed == 0);
    align_path_free(&path);
    unload(&s);
}

static void any_length_is_fine(void **state)
{
    static const size_t lengths[] = {0, 1, 160, 11999, 12000, 12001};
    static const size_t heard[] = {0, 160, 12001};
    struct signals s = load("en_same");
    float *line = calloc(12001, sizeof *line), *local = calloc(12001, sizeof *local);
    (void)state;
    for (size_t i = 0; i < 6; i++)
        for (size_t k = 0; k < 3; k++) {
            struct align_path path;
            struct align *a = align_new(s.said, lengths[i]);
            assert_non_null(a);
            assert_true(align_find(a, s.heard, heard[k], &path));
            assert_true(align_apply(a, &path, s.heard, heard[k], line, local));
            if (lengths[i] > 10000 && heard[k] > 10000)
                assert_true(path.lag == 0 && path.drift == 0);
            align_path_free(&path);
            align_free(a);
        }
    free(line);
    free(local);
    unload(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_no_lag_where_there_is_none),
        cmocka_unit_test(finds_what_was_put_in),
        cmocka_unit_test(blocks_follow_a_jump),
        cmocka_unit_test(silent_blocks_keep_their_neighbours_lag),
        cmocka_unit_test(is_not_sure_of_what_does_not_fit),
        cmocka_unit_test(any_length_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
