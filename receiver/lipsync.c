// Lip sync: see lipsync.h.
#include "receiver/lipsync.h"

void lipsync_init(struct lipsync *l, uint32_t voice_rate, uint32_t picture_rate)
{
    *l = (struct lipsync){0};
    clock_init(&l->voice, voice_rate);
    clock_init(&l->picture, picture_rate);
}

void lipsync_begins(struct lipsync *l, uint32_t voice_time, uint32_t picture_time)
{
    l->begun = true;
    l->voice_first = voice_time;
    l->picture_first = picture_time;
}

static void take_reports(struct clock *clock, uint32_t ssrc, const void *data, size_t len)
{
    struct rtcp_walk walk = rtcp_walk(data, len);
    struct rtcp_packet packet;
    while (rtcp_next(&walk, &packet) == RTCP_OK)
        if (packet.type == RTCP_SR && (!ssrc || packet.ssrc == ssrc))
            clock_report(clock, &packet.sender);
}

void lipsync_voice_rtcp(struct lipsync *l, uint32_t ssrc, const void *data, size_t len)
{
    take_reports(&l->voice, ssrc, data, len);
}

void lipsync_picture_rtcp(struct lipsync *l, uint32_t ssrc, const void *data, size_t len)
{
    take_reports(&l->picture, ssrc, data, len);
}

void lipsync_heard(struct lipsync *l, uint32_t voice_time, usec at, usec wait)
{
    l->heard = true;
    l->heard_time = voice_time;
    l->heard_at = at;
    l->wait = wait;
}

usec lipsync_due(const struct lipsync *l, uint32_t picture_time)
{
    struct clock voice = l->voice, picture = l->picture;
    if (!l->heard)
        return USEC_NEVER;
    if (!voice.known || !picture.known) {
        if (!l->begun)
            return USEC_NEVER;
        voice.wall = picture.wall = 0;
        voice.rtp = l->voice_first;
        picture.rtp = l->picture_first;
    }
    return l->heard_at + clock_wall(&picture, picture_time) - clock_wall(&voice, l->heard_time);
}
