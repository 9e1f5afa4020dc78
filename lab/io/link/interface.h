// Network interfaces of the calling process's network namespace: made, numbered and brought up, by
// ioctl(2) where that can say it, by rtnetlink(7) where only that can.
#ifndef LAB_IO_LINK_INTERFACE_H
#define LAB_IO_LINK_INTERFACE_H

#include <stdbool.h>
#include <stdint.h>

#define INTERFACE_MTU 1500 // octets, as on Ethernet

struct interface_ends { // of a veth pair: what goes in here comes out there
    const char *here;
    const uint8_t *here_mac; // 6 octets each
    const char *there;
    const uint8_t *there_mac;
    int there_net; // the namespace that the far end is put into, as an open file
};

// All return false, with errno set, when the kernel refuses.

bool interface_pair(const struct interface_ends *ends);
// Up, without address resolution (there is one machine at the other end) and, so that each packet
// is one that could be on a cable, with checksums and no segments of more than the MTU.
bool interface_up(const char *name);
// Gives it an IPv4 address, and sends all of `network`/24 there. What TCP connects or accepts over
// this route answers congestion as `congestion` says; NULL: as this namespace has it.
bool interface_address(const char *name, uint32_t address, const char *congestion);

#endif
