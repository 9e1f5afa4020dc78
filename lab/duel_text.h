// What a duel (duel.h) says, in the language of those who watch: a picture for a terminal that is
// drawn again and again, a line for each second where there is none, and what came of it.
#ifndef LAB_DUEL_TEXT_H
#define LAB_DUEL_TEXT_H

#include "lab/duel.h"
#include "lab/score.h"
#include "media/impair.h"

#include <stdbool.h>
#include <stddef.h>

enum duel_lang { DUEL_EN, DUEL_PT };

#define DUEL_TEXT_MAX 32768 // octets, for any of these
#define DUEL_COLUMNS  500   // of a picture, at most

enum duel_notice { DUEL_NO_NOTICE, DUEL_NO_LOSS_DIAL, DUEL_NO_DELAY_DIAL };

struct duel_view {
    const struct duel *duel;
    const struct impair_spec *network; // the way forward
    enum duel_lang lang;
    enum duel_notice notice;
    bool help, keys, colours; // keys: there are some to be told of
    size_t columns, rows;
};

// As many lines as fit into the rows, each cut to the columns and ended by "\n". Returns how many.
// Each kind of cell has a letter of its own, beside its colour.
size_t duel_picture(const struct duel_view *view, char out[DUEL_TEXT_MAX]);

// One line, ended by "\n".
void duel_line(const struct duel_view *view, char out[DUEL_TEXT_MAX]);

struct duel_result { // of a side
    struct sim_figures figures;
    struct strip_figures strip;
    bool scorable;
    enum score_status scored;
    struct score score;
};

void duel_summary(enum duel_lang lang, const struct duel_result result[DUEL_SIDES],
                  char out[DUEL_TEXT_MAX]);

#endif
