// The figures of a receiver, for machines and for people. The keys are described in the man page.
#ifndef RECEIVER_REPORT_H
#define RECEIVER_REPORT_H

#include "receiver/receiver.h"

#include <jansson.h>
#include <stddef.h>

struct report_context {    // what the receiver does not know by itself
    const char *transport; // "udp" or "tcp"
    const char *url;
    usec device_delay;  // from handing a sample over to hearing it
    uint64_t underruns; // of the device
    uint64_t strays;    // datagrams from other hosts
    usec delay;         // from the speaker's mouth to the listener's ear, where it is known; 0: the
                        // estimate counts what the receiver adds, and nothing for the network
    const struct emodel_codec *codec; // what the estimate assumes; NULL: Opus at its bitrate
};

// With an estimate of quality by the E-model (emodel.h), and what it assumes. NULL: no memory.
json_t *report_json(const struct receiver_stats *s,
                    const struct report_context *context); // caller owns it
// The estimate alone: MOS, 1 to 4.5.
double report_mos(const struct receiver_stats *s, const struct report_context *context);
void report_progress(const struct receiver_stats *s, const struct report_context *context,
                     char *line, size_t cap);
void report_summary(const struct receiver_stats *s, const struct report_context *context,
                    char *text, size_t cap);

#endif
