// Session timers (RFC 4028): a call that nobody refreshes is over, so that a peer that died does not
// hold it for ever. Which side refreshes is agreed in the INVITE and its answer.
#ifndef CONTROL_SIP_TIMER_H
#define CONTROL_SIP_TIMER_H

#include "control/sip.h"
#include "media/usec.h"

#include <stdbool.h>

#define SIP_TIMER_INTERVAL 1800 // s, that we ask for
#define SIP_TIMER_LEAST    90   // s, that we take (Min-SE)

struct sip_timer {     // zero: no session timer
    unsigned interval; // s; 0: none
    bool ours;         // we refresh
    usec due;          // to refresh, or to give up
};

// Session-Expires of a message: the interval and who refreshes. False: it has none.
bool sip_timer_read(const struct sip_message *message, unsigned *interval, struct slice *refresher);
// They invite: what to agree to. False: the interval is too small, say 422.
bool sip_timer_invited(struct sip_timer *t, const struct sip_message *request);
// They answered our INVITE.
void sip_timer_answered(struct sip_timer *t, const struct sip_message *response);
// The session was set up or refreshed now.
void sip_timer_refreshed(struct sip_timer *t, usec now);
// The header lines of our INVITE, and of our 2xx to one of theirs.
void sip_timer_write_request(const struct sip_timer *t, struct text *text, bool first);
void sip_timer_write_response(const struct sip_timer *t, struct text *text);

#endif
