// Rate given back to a full path: see congestion.h.
#include "sender/congestion.h"

#define WINDOW    (30 * USEC_SECOND)
#define QUEUE     (40 * USEC_MS) // of a round trip above its least and the jitter, three times in a row
#define DEEP      (120 * USEC_MS) // too much, although nothing is lost yet
#define SHORT     (20 * USEC_MS)  // a queue that is none any more
#define VARIES    3 // times the jitter: so much longer than the least may any three be without a queue
#define DRAINS    (10 * USEC_MS)  // from one report to the next: what was given back is enough
#define EAGER     (20 * USEC_MS)  // what is a queue already to who is eager, twice in a row
#define BEHIND    (40 * USEC_MS)  // that packets tell of
#define TWICE     2               // in a row: once, it may be a row of losses
#define NOISE     0.05            // share lost: more of it and a queue are too much for sure
#define CLEAR     0.9             // of what is not lost has come: nothing waits
#define HALT      (400 * USEC_MS) // and with so long a one who is eager sends
#define TRICKLE   0.1             // of that only, so that it empties
#define GIVE_BACK 0.85            // of what came through is left,
#define GIVE_MORE 0.7             // and of who is eager
#define SPACING   (400 * USEC_MS) // reports that are closer to each other count as one
#define PATIENCE  2     // reports: the round trip is one report old, and a queue drains slowly
#define IN_VAIN   3     // times rate is given back without a shorter queue: then it is not ours
#define CLOSE     0.9   // to what came through then, up to
#define BEYOND    1.2   // what shows that the path bears more now
#define FAST      1.08  // for each report without a queue,
#define CAREFULLY 1.006 // and close to what came through
#define LEAST     10000 // bit/s

static usec least_of(const struct congestion *c)
{
    return usec_min(c->least, c->least_before);
}

// Of such a round trip, what the path and its jitter do not explain.
static usec queue_of(const struct congestion *c, usec round_trip)
{
    usec queue = round_trip - least_of(c) - VARIES * c->jitter;
    return queue > 0 ? queue : 0;
}

static void observe(struct congestion *c, usec now, usec round_trip)
{
    if (!c->started || now >= c->window_end) {
        c->least_before = c->started ? c->least : round_trip;
        c->least = round_trip;
        c->window_end = now + WINDOW;
    }
    c->least = usec_min(c->least, round_trip);
    c->latest[2] = c->started ? c->latest[1] : round_trip;
    c->latest[1] = c->started ? c->latest[0] : round_trip;
    c->latest[0] = round_trip;
    c->started = true;
}

// Giving back does not help: it is the path that has become longer.
static bool is_in_vain(struct congestion *c)
{
    usec queue = congestion_queue(c);
    if (!c->full || queue <= c->queue - SHORT) {
        c->queue = queue;
        c->given = 0;
    }
    c->queue = usec_max(c->queue, queue);
    if (c->given++ < IN_VAIN)
        return false;
    c->least = c->least_before = usec_min(c->latest[0], usec_min(c->latest[1], c->latest[2]));
    c->too_much = 0; // nothing was
    return true;
}

// Do the packets themselves tell of a queue?
static bool is_behind(const struct congestion *c, const struct congestion_news *news)
{
    usec least = c->started ? usec_min(least_of(c), news->round_trip) : news->round_trip;
    usec jitter = (news->lost > 0 ? 1 : VARIES) * news->jitter;
    return c->eager && least != USEC_NEVER && news->trip_least - least - jitter >= BEHIND;
}

// The round trip; by the packets, where these tell of a queue.
static usec trip_of(const struct congestion *c, const struct congestion_news *news)
{
    bool longer = news->round_trip == USEC_NEVER || news->trip_least > news->round_trip;
    return longer && c->behind >= TWICE ? news->trip_least : news->round_trip;
}

void congestion_report(struct congestion *c, usec now, const struct congestion_news *news)
{
    c->behind = is_behind(c, news) ? c->behind + 1 : 0;
    usec round_trip = trip_of(c, news);
    bool sure = c->behind >= TWICE && news->lost >= NOISE;
    bool short_trip = news->round_trip != USEC_NEVER && queue_of(c, news->round_trip) < EAGER;
    c->clear =
        !c->behind && news->came >= CLEAR * (1 - news->lost) && (short_trip || news->lost < NOISE);
    if (round_trip == USEC_NEVER)
        return;
    observe(c, now, round_trip);
    c->jitter = news->jitter;
    bool drains = c->latest[0] <= c->latest[1] - DRAINS;
    bool harms = c->eager || news->lost > 0 || congestion_queue(c) >= DEEP;
    double through = c->eager ? news->through : news->rate * (1 - news->lost);
    bool spaced = !c->eager || now - c->counted >= SPACING;
    c->counted = spaced ? now : c->counted;
    c->patience -= spaced && c->patience > 0;
    if ((sure || (congestion_is_full(c) && !drains)) && harms && through > 0 && !c->patience) {
        if (is_in_vain(c))
            return;
        c->too_much = c->full ? c->too_much : through;
        c->full = true;
        c->cap = (c->eager ? GIVE_MORE : GIVE_BACK) *
                 (c->cap > 0 && c->cap < through ? c->cap : through);
        c->cap = c->cap > LEAST ? c->cap : LEAST;
        c->patience = PATIENCE;
    } else if (spaced && c->cap > 0 && queue_of(c, c->latest[0]) < SHORT) {
        c->full = false;
        bool close = c->cap >= CLOSE * c->too_much && c->cap <= BEYOND * c->too_much;
        c->cap *= close ? CAREFULLY : FAST;
    }
}

usec congestion_queue(const struct congestion *c)
{
    return queue_of(c, usec_min(c->latest[0], usec_min(c->latest[1], c->latest[2])));
}

bool congestion_is_full(const struct congestion *c)
{
    if (c->eager)
        return queue_of(c, usec_min(c->latest[0], c->latest[1])) >= EAGER ||
               queue_of(c, c->latest[0]) >= DEEP;
    return congestion_queue(c) >= QUEUE;
}

// Who is eager lets a deep queue empty first.
static double share_of(const struct congestion *c)
{
    usec queue = queue_of(c, c->latest[0]);
    if (!c->eager || !c->full || queue <= DEEP)
        return 1;
    double share = (double)(HALT - queue) / (double)(HALT - DEEP);
    return share > TRICKLE ? share : TRICKLE;
}

double congestion_rate(const struct congestion *c, double most)
{
    double rate = c->cap * share_of(c);
    rate = rate > LEAST ? rate : LEAST;
    return c->cap > 0 && rate < most ? rate : most;
}
