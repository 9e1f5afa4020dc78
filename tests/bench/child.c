// A program under measurement: see child.h.
#include "tests/bench/child.h"

#include "media/io/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE (5 * USEC_SECOND)

static void become(const char *const *argv, int out)
{
    int nothing = open("/dev/null", O_RDWR);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(nothing, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execvp(argv[0], (char *const *)(uintptr_t)argv);
    dprintf(out, "cannot run %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

bool child_start(struct child *c, const char *const *argv)
{
    int ends[2];
    *c = (struct child){0};
    // full, it loses words; it must not stop the program
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0 || (c->pid = fork()) < 0) {
        fprintf(stderr, "bench: cannot start %s: %s\n", argv[0], strerror(errno));
        c->pid = 0;
        return false;
    }
    if (c->pid == 0)
        become(argv, ends[1]);
    close(ends[1]);
    c->said = ends[0];
    return true;
}

// 1: more, 0: nothing by now, -1: it is closed.
static int read_more(struct child *c)
{
    if (c->len == sizeof c->text - 1)
        c->len = 0; // a line as long as that is not what anybody waits for
    ssize_t n = read(c->said, c->text + c->len, sizeof c->text - 1 - c->len);
    if (n <= 0)
        return n == 0 ? -1 : 0;
    c->len += (size_t)n;
    return 1;
}

static bool take_line(struct child *c, char *line, size_t cap)
{
    char *end = memchr(c->text, '\n', c->len);
    if (!end)
        return false;
    *end = '\0';
    snprintf(line, cap, "%.*s", (int)cap - 1, c->text);
    size_t used = (size_t)(end + 1 - c->text);
    memmove(c->text, end + 1, c->len -= used);
    return true;
}

bool child_says(struct child *c, const char *mark, usec patience, char *line, size_t cap)
{
    char own[1024];
    usec until = loop_now() + patience;
    if (!c->pid)
        return false;
    for (;;) {
        while (take_line(c, own, sizeof own))
            if (strstr(own, mark)) {
                if (line)
                    snprintf(line, cap, "%s", own);
                return true;
            }
        int more = read_more(c);
        if (more < 0 || loop_now() >= until)
            return false;
        if (!more) {
            struct pollfd p = {.fd = c->said, .events = POLLIN};
            poll(&p, 1, (int)((until - loop_now()) / USEC_MS) + 1);
        }
    }
}

void child_hush(struct child *c)
{
    do
        c->len = 0;
    while (c->pid && read_more(c) > 0);
}

bool child_url(struct child *c, char *url, size_t cap)
{
    char line[1024];
    if (!child_says(c, "rtsp://127.0.0.1:", PATIENCE, line, sizeof line)) {
        fprintf(stderr, "bench: a server did not start: %.*s\n", (int)c->len, c->text);
        return false;
    }
    char *at = strstr(line, "rtsp://");
    snprintf(url, cap, "%.*s", (int)strcspn(at, " \t\r"), at);
    return true;
}

double child_cpu(const struct child *c)
{
    clockid_t clock;
    struct timespec t;
    if (!c->pid || clock_getcpuclockid(c->pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
        return 0;
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double child_memory(const struct child *c)
{
    char name[64], line[256];
    double kib = 0;
    snprintf(name, sizeof name, "/proc/%d/status", (int)c->pid);
    FILE *f = c->pid ? fopen(name, "r") : NULL;
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmRSS: %lf", &kib) == 1)
            break;
    if (f)
        fclose(f);
    return kib * 1024 / 1e6;
}

int child_stop(struct child *c)
{
    int status;
    if (!c->pid)
        return -1;
    kill(c->pid, SIGCONT);
    kill(c->pid, SIGINT);
    usec until = loop_now() + PATIENCE;
    pid_t ended;
    while (!(ended = waitpid(c->pid, &status, WNOHANG)) && loop_now() < until) {
        child_hush(c);
        pause_for(2 * USEC_MS);
    }
    if (!ended) {
        kill(c->pid, SIGKILL);
        waitpid(c->pid, &status, 0);
    }
    close(c->said);
    c->pid = 0;
    return ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void pause_for(usec duration)
{
    struct timespec t = {duration / USEC_SECOND, duration % USEC_SECOND * 1000};
    while (nanosleep(&t, &t) != 0 && errno == EINTR)
        ;
}

struct child_cost child_cost(const char *const *argv)
{
    struct timespec from, to;
    struct rusage usage = {0};
    int status = 0;
    clock_gettime(CLOCK_MONOTONIC, &from);
    pid_t pid = fork();
    if (pid == 0) {
        execv(argv[0], (char *const *)argv);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || status != 0) {
        fprintf(stderr, "bench: %s %s failed\n", argv[0], argv[1]);
        exit(1);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    return (struct child_cost){
        .cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
        .wall = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9,
        .memory = (double)usage.ru_maxrss * 1024 / 1e6,
    };
}
