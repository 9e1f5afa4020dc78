// A pair of UDP ports, RTP on an even one and RTCP on the next (RFC 3550 section 11), read in
// batches with the kernel's arrival times and written one to one or one to many.
#ifndef MEDIA_IO_UDP_H
#define MEDIA_IO_UDP_H

#include "media/io/address.h"
#include "media/io/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum udp_port { UDP_RTP, UDP_RTCP };

struct udp_config {
    union address local; // where to bind; the port is the wish: the next even one that is free from
                         // there, or 0: any
    // One datagram; `arrival` is loop_now() when the kernel took it.
    void (*received)(void *ctx, enum udp_port port, usec arrival, const union address *from,
                     const void *data, size_t len);
    void *ctx;
};

struct udp;

// NULL: errno says why.
struct udp *udp_open(struct loop *loop, const struct udp_config *config);
void udp_close(struct udp *udp); // NULL is fine

uint16_t udp_local_port(const struct udp *udp); // of RTP; RTCP has the next
bool udp_is_v6(const struct udp *udp);          // it takes IPv4 too, as mapped addresses

// Reads what has come by now without waiting for the loop to find it.
void udp_drain(struct udp *udp);
// False: the loop no longer reads by itself (a program that drains at its own times wakes up less
// often).
void udp_read_by_itself(struct udp *udp, bool on);

// Sending never waits: what the kernel has no room for is dropped, as the network would, and
// counted. (Addresses must be of the socket's family: see address_map.)
void udp_send(struct udp *udp, enum udp_port port, const union address *to, const void *data,
              size_t len);
// Opens the way back from those ports through a firewall: an empty RTP packet and a report, which nobody
// plays. Nothing where one of them is 0.
void udp_punch(struct udp *udp, const union address *rtp, const union address *rtcp);
// The same datagram to many.
void udp_send_many(struct udp *udp, enum udp_port port, const union address *const *to,
                   size_t count, const void *data, size_t len);

uint64_t udp_send_failures(const struct udp *udp);

#endif
