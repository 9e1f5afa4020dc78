// Where the sound goes: see player.h.
//
// With a device, its wish for samples is the clock. Without one nobody waits, so the loop wakes up
// seldom (BATCH, or while what is missing can still be asked for): the kernel has kept the packets
// with their times of arrival, and packets and samples are then taken in the order of their
// instants, just as if each had been served when it was due.
#include "receiver/io/player.h"

#include "media/io/steady.h"
#include "media/voice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP 240 // samples taken at a time without a device: 5 ms
#define BATCH \
    (400 * USEC_MS) // a decoder is cheaper warm, and the kernel keeps 160 of the shortest packets
#define CHUNK \
    4096 // most samples taken at a time for a device: all it wants, so that the receiver sees how early it asks

#define READY_PERIODS 4 // taken by the device: more than it swallows at once when it opens
#define READY_LATEST  (3 * USEC_SECOND) // a device that has not begun by then is not waited for

struct player {
    struct player_config config;
    struct receiver *receiver;
    struct sound *sound; // NULL: silent
    uv_async_t wakeup;
    struct loop_timer timer;
    usec opened;      // when the device was
    bool ready;       // config.ready was called
    usec clock_start; // without a device: when sample 0 was taken
    int64_t clock;    // samples taken since
    usec drained;     // when the last sample will have been heard; USEC_NEVER: there is more
    bool over;
    double delay_sum;
    uint64_t delay_count;
    int64_t heard;      // samples of the stream
    struct steady pace; // of the device
    uint64_t underruns; // of it, until the last sample
    char device[128];
    int16_t pcm[2 * CHUNK];
    int16_t wide[2 * CHUNK]; // the same in two channels
};

static void finish(struct player *p)
{
    p->over = true;
    loop_timer_set(&p->timer, USEC_NEVER);
    p->config.over(p->config.ctx);
}

static void write_file(struct player *p, const struct receiver_played *played)
{
    struct audio_writer *file = p->config.file;
    int channels = receiver_channels(p->receiver);
    if (!file || !played->used)
        return;
    bool begun = audio_writer_begun(file) || audio_writer_begin(file, channels);
    if (!begun || !audio_write(file, p->pcm + played->lead * (size_t)channels, played->used))
        p->config.say(p->config.ctx, false, audio_writer_fault(file));
}

static bool goes_on(struct player *p, bool ended)
{
    bool whole = p->config.duration && p->heard >= usec_to_units(p->config.duration, VOICE_RATE);
    return !whole && (!ended || (p->config.lingers && p->config.lingers(p->config.ctx)));
}

// Takes samples into p->pcm, which are heard `delay` later. False: the stream is over.
static bool take(struct player *p, usec now, usec delay, size_t samples)
{
    if (!p->receiver) { // the device runs already, the stream does not
        if (p->config.before)
            p->config.before(p->config.ctx, p->pcm, samples);
        return true;
    }
    int64_t most = p->config.duration ? usec_to_units(p->config.duration, VOICE_RATE) : INT64_MAX;
    int64_t left = most - p->heard;
    size_t wanted = (int64_t)samples < left ? samples : (size_t)left;
    struct receiver_played played = receiver_play(p->receiver, now, p->pcm, wanted);
    size_t channels = (size_t)receiver_channels(p->receiver);
    memset(p->pcm + wanted * channels, 0, (samples - wanted) * channels * sizeof *p->pcm);
    write_file(p, &played);
    p->heard += (int64_t)played.used;
    if (p->config.sounds && channels)
        p->config.sounds(p->config.ctx, now + delay, p->pcm, samples, (int)channels);
    return goes_on(p, played.lead + played.used < wanted);
}

// ---- without a device --------------------------------------------------------------------------

static void play_until(struct player *p, usec now)
{
    while (!p->over && p->receiver) {
        usec then = p->clock_start + usec_from_units(p->clock, VOICE_RATE);
        if (then > now)
            return;
        p->clock += STEP;
        if (!take(p, then, 0, STEP))
            finish(p);
    }
}

void player_arrived(struct player *p, usec now)
{
    if (!p->sound)
        play_until(p, now);
}

void player_batch(struct player *p, usec now)
{
    if (p->sound || p->over)
        return;
    p->config.gather(p->config.ctx);
    play_until(p, now);
    p->config.played(p->config.ctx);
    usec batch = p->config.batch ? p->config.batch : BATCH;
    usec patience = p->receiver ? receiver_patience(p->receiver, now) : 0;
    if (!p->over)
        loop_timer_set(&p->timer, now + (patience ? usec_min(patience, batch) : batch));
}

// ---- with a device -----------------------------------------------------------------------------

static void widen(struct player *p, size_t samples)
{
    int channels = p->receiver ? receiver_channels(p->receiver) : p->config.before != NULL;
    if (channels == 2)
        memcpy(p->wide, p->pcm, samples * 2 * sizeof *p->wide);
    else
        for (size_t i = 0; i < samples; i++)
            p->wide[2 * i] = p->wide[2 * i + 1] = channels ? p->pcm[i] : 0;
}

// When the next sample is due, by the device's own pace.
static usec due_at(struct player *p, usec now, size_t delay)
{
    int64_t early = (int64_t)delay - sound_stats(p->sound).delay;
    return steady_look(&p->pace, now + usec_from_units(early, VOICE_RATE));
}

static void feed(struct player *p, usec now)
{
    size_t wanted;
    while (!p->over && p->drained == USEC_NEVER && (wanted = sound_wanted(p->sound, now))) {
        size_t n = wanted < CHUNK ? wanted : CHUNK;
        size_t delay = sound_delay(p->sound, now);
        usec heard = usec_from_units(sound_stats(p->sound).delay, VOICE_RATE);
        usec due = due_at(p, now, delay);
        if (p->receiver) {
            receiver_ahead(p->receiver, due - now);
            p->delay_sum += (double)delay + (double)usec_to_units(now - due, VOICE_RATE);
            p->delay_count++;
        }
        p->underruns = sound_stats(p->sound).underruns;
        if (!take(p, due, heard, n))
            p->drained = now + usec_from_units((int64_t)(delay + n), VOICE_RATE);
        steady_pass(&p->pace, usec_from_units((int64_t)n, VOICE_RATE));
        widen(p, n);
        sound_write(p->sound, now, p->wide, n);
    }
}

static void tell_device(struct player *p, usec now)
{
    switch (sound_poll(p->sound, now)) {
    case SOUND_LOST:
        p->config.say(
            p->config.ctx, false,
            "The sound device is gone; the stream goes on, and so does the search for one.");
        break;
    case SOUND_BACK:
        p->config.say(p->config.ctx, false, "A sound device is back.");
        break;
    case SOUND_SAME:
        break;
    }
}

static void tell_ready(struct player *p, usec now)
{
    if (p->ready)
        return;
    struct sound_stats s = p->sound ? sound_stats(p->sound) : (struct sound_stats){0};
    p->ready = !p->sound || s.played >= (uint64_t)(READY_PERIODS * s.period) ||
               now - p->opened >= READY_LATEST;
    if (p->ready)
        p->config.ready(p->config.ctx);
}

static void run_device(struct player *p, usec now)
{
    tell_device(p, now);
    feed(p, now);
    p->config.played(p->config.ctx);
    tell_ready(p, now);
    if (p->drained != USEC_NEVER && now >= p->drained && !p->over) {
        finish(p);
        return;
    }
    if (!p->over)
        loop_timer_set(&p->timer, usec_min(sound_next(p->sound), p->drained));
}

// ---- both --------------------------------------------------------------------------------------

static void on_timer(void *ctx, usec now)
{
    struct player *p = ctx;
    if (p->sound) {
        run_device(p, now);
        return;
    }
    tell_ready(p, now);
    player_batch(p, now);
}

static void on_wakeup(uv_async_t *async)
{
    struct player *p = async->data;
    if (!p->over)
        run_device(p, loop_now());
}

static void wake(void *ctx)
{
    uv_async_send(&((struct player *)ctx)->wakeup);
}

// The null device has nobody who waits either: it is left to the batches.
static void open_device(struct player *p)
{
    char why[SOUND_TEXT], text[SOUND_TEXT + 64];
    struct sound_config config = {
        .device = p->config.device, .channels = 2, .wakeup = wake, .ctx = p};
    if (p->config.device && strcmp(p->config.device, "null") == 0)
        return;
    p->sound = sound_open(&config, loop_now(), why, sizeof why);
    if (p->sound) {
        snprintf(p->device, sizeof p->device, "%s", sound_name(p->sound));
        return;
    }
    snprintf(text, sizeof text, "No sound: %s Going on without.", why);
    p->config.say(p->config.ctx, false, text);
}

struct player *player_new(const struct player_config *config)
{
    struct player *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->config = *config;
    p->drained = USEC_NEVER;
    p->wakeup.data = p;
    uv_async_init(loop_uv(config->loop), &p->wakeup, on_wakeup);
    loop_timer_init(&p->timer, config->loop, on_timer, p);
    p->opened = loop_now();
    if (!config->silent)
        open_device(p);
    loop_timer_set(&p->timer, p->opened);
    return p;
}

static void on_freed(uv_handle_t *handle)
{
    free(handle->data);
}

void player_free(struct player *p)
{
    if (!p)
        return;
    loop_timer_set(&p->timer, USEC_NEVER);
    sound_close(p->sound);
    p->sound = NULL;
    p->over = true;
    uv_close((uv_handle_t *)&p->wakeup, on_freed);
}

void player_start(struct player *p, struct receiver *receiver)
{
    p->receiver = receiver;
    p->clock_start = loop_now();
    p->clock = 0;
    loop_timer_set(&p->timer, p->clock_start);
}

bool player_is_silent(const struct player *p)
{
    return !p->sound;
}

usec player_device_delay(const struct player *p)
{
    return p->delay_count
               ? usec_from_units((int64_t)(p->delay_sum / (double)p->delay_count), VOICE_RATE)
               : 0;
}

const char *player_device(const struct player *p)
{
    return p->sound ? p->device : NULL;
}

uint64_t player_underruns(const struct player *p)
{
    return p->underruns;
}

uint64_t player_silence(const struct player *p)
{
    return p->sound ? sound_stats(p->sound).silence : 0;
}
