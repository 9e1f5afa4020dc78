// Shapes of delay: see distribution.h.
#include "media/distribution.h"

#include <math.h>

double distribution_normal(double u)
{
    double q = u - 0.5;
    if (fabs(q) <= 0.425) {
        double r = 0.180625 - q * q;
        double above = ((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179;
        double below = ((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1;
        return q * above / below;
    }
    double tail =
        fmax(q < 0 ? u : 1 - u, 0x1p-54); // u is a multiple of 2^-53; 0 would be infinitely far out
    double r = sqrt(-log(tail));
    double z;
    if (r <= 5) {
        r -= 1.6;
        z = ((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777;
        z /= (0.12021132975 * r + 0.73700164250) * r + 1;
    } else {
        r -= 5;
        z = ((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150;
        z /= (0.012258202635 * r + 0.24197894225) * r + 1;
    }
    return q < 0 ? -z : z;
}

#define SQRT_HALF 0.70710678118654752440

static double uniform(double z)
{
    return erf(z * SQRT_HALF);
}

static double normal(double z)
{
    return z;
}

#define PARETO_CUT  4.5
#define PARETO_MEAN 1.4753086419753086

static double pareto_raw(double z)
{
    double share_above = 0.5 * erfc(z * SQRT_HALF);
    return fmin(1 / cbrt(share_above), PARETO_CUT); // nothing above: 1 / 0, which is cut
}

static double pareto(double z)
{
    const double deviation = 0.61564597497; // square root of the variance in distribution.h
    return (pareto_raw(z) - PARETO_MEAN) / deviation;
}

// z / 4 + (3 / 4) (4 / 3) (X - 1.5); the covariance of z and X, 0.51125249944, is a numerical
// integral.
static double paretonormal(double z)
{
    const double deviation = 0.83495282273; // sqrt(1 / 16 + var X + 0.51125249944 / 2)
    return (z / 4 + pareto_raw(z) - PARETO_MEAN) / deviation;
}

static const struct shape {
    const char *name;
    double (*value)(double z);
} shapes[DISTRIBUTIONS] = {
    [DISTRIBUTION_UNIFORM] = {"uniform", uniform},
    [DISTRIBUTION_NORMAL] = {"normal", normal},
    [DISTRIBUTION_PARETO] = {"pareto", pareto},
    [DISTRIBUTION_PARETONORMAL] = {"paretonormal", paretonormal},
};

const char *distribution_name(enum distribution d)
{
    return shapes[d].name;
}

double distribution_value(enum distribution d, double z)
{
    return shapes[d].value(z);
}
