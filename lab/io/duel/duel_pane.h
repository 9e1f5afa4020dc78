// The window of a duel (window/io/pane.h): both calls one above the other, and knobs for the network and
// for what is heard.
#ifndef LAB_IO_DUEL_DUEL_PANE_H
#define LAB_IO_DUEL_DUEL_PANE_H

#include "lab/duel.h"
#include "media/impair.h"
#include "media/io/loop.h"
#include "window/label.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct duel_pane_config {
    struct loop *loop;
    enum label_lang lang;
    const char *said;                                             // what both say: a name
    const struct impair_spec *network;                            // at first
    void (*turned)(void *ctx, const struct impair_spec *network); // it is another now
    void (*closed)(void *ctx);                                    // by the user
    void *ctx;
};

struct duel_pane;

// NULL: as `why` says.
struct duel_pane *duel_pane_open(const struct duel_pane_config *config, char *why, size_t cap);
void duel_pane_close(struct duel_pane *p); // NULL is fine

// For the duel that is about to begin; it outlives the window.
struct duel_onlooker duel_pane_onlooker(struct duel_pane *p);
void duel_pane_attach(struct duel_pane *p, struct duel *duel);
// A step of the duel (duel_step), which is shown, and becomes what is heard of it.
void duel_pane_step(struct duel_pane *p, int16_t *pcm);

#endif
