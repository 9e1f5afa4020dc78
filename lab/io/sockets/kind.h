// The kinds of sockets (socket(2)) that the tour goes through: one small file and one row each. What
// differs between them is all here: how two programs find each other, how one says a message, and how
// the other one gets it out again. What every error means, errno says.
//
// The one who speaks is at 10.77.0.1, the one who hears at 10.77.0.2.
#ifndef LAB_IO_SOCKETS_KIND_H
#define LAB_IO_SOCKETS_KIND_H

#include "lab/io/link/link.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define KIND_PORT 4480

struct socket_kind {
    const char *name;     // "stream"
    const char *protocol; // "TCP"
    const char *call;     // what makes one
    bool connected;       // the two know each other before the first word
    bool local;           // stays inside one machine
    // Who hears: a socket that can be found; then, when somebody has called, the one that his words
    // come out of. -1: errno.
    int (*listen)(void);
    int (*answer)(int listener);
    // Who speaks: a socket that leads to the other one. -1: errno.
    int (*call_up)(void);
    bool (*say)(int fd, const void *message, size_t len);
    // One read. 0: the other one has hung up, where he can; below 0: errno.
    ssize_t (*hear)(int fd, void *data, size_t cap);
    // The first message in what was read. Returns how many octets of it are done with; 0: more has to
    // be read first. *len 0: there is no message for us in them.
    size_t (*cut)(const uint8_t *data, size_t octets, const uint8_t **message, size_t *len);
};

extern const struct socket_kind kind_stream, kind_datagram, kind_raw, kind_seqpacket, kind_sctp;

// An address and a port as the system calls want them.
static inline struct sockaddr_in kind_address(uint32_t address)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(KIND_PORT), .sin_addr.s_addr = htonl(address)};
}

// Where each read is one message.
size_t kind_whole(const uint8_t *data, size_t octets, const uint8_t **message, size_t *len);
// Where nobody calls, the socket that can be found is also the one to hear from.
int kind_same(int listener);

#endif
