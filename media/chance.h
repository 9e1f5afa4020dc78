// A chance that comes in runs: a two-state Markov chain whose stationary probability is `p` and
// whose lag-1 correlation is `correlation`, so that both are what was asked for. (sch_netem.c
// filters its random numbers instead, which changes the share: at 25 % correlation a loss of 5 %
// becomes 3 %.) After an event the next comes with p + c (1 - p), otherwise with p (1 - c); runs of
// events are 1 / ((1 - p) (1 - c)) long on average. A correlation of 1 keeps the first outcome for
// ever.
#ifndef MEDIA_CHANCE_H
#define MEDIA_CHANCE_H

#include <stdbool.h>

struct chance {
    double p;           // 0..1: share of the trials in which it happens
    double correlation; // 0..1: between one trial and the next
};

struct chance_run { // zero: before the first trial
    bool started;
    bool last;
};

// One trial with a random number 0 <= u < 1.
static inline bool chance_happens(struct chance_run *run, struct chance chance, double u)
{
    double p = chance.p;
    if (run->started)
        p = run->last ? p + chance.correlation * (1 - p) : p * (1 - chance.correlation);
    run->started = true;
    run->last = u < p;
    return run->last;
}

#endif
