// IPv4 and UDP headers (RFC 791, RFC 768), written and read by ourselves: for what does not go through
// a UDP socket.
#ifndef LAB_IPV4_H
#define LAB_IPV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPV4_HEADER_LEN 20 // octets, without options
#define IPV4_TCP        6  // protocol numbers
#define IPV4_UDP        17
#define IPV4_SCTP       132
#define UDP_HEADER_LEN  8

struct udp_ends {
    uint32_t from, to; // addresses, 0x7f000001 is 127.0.0.1
    uint16_t from_port, to_port;
};

// A whole packet, checksums included. `id`: tells fragments of one packet from those of another.
// Returns its octets; 0: it does not fit, or is longer than an IP packet can be.
size_t ipv4_udp_write(const struct udp_ends *ends, uint16_t id, const void *payload, size_t len,
                      void *out, size_t cap);

struct ipv4 {
    uint8_t protocol, ttl;
    uint16_t id;
    uint32_t from, to;
    size_t header_len; // octets, options included
    size_t total_len;
};

// Reads the header of a packet of `len` octets that is not a fragment. False: it is none, or it is cut
// off, or its checksum is wrong.
bool ipv4_read(struct ipv4 *ip, const void *packet, size_t len);

// A packet of UDP, its payload as a pointer into it. False: as above, or not UDP, or its checksum is
// wrong.
bool ipv4_udp_read(struct udp_ends *ends, const uint8_t **payload, size_t *payload_len,
                   const void *packet, size_t len);

#endif
