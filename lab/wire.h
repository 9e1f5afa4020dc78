// A packet as the wire saw it, header by header: where each begins, and what stands in it. Results are
// places in the caller's packet.
#ifndef LAB_WIRE_H
#define LAB_WIRE_H

#include "lab/ipv4.h"
#include "media/rtp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wire_kind { WIRE_IP, WIRE_UDP, WIRE_TCP, WIRE_SCTP, WIRE_LENGTH, WIRE_RTP, WIRE_VOICE };

#define WIRE_LAYERS_MAX 5

struct wire_layer {
    enum wire_kind kind;
    size_t at, len; // octets
};

struct wire {
    struct ipv4 ip;
    uint16_t from_port, to_port;
    uint16_t checksum;     // of UDP or TCP
    uint16_t udp_len;      // octets, header included
    uint32_t seq, ack;     // of TCP, octets; of SCTP, seq is the chunk's
    uint16_t message_len;  // WIRE_LENGTH: what stands before a message in a stream (RFC 4571)
    struct rtp_packet rtp; // of the first message
    struct wire_layer layers[WIRE_LAYERS_MAX];
    size_t count;
};

// An IP packet with a packet of RTP in it: in UDP, as the first message of a TCP segment (with its
// length before it) or of an SCTP one. False: it is none such (an acknowledgement, say).
bool wire_read(struct wire *wire, const void *packet, size_t len);
// A packet of RTP alone.
bool wire_read_rtp(struct wire *wire, const void *packet, size_t len);

#endif
