// A mean of values that vary by chance, and how far it can be trusted.
#ifndef LAB_MEAN_H
#define LAB_MEAN_H

#include <stdbool.h>
#include <stddef.h>

struct mean { // zeroed: nothing was added yet
    size_t count;
    double mean;    // 0 when nothing was added
    double squares; // of the deviations from the mean, summed up (Welford 1962)
};

void mean_add(struct mean *m, double value);

// Half the width of the interval that holds the true mean with 95 % confidence, by Student's t:
// right for few seeds, if the values are about normally distributed. False: one value has none.
bool mean_half(const struct mean *m, double *half);

// What a value of Student's distribution with so many degrees of freedom (1 or more) stays below
// with a probability of 97.5 %; to 0.001 of it.
double mean_student(size_t freedom);

#endif
