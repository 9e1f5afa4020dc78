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

#endif
