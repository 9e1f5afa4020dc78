// A sender in virtual time, with its source and one listener: what the radio (sender/io/radio.h) is
// to the program. The same sender, the same frames, the same reports; its clock is an argument.
#ifndef LAB_STATION_H
#define LAB_STATION_H

#include "sender/feed.h"
#include "sender/sender.h"

#include <stdbool.h>

struct station;

// The time line starts at now = 0, when its only listener plays. takes: what that can take besides
// plain packets. Copies its arguments; what `source` points to outlives the station. NULL: no
// memory, or settings that the codec refuses.
struct station *station_new(const struct sender_config *config, struct peer_takes takes,
                            const struct feed_source *source);
void station_free(struct station *s); // NULL is fine

struct sender_position station_position(const struct station *s); // where the listener began
struct sender_stats station_stats(const struct station *s);

// A datagram for the listener that is due by `now`; false: none is.
bool station_output(struct station *s, usec now, struct sender_datagram *out);
// A report from the listener.
void station_rtcp(struct station *s, usec now, const void *data, size_t len);
bool station_has_ended(const struct station *s); // the source is over; BYEs may follow
// When station_output has something next; USEC_NEVER: the source is over, and every BYE was said.
usec station_next(const struct station *s);

#endif
