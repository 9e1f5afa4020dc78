// Where the packets of one stream go to: where the peer wants them, and from then on where its own come from
// (symmetric RTP, RFC 4961), if that is a host we know of. A phone behind a NAT does not know its own address.
#ifndef CALL_IO_RTP_PEER_H
#define CALL_IO_RTP_PEER_H

#include "media/io/address.h"
#include "media/io/udp.h"

#include <stdbool.h>
#include <stdint.h>

struct rtp_peer {
    union address to[2], control; // by enum udp_port; and the control connection's other end
    bool mux;                     // RTCP on the port of RTP
    uint64_t strays;              // datagrams from elsewhere
};

// What was agreed on, for a socket of this family. Where `host` is a name, or nothing that can be read, it is
// the other end of the control connection.
void rtp_peer_set(struct rtp_peer *p, const union address *control, const char *host, uint16_t port,
                  bool mux, bool v6);
// A datagram from there. False: it is none of the peer's.
bool rtp_peer_takes(struct rtp_peer *p, enum udp_port port, const union address *from);
void rtp_peer_send(const struct rtp_peer *p, struct udp *udp, enum udp_port port, const void *data,
                   size_t len);

#endif
