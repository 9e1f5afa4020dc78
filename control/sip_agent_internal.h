// What the parts of sip_agent.h share: sip_agent.c (connections, events, time), sip_agent_serve.c
// (requests of theirs) and sip_agent_ask.c (requests of ours). Nobody else includes this.
#ifndef CONTROL_SIP_AGENT_INTERNAL_H
#define CONTROL_SIP_AGENT_INTERNAL_H

#include "control/sip_agent.h"
#include "control/sip_timer.h"
#include "control/sip_transaction.h"
#include "media/random.h"

#define EVENTS  8
#define IN_MAX  SIP_MESSAGE_MAX
#define OUT_MAX (2 * SIP_MESSAGE_MAX)

#define ALLOW     "INVITE, ACK, BYE, CANCEL, OPTIONS"
#define SUPPORTED "timer"
#define SDP_TYPE  "application/sdp"

struct sip_conn {
    struct sip_agent *agent;
    struct sip_conn *next, **back;
    void *user;
    usec heard;
    bool finished;
    char host[64]; // our address on it
    size_t in_len, out_at, out_len;
    char in[IN_MAX];
    char out[OUT_MAX];
};

enum call_state {
    CALL_NONE,
    CALL_CONNECTING, // SIP_AGENT_CONNECT was said
    CALL_INVITING,   // our INVITE is on its way
    CALL_RINGING,    // theirs waits for the user
    CALL_UP,
    CALL_LEAVING, // our BYE is on its way
};

enum call_request { REQUEST_NONE, REQUEST_INVITE, REQUEST_OFFER, REQUEST_REFRESH, REQUEST_BYE };

#define AUTHORIZATION_MAX 1024 // octets of a header

struct sip_call {
    enum call_state state;
    struct sip_dialog dialog;
    struct sip_conn *conn;        // that requests of ours go over; NULL: it is closed
    struct sip_client invite;     // INVITE of ours
    struct sip_client other;      // BYE or CANCEL of ours
    struct sip_server theirs;     // INVITE of theirs
    struct sip_conn *theirs_conn; // NULL: it is closed, nobody hears the answer
    struct sip_timer timer;
    struct sip_timer asked;    // what their INVITE makes of it, once it is agreed to
    enum call_request waiting; // for a connection
    bool hanging_up;           // CANCEL as soon as it may be said, BYE if it is too late for it
    bool awaiting_ack_sdp;     // our 2xx had the offer,
    bool first;                // and it was the call's
    bool incoming;
    unsigned tried;                        // challenges to our latest request that were answered
    char authorization[AUTHORIZATION_MAX]; // with this; empty: none
    char reason[SIP_WHY_MAX];
    char sdp[SIP_SDP_MAX];    // ours, the latest
    char agreed[SIP_SDP_MAX]; // while a change is asked for: what holds if it is refused
    bool changing;            // it is, so `sdp` is but a wish
    unsigned crossings;       // how often it met a change of theirs (491)
    usec again;               // to ask once more after that; 0: not to be
    char theirs_sdp[SIP_BODY_MAX + 1];
    size_t theirs_sdp_len;
};

struct sip_registration {
    bool wanted, connecting;
    unsigned tried;        // challenges that were answered
    struct sip_conn *conn; // NULL: there is none
    struct sip_dialog dialog;
    struct sip_client client;
    usec due; // the next REGISTER
    char authorization[AUTHORIZATION_MAX];
};

struct sip_agent {
    struct sip_registration registration;
    struct sip_agent_config config;
    struct random random;
    struct sip_conn *conns;
    struct sip_call call;
    struct sip_agent_event events[EVENTS];
    unsigned events_put, events_taken;
    struct sip_agent_stats stats;
};

#define TOKEN_MAX 40
// A random word, with `start` before it: for tags, branches and Call-IDs.
void sip_agent_token(struct sip_agent *a, const char *start, char out[TOKEN_MAX]);
struct sip_agent_event *sip_agent_tell(struct sip_agent *a, enum sip_agent_kind kind, unsigned code,
                                       struct slice why);
// host:port that we can be called at, as seen on a connection.
void sip_agent_sent_by(const struct sip_agent *a, const struct sip_conn *conn, char out[80]);
void sip_agent_write_contact(const struct sip_agent *a, const struct sip_conn *conn,
                             struct text *t);

// Room for a message, which sip_agent_send then sends, if it fitted.
struct text sip_agent_begin(struct sip_conn *conn);
void sip_agent_send(struct sip_conn *conn, const struct text *t);

void sip_agent_keep_sdp(struct sip_agent *a, const struct sip_message *message);
// The call is over: SIP_AGENT_ENDED.
void sip_agent_end(struct sip_agent *a, unsigned code, struct slice why);

// The answer to a challenge, as a header line. False: it is none that we can answer.
bool sip_agent_authorize(struct sip_agent *a, const struct sip_message *response,
                         enum sip_method method, const struct sip_dialog *dialog,
                         char out[AUTHORIZATION_MAX]);

// sip_register.c
void sip_register_response(struct sip_agent *a, usec now, const struct sip_message *m);
void sip_register_closed(struct sip_agent *a, usec now);
usec sip_register_next(const struct sip_agent *a);
void sip_register_tick(struct sip_agent *a, usec now);

// sip_agent_serve.c
void sip_agent_serve(struct sip_agent *a, struct sip_conn *conn, usec now,
                     const struct sip_message *m, const char *data, size_t len);
// Answers what could not be understood as a whole.
void sip_agent_serve_fault(struct sip_conn *conn, enum head_status status,
                           const struct sip_message *m);
void sip_agent_serve_tick(struct sip_agent *a, usec now);

// sip_agent_ask.c
void sip_agent_response(struct sip_agent *a, usec now, const struct sip_message *m);
void sip_agent_ask_tick(struct sip_agent *a, usec now);
// Sends a request of the call, or asks for a connection first.
void sip_agent_ask(struct sip_agent *a, usec now, enum call_request request);

#endif
