// Offer and answer (RFC 3264): what two ends of a call agree to send each other. One stream of sound
// each way, as Opus, or as G.711, which every phone has, and, if both want to, one of pictures each
// way, as VP8; whatever else is offered is refused in the answer. Feedback is offered under plain RTP/AVP, as phones do that refuse a profile they do not
// know: who answers with it has agreed to it.
#ifndef CONTROL_OFFER_H
#define CONTROL_OFFER_H

#include "control/sdp.h"
#include "control/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OFFER_HOST_MAX 64 // octets of an address, with NUL
#define OFFER_NO_TYPE  255

enum offer_codec { OFFER_OPUS, OFFER_PCMU, OFFER_PCMA };

// The m= lines of a session keep their places in all its offers and answers (RFC 3264 section 8).
struct offer_lines {
    size_t count; // 0: nothing was agreed on yet
    size_t sound;
    size_t pictures; // `count`: there are none
};

struct offer_ours {   // what we can, and want now
    const char *host; // our address, without brackets
    uint16_t port;    // of RTP, even; RTCP is the next
    bool red;         // redundant payloads, RFC 2198
    bool again;       // NACK, RFC 4585, and retransmission, RFC 4588
    bool fec;         // in-band copies
    bool stereo;
    bool narrow; // G.711 only
    usec ptime;
    enum sdp_direction direction; // SDP_SENDONLY: they are on hold
    uint16_t picture_port;        // as `port`; 0: no pictures
    bool gives_pictures;          // we have some; else we take theirs only
    struct offer_lines lines;     // of what was agreed on last
    uint64_t id, version;         // of o=
};

struct offer_pictures { // port 0: none
    char host[OFFER_HOST_MAX];
    uint16_t port;
    uint8_t send, receive;             // payload types, as below
    uint8_t send_again, receive_again; // RFC 4588
    bool feedback;                     // NACKs, and a report every second
    bool key;                          // PLI, RFC 4585: they give key frames to who asks
    bool mux, sends, receives;
};

struct offer_agreed {
    enum offer_codec codec;
    // Payload types: those that they want from us, and those that come from them. OFFER_NO_TYPE: none.
    uint8_t send, receive;
    uint8_t send_red, receive_red;
    uint8_t send_again, receive_again;
    uint8_t event; // telephone-event (RFC 4733) that may come
    bool feedback; // NACKs, and a report every second
    struct sdp_xr xr;
    bool fec;                  // they can use in-band copies
    int channels;              // that they may send: 1, 2; 0: not said
    uint32_t bitrate;          // bit/s, at most, that they want; 0: not said
    bool mux;                  // RTCP on the port of RTP
    bool sends, receives;      // we
    char host[OFFER_HOST_MAX]; // where they want RTP: an address or a name
    uint16_t port;
    struct offer_pictures pictures;
    struct offer_lines lines;
};

enum offer_status {
    OFFER_OK,
    OFFER_NOT_SDP, // 400
    OFFER_NOTHING, // no sound that both can take: 488
    OFFER_LONG,    // no room for the description
};

const char *offer_strstatus(enum offer_status status);

// Our offer. Returns octets, without NUL; 0: it does not fit into `cap`.
size_t offer_write(const struct offer_ours *ours, char *out, size_t cap);
// Their offer: what is agreed, and the answer.
enum offer_status offer_answer(const struct offer_ours *ours, struct slice offer,
                               struct offer_agreed *agreed, char *out, size_t cap);
// Their answer to our offer.
enum offer_status offer_answered(const struct offer_ours *ours, struct slice answer,
                                 struct offer_agreed *agreed);

#endif
