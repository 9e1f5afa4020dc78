// One datagram of a sender's, of voice or of pictures: what it is, for whom, and its octets.
#ifndef SENDER_DATAGRAM_H
#define SENDER_DATAGRAM_H

#include "sender/copies.h"

#include <stddef.h>
#include <stdint.h>

#define SENDER_ALL (-1) // no single listener: sender_is_for and film_is_for say who

enum sender_kind { SENDER_RTP, SENDER_RTCP };

struct sender_datagram {
    enum sender_kind kind;
    int listener;              // or SENDER_ALL
    struct copies_shape shape; // of a packet of voice for all: for those with packets of this shape
    const uint8_t *data;       // valid until the next call
    size_t len;
};

#endif
