// Transactions of SIP over a reliable transport (RFC 3261 17, RFC 6026): what is left of them where
// TCP repeats by itself. A client transaction knows which responses are its own and when it has
// waited too long; the server transaction of an INVITE keeps the request to answer it, says its
// provisional response again every minute (13.3.1.1) and its 2xx until the ACK comes (13.3.1.4: a hop
// further on may lose it), and after that still knows an INVITE that comes again. Any other request is
// answered at once and forgotten: timers D, I, J and K are zero.
#ifndef CONTROL_SIP_TRANSACTION_H
#define CONTROL_SIP_TRANSACTION_H

#include "control/sip.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIP_T1         (500 * USEC_MS)
#define SIP_T2         (4 * USEC_SECOND)
#define SIP_PATIENCE   (64 * SIP_T1)       // timers B, F, H, L and M
#define SIP_RINGING    (180 * USEC_SECOND) // for an answer, after the last provisional response
#define SIP_REMIND     (60 * USEC_SECOND)  // from one provisional response to the next, 13.3.1.1
#define SIP_BRANCH_MAX 128                 // octets, with NUL
#define SIP_COOKIE     "z9hG4bK"           // what branches begin with, 8.1.1.7

struct sip_client { // zero: there is none
    enum {
        SIP_CLIENT_IDLE,
        SIP_CLIENT_CALLING,    // nothing was answered yet
        SIP_CLIENT_PROCEEDING, // 1xx
        SIP_CLIENT_ACCEPTED,   // an INVITE: 2xx may come again
    } state;
    enum sip_method method;
    uint32_t cseq;
    char branch[SIP_BRANCH_MAX];
    usec deadline;
};

enum sip_client_news {
    SIP_CLIENT_NOTHING,
    SIP_CLIENT_PROVISIONAL,
    SIP_CLIENT_SUCCESS, // 2xx; of an INVITE an ACK is due, each time
    SIP_CLIENT_FAILURE, // 3xx to 6xx; of an INVITE an ACK is due, and the transaction is over
};

void sip_client_start(struct sip_client *c, usec now, enum sip_method method, uint32_t cseq,
                      const char *branch);
// Is a response one to this request (17.1.3)?
bool sip_client_matches(const struct sip_client *c, const struct sip_message *response);
enum sip_client_news sip_client_response(struct sip_client *c, usec now, unsigned code);
// It has waited too long: to be taken for 408. The transaction is over then.
bool sip_client_expired(struct sip_client *c, usec now);
usec sip_client_next(const struct sip_client *c);
static inline bool sip_client_waits(const struct sip_client *c)
{
    return c->state == SIP_CLIENT_CALLING || c->state == SIP_CLIENT_PROCEEDING;
}

struct sip_server { // of an INVITE; zero: there is none
    enum {
        SIP_SERVER_IDLE,
        SIP_SERVER_PROCEEDING, // no final response yet
        SIP_SERVER_ACCEPTED,   // 2xx was said; the ACK has not come
        SIP_SERVER_CONFIRMED,  // it has; what comes again is let pass (RFC 6026 7.1)
        SIP_SERVER_COMPLETED,  // 3xx to 6xx was said; its ACK has not come
    } state;
    unsigned code;             // that was said last; 0: none
    usec again, gap, deadline; // while it proceeds, the deadline is whoever's that sets it
    size_t len;
    char request[SIP_MESSAGE_MAX];
};

enum sip_server_news {
    SIP_SERVER_NOTHING,
    SIP_SERVER_AGAIN,   // what was said last is due once more
    SIP_SERVER_RUNG,    // its deadline is over, a final response is due
    SIP_SERVER_UNHEARD, // no ACK has come for our 2xx: the transaction is over
};

// `data`: the whole request, which is copied; at most SIP_MESSAGE_MAX octets.
void sip_server_start(struct sip_server *s, const void *data, size_t len);
// The request, parsed again; slices of `s`.
struct sip_message sip_server_request(const struct sip_server *s);
// Does a request (an INVITE that came again, an ACK for a failure, a CANCEL) belong to it (17.2.3)?
bool sip_server_matches(const struct sip_server *s, const struct sip_message *request);
void sip_server_said(struct sip_server *s, usec now, unsigned code);
void sip_server_acknowledged(struct sip_server *s);
// Is there one that the user, or an ACK of its 2xx, has yet to end? Another INVITE has to wait for it.
static inline bool sip_server_waits(const struct sip_server *s)
{
    return s->state == SIP_SERVER_PROCEEDING || s->state == SIP_SERVER_ACCEPTED;
}
enum sip_server_news sip_server_tick(struct sip_server *s, usec now);
usec sip_server_next(const struct sip_server *s);

#endif
