// The command line: tables of options, from which parsing, --help and error messages all come.
//
//     struct options { bool loud; const char *colour; usec wait; };
//     {"loud", NULL, "say more", cli_flag, offsetof(struct options, loud)},
//     {"colour", "NAME", "of the line", cli_text, offsetof(struct options, colour)},
//     {"wait", "MS", "before it begins (20)", set_wait, offsetof(struct options, wait)},
#ifndef MEDIA_IO_CLI_H
#define MEDIA_IO_CLI_H

#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLI_WHY_MAX 2048

enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_MISUSED = 2 }; // exit status of every program

struct cli_option {
    const char *name;  // without its dashes; NULL ends the table
    const char *value; // what --help calls its value; NULL: it takes none
    const char *help;  // for --help; a line end begins a new line there
    // Puts the value where `target` points: `at` octets into the group's struct. False: `why` says
    // what is wrong with the value.
    bool (*set)(void *target, const char *value, char *why);
    size_t at; // 0: `set` gets the whole struct
};

struct cli_group {     // options of one part of a program, with the struct that they set
    const char *title; // for --help; NULL ends the groups
    const struct cli_option *table;
    void *options;
    // Put before a name that an earlier group has taken: "receiver-" makes --receiver-fec of the
    // second --fec. NULL: the earlier one alone is offered.
    const char *prefix;
    const char *const *without; // names that are not offered, NULL behind the last; NULL: none
};

struct cli {
    const char *program;            // "voz-sender"
    const char *summary;            // one line
    const char *usage;              // "[options] [SOURCE]"
    const char *details;            // text of --help before the options
    const char *more;               // and after them
    const struct cli_group *groups; // ends with a NULL title
    size_t operands_max;
    // Short forms of options that have one: {"o", "output", "j", "jobs", NULL}; NULL: there is none.
    const char *const *letters;
};

// Parses. Returns -1 to go on, or the exit status: after --help, --version, and a misuse, which is
// told on stderr. Standard input, output and error are open afterwards. Operands are put into `operands`, NULL behind the last.
int cli_parse(const struct cli *cli, int argc, char **argv, const char **operands);

// For what only shows when all is parsed, such as two options that contradict each other: tells
// `why` on stderr, and where to look. Returns CLI_MISUSED.
int cli_misused(const struct cli *cli, const char *why);

// What cli_parse does with one option of a group: false and `why`, or its value is taken.
bool cli_set(const struct cli_option *option, void *options, const char *value, char *why);

// `set` functions that need nothing else: the target is a bool; a const char *, which gets the
// value itself, and not an empty one.
bool cli_flag(void *target, const char *value, char *why);
bool cli_text(void *target, const char *value, char *why);

struct cli_range {
    double least, most;
    const char *unit; // for the message: "ms"; NULL: none
};

// For `set` functions: numbers within bounds.
bool cli_integer(const char *value, const struct cli_range *range, int64_t *number, char *why);
bool cli_number(const char *value, const struct cli_range *range, double *number, char *why);
// From a millisecond to `most` seconds.
bool cli_seconds(const char *value, double most, usec *time, char *why);
// One of a list of words, ended by NULL; `*index` is its place.
bool cli_word(const char *value, const char *const *words, int *index, char *why);

#endif
