// A path turned by hand: each step, the ends of the scales, and what has no dial.
#include "tests/test.h"

#include "lab/dial.h"
#include "media/netem.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static struct impair_spec spec_of(const char *text)
{
    struct impair_spec spec;
    struct netem_error error;
    if (!netem_parse(&spec, text, &error))
        fail_msg("'%s': %s", text, error.what);
    return spec;
}

static void steps(void **state)
{
    (void)state;
    static const struct {
        const char *from, *keys, *to; // L, l: more, less loss; D, d: delay
    } rows[] = {
        {"", "L", "loss 1%"},
        {"", "LLLL", "loss 10%"},
        {"", "LLll", "loss 0%"},
        {"", "l", "loss 0%"},
        {"loss 10%", "L", "loss 15%"},
        {"loss 7%", "L", "loss 10%"},
        {"loss 7%", "l", "loss 5%"},
        {"loss 50%", "L", "loss 50%"},
        {"loss 80%", "L", "loss 80%"}, // beyond the scale
        {"loss 80%", "l", "loss 50%"},
        {"loss 10% 30%", "l", "loss 5% 30%"}, // bursts stay,
        {"loss 1% 30%", "lL", "loss 1% 30%"}, // at no loss, too
        {"delay 50ms 10ms", "DL", "delay 75ms 10ms loss 1%"},
        {"delay 10ms", "dd", ""},
        {"delay 500ms", "D", "delay 500ms"},
        {"delay 42ms rate 1mbit", "dD", "delay 50ms rate 1mbit"},
        {"loss gemodel 2% 20%", "D", "delay 10ms loss gemodel 2% 20%"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct impair_spec spec = spec_of(rows[i].from), wanted = spec_of(rows[i].to);
        char text[NETEM_TEXT_MAX], expected[NETEM_TEXT_MAX];
        for (const char *k = rows[i].keys; *k; k++) {
            bool up = *k == 'L' || *k == 'D';
            assert_true(*k == 'L' || *k == 'l' ? dial_loss(&spec, up) : dial_delay(&spec, up));
        }
        netem_print(&spec, text, sizeof text);
        netem_print(&wanted, expected, sizeof expected);
        assert_string_equal(text, expected);
    }
}

static void what_decides_by_itself_has_no_dial(void **state)
{
    (void)state;
    static const char *const texts[] = {"loss gemodel 2% 20%", "loss state 2% 30%", "trace x.csv"};
    struct trace trace = {0};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct impair_spec spec = spec_of(texts[i]);
        if (spec.trace_file[0])
            spec.trace = &trace;
        struct impair_spec before = spec;
        assert_false(dial_loss(&spec, true) || dial_loss(&spec, false));
        assert_int_equal(dial_delay(&spec, true), !spec.trace);
        if (spec.trace)
            assert_memory_equal(&spec, &before, sizeof spec);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps),
        cmocka_unit_test(what_decides_by_itself_has_no_dial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
