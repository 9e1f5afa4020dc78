// What one end can take besides plain RTP/AVP, said in the header `Supported` as feature tags (RFC
// 7826 11 and 18.51).
//
// A description is a declaration, which a client cannot answer (RFC 2326 appendix C), and players
// stumble over lines they do not know: live555 refuses an m= line with RTP/AVPF. So a client says
// first what it can take, and whoever says nothing gets the plain description. RTSP 1.0 knows no
// such header, and its servers ignore what they do not know.
#ifndef CONTROL_FEATURES_H
#define CONTROL_FEATURES_H

#include "control/rtsp.h"
#include "control/text.h"

#include <stdbool.h>

struct features {
    bool red;      // voz.red: redundant payloads, RFC 2198
    bool feedback; // voz.feedback: RTP/AVPF with NACK, RFC 4585; retransmission, RFC 4588; XR, RFC
                   // 3611
};

// Of all Supported headers of a message; tags that are not known are ignored.
struct features features_of(const struct rtsp_message *message);

// What both have.
struct features features_common(struct features a, struct features b);

// Writes the header line; nothing when there are no features.
void features_write(struct text *t, struct features features);

#endif
