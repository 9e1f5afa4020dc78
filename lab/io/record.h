// The figures of one run as JSON: those of the receiver (receiver/report.h), those of the sender,
// those that only virtual time can know, and the condition under which they came about. The keys
// are described in the man page.
#ifndef LAB_IO_RECORD_H
#define LAB_IO_RECORD_H

#include "lab/io/condition.h"
#include "lab/score.h"
#include "lab/sim.h"
#include "receiver/report.h"

#include <jansson.h>

// What the receiver's own report is told of a run; its `url` is empty.
struct report_context record_context(const struct sim_figures *figures,
                                     const struct condition *condition);

// The caller owns it. NULL: no memory.
json_t *record_of(const struct sim_figures *figures, const struct condition *condition);

// How many samples later than it was said all was heard at least, for scorer_run_late.
size_t record_late(const struct sim_figures *figures);

// Adds the scores; null each where `status` says that there are none, and why. False: no memory.
bool record_score(json_t *record, enum score_status status, const struct score *score);

// For --json NAME: writes a record there, by itself. False: told on stderr; NULL, for want of memory,
// is told like what cannot be written.
bool record_put(const json_t *record, const char *name);

#endif
