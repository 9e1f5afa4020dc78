// Namespaces (namespaces(7)): a process and all that it starts, apart from the rest of the machine in
// its processes and its network. They have no names and no files: when the last process in them is
// gone, so are they.
#ifndef LAB_IO_LINK_SPACE_H
#define LAB_IO_LINK_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// As fork(2), with a process and a network namespace of its own for the child, which is the first
// process there: when it ends, however it does, the kernel kills all others in it. It gets SIGKILL
// when we end. Where the kernel does not let us, it gets a user namespace, too, in which it may, and
// in which it is who it was. -1: `why` says why not, and what can be done about it.
pid_t space_fork(char *why, size_t cap);

// Another network namespace, as an open file, which the caller is then in; the one it is in. -1:
// errno. space_enter goes into one. False: errno.
int space_network(void);
int space_here(void);
bool space_enter(int network);

// A setting of the network namespace that the caller is in: "ipv4/ip_forward". False: errno.
bool space_set(const char *name, const char *value);

// For what is started inside: it may do to its network what root may, whoever it is (ping, tcpdump,
// ip), and nothing to the rest.
void space_keep_rights(void);

// "This system does not let you `what`", for errno: why, as far as it is known, and the way out.
void space_refused(const char *what, char *why, size_t cap);

#endif
