// A user agent (RFC 3261): one call at a time, to or from anybody, over any number of TCP
// connections. Pure: octets in, octets out, time is an argument. It carries session descriptions, and
// does not look into them (offer.h does).
//
//     sip_agent_open, _input, _output, _sent, _close   a connection and its octets
//     sip_agent_call, _answer, _refuse, _offer, _hangup   what the user wants
//     sip_agent_event                               what happened, one at a time
//     sip_agent_tick at sip_agent_next              time-outs, retransmissions, session timers
//
// While there is a call, another INVITE is answered with 486, and costs nothing but its answer.
// Everything is allocated in sip_agent_new and sip_agent_open.
#ifndef CONTROL_SIP_AGENT_H
#define CONTROL_SIP_AGENT_H

#include "control/sip.h"
#include "control/sip_dialog.h"
#include "control/sip_digest.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIP_SDP_MAX 4096 // octets of a session description of ours
#define SIP_WHY_MAX 256

struct sip_agent_config {
    const char *name; // of the User-Agent header
    const char *user; // of our own address
    uint16_t port;    // that we can be called at
    uint64_t seed;
    usec ring; // how long a call may ring here before it is refused with 480; 0: SIP_RINGING
    // With an account, "sip:user@server": for sip_agent_register, and what we are called in calls.
    const char *account;      // NULL: none
    struct sip_digest digest; // its user and password; NULL: none
};

enum sip_agent_kind {
    SIP_AGENT_CONNECT,   // open a connection to `uri` (its host and port), then sip_agent_connected
    SIP_AGENT_CONNECTED, // to whom we call: sip_agent_offer now, since it is known how they see us
    SIP_AGENT_CALLED,    // somebody calls; sip_agent_sdp is their offer, empty: they want ours
    SIP_AGENT_RINGING,   // it rings there
    SIP_AGENT_ANSWERED, // the call is up; sip_agent_sdp is their answer, if we did not answer theirs
    SIP_AGENT_OFFERED, // in a call they want a change: sip_agent_answer, or sip_agent_refuse with 488
    SIP_AGENT_CHANGED, // in a call they have agreed to an offer of ours: sip_agent_sdp is the answer
    SIP_AGENT_UNCHANGED, // they have not; all stays as it was
    SIP_AGENT_ENDED,     // the call is over: `code` as of a response, 200 where all is well; `why`
    SIP_AGENT_CONNECT_REGISTRAR, // likewise, then sip_agent_registrar
    SIP_AGENT_REGISTERED,        // now, or once more
    SIP_AGENT_NOT_REGISTERED,    // `code` and `why`; it will be tried again
};

struct sip_agent_event {
    enum sip_agent_kind kind;
    unsigned code;
    char why[SIP_WHY_MAX]; // in words; may be empty
    char uri[SIP_URI_MAX]; // SIP_AGENT_CONNECT
};

struct sip_agent_stats {
    uint64_t requests, responses, malformed, refused; // refused: INVITEs, with 486
    int connections;
};

struct sip_agent;
struct sip_conn;

struct sip_agent *sip_agent_new(const struct sip_agent_config *config); // NULL: no memory
void sip_agent_free(struct sip_agent *a); // NULL is fine; all connections have been closed

// A connection: `host` is our address on it (brackets around IPv6), as the peer sees it. NULL: no
// memory.
struct sip_conn *sip_agent_open(struct sip_agent *a, usec now, const char *host, void *user);
// It was closed, by either side. The pointer is void from here on.
void sip_agent_close(struct sip_agent *a, struct sip_conn *conn, usec now);
void *sip_conn_user(const struct sip_conn *conn);
// Returns how many octets were taken. Where a message has made something happen, or there is much to
// send, that is to be seen to first, and the rest to come after it: all of it, if none was taken.
size_t sip_agent_input(struct sip_agent *a, struct sip_conn *conn, usec now, const void *data,
                       size_t len);
// What is to be sent: a pointer good until the next call, octets; 0: nothing.
size_t sip_conn_output(const struct sip_conn *conn, const char **data);
void sip_conn_sent(struct sip_conn *conn, size_t len);
// The driver shall close it, once all that is pending is sent.
bool sip_conn_finished(const struct sip_conn *conn);
// Does the call go over it? One that does not may be closed when connections get scarce.
bool sip_conn_in_use(const struct sip_agent *a, const struct sip_conn *conn);
usec sip_conn_heard(const struct sip_conn *conn);
struct sip_conn *sip_agent_conns(const struct sip_agent *a, const struct sip_conn *after); // a walk

// Calls `uri`. SIP_AGENT_CONNECT follows. False: there is a call already, or the URI is too long.
bool sip_agent_call(struct sip_agent *a, usec now, const char *uri);
// The connection that SIP_AGENT_CONNECT asked for; NULL: it could not be had, as `why` says.
void sip_agent_connected(struct sip_agent *a, usec now, struct sip_conn *conn, const char *why);
// Tells the account's registrar where we are, from now on. SIP_AGENT_CONNECT_REGISTRAR follows. False:
// the account is no SIP URI of a user.
bool sip_agent_register(struct sip_agent *a, usec now);
// The connection that this asked for; NULL: it could not be had, as `why` says.
void sip_agent_registrar(struct sip_agent *a, usec now, struct sip_conn *conn, const char *why);
// To SIP_AGENT_CALLED or SIP_AGENT_OFFERED: the answer, or an offer where there was none; their answer
// to that comes with SIP_AGENT_ANSWERED or SIP_AGENT_CHANGED.
void sip_agent_answer(struct sip_agent *a, usec now, const char *sdp);
void sip_agent_refuse(struct sip_agent *a, usec now, unsigned code);
// To SIP_AGENT_CONNECTED: the INVITE, with our description. In a call: a re-INVITE with another one, to
// hold, say. False: not now.
bool sip_agent_offer(struct sip_agent *a, usec now, const char *sdp);
// Ends the call in whatever way its state wants: BYE, CANCEL, 486. SIP_AGENT_ENDED follows.
void sip_agent_hangup(struct sip_agent *a, usec now);

// The connection of the call; NULL: it has none (any more).
struct sip_conn *sip_agent_conn(const struct sip_agent *a);
bool sip_agent_in_call(const struct sip_agent *a);     // or on the way to one, or out of it
struct slice sip_agent_sdp(const struct sip_agent *a); // of theirs, the latest
const char *sip_agent_peer(const struct sip_agent *a); // who it is: "Name" <sip:...>

bool sip_agent_event(struct sip_agent *a, struct sip_agent_event *event);
usec sip_agent_next(const struct sip_agent *a);
void sip_agent_tick(struct sip_agent *a, usec now);
struct sip_agent_stats sip_agent_stats(const struct sip_agent *a);

#endif
