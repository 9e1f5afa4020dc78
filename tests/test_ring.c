#include "tests/test.h"

#include "media/io/ring.h"

#include <pthread.h>
#include <sched.h>

static void holds_what_was_asked(void **state)
{
    (void)state;
    static const struct {
        size_t asked, size;
    } rows[] = {{0, 32}, {32, 32}, {33, 64}, {16384, 16384}, {16385, 32768}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ring *r = ring_new(rows[i].asked);
        assert_int_equal(ring_room(r), rows[i].size);
        assert_int_equal(ring_level(r), 0);
        ring_free(r);
    }
    ring_free(NULL);
}

static void takes_what_fits_and_gives_what_is_there(void **state)
{
    (void)state;
    struct ring *r = ring_new(32);
    int16_t in[40], out[40];
    for (int i = 0; i < 40; i++)
        in[i] = (int16_t)(i + 1);
    assert_int_equal(ring_read(r, out, 40), 0);
    assert_int_equal(ring_write(r, in, 40), 32);
    assert_int_equal(ring_write(r, in, 1), 0);
    assert_int_equal(ring_level(r), 32);
    assert_int_equal(ring_read(r, out, 20), 20);
    assert_memory_equal(out, in, 20 * sizeof *in);
    assert_int_equal(ring_write(r, in, 15), 15); // around the end
    assert_int_equal(ring_room(r), 5);
    assert_int_equal(ring_read(r, out, 40), 27);
    assert_memory_equal(out, in + 20, 12 * sizeof *in);
    assert_memory_equal(out + 12, in, 15 * sizeof *in);
    ring_free(r);
}

#define PASSED 3000000

static void *write_numbers(void *ctx)
{
    struct ring *r = ctx;
    int16_t values[97];
    size_t at = 0;
    for (size_t piece = 1; at < PASSED; piece = piece * 31 % 97 + 1) {
        for (size_t i = 0; i < piece; i++)
            values[i] = (int16_t)((at + i) * 7);
        size_t taken = ring_write(r, values, at + piece <= PASSED ? piece : PASSED - at);
        at += taken;
        if (taken == 0)
            sched_yield();
    }
    return NULL;
}

static void passes_everything_between_two_threads(void **state)
{
    (void)state;
    struct ring *r = ring_new(256);
    pthread_t writer;
    assert_int_equal(pthread_create(&writer, NULL, write_numbers, r), 0);
    int16_t values[83];
    size_t at = 0, wrong = 0;
    for (size_t piece = 1; at < PASSED; piece = piece * 29 % 83 + 1) {
        size_t level = ring_level(r);
        size_t got = ring_read(r, values, piece);
        if (got < (level < piece ? level : piece) || level > 256)
            wrong++;
        for (size_t i = 0; i < got; i++)
            wrong += values[i] != (int16_t)((at + i) * 7);
        at += got;
        if (got == 0)
            sched_yield();
    }
    pthread_join(writer, NULL);
    assert_int_equal(wrong, 0);
    assert_int_equal(ring_level(r), 0);
    ring_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_what_was_asked),
        cmocka_unit_test(takes_what_fits_and_gives_what_is_there),
        cmocka_unit_test(passes_everything_between_two_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
