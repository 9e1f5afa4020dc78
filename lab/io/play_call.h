// voz-lab play --call: both ways of a call in virtual time, each with its figures and its score.
#ifndef LAB_IO_PLAY_CALL_H
#define LAB_IO_PLAY_CALL_H

#include "lab/io/condition.h"
#include "lab/io/source.h"
#include "lab/twoway.h"

#include <stdbool.h>

struct play_call {
    const struct condition *condition;        // complete
    struct source_config source[TWOWAY_WAYS]; // what is said
    const char *out, *json;                   // NULL: not wanted
    bool no_score, quiet;
};

int play_call(const struct play_call *config); // exit status; what failed was told

#endif
