// What could have been made of the packets: see known.h.
#include "tests/bench/playout/known.h"

#include "media/red.h"
#include "media/rtp.h"
#include "media/voice.h"
#include "sender/options.h"

#include <stdlib.h>
#include <string.h>

void known_init(struct known *k, size_t frames, usec delay)
{
    *k = (struct known){need(calloc(frames, sizeof *k->frames)), frames, delay};
}

void known_free(struct known *k)
{
    for (size_t i = 0; i < k->count; i++) {
        free(k->frames[i].own);
        free(k->frames[i].copy);
    }
    free(k->frames);
}

static void keep(uint8_t **at, size_t *at_len, const uint8_t *data, size_t len)
{
    if (*at || !len)
        return;
    *at = need(malloc(len));
    *at_len = len;
    memcpy(*at, data, len);
}

// Every packet is a frame, sent when it is due; a copy says how much older it is.
void known_datagram(void *known, const struct sim_datagram *d)
{
    struct known *k = known;
    struct sender_config types = {0};
    struct rtp_packet rtp;
    struct red_block blocks[RED_BLOCKS_MAX] = {0};
    size_t count = 1, frame = (size_t)((d->at - k->delay) / (20 * USEC_MS));
    sender_options_apply(&(struct sender_options){.voice.channels = 1}, &types);
    if (d->way != NETWORK_FORWARD || d->kind != SENDER_RTP || rtp_parse(&rtp, d->data, d->len) ||
        frame >= k->count)
        return;
    blocks[0] = (struct red_block){.data = rtp.payload, .len = rtp.payload_len};
    if (rtp.payload_type == types.payload_type_red)
        red_parse(blocks, &count, rtp.payload, rtp.payload_len);
    else if (rtp.payload_type != types.payload_type)
        return;
    struct known_frame *own = &k->frames[frame];
    keep(&own->own, &own->own_len, blocks[count - 1].data, blocks[count - 1].len);
    for (size_t i = 0; i + 1 < count; i++) {
        size_t back = blocks[i].offset / CALL_FRAME;
        struct known_frame *f = &k->frames[frame - (back < frame ? back : frame)];
        keep(&f->copy, &f->copy_len, blocks[i].data, blocks[i].len);
    }
}

// False: it is guessed.
static bool decode(struct voice_decoder *decoder, const struct known_frame *f,
                   const struct known_frame *next, int16_t *pcm)
{
    int16_t sound[VOICE_FRAME_MAX];
    const uint8_t *after = next ? (next->own ? next->own : next->copy) : NULL;
    size_t after_len = next ? (next->own ? next->own_len : next->copy_len) : 0;
    bool guessed = false;
    if (f->own)
        voice_decode(decoder, f->own, f->own_len, sound);
    else if (f->copy)
        voice_decode(decoder, f->copy, f->copy_len, sound);
    else if (after && voice_packet_has_fec(after, after_len))
        voice_decode_fec(decoder, after, after_len, sound, CALL_FRAME);
    else
        guessed = voice_conceal(decoder, sound, CALL_FRAME) == CALL_FRAME;
    memcpy(pcm, sound, CALL_FRAME * sizeof *pcm);
    return !guessed;
}

double known_estoi(const struct known *k, const struct said *said, size_t from, double *guessed)
{
    struct voice_decoder *decoder = need(voice_decoder_new(1));
    struct output output = {0};
    int16_t pcm[CALL_FRAME];
    *guessed = 0;
    for (size_t i = 0; i < k->count; i++) {
        const struct known_frame *next = i + 1 < k->count ? &k->frames[i + 1] : NULL;
        if (!decode(decoder, &k->frames[i], next, pcm) && i >= from)
            *guessed += 100.0 / (double)(k->count - from);
        output_sound(&output, pcm, CALL_FRAME);
        output_piece(&output, &(struct piece){.out = i * CALL_FRAME,
                                              .samples = CALL_FRAME,
                                              .media = (int64_t)i * CALL_FRAME,
                                              .media_samples = CALL_FRAME});
    }
    double estoi = judge_estoi(said, &output, (int64_t)from * CALL_FRAME);
    output_free(&output);
    voice_decoder_free(decoder);
    return estoi;
}
