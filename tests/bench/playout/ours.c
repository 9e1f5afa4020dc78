// The code that ships: see ours.h.
#include "tests/bench/playout/ours.h"

#include "media/impair.h"

struct sender_config ours_sender(void)
{
    const struct sender_config config = {
        .voice = {.channels = 1, .bitrate = 24000, .frame_samples = CALL_FRAME, .complexity = 10},
        .payload_type = 96,
    };
    return sim_sender_config(&config);
}

// Instants were rounded down to microseconds.
static int64_t samples_at(usec t)
{
    return usec_to_units(t + 10, CALL_RATE);
}

static void on_decision(void *ctx, const struct sim_decision *decision)
{
    const struct receiver_decision *d = &decision->receiver;
    struct ours *o = ctx;
    const struct piece piece = {
        .at = d->at,
        .out = (size_t)samples_at(d->at),
        .samples = d->samples,
        .media = samples_at(d->at - decision->delay),
        .media_samples = d->held ? 0 : d->samples - d->shift,
        .concealed = d->kind == PLAYOUT_CONCEAL,
        .held = d->held,
        .made_up = d->kind == PLAYOUT_CONCEAL ? d->samples : 0,
    };
    if (piece.media < o->end)
        output_piece(o->output, &piece);
}

static void on_sound(void *ctx, const int16_t *pcm, size_t samples, int channels)
{
    struct ours *o = ctx;
    (void)channels;
    output_sound(o->output, pcm, samples);
}

struct sim_observer ours_observer(struct ours *ours)
{
    return (struct sim_observer){.decision = on_decision, .sound = on_sound, .ctx = ours};
}

void ours_play(const struct call *call, struct output *output)
{
    struct ours ours = {output, (int64_t)call->count * CALL_FRAME};
    const struct impair_spec forward = {.trace = call->trace}, back = {.delay = call->least};
    const struct sim_config config = {
        .sender = ours_sender(),
        .tape = call->recording->tape,
        .receiver = {.fec = true},
        .forward = &forward,
        .back = &back,
        .seed = 1,
        .observer = ours_observer(&ours),
    };
    struct sim *sim = need(sim_new(&config));
    sim_run(sim, USEC_NEVER);
    need(sim_is_whole(sim) ? sim : NULL);
    sim_free(sim);
}
