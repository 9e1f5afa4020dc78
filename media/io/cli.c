// The command line: see cli.h. getopt_long does the parsing.
#include "media/io/cli.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_MAX 64
#define HELP_COLUMN 26

enum { OPTION_HELP = 256, OPTION_VERSION, OPTION_FIRST }; // above what a character is

static void print_help_text(const char *help)
{
    for (const char *end; (end = strchr(help, '\n')); help = end + 1)
        printf("%.*s\n%*s", (int)(end - help), help, HELP_COLUMN, "");
    printf("%s\n", help);
}

static void print_option(const struct cli_option *o)
{
    char left[96];
    int n = snprintf(left, sizeof left, "  --%s%s%s", o->name, o->value ? " " : "",
                     o->value ? o->value : "");
    printf("%-*s", HELP_COLUMN, left);
    if (n >= HELP_COLUMN)
        printf("\n%*s", HELP_COLUMN, "");
    print_help_text(o->help);
}

static void print_help(const struct cli *cli)
{
    printf("%s - %s\n\nUsage: %s %s\n\n%s", cli->program, cli->summary, cli->program, cli->usage,
           cli->details);
    for (const struct cli_group *g = cli->groups; g->title; g++) {
        printf("\n%s:\n", g->title);
        for (const struct cli_option *o = g->table; o->name; o++)
            print_option(o);
    }
    printf("\nHelp:\n");
    print_option(&(struct cli_option){"help", NULL, "this text", NULL});
    print_option(&(struct cli_option){"version", NULL, "the version", NULL});
    printf("\n%s", cli->more);
}

static int misused(const struct cli *cli, const char *option, const char *value, const char *why)
{
    if (value)
        fprintf(stderr, "%s: --%s %s: %s\n", cli->program, option, value, why);
    else
        fprintf(stderr, "%s: %s\n", cli->program, why);
    fprintf(stderr, "Try: %s --help\n", cli->program);
    return CLI_MISUSED;
}

static void fill_table(const struct cli *cli, struct option *table,
                       const struct cli_option **options, void **targets)
{
    size_t n = 0;
    table[n++] = (struct option){"help", no_argument, NULL, OPTION_HELP};
    table[n++] = (struct option){"version", no_argument, NULL, OPTION_VERSION};
    for (const struct cli_group *g = cli->groups; g->title; g++)
        for (const struct cli_option *o = g->table; o->name && n < OPTIONS_MAX; o++, n++) {
            table[n] = (struct option){o->name, o->value ? required_argument : no_argument, NULL,
                                       OPTION_FIRST + (int)n};
            options[n] = o;
            targets[n] = g->options;
        }
    table[n] = (struct option){0};
}

static int take_operands(const struct cli *cli, int argc, char **argv, const char **operands)
{
    size_t n = 0;
    for (int i = optind; i < argc; i++) {
        if (n == cli->operands_max) {
            char why[CLI_WHY_MAX];
            snprintf(why, sizeof why, "one word too many: %s", argv[i]);
            return misused(cli, NULL, NULL, why);
        }
        operands[n++] = argv[i];
    }
    operands[n] = NULL;
    return -1;
}

// Of a long option by its number; NULL: there is none.
static const char *name_of(const struct option *table, int number)
{
    for (; table->name; table++)
        if (table->val == number)
            return table->name;
    return NULL;
}

// What getopt_long found at fault. A long option stands in the word before the next one; a short
// one, of which there are none, only in optopt, since its word may hold more of them.
static int bad_option(const struct cli *cli, char **argv, int kind, const char *name)
{
    char why[CLI_WHY_MAX];
    const char *word = argv[optind - 1];
    if (kind == ':')
        snprintf(why, sizeof why, "%s needs a value", word);
    else if (name)
        snprintf(why, sizeof why, "%s: --%s takes no value", word, name);
    else if (optopt)
        snprintf(why, sizeof why, "no such option: -%c", optopt);
    else
        snprintf(why, sizeof why, "no such option: %s", word);
    return misused(cli, NULL, NULL, why);
}

int cli_parse(const struct cli *cli, int argc, char **argv, const char **operands)
{
    struct option table[OPTIONS_MAX + 1];
    const struct cli_option *options[OPTIONS_MAX];
    void *targets[OPTIONS_MAX];
    char why[CLI_WHY_MAX];
    int kind;
    fill_table(cli, table, options, targets);
    opterr = 0;
    optind = 0; // start anew, also where something was parsed before
    while ((kind = getopt_long(argc, argv, ":", table, NULL)) != -1) {
        if (kind == '?' || kind == ':')
            return bad_option(cli, argv, kind, name_of(table, optopt));
        if (kind == OPTION_HELP) {
            print_help(cli);
            return CLI_DONE;
        }
        if (kind == OPTION_VERSION) {
            printf("%s %s\n", cli->program, VOZ_VERSION);
            return CLI_DONE;
        }
        const struct cli_option *o = options[kind - OPTION_FIRST];
        if (!o->set(targets[kind - OPTION_FIRST], optarg, why))
            return misused(cli, o->name, optarg, why);
    }
    return take_operands(cli, argc, argv, operands);
}

bool cli_number(const char *value, double least, double most, double *number, char *why)
{
    char *end;
    errno = 0;
    double x = strtod(value, &end);
    if (end == value || *end || errno || !isfinite(x)) {
        snprintf(why, CLI_WHY_MAX, "not a number");
        return false;
    }
    if (x < least || x > most) {
        snprintf(why, CLI_WHY_MAX, "must be from %g to %g", least, most);
        return false;
    }
    *number = x;
    return true;
}

bool cli_integer(const char *value, int64_t least, int64_t most, int64_t *number, char *why)
{
    double x;
    if (!cli_number(value, (double)least, (double)most, &x, why))
        return false;
    if (x != floor(x)) {
        snprintf(why, CLI_WHY_MAX, "must be a whole number");
        return false;
    }
    *number = (int64_t)x;
    return true;
}

bool cli_word(const char *value, const char *const *words, int *index, char *why)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(value, words[i]) == 0) {
            *index = i;
            return true;
        }
    int n = snprintf(why, CLI_WHY_MAX, "must be one of");
    for (int i = 0; words[i] && n < CLI_WHY_MAX; i++)
        n += snprintf(why + n, CLI_WHY_MAX - (size_t)n, "%s %s", i ? "," : "", words[i]);
    return false;
}
