// The RTP-Info header of RTSP (RFC 2326 12.33): for each stream of a PLAY the RTP sequence number
// and time that its first packet has. Each field may be missing; peers send every mixture.
#ifndef CONTROL_RTPINFO_H
#define CONTROL_RTPINFO_H

#include "control/slice.h"
#include "control/text.h"

#include <stdbool.h>
#include <stdint.h>

struct rtpinfo {
    struct slice url; // as it came, absolute or not, without quotes; empty when missing
    bool has_seq;
    uint16_t seq;
    bool has_rtptime;
    uint32_t rtptime; // units of the stream's RTP clock
};

// The next stream of a header's value; `rest` starts as the value. A number that is out of range
// counts as missing; commas and semicolons inside a URL do not end it as long as no known field
// follows them. False at the end.
bool rtpinfo_next(struct slice *rest, struct rtpinfo *info);

// Writes one stream, leaving out what is missing. Put a comma between two.
void rtpinfo_write(struct text *t, const struct rtpinfo *info);

#endif
