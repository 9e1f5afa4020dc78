// How many pictures a second a film has, learnt from the RTP times of its frames: no description says it. An
// encoder may leave frames out, so a longer time between two has to last before it is believed.
#ifndef RECEIVER_TEMPO_H
#define RECEIVER_TEMPO_H

#include <stdbool.h>
#include <stdint.h>

struct tempo {
    uint32_t interval; // between two frames, units of the RTP clock
    bool learnt;       // as they came
    int longer;        // so many in a row were longer ones
    bool any;          // there was a frame before, whose last packet and time are
    uint32_t end, time;
};

// A frame of packets first..last (extended sequence numbers) is decoded. whole: from its first packet on.
// most: no two frames of a film are further apart than this, units of the RTP clock.
void tempo_frame(struct tempo *t, uint32_t first, uint32_t last, uint32_t timestamp, bool whole,
                 uint32_t most);

#endif
