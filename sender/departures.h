// When the latest packets of a stream went out. A report says which one is the latest that has come: those
// behind it are still on their way, or lost. So every report tells how long the way is at least, also where
// our own reports, which a round trip is measured by, were lost in the same full queue.
#ifndef SENDER_DEPARTURES_H
#define SENDER_DEPARTURES_H

#include "media/usec.h"

#include <stdint.h>

#define DEPARTURES_KEPT 512 // packets: a second of 5 Mb/s
#define DEPARTURES_ROW  3   // so many in a row are on their way rather than lost

struct departures { // zero: nothing went out
    usec at[DEPARTURES_KEPT];
    uint16_t last; // sequence number
    int count;     // kept, up to `last`
};

// Numbers come one after the other; any other one begins anew.
void departures_add(struct departures *d, usec now, uint16_t seq);
// A report comes `now` and knows of nothing behind `seq`: to there and back it takes so long at least, were
// DEPARTURES_ROW packets in a row not lost. 0: that is not known.
usec departures_trip(const struct departures *d, usec now, uint16_t seq);

#endif
