// Redundant copies (RED, RFC 2198): each packet carries earlier frames again, so that a frame is
// lost only where all packets that carry it are. The copies may be coded anew at a lower rate than
// the frames themselves, by an encoder of their own, so that more of them fit into the same rate.
#ifndef SENDER_COPIES_H
#define SENDER_COPIES_H

#include "media/voice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COPIES_DEPTH_MAX   4
#define COPIES_SPACING_MAX 16

// Which earlier frames a packet carries: those `spacing`, 2 `spacing`, ... `depth` `spacing` frames
// before its own. Zero: none, a plain packet.
struct copies_shape {
    uint8_t depth, spacing;
};

// Octets that RFC 2198 adds to a payload of this shape, besides the copies.
size_t copies_overhead(struct copies_shape shape);
// How far back a shape reaches: samples.
uint32_t copies_reach(struct copies_shape shape, int frame_samples);
// Can such a shape be sent? 14 bits say how far back a copy lies.
bool copies_possible(struct copies_shape shape, int frame_samples);
// Can frames of that bitrate be copies? 10 bits say how long one is, in octets.
bool copies_fit(int bitrate, int frame_samples);

struct copies;

// voice: of the frames that are copied; its bitrate, FEC and DTX do not count for the copies. NULL:
// no memory.
struct copies *copies_new(const struct voice_encoder_config *voice);
void copies_free(struct copies *c);  // NULL is fine
void copies_reset(struct copies *c); // another time line begins

// The bitrate of the copies from now on, bit/s; 0: the frames themselves are copied.
void copies_set_bitrate(struct copies *c, int bitrate);

// The next frame: its sound, and what it was coded as. `sent`: not left out as silence.
void copies_frame(struct copies *c, const int16_t *pcm, uint32_t timestamp, const uint8_t *payload,
                  size_t len, bool sent);

// Writes the payload with its copies. Those that were not sent, or are too long for RFC 2198 (1023
// octets), are left out. Returns octets; 0: does not fit into `cap`.
size_t copies_wrap(const struct copies *c, struct copies_shape shape, uint8_t payload_type,
                   uint32_t timestamp, const uint8_t *payload, size_t len, uint8_t *out,
                   size_t cap);

// The same for a whole RTP packet: one of payload type `red`, else like `packet`. Returns octets; 0: does
// not fit.
size_t copies_packet(const struct copies *c, struct copies_shape shape, uint8_t red,
                     const uint8_t *packet, size_t len, uint8_t *out, size_t cap);

#endif
