// A straight line through points that weigh differently, by least squares.
#ifndef LAB_FIT_H
#define LAB_FIT_H

#include <stdbool.h>

struct fit {                     // zeroed: no points yet
    double weight, x, y, xx, xy; // sums
};

void fit_add(struct fit *f, double x, double y, double weight);

// False: there are no two places that a slope could lie between.
bool fit_has_slope(const struct fit *f);
double fit_slope(const struct fit *f); // asked only where there is one
// Where the line of that slope is at x = 0; without points, 0.
double fit_start(const struct fit *f, double slope);

#endif
