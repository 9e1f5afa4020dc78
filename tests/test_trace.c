#include "tests/test.h"

#include <string.h>

#include "media/trace.h"

static struct trace *parse(const char *text, struct trace_error *error)
{
    struct guarded g = guarded_copy(text, strlen(text));
    struct trace *trace = trace_parse((char *)g.data, g.len, error);
    guarded_free(&g);
    return trace;
}

static const struct {
    const char *text;
    size_t count;
    usec delay[4];
} good[] = {
    {"seq,send_ms,recv_ms\n0,0.000,40.120\n1,20.000,\n2,40,40\n", 3, {40120, USEC_NEVER, 0}},
    {"0,0.000,40.120\r\n1,20.000,\r\n", 2, {40120, USEC_NEVER}},
    {"7,0,1\n9,0,1.5", 3, {1000, USEC_NEVER, 1500}}, // 8 is missing; no newline at the end
    {"\n 0 , 0.5 , 1.0 \n\n\t1,\t1,\t\n", 2, {500, USEC_NEVER}},
    {"0,1.0009,2.0001\n", 1, {1000}}, // digits beyond microseconds are not read
    {"0,0.5,1.\n", 1, {500}},
    {"0,0,", 1, {USEC_NEVER}},
    {"seq,send_ms,recv_ms\r\n0,0,1\r\n", 1, {1000}},
};

static void reads_delays(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct trace_error error = {0};
        struct trace *trace = parse(good[i].text, &error);
        if (!trace) {
            fail_msg("'%s': line %zu: %s", good[i].text, error.line, error.what);
            return;
        }
        assert_int_equal(trace->count, good[i].count);
        assert_memory_equal(trace->delay, good[i].delay, trace->count * sizeof(usec));
        trace_free(trace);
    }
}

static const struct {
    const char *text;
    size_t line;
    const char *what;
} bad[] = {
    {"", 1, "the file is empty"},
    {"\n\n", 3, "there is no packet"},
    {"seq,send_ms,recv_ms\n", 2, "there is no packet"},
    {"what is this\n", 1, "seq is not a number"},
    {"0,0,1\nseq,send_ms,recv_ms\n", 2, "seq is not a number"},
    {"x,0,1\n", 1, "seq is not a number"},
    {",0,1\n", 1, "seq is not a number"},
    {"-1,0,1\n", 1, "seq is not a number"},
    {"1.5,0,1\n", 1, "seq is not a number"},
    {"99999999999999999999,0,1\n", 1, "seq is not a number"},
    {"0,0,1\n1,abc,1\n", 2, "send_ms is not a number"},
    {"0,,1\n", 1, "send_ms is not a number"},
    {"0\n", 1, "send_ms is not a number"},
    {"0,.5,1\n", 1, "send_ms is not a number"},
    {"0,1e3,1\n", 1, "send_ms is not a number"},
    {"0,99999999999999999999,1\n", 1, "send_ms is not a number"},
    {"0,20\n", 1, "too few fields"},
    {"0,0,lost\n", 1, "recv_ms is not a number"},
    {"0,0,nan\n", 1, "recv_ms is not a number"},
    {"0,0,1,2\n", 1, "recv_ms is not a number"},
    {"0,0,1 2\n", 1, "recv_ms is not a number"},
    {"0,20,19.999\n", 1, "received before it was sent"},
    {"0,0,1\n\n0,20,21\n", 3, "seq is not greater"},
    {"5,0,1\n4,20,21\n", 2, "seq is not greater"},
    {"0,0,1\n10000000,20,21\n", 2, "too many packets"},
};

static void names_line_and_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct trace_error error = {0};
        if (parse(bad[i].text, &error))
            fail_msg("'%s' was accepted", bad[i].text);
        if (error.line != bad[i].line || strncmp(error.what, bad[i].what, strlen(bad[i].what)) != 0)
            fail_msg("'%s': line %zu: %s", bad[i].text, error.line, error.what);
    }
}

static void zero_octets_are_text_too(void **state)
{
    (void)state;
    struct trace_error error;
    assert_null(trace_parse("0,0,\0001\n", 8, &error));
    assert_int_equal(error.line, 1);
    assert_null(trace_parse(NULL, 0, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_delays),
        cmocka_unit_test(names_line_and_reason),
        cmocka_unit_test(zero_octets_are_text_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
