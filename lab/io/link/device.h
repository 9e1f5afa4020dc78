// Where the two sides' packets come out of the kernel and go into it: one row each for the ways there
// are. A packet is an IP packet, without a link header.
#ifndef LAB_IO_LINK_DEVICE_H
#define LAB_IO_LINK_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define DEVICE_NAME       "link0" // of the interface, on either side
#define DEVICE_PACKET_MAX 2048    // octets; no packet is longer than INTERFACE_MTU

struct device_end {
    int network;    // the side's namespace, as an open file
    int fd;         // its packets; does not block
    int interface;  // veth: ours of the pair
    uint8_t mac[6]; // veth: of theirs
};

struct device {
    const char *name;
    const char *what; // for messages: what it needs
    // Makes the interface DEVICE_NAME of one side (0 or 1), not yet up, in `end->network`, and
    // fills in the rest of `end`. `here` is our own namespace, in which the caller is left. False:
    // errno.
    bool (*open)(struct device_end *end, int side, int here);
    // The next packet that this side sends; 0: none, or less than nothing (errno).
    ssize_t (*take)(const struct device_end *end, void *packet, size_t cap);
    // Gives this side a packet. False: it had no room for it.
    bool (*give)(const struct device_end *end, const void *packet, size_t len);
    // How many packets the kernel dropped before we took them, since we were too slow. Asked once;
    // leaves the caller in any namespace.
    uint64_t (*missed)(const struct device_end *end);
};

extern const struct device device_tun;  // /dev/net/tun, where we may open it
extern const struct device device_veth; // a veth pair, and a packet socket at our end of it

#endif
