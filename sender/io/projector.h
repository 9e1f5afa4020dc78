// The pictures beside a radio's voice: a source of pictures, a film, and those who watch. It has no clock of
// its own: the radio runs it, after the voice, which goes first.
#ifndef SENDER_IO_PROJECTOR_H
#define SENDER_IO_PROJECTOR_H

#include "control/server.h"
#include "media/io/address.h"
#include "media/io/pictures.h"
#include "media/usec.h"
#include "sender/film.h"
#include "sender/io/audience.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct projector;

struct projector_config {
    struct pictures_config pictures;
    struct film_config film;         // size, rate and listeners_max are set here
    struct audience_config audience; // of those who watch
    void (*say)(void *ctx, bool detail, const char *text);
    void *ctx;
};

struct projector *projector_open(const struct projector_config *config, usec now, char *why,
                                 size_t cap); // NULL: see `why`
void projector_close(
    struct projector *p); // NULL is fine: in the rest, too, where nothing is returned

void projector_start(struct projector *p, usec now);
// The time line moves: what is due is due so much later.
void projector_delay(struct projector *p, usec later);
void projector_end(struct projector *p, usec now);
// Makes and sends what is due.
void projector_run(struct projector *p, usec now);
usec projector_next(const struct projector *p); // when to run it; NULL: USEC_NEVER

// Who watches: see server_app. `conn` and `asked` as there.
int projector_join(struct projector *p, struct server_conn *conn, const struct transport *asked,
                   struct peer_takes takes);
struct sender_position projector_play(struct projector *p, int listener, usec now);
void projector_pause(struct projector *p, int listener);
void projector_leave(struct projector *p, int listener, usec now, bool gone);
void projector_rtcp(struct projector *p, int listener, usec now, const void *data, size_t len);
// RTCP that came by UDP. Returns the listener; -1: nobody who watches sends from there.
int projector_datagram(struct projector *p, usec now, const union address *from, const void *data,
                       size_t len);

const struct film_config *projector_film(const struct projector *p); // NULL where p is
const char *projector_source(const struct projector *p);
uint32_t projector_ssrc(const struct projector *p);
json_t *projector_stats(const struct projector *p); // one JSON object; the caller owns it

#endif
