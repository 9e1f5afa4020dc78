// A mean over the seeds of a condition, and how far it can be trusted.
#ifndef LAB_IO_REPORT_MEAN_H
#define LAB_IO_REPORT_MEAN_H

#include <stdbool.h>
#include <stddef.h>

struct report_mean { // zeroed: nothing was added yet
    size_t count;
    double mean;    // 0 when nothing was added
    double squares; // of the deviations from the mean, summed up (Welford 1962)
};

void report_mean_add(struct report_mean *m, double value);

// Half the width of the interval that holds the true mean with 95 % confidence, by Student's t:
// right for few seeds, if the values are about normally distributed. False: one value has none.
bool report_mean_half(const struct report_mean *m, double *half);

// What a value of Student's distribution with so many degrees of freedom (1 or more) stays below
// with a probability of 97.5 %; to 0.001 of it.
double report_mean_student(size_t freedom);

#endif
