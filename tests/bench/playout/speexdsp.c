// speexdsp's JitterBuffer, a packet's length at a time, with its adaptation on and libopus'
// concealment for what it does not have.
#include "media/voice.h"
#include "tests/bench/playout/rival.h"

#include <speex/speex_jitter.h>
#include <stdlib.h>

struct speexdsp {
    const struct call *call;
    JitterBuffer *buffer;
    struct voice_decoder *decoder;
    int64_t next; // media time after what was played last
};

static void *speexdsp_open(const struct call *call, usec *begin)
{
    struct speexdsp *s = need(calloc(1, sizeof *s));
    (void)begin;
    s->call = call;
    s->buffer = need(jitter_buffer_init(CALL_FRAME));
    s->decoder = need(voice_decoder_new(1));
    return s;
}

static void speexdsp_put(void *self, usec now, size_t packet)
{
    struct speexdsp *s = self;
    const struct payload *payload = &s->call->recording->packets[packet];
    (void)now; // it counts its ticks
    const JitterBufferPacket p = {
        .data = (char *)payload->data, // is copied
        .len = (spx_uint32_t)payload->len,
        .timestamp = (spx_uint32_t)(packet * CALL_FRAME),
        .span = CALL_FRAME,
        .sequence = (spx_uint16_t)packet,
    };
    jitter_buffer_put(s->buffer, &p);
}

static void speexdsp_get(void *self, usec now, int16_t *pcm, struct piece *piece)
{
    struct speexdsp *s = self;
    char data[VOICE_PACKET_MAX];
    int16_t sound[VOICE_FRAME_MAX] = {0};
    JitterBufferPacket p = {.data = data, .len = sizeof data};
    spx_int32_t offset;
    (void)now;
    int found = jitter_buffer_get(s->buffer, &p, CALL_FRAME, &offset);
    piece->concealed = found != JITTER_BUFFER_OK;
    piece->made_up = piece->concealed ? CALL_FRAME : 0;
    piece->held = found == JITTER_BUFFER_INSERTION;
    piece->media = piece->concealed ? s->next : (int64_t)p.timestamp;
    piece->media_samples = piece->held ? 0 : CALL_FRAME;
    s->next = piece->media + piece->media_samples;
    if (piece->concealed)
        voice_conceal(s->decoder, sound, CALL_FRAME);
    else
        voice_decode(s->decoder, (const uint8_t *)data, p.len, sound);
    for (int i = 0; i < CALL_FRAME; i++)
        pcm[i] = sound[i];
    jitter_buffer_update_delay(s->buffer, &p, NULL);
    jitter_buffer_tick(s->buffer);
}

static void speexdsp_close(void *self)
{
    struct speexdsp *s = self;
    jitter_buffer_destroy(s->buffer);
    voice_decoder_free(s->decoder);
    free(s);
}

const struct rival rival_speexdsp = {CALL_FRAME, speexdsp_open, speexdsp_put, speexdsp_get,
                                     speexdsp_close};
