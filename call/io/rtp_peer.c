// Where packets go to: see rtp_peer.h.
#include "call/io/rtp_peer.h"

#include <arpa/inet.h>

void rtp_peer_set(struct rtp_peer *p, const union address *control, const char *host, uint16_t port,
                  bool mux, bool v6)
{
    union address a = *control;
    if (inet_pton(AF_INET, host, &a.v4.sin_addr) == 1)
        a.any.sa_family = AF_INET;
    else if (inet_pton(AF_INET6, host, &a.v6.sin6_addr) == 1)
        a.any.sa_family = AF_INET6;
    if (v6)
        address_map(&a);
    address_set_port(&a, port);
    p->control = *control;
    p->to[UDP_RTP] = p->to[UDP_RTCP] = a;
    if (!mux)
        address_set_port(&p->to[UDP_RTCP], (uint16_t)(port + 1));
    p->mux = mux;
}

bool rtp_peer_takes(struct rtp_peer *p, enum udp_port port, const union address *from)
{
    if (!address_same_host(from, &p->to[UDP_RTP]) && !address_same_host(from, &p->control)) {
        p->strays++;
        return false;
    }
    p->to[port] = *from;
    return true;
}

void rtp_peer_send(const struct rtp_peer *p, struct udp *udp, enum udp_port port, const void *data,
                   size_t len)
{
    if (p->mux)
        port = UDP_RTP;
    if (address_port(&p->to[port]))
        udp_send(udp, port, &p->to[port], data, len);
}
