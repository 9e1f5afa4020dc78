// Opus, and G.711 beside it: see voice.h.
#include "media/voice.h"

#include "media/g711.h"

#include <opus.h>
#include <stdlib.h>
#include <string.h>

struct voice_encoder {
    OpusEncoder *opus; // NULL: G.711
    struct g711_encoder g711;
    int frame_samples, channels;
};

struct voice_decoder {
    struct g711_decoder g711, g711_kept;
    OpusDecoder *opus; // NULL: G.711
    OpusDecoder *kept; // its state is one piece of memory, which may be copied (opus.h)
    size_t size;
};

static const int applications[] = {
    [VOICE_VOIP] = OPUS_APPLICATION_VOIP,
    [VOICE_AUDIO] = OPUS_APPLICATION_AUDIO,
    [VOICE_LOWDELAY] = OPUS_APPLICATION_RESTRICTED_LOWDELAY,
};

static enum g711_law law_of(enum voice_codec codec)
{
    return codec == VOICE_PCMA ? G711_A : G711_MU;
}

static bool configure(OpusEncoder *opus, const struct voice_encoder_config *config)
{
    return opus_encoder_ctl(opus, OPUS_SET_BITRATE(config->bitrate)) == OPUS_OK &&
           opus_encoder_ctl(opus, OPUS_SET_COMPLEXITY(config->complexity)) == OPUS_OK &&
           opus_encoder_ctl(opus, OPUS_SET_INBAND_FEC(config->fec)) == OPUS_OK &&
           opus_encoder_ctl(opus, OPUS_SET_PACKET_LOSS_PERC(config->loss_percent)) == OPUS_OK &&
           opus_encoder_ctl(opus, OPUS_SET_DTX(config->dtx)) == OPUS_OK;
}

struct voice_encoder *voice_encoder_new(const struct voice_encoder_config *config)
{
    struct voice_encoder *e = calloc(1, sizeof *e);
    int error;
    if (!e)
        return NULL;
    e->frame_samples = config->frame_samples;
    e->channels = config->channels;
    if (config->codec != VOICE_OPUS) {
        g711_encoder_init(&e->g711, law_of(config->codec));
        return e;
    }
    e->opus = opus_encoder_create(VOICE_RATE, config->channels, applications[config->application],
                                  &error);
    if (!e->opus || !configure(e->opus, config)) {
        voice_encoder_free(e);
        return NULL;
    }
    return e;
}

void voice_encoder_free(struct voice_encoder *e)
{
    if (!e)
        return;
    if (e->opus)
        opus_encoder_destroy(e->opus);
    free(e);
}

int voice_encoder_lookahead(const struct voice_encoder *e)
{
    opus_int32 samples = G711_LAG;
    if (e->opus)
        opus_encoder_ctl(e->opus, OPUS_GET_LOOKAHEAD(&samples));
    return samples;
}

void voice_encoder_reset(struct voice_encoder *e)
{
    if (e->opus)
        opus_encoder_ctl(e->opus, OPUS_RESET_STATE);
    g711_encoder_init(&e->g711, e->g711.law);
}

int voice_encode(struct voice_encoder *e, const int16_t *pcm, uint8_t *packet, size_t cap)
{
    if (!e->opus)
        return cap < (size_t)e->frame_samples / G711_RATIO
                   ? -1
                   : (int)g711_encode(&e->g711, pcm, (size_t)e->frame_samples, e->channels, packet);
    int len = opus_encode(e->opus, pcm, e->frame_samples, packet, (opus_int32)cap);
    return len < 0 ? -1 : len;
}

void voice_encoder_set(struct voice_encoder *e, const struct voice_settings *s)
{
    if (!e->opus)
        return;
    bool wide = s->band == VOICE_BAND_WIDE, most = s->band == VOICE_BAND_WIDE_MOST;
    opus_encoder_ctl(e->opus, OPUS_SET_BITRATE(s->bitrate));
    opus_encoder_ctl(e->opus, OPUS_SET_INBAND_FEC(s->fec));
    opus_encoder_ctl(e->opus, OPUS_SET_PACKET_LOSS_PERC(s->loss_percent));
    opus_encoder_ctl(e->opus, OPUS_SET_BANDWIDTH(wide ? OPUS_BANDWIDTH_WIDEBAND : OPUS_AUTO));
    opus_encoder_ctl(
        e->opus, OPUS_SET_MAX_BANDWIDTH(most ? OPUS_BANDWIDTH_WIDEBAND : OPUS_BANDWIDTH_FULLBAND));
}

struct voice_decoder *voice_decoder_new(int channels)
{
    struct voice_decoder *d = calloc(1, sizeof *d);
    int error;
    if (!d)
        return NULL;
    d->opus = opus_decoder_create(VOICE_RATE, channels, &error);
    d->size = (size_t)opus_decoder_get_size(channels);
    d->kept = malloc(d->size);
    if (!d->opus || !d->kept) {
        voice_decoder_free(d);
        return NULL;
    }
    voice_decoder_keep(d);
    return d;
}

struct voice_decoder *voice_decoder_of(enum voice_codec codec, int channels)
{
    if (codec == VOICE_OPUS)
        return voice_decoder_new(channels);
    struct voice_decoder *d = channels == 1 ? calloc(1, sizeof *d) : NULL;
    if (d)
        g711_decoder_init(&d->g711, law_of(codec));
    return d;
}

void voice_decoder_free(struct voice_decoder *d)
{
    if (!d)
        return;
    if (d->opus)
        opus_decoder_destroy(d->opus);
    free(d->kept);
    free(d);
}

void voice_decoder_keep(struct voice_decoder *d)
{
    if (d->opus)
        memcpy(d->kept, d->opus, d->size);
    d->g711_kept = d->g711;
}

void voice_decoder_back(struct voice_decoder *d)
{
    if (d->opus)
        memcpy(d->opus, d->kept, d->size);
    d->g711 = d->g711_kept;
}

void voice_decoder_reset(struct voice_decoder *d)
{
    if (d->opus)
        opus_decoder_ctl(d->opus, OPUS_RESET_STATE);
    g711_decoder_init(&d->g711, d->g711.law);
}

static int decode(struct voice_decoder *d, const uint8_t *packet, size_t len, int16_t *pcm,
                  int samples, int fec)
{
    int decoded = opus_decode(d->opus, packet, (opus_int32)len, pcm, samples, fec);
    return decoded < 0 ? -1 : decoded;
}

int voice_decode(struct voice_decoder *d, const uint8_t *packet, size_t len, int16_t *pcm)
{
    if (!d->opus)
        return len && len <= G711_MOST ? (int)g711_decode(&d->g711, packet, len, pcm) : -1;
    // libopus takes an empty packet for a lost one
    return len ? decode(d, packet, len, pcm, VOICE_FRAME_MAX, 0) : -1;
}

int voice_decode_fec(struct voice_decoder *d, const uint8_t *next, size_t len, int16_t *pcm,
                     int samples)
{
    return len && d->opus ? decode(d, next, len, pcm, samples, 1) : -1;
}

int voice_conceal(struct voice_decoder *d, int16_t *pcm, int samples)
{
    if (d->opus)
        return decode(d, NULL, 0, pcm, samples, 0);
    g711_conceal(&d->g711, pcm, (size_t)samples);
    return samples;
}

int voice_packet_samples(const uint8_t *packet, size_t len)
{
    int samples = len ? opus_packet_get_nb_samples(packet, (opus_int32)len, VOICE_RATE) : 0;
    return samples > 0 && samples <= VOICE_FRAME_MAX ? samples : 0;
}

int voice_samples(enum voice_codec codec, const uint8_t *packet, size_t len)
{
    if (codec == VOICE_OPUS)
        return voice_packet_samples(packet, len);
    return len <= G711_MOST ? (int)len * G711_RATIO : 0;
}

int voice_packet_frame_samples(const uint8_t *packet, size_t len)
{
    return len ? opus_packet_get_samples_per_frame(packet, VOICE_RATE) : 0;
}

bool voice_packet_is_stereo(const uint8_t *packet, size_t len)
{
    return len && opus_packet_get_nb_channels(packet) == 2;
}

// A SILK frame begins with one activity bit per 20 ms, then the LBRR bit; a stereo one then has the
// same for its side channel (RFC 6716 section 4.2.3). CELT frames carry no copies.
bool voice_packet_has_fec(const uint8_t *packet, size_t len)
{
    const unsigned char *frames[48];
    opus_int16 sizes[48];
    if (!len || packet[0] & 0x80) // configurations 16..31 are CELT only
        return false;
    if (opus_packet_parse(packet, (opus_int32)len, NULL, frames, sizes, NULL) <= 0 || !sizes[0])
        return false;
    int parts = voice_packet_frame_samples(packet, len) / (VOICE_RATE / 50);
    if (parts < 1)
        parts = 1;
    bool mid = frames[0][0] >> (7 - parts) & 1;
    bool side = voice_packet_is_stereo(packet, len) && frames[0][0] >> (6 - 2 * parts) & 1;
    return mid || side;
}
