// A veth pair for each side, which needs no device file: one end is the side's interface, the other
// one stays with us, and a packet socket (packet(7)) there reads and writes what crosses.
#include "lab/io/link/device.h"
#include "lab/io/link/interface.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOM (8 << 20) // octets of packets that wait for us

static bool hear(struct device_end *end)
{
    static const int room = ROOM;
    struct sockaddr_ll at = {.sll_family = AF_PACKET,
                             .sll_protocol = htons(ETH_P_IP), // only what comes, not what we send
                             .sll_ifindex = end->interface};
    // SOCK_DGRAM: without the link header.
    end->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (end->fd < 0)
        return false;
    if (setsockopt(end->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
        setsockopt(end->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room); // as much as we may
    return bind(end->fd, (struct sockaddr *)&at, sizeof at) == 0;
}

static bool veth_open(struct device_end *end, int side, int here)
{
    const uint8_t ours[6] = {2, 0, 10, 77, 1, (uint8_t)(side + 1)};
    const uint8_t theirs[6] = {2, 0, 10, 77, 0, (uint8_t)(side + 1)};
    char name[IF_NAMESIZE];
    (void)here;
    snprintf(name, sizeof name, "side%d", side);
    struct interface_ends ends = {name, ours, DEVICE_NAME, theirs, end->network};
    memcpy(end->mac, theirs, sizeof theirs);
    end->fd = -1;
    if (!interface_pair(&ends) || !interface_up(name))
        return false;
    end->interface = (int)if_nametoindex(name);
    return hear(end);
}

static ssize_t veth_take(const struct device_end *end, void *packet, size_t cap)
{
    return recv(end->fd, packet, cap, 0);
}

static bool veth_give(const struct device_end *end, const void *packet, size_t len)
{
    struct sockaddr_ll to = {.sll_family = AF_PACKET,
                             .sll_protocol = htons(ETH_P_IP),
                             .sll_ifindex = end->interface,
                             .sll_halen = sizeof end->mac};
    memcpy(to.sll_addr, end->mac, sizeof end->mac);
    return sendto(end->fd, packet, len, 0, (struct sockaddr *)&to, sizeof to) == (ssize_t)len;
}

static uint64_t veth_missed(const struct device_end *end)
{
    struct tpacket_stats stats = {0};
    socklen_t len = sizeof stats;
    getsockopt(end->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len);
    return stats.tp_drops;
}

const struct device device_veth = {
    "veth", "veth interfaces and packet sockets", veth_open, veth_take, veth_give, veth_missed};
