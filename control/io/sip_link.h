// The TCP side of a user agent (control/sip_agent.h): listens, accepts, connects when it is asked to,
// and carries octets. A connection that sends more than a few messages a second is read more slowly,
// so that nobody can keep the loop from its other work.
#ifndef CONTROL_IO_SIP_LINK_H
#define CONTROL_IO_SIP_LINK_H

#include "control/sip_agent.h"
#include "media/io/address.h"
#include "media/io/loop.h"

#include <stdbool.h>
#include <stdint.h>

struct sip_link;

struct sip_link_config {
    struct loop *loop;
    union address local;       // where to listen
    void (*events)(void *ctx); // the agent may have events
    void *ctx;
};

// NULL: errno says why.
struct sip_link *sip_link_open(const struct sip_link_config *config);
// Closes every connection, after what is pending was offered to the kernel once more. Before
// sip_agent_free.
void sip_link_close(struct sip_link *l); // NULL is fine

uint16_t sip_link_port(const struct sip_link *l);
// The agent that all octets are for, from now on.
void sip_link_attach(struct sip_link *l, struct sip_agent *agent);
// What SIP_AGENT_CONNECT asks for, or SIP_AGENT_CONNECT_REGISTRAR.
void sip_link_connect(struct sip_link *l, const char *host, uint16_t port, bool registrar);
// Sends what the agent has pending, and sets its timer. Call after each call into the agent.
void sip_link_flush(struct sip_link *l);
// Our address, and theirs, on a connection.
void sip_link_local(const struct sip_conn *conn, union address *local);
void sip_link_remote(const struct sip_conn *conn, union address *remote);

#endif
