// The parts of the bench; each prints its tables. Aims that are missed are told, not failed.
#ifndef PLAYOUT_PARTS_H
#define PLAYOUT_PARTS_H

#include <stdbool.h>
#include <stddef.h>

// All of them: false, something could not be measured, and that was told.

bool part_traces(char *const *files, size_t count); // each file is a trace (media/trace.h)
bool part_drift(void);

bool part_loss(void);  // under a limit of rate
bool part_nack(void);  // packets sent again
bool part_words(void); // single words understood

#endif
