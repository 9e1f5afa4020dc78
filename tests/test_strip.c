// A side of a duel as cells: by time, by what most of a cell was, and with what comes too late.
#include "tests/test.h"

#include "lab/strip.h"

#include <stdio.h>
#include <string.h>

#define MS(n) ((n)*USEC_MS)

static const char letters[STRIP_KINDS + 1] = ".=rxlw";

// The last `n` cells, oldest first.
static const char *cells(const struct strip *s, size_t n)
{
    static char text[STRIP_CELLS + 1];
    for (size_t i = 0; i < n; i++)
        text[i] = letters[strip_cell(s, n - 1 - i).kind];
    text[n] = '\0';
    return text;
}

static enum strip_kind kind_of(char letter)
{
    return (enum strip_kind)(strchr(letters, letter) - letters);
}

// A letter for each 20 ms from `at` on; packets are numbered by their cell.
static void hear(struct strip *s, usec at, const char *what)
{
    for (size_t i = 0; what[i]; i++, at += MS(20))
        if (what[i] != '.')
            strip_heard(s, &(struct strip_sound){.at = at,
                                                 .samples = 960,
                                                 .kind = kind_of(what[i]),
                                                 .seq = (uint16_t)(at / MS(20)),
                                                 .delay = MS(70)});
}

static void cells_stand_where_they_were_heard(void **state)
{
    (void)state;
    struct strip s = {0};
    hear(&s, MS(60), "==x=r");
    assert_string_equal(cells(&s, 8), "...==x=r");
    strip_pass(&s, MS(200));
    assert_string_equal(cells(&s, 10), "...==x=r..");
    assert_int_equal(strip_cell(&s, 4).delay, MS(70));
    assert_int_equal(strip_cell(&s, 10).kind, STRIP_SILENT); // before instant 0
    assert_int_equal(strip_cell(&s, STRIP_CELLS).kind, STRIP_SILENT);
}

static void a_cell_is_what_most_of_it_was(void **state)
{
    (void)state;
    struct strip s = {0};
    struct strip_sound sound = {.samples = 500, .kind = STRIP_PLAYED};
    strip_heard(&s, &sound);
    sound = (struct strip_sound){
        .at = usec_from_units(500, 48000), .samples = 1500, .kind = STRIP_WAITING};
    strip_heard(&s, &sound);
    assert_string_equal(cells(&s, 2), "=w");
}

static void what_comes_after_its_turn_was_late(void **state)
{
    (void)state;
    struct strip s = {0};
    hear(&s, 0, "=xx=");
    strip_came(&s, 2);
    assert_string_equal(cells(&s, 4), "=xl=");
    strip_came(&s, 3); // was played
    strip_came(&s, 77);
    assert_string_equal(cells(&s, 4), "=xl=");
    // half a cell is not complete yet
    strip_heard(&s,
                &(struct strip_sound){.at = MS(80), .samples = 600, .kind = STRIP_LOST, .seq = 4});
    strip_came(&s, 4);
    hear(&s, MS(92) + 500, "=");
    assert_string_equal(cells(&s, 5), "=xl=l");
}

static void stalls_are_long_ones(void **state)
{
    (void)state;
    static const struct {
        const char *heard;
        uint64_t stalls;
        usec longest;
    } rows[] = {
        {"====", 0, 0},
        {"=xx==x=ww=", 0, 0}, // 40 ms at most
        {"=xxx==", 1, MS(60)},
        {"=wwwwww", 1, MS(120)}, // lasts
        {"=xwl=wwwww=xxx", 3, MS(100)},
        {"=xxrxx=", 0, 0},
        {"==....==", 0, 0}, // silence is none
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct strip s = {0};
        hear(&s, 0, rows[i].heard);
        assert_int_equal(strip_figures(&s).stalls, rows[i].stalls);
        assert_int_equal(strip_figures(&s).longest, rows[i].longest);
    }
}

static void shares_are_of_the_last_ten_seconds(void **state)
{
    (void)state;
    struct strip s = {0};
    assert_true(strip_figures(&s).missing == 0 && strip_figures(&s).delay == 0);
    hear(&s, 0, "....=xr=wr=l==");
    assert_true(strip_figures(&s).missing == 0.3);
    assert_true(strip_figures(&s).repaired == 0.2);
    assert_int_equal(strip_figures(&s).delay, MS(70));
    for (int i = 14; i < 14 + STRIP_CELLS; i++)
        hear(&s, MS(20) * i, "=");
    assert_true(strip_figures(&s).missing == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_stand_where_they_were_heard),
        cmocka_unit_test(a_cell_is_what_most_of_it_was),
        cmocka_unit_test(what_comes_after_its_turn_was_late),
        cmocka_unit_test(stalls_are_long_ones),
        cmocka_unit_test(shares_are_of_the_last_ten_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
