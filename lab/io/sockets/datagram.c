// A datagram socket: UDP (RFC 768). Letters, not a pipe: each finds its own way, or does not. Nobody
// waits for it, nobody sends it again.
#include "lab/io/sockets/kind.h"

#include <sys/socket.h>
#include <unistd.h>

// Who hears: take a port. That is all.
static int datagram_listen(void)
{
    struct sockaddr_in here = kind_address(LINK_B);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    return bind(fd, (struct sockaddr *)&here, sizeof here) == 0 ? fd : -1;
}

// Who speaks: nothing is agreed with anybody, and nobody has to be there.
static int datagram_call_up(void)
{
    return socket(AF_INET, SOCK_DGRAM, 0);
}

// So each message says where it goes.
static bool datagram_say(int fd, const void *message, size_t len)
{
    struct sockaddr_in there = kind_address(LINK_B);
    return sendto(fd, message, len, 0, (struct sockaddr *)&there, sizeof there) == (ssize_t)len;
}

// One read is one message, as it was said.
static ssize_t datagram_hear(int fd, void *data, size_t cap)
{
    return recvfrom(fd, data, cap, 0, NULL, NULL);
}

const struct socket_kind kind_datagram = {
    .name = "datagram",
    .protocol = "UDP",
    .call = "socket(AF_INET, SOCK_DGRAM, 0)",
    .listen = datagram_listen,
    .answer = kind_same,
    .call_up = datagram_call_up,
    .say = datagram_say,
    .hear = datagram_hear,
    .cut = kind_whole,
};
