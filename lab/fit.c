// A straight line by weighted least squares: see fit.h.
#include "lab/fit.h"

#define NARROW 1e-6 // of the squares: all points are at one place, but for rounding

static double spread(const struct fit *f)
{
    return f->weight * f->xx - f->x * f->x;
}

void fit_add(struct fit *f, double x, double y, double weight)
{
    f->weight += weight;
    f->x += weight * x;
    f->y += weight * y;
    f->xx += weight * x * x;
    f->xy += weight * x * y;
}

bool fit_has_slope(const struct fit *f)
{
    return spread(f) > NARROW * f->weight * f->xx;
}

double fit_slope(const struct fit *f)
{
    return (f->weight * f->xy - f->x * f->y) / spread(f);
}

double fit_start(const struct fit *f, double slope)
{
    return f->weight > 0 ? (f->y - slope * f->x) / f->weight : 0;
}
