// A lossy link, seen from outside: see link.h. One process makes it and forwards (inside.c); this one
// waits for it, and hands on the signals that it gets.
#include "lab/io/link/link.h"

#include "lab/io/link/inside.h"
#include "lab/io/link/space.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct link {
    pid_t inside;                 // 0: it has ended
    struct link_outcome *outcome; // memory that we share with it
    int signals;                  // that came while it ran
};

struct link *link_start(const struct link_config *config, char *why, size_t cap)
{
    struct link *link = calloc(1, sizeof *link);
    void *shared = mmap(NULL, sizeof *link->outcome, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!link || shared == MAP_FAILED) {
        snprintf(why, cap, "no memory");
        free(link);
        return NULL;
    }
    link->outcome = shared;
    fflush(NULL); // else both processes write what is there
    link->inside = space_fork(why, cap);
    if (link->inside == 0)
        _exit(inside_run(config, link->outcome));
    if (link->inside < 0) {
        link->inside = 0;
        link_free(link);
        return NULL;
    }
    return link;
}

static bool reap(struct link *const *links, size_t count)
{
    size_t running = 0;
    for (size_t i = 0; i < count; i++) {
        struct link *l = links[i];
        int status;
        if (l->inside && waitpid(l->inside, &status, WNOHANG) == l->inside) {
            l->inside = 0;
            if (WIFSIGNALED(status) && !l->outcome->why[0])
                snprintf(l->outcome->why, sizeof l->outcome->why, "the link was ended by signal %d",
                         WTERMSIG(status));
        }
        running += l->inside != 0;
    }
    return running == 0;
}

// Ctrl-C in a terminal reaches every process there, those on the two sides included; what kill(1)
// says, we alone hear.
static void hand_on(struct link *link, const siginfo_t *info)
{
    bool heard = info->si_signo == SIGINT && info->si_code == SI_KERNEL;
    link->outcome->interrupted = true;
    if (link->inside && link->signals++)
        kill(link->inside, SIGKILL);
    else if (link->inside && !heard)
        kill(link->inside, SIGTERM);
}

void link_wait(struct link *const *links, size_t count)
{
    sigset_t set, before;
    siginfo_t info;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, &before);
    while (!reap(links, count))
        if (sigwaitinfo(&set, &info) > 0 && info.si_signo != SIGCHLD)
            for (size_t i = 0; i < count; i++)
                hand_on(links[i], &info);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

const struct link_outcome *link_outcome(const struct link *link)
{
    return link->outcome;
}

void link_free(struct link *link)
{
    if (!link)
        return;
    if (link->inside) {
        kill(link->inside, SIGKILL);
        waitpid(link->inside, NULL, 0);
    }
    munmap(link->outcome, sizeof *link->outcome);
    free(link);
}
