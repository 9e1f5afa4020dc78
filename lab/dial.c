// Loss and delay by hand: see dial.h.
#include "lab/dial.h"

#include <stddef.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static const double losses[] = {0, 1, 2, 5, 10, 15, 20, 30, 40, 50};                  // %
static const double delays[] = {0, 10, 20, 35, 50, 75, 100, 150, 200, 300, 400, 500}; // ms

// The value of the scale next to `now`, which may lie between two, or beyond its end.
static double step(const double *scale, size_t count, double now, bool up)
{
    const double same = 1e-9; // what is so near is that step
    double to = now;
    if (up) {
        for (size_t i = count; i-- > 0;)
            if (scale[i] > now + same)
                to = scale[i];
    } else {
        for (size_t i = 0; i < count; i++)
            if (scale[i] < now - same)
                to = scale[i];
    }
    return to;
}

bool dial_loss(struct impair_spec *spec, bool up)
{
    struct loss_spec *loss = &spec->loss;
    if (spec->trace || (loss->model != LOSS_RANDOM && loss->model != LOSS_NONE))
        return false;
    double percent = loss->model == LOSS_NONE ? 0 : 100 * loss->p[0];
    // at no loss the model stays, and with it the correlation
    loss->model = LOSS_RANDOM;
    loss->p[0] = step(losses, LENGTH(losses), percent, up) / 100;
    return true;
}

bool dial_delay(struct impair_spec *spec, bool up)
{
    if (spec->trace)
        return false;
    spec->delay = (usec)(step(delays, LENGTH(delays), usec_to_ms(spec->delay), up) * USEC_MS);
    return true;
}
