// A film that runs: each picture is taken from its source when it is due, late ones are left out. It has no
// clock of its own: who owns it runs it, after the voice, which goes first.
#ifndef SENDER_IO_SPOOL_H
#define SENDER_IO_SPOOL_H

#include "media/io/pictures.h"
#include "media/usec.h"
#include "sender/film.h"

#include <stdbool.h>

struct spool { // the first five are set by the owner
    struct film *film;
    struct pictures *pictures;
    void (*send)(void *ctx, usec now); // what the film has to send
    void (*say)(void *ctx, bool detail, const char *text);
    void *ctx;
    bool dark; // nobody watches: the film goes on, but nothing is encoded
    usec started;
    usec again; // when to look for a picture that was not there; USEC_NEVER: none is missing
    bool over;  // there are no more
};

void spool_start(struct spool *r, usec now);
void spool_delay(struct spool *r, usec later); // the time line moves
void spool_run(struct spool *r, usec now);     // makes and sends what is due
usec spool_next(const struct spool *r);        // when to run it

#endif
