// A bad network in front of a loop, and the option that describes it.
#include "tests/test.h"

#include "media/io/cli.h"
#include "media/io/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WHY_MAX 2048

struct got {
    struct loop *loop;
    int count;
    int wanted; // stop the loop then
    usec when[64];
    uint64_t tags[64];
    size_t lens[64];
};

static void take(void *ctx, usec when, const void *data, size_t len, uint64_t tag)
{
    struct got *got = ctx;
    assert_memory_equal(data, "hello", len < 5 ? len : 5);
    if (got->count < 64) {
        got->when[got->count] = when;
        got->tags[got->count] = tag;
        got->lens[got->count] = len;
    }
    if (++got->count == got->wanted)
        loop_stop(got->loop);
}

static struct impair_spec spec_of(const char *text)
{
    struct impair_spec spec;
    char why[WHY_MAX];
    if (!path_spec(text, &spec, why, sizeof why))
        fail_msg("%s", why);
    return spec;
}

static void clean_path_hands_on_at_once(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct got got = {.loop = loop};
    struct impair_spec clean = {0};
    struct path *path = path_new(loop, &clean, 1, take, &got);
    path_input(path, 1000, "hello", 5, 42);
    assert_int_equal(got.count, 1);
    assert_true(got.when[0] == 1000);
    assert_true(got.tags[0] == 42);
    path_run(path, 5000);
    path_free(path);
    path_free(NULL);
    loop_free(loop);
}

static void delay_comes_from_the_loop(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct got got = {.loop = loop, .wanted = 3};
    struct impair_spec spec = spec_of("delay 20ms");
    struct path *path = path_new(loop, &spec, 1, take, &got);
    usec start = loop_now();
    for (uint64_t i = 0; i < 3; i++)
        path_input(path, start + (usec)i * USEC_MS, "hello", 5 - i, i);
    assert_int_equal(got.count, 0);
    loop_run(loop);
    assert_true(loop_now() >= start + 22 * USEC_MS);
    for (int i = 0; i < 3; i++) { // the instant it left, not the one the loop woke up
        assert_true(got.when[i] == start + 20 * USEC_MS + i * USEC_MS);
        assert_int_equal(got.tags[i], i);
        assert_int_equal(got.lens[i], 5 - i);
    }
    path_free(path);
    loop_free(loop);
}

static void what_is_due_can_be_fetched(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct got got = {.loop = loop};
    struct impair_spec spec = spec_of("delay 1s");
    struct path *path = path_new(loop, &spec, 1, take, &got);
    path_input(path, 0, "hello", 5, 0);
    path_input(path, USEC_SECOND / 2, "hello", 5, 1);
    path_run(path, USEC_SECOND - 1);
    assert_int_equal(got.count, 0);
    path_run(path, USEC_SECOND);
    assert_int_equal(got.count, 1);
    path_run(path, USEC_NEVER - 1); // all that is on its way
    assert_int_equal(got.count, 2);
    path_input(path, 9 * USEC_SECOND, "hello", 5, 2);
    path_free(path); // drops it
    assert_int_equal(got.count, 2);
    loop_free(loop);
}

// Turned, what is on its way stays; a clean path becomes another, and another a clean one.
static void a_path_is_turned_while_it_runs(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct got got = {.loop = loop};
    struct impair_spec clean = {0}, slow = spec_of("delay 1s"), gone = spec_of("loss 100%");
    struct path *path = path_new(loop, &clean, 1, take, &got);
    assert_true(path_turn(path, &slow, 1));
    path_input(path, 0, "hello", 5, 0);
    assert_true(path_turn(path, &gone, 1));
    path_input(path, 1, "hello", 5, 1);
    assert_true(path_turn(path, &clean, 1));
    path_input(path, 2, "hello", 5, 2);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.tags[0], 2);
    path_run(path, USEC_SECOND);
    assert_int_equal(got.count, 2);
    assert_int_equal(got.tags[1], 0);
    path_free(path);
    loop_free(loop);
}

static void same_seed_same_losses(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct got got[2] = {{.loop = loop}, {.loop = loop}};
    struct impair_spec spec = spec_of("loss 50%");
    for (int i = 0; i < 2; i++) {
        struct path *path = path_new(loop, &spec, 99, take, &got[i]);
        for (uint64_t n = 0; n < 60; n++)
            path_input(path, (usec)n, "hello", 5, n);
        path_free(path);
    }
    assert_in_range(got[0].count, 10, 50);
    assert_int_equal(got[0].count, got[1].count);
    assert_memory_equal(got[0].tags, got[1].tags, sizeof got[0].tags);
    loop_free(loop);
}

static void bad_words_are_pointed_at(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says, *points;
    } rows[] = {
        {"lass 5%", "lass", "^"},
        {"loss 5% dely 10ms", "dely", "^"},
        {"loss lots", "lots", "^"},
        {"delay", "delay", "^"},
        {"trace /nowhere/at/all.csv", "/nowhere/at/all.csv: No such file", ""},
        {"trace /", "/", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct impair_spec spec;
        char why[WHY_MAX];
        assert_false(path_spec(rows[i].text, &spec, why, sizeof why));
        if (!strstr(why, rows[i].says) || !strstr(why, rows[i].points))
            fail_msg("%s -> %s", rows[i].text, why);
        // the mark stands under the word
        const char *mark = strrchr(why, '^'), *word = strstr(rows[i].text, rows[i].says);
        if (mark && word && !strchr(mark, '\n')) {
            const char *line = mark;
            while (line > why && line[-1] != '\n')
                line--;
            const char *shown = line - 1;
            while (shown > why && shown[-1] != '\n')
                shown--;
            const char *at = strstr(shown, rows[i].says);
            assert_true(at && at < line);
            assert_in_range(mark - line, at - shown, at - shown + (long)strlen(rows[i].says));
        }
    }
}

static void trace_is_read_from_a_file(void **state)
{
    (void)state;
    char name[] = "/tmp/voz-trace-XXXXXX", text[128], why[WHY_MAX];
    int fd = mkstemp(name);
    FILE *file = fdopen(fd, "w");
    fputs("seq,send_ms,recv_ms\n0,0,10\n1,20,\n2,40,55\n", file);
    fclose(file);
    snprintf(text, sizeof text, "trace %s", name);
    struct loop *loop = loop_new();
    struct got got = {.loop = loop};
    struct impair_spec spec = spec_of(text);
    struct path *path = path_new(loop, &spec, 1, take, &got);
    for (uint64_t n = 0; n < 3; n++)
        path_input(path, (usec)n * 20 * USEC_MS, "hello", 5, n);
    path_run(path, USEC_SECOND);
    assert_int_equal(got.count, 2); // the second one is lost
    assert_int_equal(got.tags[1], 2);
    path_free(path);
    path_spec_free(&spec);
    loop_free(loop);
    file = fopen(name, "w");
    fputs("seq,send_ms,recv_ms\n0,0,10\n1,twenty,\n", file);
    fclose(file);
    assert_false(path_spec(text, &spec, why, sizeof why));
    assert_non_null(strstr(why, "line 3"));
    unlink(name);
}

static void the_option_wants_words(void **state)
{
    (void)state;
    struct impair_spec spec = {0};
    char why[CLI_WHY_MAX];
    static const char *const nothing[] = {"", " ", "\t \n"};
    for (int i = 0; i < 3; i++) {
        assert_false(path_option(&spec, nothing[i], why));
        assert_non_null(strstr(why, "leave --netem out"));
    }
    assert_false(path_option(&spec, "lose 5%", why));
    assert_true(path_option(&spec, "loss 5%", why));
    assert_false(impair_is_clean(&spec));
    assert_true(path_option(&spec, "delay 3ms", why)); // the last one counts
    assert_int_equal(spec.delay, 3 * USEC_MS);
    path_spec_free(&spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_path_hands_on_at_once),
        cmocka_unit_test(delay_comes_from_the_loop),
        cmocka_unit_test(what_is_due_can_be_fetched),
        cmocka_unit_test(a_path_is_turned_while_it_runs),
        cmocka_unit_test(same_seed_same_losses),
        cmocka_unit_test(bad_words_are_pointed_at),
        cmocka_unit_test(trace_is_read_from_a_file),
        cmocka_unit_test(the_option_wants_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
