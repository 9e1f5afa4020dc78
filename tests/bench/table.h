// What a bench prints: one line a figure, beside its baseline; and the statistics for it.
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include <stddef.h>

struct figure {
    const char *what, *unit;
    double ours;
    const char *than; // the baseline; NULL: there is none
    double baseline;
    double at_most;        // aim of `ours` itself; 0: none
    double ratio_at_most;  // aim of ours / baseline; 0: none
    double ratio_at_least; // the same
};

void table_row(const struct figure *figure);
// Something that belongs to the rows around it.
void table_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

double median(double *values, size_t count); // sorts them; 0 of none

#endif
