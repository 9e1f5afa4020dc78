// Sequenced packets: connected and in order, as a stream, and in messages, as datagrams. Between two
// programs on one machine these are unix(7) sockets; across a network it takes SCTP (RFC 9260), which not
// every kernel has, and few networks let through.
#include "lab/io/sockets/kind.h"

#include <linux/sctp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// ---- on one machine: the address is a name. This one begins with a zero, so that it is no file. ----

static const struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0voz"};

static int unix_listen(void)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    if (bind(fd, (const struct sockaddr *)&name, sizeof name) != 0 || listen(fd, 1) != 0)
        return -1;
    return fd;
}

static int seqpacket_answer(int listener)
{
    return accept(listener, NULL, NULL);
}

static int unix_call_up(void)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    return connect(fd, (const struct sockaddr *)&name, sizeof name) == 0 ? fd : -1;
}

static bool seqpacket_say(int fd, const void *message, size_t len)
{
    return send(fd, message, len, 0) == (ssize_t)len;
}

static ssize_t seqpacket_hear(int fd, void *data, size_t cap)
{
    return recv(fd, data, cap, 0);
}

const struct socket_kind kind_seqpacket = {
    .name = "seqpacket",
    .protocol = "AF_UNIX",
    .call = "socket(AF_UNIX, SOCK_SEQPACKET, 0)",
    .connected = true,
    .local = true,
    .listen = unix_listen,
    .answer = seqpacket_answer,
    .call_up = unix_call_up,
    .say = seqpacket_say,
    .hear = seqpacket_hear,
    .cut = kind_whole,
};

// ---- across a network: addresses and ports, as TCP, and a call, but one socket takes all calls --------

static int sctp_listen(void)
{
    struct sockaddr_in here = kind_address(LINK_B);
    int fd = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) != 0 || listen(fd, 1) != 0)
        return -1;
    return fd;
}

static int sctp_call_up(void)
{
    struct sockaddr_in there = kind_address(LINK_B);
    static const int at_once = 1; // as for TCP
    int fd = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
    setsockopt(fd, IPPROTO_SCTP, SCTP_NODELAY, &at_once, sizeof at_once);
    return connect(fd, (struct sockaddr *)&there, sizeof there) == 0 ? fd : -1;
}

const struct socket_kind kind_sctp = {
    .name = "sctp",
    .protocol = "SCTP",
    .call = "socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP)",
    .connected = true,
    .listen = sctp_listen,
    .answer = kind_same,
    .call_up = sctp_call_up,
    .say = seqpacket_say,
    .hear = seqpacket_hear,
    .cut = kind_whole,
};
