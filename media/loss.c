// Loss models: see loss.h. `state` and `gemodel` take the transitions of loss_4state and
// loss_gilb_ell in Linux 6.x net/sched/sch_netem.c.
#include "media/loss.h"

static bool none_happens(struct loss *loss, const double *p, double u, double v)
{
    (void)loss, (void)p, (void)u, (void)v;
    return false;
}

static void none_defaults(double *p, unsigned given)
{
    (void)p, (void)given;
}

static bool none_is_possible(const double *p)
{
    (void)p;
    return true;
}

static bool none_is_none(const double *p)
{
    (void)p;
    return true;
}

static bool random_happens(struct loss *loss, const double *p, double u, double v)
{
    (void)v;
    return chance_happens(&loss->run, (struct chance){.p = p[0], .correlation = p[1]}, u);
}

static void random_defaults(double *p, unsigned given)
{
    if (given < 2)
        p[1] = 0;
}

static bool random_is_none(const double *p)
{
    return p[0] <= 0;
}

enum { P13, P31, P32, P23, P14 };

enum {
    GAP_RECEIVED, // the model's state 1, where it starts
    BURST_RECEIVED,
    BURST_LOST,
    GAP_LOST,
};

static bool state_happens(struct loss *loss, const double *p, double u, double v)
{
    (void)v;
    switch (loss->state) {
    case GAP_RECEIVED:
        if (u < p[P14])
            loss->state = GAP_LOST;
        else if (u < p[P14] + p[P13])
            loss->state = BURST_LOST;
        break;
    case BURST_RECEIVED:
        if (u < p[P23])
            loss->state = BURST_LOST;
        break;
    case BURST_LOST:
        if (u < p[P32])
            loss->state = BURST_RECEIVED;
        else if (u < p[P32] + p[P31])
            loss->state = GAP_RECEIVED;
        break;
    default: // GAP_LOST: a loss on its own
        loss->state = GAP_RECEIVED;
        break;
    }
    return loss->state == GAP_LOST || loss->state == BURST_LOST;
}

static void state_defaults(double *p, unsigned given)
{
    if (given < 2)
        p[P31] = 1 - p[P13];
    if (given < 3)
        p[P32] = 0;
    if (given < 4)
        p[P23] = 1;
    if (given < 5)
        p[P14] = 0;
}

static bool state_is_possible(const double *p)
{
    const double rounding = 1e-12;
    return p[P13] + p[P14] <= 1 + rounding && p[P31] + p[P32] <= 1 + rounding;
}

static bool state_is_none(const double *p)
{
    return p[P13] <= 0 && p[P14] <= 0;
}

enum { TO_BAD, TO_GOOD, LOST_IN_BAD, LOST_IN_GOOD };

// The state in which a packet arrives decides about it; the transition is for the next one.
static bool gemodel_happens(struct loss *loss, const double *p, double u, double v)
{
    bool bad = loss->state != 0;
    loss->state = bad ? !(u < p[TO_GOOD]) : u < p[TO_BAD];
    return v < (bad ? p[LOST_IN_BAD] : p[LOST_IN_GOOD]);
}

static void gemodel_defaults(double *p, unsigned given)
{
    if (given < 2)
        p[TO_GOOD] = 1 - p[TO_BAD];
    if (given < 3)
        p[LOST_IN_BAD] = 1;
    if (given < 4)
        p[LOST_IN_GOOD] = 0;
}

static bool gemodel_is_none(const double *p)
{
    return p[LOST_IN_GOOD] <= 0 && (p[TO_BAD] <= 0 || p[LOST_IN_BAD] <= 0);
}

static const struct model {
    const char *name;
    unsigned params;
    bool (*happens)(struct loss *loss, const double *p, double u, double v);
    void (*defaults)(double *p, unsigned given);
    bool (*is_possible)(const double *p);
    bool (*is_none)(const double *p);
} models[LOSS_MODELS] = {
    [LOSS_NONE] = {"none", 0, none_happens, none_defaults, none_is_possible, none_is_none},
    [LOSS_RANDOM] = {"random", 2, random_happens, random_defaults, none_is_possible,
                     random_is_none},
    [LOSS_STATE] = {"state", 5, state_happens, state_defaults, state_is_possible, state_is_none},
    [LOSS_GEMODEL] = {"gemodel", 4, gemodel_happens, gemodel_defaults, none_is_possible,
                      gemodel_is_none},
};

bool loss_happens(struct loss *loss, const struct loss_spec *spec, double u, double v)
{
    return models[spec->model].happens(loss, spec->p, u, v);
}

const char *loss_name(enum loss_model model)
{
    return models[model].name;
}

unsigned loss_params(enum loss_model model)
{
    return models[model].params;
}

void loss_defaults(struct loss_spec *spec, unsigned given)
{
    models[spec->model].defaults(spec->p, given);
}

bool loss_is_possible(const struct loss_spec *spec)
{
    return models[spec->model].is_possible(spec->p);
}

bool loss_is_none(const struct loss_spec *spec)
{
    return models[spec->model].is_none(spec->p);
}
