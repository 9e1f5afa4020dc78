// A raw socket: below UDP. The program writes the envelope, too: the headers of IP and of UDP, addresses,
// lengths and checksums. On the wire nobody can tell it from a datagram socket's. It is for those who
// make protocols, and for root: one could write anybody's name on the envelope.
#include "lab/io/sockets/kind.h"

#include "lab/ipv4.h"

#include <sys/socket.h>
#include <unistd.h>

#define PACKET_MAX 1500

// Who hears: every UDP packet that this machine gets, for whatever port.
static int raw_listen(void)
{
    return socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
}

// Who speaks: IPPROTO_RAW says that the IP header is ours as well.
static int raw_call_up(void)
{
    return socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
}

static bool raw_say(int fd, const void *message, size_t len)
{
    static const struct udp_ends ends = {LINK_A, LINK_B, KIND_PORT, KIND_PORT};
    struct sockaddr_in there = kind_address(LINK_B);
    uint8_t packet[PACKET_MAX];
    there.sin_port = 0; // IP has no ports: that is in our header
    len = ipv4_udp_write(&ends, 0, message, len, packet, sizeof packet);
    return len && sendto(fd, packet, len, 0, (struct sockaddr *)&there, sizeof there) > 0;
}

// A read gives the whole packet, with the envelope.
static ssize_t raw_hear(int fd, void *data, size_t cap)
{
    return recv(fd, data, cap, 0);
}

// The envelope is ours to open: is it for our port, and undamaged?
static size_t raw_cut(const uint8_t *data, size_t octets, const uint8_t **message, size_t *len)
{
    struct udp_ends ends;
    if (!ipv4_udp_read(&ends, message, len, data, octets) || ends.to_port != KIND_PORT)
        *len = 0;
    return octets;
}

const struct socket_kind kind_raw = {
    .name = "raw",
    .protocol = "IP",
    .call = "socket(AF_INET, SOCK_RAW, IPPROTO_RAW)",
    .listen = raw_listen,
    .answer = kind_same,
    .call_up = raw_call_up,
    .say = raw_say,
    .hear = raw_hear,
    .cut = raw_cut,
};
