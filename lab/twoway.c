// A call both ways in virtual time: see twoway.h.
#include "lab/twoway.h"

#include "media/rtp.h"

#include <stdlib.h>
#include <string.h>

#define PATIENCE (5 * USEC_SECOND) // for what was said last to be heard

struct end {
    struct call *call;
    struct feed feed;
    struct impair *path;  // of what it says
    struct end *other;    // who hears it
    struct heard *heard;  // of it
    uint32_t begin;       // RTP timestamp of instant 0
    int64_t said;         // samples, until its source was over
    bool over;            // the source
    uint8_t type_again;   // RTP payload type of what it sends again
    uint64_t again;       // packets of these,
    uint64_t rtp, octets; // of the others, and of both
    // Of what it hears.
    int64_t heard_to; // samples of the other's source
    double *delays;   // microseconds, of each packet that was played
    size_t count, room;
    double buffer_sum;
    bool no_memory;
};

struct twoway {
    struct end ends[TWOWAY_WAYS]; // who speaks forward, who speaks back
    int64_t played;               // samples, since instant 0
    usec now;
    usec silent; // since when both have nothing more to say; USEC_NEVER: they have
    bool over;
};

// ---- what is heard -----------------------------------------------------------------------------

static void keep_delay(struct end *e, usec delay)
{
    if (e->count == e->room) {
        size_t room = e->room ? 2 * e->room : 1024;
        double *more = realloc(e->delays, room * sizeof *more);
        e->no_memory |= !more;
        if (!more)
            return;
        e->delays = more;
        e->room = room;
    }
    e->delays[e->count++] = (double)delay;
}

static void on_decided(void *ctx, const struct receiver_decision *d)
{
    struct end *e = ctx;
    uint32_t since = (uint32_t)d->time - e->other->begin;
    e->heard_to += (int32_t)(since - (uint32_t)e->heard_to);
    usec delay = d->at - usec_from_units(e->heard_to, VOICE_RATE);
    // Else a bit error in its timestamp says when it was due.
    if (d->kind == PLAYOUT_PACKET && delay >= 0 && delay <= d->at) {
        keep_delay(e, delay);
        e->buffer_sum += (double)(d->at - d->arrival);
    }
}

static void listen_at(struct end *e, usec now)
{
    int16_t pcm[2 * SIM_PERIOD] = {0}; // as it stays while nothing has come
    struct receiver *r = call_receiver(e->call);
    struct receiver_event event;
    struct receiver_played played = receiver_play(r, now, pcm, SIM_PERIOD);
    if (e->other->heard)
        heard_add(e->other->heard, pcm, played.lead + played.used, 1);
    while (receiver_event(r, &event))
        ;
}

// ---- what is said ------------------------------------------------------------------------------

static void count_datagram(struct end *e, const struct call_datagram *d)
{
    struct rtp_packet packet;
    if (d->rtcp || rtp_parse(&packet, d->data, d->len) != RTP_OK)
        return;
    bool again = packet.payload_type == e->type_again;
    e->again += again;
    e->rtp += !again;
    e->octets += d->len;
}

static void send_pending(struct end *e, usec now)
{
    struct call_datagram d;
    while (call_output(e->call, now, &d)) {
        count_datagram(e, &d);
        impair_input(e->path, now, d.data, d.len, 0);
    }
}

static void speak(struct end *e, usec now)
{
    static const int16_t silence[VOICE_FRAME_MAX];
    struct sender *s = call_sender(e->call);
    while (sender_frame_due(s) <= now) {
        send_pending(e, now);
        if (!e->over && feed_frame(&e->feed)) {
            e->said += (int64_t)sender_frame_samples(s);
        } else {
            e->over = true;
            sender_frame(s, silence);
        }
    }
    send_pending(e, now);
}

static void carry(struct end *e, usec now)
{
    uint8_t data[IMPAIR_DATAGRAM_MAX];
    uint64_t tag;
    usec due;
    size_t len;
    while ((len = impair_output(e->path, now, data, sizeof data, &tag, &due)))
        call_input(e->other->call, due, data, len);
}

// ---- the clock ---------------------------------------------------------------------------------

static usec next_of(const struct end *e)
{
    usec said = usec_min(sender_frame_due(call_sender(e->call)), call_next(e->call));
    return usec_min(said, impair_next(e->path));
}

static usec next(const struct twoway *t)
{
    usec sound = usec_from_units(t->played, VOICE_RATE);
    return usec_min(sound, usec_min(next_of(&t->ends[0]), next_of(&t->ends[1])));
}

static bool has_heard_all(const struct end *e)
{
    return e->heard_to >= e->other->said;
}

static void look_at_the_end(struct twoway *t)
{
    const struct end *a = &t->ends[0], *b = &t->ends[1];
    if (!a->over || !b->over)
        return;
    t->silent = usec_min(t->silent, t->now);
    t->over = (has_heard_all(a) && has_heard_all(b)) || t->now - t->silent >= PATIENCE;
}

bool twoway_run(struct twoway *t, usec until)
{
    usec at;
    while (!t->over && (at = next(t)) <= until) {
        t->now = usec_max(t->now, at);
        for (int i = 0; i < TWOWAY_WAYS; i++)
            speak(&t->ends[i], t->now);
        for (int i = 0; i < TWOWAY_WAYS; i++)
            carry(&t->ends[i], t->now);
        if (usec_from_units(t->played, VOICE_RATE) > t->now)
            continue;
        for (int i = 0; i < TWOWAY_WAYS; i++)
            listen_at(&t->ends[i], t->now);
        t->played += SIM_PERIOD;
        look_at_the_end(t);
    }
    return t->over;
}

// ---- the object --------------------------------------------------------------------------------

static bool agree(const struct twoway_config *c, struct offer_agreed agreed[TWOWAY_WAYS])
{
    const struct offer_ours ours = {
        .host = "192.0.2.1", // of documentation (RFC 5737): nothing is sent there
        .port = 5004,
        .red = c->sender.limits.red != ADAPT_RED_OFF && c->receiver.red,
        .again = c->sender.resend && c->receiver.again,
        .fec = c->receiver.fec,
        .ptime = usec_from_units(c->sender.voice.frame_samples, VOICE_RATE),
        .direction = SDP_SENDRECV,
    };
    char offer[2048], answer[2048];
    return offer_write(&ours, offer, sizeof offer) &&
           offer_answer(&ours, slice_of(offer), &agreed[TWOWAY_BACK], answer, sizeof answer) ==
               OFFER_OK &&
           offer_answered(&ours, slice_of(answer), &agreed[TWOWAY_FORWARD]) == OFFER_OK;
}

static bool begin(struct twoway *t, const struct twoway_config *c, int i,
                  const struct offer_agreed *agreed)
{
    struct end *e = &t->ends[i];
    struct call_config config = {.sender = c->sender, .receiver = c->receiver};
    config.sender.seed = 2 * (uint64_t)i + 1;
    config.receiver.seed = 2 * (uint64_t)i + 2;
    config.receiver.decided = on_decided;
    config.receiver.ctx = e;
    e->other = &t->ends[!i];
    e->heard = c->heard[i];
    e->type_again = agreed->send_again;
    e->path = impair_new(c->network[i], impair_seed(c->network[i], c->seed, (uint64_t)i));
    e->call = call_new(&config);
    if (!e->path || !e->call || !call_agree(e->call, 0, agreed))
        return false;
    struct sender *s = call_sender(e->call);
    feed_init(&e->feed, s, 1, &c->sources[i]);
    feed_prime(&e->feed, false);
    e->begin = sender_play(s, call_listener(e->call), 0).timestamp; // plays already
    sender_start(s, 0);
    return true;
}

struct twoway *twoway_new(const struct twoway_config *config)
{
    struct offer_agreed agreed[TWOWAY_WAYS];
    struct twoway *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->silent = USEC_NEVER;
    if (!agree(config, agreed) || !begin(t, config, TWOWAY_FORWARD, &agreed[TWOWAY_FORWARD]) ||
        !begin(t, config, TWOWAY_BACK, &agreed[TWOWAY_BACK])) {
        twoway_free(t);
        return NULL;
    }
    return t;
}

void twoway_free(struct twoway *t)
{
    if (!t)
        return;
    for (int i = 0; i < TWOWAY_WAYS; i++) {
        call_free(t->ends[i].call);
        impair_free(t->ends[i].path);
        free(t->ends[i].delays);
    }
    free(t);
}

bool twoway_is_whole(const struct twoway *t)
{
    return !t->ends[0].no_memory && !t->ends[1].no_memory;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double mean_delay(const struct end *e)
{
    double sum = 0;
    for (size_t i = 0; i < e->count; i++)
        sum += e->delays[i];
    return e->count ? sum / (double)e->count : 0;
}

struct sim_figures twoway_figures(struct twoway *t, enum twoway_way way)
{
    const struct end *said = &t->ends[way], *heard = said->other;
    struct sim_figures f = {
        .receiver = receiver_stats(call_receiver(heard->call)),
        .sender = sender_stats(call_sender(said->call)),
        .datagrams_sent = said->rtp,
        .datagrams_again = said->again,
        .octets_sent = said->octets,
        .octets_wire = said->octets + IMPAIR_HEADER * (said->rtp + said->again),
        .sent_for = t->now,
        .now = t->now,
        .fates = "",
    };
    if (!heard->count)
        return f;
    qsort(heard->delays, heard->count, sizeof *heard->delays, ascending);
    f.delay_mean = mean_delay(heard);
    f.delay_p95 = heard->delays[(95 * heard->count + 99) / 100 - 1];
    f.buffer_mean = heard->buffer_sum / (double)heard->count;
    f.conversation = f.delay_mean + mean_delay(said);
    return f;
}
