#include "tests/test.h"

#include <stdbool.h>
#include <string.h>

#include "media/netem.h"

static bool parse(struct impair_spec *spec, const char *text, struct netem_error *error)
{
    struct guarded g = guarded_copy(text, strlen(text) + 1);
    bool ok = netem_parse(spec, (char *)g.data, error);
    guarded_free(&g);
    return ok;
}

static struct impair_spec parsed(const char *text)
{
    struct impair_spec spec = {0};
    struct netem_error error = {0};
    if (!parse(&spec, text, &error))
        fail_msg("'%s': %.*s: %s", text, (int)error.len, text + error.offset, error.what);
    return spec;
}

static void reads_everything(void **state)
{
    (void)state;
    struct impair_spec s =
        parsed("delay 40ms 10ms 25% distribution normal loss 5% 25% duplicate 1% reorder 25% 50% "
               "gap 5 corrupt 0.1% rate 128kbit -14 48 5 limit 1000 seed 7");
    assert_int_equal(s.delay, 40000);
    assert_int_equal(s.jitter, 10000);
    assert_true(s.delay_correlation == 0.25);
    assert_int_equal(s.distribution, DISTRIBUTION_NORMAL);
    assert_int_equal(s.loss.model, LOSS_RANDOM);
    assert_true(s.loss.p[0] == 0.05 && s.loss.p[1] == 0.25);
    assert_true(s.duplicate.p == 0.01 && s.duplicate.correlation == 0);
    assert_true(s.reorder.p == 0.25 && s.reorder.correlation == 0.5);
    assert_int_equal(s.gap, 5);
    assert_true(s.corrupt.p == 0.001);
    assert_int_equal(s.rate.rate, 128000);
    assert_int_equal(s.rate.packet_overhead, -14);
    assert_int_equal(s.rate.cell_size, 48);
    assert_int_equal(s.rate.cell_overhead, 5);
    assert_int_equal(s.limit, 1000);
    assert_true(s.has_seed && s.seed == 7);
    s = parsed("trace path/to/lte.csv corrupt 1%");
    assert_string_equal(s.trace_file, "path/to/lte.csv");
    assert_null(s.trace);
}

// What a text means, as the text that means the same and says everything.
static const struct {
    const char *text;
    const char *printed;
} meanings[] = {
    {"", ""},
    {"  \t\n", ""},
    {"delay 40ms", "delay 40ms"},
    {"latency 200", "delay 200us"},
    {"del 1s 1500us", "delay 1s 1500us"},
    {"delay 0 10ms", "delay 0s 10ms"},
    {"delay 5ms 0 10%", "delay 5ms 0s 10%"},
    {"delay 40ms 10ms dist pareto", "delay 40ms 10ms distribution pareto"},
    {"distribution paretonormal delay 40ms 10ms",
     "delay 40ms 10ms distribution paretonormal"}, // in any order
    {"delay 40ms 10ms distribution uniform", "delay 40ms 10ms"},
    {"loss 5", "loss random 5% 0%"},
    {"drop random 5% 25%", "loss random 5% 25%"},
    {"loss state 5%", "loss state 5% 95% 0% 100% 0%"},
    {"loss state 5% 50", "loss state 5% 50% 0% 100% 0%"},
    {"loss state 5% 50% 20%", "loss state 5% 50% 20% 100% 0%"},
    {"loss state 5% 50% 20% 30% 1%", "loss state 5% 50% 20% 30% 1%"},
    {"loss gemodel 1%", "loss gemodel 1% 99% 100% 0%"},
    {"loss gemodel 0.123456789%", "loss gemodel 0.123456789% 99.876543211% 100% 0%"},
    {"loss gemodel 1% 10%", "loss gemodel 1% 10% 100% 0%"},
    {"loss gemodel 1% 10% 70% 0.1%", "loss gemodel 1% 10% 70% 0.1%"},
    {"dup 1% 50%", "duplicate 1% 50%"},
    {"reorder 25% delay 10ms", "delay 10ms reorder 25%"},
    {"reorder 25% 50% gap 5 delay 10ms", "delay 10ms reorder 25% 50% gap 5"},
    {"reorder 0%", ""},
    {"corrupt 100% 100%", "corrupt 100% 100%"},
    {"rate 100000", "rate 100kbit"},
    {"rate 16kbps", "rate 128kbit"},
    {"rate 5kbit 20 100 5", "rate 5kbit 20 100 5"},
    {"rate 1gbit -14", "rate 1gbit -14 0 0"},
    {"rate 1mbit 0 48 -5", "rate 1mbit 0 48 -5"},
    {"limit 20 seed 18446744073709551615", "limit 20 seed 18446744073709551615"},
    {"seed 0", "seed 0"},
    {"trace a.csv duplicate 1% limit 5 seed 1", "duplicate 1% limit 5 seed 1 trace a.csv"},
};

static void means_what_tc_means_and_prints_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        char text[NETEM_TEXT_MAX];
        struct impair_spec spec = parsed(meanings[i].text);
        assert_true(netem_print(&spec, text, sizeof text));
        assert_string_equal(text, meanings[i].printed);
        struct impair_spec again = parsed(text);
        assert_memory_equal(&again.loss.p, &spec.loss.p, sizeof spec.loss.p); // to the last bit
        char text_again[NETEM_TEXT_MAX];
        assert_true(netem_print(&again, text_again, sizeof text_again));
        assert_string_equal(text_again, text);
    }
}

static void prints_only_what_fits(void **state)
{
    (void)state;
    struct impair_spec spec = parsed("delay 40ms");
    struct guarded g = guarded_copy("0123456789", 10);
    assert_false(netem_print(&spec, (char *)g.data, 0));
    assert_false(netem_print(&spec, (char *)g.data, 10));
    guarded_free(&g);
    g = guarded_copy("0123456789a", 11);
    assert_true(netem_print(&spec, (char *)g.data, 11));
    assert_string_equal((char *)g.data, "delay 40ms");
    guarded_free(&g);
}

static const struct {
    const char *text;
    const char *word; // that the error points at
    const char *what; // that the message begins with
} mistakes[] = {
    {"delay", "delay", "expected a time"},
    {"delay x", "x", "expected a time"},
    {"delay 40xs", "40xs", "expected a time"},
    {"delay nan", "nan", "expected a time"},
    {"delay 1e3", "1e3", "expected a time"},
    {"delay -5ms", "-5ms", "must not be negative"},
    {"delay 5ms -1ms", "-1ms", "must not be negative"},
    {"delay 5ms 1ms -1%", "-1%", "must not be negative"},
    {"delay 4295s", "4295s", "too long"},
    {"delay 5ms 1ms 101%", "101%", "more than 100 %"},
    {"delay 5ms 1ms 10% 3", "3", "unknown word"},
    {"delay 1ms loss 2% latency 3ms", "latency", "given twice"},
    {"delay 1ms delay 3ms", "delay", "given twice"},
    {"delay 5ms distribution normal", "distribution", "needs a jitter"},
    {"distribution normal", "distribution", "needs a jitter"},
    {"delay 5ms 1ms distribution", "distribution", "expected uniform"},
    {"delay 5ms 1ms distribution gauss", "gauss", "expected uniform"},
    {"loss", "loss", "expected a percentage, such as 5%, or random"},
    {"loss much", "much", "expected a percentage, such as 5%, or random"},
    {"loss random", "loss", "expected a percentage"},
    {"loss random x", "x", "expected a percentage"},
    {"loss 100.1%", "100.1%", "more than 100 %"},
    {"loss inf", "inf", "expected a percentage"},
    {"loss -1%", "-1%", "must not be negative"},
    {"loss 5%x", "5%x", "expected a percentage"},
    {"loss 5% 25% 1%", "1%", "unknown word"},
    {"loss state", "loss", "expected a percentage"},
    {"loss state 5% 50% 60%", "5% 50% 60%", "p13 + p14"},
    {"loss state 60% 10% 0% 100% 50% seed 1", "60% 10% 0% 100% 50%", "p13 + p14"},
    {"loss gemodel x", "x", "expected a percentage"},
    {"loss gemodel 1% 1% 1% 1% 1%", "1%", "unknown word"},
    {"loss 1% drop 2%", "drop", "given twice"},
    {"duplicate", "duplicate", "expected a percentage"},
    {"reorder 25%", "reorder", "needs a delay"},
    {"reorder 25% delay 0", "reorder", "needs a delay"},
    {"delay 5ms gap 5", "gap", "needs reorder"},
    {"delay 5ms reorder 0% gap 5", "gap", "needs reorder"},
    {"delay 5ms reorder 5% gap 0", "0", "expected a distance"},
    {"delay 5ms reorder 5% gap 1.5x", "1.5x", "expected a distance"},
    {"delay 5ms reorder 5% gap 4294967296", "4294967296", "too large"},
    {"corrupt 200", "200", "more than 100 %"},
    {"rate", "rate", "expected a rate"},
    {"rate 0", "0", "expected a rate"},
    {"rate 128kb", "128kb", "expected a rate"},
    {"rate -1kbit", "-1kbit", "must not be negative"},
    {"rate 2000gbit", "2000gbit", "too fast"},
    {"rate 1mbit -", "-", "expected a number of octets"},
    {"rate 1mbit 65536", "65536", "too large"},
    {"rate 1mbit 0 -48", "-48", "must not be negative"},
    {"rate 1mbit 0 48 -48", "-48", "takes away the whole cell"},
    {"limit", "limit", "expected a number of packets"},
    {"limit 0", "0", "expected a number of packets"},
    {"limit 1000001", "1000001", "too many packets"},
    {"seed", "seed", "expected a number"},
    {"seed -1", "-1", "expected a number"},
    {"seed 18446744073709551616", "18446744073709551616", "expected a number"},
    {"trace", "trace", "expected the name"},
    {"trace a.csv delay 5ms", "delay", "not with a trace"},
    {"loss 5% trace a.csv", "loss", "not with a trace"},
    {"rate 1mbit trace a.csv", "rate", "not with a trace"},
    {"trace a.csv reorder 0%", "reorder", "not with a trace"},
    {"slot 20ms", "slot", "netem's slot"},
    {"loss 1% ecn", "ecn", "netem's slot"},
    {"help", "help", "unknown word: expected delay"},
    {"de 40ms", "de", "unknown word"},
    {"delays 40ms", "delays", "unknown word"},
    {"40ms", "40ms", "unknown word"},
};

static void points_at_what_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        const char *text = mistakes[i].text;
        struct impair_spec spec = {.limit = 77};
        struct netem_error error = {0};
        if (parse(&spec, text, &error))
            fail_msg("'%s' was accepted", text);
        assert_int_equal(spec.limit, 77);
        assert_true(error.len > 0 && error.offset + error.len <= strlen(text));
        bool points = error.len == strlen(mistakes[i].word) &&
                      !memcmp(text + error.offset, mistakes[i].word, error.len);
        if (!points || strncmp(error.what, mistakes[i].what, strlen(mistakes[i].what)) != 0)
            fail_msg("'%s': '%.*s': %s", text, (int)error.len, text + error.offset, error.what);
    }
}

static void refuses_a_long_file_name(void **state)
{
    (void)state;
    char text[6 + IMPAIR_TRACE_FILE + 1] = "trace ";
    struct impair_spec spec;
    struct netem_error error;
    memset(text + 6, 'x', IMPAIR_TRACE_FILE);
    assert_false(parse(&spec, text, &error));
    assert_int_equal(error.len, IMPAIR_TRACE_FILE);
    text[6 + IMPAIR_TRACE_FILE - 1] = 0;
    assert_true(parse(&spec, text, &error));
    assert_int_equal(strlen(spec.trace_file), IMPAIR_TRACE_FILE - 1);
}

static void shows_the_word_under_the_text(void **state)
{
    (void)state;
    const char *text = "delay\t40ms loss 5x seed 1";
    struct impair_spec spec;
    struct netem_error error;
    char shown[128];
    assert_false(parse(&spec, text, &error));
    netem_error_show(&error, text, shown, sizeof shown);
    assert_string_equal(shown, "delay 40ms loss 5x seed 1\n"
                               "                ^^");
    text = "trace \xc3\xa4.csv nix"; // two octets, one column
    assert_false(parse(&spec, text, &error));
    netem_error_show(&error, text, shown, sizeof shown);
    assert_string_equal(shown, "trace \xc3\xa4.csv nix\n"
                               "            ^^^");
    struct guarded g = guarded_copy("0123456789", 10);
    netem_error_show(&error, text, (char *)g.data, 10);
    assert_string_equal((char *)g.data, "trace \xc3\xa4.");
    netem_error_show(&error, text, (char *)g.data, 0);
    guarded_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_everything),
        cmocka_unit_test(means_what_tc_means_and_prints_it),
        cmocka_unit_test(prints_only_what_fits),
        cmocka_unit_test(points_at_what_is_wrong),
        cmocka_unit_test(refuses_a_long_file_name),
        cmocka_unit_test(shows_the_word_under_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
