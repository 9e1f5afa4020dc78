// Numbers with units in what users write: times, percentages and rates as tc(8) reads them. A
// number is decimal digits with or without a fraction, of which 9 decimals count; no sign, no
// exponent. Units stand right behind it, in upper or lower case.
#ifndef MEDIA_QUANTITY_H
#define MEDIA_QUANTITY_H

#include <stddef.h>
#include <stdint.h>

#define QUANTITY_WHOLE UINT64_C(100000000000) // 100 % in the units of quantity_percentage

struct quantity_unit {
    const char *name;
    uint64_t scale; // at most 18 * 10^9
};

struct quantity {
    const struct quantity_unit *units; // up to one whose name is NULL; "" is a bare number
    uint64_t most;
    const char *expected; // what to say when it is something else
    const char *too_much; // what to say when it is more than `most`
};

extern const struct quantity quantity_time;       // microseconds, at most 2^32 - 1 as in tc
extern const struct quantity quantity_percentage; // 10^-9 %
extern const struct quantity quantity_rate;       // bit/s, at most 10^12
extern const struct quantity_unit quantity_no_unit[];

// Reads all of `text` into `value`, rounded to a whole number. NULL, or what is wrong: static text.
const char *quantity_read(const struct quantity *q, const char *text, size_t len, uint64_t *value);

#endif
