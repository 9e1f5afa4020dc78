// A lossy link, seen from inside: the process that makes both sides, starts what runs there, and
// forwards what they send.
#ifndef LAB_IO_LINK_INSIDE_H
#define LAB_IO_LINK_INSIDE_H

#include "lab/io/link/link.h"

// For a process that space_fork made. Fills in `outcome`; returns its exit status.
int inside_run(const struct link_config *config, struct link_outcome *outcome);

#endif
