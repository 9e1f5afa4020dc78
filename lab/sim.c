// One call in virtual time: see sim.h.
#include "lab/sim.h"

#include "lab/station.h"
#include "media/rtp.h"

#include <stdlib.h>
#include <string.h>

#define SENDER_SEED   1
#define RECEIVER_SEED 2
#define DATAGRAM_MAX  8192

// Tags on the way forward: a packet's place on the time line of the source, or
#define TAG_AGAIN (UINT64_MAX - 1) // one that is sent again

struct frame { // of the source
    bool sent, came;
    enum sim_fate heard; // SIM_SKIPPED: not at all
};

struct sim {
    struct sim_config config;
    struct station *station; // or
    size_t taken;            // datagrams of the tape
    struct network *network;
    struct showing *showing; // NULL: there are no pictures
    bool again;              // packets may be sent again
    struct receiver *receiver;
    struct sender_position begin;
    int64_t frame_samples;
    int64_t said_to;  // samples of the source, of the last packet sent
    int64_t heard_to; // and of the last decision
    usec now;
    int64_t played; // samples, since instant 0
    bool finished;  // the sender has nothing more to say, and the receiver knows
    bool over;
    bool whole;
    uint64_t datagrams, sent_again, octets;
    double buffer_sum;
    double *delays; // microseconds, of each packet that was played
    size_t delays_count, delays_room;
    struct frame *frames;
    size_t frames_count, frames_room;
    char *fates;
    int16_t pcm[2 * SIM_PERIOD];
};

struct sender_config sim_sender_config(const struct sender_config *config)
{
    struct sender_config same = *config;
    same.seed = SENDER_SEED;
    same.wall_clock = SIM_WALL_CLOCK;
    same.listeners_max = 1;
    return same;
}

// ---- frames and their fates --------------------------------------------------------------------

// An array that doubles. NULL: no memory, and the old one is still there.
static void *grown(void *array, size_t *room, size_t least, size_t size)
{
    size_t more = *room ? *room : 1024;
    while (more < least)
        more *= 2;
    if (more == *room)
        return array;
    void *bigger = realloc(array, more * size);
    if (bigger) {
        memset((char *)bigger + *room * size, 0, (more - *room) * size);
        *room = more;
    }
    return bigger;
}

// The frame that begins at `time` samples of the source, or that this lies in. NULL: there is none
// so far; a receiver may well go on for longer than the source, or follow a bit error in a packet.
static struct frame *frame_at(struct sim *sim, int64_t time)
{
    size_t n = (size_t)(time / sim->frame_samples);
    return time >= 0 && n < sim->frames_count ? &sim->frames[n] : NULL;
}

static void count_sent(struct sim *sim, int64_t time)
{
    size_t n = (size_t)(time / sim->frame_samples);
    struct frame *frames = grown(sim->frames, &sim->frames_room, n + 1, sizeof *frames);
    if (!frames) {
        sim->whole = false;
        return;
    }
    sim->frames = frames;
    if (n >= sim->frames_count)
        sim->frames_count = n + 1;
    frames[n].sent = true;
}

// The time on the time line of the source, which a timestamp goes round every 25 hours, of what
// follows or precedes `last` closely.
static int64_t source_time(const struct sim *sim, uint32_t timestamp, int64_t last)
{
    uint32_t since = timestamp - sim->begin.timestamp;
    return last + (int32_t)(since - (uint32_t)last);
}

static enum sim_fate fate_of(const struct frame *frame)
{
    if (!frame->sent)
        return SIM_SILENT;
    if (frame->heard == SIM_LOST && frame->came)
        return SIM_LATE;
    if (!frame->heard)
        return frame->came ? SIM_SKIPPED : SIM_LOST;
    return frame->heard;
}

// ---- the receiver's side -----------------------------------------------------------------------

static void keep_delay(struct sim *sim, usec delay)
{
    double *delays = grown(sim->delays, &sim->delays_room, sim->delays_count + 1, sizeof *delays);
    if (!delays) {
        sim->whole = false;
        return;
    }
    sim->delays = delays;
    delays[sim->delays_count++] = (double)delay;
}

static bool is_played(const struct frame *frame)
{
    return frame->heard == SIM_PLAYED || frame->heard == SIM_COPIED || frame->heard == SIM_AGAIN;
}

static void on_decided(void *ctx, const struct receiver_decision *d)
{
    struct sim *sim = ctx;
    int64_t time = sim->heard_to = source_time(sim, (uint32_t)d->time, sim->heard_to);
    usec delay = d->at - usec_from_units(time, VOICE_RATE);
    showing_heard(sim->showing, (uint32_t)d->time, d->at - delay, d->at, d->delay);
    receiver_wait(sim->receiver, showing_wait(sim->showing));
    struct frame *frame = d->held ? NULL : frame_at(sim, time);
    if (d->kind == PLAYOUT_PACKET) {
        if (delay >= 0 &&
            delay <= d->at) { // else a bit error in its timestamp says when it was due
            keep_delay(sim, delay);
            sim->buffer_sum += (double)(d->at - d->arrival);
        }
        // A packet may hold several frames' time, or lie across two, where another program made it.
        if (frame)
            frame->heard = d->origin == PLAYOUT_COPY    ? SIM_COPIED
                           : d->origin == PLAYOUT_AGAIN ? SIM_AGAIN
                                                        : SIM_PLAYED;
    } else if (frame && !is_played(frame)) {
        frame->heard = d->kind == PLAYOUT_FEC ? SIM_RECOVERED : SIM_LOST;
    }
    if (sim->config.observer.decision)
        sim->config.observer.decision(sim->config.observer.ctx, &(struct sim_decision){*d, delay});
}

static void play(struct sim *sim)
{
    const struct sim_observer *o = &sim->config.observer;
    struct receiver_event event;
    struct receiver_played played = receiver_play(sim->receiver, sim->now, sim->pcm, SIM_PERIOD);
    size_t samples = played.lead + played.used;
    int channels = sim->config.sender.voice.channels;
    if (!receiver_channels(sim->receiver)) // nothing was written
        memset(sim->pcm, 0, sizeof sim->pcm);
    sim->played += SIM_PERIOD;
    if (o->sound && samples)
        o->sound(o->ctx, sim->pcm, samples, channels);
    while (receiver_event(sim->receiver, &event))
        sim->over |= event.kind == RECEIVER_ENDED;
}

static void crossed(struct sim *sim, enum network_way way, const struct network_packet *p)
{
    const struct sim_observer *o = &sim->config.observer;
    if (o->datagram)
        o->datagram(o->ctx,
                    &(struct sim_datagram){p->due, way, p->kind, p->picture, p->data, p->len});
}

// ---- the network -------------------------------------------------------------------------------

static bool next_datagram(struct sim *sim, struct sender_datagram *d)
{
    usec at;
    if (sim->station)
        return station_output(sim->station, sim->now, d);
    if (!tape_datagram(sim->config.tape, sim->taken, &at, d) || at > sim->now)
        return false;
    sim->taken++;
    return true;
}

// What it is on the time line of the source, or TAG_AGAIN.
static uint64_t count_packet(struct sim *sim, const struct rtp_packet *packet)
{
    if (packet->payload_type == sim->config.sender.payload_type_again && sim->again) {
        sim->sent_again++;
        return TAG_AGAIN;
    }
    sim->datagrams++;
    sim->said_to = source_time(sim, packet->timestamp, sim->said_to);
    count_sent(sim, sim->said_to);
    return (uint64_t)sim->said_to;
}

static void send(struct sim *sim)
{
    struct sender_datagram d;
    struct rtp_packet packet;
    while (next_datagram(sim, &d)) {
        struct network_packet p = {.kind = d.kind, .data = d.data, .len = d.len};
        if (d.kind != SENDER_RTCP) {
            sim->octets += d.len;
            if (rtp_parse(&packet, d.data, d.len) != RTP_OK)
                continue; // our own sender makes none such
            p.tag = count_packet(sim, &packet);
        }
        network_send(sim->network, sim->now, NETWORK_FORWARD, &p);
    }
}

static void arrive(struct sim *sim)
{
    uint8_t data[DATAGRAM_MAX];
    struct network_packet p;
    size_t len;
    while (network_receive(sim->network, sim->now, NETWORK_FORWARD, &p)) {
        bool rtcp = p.kind == SENDER_RTCP;
        bool other = rtcp || p.picture || p.tag == TAG_AGAIN;
        struct frame *frame = other ? NULL : frame_at(sim, (int64_t)p.tag);
        if (frame)
            frame->came = true;
        crossed(sim, NETWORK_FORWARD, &p);
        if (p.picture)
            showing_packet(sim->showing, NETWORK_FORWARD, &p);
        else if (rtcp) {
            showing_voice_rtcp(sim->showing, p.data, p.len);
            receiver_rtcp(sim->receiver, p.due, p.data, p.len);
        } else
            receiver_rtp(sim->receiver, p.due, p.data, p.len);
    }
    while ((len = receiver_rtcp_output(sim->receiver, sim->now, data, sizeof data)))
        network_send(sim->network, sim->now, NETWORK_BACK,
                     &(struct network_packet){.kind = SENDER_RTCP, .data = data, .len = len});
    while (network_receive(sim->network, sim->now, NETWORK_BACK, &p)) {
        crossed(sim, NETWORK_BACK, &p);
        if (p.picture)
            showing_packet(sim->showing, NETWORK_BACK, &p);
        else if (sim->station)
            station_rtcp(sim->station, p.due, p.data, p.len);
    }
}

// ---- the clock ---------------------------------------------------------------------------------

static usec next_sent(const struct sim *sim)
{
    struct sender_datagram d;
    usec at;
    if (sim->station)
        return station_next(sim->station);
    return tape_datagram(sim->config.tape, sim->taken, &at, &d) ? at : USEC_NEVER;
}

static usec next_forward(const struct sim *sim)
{
    return usec_min(next_sent(sim), network_next_forward(sim->network));
}

static usec next(const struct sim *sim)
{
    usec sound = usec_min(receiver_next(sim->receiver), usec_from_units(sim->played, VOICE_RATE));
    usec others = usec_min(network_next(sim->network), showing_next(sim->showing));
    return usec_min(sound, usec_min(others, next_sent(sim)));
}

static bool is_over(const struct sim *sim)
{
    return sim->over && showing_is_over(sim->showing);
}

bool sim_run(struct sim *sim, usec until)
{
    usec at;
    while (!is_over(sim) && (at = next(sim)) <= until) {
        sim->now = usec_max(sim->now, at);
        send(sim);
        if (sim->station && station_has_ended(sim->station))
            showing_end(sim->showing, sim->now);
        showing_send(sim->showing, sim->now);
        arrive(sim);
        showing_run(sim->showing, sim->now);
        if (!sim->finished && next_forward(sim) == USEC_NEVER) {
            sim->finished = true; // the sender closes the control connection
            receiver_finish(sim->receiver);
        }
        if (usec_from_units(sim->played, VOICE_RATE) <= sim->now)
            play(sim);
    }
    return is_over(sim);
}

void sim_set(struct sim *sim, const struct impair_spec *forward, const struct impair_spec *back)
{
    network_set(sim->network, forward, back);
}

// ---- the object --------------------------------------------------------------------------------

static bool make_parts(struct sim *sim)
{
    const struct sim_config *c = &sim->config;
    const struct peer_takes takes = {c->receiver.red, c->receiver.again, true};
    if (!c->tape && !(sim->station = station_new(&c->sender, takes, c->source)))
        return false;
    sim->begin = c->tape ? tape_position(c->tape) : station_position(sim->station);
    struct receiver_config receiver = c->receiver;
    receiver.payload_type = c->sender.payload_type;
    receiver.channels = c->sender.voice.channels;
    receiver.fec_offered =
        c->sender.limits.bitrate ? c->sender.limits.fec != ADAPT_FEC_OFF : c->sender.voice.fec;
    receiver.payload_type_red = c->sender.payload_type_red;
    receiver.payload_type_again = c->sender.payload_type_again;
    receiver.red &= c->sender.limits.red != ADAPT_RED_OFF;
    receiver.again &= c->sender.resend;
    receiver.feedback = receiver.extended = true;
    receiver.has_seq = receiver.has_rtptime = true;
    receiver.seq = sim->begin.seq;
    receiver.rtptime = sim->begin.timestamp;
    receiver.seed = RECEIVER_SEED;
    sim->again = receiver.again;
    receiver.decided = on_decided;
    receiver.ctx = sim;
    sim->receiver = receiver_new(&receiver, 0);
    sim->network = network_new(&(struct network_config){.transport = c->transport,
                                                        .forward = c->forward,
                                                        .back = c->back,
                                                        .seed = c->seed,
                                                        .pictures = c->pictures});
    if (!sim->receiver || !sim->network)
        return false;
    if (c->pictures)
        sim->showing = showing_new(c->pictures, sim->network, sim->begin.timestamp,
                                   c->transport == NETWORK_TCP);
    return sim->showing || !c->pictures;
}

struct sim *sim_new(const struct sim_config *config)
{
    struct sim *sim = calloc(1, sizeof *sim);
    if (!sim)
        return NULL;
    sim->config = *config;
    sim->frame_samples = config->sender.voice.frame_samples;
    sim->whole = true;
    if (!make_parts(sim)) {
        sim_free(sim);
        return NULL;
    }
    return sim;
}

void sim_free(struct sim *sim)
{
    if (!sim)
        return;
    station_free(sim->station);
    receiver_free(sim->receiver);
    showing_free(sim->showing);
    network_free(sim->network);
    free(sim->delays);
    free(sim->frames);
    free(sim->fates);
    free(sim);
}

bool sim_is_whole(const struct sim *sim)
{
    return sim->whole && showing_is_whole(sim->showing);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void delay_figures(struct sim *sim, struct sim_figures *f)
{
    size_t n = sim->delays_count;
    if (!n)
        return;
    for (size_t i = 0; i < n; i++)
        f->delay_mean += sim->delays[i] / (double)n;
    qsort(sim->delays, n, sizeof *sim->delays, ascending);
    f->delay_p95 = sim->delays[(95 * n + 99) / 100 - 1];
    f->buffer_mean = sim->buffer_sum / (double)n;
}

static uint64_t octets_wire(const struct sim *sim)
{
    if (sim->config.transport == NETWORK_TCP)
        return network_octets_tcp(sim->network);
    return sim->octets + IMPAIR_HEADER * (sim->datagrams + sim->sent_again);
}

struct sim_figures sim_figures(struct sim *sim)
{
    struct sim_figures f = {
        .receiver = receiver_stats(sim->receiver),
        .sender = sim->station ? station_stats(sim->station) : tape_stats(sim->config.tape),
        .datagrams_sent = sim->datagrams,
        .datagrams_again = sim->sent_again,
        .octets_sent = sim->octets,
        .octets_wire = octets_wire(sim),
        .sent_for = usec_from_units((int64_t)sim->frames_count * sim->frame_samples, VOICE_RATE),
        .now = sim->now,
        .frames = sim->frames_count,
    };
    delay_figures(sim, &f);
    if (sim->showing)
        f.pictures = showing_figures(sim->showing);
    free(sim->fates);
    sim->fates = calloc(sim->frames_count + 1, 1);
    sim->whole &= sim->fates != NULL;
    for (size_t i = 0; sim->fates && i < sim->frames_count; i++)
        sim->fates[i] = (char)fate_of(&sim->frames[i]);
    f.fates = sim->fates ? sim->fates : "";
    return f;
}
