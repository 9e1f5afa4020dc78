#include "tests/test.h"

#include "media/random.h"
#include "media/seen.h"

#include <stdlib.h>
#include <string.h>

static void tells_new_ones_from_doubles(void **state)
{
    (void)state;
    static const struct {
        uint32_t seq;
        bool is_new;
    } rows[] = {
        {100, true},
        {100, false},
        {102, true},
        {101, true},
        {101, false},
        {102, false},
        {99, true},
        {99, false},
        {100, false},
        {100 + 4095, true},
        {100, false}, // still in the window
        {101, false},
        {103, true},
        {100 + 4096, true},
        {100, false}, // out of it: counts as seen
        {100 + 9000, true},
        {100 + 9000, false},
        {100 + 8999, true},
        {100 + 5000, true},
        {100 + 4905, true}, // 4095 behind: forgotten by then
        {100 + 4904, false},
        {100 + 9000 + 100000, true},
        {100 + 9000 + 99999, true},
        {100 + 9000, false},
    };
    struct seen s;
    seen_init(&s);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (seen_add(&s, rows[i].seq) != rows[i].is_new)
            fail_msg("row %zu: %u", i, rows[i].seq);
}

static void wraps(void **state)
{
    (void)state;
    struct seen s;
    seen_init(&s);
    for (uint32_t seq = UINT32_MAX - 5000; seq != 5000; seq++) {
        assert_true(seen_add(&s, seq));
        assert_false(seen_add(&s, seq));
    }
    assert_false(seen_add(&s, UINT32_MAX));
}

// Any order within the window, against a plain set.
static void agrees_with_a_plain_set(void **state)
{
    (void)state;
    enum { COUNT = 50000 };
    bool *set = calloc(COUNT, sizeof *set);
    struct random random = {1};
    struct seen s;
    seen_init(&s);
    uint32_t highest = 0;
    for (int i = 0; i < 4 * COUNT; i++) {
        uint32_t n = (uint32_t)(i / 4 + (int)(random_u64(&random) % 3000));
        if (n >= COUNT || (highest > n && highest - n >= SEEN_WINDOW))
            continue;
        assert_true(seen_add(&s, UINT32_MAX - COUNT / 2 + n) == !set[n]);
        set[n] = true;
        highest = n > highest ? n : highest;
    }
    free(set);
}

// What has come is known without counting it as come.
static void has_come_or_has_not(void **state)
{
    (void)state;
    struct random random = {2};
    struct seen s, before;
    seen_init(&s);
    assert_false(seen_has(&s, 0));
    for (int i = 0; i < 20000; i++) {
        uint32_t seq = UINT32_MAX - 5000 + (uint32_t)(i / 2 + (int)(random_u64(&random) % 5000));
        before = s;
        bool has = seen_has(&s, seq);
        assert_memory_equal(&before, &s, sizeof s);
        assert_int_equal(has, !seen_add(&s, seq)); // also what is too old
        assert_true(seen_has(&s, seq));
        assert_false(seen_has(&s, s.highest + 1));
        assert_true(seen_has(&s, s.highest - SEEN_WINDOW));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_new_ones_from_doubles),
        cmocka_unit_test(wraps),
        cmocka_unit_test(agrees_with_a_plain_set),
        cmocka_unit_test(has_come_or_has_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
