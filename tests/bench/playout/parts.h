// The two parts of the bench; each prints its tables. Aims that are missed are told, not failed.
#ifndef PLAYOUT_PARTS_H
#define PLAYOUT_PARTS_H

#include <stdbool.h>
#include <stddef.h>

// Each file is a trace (media/trace.h). False: one cannot be read; that was told.
bool part_traces(char *const *files, size_t count);
void part_drift(void);
void part_loss(void);

#endif
