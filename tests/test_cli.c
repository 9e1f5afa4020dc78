// A command line of a made-up program: what it takes, what it refuses, and in which words.
#include "tests/test.h"

#include "media/io/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
    int64_t count;
    double share;
    double time;
    const char *colour, *name;
    bool loud;
};

static bool set_count(void *count, const char *value, char *why)
{
    return cli_integer(value, &(struct cli_range){1, 10, NULL}, count, why);
}

static bool set_share(void *share, const char *value, char *why)
{
    return cli_number(value, &(struct cli_range){0, 0.5, NULL}, share, why);
}

static bool set_time(void *time, const char *value, char *why)
{
    return cli_number(value, &(struct cli_range){0.001, 1e7, "seconds"}, time, why);
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

static struct options options;

static const struct cli_option numbers[] = {
    {"count", "N", "how many\nand more of it", set_count, offsetof(struct options, count)},
    {"share", "X", "how much", set_share, offsetof(struct options, share)},
    {"time", "S", "how long", set_time, offsetof(struct options, time)},
    {0},
};
static const struct cli_option others[] = {
    {"colour-of-the-thing", "red|green|blue", "a long one", set_colour, 0},
    {"name", "TEXT", "a text", cli_text, offsetof(struct options, name)},
    {"loud", NULL, "a flag", cli_flag, offsetof(struct options, loud)},
    {0},
};
static const struct cli_group groups[] = {
    {.title = "Numbers", .table = numbers, .options = &options},
    {.title = "Others", .table = others, .options = &options},
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

// Parses a line of words, of which '' is an empty one, and keeps what is printed.
static int parse(const char *line)
{
    static char words[256]; // options and operands point into it
    char *argv[16];
    int argc = 0;
    snprintf(words, sizeof words, "prog %s", line);
    for (char *word = strtok(words, " "); word && argc < 15; word = strtok(NULL, " "))
        argv[argc++] = strcmp(word, "''") == 0 ? word + 2 : word;
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
    assert_int_equal(parse("--name any --time 2.5"), -1);
    assert_string_equal(options.name, "any");
    assert_true(options.time == 2.5);
    assert_false(options.loud);
}

static void errors_name_option_value_and_way_out(void **state)
{
    (void)state;
    static const struct {
        const char *line, *says;
    } rows[] = {
        {"--count many", "prog: --count many: not a number; must be a whole number from 1 to 10\n"},
        {"--count 11", "prog: --count 11: must be a whole number from 1 to 10\n"},
        {"--count 0", "prog: --count 0: must be a whole number from 1 to 10\n"},
        {"--count 2.5", "prog: --count 2.5: must be a whole number from 1 to 10\n"},
        {"--count 3x", "prog: --count 3x: not a number; must be"},
        {"--count nan", "prog: --count nan: not a number; must be"},
        {"--count 1e999", "prog: --count 1e999: not a number; must be"},
        {"--count ''", "prog: --count '': not a number; must be"},
        {"--share -1", "prog: --share -1: must be from 0 to 0.5\n"},
        {"--time 0", "prog: --time 0: must be from 0.001 to 10000000 seconds\n"},
        {"--time x", "prog: --time x: not a number; must be from 0.001 to 10000000 seconds\n"},
        {"--name ''", "prog: --name '': must not be empty\n"},
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

// A second table may have a name that the first has taken, or that is not wanted.
static void names_are_prefixed_or_left_out(void **state)
{
    (void)state;
    static const struct cli_option flags[] = {
        {"loud", NULL, "say more", cli_flag, 0},
        {"fast", NULL, "wait less", cli_flag, 1},
        {0},
    };
    static const char *const no_fast[] = {"fast", NULL};
    static const struct {
        const char *word;
        int status;
        bool first, second;
    } rows[] = {
        {"--loud", -1, true, false},
        {"--their-loud", -1, false, true},
        {"--fast", CLI_MISUSED, false, false},
        {"--their-fast", CLI_MISUSED, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool ours[2] = {0}, theirs[2] = {0}, hidden[2] = {0};
        const struct cli_group all[] = {
            {.title = "Ours", .table = flags, .options = ours, .without = no_fast},
            {.title = "Theirs",
             .table = flags,
             .options = theirs,
             .prefix = "their-",
             .without = no_fast},
            {.title = "Hidden", .table = flags, .options = hidden, .without = no_fast},
            {0},
        };
        const struct cli one = {.program = "prog",
                                .summary = "",
                                .usage = "",
                                .details = "",
                                .more = "",
                                .groups = all};
        char program[] = "prog", word[32];
        char *argv[] = {program, word, NULL};
        const char *none[1];
        snprintf(word, sizeof word, "%s", rows[i].word);
        assert_int_equal(cli_parse(&one, 2, argv, none), rows[i].status);
        assert_int_equal(ours[0], rows[i].first);
        assert_int_equal(theirs[0], rows[i].second);
        assert_false(hidden[0]);
    }
}

static void letters_stand_for_names(void **state)
{
    (void)state;
    static const char *const letters[] = {"l", "loud", "n", "name", NULL};
    static const struct cli_option table[] = {
        {"loud", NULL, "say more", cli_flag, offsetof(struct options, loud)},
        {"name", "NAME", "a name", cli_text, offsetof(struct options, name)},
        {0},
    };
    struct options set = {0};
    const struct cli_group all[] = {{.title = "All", .table = table, .options = &set}, {0}};
    const struct cli one = {.program = "prog",
                            .summary = "",
                            .usage = "",
                            .details = "",
                            .more = "",
                            .groups = all,
                            .letters = letters};
    char program[] = "prog", both[] = "-ln", value[] = "any", other[] = "-x";
    char *argv[] = {program, both, value, NULL};
    const char *none[1];
    assert_int_equal(cli_parse(&one, 3, argv, none), -1);
    assert_true(set.loud);
    assert_string_equal(set.name, "any");
    argv[2] = NULL;
    assert_int_equal(cli_parse(&one, 2, argv, none), CLI_MISUSED);
    argv[1] = other;
    assert_int_equal(cli_parse(&one, 2, argv, none), CLI_MISUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_right),
        cmocka_unit_test(errors_name_option_value_and_way_out),
        cmocka_unit_test(help_lists_all),
        cmocka_unit_test(names_are_prefixed_or_left_out),
        cmocka_unit_test(letters_stand_for_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
