// Digest authentication of SIP (RFC 3261 22, RFC 2617; MD5, with qop=auth where it is offered): the
// answer to a challenge of a registrar or a proxy.
#ifndef CONTROL_SIP_DIGEST_H
#define CONTROL_SIP_DIGEST_H

#include "control/sip.h"

#include <stdbool.h>

struct sip_digest { // who we are
    const char *user, *password;
};

// Writes the header Authorization (401) or Proxy-Authorization (407) that answers the challenge of
// `response`, for a request of `method` to `uri`. `cnonce`: a random word of ours. False: there is no
// challenge that we can answer.
bool sip_digest_answer(struct text *t, const struct sip_message *response,
                       const struct sip_digest *who, enum sip_method method, struct slice uri,
                       const char *cnonce);
// Is a challenge to be answered when `tried` of the same request were? The first one; the second where
// it says that the first had only grown old (stale, RFC 2617 3.2.1).
bool sip_digest_again(const struct sip_message *response, unsigned tried);
// Is it a challenge?
bool sip_digest_asked(const struct sip_message *response);

#endif
