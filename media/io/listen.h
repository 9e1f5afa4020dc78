// Where a program waits for others: the option --listen.
#ifndef MEDIA_IO_LISTEN_H
#define MEDIA_IO_LISTEN_H

#include "media/io/address.h"

#include <stdbool.h>

struct listen {
    union address local;
    bool any; // no address was given: all of them
};

// The `set` function (cli.h) of --listen [ADDR:]PORT: the target is a struct listen.
bool listen_option(void *listen, const char *value, char *why);
// For a machine without IPv6: all addresses of IPv4.
void listen_without_v6(struct listen *listen);

#endif
