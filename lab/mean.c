// A mean, and how far it can be trusted: see mean.h.
#include "lab/mean.h"

#include <assert.h>
#include <math.h>

#define Z 1.959963984540054 // 97.5 % of the normal distribution lie below

void mean_add(struct mean *m, double value)
{
    double off = value - m->mean;
    m->count++;
    m->mean += off / (double)m->count;
    m->squares += off * (value - m->mean);
}

// Up to 4 degrees the table; from there on the expansion around the normal distribution
// (Abramowitz and Stegun, 26.7.5).
double mean_student(size_t freedom)
{
    static const double table[] = {0, 12.706205, 4.302653, 3.182446, 2.776445};
    assert(freedom > 0);
    if (freedom < sizeof table / sizeof table[0])
        return table[freedom];
    const double n = (double)freedom, z2 = Z * Z, z3 = Z * z2, z5 = z3 * z2, z7 = z5 * z2;
    return Z + (z3 + Z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * Z) / (96 * n * n) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * Z) / (384 * n * n * n) +
           (79 * z7 * z2 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * Z) / (92160 * n * n * n * n);
}

bool mean_half(const struct mean *m, double *half)
{
    if (m->count < 2)
        return false;
    double n = (double)m->count;
    *half = mean_student(m->count - 1) * sqrt(fmax(m->squares, 0) / (n - 1) / n);
    return true;
}
