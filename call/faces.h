// The pictures of a call, ours and theirs: a film, a screen, and what was agreed on between them. Pure, and a
// part of call.h, which makes it and tells it of the voice: theirs are seen when their voice is heard.
//
//     faces_film                to be given our pictures, when film_picture_due says so
//     faces_input               a datagram that came to the pictures' ports, RTP or RTCP
//     faces_output              datagrams for the peer, until it says there are none
//     faces_show                the picture that is to be seen now, if it is another one
//     faces_next                when to call again for theirs; for ours, film_next says it
#ifndef CALL_FACES_H
#define CALL_FACES_H

#include "call/call.h"
#include "receiver/screen.h"
#include "sender/film.h"

#include <stdbool.h>
#include <stddef.h>

struct faces_config {
    struct film_config film; // as the user wants it; video.width 0: there are no pictures of ours
    struct screen_config screen; // likewise
};

struct faces;

struct faces *faces_new(const struct faces_config *config); // NULL: no memory
void faces_free(struct faces *f);                           // NULL is fine

// As call_agree; cname: of our voice. What was agreed on may be that there are none (any more).
bool faces_agree(struct faces *f, usec now, const struct offer_pictures *agreed, const char *cname);
bool faces_are_up(const struct faces *f);
bool faces_sends(const struct faces *f); // they want ours now
// To be started and given pictures; another one after a faces_agree with other payload types. NULL: there
// are none of ours, or they were not agreed on.
struct film *faces_film(struct faces *f);
struct peer_figures faces_said(const struct faces *f); // how ours come to them

void faces_input(struct faces *f, usec now, const void *data, size_t len);
bool faces_output(struct faces *f, usec now, struct call_datagram *out);
bool faces_show(struct faces *f, usec now, struct picture *picture); // as screen_show
void faces_bye(struct faces *f, usec now);                           // as call_bye
usec faces_next(const struct faces *f);
usec faces_interval(const struct faces *f);              // as screen_interval
void faces_loss(struct faces *f, enum screen_loss loss); // as screen_loss, of the next ones, too
struct screen_stats faces_seen(const struct faces *f);

// Of the voice that theirs are to meet.
void faces_voice_rtcp(struct faces *f, const void *data, size_t len);
void faces_heard(struct faces *f, uint32_t voice_time, usec at, usec wait);
// How long the voice is to wait, so that most pictures meet it; people talk, so it is never long.
usec faces_wait(const struct faces *f);

#endif
