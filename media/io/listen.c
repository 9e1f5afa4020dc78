// Where a program waits: see listen.h.
#include "media/io/listen.h"

#include "media/io/cli.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

bool listen_option(void *listen, const char *value, char *why)
{
    struct listen *l = listen;
    char host[128] = "";
    const char *colon = strrchr(value, ':');
    const char *port = colon ? colon + 1 : value;
    static const struct cli_range ports = {0, 65535, NULL};
    int64_t number;
    if (!cli_integer(port, &ports, &number, why)) {
        snprintf(why, CLI_WHY_MAX,
                 "must be a port, 4477, or an address and a port, 127.0.0.1:4477");
        return false;
    }
    if (colon)
        snprintf(host, sizeof host, "%.*s", (int)(colon - value), value);
    size_t len = strlen(host);
    if (host[0] == '[' && len > 1 && host[len - 1] == ']') {
        host[len - 1] = '\0';
        memmove(host, host + 1, len - 1);
    }
    l->any = !host[0];
    if (l->any) {
        l->local.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
    } else {
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found;
        int error = getaddrinfo(host, NULL, &hints, &found);
        if (error) {
            snprintf(why, CLI_WHY_MAX, "%s is not an address of this machine: %s", host,
                     gai_strerror(error));
            return false;
        }
        memcpy(&l->local, found->ai_addr, found->ai_addrlen);
        freeaddrinfo(found);
    }
    address_set_port(&l->local, (uint16_t)number);
    return true;
}

void listen_without_v6(struct listen *l)
{
    uint16_t port = address_port(&l->local);
    l->local.v4 = (struct sockaddr_in){.sin_family = AF_INET};
    address_set_port(&l->local, port);
}
