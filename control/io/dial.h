// The TCP side of a client (control/client.h): resolves, connects to the first address that
// answers, and carries octets.
#ifndef CONTROL_IO_DIAL_H
#define CONTROL_IO_DIAL_H

#include "control/client.h"
#include "media/io/address.h"
#include "media/io/loop.h"

#include <stdbool.h>
#include <stdint.h>

struct dial;

struct dial_config {
    struct loop *loop;
    const char *host; // a name or an address, without brackets
    uint16_t port;
    // Connected: `dial_remote` and `dial_local` are known. Now dial_attach a client.
    void (*connected)(void *ctx);
    // It could not be, or no longer is, connected; `why` is a sentence, or NULL where the peer just
    // closed.
    void (*closed)(void *ctx, const char *why);
    // The client has events.
    void (*events)(void *ctx);
    void *ctx;
};

struct dial *dial_open(const struct dial_config *config); // NULL: no memory
// No callback comes any more.
void dial_close(struct dial *d); // NULL is fine

void dial_attach(struct dial *d, struct client *client);
// Sends what the client has pending, and sets its timer.
void dial_flush(struct dial *d);

void dial_remote(const struct dial *d, union address *remote);
void dial_local(const struct dial *d, union address *local);

#endif
