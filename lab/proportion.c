// A share, and how sure it is: see proportion.h.
#include "lab/proportion.h"

#include "lab/mean.h"

#include <assert.h>
#include <math.h>

#define Z 1.959963984540054 // 97.5 % of the normal distribution lie below

// At both ends the interval touches the share; rounding must not carry it across.
static struct proportion wilson(double p, double n)
{
    double middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
    double half = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
    return (struct proportion){
        .share = p,
        .low = p <= 0 ? 0 : middle - half,
        .high = p >= 1 ? 1 : middle + half,
    };
}

struct proportion proportion_of(size_t hits, size_t trials)
{
    assert(hits <= trials);
    if (trials == 0)
        return (struct proportion){.share = 0, .low = 0, .high = 1};
    return wilson((double)hits / (double)trials, (double)trials);
}

// How many independent trials are worth as much as all of these.
static double worth(const struct proportion_cluster *clusters, size_t count, size_t filled,
                    double p, double n)
{
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        double off = (double)clusters[i].hits - p * (double)clusters[i].trials;
        squares += off * off;
    }
    double k = (double)filled, between = k / (k - 1) * squares / (n * n);
    double within = p * (1 - p) / n, student = Z / mean_student(filled - 1);
    return n * (between > within ? within / between : 1) * student * student;
}

struct proportion proportion_of_clusters(const struct proportion_cluster *clusters, size_t count)
{
    size_t hits = 0, trials = 0, filled = 0;
    for (size_t i = 0; i < count; i++) {
        hits += clusters[i].hits;
        trials += clusters[i].trials;
        filled += clusters[i].trials > 0;
    }
    if (filled < 2)
        return proportion_of(hits, trials);
    double p = (double)hits / (double)trials;
    return wilson(p, worth(clusters, count, filled, p, (double)trials));
}
