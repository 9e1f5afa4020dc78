#include "tests/test.h"

#include "control/slice.h"
#include "control/text.h"

static struct slice guarded_slice(const struct guarded *g)
{
    return slice_at((const char *)g->data, g->len);
}

static void compares(void **state)
{
    (void)state;
    assert_true(slice_is(slice_of("CSeq"), "CSeq"));
    assert_false(slice_is(slice_of("CSeq"), "cseq"));
    assert_false(slice_is(slice_of("CSeq"), "CSeqs"));
    assert_true(slice_is_nocase(slice_of("CSeq"), "csEQ"));
    assert_false(slice_is_nocase(slice_of("[{"), "{[")); // no letters, 0x20 apart
    assert_true(slice_is((struct slice){0}, ""));
    assert_true(slice_starts(slice_of("RTP/AVP"), "RTP/"));
    assert_false(slice_starts(slice_of("RT"), "RTP/"));
    assert_true(slice_starts_nocase(slice_of("rtp/AVP"), "RTP/"));
    struct guarded g = guarded_copy("RTP", 3);
    assert_false(slice_starts(guarded_slice(&g), "RTP/AVP"));
    assert_true(slice_equal_nocase(guarded_slice(&g), slice_of("rtp")));
    guarded_free(&g);
}

static void trims_and_unquotes(void **state)
{
    (void)state;
    assert_true(slice_is(slice_trim(slice_of(" \t\r\n a b \r\n\t ")), "a b"));
    assert_int_equal(slice_trim(slice_of(" \t ")).len, 0);
    assert_true(slice_is(slice_unquote(slice_of(" \"a b\" ")), "a b"));
    assert_true(slice_is(slice_unquote(slice_of("\"")), "\""));
    assert_true(slice_is(slice_unquote(slice_of("\"\"")), ""));
    assert_true(slice_is(slice_unquote(slice_of("\"a")), "\"a"));
    assert_int_equal(slice_trim((struct slice){0}).len, 0);
}

static void cuts(void **state)
{
    (void)state;
    struct slice before;
    struct slice rest = slice_of("a=b=c");
    assert_true(slice_cut(&rest, '=', &before));
    assert_true(slice_is(before, "a"));
    assert_true(slice_is(rest, "b=c"));
    assert_true(slice_cut(&rest, '=', &before));
    assert_false(slice_cut(&rest, '=', &before));
    assert_true(slice_is(before, "c"));
    assert_int_equal(rest.len, 0);
    rest = (struct slice){0};
    assert_false(slice_cut(&rest, '=', &before));
    assert_null(before.at);
}

static void lists(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *items; // each closed by a '|'
    } rows[] = {
        {"a;b;c", "a|b|c|"},
        {"", ""},
        {" ; ;", ""},
        {"a;; b ;", "a|b|"},
        {"x=\"1;2\";y", "x=\"1;2\"|y|"},
        {"x=\"1\\\";2\";y", "x=\"1\\\";2\"|y|"},
        {"x=\"1;2;y", "x=\"1;2;y|"},
        {"x=\"1;\\", "x=\"1;\\|"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct guarded g = guarded_copy(rows[i].text, strlen(rows[i].text));
        char joined[64];
        struct text t = text_of(joined, sizeof joined);
        struct slice item;
        for (struct slice rest = guarded_slice(&g); slice_next(&rest, ';', &item);) {
            text_slice(&t, item);
            text_add(&t, "|");
        }
        assert_string_equal(joined, rows[i].items);
        guarded_free(&g);
    }
}

static void lines_and_words(void **state)
{
    (void)state;
    struct slice part;
    struct slice rest = slice_of("a\r\nb\n\r\nc");
    static const char *const lines[] = {"a", "b", "", "c"};
    for (size_t i = 0; i < 4; i++) {
        assert_true(slice_line(&rest, &part));
        assert_true(slice_is(part, lines[i]));
    }
    assert_false(slice_line(&rest, &part));
    rest = slice_of(" one\t two ");
    assert_true(slice_word(&rest, &part));
    assert_true(slice_is(part, "one"));
    assert_true(slice_word(&rest, &part));
    assert_true(slice_is(part, "two"));
    assert_false(slice_word(&rest, &part));
}

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t max;
        bool good;
        uint64_t value;
    } rows[] = {
        {"0", 0, true, 0},
        {"65535", 65535, true, 65535},
        {"65536", 65535, false, 0},
        {"000123", 123, true, 123},
        {"5", 4, false, 0},
        {"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
        {"18446744073709551616", UINT64_MAX, false, 0},
        {"99999999999999999999999", UINT64_MAX, false, 0},
        {"", 10, false, 0},
        {"+1", 10, false, 0},
        {"-1", 10, false, 0},
        {" 1", 10, false, 0},
        {"1x", 10, false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t value = 77;
        assert_int_equal(slice_unsigned(slice_of(rows[i].text), rows[i].max, &value), rows[i].good);
        assert_true(value == (rows[i].good ? rows[i].value : 77));
    }
    uint32_t hex = 77;
    assert_true(slice_hex(slice_of("F32FA2C"), &hex));
    assert_int_equal(hex, 0xf32fa2c);
    assert_true(slice_hex(slice_of("ffffffff"), &hex));
    assert_true(hex == 0xffffffff);
    assert_false(slice_hex(slice_of("100000000"), &hex));
    assert_false(slice_hex(slice_of(""), &hex));
    assert_false(slice_hex(slice_of("0x12"), &hex));
}

static void copies_what_fits(void **state)
{
    (void)state;
    char out[4];
    assert_true(slice_copy(slice_of("abc"), out, sizeof out));
    assert_string_equal(out, "abc");
    assert_false(slice_copy(slice_of("abcd"), out, sizeof out));
    assert_string_equal(out, "");
    assert_false(slice_copy(slice_at("a\0b", 3), out, sizeof out));
    assert_true(slice_copy((struct slice){0}, out, 1));
}

static void text_stops_at_its_end(void **state)
{
    (void)state;
    char buffer[9];
    struct text t = text_of(buffer, sizeof buffer);
    text_add(&t, "12345");
    text_slice(&t, slice_of("678"));
    assert_false(t.failed);
    assert_string_equal(buffer, "12345678");
    text_add(&t, "");
    assert_false(t.failed);
    text_add(&t, "9");
    assert_true(t.failed);
    t = text_of(buffer, sizeof buffer);
    text_add(&t, "1234567");
    text_add(&t, "89"); // left out whole
    text_add(&t, "8");  // and the error sticks
    assert_true(t.failed);
    assert_string_equal(buffer, "1234567");
    t = text_of(buffer, 1);
    text_add(&t, "");
    assert_false(t.failed);
}

static void text_formats(void **state)
{
    (void)state;
    char buffer[128];
    struct text t = text_of(buffer, sizeof buffer);
    text_unsigned(&t, 0);
    text_add(&t, " ");
    text_unsigned(&t, UINT64_MAX);
    text_add(&t, " ");
    text_hex(&t, 0xf32fa2c);
    text_add(&t, " ");
    text_clean(&t, slice_at("a\r\nb\0c", 6));
    assert_string_equal(buffer, "0 18446744073709551615 0F32FA2C a  b c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares),
        cmocka_unit_test(trims_and_unquotes),
        cmocka_unit_test(cuts),
        cmocka_unit_test(lists),
        cmocka_unit_test(lines_and_words),
        cmocka_unit_test(numbers),
        cmocka_unit_test(copies_what_fits),
        cmocka_unit_test(text_stops_at_its_end),
        cmocka_unit_test(text_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
