// When a picture is to be seen, so that it meets the voice: the voice is the master, it is heard when its
// jitter buffer says so, and the picture waits or hurries. Both streams' times are brought together by
// the sender's reports (clock.h); before there are any, by where PLAY said that both begin (RTP-Info, RFC
// 2326 section 12.33).
#ifndef RECEIVER_LIPSYNC_H
#define RECEIVER_LIPSYNC_H

#include "media/clock.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lipsync {
    struct clock voice, picture;
    bool begun; // both begin at these RTP times
    uint32_t voice_first, picture_first;
    bool heard; // the voice of RTP time `heard_time` is heard at `heard_at`
    uint32_t heard_time;
    usec heard_at;
    usec wait; // of the voice, in the receiver
};

// Rates of the RTP times, Hz.
void lipsync_init(struct lipsync *l, uint32_t voice_rate, uint32_t picture_rate);
// Both streams begin at the same instant, with these RTP times.
void lipsync_begins(struct lipsync *l, uint32_t voice_time, uint32_t picture_time);
// RTCP of the voice, or of the pictures; any octets are fine. ssrc: of the stream, since what an earlier one
// of that sender reports is of another time line; 0: not known (yet), whoever reports is taken for it.
void lipsync_voice_rtcp(struct lipsync *l, uint32_t ssrc, const void *data, size_t len);
void lipsync_picture_rtcp(struct lipsync *l, uint32_t ssrc, const void *data, size_t len);
// The voice of that RTP time is heard at that instant; wait: above its fastest packet.
void lipsync_heard(struct lipsync *l, uint32_t voice_time, usec at, usec wait);

// When a picture of that RTP time is to be seen; USEC_NEVER: not known (yet).
usec lipsync_due(const struct lipsync *l, uint32_t picture_time);

#endif
