// The TCP side of a server (control/server.h): listens, accepts, and carries octets between
// connections and the server.
#ifndef CONTROL_IO_LISTENER_H
#define CONTROL_IO_LISTENER_H

#include "control/server.h"
#include "media/io/address.h"
#include "media/io/loop.h"

#include <stdbool.h>
#include <stdint.h>

struct listener;

struct listener_config {
    struct loop *loop;
    struct server *server;
    union address local; // where to listen
    int connections_max; // beyond it, the one that has been idle longest without a session makes
                         // room
};

// NULL: errno says why.
struct listener *listener_open(const struct listener_config *config);
// Closes every connection, after what is pending was offered to the kernel once more.
void listener_close(struct listener *l);

uint16_t listener_port(const struct listener *l);

// Who a connection is with, and which of our addresses it came to.
void listener_remote(const struct server_conn *conn, union address *remote);
void listener_local(const struct server_conn *conn, union address *local);

// Sends what the server has pending for a connection. Call after server_frame.
void listener_flush(struct server_conn *conn);

#endif
