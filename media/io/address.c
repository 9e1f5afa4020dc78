// Socket addresses: see address.h.
#include "media/io/address.h"

#include <arpa/inet.h>
#include <string.h>

socklen_t address_len(const union address *a)
{
    return a->any.sa_family == AF_INET6 ? sizeof a->v6 : sizeof a->v4;
}

uint16_t address_port(const union address *a)
{
    return ntohs(a->any.sa_family == AF_INET6 ? a->v6.sin6_port : a->v4.sin_port);
}

void address_set_port(union address *a, uint16_t port)
{
    if (a->any.sa_family == AF_INET6)
        a->v6.sin6_port = htons(port);
    else
        a->v4.sin_port = htons(port);
}

void address_unmap(union address *a)
{
    if (a->any.sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&a->v6.sin6_addr))
        return;
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = a->v6.sin6_port};
    memcpy(&v4.sin_addr, &a->v6.sin6_addr.s6_addr[12], sizeof v4.sin_addr);
    a->v4 = v4;
}

void address_map(union address *a)
{
    if (a->any.sa_family != AF_INET)
        return;
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = a->v4.sin_port};
    v6.sin6_addr.s6_addr[10] = v6.sin6_addr.s6_addr[11] = 0xff;
    memcpy(&v6.sin6_addr.s6_addr[12], &a->v4.sin_addr, sizeof a->v4.sin_addr);
    a->v6 = v6;
}

bool address_same_host(const union address *a, const union address *b)
{
    union address x = *a, y = *b;
    address_unmap(&x);
    address_unmap(&y);
    if (x.any.sa_family != y.any.sa_family)
        return false;
    if (x.any.sa_family == AF_INET)
        return x.v4.sin_addr.s_addr == y.v4.sin_addr.s_addr;
    return memcmp(&x.v6.sin6_addr, &y.v6.sin6_addr, sizeof x.v6.sin6_addr) == 0;
}

void address_host(const union address *a, char *text)
{
    union address plain = *a;
    address_unmap(&plain);
    const void *bits = plain.any.sa_family == AF_INET6 ? (const void *)&plain.v6.sin6_addr
                                                       : (const void *)&plain.v4.sin_addr;
    if (!inet_ntop(plain.any.sa_family, bits, text, ADDRESS_TEXT))
        memcpy(text, "?", sizeof "?");
}
