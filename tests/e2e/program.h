// The programs under test, as processes: started with their words, watched by their lines, ended in
// every way. Nothing here sleeps and hopes: each wait is for a thing to happen, with a deadline
// after which the test fails and shows what the program said.
//
// Programs are those in the folder that the environment names in VOZ_BUILD ("build").
#ifndef TESTS_E2E_PROGRAM_H
#define TESTS_E2E_PROGRAM_H

#include "tests/test.h"

#include <stdbool.h>
#include <sys/types.h>

struct program;

// PROGRAM("voz-sender", "--once", file): starts it with standard input from /dev/null.
#define PROGRAM(...) program_start((const char *const[]){__VA_ARGS__, NULL}, "/dev/null")

struct program *program_start(const char *const *words, const char *input);
// How many files those that are started from now on may have open; 0: as many as we.
void program_files(unsigned most);
// What those that are started from now on do before they become the program; NULL: nothing more. It may
// become another user: the program's file has been opened by then.
void program_before(void (*before)(void));
void program_free(struct program *p); // kills it first if it still runs; NULL is fine

// Waits until a whole line of its standard error, behind the last that was expected, matches the
// extended regular expression. Returns what its first group matched (the whole match without one),
// good until the next call.
const char *program_expect(struct program *p, const char *regex, double seconds);

void program_signal(struct program *p, int number);
// Waits for its end. Returns the exit status, 128 + N when signal N killed it.
int program_wait(struct program *p, double seconds);
// Starts it with these words, waits for its end, and looks for the exit status and for what it has to say of it.
void program_ends(const char *const *words, int status, const char *says, double seconds);
bool program_runs(struct program *p);
pid_t program_id(const struct program *p);

// All it has said so far (all, after program_wait).
const char *program_output(struct program *p);
const char *program_errors(struct program *p);

#endif
