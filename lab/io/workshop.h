// Does the runs of a plan (plan.h), several at a time: encodes once per source and encoder setting,
// then passes what was said through every network, and scores what was heard.
#ifndef LAB_IO_WORKSHOP_H
#define LAB_IO_WORKSHOP_H

#include "lab/io/condition.h"
#include "lab/io/plan.h"
#include "lab/io/wordtest.h"

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct workshop_config {
    const struct plan *plan;      // whose runs have ids
    const struct condition *base; // what all runs share; outlives the workshop
    usec duration;                // most of a source; 0: all
    int jobs;                     // threads
    // Folder for clips of the first seeds, which their records name: what was heard ("clip"), and
    // what was said at that time ("said"). NULL: no clips.
    const char *clips;
    // What single words to say as well, beside the plan's first source; NULL: none.
    const struct wordtest *words;
    bool (*wanted)(void *ctx, const struct plan_run *run); // asked for each before any begins
    // Called by one thread at a time. NULL record: the run failed, as `why` says. False: stop.
    bool (*done)(void *ctx, const struct plan_run *run, json_t *record, const char *why);
    void *ctx;
};

// Returns when all is done or `stop` is set (by a signal handler, say). False: it could not begin,
// as `why` (CLI_WHY_MAX octets) says.
bool workshop_run(const struct workshop_config *config, const atomic_bool *stop, char *why);

#endif
