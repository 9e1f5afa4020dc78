// Retransmission packets (RFC 4588 section 4): an RTP packet sent again on a stream of its own,
// which has its own SSRC, payload type and sequence numbers. Its payload is the original sequence
// number (OSN) and then the original payload; timestamp and marker are the original's.
#ifndef MEDIA_RTX_H
#define MEDIA_RTX_H

#include "media/rtp.h"

#define RTX_OSN_LEN 2 // octets

// Writes `original` as a retransmission: of it, only marker, timestamp, seq and payload are used.
// `seq` goes up by one with every packet of the retransmission stream. Returns the octets written,
// RTP header included; 0 when `cap` is too small. The payload may lie anywhere, also in `out`.
size_t rtx_write(const struct rtp_packet *original, uint8_t payload_type, uint32_t ssrc,
                 uint16_t seq, void *out, size_t cap);

// The packet that `rtx` repeats, with the payload type and SSRC that the original stream is known
// by; its payload points into that of `rtx`. False, and `original` is left alone, when there are
// fewer than two octets of payload: it repeats nothing (senders probe a path with packets of
// padding alone), which is no fault. Exactly two octets repeat a packet without payload.
bool rtx_parse(const struct rtp_packet *rtx, uint8_t payload_type, uint32_t ssrc,
               struct rtp_packet *original);

#endif
