// A call's window (window/io/pane.h): it is told what is heard and seen, call after call, and its knobs turn the
// call that is up.
#ifndef CALL_IO_CALL_VIEW_H
#define CALL_IO_CALL_VIEW_H

#include "call/io/line.h"
#include "window/io/pane.h"

#include <stdbool.h>

struct call_view_config {
    struct loop *loop;
    enum label_lang lang;
    struct line *(*line)(void *ctx);      // of the call that is up; NULL: none is
    const char *(*peer)(void *ctx);       // whom it is with
    bool (*pressed)(void *ctx, char key); // as pane_config
    void (*closed)(void *ctx);            // by the user
    void *ctx;
};

struct call_view;

// Opens it, and has itself told by the lines that are made of `line` and `pictures`, which it alters. NULL: see
// `why`.
struct call_view *call_view_open(const struct call_view_config *config, struct line_config *line,
                                 struct picture_line_wish *pictures, char *why, size_t cap);
void call_view_up(struct call_view *v);    // another call has begun
void call_view_close(struct call_view *v); // NULL is fine

#endif
