// The words of the tour: none is missing in any language, and each language is told the same.
#include "tests/test.h"

#include "lab/io/sockets/tour_text.h"

#include <stdio.h>
#include <string.h>

// Which of {0} to {9} stand in a text, as bits; a place that is none fails.
static unsigned places_of(const char *text)
{
    unsigned places = 0;
    for (; (text = strchr(text, '{')); text++) {
        assert_true(text[1] >= '0' && text[1] <= '9' && text[2] == '}');
        places |= 1u << (text[1] - '0');
    }
    return places;
}

static void every_text_in_every_language(void **state)
{
    (void)state;
    for (int text = 0; text < TOUR_TEXTS; text++) {
        const char *english = tour_text(TOUR_EN, (enum tour_text)text);
        const char *portuguese = tour_text(TOUR_PT, (enum tour_text)text);
        assert_non_null(english);
        assert_non_null(portuguese);
        assert_true(*english && *portuguese);
        assert_int_equal(places_of(english), places_of(portuguese));
        assert_int_equal(english[strlen(english) - 1] == '\n',
                         portuguese[strlen(portuguese) - 1] == '\n');
    }
}

static void words_are_put_in(void **state)
{
    (void)state;
    char said[256] = "";
    FILE *file = fmemopen(said, sizeof said, "w");
    tour_say(file, TOUR_EN, TOUR_LOST_SOME, (const char *const[]){"88", "937", "9.4", NULL});
    tour_say(file, TOUR_PT, TOUR_ORDER_KEPT, (const char *const[]){NULL});
    fclose(file);
    assert_string_equal(said, "88 of 937 messages (9.4 %)como foram ditas");
}

static void letters_are_counted(void **state)
{
    (void)state;
    assert_int_equal(tour_width(""), 0);
    assert_int_equal(tour_width("lost"), 4);
    assert_int_equal(tour_width("n\xc3\xa3o"), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_in_every_language),
        cmocka_unit_test(words_are_put_in),
        cmocka_unit_test(letters_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
