// Two calls side by side: see duel.h.
#include "lab/duel.h"

#include "media/rtp.h"
#include "media/voice.h"

#include <stdlib.h>
#include <string.h>

struct side {
    enum duel_side which;
    struct sim *sim;
    bool over;
    bool keep;
    struct duel_onlooker onlooker;
    uint8_t again; // payload type of what is sent again, which has numbers of its own
    struct heard heard;
    struct strip strip;
    bool frozen;
    struct strip shown; // while frozen
    int16_t pcm[DUEL_STEP];
};

struct duel {
    struct side side[DUEL_SIDES];
    bool swapped;
    int64_t steps;
};

// ---- what a side tells -------------------------------------------------------------------------

static void on_sound(void *ctx, const int16_t *pcm, size_t samples, int channels)
{
    struct side *s = ctx;
    if (s->keep)
        heard_add(&s->heard, pcm, samples, channels);
    memcpy(s->pcm, pcm, samples * sizeof *pcm);
}

// Over TCP nothing is lost: what is not there is still on its way, and so is all behind it.
static enum strip_kind kind_of(const struct side *s, const struct receiver_decision *d)
{
    if (d->kind == PLAYOUT_CONCEAL)
        return d->held || s->which == DUEL_TCP ? STRIP_WAITING : STRIP_LOST;
    return d->kind == PLAYOUT_FEC || d->origin != PLAYOUT_SENT ? STRIP_REPAIRED : STRIP_PLAYED;
}

static void on_decision(void *ctx, const struct sim_decision *decision)
{
    struct side *s = ctx;
    const struct receiver_decision *d = &decision->receiver;
    strip_heard(&s->strip, &(struct strip_sound){
                               .at = d->at,
                               .samples = d->samples,
                               .kind = kind_of(s, d),
                               .seq = (uint16_t)d->seq,
                               .delay = decision->delay,
                           });
    if (s->onlooker.decided)
        s->onlooker.decided(s->onlooker.ctx, s->which, decision);
}

static void on_datagram(void *ctx, const struct sim_datagram *d)
{
    struct side *s = ctx;
    struct rtp_packet packet;
    if (d->way != NETWORK_FORWARD || d->kind != SENDER_RTP ||
        rtp_parse(&packet, d->data, d->len) != RTP_OK || packet.payload_type == s->again)
        return;
    strip_came(&s->strip, packet.seq);
    if (s->onlooker.came)
        s->onlooker.came(s->onlooker.ctx, s->which, d->at, d->data, d->len);
}

// ---- the object --------------------------------------------------------------------------------

struct duel *duel_new(const struct duel_config *config)
{
    struct duel *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    for (enum duel_side k = 0; k < DUEL_SIDES; k++) {
        struct side *s = &d->side[k];
        struct sim_config c = config->sim;
        s->which = k;
        s->keep = config->keep;
        s->onlooker = config->onlooker;
        s->again = c.sender.payload_type_again;
        c.transport = k == DUEL_TCP ? NETWORK_TCP : NETWORK_UDP;
        c.source = config->source[k];
        c.tape = NULL;
        c.observer = (struct sim_observer){on_datagram, on_decision, on_sound, s};
        s->sim = sim_new(&c);
        if (!s->sim) {
            duel_free(d);
            return NULL;
        }
    }
    return d;
}

void duel_free(struct duel *d)
{
    for (enum duel_side k = 0; d && k < DUEL_SIDES; k++) {
        sim_free(d->side[k].sim);
        heard_free(&d->side[k].heard);
    }
    free(d);
}

usec duel_now(const struct duel *d)
{
    return usec_from_units(d->steps * DUEL_STEP, VOICE_RATE);
}

static void run(struct side *s, usec now)
{
    memset(s->pcm, 0, sizeof s->pcm);
    if (!s->over)
        s->over = sim_run(s->sim, now);
    else
        strip_pass(&s->strip, now);
}

static void mix(const struct duel *d, int16_t *pcm)
{
    for (enum duel_side k = 0; k < DUEL_SIDES; k++) {
        const struct side *s = &d->side[k];
        size_t ear = (size_t)(d->swapped ? !k : k);
        for (size_t i = 0; i < DUEL_STEP; i++)
            pcm[2 * i + ear] = s->frozen ? 0 : s->pcm[i];
    }
}

bool duel_step(struct duel *d, int16_t *pcm)
{
    if (d->side[DUEL_TCP].over && d->side[DUEL_UDP].over)
        return false;
    for (enum duel_side k = 0; k < DUEL_SIDES; k++)
        run(&d->side[k], duel_now(d));
    d->steps++;
    mix(d, pcm);
    return true;
}

void duel_set(struct duel *d, const struct impair_spec *forward, const struct impair_spec *back)
{
    for (enum duel_side k = 0; k < DUEL_SIDES; k++)
        sim_set(d->side[k].sim, forward, back);
}

void duel_swap(struct duel *d)
{
    d->swapped = !d->swapped;
}

bool duel_is_swapped(const struct duel *d)
{
    return d->swapped;
}

void duel_freeze(struct duel *d, enum duel_side side)
{
    struct side *s = &d->side[side];
    s->frozen = !s->frozen;
    if (s->frozen)
        s->shown = s->strip;
}

bool duel_is_frozen(const struct duel *d, enum duel_side side)
{
    return d->side[side].frozen;
}

const struct strip *duel_strip(const struct duel *d, enum duel_side side)
{
    const struct side *s = &d->side[side];
    return s->frozen ? &s->shown : &s->strip;
}

struct strip_figures duel_strip_figures(const struct duel *d, enum duel_side side)
{
    return strip_figures(&d->side[side].strip);
}

const struct heard *duel_heard(const struct duel *d, enum duel_side side)
{
    return &d->side[side].heard;
}

struct sim_figures duel_figures(struct duel *d, enum duel_side side)
{
    return sim_figures(d->side[side].sim);
}

bool duel_is_whole(const struct duel *d)
{
    return sim_is_whole(d->side[DUEL_TCP].sim) && sim_is_whole(d->side[DUEL_UDP].sim);
}
