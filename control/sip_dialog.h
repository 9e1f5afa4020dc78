// A dialog (RFC 3261 12): what two user agents know of each other during a call, and the head of each
// request that they send within it. Everything is copied; what is too long for it is refused.
#ifndef CONTROL_SIP_DIALOG_H
#define CONTROL_SIP_DIALOG_H

#include "control/sip.h"
#include "control/text.h"

#include <stdbool.h>
#include <stdint.h>

#define SIP_ID_MAX    256  // octets of a Call-ID or a tag, with NUL
#define SIP_URI_MAX   512  // of a URI, or of an address with its name
#define SIP_ROUTE_MAX 1024 // of all Record-Routes

struct sip_dialog {
    char call_id[SIP_ID_MAX];
    char local_tag[SIP_ID_MAX], remote_tag[SIP_ID_MAX]; // remote: empty before the first response
    char local[SIP_URI_MAX], remote[SIP_URI_MAX];       // addresses without their tags
    char target[SIP_URI_MAX];                           // where requests go: the peer's Contact
    char route[SIP_ROUTE_MAX];                          // by way of; empty: none
    uint32_t cseq, remote_cseq;
};

// We call `remote` ("<sip:them@host>") at `target`; who we are, `local`, is set later, when it is known
// how they see us. False: too long.
bool sip_dialog_begin(struct sip_dialog *d, const char *call_id, const char *local_tag,
                      struct slice remote, struct slice target);
// What a response of theirs adds (12.1.2): tag, route, Contact. False: too long, or nothing to go on.
bool sip_dialog_answered(struct sip_dialog *d, const struct sip_message *response);
// Is it another call that the same INVITE made, at another phone (13.2.2.4)?
bool sip_dialog_forked(const struct sip_dialog *d, const struct sip_message *response);
// They call (12.1.1). False: likewise.
bool sip_dialog_called(struct sip_dialog *d, const struct sip_message *request,
                       const char *local_tag);
// A request or response with a new Contact (12.2): later requests go there.
void sip_dialog_refresh(struct sip_dialog *d, const struct sip_message *message);

// Does a request of theirs belong to it?
bool sip_dialog_is(const struct sip_dialog *d, const struct sip_message *request);

// Where to connect to for the next request: the URI of the first hop.
struct slice sip_dialog_hop(const struct sip_dialog *d);

// Request line and what every request has: Via, Max-Forwards, From, To, Call-ID, CSeq, Route.
// sent_by: our host:port.
void sip_dialog_write(struct text *t, const struct sip_dialog *d, enum sip_method method,
                      uint32_t cseq, const char *branch, const char *sent_by);

#endif
