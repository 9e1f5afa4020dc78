// The media of a call: a sender and a receiver with one clock, and what was agreed on between them.
// Pure: the program and the lab run the same code.
//
//     call_frame                  the PCM that was spoken, when call_frame_due says so
//     call_input                  a datagram that came, RTP or RTCP
//     call_output                 datagrams for the peer, until it says there are none
//     call_receiver               whose receiver_play gives what is heard
//     call_next                   when to call again
//
// PCM is int16, 48 kHz, interleaved. Everything is allocated when a codec is agreed on.
#ifndef CALL_CALL_H
#define CALL_CALL_H

#include "control/offer.h"
#include "media/usec.h"
#include "receiver/receiver.h"
#include "sender/sender.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct faces;

struct call_config {
    struct sender_config sender;     // as the user wants it; what was agreed on is put in
    struct receiver_config receiver; // likewise
    struct faces *faces; // the pictures beside the voice (faces.h), the caller's; NULL: none
    usec patience;       // without any packet, then the peer is taken for dead; 0: for ever
};

struct call_datagram {
    bool rtcp;
    const uint8_t *data; // valid until the next call
    size_t len;
};

struct call;

struct call *call_new(const struct call_config *config); // NULL: no memory
void call_free(struct call *c);                          // NULL is fine

// What was agreed on, at first and in every re-INVITE. Where only directions change, what runs goes
// on. False: no memory, or settings that the codec refuses.
bool call_agree(struct call *c, usec now, const struct offer_agreed *agreed);
// It has begun, and who drives it may ask for the two ends. They are others after a call_agree with
// another codec.
bool call_is_up(const struct call *c);
struct sender *call_sender(struct call *c);     // to be fed (feed.h)
struct receiver *call_receiver(struct call *c); // to be played
int call_listener(const struct call *c);        // of the sender: the peer

void call_input(struct call *c, usec now, const void *data, size_t len);
bool call_output(struct call *c, usec now, struct call_datagram *out);
// Goodbye at the end of a call: to be followed by call_output until it has no more.
void call_bye(struct call *c, usec now);
usec call_next(const struct call *c);
// What is heard is heard so much later than receiver_play says: the pictures wait for it.
void call_device_delay(struct call *c, usec delay);
// Nothing has come for as long as one waits.
bool call_is_dead(const struct call *c, usec now);

#endif
