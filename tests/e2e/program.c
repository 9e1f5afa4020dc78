// Processes: see program.h.
#include "tests/e2e/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAID_MAX (1 << 20)

struct stream {
    int fd; // -1: at its end
    size_t len;
    char text[SAID_MAX];
};

struct program {
    pid_t id;
    bool ended;
    int status;
    size_t expected; // octets of `errors` behind which the next expectation looks
    char found[512];
    char name[64];
    struct stream output, errors;
};

static unsigned files_most;
static void (*before_all)(void);

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void become(const char *const *words, const char *input, int out, int err)
{
    char path[512];
    const char *build = getenv("VOZ_BUILD");
    snprintf(path, sizeof path, "%s/%s", build ? build : "build", words[0]);
    int in = open(input, O_RDONLY);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL); // a shell has what it runs in the background ignore it,
    signal(SIGHUP, SIG_DFL); // and nohup this
    struct rlimit files = {files_most, files_most};
    if (files_most)
        setrlimit(RLIMIT_NOFILE, &files);
    int file = open(path, O_PATH | O_CLOEXEC);
    if (before_all)
        before_all();
    prctl(PR_SET_PDEATHSIG, SIGKILL); // a test that fails leaves nothing behind
    fexecve(file, (char *const *)(uintptr_t)words, environ);
    fprintf(stderr, "cannot run %s: %s\n", path, strerror(errno));
    _exit(127);
}

struct program *program_start(const char *const *words, const char *input)
{
    int out[2], err[2];
    struct program *p = malloc(sizeof *p);
    assert_non_null(p);
    memset(p, 0, offsetof(struct program, output));
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    assert_int_equal(pipe2(err, O_CLOEXEC), 0);
    snprintf(p->name, sizeof p->name, "%s", words[0]);
    fflush(NULL);
    p->id = fork();
    assert_true(p->id >= 0);
    if (p->id == 0)
        become(words, input, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    p->output.fd = out[0];
    p->errors.fd = err[0];
    p->output.len = p->errors.len = 0;
    p->output.text[0] = p->errors.text[0] = '\0';
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    fcntl(err[0], F_SETFL, O_NONBLOCK);
    return p;
}

void program_files(unsigned most)
{
    files_most = most;
}

void program_before(void (*before)(void))
{
    before_all = before;
}

static void read_stream(struct stream *s)
{
    while (s->fd >= 0 && s->len + 1 < SAID_MAX) {
        ssize_t n = read(s->fd, s->text + s->len, SAID_MAX - 1 - s->len);
        if (n < 0 && errno == EAGAIN)
            break;
        if (n <= 0) {
            close(s->fd);
            s->fd = -1;
            break;
        }
        s->len += (size_t)n;
    }
    s->text[s->len] = '\0';
}

static void read_both(struct program *p, double seconds)
{
    struct pollfd fds[] = {{p->output.fd, POLLIN, 0}, {p->errors.fd, POLLIN, 0}};
    poll(fds, 2, seconds > 0 ? (int)(seconds * 1000) + 1 : 0);
    read_stream(&p->output);
    read_stream(&p->errors);
}

static void reap(struct program *p, int flags)
{
    if (p->ended || waitpid(p->id, &p->status, flags) != p->id)
        return;
    p->ended = true;
    p->status = WIFEXITED(p->status) ? WEXITSTATUS(p->status) : 128 + WTERMSIG(p->status);
}

void program_free(struct program *p)
{
    if (!p)
        return;
    if (!p->ended) {
        kill(p->id, SIGKILL);
        reap(p, 0);
    }
    if (p->output.fd >= 0)
        close(p->output.fd);
    if (p->errors.fd >= 0)
        close(p->errors.fd);
    free(p);
}

static bool match_line(struct program *p, const regex_t *regex)
{
    regmatch_t match[2];
    char *line = p->errors.text + p->expected, *end;
    for (; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        bool found = regexec(regex, line, 2, match, 0) == 0;
        *end = '\n';
        p->expected = (size_t)(end + 1 - p->errors.text);
        if (!found)
            continue;
        regmatch_t m = match[1].rm_so >= 0 ? match[1] : match[0];
        snprintf(p->found, sizeof p->found, "%.*s", (int)(m.rm_eo - m.rm_so), line + m.rm_so);
        return true;
    }
    return false;
}

const char *program_expect(struct program *p, const char *text, double seconds)
{
    regex_t regex;
    double deadline = now() + seconds;
    if (regcomp(&regex, text, REG_EXTENDED) != 0)
        fail_msg("not a regular expression: %s", text);
    while (!match_line(p, &regex)) {
        double left = deadline - now();
        if (left <= 0 || p->errors.fd < 0)
            fail_msg("%s: no line like \"%s\" %s:\n%s", p->name, text,
                     left <= 0 ? "in time" : "before its end", p->errors.text);
        read_both(p, left);
    }
    regfree(&regex);
    return p->found;
}

void program_signal(struct program *p, int number)
{
    assert_int_equal(kill(p->id, number), 0);
}

int program_wait(struct program *p, double seconds)
{
    double deadline = now() + seconds;
    while (p->output.fd >= 0 || p->errors.fd >= 0) {
        double left = deadline - now();
        if (left <= 0)
            fail_msg("%s does not end:\n%s", p->name, p->errors.text);
        read_both(p, left);
    }
    reap(p, 0); // both streams are closed, so this is its last breath
    return p->status;
}

bool program_runs(struct program *p)
{
    reap(p, WNOHANG);
    return !p->ended;
}

pid_t program_id(const struct program *p)
{
    return p->id;
}

const char *program_output(struct program *p)
{
    read_both(p, 0);
    return p->output.text;
}

const char *program_errors(struct program *p)
{
    read_both(p, 0);
    return p->errors.text;
}

void program_ends(const char *const *words, int status, const char *says, double seconds)
{
    struct program *p = program_start(words, "/dev/null");
    int ended = program_wait(p, seconds);
    if (ended != status || !strstr(program_errors(p), says))
        fail_msg("status %d, and it should be %d with \"%s\": %s", ended, status, says,
                 program_errors(p));
    program_free(p);
}
