// A program on a pseudo-terminal of 30 lines and 100 columns: keys in, what the screen gets out. As in
// program.h, each wait is for a thing to happen.
#ifndef TESTS_E2E_PTY_H
#define TESTS_E2E_PTY_H

#include "tests/test.h"

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct pty {
    pid_t id;
    int fd;                // of our side
    struct termios before; // as the program found it
    size_t len, expected;
    char text[1 << 20]; // all it has written
};

struct pty *pty_start(const char *const *words);
void pty_widen(struct pty *p, unsigned short columns); // of its window, while it runs
void pty_free(struct pty *p);                          // it has ended

// Waits until this has been written, behind what was expected last.
void pty_expect(struct pty *p, const char *text);
void pty_press(struct pty *p, const char *keys);
// Is the terminal in the mode in which the program found it?
bool pty_is_as_before(const struct pty *p);
// Waits for its end. Returns the exit status, 128 + N when signal N killed it.
int pty_wait(struct pty *p);

#endif
