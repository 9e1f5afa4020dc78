// What may stand for SOURCE, before anything is opened.
#include "tests/test.h"

#include "media/io/input.h"

#include <string.h>

static void names_are_checked_before_anything_is_opened(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        const char *says; // NULL: it is fine
    } rows[] = {
        {"speech", NULL},
        {"speech:", NULL},
        {"speech:en", NULL},
        {"speech:pt", NULL},
        {"speech:xx", "speech:en and speech:pt"},
        {"tone", NULL},
        {"tone:1", NULL},
        {"tone:20000", NULL},
        {"tone:440.5", NULL},
        {"tone:0.9", "tone:0.9 is not a frequency from 1 to 20000 Hz"},
        {"tone:99999", "tone:99999 is not a frequency from 1 to 20000 Hz"},
        {"tone:abc", "tone:abc is not a frequency"},
        {"tone:440x", "tone:440x is not a frequency"},
        {"tone:nan", "tone:nan is not a frequency"},
        {"mic", NULL},
        {"mic:of another room", NULL}, // there or not: opening it tells
        {"-", NULL},
        {"no/such/file.wav", NULL},
        {"tones", NULL}, // a file
        {"./tone:abc", NULL},
        {"", "The SOURCE is empty"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char why[INPUT_TEXT] = "";
        if (input_check(rows[i].source, why, sizeof why) != !rows[i].says ||
            (rows[i].says && !strstr(why, rows[i].says)))
            fail_msg("%s -> %s", rows[i].source, why);
    }
}

static void opening_checks_as_well(void **state)
{
    (void)state;
    static const char *const sources[] = {"tone:abc", "speech:xx", ""};
    for (int i = 0; i < 3; i++) {
        char why[INPUT_TEXT] = "";
        struct input_config config = {.source = sources[i], .channels = 1};
        assert_null(input_open(&config, why, sizeof why));
        assert_true(why[0]);
    }
}

static void a_tone_and_the_speech_are_read_and_begin_again(void **state)
{
    (void)state;
    static const char *const sources[] = {"tone:1000", "speech:pt"};
    for (int i = 0; i < 2; i++) {
        char why[INPUT_TEXT];
        int16_t first[960], again[960];
        struct input_config config = {.source = sources[i], .channels = 1};
        struct input *in = input_open(&config, why, sizeof why);
        assert_non_null(in);
        assert_false(input_is_live(in));
        assert_true(input_ready(in, 0, 960));
        assert_int_equal(input_read(in, 0, first, 960), 960);
        assert_true(input_rewind(in));
        assert_int_equal(input_read(in, 0, again, 960), 960);
        if (i == 1) // a tone has no beginning
            assert_memory_equal(first, again, sizeof first);
        assert_null(input_warning(in));
        assert_null(input_news(in, 0));
        assert_true(input_next(in) == USEC_NEVER);
        input_close(in);
    }
    input_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_checked_before_anything_is_opened),
        cmocka_unit_test(opening_checks_as_well),
        cmocka_unit_test(a_tone_and_the_speech_are_read_and_begin_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
