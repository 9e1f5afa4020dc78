// How sure one can be of a share that was counted: of `trials` things, `hits` went well.
#ifndef LAB_PROPORTION_H
#define LAB_PROPORTION_H

#include <stddef.h>

struct proportion {
    double share; // hits / trials, 0 to 1; 0 when there were no trials
    double low;   // the true share lies between low and high, with 95 % confidence
    double high;
};

// Wilson's score interval (E. B. Wilson, Probable inference, the law of succession, and statistical
// inference, J. Amer. Statist. Assoc. 22, 1927): good for few trials and for shares near 0 and 1.
// It takes the trials for independent. `hits` <= `trials`; no trials: nothing is known, 0 to 1.
struct proportion proportion_of(size_t hits, size_t trials);

struct proportion_cluster { // trials that belong together: those of one listener, say
    size_t hits, trials;
};

// The same for trials that are not independent within a cluster, as the answers of one person are not.
// Wilson's interval for as many trials as the variance between the clusters says that these are worth, at
// most for all of them, and with Student's distribution of so many clusters (E. L. Korn and B. I. Graubard,
// Confidence intervals for proportions with small expected number of positive counts estimated from
// survey data, Survey Methodology 24, 1998). One cluster by itself says nothing of others: its trials are
// taken for independent. Clusters without trials do not count.
struct proportion proportion_of_clusters(const struct proportion_cluster *clusters, size_t count);

#endif
