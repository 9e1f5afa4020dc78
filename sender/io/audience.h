// Who listens to a radio, and how each is reached: by UDP, through a bad network where one was
// asked for, or interleaved on the control connection. Listeners are the numbers that sender_join
// gives.
#ifndef SENDER_IO_AUDIENCE_H
#define SENDER_IO_AUDIENCE_H

#include "control/server.h"
#include "media/impair.h"
#include "media/io/address.h"
#include "media/io/loop.h"
#include "media/io/udp.h"
#include "sender/datagram.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUDIENCE_MAX 4096 // listeners

struct audience;

struct audience_config {
    struct loop *loop;
    struct udp *udp;                 // what datagrams are sent with
    struct server *server;           // what interleaved frames are sent with
    const struct impair_spec *netem; // of each UDP listener's own path; outlives the audience
    uint64_t seed;                   // of those, where netem names none
    struct audience
        *beside; // of a voice beside these pictures, or NULL: where a rate makes a queue, what
                 // goes to one client waits in one, the voice's
};

struct audience *audience_new(const struct audience_config *config); // NULL: no memory
void audience_free(struct audience *a);                              // NULL is fine

// A listener came, who has asked for `transport` on `conn`; it does not play yet. False: no memory.
bool audience_add(struct audience *a, int listener, struct server_conn *conn,
                  const struct transport *transport);
void audience_remove(struct audience *a, int listener);
void audience_play(struct audience *a, int listener, bool playing);
void audience_pause_all(struct audience *a);

bool audience_has(const struct audience *a, int listener);
bool audience_is_playing(const struct audience *a, int listener);
bool audience_is_tcp(const struct audience *a, int listener);
const char *audience_host(const struct audience *a, int listener); // for people
int audience_playing(const struct audience *a);                    // how many

// Who sends RTCP from this address; -1: nobody we know.
int audience_find(const struct audience *a, const union address *from);

// Sends a datagram to whom it is for: one for all (SENDER_ALL) is an RTP packet, and goes to everyone who
// plays and whom `is_for` picks; `sender` is handed to that.
typedef bool audience_is_for(const void *sender, const struct sender_datagram *d, int listener);
void audience_send(struct audience *a, usec now, const struct sender_datagram *d,
                   audience_is_for *is_for, const void *sender);
// What is still on its way arrives now.
void audience_hurry(struct audience *a);

#endif
