// RTP data packets (RFC 3550 section 5.1): parse and write. Results of a parse are pointers into
// the caller's buffer; nothing is copied or owned.
#ifndef MEDIA_RTP_H
#define MEDIA_RTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RTP_HEADER_LEN 12 // octets, without CSRCs and extension

struct rtp_packet {
    bool marker;
    uint8_t payload_type; // 0..127
    uint16_t seq;
    uint32_t timestamp; // units of the payload's clock (Opus: 48 kHz, RFC 7587 section 4.1)
    uint32_t ssrc;
    const uint8_t *payload; // without CSRCs, extension and padding
    size_t payload_len;     // octets; 0 is legal
};

enum rtp_status {
    RTP_OK,
    RTP_SHORT,   // fewer than 12 octets, or CSRCs or the extension reach past the end
    RTP_VERSION, // not version 2
    RTP_PADDING, // the padding count is 0 or reaches into the header
    RTP_IS_RTCP, // payload type 64..95: an RTCP packet on the RTP port (RFC 5761 section 4)
};

const char *rtp_strstatus(enum rtp_status status);

// Reads one datagram. `packet` is filled only when RTP_OK is returned.
enum rtp_status rtp_parse(struct rtp_packet *packet, const void *data, size_t len);

// Writes header and payload without CSRCs, extension or padding. Returns the octets written, 0 when
// `cap` is too small. `packet->payload` may already lie at out + RTP_HEADER_LEN, and is then not
// copied.
size_t rtp_write(const struct rtp_packet *packet, void *out, size_t cap);

// Is this datagram RTCP rather than RTP? Second octet 192..223 (RFC 5761 section 4).
bool rtp_is_rtcp(const void *data, size_t len);

#endif
