// A pseudo-terminal: see pty.h.
#include "tests/e2e/pty.h"

#include "tests/e2e/scene.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#define PATIENCE 60.0 // seconds

static void become(const char *const *words)
{
    char path[512];
    const char *build = getenv("VOZ_BUILD");
    snprintf(path, sizeof path, "%s/%s", build ? build : "build", words[0]);
    setenv("TERM", "xterm", 1);
    signal(SIGQUIT, SIG_DFL); // a shell in the background has it ignored
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execv(path, (char *const *)(uintptr_t)words);
    _exit(127);
}

struct pty *pty_start(const char *const *words)
{
    struct pty *p = calloc(1, sizeof *p);
    struct winsize size = {.ws_row = 30, .ws_col = 100};
    int slave;
    assert_non_null(p);
    assert_int_equal(openpty(&p->fd, &slave, NULL, NULL, &size), 0);
    assert_int_equal(tcgetattr(slave, &p->before), 0);
    fflush(NULL);
    p->id = fork();
    assert_true(p->id >= 0);
    if (p->id == 0) {
        close(p->fd);
        login_tty(slave);
        become(words);
    }
    close(slave);
    return p;
}

void pty_widen(struct pty *p, unsigned short columns)
{
    const struct winsize size = {.ws_row = 30, .ws_col = columns};
    assert_int_equal(ioctl(p->fd, TIOCSWINSZ, &size), 0);
}

// False: there will be no more.
static bool pty_read(struct pty *p, double seconds)
{
    struct pollfd poll_of = {.fd = p->fd, .events = POLLIN};
    if (poll(&poll_of, 1, (int)(seconds * 1000)) <= 0)
        return true;
    ssize_t n = read(p->fd, p->text + p->len, sizeof p->text - 1 - p->len);
    p->len += n > 0 ? (size_t)n : 0;
    return n > 0; // EIO: nobody has the other side any more
}

// Behind what was expected last.
void pty_expect(struct pty *p, const char *text)
{
    double deadline = scene_now() + PATIENCE;
    const char *found;
    while (!(found = strstr(p->text + p->expected, text)))
        if (!pty_read(p, 0.1) || scene_now() > deadline)
            fail_msg("no \"%s\" in:\n%s", text, p->text + p->expected);
    p->expected = (size_t)(found - p->text) + strlen(text);
}

void pty_press(struct pty *p, const char *keys)
{
    assert_int_equal(write(p->fd, keys, strlen(keys)), strlen(keys));
}

bool pty_is_as_before(const struct pty *p)
{
    struct termios now;
    assert_int_equal(tcgetattr(p->fd, &now), 0);
    return now.c_lflag == p->before.c_lflag && now.c_iflag == p->before.c_iflag &&
           now.c_oflag == p->before.c_oflag && now.c_cflag == p->before.c_cflag;
}

// Waits for its end. Returns the exit status, 128 + N when signal N killed it.
int pty_wait(struct pty *p)
{
    double deadline = scene_now() + PATIENCE;
    int status;
    pid_t ended;
    while (!(ended = waitpid(p->id, &status, WNOHANG))) {
        pty_read(p, 0.02);
        assert_true(scene_now() < deadline);
    }
    assert_int_equal(ended, p->id);
    while (pty_read(p, 0.1) && scene_now() < deadline)
        ;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void pty_free(struct pty *p)
{
    close(p->fd);
    free(p);
}
