// What client.c (the dialogue) and client_media.c (what a description means) share. Nobody else
// includes this.
#ifndef CONTROL_CLIENT_INTERNAL_H
#define CONTROL_CLIENT_INTERNAL_H

#include "control/client.h"
#include "control/sdp.h"

// The first audio medium with Opus, or video medium with VP8; NULL: there is none. GStreamer describes a track that it serves
// under two profiles as two media with one control: then the one that the offer was about.
const struct sdp_media *client_choose_media(const struct sdp *sdp, enum sdp_kind kind,
                                            bool feedback);

// Fills in what such a medium says. `feedback`: it was offered.
void client_take_media(struct client_stream *s, const struct sdp_media *media, bool feedback);

#endif
