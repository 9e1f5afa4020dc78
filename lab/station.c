// A sender in virtual time: see station.h.
#include "lab/station.h"

#include <stdlib.h>

struct station {
    struct sender *sender;
    struct feed feed;
    struct sender_position position;
    int listener;
    bool ended;
};

struct station *station_new(const struct sender_config *config, struct peer_takes takes,
                            const struct feed_source *source)
{
    struct sender_config one = *config;
    struct station *s = calloc(1, sizeof *s);
    one.listeners_max = 1;
    if (!s || !(s->sender = sender_new(&one, 0))) {
        free(s);
        return NULL;
    }
    feed_init(&s->feed, s->sender, config->voice.channels, source);
    feed_prime(&s->feed, false);
    s->listener = sender_join(s->sender, 0, takes);
    s->position = sender_play(s->sender, s->listener, 0);
    sender_start(s->sender, 0);
    return s;
}

void station_free(struct station *s)
{
    if (!s)
        return;
    sender_free(s->sender);
    free(s);
}

struct sender_position station_position(const struct station *s)
{
    return s->position;
}

struct sender_stats station_stats(const struct station *s)
{
    return sender_stats(s->sender);
}

bool station_output(struct station *s, usec now, struct sender_datagram *out)
{
    while (!sender_output(s->sender, now, out)) {
        if (sender_frame_due(s->sender) > now)
            return false;
        if (feed_frame(&s->feed))
            continue;
        if (!s->ended) { // what was left out as silence is sent first, the BYE follows it
            s->ended = true;
            sender_last(s->sender);
        } else {
            sender_end(s->sender, now);
        }
    }
    return true;
}

void station_rtcp(struct station *s, usec now, const void *data, size_t len)
{
    sender_rtcp(s->sender, s->listener, now, data, len);
}

bool station_has_ended(const struct station *s)
{
    return s->ended && !sender_running(s->sender);
}

usec station_next(const struct station *s)
{
    bool over = !sender_running(s->sender) && !sender_busy(s->sender);
    return over ? USEC_NEVER : usec_min(sender_next(s->sender), sender_frame_due(s->sender));
}
