// VP8 in RTP (RFC 7741): before the octets of the frame, each payload has a descriptor that says
// which frame they are of and whether they begin one. One frame is one RTP timestamp, its packets
// have consecutive numbers, and the last has the marker bit.
//
//     X R N S R PID(3)       always; X: the next octet is there
//     I L T K reserved(4)    which of these are there:
//     M PictureID(7 or 15)   I; M: 15 bits, in two octets
//     TL0PICIDX              L
//     TID(2) Y KEYIDX(5)     T or K
#ifndef MEDIA_VP8_PAYLOAD_H
#define MEDIA_VP8_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VP8_RTP_RATE           90000 // Hz, of the RTP clock (RFC 7741 section 6.1)
#define VP8_DESCRIPTOR_MAX     6     // octets
#define VP8_PICTURE_ID_BITS    15
#define VP8_PICTURE_ID_MODULUS (1u << VP8_PICTURE_ID_BITS)

struct vp8_payload {
    bool non_reference;  // N: no other frame is predicted from this one
    bool start;          // S: begins the partition that `partition` names
    uint8_t partition;   // PID, 0..7: which one the first octet is of
    bool has_picture_id; // I
    bool long_id;        // M: 15 bits; false: 7
    uint16_t picture_id; // one more with each frame, modulo 2^15 or 2^7
    bool has_tl0;        // L
    uint8_t tl0;         // TL0PICIDX: counts the frames of temporal layer 0
    bool has_tid;        // T
    uint8_t tid;         // 0..3: temporal layer
    bool y;              // with T: depends on layer 0 alone
    bool has_keyidx;     // K
    uint8_t keyidx;      // 0..31: counts key frames
    const uint8_t *data; // octets of the frame, in the caller's buffer
    size_t len;
};

enum vp8_payload_status {
    VP8_PAYLOAD_OK,
    VP8_PAYLOAD_SHORT, // the descriptor reaches past the end
    VP8_PAYLOAD_EMPTY, // nothing comes after it
};

const char *vp8_payload_strstatus(enum vp8_payload_status status);

// Reads one RTP payload; `p` is filled only when VP8_PAYLOAD_OK is returned. Reserved bits are
// ignored, as section 4.2 wants it; what is not there is 0.
enum vp8_payload_status vp8_payload_parse(struct vp8_payload *p, const void *payload, size_t len);

// The first packet of a frame: S, and partition 0.
static inline bool vp8_payload_begins_frame(const struct vp8_payload *p)
{
    return p->start && p->partition == 0;
}

// Octets of the descriptor alone, 1..VP8_DESCRIPTOR_MAX.
size_t vp8_descriptor_len(const struct vp8_payload *p);

// Writes descriptor and data. Returns the octets, 0 when they do not fit into `cap`; `out` is then
// as it was. `out` must not overlap with the data.
size_t vp8_payload_write(const struct vp8_payload *p, void *out, size_t cap);

// ---- one frame into packets --------------------------------------------------------------------

struct vp8_packets {
    struct vp8_payload first; // the descriptor of the first packet, and all of the frame
    size_t count;             // packets of the frame
    size_t next;              // how many are written
};

// The packets of one frame of `len` octets (1 or more), each with `limit` octets of payload at
// most, descriptor included, and all of nearly the same size: a small last packet costs as much
// header as a large one. `descriptor` says N, PictureID and layers; S and PID are set here.
// `limit`: more than the descriptor takes. The frame is borrowed.
struct vp8_packets vp8_packets_of(const struct vp8_payload *descriptor, const void *frame,
                                  size_t len, size_t limit);

// The next payload, into `limit` octets; 0: that was all. The marker belongs on the one after which
// vp8_packets_done.
size_t vp8_packets_next(struct vp8_packets *p, void *out, size_t cap);

static inline bool vp8_packets_done(const struct vp8_packets *p)
{
    return p->next == p->count;
}

#endif
