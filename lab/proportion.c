// A share, and how sure it is: see proportion.h.
#include "lab/proportion.h"

#include <assert.h>
#include <math.h>

#define Z 1.959963984540054 // 97.5 % of the normal distribution lie below

struct proportion proportion_of(size_t hits, size_t trials)
{
    assert(hits <= trials);
    if (trials == 0)
        return (struct proportion){.share = 0, .low = 0, .high = 1};
    double n = (double)trials, p = (double)hits / n;
    double middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
    double half = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
    // At both ends the interval touches the share; rounding must not carry it across.
    return (struct proportion){
        .share = p,
        .low = hits == 0 ? 0 : middle - half,
        .high = hits == trials ? 1 : middle + half,
    };
}
