// The packets of a link: from one side's device through the path to the other side's.
#ifndef LAB_IO_LINK_CROSSING_H
#define LAB_IO_LINK_CROSSING_H

#include "lab/io/link/device.h"
#include "lab/io/link/link.h"
#include "media/io/loop.h"

struct crossing;

// Forwards from now on, while the loop runs. The arguments outlive it. NULL: no memory.
struct crossing *crossing_new(struct loop *loop, const struct link_config *config,
                              const struct device *device,
                              const struct device_end ends[LINK_SIDES]);
void crossing_free(struct crossing *crossing); // NULL is fine
// At the end. Leaves the caller in any of the namespaces.
void crossing_figures(const struct crossing *crossing, struct link_outcome *outcome);

#endif
