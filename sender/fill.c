// As much as was chosen: see fill.h.
#include "sender/fill.h"

#define ENOUGH (4 * USEC_SECOND) // of sound, to judge by

void fill_init(struct fill *f)
{
    *f = (struct fill){.factor = 1};
}

void fill_frame(struct fill *f, size_t octets, usec frame)
{
    f->octets += octets;
    f->coded += frame;
}

void fill_restart(struct fill *f)
{
    f->octets = 0;
    f->coded = 0;
}

bool fill_update(struct fill *f, bool wanted, int bitrate)
{
    double factor = 1;
    if (wanted && f->coded < ENOUGH)
        return false;
    if (wanted && f->octets)
        factor = f->factor * bitrate * ((double)f->coded / 1e6) / (8 * (double)f->octets);
    factor = factor < 1 ? 1 : factor > FILL_MOST ? FILL_MOST : factor;
    bool changed = factor != f->factor;
    f->factor = factor;
    fill_restart(f);
    return changed;
}
