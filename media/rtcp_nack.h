// Generic NACK (RFC 4585 section 6.2.1): which packets of a source a receiver misses. A transport
// layer feedback packet (RTCP_RTPFB) with FMT 1; each of its words names one packet and says for
// the 16 after it which of them are missing too.
#ifndef MEDIA_RTCP_NACK_H
#define MEDIA_RTCP_NACK_H

#include "media/bytes.h"
#include "media/rtcp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RTCP_NACK_FMT 1 // the count field of its packet

// Appends one packet to a compound, whole or not at all (see rtcp.h). `ssrc` is the one who asks,
// `media_ssrc` the source that is asked. `seqs` ascend modulo 2^16, the order in which they are
// packed best; any other order is as good for the reader. `count` 0: nothing is written.
void rtcp_write_nack(struct writer *w, uint32_t ssrc, uint32_t media_ssrc, const uint16_t *seqs,
                     size_t count);

// The sequence numbers of a parsed NACK, in the order of the wire; one may come twice.
struct rtcp_nack {
    uint32_t media_ssrc; // of the source whose packets are missing
    struct reader left;
    uint16_t seq;  // the next one
    uint32_t mask; // bit 0: `seq` is missing, bit n: so is the n-th after it
};

bool rtcp_is_nack(const struct rtcp_packet *packet);

// Any packet will do: one that is no NACK has no sequence numbers. Points into the packet's buffer.
struct rtcp_nack rtcp_nack_of(const struct rtcp_packet *packet);

// The next one; false: there are no more. At most 17 for each 4 octets of the packet.
bool rtcp_nack_next(struct rtcp_nack *nack, uint16_t *seq);

#endif
