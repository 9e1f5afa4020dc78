// libopus alone: see bare.h.
#include "tests/bench/bare.h"

#include "media/voice.h"

#include <opus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OCTETS_MOST 1500 // of a packet

static void *need(void *memory, const char *what)
{
    if (memory)
        return memory;
    fprintf(stderr, "bench: no %s\n", what);
    exit(1);
}

void bare_lose(bool *lost, size_t count, const struct impair_spec *spec, uint64_t seed)
{
    struct impair *path = need(impair_new(spec, impair_seed(spec, seed, 0)), "memory");
    uint8_t data[8];
    uint64_t tag;
    for (size_t i = 0; i < count; i++)
        lost[i] = true;
    for (size_t i = 0; i < count; i++) {
        usec now = (usec)i * 20 * USEC_MS;
        impair_input(path, now, "x", 1, i);
        while (impair_output(path, now + USEC_SECOND, data, sizeof data, &tag, NULL))
            lost[tag] = false;
    }
    impair_free(path);
}

// ---- encoding ----------------------------------------------------------------------------------

static OpusEncoder *encoder_new(const struct bare_voice *voice)
{
    int error;
    OpusEncoder *encoder =
        need(opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &error), "encoder");
    opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(10));
    opus_encoder_ctl(encoder, OPUS_SET_BITRATE(voice->bitrate));
    opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(voice->fec));
    opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(voice->told));
    if (voice->band == BARE_BAND_WIDE_MOST)
        opus_encoder_ctl(encoder, OPUS_SET_MAX_BANDWIDTH(OPUS_BANDWIDTH_WIDEBAND));
    if (voice->band == BARE_BAND_WIDE)
        opus_encoder_ctl(encoder, OPUS_SET_BANDWIDTH(OPUS_BANDWIDTH_WIDEBAND));
    if (voice->band == BARE_BAND_NARROW)
        opus_encoder_ctl(encoder, OPUS_SET_BANDWIDTH(OPUS_BANDWIDTH_NARROWBAND));
    return encoder;
}

static size_t encode(OpusEncoder *encoder, const int16_t *pcm, size_t samples, uint8_t *out)
{
    int16_t frame[BARE_FRAME] = {0}; // behind the end there is silence
    memcpy(frame, pcm, (samples < BARE_FRAME ? samples : BARE_FRAME) * sizeof *frame);
    opus_int32 len = opus_encode(encoder, frame, BARE_FRAME, out, OCTETS_MOST);
    need(len > 0 ? out : NULL, "packet");
    return (size_t)len;
}

struct bare_stream *bare_encode(const struct bare_voice *voice, const int16_t *pcm, size_t samples)
{
    OpusEncoder *encoder = encoder_new(voice);
    struct bare_stream *s = need(calloc(1, sizeof *s), "memory");
    opus_int32 lag;
    opus_encoder_ctl(encoder, OPUS_GET_LOOKAHEAD(&lag));
    s->count = samples / BARE_FRAME;
    s->packets = need(calloc(s->count, sizeof *s->packets), "memory");
    s->octets = need(malloc(s->count * OCTETS_MOST), "memory");
    uint8_t *out = s->octets;
    for (size_t i = 0; i < s->count; i++) {
        size_t at = (size_t)lag + i * BARE_FRAME;
        size_t len = encode(encoder, pcm + at, samples > at ? samples - at : 0, out);
        s->packets[i] = (struct bare_packet){out, len};
        out += len;
    }
    opus_encoder_destroy(encoder);
    return s;
}

void bare_free(struct bare_stream *s)
{
    if (!s)
        return;
    free(s->packets);
    free(s->octets);
    free(s);
}

double bare_rate(const struct bare_stream *s, size_t from)
{
    double octets = 0;
    for (size_t i = from; i < s->count; i++)
        octets += (double)s->packets[i].len;
    return octets * 8 * 50 / (double)(s->count - from);
}

// ---- decoding ----------------------------------------------------------------------------------

struct origin {                       // what a frame is made of
    const struct bare_packet *packet; // NULL: nothing
    bool fec;                         // the in-band copy in it
};

// In-band copies are in the next packet, and in that packet's copy, if that is all of it.
static struct origin in_band(const struct bare_packet *packets, size_t count, size_t i,
                             const struct bare_copies *copies, const bool *lost)
{
    size_t again = i + 1 + (copies ? copies->after : 0);
    bool same = copies && copies->packets == packets;
    bool came = i + 1 < count && (!lost[i + 1] || (same && again < count && !lost[again]));
    return (struct origin){came ? &packets[i + 1] : NULL, true};
}

static struct origin restore(const struct bare_packet *packets, size_t count, size_t i,
                             const struct bare_copies *copies, const bool *lost)
{
    struct origin fec = in_band(packets, count, i, copies, lost);
    size_t carrier = i + (copies ? copies->after : 0);
    bool good = fec.packet && voice_packet_has_fec(fec.packet->data, fec.packet->len);
    if (!copies || carrier >= count || lost[carrier] || (good && copies->fec_first))
        return fec;
    return (struct origin){&copies->packets[i], false};
}

void bare_decode(const struct bare_packet *packets, size_t count, const struct bare_copies *copies,
                 const bool *lost, int16_t *pcm)
{
    int error;
    OpusDecoder *decoder = need(opus_decoder_create(48000, 1, &error), "decoder");
    for (size_t i = 0; i < count; i++, pcm += BARE_FRAME) {
        struct origin o = {&packets[i], false};
        if (lost[i])
            o = restore(packets, count, i, copies, lost);
        int samples = opus_decode(decoder, o.packet ? o.packet->data : NULL,
                                  o.packet ? (opus_int32)o.packet->len : 0, pcm, BARE_FRAME,
                                  o.packet && o.fec);
        need(samples == BARE_FRAME ? pcm : NULL, "sound of 20 ms in a packet");
    }
    opus_decoder_destroy(decoder);
}
