// VP8 (RFC 6386): the only module that calls libvpx. One frame in the sense of the RFC is one
// encoded picture. Encoders and decoders allocate in _new, and a decoder when a key frame brings
// another size; nothing starts a thread or looks at a clock: the same pictures are the same octets.
#ifndef MEDIA_VP8_H
#define MEDIA_VP8_H

#include "media/picture.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VP8_SIDE_LEAST    16   // pixels
#define VP8_SIDE_MOST     1920 // pixels, of a picture that is encoded or decoded
#define VP8_PIXELS_MOST   (1920 * 1088)
#define VP8_BITRATE_LEAST 30000 // bit/s
#define VP8_BITRATE_MOST  20000000

// No frame is longer: more than the pixels themselves is never needed.
#define VP8_FRAME_MAX (VP8_PIXELS_MOST * 3 / 2) // octets

// ---- what a frame says of itself (RFC 6386 section 9.1) ----------------------------------------

struct vp8_frame {
    bool key;                 // needs no other frame
    bool shown;               // false: only there to predict others from
    uint32_t first_partition; // octets of modes and motion vectors, after the header
    int width, height;        // pixels; 0: not a key frame, or the octets end before it
};

// Reads the header from the first 3 octets (10 of a key frame), which are all in a frame's first
// packet. False: there are fewer than 3, or those of a key frame are not VP8's.
bool vp8_frame_parse(struct vp8_frame *f, const void *data, size_t len);

// ---- encoder -----------------------------------------------------------------------------------

struct vp8_encoder_config {
    int width, height;    // pixels, VP8_SIDE_LEAST.. and within the limits above
    int fps_num, fps_den; // frames a second, 25/1; 1..120
    int bitrate;          // bit/s
};

struct vp8_encoder;

// Settings for a call: constant bitrate, no frame held back, each frame's probabilities its own (so
// that a lost one spoils less), key frames only where they are asked for. NULL: out of the limits,
// or no memory.
struct vp8_encoder *vp8_encoder_new(const struct vp8_encoder_config *config);
void vp8_encoder_free(struct vp8_encoder *e); // NULL is fine

// From the next frame on; to the next 1000 bit/s, within the limits.
void vp8_encoder_bitrate(struct vp8_encoder *e, int bitrate);

// Encodes the picture of `when`, which is later than that of the one before. `key`: as a key frame;
// the first is one anyway. Returns octets; 0: the encoder leaves this picture out, to keep the
// rate, which it never does with a key frame; -1: another size than configured, `when` is not
// later, or it does not fit into `cap`, which spoils the frames to come: ask for a key frame then.
// *is_key is written only when octets came.
int vp8_encode(struct vp8_encoder *e, const struct picture *picture, usec when, bool key,
               uint8_t *out, size_t cap, bool *is_key);

// ---- decoder -----------------------------------------------------------------------------------

struct vp8_decoder;

struct vp8_decoder *vp8_decoder_new(void);    // NULL: no memory
void vp8_decoder_free(struct vp8_decoder *d); // NULL is fine

enum vp8_status {
    VP8_SHOWN,   // a picture
    VP8_DAMAGED, // a picture, but octets were missing from it or from one that it is predicted from
    VP8_NOTHING, // decoded, and not for showing
    VP8_CORRUPT, // no picture: not VP8, or no key frame yet, or too much is missing
    VP8_REFUSED, // no picture: it wants to be larger than the limits above
};

const char *vp8_strstatus(enum vp8_status status);

// Decodes one frame. *out is written with the first two, and borrowed until the next call. Any
// octets are safe; none (len 0) are a frame that did not come, VP8_CORRUPT. After that status or
// VP8_REFUSED all that is shown is VP8_DAMAGED, until a key frame.
//
// A frame some of whose packets are missing can be given, too: with octets of 0 in their place, so
// that what comes after them stays where it belongs, or cut before the first missing one. The
// decoder notices what is cut; of zeros only the caller knows. When the first partition is cut
// nothing is shown.
enum vp8_status vp8_decode(struct vp8_decoder *d, const void *data, size_t len,
                           struct picture *out);

#endif
