// The command line: see cli.h. getopt_long does the parsing.
#include "media/io/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OPTIONS_MAX  64
#define HELP_COLUMN  26
#define NAME_MAX_LEN 48 // octets of an option's name with its NUL

enum { OPTION_HELP = 256, OPTION_VERSION, OPTION_FIRST }; // above what a character is

static void print_help_text(const char *help)
{
    for (const char *end; (end = strchr(help, '\n')); help = end + 1)
        printf("%.*s\n%*s", (int)(end - help), help, HELP_COLUMN, "");
    printf("%s\n", help);
}

// The letter of this option; NULL: it has none.
static const char *letter_of(const struct cli *cli, const char *name)
{
    for (const char *const *at = cli->letters; at && *at; at += 2)
        if (strcmp(at[1], name) == 0)
            return at[0];
    return NULL;
}

static void print_option(const char *name, const char *letter, const struct cli_option *o)
{
    char left[96];
    int n = snprintf(left, sizeof left, "  --%s%s%s%s%s", name, letter ? ", -" : "",
                     letter ? letter : "", o->value ? " " : "", o->value ? o->value : "");
    printf("%-*s", HELP_COLUMN, left);
    if (n >= HELP_COLUMN)
        printf("\n%*s", HELP_COLUMN, "");
    print_help_text(o->help);
}

// All options that are offered, under the names that they are offered under.
struct offer {
    struct {
        char name[NAME_MAX_LEN];
        const struct cli_option *option;
        const struct cli_group *group;
    } rows[OPTIONS_MAX];
    size_t count;
};

static bool is_offered(const struct offer *offer, const char *name)
{
    for (size_t i = 0; i < offer->count; i++)
        if (strcmp(offer->rows[i].name, name) == 0)
            return true;
    return false;
}

static bool is_left_out(const struct cli_group *group, const char *name)
{
    for (const char *const *out = group->without; out && *out; out++)
        if (strcmp(*out, name) == 0)
            return true;
    return false;
}

static void make_offer(const struct cli *cli, struct offer *offer)
{
    offer->count = 0;
    for (const struct cli_group *g = cli->groups; g->title; g++)
        for (const struct cli_option *o = g->table; o->name && offer->count < OPTIONS_MAX; o++) {
            bool taken = is_offered(offer, o->name);
            if (is_left_out(g, o->name) || (taken && !g->prefix))
                continue;
            snprintf(offer->rows[offer->count].name, NAME_MAX_LEN, "%s%s", taken ? g->prefix : "",
                     o->name);
            offer->rows[offer->count].option = o;
            offer->rows[offer->count++].group = g;
        }
}

static void print_help(const struct cli *cli, const struct offer *offer)
{
    const struct cli_group *group = NULL;
    printf("%s - %s\n\nUsage: %s %s\n\n%s", cli->program, cli->summary, cli->program, cli->usage,
           cli->details);
    for (size_t i = 0; i < offer->count; i++) {
        if (offer->rows[i].group != group)
            printf("\n%s:\n", offer->rows[i].group->title);
        group = offer->rows[i].group;
        const char *name = offer->rows[i].name;
        print_option(name, letter_of(cli, name), offer->rows[i].option);
    }
    printf("\nHelp:\n");
    print_option("help", NULL, &(struct cli_option){.help = "this text"});
    print_option("version", NULL, &(struct cli_option){.help = "the version"});
    printf("\n%s", cli->more);
}

int cli_misused(const struct cli *cli, const char *why)
{
    fprintf(stderr, "%s: %s\nTry: %s --help\n", cli->program, why, cli->program);
    return CLI_MISUSED;
}

static int wrong_value(const struct cli *cli, const char *option, const char *value,
                       const char *why)
{
    fprintf(stderr, "%s: --%s %s: %s\nTry: %s --help\n", cli->program, option,
            *value ? value : "''", why, cli->program);
    return CLI_MISUSED;
}

static void fill_table(const struct offer *offer, struct option *table)
{
    size_t n = 0;
    for (size_t i = 0; i < offer->count; i++)
        table[n++] = (struct option){offer->rows[i].name,
                                     offer->rows[i].option->value ? required_argument : no_argument,
                                     NULL, OPTION_FIRST + (int)i};
    table[n++] = (struct option){"help", no_argument, NULL, OPTION_HELP};
    table[n++] = (struct option){"version", no_argument, NULL, OPTION_VERSION};
    table[n] = (struct option){0};
}

// The letters for getopt_long: "o:j:", those with a colon that take a value.
static void list_letters(const struct cli *cli, const struct offer *offer, char *list)
{
    *list++ = ':';
    for (size_t i = 0; i < offer->count; i++) {
        const char *letter = letter_of(cli, offer->rows[i].name);
        if (letter)
            *list++ = *letter;
        if (letter && offer->rows[i].option->value)
            *list++ = ':';
    }
    *list = '\0';
}

// The row of what getopt_long found: a letter, or the number of a long option.
static size_t row_of(const struct cli *cli, const struct offer *offer, int kind)
{
    size_t i = 0;
    if (kind >= OPTION_FIRST)
        return (size_t)(kind - OPTION_FIRST);
    for (; i < offer->count; i++) {
        const char *letter = letter_of(cli, offer->rows[i].name);
        if (letter && *letter == kind)
            break;
    }
    return i;
}

static int take_operands(const struct cli *cli, int argc, char **argv, const char **operands)
{
    size_t n = 0;
    for (int i = optind; i < argc; i++) {
        if (n == cli->operands_max) {
            char why[CLI_WHY_MAX];
            snprintf(why, sizeof why, "one word too many: %s", argv[i]);
            return cli_misused(cli, why);
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
// one only in optopt, since its word may hold more of them.
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
    return cli_misused(cli, why);
}

// A name that is left out here is not to be taken for the beginning of another: --seed for --seeds.
static bool is_short_for_another(const struct cli *cli, char **argv, int kind, char *why)
{
    char name[NAME_MAX_LEN];
    const char *word = argv[optind - 1];
    if (kind >= OPTION_FIRST && optarg == word) // its value stands by itself
        word = argv[optind - 2];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    snprintf(why, CLI_WHY_MAX, "no such option: %s", name);
    for (const struct cli_group *g = cli->groups; kind >= OPTION_FIRST && g->title; g++)
        if (strncmp(name, "--", 2) == 0 && is_left_out(g, name + 2))
            return true;
    return false;
}

// Who starts a program with one of these closed has the next file or socket take its place, to be written
// to as if it were a terminal; libuv refuses to close such a one.
static void fill_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDWR) != fd) // the lowest free one
            return;
}

int cli_parse(const struct cli *cli, int argc, char **argv, const char **operands)
{
    struct offer offer;
    struct option table[OPTIONS_MAX + 3];
    char why[CLI_WHY_MAX], letters[2 * OPTIONS_MAX + 2];
    int kind;
    fill_standard_descriptors();
    make_offer(cli, &offer);
    list_letters(cli, &offer, letters);
    fill_table(&offer, table);
    opterr = 0;
    optind = 0; // start anew, also where something was parsed before
    while ((kind = getopt_long(argc, argv, letters, table, NULL)) != -1) {
        if (kind == '?' || kind == ':')
            return bad_option(cli, argv, kind, name_of(table, optopt));
        if (kind == OPTION_HELP) {
            print_help(cli, &offer);
            return CLI_DONE;
        }
        if (kind == OPTION_VERSION) {
            printf("%s %s\n", cli->program, VOZ_VERSION);
            return CLI_DONE;
        }
        size_t i = row_of(cli, &offer, kind);
        if (i >= offer.count)
            return bad_option(cli, argv, '?', NULL);
        if (is_short_for_another(cli, argv, kind, why))
            return cli_misused(cli, why);
        if (!cli_set(offer.rows[i].option, offer.rows[i].group->options, optarg, why))
            return wrong_value(cli, offer.rows[i].name, optarg, why);
    }
    return take_operands(cli, argc, argv, operands);
}

// ---- values ------------------------------------------------------------------------------------

bool cli_set(const struct cli_option *option, void *options, const char *value, char *why)
{
    return option->set((char *)options + option->at, value, why);
}

bool cli_flag(void *target, const char *value, char *why)
{
    (void)value;
    (void)why;
    *(bool *)target = true;
    return true;
}

bool cli_text(void *target, const char *value, char *why)
{
    if (!*value) {
        snprintf(why, CLI_WHY_MAX, "must not be empty");
        return false;
    }
    *(const char **)target = value;
    return true;
}

// Bounds are printed with all their digits, never as 1e+07.
static bool take_number(const char *value, const struct cli_range *range, bool whole,
                        double *number, char *why)
{
    char *end;
    errno = 0;
    double x = strtod(value, &end);
    bool is_number = end != value && !*end && !errno && isfinite(x);
    if (is_number && x >= range->least && x <= range->most && (!whole || x == floor(x))) {
        *number = x;
        return true;
    }
    snprintf(why, CLI_WHY_MAX, "%smust be %sfrom %.15g to %.15g%s%s",
             is_number ? "" : "not a number; ", whole ? "a whole number " : "", range->least,
             range->most, range->unit ? " " : "", range->unit ? range->unit : "");
    return false;
}

bool cli_number(const char *value, const struct cli_range *range, double *number, char *why)
{
    return take_number(value, range, false, number, why);
}

bool cli_integer(const char *value, const struct cli_range *range, int64_t *number, char *why)
{
    double x;
    if (!take_number(value, range, true, &x, why))
        return false;
    *number = (int64_t)x;
    return true;
}

bool cli_seconds(const char *value, double most, usec *time, char *why)
{
    const struct cli_range range = {0.001, most, "seconds"};
    double seconds;
    if (!cli_number(value, &range, &seconds, why))
        return false;
    *time = (usec)(seconds * 1e6);
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
