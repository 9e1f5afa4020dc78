// Namespaces: see space.h.
#include "lab/io/link/space.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// A number out of a file of /proc; `otherwise` where there is none.
static long setting(const char *path, long otherwise)
{
    char text[32] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0)
        close(fd);
    return n > 0 ? strtol(text, NULL, 10) : otherwise;
}

// What in this kernel's settings forbids namespaces; "": nothing that we know.
static const char *obstacle(void)
{
    if (setting("/proc/sys/kernel/unprivileged_userns_clone", 1) == 0)
        return "sysctl kernel.unprivileged_userns_clone=1 would allow it";
    if (setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 0) == 1)
        return "sysctl kernel.apparmor_restrict_unprivileged_userns=0 would allow it";
    if (setting("/proc/sys/user/max_user_namespaces", 1) == 0)
        return "sysctl user.max_user_namespaces=10000 would allow it";
    if (setting("/proc/sys/user/max_net_namespaces", 1) == 0)
        return "sysctl user.max_net_namespaces=10000 would allow it";
    return "";
}

void space_refused(const char *what, char *why, size_t cap)
{
    int error = errno;
    const char *known = obstacle();
    snprintf(why, cap,
             "this system does not let you %s (%s)%s%s. Run it as root (sudo voz-lab ...), or on a "
             "machine that allows user namespaces; in a container, one with CAP_SYS_ADMIN.",
             what, strerror(error), *known ? ": " : "", known);
}

// ---- the fork -------------------------------------------------------------------------------------

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return written;
}

// Who we were outside is who we are inside: user_namespaces(7).
static bool keep_identity(uid_t user, gid_t group)
{
    char users[64], groups[64];
    snprintf(users, sizeof users, "%u %u 1", user, user);
    snprintf(groups, sizeof groups, "%u %u 1", group, group);
    return write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/gid_map", groups) &&
           write_file("/proc/self/uid_map", users);
}

static pid_t fork_into(unsigned long flags)
{
    return (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
}

// The child says that it is bound to its parent's life, and goes on when the parent has heard it: had
// that ended before, nobody would tell the child.
static void greet_parent(int fd, bool settled)
{
    int error = settled ? 0 : errno;
    if (write(fd, &error, sizeof error) != sizeof error || !settled ||
        read(fd, &error, sizeof error) != sizeof error)
        _exit(1);
    close(fd);
}

static bool greet_child(int fd, pid_t child)
{
    int error = 0;
    bool heard = read(fd, &error, sizeof error) == sizeof error;
    if (heard && !error && write(fd, &error, sizeof error) == sizeof error)
        return true;
    waitpid(child, NULL, 0);
    errno = error ? error : EPERM;
    return false;
}

pid_t space_fork(char *why, size_t cap)
{
    const unsigned long apart = CLONE_NEWPID | CLONE_NEWNET;
    uid_t user = geteuid();
    gid_t group = getegid();
    bool as_user = false;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        snprintf(why, cap, "cannot make a pair of sockets: %s", strerror(errno));
        return -1;
    }
    pid_t child = fork_into(apart);
    if (child < 0 && errno == EPERM) {
        as_user = true;
        child = fork_into(apart | CLONE_NEWUSER);
    }
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(ends[0]);
        greet_parent(ends[1], !as_user || keep_identity(user, group));
        return 0;
    }
    close(ends[1]);
    if (child < 0 || !greet_child(ends[0], child)) {
        space_refused("make network namespaces", why, cap);
        child = -1;
    }
    close(ends[0]);
    return child;
}

// ---- inside ---------------------------------------------------------------------------------------

int space_network(void)
{
    return unshare(CLONE_NEWNET) == 0 ? open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC) : -1;
}

int space_here(void)
{
    return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

bool space_enter(int network)
{
    return setns(network, CLONE_NEWNET) == 0;
}

bool space_set(const char *name, const char *value)
{
    char path[128];
    snprintf(path, sizeof path, "/proc/sys/net/%s", name);
    return write_file(path, value);
}

// Capabilities that a program keeps when it starts another: capabilities(7), "ambient".
void space_keep_rights(void)
{
    static const int rights[] = {CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BIND_SERVICE};
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {0};
    if (syscall(SYS_capget, &header, sets) != 0)
        return;
    for (size_t i = 0; i < sizeof rights / sizeof *rights; i++)
        sets[0].inheritable |= 1u << rights[i];
    if (syscall(SYS_capset, &header, sets) != 0)
        return;
    for (size_t i = 0; i < sizeof rights / sizeof *rights; i++)
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, rights[i], 0, 0);
}
