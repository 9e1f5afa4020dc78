// What a sender says of its streams: the session description (SDP, RFC 8866; Opus: RFC 7587; VP8: RFC
// 7741).
#ifndef SENDER_IO_DESCRIPTION_H
#define SENDER_IO_DESCRIPTION_H

#include "control/features.h"
#include "sender/film.h"
#include "sender/sender.h"

#include <stddef.h>
#include <stdint.h>

struct description {
    const struct sender_config *voice; // track 0
    const struct film_config *film;    // track 1; NULL: there are no pictures
    uint64_t id;                       // of this session
    const char *host;                  // address of ours that the client has connected to
    struct features takes;             // what the client takes besides the plain streams
};

// Writes it into `out` and returns its octets; 0: does not fit into `cap`.
size_t description_write(const struct description *d, char *out, size_t cap);

#endif
