// A receiver's window (window/io/pane.h): it is told what the session does, and its knobs turn the session.
#ifndef RECEIVER_IO_VIEW_H
#define RECEIVER_IO_VIEW_H

#include "receiver/io/session.h"
#include "window/io/pane.h"

struct view;

// Opens the window for the session that `config` is about to open, and has itself told by it. All that can be
// turned is asked for from the sender; what the user has switched off waits, turned off. Whom config->receiver
// tells its decisions is told on.
struct view *view_open(struct loop *loop, enum label_lang lang, struct session_config *config,
                       char *why, size_t cap);
// The session is there; it outlives the view.
void view_attach(struct view *v, struct session *session);
// What it has cost, in words: a line.
void view_summary(const struct view *v, char *text, size_t cap);
void view_close(struct view *v); // NULL is fine

#endif
