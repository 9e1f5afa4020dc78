// Which packets a path loses: netem's three loss models (tc-netem(8)), one row each in a table.
// Salsano, Ludovici, Ordine, "Definition of a general and intuitive loss model for packet networks"
// has the theory.
#ifndef MEDIA_LOSS_H
#define MEDIA_LOSS_H

#include <stdbool.h>

#include "media/chance.h"

#define LOSS_PARAMS 5

enum loss_model {
    LOSS_NONE,
    LOSS_RANDOM,  // P, CORRELATION: see chance.h
    LOSS_STATE,   // p13, p31, p32, p23, p14: four states, 3 and 4 lose
    LOSS_GEMODEL, // p, r, 1-h, 1-k: Gilbert-Elliott, two states that lose with 1-k and 1-h
    LOSS_MODELS
};

struct loss_spec {
    enum loss_model model;
    double p[LOSS_PARAMS]; // 0..1, in the order in which the model's words stand above
};

struct loss { // zero: before the first packet
    int state;
    struct chance_run run;
};

// Whether the next packet is lost, from two random numbers 0 <= u, v < 1, of which a model may
// ignore some.
bool loss_happens(struct loss *loss, const struct loss_spec *spec, double u, double v);

// The word of tc-netem(8) for the model, "none" for LOSS_NONE, and how many parameters it takes.
const char *loss_name(enum loss_model model);
unsigned loss_params(enum loss_model model);

// Fills in the parameters after the first `given` as tc does; `given` is at least 1.
void loss_defaults(struct loss_spec *spec, unsigned given);

// False: the ways out of a state add up to more than 1.
bool loss_is_possible(const struct loss_spec *spec);
// True: no packet is ever lost.
bool loss_is_none(const struct loss_spec *spec);

#endif
