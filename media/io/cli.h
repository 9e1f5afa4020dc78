// The command line: tables of options, from which parsing, --help and error messages all come.
#ifndef MEDIA_IO_CLI_H
#define MEDIA_IO_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLI_WHY_MAX 2048

enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_MISUSED = 2 }; // exit status of every program

struct cli_option {
    const char *name;  // without its dashes; NULL ends the table
    const char *value; // what --help calls its value; NULL: it takes none
    const char *help;  // for --help; a line end begins a new line there
    // Takes the value into `options`, a struct of the table's owner. False: `why` says what is
    // wrong with it.
    bool (*set)(void *options, const char *value, char *why);
};

struct cli_group {     // options of one part of a program, with the struct that they set
    const char *title; // for --help
    const struct cli_option *table;
    void *options;
};

struct cli {
    const char *program;            // "voz-sender"
    const char *summary;            // one line
    const char *usage;              // "[options] [SOURCE]"
    const char *details;            // text of --help before the options
    const char *more;               // and after them
    const struct cli_group *groups; // ends with a NULL title
    size_t operands_max;
};

// Parses. Returns -1 to go on, or the exit status: after --help, --version, and a misuse, which is
// told on stderr. Operands are put into `operands`, NULL behind the last.
int cli_parse(const struct cli *cli, int argc, char **argv, const char **operands);

// For `set` functions: numbers with bounds, in decimal. `unit` is for the message.
bool cli_integer(const char *value, int64_t least, int64_t most, int64_t *number, char *why);
bool cli_number(const char *value, double least, double most, double *number, char *why);
// One of a list of words, ended by NULL; `*index` is its place.
bool cli_word(const char *value, const char *const *words, int *index, char *why);

#endif
