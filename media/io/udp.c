// A pair of UDP ports: see udp.h. recvmmsg and sendmmsg carry up to BATCH datagrams a call.
#include "media/io/udp.h"

#include "media/rtcp.h"
#include "media/rtp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH        64
#define DATAGRAM_MAX 9216      // octets: what an Opus packet of 120 ms at 510 kb/s needs
#define BUFFER       (1 << 20) // octets of the kernel's, so that a busy moment loses nothing
#define TRIES        200

struct port {
    struct udp *udp;
    enum udp_port which;
    int fd;
    uv_poll_t poll;
};

struct udp {
    struct udp_config config;
    struct port ports[2];
    uint16_t local;
    bool v6;
    bool by_itself;
    int open; // handles that are not closed yet
    uint64_t failures;
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    union address from[BATCH];
    char controls[BATCH][CMSG_SPACE(sizeof(struct timespec))];
    uint8_t data[BATCH][DATAGRAM_MAX];
};

static int open_port(const union address *local, uint16_t number)
{
    union address address = *local;
    int on = 1, off = 0, size = BUFFER;
    int fd = socket(address.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (address.any.sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    address_set_port(&address, number);
    if (bind(fd, &address.any, address_len(&address)) != 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static uint16_t port_of(int fd)
{
    union address a;
    socklen_t len = sizeof a;
    return getsockname(fd, &a.any, &len) == 0 ? address_port(&a) : 0;
}

// Both ports of a pair that begins at `wish`, or anywhere. False: one of them is taken.
static bool open_pair(struct udp *udp, uint16_t wish)
{
    int rtp = open_port(&udp->config.local, wish);
    if (rtp < 0)
        return false;
    uint16_t number = port_of(rtp);
    bool odd = number & 1;
    int rtcp = number == UINT16_MAX
                   ? -1
                   : open_port(&udp->config.local, (uint16_t)(odd ? number - 1 : number + 1));
    if (rtcp < 0) {
        close(rtp);
        return false;
    }
    udp->local = odd ? (uint16_t)(number - 1) : number;
    udp->ports[UDP_RTP].fd = odd ? rtcp : rtp;
    udp->ports[UDP_RTCP].fd = odd ? rtp : rtcp;
    return true;
}

static bool find_pair(struct udp *udp)
{
    unsigned wish = (address_port(&udp->config.local) + 1u) & ~1u;
    for (unsigned i = 0; i < TRIES; i++) {
        bool by_wish = wish && i < TRIES / 2 && wish + 2 * i < UINT16_MAX;
        if (open_pair(udp, by_wish ? (uint16_t)(wish + 2 * i) : 0))
            return true;
        if (errno != EADDRINUSE && errno != EACCES)
            return false;
    }
    return false;
}

// ---- reading -----------------------------------------------------------------------------------

// The kernel stamps with the wall clock: how long ago it was is what counts.
static usec arrival(struct msghdr *header, usec now, usec wall)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        struct timespec t;
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
            continue;
        memcpy(&t, CMSG_DATA(c), sizeof t);
        usec ago = wall - (t.tv_sec * USEC_SECOND + t.tv_nsec / 1000);
        return ago > 0 && ago < 10 * USEC_SECOND ? now - ago : now;
    }
    return now;
}

static int read_batch(struct udp *udp, int fd)
{
    for (int i = 0; i < BATCH; i++) {
        udp->parts[i] = (struct iovec){udp->data[i], DATAGRAM_MAX};
        udp->messages[i].msg_hdr = (struct msghdr){
            .msg_name = &udp->from[i],
            .msg_namelen = sizeof udp->from[i],
            .msg_iov = &udp->parts[i],
            .msg_iovlen = 1,
            .msg_control = udp->controls[i],
            .msg_controllen = sizeof udp->controls[i],
        };
    }
    return recvmmsg(fd, udp->messages, BATCH, MSG_DONTWAIT, NULL);
}

static bool read_port(struct port *port)
{
    struct udp *udp = port->udp;
    int n = read_batch(udp, port->fd);
    usec now = loop_now();
    usec wall = now + loop_wall_clock();
    for (int i = 0; i < n; i++)
        udp->config.received(udp->config.ctx, port->which,
                             arrival(&udp->messages[i].msg_hdr, now, wall), &udp->from[i],
                             udp->data[i], udp->messages[i].msg_len);
    return n == BATCH;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)status; // an ICMP error is taken up by the read, and means nothing to us
    (void)events;
    read_port(poll->data);
}

void udp_drain(struct udp *udp)
{
    for (int i = 0; i < 2; i++)
        for (int batches = 0; batches < 16 && read_port(&udp->ports[i]); batches++)
            ;
}

void udp_read_by_itself(struct udp *udp, bool on)
{
    if (udp->by_itself == on)
        return;
    udp->by_itself = on;
    for (int i = 0; i < 2; i++)
        if (on)
            uv_poll_start(&udp->ports[i].poll, UV_READABLE, on_readable);
        else
            uv_poll_stop(&udp->ports[i].poll);
}

// ---- opening and closing -----------------------------------------------------------------------

struct udp *udp_open(struct loop *loop, const struct udp_config *config)
{
    struct udp *udp = malloc(sizeof *udp);
    if (!udp)
        return NULL;
    memset(udp, 0, offsetof(struct udp, messages));
    memset(udp->messages, 0, sizeof udp->messages);
    udp->config = *config;
    udp->v6 = config->local.any.sa_family == AF_INET6;
    if (!find_pair(udp)) {
        free(udp);
        return NULL;
    }
    for (int i = 0; i < 2; i++) {
        struct port *port = &udp->ports[i];
        port->udp = udp;
        port->which = (enum udp_port)i;
        uv_poll_init(loop_uv(loop), &port->poll, port->fd);
        port->poll.data = port;
        udp->open++;
    }
    udp_read_by_itself(udp, true);
    return udp;
}

static void on_closed(uv_handle_t *handle)
{
    struct port *port = handle->data;
    struct udp *udp = port->udp;
    if (--udp->open == 0)
        free(udp);
}

void udp_close(struct udp *udp)
{
    if (!udp)
        return;
    for (int i = 0; i < 2; i++) {
        uv_poll_stop(&udp->ports[i].poll);
        close(udp->ports[i].fd);
        uv_close((uv_handle_t *)&udp->ports[i].poll, on_closed);
    }
}

uint16_t udp_local_port(const struct udp *udp)
{
    return udp->local;
}

bool udp_is_v6(const struct udp *udp)
{
    return udp->v6;
}

// ---- writing -----------------------------------------------------------------------------------

void udp_punch(struct udp *udp, const union address *rtp, const union address *rtcp)
{
    static const uint8_t packet[RTP_HEADER_LEN] = {0x80};
    static const uint8_t report[] = {0x80, RTCP_RR, 0, 1, 0, 0, 0, 0};
    if (!address_port(rtp) || !address_port(rtcp))
        return;
    udp_send(udp, UDP_RTP, rtp, packet, sizeof packet);
    udp_send(udp, UDP_RTCP, rtcp, report, sizeof report);
}

void udp_send_many(struct udp *udp, enum udp_port port, const union address *const *to,
                   size_t count, const void *data, size_t len)
{
    struct iovec part = {(void *)(uintptr_t)data, len};
    struct mmsghdr messages[BATCH];
    size_t at = 0;
    while (at < count) {
        size_t n = count - at < BATCH ? count - at : BATCH;
        for (size_t i = 0; i < n; i++)
            messages[i] = (struct mmsghdr){.msg_hdr = {
                                               .msg_name = (void *)(uintptr_t)to[at + i],
                                               .msg_namelen = address_len(to[at + i]),
                                               .msg_iov = &part,
                                               .msg_iovlen = 1,
                                           }};
        int sent = sendmmsg(udp->ports[port].fd, messages, (unsigned)n, MSG_DONTWAIT);
        if (sent <= 0) { // the first one failed: an ICMP error of an earlier one, no route, no room
            udp->failures++;
            sent = 1;
        }
        at += (size_t)sent;
    }
}

void udp_send(struct udp *udp, enum udp_port port, const union address *to, const void *data,
              size_t len)
{
    udp_send_many(udp, port, &to, 1, data, len);
}

uint64_t udp_send_failures(const struct udp *udp)
{
    return udp->failures;
}
