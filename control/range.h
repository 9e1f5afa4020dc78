// The Range header of RTSP in normal play time (RFC 2326 3.6, 12.29). Other units (smpte, clock)
// are not spoken: a file or a microphone has neither.
#ifndef CONTROL_RANGE_H
#define CONTROL_RANGE_H

#include "control/slice.h"
#include "media/usec.h"

#include <stdbool.h>

enum range_status {
    RANGE_OK,
    RANGE_BAD_UNIT, // not npt -> 457 or ignore
    RANGE_BAD_TIME, // not a time, the end before the start, or more than a year -> 457
};

struct range {
    bool now;   // starts at what is live; `start` is then 0
    usec start; // media time; 0 when only an end was given ("npt=-20")
    usec end;   // media time; USEC_NEVER: open
};

// npt=0-, npt=now-, npt=10.5-20, npt=0:01:02.5-1:00:00, npt=-20; a lone start ("npt=5") is an open
// range; a ";time=" behind it is ignored. Fractions beyond a microsecond are cut off.
enum range_status range_parse(struct range *range, struct slice value);

const char *range_strstatus(enum range_status status);

#endif
