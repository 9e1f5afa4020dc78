// The pictures of one call, wired to their edges: UDP, where ours come from, a file or a window for theirs. It
// has no clock and no network of its own: the line of the voice (line.h) runs it, after the voice, and its
// packets pass the line's paths.
#ifndef CALL_IO_PICTURE_LINE_H
#define CALL_IO_PICTURE_LINE_H

#include "call/faces.h"
#include "media/io/address.h"
#include "media/io/film_file.h"
#include "media/io/loop.h"
#include "media/io/pictures.h"
#include "media/io/udp.h"
#include "media/picture.h"

#include <stdbool.h>
#include <stddef.h>

struct picture_line_wish {   // of the user; sources and files are the caller's, for call after call
    struct pictures *source; // NULL: none of ours
    struct film_config film;
    enum screen_loss loss;
    struct film_file *file; // of what is seen; NULL: none
    // The picture that is to be seen from now on, borrowed until the next. NULL: nobody asks.
    void (*picture)(void *ctx, const struct picture *picture);
    void *ctx;
};

struct picture_line_config {
    struct loop *loop;
    const struct picture_line_wish *wish; // outlives it
    // A datagram came; or one is to go to the peer. Both pass a path first.
    void (*came)(void *ctx, enum udp_port port, usec arrival, const void *data, size_t len);
    void (*goes)(void *ctx, enum udp_port port, usec now, const void *data, size_t len);
    void (*say)(void *ctx, bool detail, const char *text);
    void *ctx;
};

struct picture_line;

// Opens a pair of ports of the family of `local`, whose port is 0. NULL: no memory, or errno says why.
struct picture_line *picture_line_open(const struct picture_line_config *config,
                                       const union address *local);
void picture_line_close(struct picture_line *p);         // NULL is fine: in the rest, too
void picture_line_bye(struct picture_line *p, usec now); // says goodbye

uint16_t picture_line_port(const struct picture_line *p); // 0: there are no pictures
struct faces *picture_line_faces(struct picture_line *p); // for call_config
// What was agreed on, after call_agree; control: as in line_agree.
void picture_line_agree(struct picture_line *p, usec now, const struct offer_pictures *agreed,
                        const union address *control);

// They have passed their path.
void picture_line_arrived(struct picture_line *p, enum udp_port port, usec when, const void *data,
                          size_t len);
void picture_line_leaves(struct picture_line *p, enum udp_port port, const void *data, size_t len);

void picture_line_loss(struct picture_line *p, enum screen_loss loss); // as screen_loss
void picture_line_run(struct picture_line *p, usec now);
usec picture_line_next(const struct picture_line *p);

// How it went, one sentence; "" where there were no pictures.
void picture_line_summary(const struct picture_line *p, char *text, size_t cap);

#endif
