// From frames to samples: see render.h.
#include "receiver/render.h"

#include "media/background.h"
#include "media/pcm.h"
#include "media/resample.h"
#include "media/stretch.h"
#include "media/voice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PLC_LEAST   480   // samples: libopus' concealment of speech cannot do less than 10 ms,
#define PLC_MOST    960   // and is best as long as the packets are
#define FADE        240   // samples of a seam, at most
#define FADE_AFTER  4800  // concealed samples; then the guess fades into the background
#define FADE_OVER   9600  // in so many, instead of buzzing
#define REPEAT_GAIN 0.75f // of each repetition of the last frame to the one before
#define AHEAD_MOST  (2 * PLC_MOST)
#define LATER_MOST  720   // samples: the longest pitch period, 15 ms
#define LATER_COST  0.1f  // of that, in likeness
#define LATER_ALIKE 0.5f  // the least likeness that is worth to wait for
#define ALIKE       0.85f // where a frame is stretched for a few milliseconds;
#define ALIKE_LEAST 0.6f  // and for as much as
#define MUCH        4800  // samples

struct render {
    struct voice_decoder *decoder;
    int channels;
    enum render_conceal conceal;
    size_t at, len;                // samples of `pcm` that wait
    int16_t ahead[2 * AHEAD_MOST]; // concealment that was made, but not played so far
    int ahead_at, ahead_len;       // samples
    int concealed;                 // samples in a row
    int64_t end;                   // media time behind what was played last of the stream itself
    int packet;                    // samples of the last one
    int last_samples;
    int repeated; // samples of `last` that were repeated so far
    struct background background;
    struct render_stats stats;
    int16_t past[2 * STRETCH_PAST]; // played just before `pcm`
    int16_t pcm[2 * (VOICE_FRAME_MAX + STRETCH_MOST)];
    int16_t copy[2 * VOICE_FRAME_MAX];
    int16_t last[2 * VOICE_FRAME_MAX]; // the frame that RENDER_REPEAT repeats
};

struct render *render_new(enum voice_codec codec, int channels, enum render_conceal conceal)
{
    struct render *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->channels = channels;
    r->conceal = conceal;
    r->decoder = voice_decoder_of(codec, channels);
    if (!r->decoder) {
        free(r);
        return NULL;
    }
    return r;
}

void render_free(struct render *r)
{
    if (!r)
        return;
    voice_decoder_free(r->decoder);
    free(r);
}

void render_conceal(struct render *r, enum render_conceal conceal)
{
    if (r)
        r->conceal = conceal;
}

void render_reset(struct render *r)
{
    voice_decoder_reset(r->decoder);
    r->last_samples = 0;
    r->ahead_len = r->concealed = 0;
    r->background = (struct background){0};
    r->end = INT64_MIN;
}

static size_t octets(const struct render *r, int samples)
{
    return (size_t)samples * (size_t)r->channels * sizeof *r->pcm;
}

// The last frame over and over, each time weaker, so that it dies away instead of buzzing.
static void repeat_last(struct render *r, int samples)
{
    float gain = 1;
    for (int done = 0; done < r->repeated; done += r->last_samples)
        gain *= REPEAT_GAIN;
    for (int i = 0; i < samples; i++) {
        int at = r->repeated++ % r->last_samples;
        if (at == 0)
            gain *= REPEAT_GAIN;
        for (int c = 0; c < r->channels; c++)
            r->pcm[i * r->channels + c] = (int16_t)(gain * r->last[at * r->channels + c]);
    }
}

// Of the guess. Over a long gap it is no longer worth hearing.
static float gain_after(int concealed)
{
    float gain = 1 - (float)(concealed - FADE_AFTER) / FADE_OVER;
    return gain > 1 ? 1 : gain < 0 ? 0 : gain;
}

// The background to go with it: both together are as loud as each.
static float noise_after(struct render *r)
{
    float gain = gain_after(r->concealed);
    return gain < 1 ? sqrtf(1 - gain * gain) * background_noise(&r->background) : 0;
}

// The next piece of the codec's guess, behind what is left of it. False: libopus refused.
static bool guess_on(struct render *r)
{
    int wanted = r->packet < PLC_MOST ? r->packet : PLC_MOST;
    memmove(r->ahead, r->ahead + r->ahead_at * r->channels, octets(r, r->ahead_len));
    r->ahead_at = 0;
    int made = voice_conceal(r->decoder, r->ahead + r->ahead_len * r->channels,
                             wanted > PLC_LEAST ? wanted : PLC_LEAST);
    r->ahead_len += made > 0 ? made : 0;
    return made > 0;
}

// It is made in whole pieces, and played until something better comes.
static int guess(struct render *r, int samples)
{
    int channels = r->channels;
    for (int i = 0; i < samples; i++, r->ahead_at++, r->ahead_len--) {
        if (r->ahead_len <= 0 && !guess_on(r))
            return -1;
        float gain = gain_after(r->concealed), noise = noise_after(r);
        r->concealed += gain > 0; // there it stays
        for (int c = 0; c < channels; c++)
            r->pcm[i * channels + c] =
                pcm_sample(gain * (float)r->ahead[r->ahead_at * channels + c] + noise);
    }
    return samples;
}

// Sound is back: it takes over from what is left of the guess, as loud as that was, and from the
// background.
static void merge(struct render *r, int16_t *pcm, int samples)
{
    int channels = r->channels, left = r->ahead_len;
    int fade = left > 0 && left < FADE ? left : FADE;
    float gain = gain_after(r->concealed);
    fade = fade < samples ? fade : samples;
    for (int i = 0; i < fade && r->concealed; i++) {
        float in = ((float)i + 0.5f) / (float)fade;
        float noise = noise_after(r);
        for (int c = 0; c < channels; c++) {
            int16_t *x = &pcm[i * channels + c];
            float guessed =
                left > 0 ? (float)r->ahead[(r->ahead_at + i) * channels + c] : (float)*x;
            *x = pcm_sample(in * (float)*x + (1 - in) * (gain * guessed + noise));
        }
    }
    r->ahead_len = r->concealed = 0;
}

static int conceal(struct render *r, int samples)
{
    if (r->conceal == RENDER_PLC) {
        if (!r->concealed)
            voice_decoder_keep(r->decoder);
        return guess(r, samples);
    }
    if (r->conceal == RENDER_REPEAT && r->last_samples)
        repeat_last(r, samples);
    else
        memset(r->pcm, 0, octets(r, samples));
    return samples;
}

static void remember(struct render *r, int samples)
{
    if (r->conceal != RENDER_REPEAT)
        return;
    memcpy(r->last, r->pcm, octets(r, samples));
    r->last_samples = samples;
    r->repeated = 0;
}

// How like is the guess, from there on, to the beginning of the packet? -1 to 1.
static float likeness(const struct render *r, int at, int samples)
{
    float ab = 0, aa = 1, bb = 1;
    for (int i = 0; i < samples; i++) {
        float a = r->ahead[(r->ahead_at + at + i) * r->channels], b = r->pcm[i * r->channels];
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    return ab / sqrtf(aa * bb);
}

// Where the guess goes on as the packet begins: how many samples of it are best played before. Sooner is
// better.
static int place_for(const struct render *r, int samples)
{
    int fade = samples < FADE ? samples : FADE, best = 0;
    int most = r->ahead_len - fade < LATER_MOST ? r->ahead_len - fade : LATER_MOST;
    float most_alike = LATER_ALIKE;
    for (int at = 0; at <= most; at++) {
        float alike = likeness(r, at, fade) - LATER_COST * (float)at / LATER_MOST;
        if (alike > most_alike) {
            most_alike = alike;
            best = at;
        }
    }
    return best;
}

// The packet came late, and sound had to go on without it: it is merged where it fits.
static int merge_late(struct render *r, int samples)
{
    int before = samples + LATER_MOST <= VOICE_FRAME_MAX ? place_for(r, samples) : 0;
    memmove(r->pcm + before * r->channels, r->pcm, octets(r, samples));
    guess(r, before);
    merge(r, r->pcm + before * r->channels, samples);
    r->stats.inserted += (uint64_t)before;
    return before + samples;
}

static int decode_packet(struct render *r, const struct playout_frame *frame)
{
    bool late = r->conceal == RENDER_PLC && r->concealed && frame->time == r->end;
    if (late) { // nothing was lost: the decoder need not know of the guess, which goes on for the seam
        while (r->ahead_len < LATER_MOST + FADE && guess_on(r)) {
        }
        voice_decoder_back(r->decoder);
    }
    int samples = voice_decode(r->decoder, frame->payload, frame->payload_len, r->pcm);
    r->packet = frame->samples;
    if (samples < 0) { // its header was sound, its inside is not
        r->stats.invalid++;
        return conceal(r, frame->samples);
    }
    if (r->conceal == RENDER_PLC)
        background_hear(&r->background, r->pcm, samples, r->channels);
    remember(r, samples);
    if (late)
        return merge_late(r, samples);
    merge(r, r->pcm, samples);
    return samples;
}

// The whole copy is decoded, even where only its end is still ahead.
static int decode_copy(struct render *r, const struct playout_frame *frame)
{
    int copy = voice_decode_fec(r->decoder, frame->payload, frame->payload_len, r->copy,
                                frame->fec_samples);
    if (copy < frame->samples)
        return conceal(r, frame->samples);
    memcpy(r->pcm, r->copy + (copy - frame->samples) * r->channels, octets(r, frame->samples));
    merge(r, r->pcm, frame->samples);
    remember(r, frame->samples);
    return frame->samples;
}

// The more has to be gained, the less the place matters. Where there is none, it is gained slowly.
static int change_length(struct render *r, int samples, const struct playout_frame *frame)
{
    float much = (float)(frame->shift < 0 ? -frame->shift : 0) / MUCH;
    float alike = ALIKE - (ALIKE - ALIKE_LEAST) * (much < 1 ? much : 1);
    int changed = stretch(r->past, r->pcm, samples, r->channels, frame->shift, alike);
    if (changed == samples)
        changed = resample(r->pcm, samples, r->channels, frame->drift);
    if (changed > samples)
        r->stats.inserted += (uint64_t)(changed - samples);
    else
        r->stats.removed += (uint64_t)(samples - changed);
    return changed;
}

// The last of what is played now is the past of what is played next.
static void keep_past(struct render *r, int samples)
{
    int kept = samples < STRETCH_PAST ? STRETCH_PAST - samples : 0;
    memmove(r->past, r->past + (STRETCH_PAST - kept) * r->channels, octets(r, kept));
    memcpy(r->past + kept * r->channels, r->pcm + (samples - (STRETCH_PAST - kept)) * r->channels,
           octets(r, STRETCH_PAST - kept));
}

void render_frame(struct render *r, const struct playout_frame *frame)
{
    int samples = frame->kind == PLAYOUT_PACKET ? decode_packet(r, frame)
                  : frame->kind == PLAYOUT_FEC  ? decode_copy(r, frame)
                                                : conceal(r, frame->samples);
    if (samples <= 0) { // libopus refused what it should not: go on in silence
        samples = frame->samples;
        memset(r->pcm, 0, octets(r, samples));
    }
    if (frame->kind != PLAYOUT_CONCEAL)
        r->end = frame->time + frame->samples;
    if (frame->shift || frame->drift)
        samples = change_length(r, samples, frame);
    keep_past(r, samples);
    r->at = 0;
    r->len = (size_t)samples;
}

size_t render_waiting(const struct render *r)
{
    return r->len;
}

size_t render_take(struct render *r, int16_t *pcm, size_t samples)
{
    size_t n = samples < r->len ? samples : r->len;
    memcpy(pcm, r->pcm + r->at * (size_t)r->channels, octets(r, (int)n));
    r->at += n;
    r->len -= n;
    return n;
}

struct render_stats render_stats(const struct render *r)
{
    return r->stats;
}
