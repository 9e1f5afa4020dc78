// Echo cancellation, noise suppression, gain: see echo.h.
//
// The filter learns how the loudspeaker sounds at the microphone from the two side by side. It finds
// the echo only where it lies behind what is played, and within its length: so what is played is put
// AHEAD of where the devices' delays say, more than these are wrong by, and stays where it was put
// until they say for a while that it is elsewhere. Each move has to be learnt anew.
#include "media/echo.h"

#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
#include <stdlib.h>
#include <string.h>

#define RATE   48000
#define FILTER (200 * 48) // a room's echo has fallen by 40 dB in it where it falls by 60 in 300 ms
#define AHEAD  (20 * 48)
#define EARLY  (10 * 48) // from where it was put, before it is put elsewhere: an echo that comes
#define LATE   (50 * 48) // before what is played is lost, one that comes later is learnt anew as well
#define SMOOTH (RATE / 3.0f)
#define RING   65536 // samples of what was played: more than any device keeps

#define NOISE_DB    (-15)
#define GAIN_LEVEL  16000      // of speexdsp's loudness: speech of about -26 dB of full scale
#define GAIN_MOST   20         // dB
#define GAIN_RISE   12         // dB/s
#define FAR_SPEAKS  100        // amplitude of what is played
#define FAR_LINGERS (300 * 48) // samples that its echo may last

struct echo {
    struct echo_config config;
    int frame;
    SpeexEchoState *filter;      // NULL: off
    SpeexPreprocessState *after; // NULL: nothing to do
    struct echo_stats stats;
    bool placed;
    int64_t played; // samples, ever
    int64_t at;     // of these, beside the next frame
    float stray;    // of `at`, samples, mean of the last 1/3 s
    int lingers;    // samples; 0: there is no echo that could be taken for a soft voice
    int16_t ring[RING];
};

static void set(SpeexPreprocessState *p, int what, spx_int32_t value)
{
    speex_preprocess_ctl(p, what, &value);
}

// What is left of an echo is suppressed by the same gains as noise is: where only the echo is to go,
// noise is suppressed by 0 dB.
static void set_up(struct echo *e)
{
    float level = GAIN_LEVEL;
    set(e->after, SPEEX_PREPROCESS_SET_DENOISE, e->config.noise || e->config.cancel);
    set(e->after, SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, e->config.noise ? NOISE_DB : 0);
    if (e->filter)
        speex_preprocess_ctl(e->after, SPEEX_PREPROCESS_SET_ECHO_STATE, e->filter);
    if (!e->config.gain)
        return;
    set(e->after, SPEEX_PREPROCESS_SET_AGC, true);
    set(e->after, SPEEX_PREPROCESS_SET_AGC_MAX_GAIN, GAIN_MOST);
    set(e->after, SPEEX_PREPROCESS_SET_AGC_INCREMENT, GAIN_RISE);
    speex_preprocess_ctl(e->after, SPEEX_PREPROCESS_SET_AGC_LEVEL, &level);
}

struct echo *echo_new(const struct echo_config *config)
{
    struct echo *e = calloc(1, sizeof *e);
    bool any = config->cancel || config->noise || config->gain;
    int rate = RATE;
    if (!e)
        return NULL;
    e->config = *config;
    e->frame = config->frame ? config->frame : ECHO_FRAME;
    e->filter = config->cancel ? speex_echo_state_init(e->frame, FILTER) : NULL;
    e->after = any ? speex_preprocess_state_init(e->frame, RATE) : NULL;
    if ((config->cancel && !e->filter) || (any && !e->after)) {
        echo_free(e);
        return NULL;
    }
    if (e->filter)
        speex_echo_ctl(e->filter, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
    if (e->after)
        set_up(e);
    return e;
}

void echo_free(struct echo *e)
{
    if (!e)
        return;
    if (e->after)
        speex_preprocess_state_destroy(e->after);
    if (e->filter)
        speex_echo_state_destroy(e->filter);
    free(e);
}

size_t echo_lag(const struct echo *e)
{
    return e->after ? (size_t)e->frame : 0;
}

void echo_played(struct echo *e, const int16_t *pcm, size_t samples)
{
    for (size_t i = 0; i < samples; i++)
        e->ring[e->played++ % RING] = pcm ? pcm[i] : 0;
}

// Where the devices say that the next frame is, and where it is taken to be. What is not played yet
// cannot be put beside it: devices of little delay have less AHEAD.
static void place(struct echo *e, size_t samples, size_t behind)
{
    if (e->placed && !behind) // it has run dry, for nobody knows how long
        return;
    int64_t early = behind > AHEAD ? (int64_t)behind - AHEAD : 0;
    int64_t there = e->played - early - (int64_t)samples;
    e->stray += ((float)(there - e->at) - e->stray) * (float)samples / SMOOTH;
    if (e->placed && e->stray < EARLY && e->stray > -LATE)
        return;
    e->stats.aligned += e->placed;
    e->placed = true;
    e->at = there;
    e->stray = 0;
}

// What was played beside a frame, and how loud at most.
static int take(struct echo *e, int16_t *far)
{
    int most = 0;
    for (int i = 0; i < e->frame; i++, e->at++) {
        bool known = e->at >= 0 && e->at < e->played && e->played - e->at <= RING;
        far[i] = known ? e->ring[e->at % RING] : 0;
        e->stats.missing += !known;
        most = abs(far[i]) > most ? abs(far[i]) : most;
    }
    return most;
}

// The gain does not rise for what is left of an echo.
static void hold_gain(struct echo *e, int loudest)
{
    bool lingered = e->lingers > 0;
    if (loudest >= FAR_SPEAKS)
        e->lingers = FAR_LINGERS;
    else if (lingered)
        e->lingers -= e->frame;
    if (e->config.gain && lingered != (e->lingers > 0))
        set(e->after, SPEEX_PREPROCESS_SET_AGC_INCREMENT, e->lingers > 0 ? 0 : GAIN_RISE);
}

static void cancel(struct echo *e, int16_t *pcm)
{
    int16_t far[ECHO_FRAME], heard[ECHO_FRAME];
    hold_gain(e, take(e, far));
    memcpy(heard, pcm, (size_t)e->frame * sizeof *heard);
    speex_echo_cancellation(e->filter, heard, far, pcm);
}

void echo_frame(struct echo *e, int16_t *pcm, size_t samples, size_t behind)
{
    bool cancels = e->filter && e->played; // nothing was played: there is no echo
    if (cancels)
        place(e, samples, behind);
    for (size_t i = 0; i < samples; i += (size_t)e->frame) {
        if (cancels)
            cancel(e, pcm + i);
        if (e->after)
            speex_preprocess_run(e->after, pcm + i);
    }
}

struct echo_stats echo_stats(const struct echo *e)
{
    return e->stats;
}
