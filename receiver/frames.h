// The packets of pictures that wait to be seen: a table by sequence number, and the frame at its front. Numbers
// are extended (media/source.h) and compare by difference. Nothing is allocated; the work of a call is
// bounded by FRAMES_PACKETS.
#ifndef RECEIVER_FRAMES_H
#define RECEIVER_FRAMES_H

#include "media/rtp.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAMES_PACKETS     4096u // a power of two: 2 s of 20 Mbit/s
#define FRAMES_PAYLOAD_MAX 1500  // octets of a packet

struct frames_slot {
    bool here;
    bool marker, begins, key;
    uint16_t len; // octets of the frame, at `octets`
    uint32_t seq;
    uint32_t timestamp;
    usec came;
    uint8_t octets[FRAMES_PAYLOAD_MAX];
};

struct frames {       // begins with frames_restart
    uint32_t next;    // first packet of the frame at the front
    uint32_t highest; // that came; next - 1: none
    uint32_t keys;    // packets here that begin a key frame
    struct frames_slot slots[FRAMES_PACKETS];
};

// The table is empty, and begins with packet `seq`.
void frames_restart(struct frames *f, uint32_t seq);
bool frames_has(const struct frames *f, uint32_t seq);

enum frames_put {
    FRAMES_PUT,
    FRAMES_KNOWN,   // it is here already, or its frame has been left
    FRAMES_INVALID, // its payload is not VP8's (RFC 7741)
    FRAMES_FULL,    // it does not fit: see frames_over
};

// A packet of that number came at `came`.
enum frames_put frames_put(struct frames *f, usec came, uint32_t seq,
                           const struct rtp_packet *packet);
// How many packets at the front have to be left first, to make room for packet `seq`.
uint32_t frames_over(const struct frames *f, uint32_t seq);

struct frames_left {  // what was at the front
    uint32_t missing; // packets that never came
    uint32_t frames;  // whose first packet was here
};

// All up to packet `end` is done with, or given up: what follows is at the front.
struct frames_left frames_leave(struct frames *f, uint32_t end);

struct frame {
    bool any; // something of it, or of what follows, is here
    bool whole;
    bool gap;     // packets of it, or before it, are missing: later ones are here
    bool begins;  // its first packet is here
    uint32_t end; // its last packet, as far as one can tell
    uint32_t timestamp;
    usec came; // the last packet of it that is here; of one that is missing whole: what showed that
    bool key;
};

// The frame at the front. interval: between two frames, units of the RTP clock: of one of which nothing is here
// the time is guessed by it.
struct frame frames_front(const struct frames *f, uint32_t interval);

// The first packet of the next key frame that has begun to come. False: there is none.
bool frames_key(const struct frames *f, uint32_t *seq);

// The octets of the packets from the front to `end`, zeros of the length of the packet before in the place of one
// that is missing; no more than cap. Returns how many.
size_t frames_gather(const struct frames *f, uint32_t end, uint8_t *out, size_t cap);

#endif
