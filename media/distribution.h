// The shapes that a varying delay can have, as inverse distribution functions with mean 0 and
// standard deviation 1 (uniform: -1..1, as netem has it, so its standard deviation is 1/sqrt(3)).
//
// pareto and paretonormal are the shapes of netem's tables (iproute2 netem/pareto.c,
// paretonormal.c): a Pareto variable with exponent 3, X = s^(-1/3) for s even over 0..1, cut at X
// = 4.5; and a quarter of a normal variable plus three quarters of netem's (4/3)(X - 1.5), both
// from the same random number. netem's constants leave a mean of -0.03 and a standard deviation of
// 0.82 and 0.83; here they are exact:
//     with c = 4.5:  mean m = 3/2 - 1/(2 c^2),  variance 3 - 2/c - m^2
#ifndef MEDIA_DISTRIBUTION_H
#define MEDIA_DISTRIBUTION_H

enum distribution { // zero is netem's default
    DISTRIBUTION_UNIFORM,
    DISTRIBUTION_NORMAL,
    DISTRIBUTION_PARETO,
    DISTRIBUTION_PARETONORMAL,
    DISTRIBUTIONS
};

// The word of tc-netem(8).
const char *distribution_name(enum distribution d);

// The standard normal variable that lies above a share u of all, 0 <= u < 1; finite, good to 6
// digits. Wichura, "The percentage points of the normal distribution", Applied Statistics 37
// (1988): AS 241, PPND7.
double distribution_normal(double u);

// The value of `d` that lies above the same share of all as the standard normal variable `z`.
double distribution_value(enum distribution d, double z);

#endif
