// Is there somebody who waits: see listens.h. The kernel lists the sockets of the namespace that one is
// in: proc(5), /proc/net.
#include "lab/io/link/listens.h"

#include "lab/io/link/space.h"

#include <stdio.h>
#include <string.h>

#define STATE_LISTEN 0x0a // of TCP; others have no such state

static bool any(const char *name, bool tcp)
{
    char path[64], line[512];
    bool found = false;
    snprintf(path, sizeof path, "/proc/thread-self/net/%s", name);
    FILE *file = fopen(path, "re");
    while (file && !found && fgets(line, sizeof line, file)) {
        unsigned state;
        // number: local remote state, the first two in hexadecimal with their ports
        if (sscanf(line, " %*u: %*s %*s %x", &state) == 1)
            found = !tcp || state == STATE_LISTEN;
    }
    if (file)
        fclose(file);
    return found;
}

bool listens(int network, int here)
{
    if (!space_enter(network))
        return false;
    bool found = any("tcp", true) || any("tcp6", true) || any("udp", false) || any("udp6", false) ||
                 any("raw", false) || any("icmp", false);
    return space_enter(here) && found;
}
