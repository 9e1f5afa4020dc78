#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "media/backlog.h"
#include "media/random.h"

static void put(struct backlog *b, usec due, uint64_t tag, size_t len)
{
    uint8_t data[3000];
    memset(data, (int)tag, sizeof data);
    struct backlog_item item = {.due = due, .tag = tag, .len = len};
    backlog_put(b, &item, data);
}

static void comes_in_order_of_time_then_of_entry(void **state)
{
    (void)state;
    struct backlog *b = backlog_new(500, 500 * 1000);
    struct random random = {.state = 1};
    struct backlog_item item;
    usec last = -1;
    uint64_t last_tag = 0;
    for (uint64_t tag = 0; tag < 500; tag++)
        put(b, (usec)(random_unit(&random) * 50), tag, 100);
    assert_false(backlog_fits(b, 0));
    for (int i = 0; i < 500; i++) {
        uint8_t out[100];
        assert_true(backlog_next(b) >= last);
        assert_true(backlog_take(b, &item, out, sizeof out));
        assert_true(item.due > last || item.tag > last_tag);
        assert_int_equal(out[99], (uint8_t)item.tag);
        last = item.due;
        last_tag = item.tag;
    }
    assert_false(backlog_take(b, &item, NULL, 0));
    assert_true(backlog_next(b) == USEC_NEVER);
    backlog_free(b);
}

static void keeps_every_octet_while_cells_are_used_again(void **state)
{
    (void)state;
    struct backlog *b = backlog_new(10, 4000);
    struct random random = {.state = 2};
    size_t kept = 0;
    uint64_t tag = 0;
    for (int turn = 0; turn < 20000; turn++) {
        size_t len = (size_t)(random_unit(&random) * 3000);
        if (backlog_fits(b, len)) {
            put(b, (usec)(random_unit(&random) * 100), tag++ & 0xff, len);
            kept++;
            continue;
        }
        uint8_t out[3000];
        struct backlog_item item;
        assert_true(backlog_take(b, &item, out, sizeof out));
        for (size_t i = 0; i < item.len; i++)
            assert_int_equal(out[i], item.tag);
        kept--;
    }
    assert_true(kept > 0 && tag > 5000);
    backlog_free(b);
}

static void holds_what_it_was_made_for(void **state)
{
    (void)state;
    struct backlog *b = backlog_new(3, 65535);
    uint8_t *data = calloc(1, 65535);
    struct guarded g = guarded_copy(data, 65535);
    struct backlog_item item = {.due = 5, .tag = 9, .len = 65535};
    assert_true(backlog_fits(b, 65535));
    backlog_put(b, &item, g.data);
    backlog_flip(b, 65534 * 8 + 7);
    assert_false(backlog_fits(b, 65535));
    assert_true(backlog_fits(b, 0));
    put(b, 6, 1, 0);
    assert_true(backlog_take(b, &item, g.data, g.len));
    assert_int_equal(g.data[65534], 0x80);
    assert_int_equal(item.len, 65535);
    assert_true(backlog_fits(b, 65535));
    assert_true(backlog_take(b, &item, NULL, 0));
    assert_int_equal(item.len, 0);
    guarded_free(&g);
    free(data);
    backlog_free(b);
}

static void a_small_buffer_gets_the_start(void **state)
{
    (void)state;
    struct backlog *b = backlog_new(1, 1000);
    struct backlog_item item;
    struct guarded g = guarded_copy("abc", 3);
    put(b, 1, 7, 1000);
    assert_true(backlog_take(b, &item, g.data, 3));
    assert_int_equal(item.len, 1000);
    assert_int_equal(g.data[2], 7);
    put(b, 2, 8, 1000); // all cells came back
    guarded_free(&g);
    backlog_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_in_order_of_time_then_of_entry),
        cmocka_unit_test(keeps_every_octet_while_cells_are_used_again),
        cmocka_unit_test(holds_what_it_was_made_for),
        cmocka_unit_test(a_small_buffer_gets_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
