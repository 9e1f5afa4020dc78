// How a call goes, in one line for a terminal.
#ifndef CALL_STATUS_H
#define CALL_STATUS_H

#include "media/usec.h"
#include "receiver/receiver.h"
#include "sender/sender.h"

#include <stdbool.h>
#include <stddef.h>

struct call_status {
    const char *peer;  // who
    const char *codec; // "Opus"
    usec lasted;
    const struct receiver_stats *heard;
    const struct peer_figures *said;
    usec device_delay;     // of the loudspeaker, and of what cleans the microphone's sound
    double mos;            // estimate of what is heard
    double we_db, they_db; // levels, dBFS
    bool muted, held;
};

void call_status_write(const struct call_status *s, char *line, size_t cap);

#endif
