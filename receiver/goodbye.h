// Whose BYE (RFC 3550 section 6.6) ends the stream: that of its source, or of the one beside it.
//
// Where packets can be sent again, they come from an SSRC of their own, of the same CNAME (RFC 4588
// section 5.3). Both end together, but GStreamer says goodbye for one of the two only, and that is
// the one whose packets may never have been needed.
#ifndef RECEIVER_GOODBYE_H
#define RECEIVER_GOODBYE_H

#include "media/rtcp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct goodbye {
    bool again;      // packets can be sent again
    bool begun;      // there is a source
    uint32_t ssrc;   // its
    uint32_t before; // of the source before it, whose BYE may be late
    uint32_t beside; // of the same CNAME, valid when has_beside
    bool has_beside;
    char cname[RTCP_CNAME_MAX]; // of the source
    size_t cname_len;           // 0: not known yet
};

// Another source is heard from now on.
void goodbye_restart(struct goodbye *g, uint32_t ssrc);

// Each packet of each compound, in order. True: it ends the stream.
bool goodbye_said(struct goodbye *g, const struct rtcp_packet *packet);

#endif
