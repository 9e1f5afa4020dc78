// The loss and the delay of a path (impair.h), turned by hand while it runs: a step up or down at
// a time, on scales whose steps can be heard.
#ifndef LAB_DIAL_H
#define LAB_DIAL_H

#include "media/impair.h"

#include <stdbool.h>

// To the next step of the scale, up to 50 % and to 500 ms; at its end, nothing changes. What else
// the path does stays, the correlation of losses among it. False: this path has no such dial, since
// a trace or a loss model of several states decides.
bool dial_loss(struct impair_spec *spec, bool up);
bool dial_delay(struct impair_spec *spec, bool up);

#endif
