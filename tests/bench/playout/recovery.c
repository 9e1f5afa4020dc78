// A call in which packets are lost: see recovery.h.
#include "tests/bench/playout/recovery.h"

#include "lab/io/source.h"
#include "lab/replay.h"
#include "media/rtp.h"
#include "tests/bench/playout/known.h"
#include "tests/bench/playout/ours.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FROM (RECOVERY_FROM * BARE_FRAME) // samples

struct said recovery_speech(void)
{
    const struct source_config config = {.name = "speech", .channels = 1};
    char why[512];
    size_t samples, all = (size_t)RECOVERY_FOR * CALL_RATE;
    int16_t *once = source_load(&config, &samples, why, sizeof why);
    if (!once)
        fprintf(stderr, "bench: %s\n", why);
    need(once);
    int16_t *pcm = need(calloc(all, sizeof *pcm));
    for (size_t i = 0; i < all; i++)
        pcm[i] = once[i % samples];
    free(once);
    return (struct said){pcm, (int64_t)all};
}

void recovery_add(struct recovery *sum, const struct recovery *r, double weight)
{
    sum->estoi += r->estoi * weight;
    sum->rate += r->rate * weight;
    sum->delay += r->delay * weight;
    sum->own += r->own * weight;
    sum->copied += r->copied * weight;
    sum->fec += r->fec * weight;
    sum->again += r->again * weight;
    sum->concealed += r->concealed * weight;
    sum->known_estoi += r->known_estoi * weight;
    sum->known_concealed += r->known_concealed * weight;
}

// ---- ours --------------------------------------------------------------------------------------

static double payload(const struct sim_figures *f)
{
    uint64_t packets = f->datagrams_sent + f->datagrams_again;
    return (double)(f->octets_sent - packets * RTP_HEADER_LEN);
}

static double delay_of(const struct output *o)
{
    double samples = 0, sum = 0;
    for (size_t i = 0; i < o->count; i++) {
        const struct piece *p = &o->pieces[i];
        if (p->concealed || p->media < FROM)
            continue;
        sum += usec_to_ms(p->at - usec_from_units(p->media, CALL_RATE)) * p->samples;
        samples += p->samples;
    }
    return samples > 0 ? sum / samples : 0;
}

// The sender as the program makes it of its options, and a receiver without any.
static struct sim *call_new(const struct recovery_config *c, const struct feed_source *source,
                            const struct sim_observer *observer)
{
    struct sender_config sender = {.decided = c->decided};
    sender_options_apply(c->sender, &sender);
    const struct sim_config config = {
        .sender = sim_sender_config(&sender),
        .source = source,
        .receiver = {.fec = true, .red = true, .again = true},
        .forward = c->forward,
        .back = c->back,
        .seed = c->seed,
        .observer = *observer,
    };
    return need(sim_new(&config));
}

struct listening {
    struct sim_observer ours;
    struct known known;
    struct recovery played; // samples
};

static void on_datagram(void *ctx, const struct sim_datagram *datagram)
{
    known_datagram(&((struct listening *)ctx)->known, datagram);
}

// By samples: of a frame that comes after its turn, a part was guessed and the rest is played.
static void on_decision(void *ctx, const struct sim_decision *decision)
{
    struct listening *l = ctx;
    const struct receiver_decision *d = &decision->receiver;
    struct recovery *r = &l->played;
    double *fate = d->kind == PLAYOUT_FEC       ? &r->fec
                   : d->kind != PLAYOUT_PACKET  ? &r->concealed
                   : d->origin == PLAYOUT_COPY  ? &r->copied
                   : d->origin == PLAYOUT_AGAIN ? &r->again
                                                : &r->own;
    if (d->at - decision->delay >= usec_from_units(FROM, CALL_RATE))
        *fate += d->samples;
    l->ours.decision(l->ours.ctx, decision);
}

static void on_sound(void *ctx, const int16_t *pcm, size_t samples, int channels)
{
    const struct listening *l = ctx;
    l->ours.sound(l->ours.ctx, pcm, samples, channels);
}

static struct recovery shares(const struct recovery *samples)
{
    double all =
        samples->own + samples->copied + samples->fec + samples->again + samples->concealed;
    struct recovery r = {0};
    recovery_add(&r, samples, 100 / all);
    return r;
}

void recovery_ours(const struct said *said, const struct recovery_config *c, struct recovery *r)
{
    struct output output = {0};
    struct ours ours = {&output, said->samples};
    struct replay replay = {.pcm = said->pcm, .samples = (size_t)said->samples, .channels = 1};
    struct feed_source source = replay_feed(&replay);
    struct listening listening = {.ours = ours_observer(&ours)};
    size_t frames = (size_t)said->samples / BARE_FRAME;
    known_init(&listening.known, frames, c->forward->delay);
    const struct sim_observer observer = {on_datagram, on_decision, on_sound, &listening};
    struct sim *sim = call_new(c, &source, &observer);
    sim_run(sim, usec_from_units(FROM, CALL_RATE) - 1);
    struct sim_figures begin = sim_figures(sim);
    sim_run(sim, USEC_NEVER);
    struct sim_figures end = sim_figures(sim);
    need(sim_is_whole(sim) && end.frames >= frames ? sim : NULL);
    *r = shares(&listening.played);
    r->estoi = judge_estoi(said, &output, FROM);
    r->rate = (payload(&end) - payload(&begin)) * 8 /
              usec_to_ms(end.sent_for - usec_from_units(FROM, CALL_RATE));
    r->delay = delay_of(&output) - usec_to_ms(c->forward->delay);
    r->known_estoi = known_estoi(&listening.known, said, RECOVERY_FROM, &r->known_concealed);
    known_free(&listening.known);
    sim_free(sim);
    output_free(&output);
}

// ---- libopus alone -----------------------------------------------------------------------------

// What is decoded is where it was said: each frame is a piece by itself.
double recovery_bare(const struct said *said, const struct bare_stream *stream,
                     const struct bare_copies *copies, const bool *lost)
{
    struct output output = {0};
    int16_t *pcm = need(calloc(stream->count * BARE_FRAME, sizeof *pcm));
    bare_decode(stream->packets, stream->count, copies, lost, pcm);
    output_sound(&output, pcm, stream->count * BARE_FRAME);
    for (size_t i = 0; i < stream->count; i++)
        output_piece(&output, &(struct piece){.out = i * BARE_FRAME,
                                              .samples = BARE_FRAME,
                                              .media = (int64_t)i * BARE_FRAME,
                                              .media_samples = BARE_FRAME});
    double estoi = judge_estoi(said, &output, FROM);
    output_free(&output);
    free(pcm);
    return estoi;
}
