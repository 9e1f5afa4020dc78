// Packets that are sent again to those who ask for them (RFC 4585, RFC 4588): what was sent lately,
// and what was asked for and still has to go out.
#ifndef SENDER_ANSWERS_H
#define SENDER_ANSWERS_H

#include "media/resend.h"
#include "media/rtp.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stdint.h>

#define ANSWERS_WAITING \
    512 // packets; what is asked for beyond that is refused, and counted as over the rate

struct answers;

struct answers *answers_new(size_t octets); // see resend_new. NULL: no memory
void answers_free(struct answers *a);       // NULL is fine
void answers_clear(struct answers *a);      // another time line begins

// A packet that is sent now; it is copied.
void answers_keep(struct answers *a, usec now, const struct rtp_packet *packet);
// A listener, whose account it is, asks for a packet. What it may have waits to go out.
void answers_ask(struct answers *a, usec now, int listener, struct resend_account *account,
                 uint16_t seq);
bool answers_wait(const struct answers *a); // is there something to go out?
// The next one, and for whom; its payload is valid until the next answers_keep. False: none waits.
bool answers_next(struct answers *a, usec now, int *listener, struct rtp_packet *packet);

#endif
