#include "tests/test.h"

#include "media/io/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
    int64_t count;
    double share;
    const char *colour;
    bool loud;
};

static bool set_count(void *options, const char *value, char *why)
{
    return cli_integer(value, 1, 10, &((struct options *)options)->count, why);
}

static bool set_share(void *options, const char *value, char *why)
{
    return cli_number(value, 0, 0.5, &((struct options *)options)->share, why);
}

static bool set_colour(void *options, const char *value, char *why)
{
    static const char *const words[] = {"red", "green", "blue", NULL};
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    ((struct options *)options)->colour = words[index];
    return true;
}

static bool set_loud(void *options, const char *value, char *why)
{
    (void)value;
    (void)why;
    ((struct options *)options)->loud = true;
    return true;
}

static struct options options;

static const struct cli_option numbers[] = {
    {"count", "N", "how many\nand more of it", set_count},
    {"share", "X", "how much", set_share},
    {0},
};
static const struct cli_option others[] = {
    {"colour-of-the-thing", "red|green|blue", "a long one", set_colour},
    {"loud", NULL, "a flag", set_loud},
    {0},
};
static const struct cli_group groups[] = {
    {"Numbers", numbers, &options},
    {"Others", others, &options},
    {0},
};
static const struct cli cli = {
    .program = "prog",
    .summary = "does things",
    .usage = "[options] [FILE]",
    .details = "Details.\n",
    .more = "More.\n",
    .groups = groups,
    .operands_max = 1,
};

static const char *operands[2];
static char said[8192]; // on standard output and error together

// Parses a line of words, and keeps what is printed.
static int parse(const char *line)
{
    char words[256], *argv[16];
    int argc = 0;
    snprintf(words, sizeof words, "prog %s", line);
    for (char *word = strtok(words, " "); word && argc < 15; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    options = (struct options){0};
    FILE *file = tmpfile();
    fflush(stdout);
    fflush(stderr);
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    dup2(fileno(file), STDOUT_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    int status = cli_parse(&cli, argc, argv, operands);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    rewind(file);
    said[fread(said, 1, sizeof said - 1, file)] = '\0';
    fclose(file);
    return status;
}

static void takes_what_is_right(void **state)
{
    (void)state;
    assert_int_equal(parse("--count 3 --share=0.25 file --colour-of-the-thing green --loud"), -1);
    assert_string_equal(said, "");
    assert_int_equal(options.count, 3);
    assert_true(options.share == 0.25);
    assert_string_equal(options.colour, "green");
    assert_true(options.loud);
    assert_string_equal(operands[0] ? "file" : "", "file");
    assert_null(operands[1]);
    assert_int_equal(parse(""), -1);
    assert_null(operands[0]);
    assert_int_equal(parse("-- --loud"), -1); // an operand that looks like an option
    assert_false(options.loud);
    assert_non_null(operands[0]);
    assert_int_equal(parse("--col blue"), -1); // as short as it is clear
    assert_string_equal(options.colour, "blue");
}

static void errors_name_option_value_and_way_out(void **state)
{
    (void)state;
    static const struct {
        const char *line, *says;
    } rows[] = {
        {"--count many", "prog: --count many: not a number\n"},
        {"--count 11", "prog: --count 11: must be from 1 to 10\n"},
        {"--count 0", "prog: --count 0: must be from 1 to 10\n"},
        {"--count 2.5", "prog: --count 2.5: must be a whole number\n"},
        {"--count 3x", "prog: --count 3x: not a number\n"},
        {"--count nan", "prog: --count nan: not a number\n"},
        {"--count 1e999", "prog: --count 1e999: not a number\n"},
        {"--share -1", "prog: --share -1: must be from 0 to 0.5\n"},
        {"--colour-of-the-thing pink", "pink: must be one of red, green, blue\n"},
        {"--share", "prog: --share needs a value\n"},
        {"--size 3", "prog: no such option: --size\n"},
        {"--loud=3", "prog: --loud=3: --loud takes no value\n"},
        {"-x", "prog: no such option: -x\n"},
        {"-abc", "prog: no such option: -a\n"},
        {"file -v", "prog: no such option: -v\n"},
        {"one two", "prog: one word too many: two\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(parse(rows[i].line), CLI_MISUSED);
        if (!strstr(said, rows[i].says))
            fail_msg("%s -> %s", rows[i].line, said);
        if (!strstr(said, "Try: prog --help\n"))
            fail_msg("no way out: %s", said);
    }
}

static void help_lists_all(void **state)
{
    (void)state;
    assert_int_equal(parse("--help"), CLI_DONE);
    static const char *const parts[] = {
        "prog - does things\n",
        "Usage: prog [options] [FILE]\n",
        "Details.\n",
        "Numbers:\n",
        "  --count N",
        "how many\n                          and more of it\n",
        "  --share X",
        "Others:\n",
        "  --colour-of-the-thing red|green|blue\n                          a long one\n",
        "  --loud ",
        "  --help ",
        "  --version ",
        "More.\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(said, parts[i]))
            fail_msg("\"%s\" is not in:\n%s", parts[i], said);
    assert_int_equal(parse("--version"), CLI_DONE);
    assert_string_equal(said, "prog " VOZ_VERSION "\n");
    // the first that decides
    assert_int_equal(parse("--bad --help"), CLI_MISUSED);
    assert_int_equal(parse("--help --bad"), CLI_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_right),
        cmocka_unit_test(errors_name_option_value_and_way_out),
        cmocka_unit_test(help_lists_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
