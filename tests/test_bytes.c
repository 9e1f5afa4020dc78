#include "tests/test.h"

#include "media/bytes.h"

static void reads_big_endian(void **state)
{
    (void)state;
    struct guarded g = guarded_copy("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a", 10);
    struct reader r = reader_of(g.data, g.len);
    assert_int_equal(reader_u8(&r), 0x01);
    assert_int_equal(reader_u16(&r), 0x0203);
    assert_int_equal(reader_u24(&r), 0x040506);
    assert_int_equal(reader_u32(&r), 0x0708090a);
    assert_int_equal(reader_left(&r), 0);
    assert_false(r.failed);
    guarded_free(&g);
}

static void reading_past_the_end_sticks(void **state)
{
    (void)state;
    struct guarded g = guarded_copy("\x01\x02\x03", 3);
    struct reader r = reader_of(g.data, g.len);
    assert_int_equal(reader_u32(&r), 0);
    assert_true(r.failed);
    assert_int_equal(reader_u8(&r), 0); // three octets are left, but the error sticks
    assert_null(reader_take(&r, 0));
    guarded_free(&g);
}

static void writes_what_fits(void **state)
{
    (void)state;
    uint8_t buffer[10];
    struct writer w = writer_of(buffer, sizeof buffer);
    writer_u8(&w, 1);
    writer_u16(&w, 0x0203);
    writer_u24(&w, 0x040506);
    writer_u32(&w, 0x0708090a);
    assert_false(w.failed);
    assert_int_equal(writer_len(&w), 10);
    assert_memory_equal(buffer, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a", 10);
    writer_u8(&w, 0);
    assert_true(w.failed);
    assert_int_equal(writer_len(&w), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_big_endian),
        cmocka_unit_test(reading_past_the_end_sticks),
        cmocka_unit_test(writes_what_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
