// A TCP connection to a host by its name: resolves, and tries each address until one answers.
#ifndef CONTROL_IO_CONNECT_H
#define CONTROL_IO_CONNECT_H

#include "media/io/loop.h"

#include <stdint.h>

struct connect;

struct connect_config {
    struct loop *loop;
    const char *host; // a name or an address, without brackets
    uint16_t port;
    const char *whom; // is expected there, for the message: "a sender"
    // Connected: `tcp` is the caller's, closed by uv_close and then free. Or NULL, and `why` is a
    // sentence. Once, from the loop.
    void (*done)(void *ctx, uv_tcp_t *tcp, const char *why);
    void *ctx;
};

struct connect *connect_open(const struct connect_config *config); // NULL: no memory
// To be called in any case, before `done` or after it; then no callback comes any more.
void connect_close(struct connect *c); // NULL is fine

#endif
