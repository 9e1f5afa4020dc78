// Redundant copies: see copies.h.
#include "sender/copies.h"

#include "media/red.h"
#include "media/rtp.h"

#include <stdlib.h>
#include <string.h>

// A copy stands alone among frames of another encoder: it should depend on the one before as little as
// can be, and have the sampling rate inside the speech layer (SILK) that those have at any bitrate
// from here on, or the decoder starts anew at each.
#define LOSS_TOLD 20  // percent
#define SLOTS     256 // frames that are kept: more than RFC 2198 can reach back, of any length

struct slot {
    bool sent;
    uint32_t timestamp;
    uint16_t len;
    uint8_t data[RED_LEN_MAX];
};

struct copies {
    struct voice_encoder *voice;
    int frame_samples;
    int bitrate;
    bool warm; // the encoder has heard the frames before
    struct slot slots[SLOTS];
};

size_t copies_overhead(struct copies_shape shape)
{
    return shape.depth ? 4u * shape.depth + 1u : 0;
}

uint32_t copies_reach(struct copies_shape shape, int frame_samples)
{
    return (uint32_t)shape.depth * shape.spacing * (uint32_t)frame_samples;
}

bool copies_possible(struct copies_shape shape, int frame_samples)
{
    bool whole = shape.depth ? shape.spacing > 0 : shape.spacing == 0;
    return whole && shape.depth <= COPIES_DEPTH_MAX && shape.spacing <= COPIES_SPACING_MAX &&
           copies_reach(shape, frame_samples) <= RED_OFFSET_MAX;
}

bool copies_fit(int bitrate, int frame_samples)
{
    return (int64_t)bitrate * frame_samples <= (int64_t)8 * VOICE_RATE * RED_LEN_MAX;
}

struct copies *copies_new(const struct voice_encoder_config *voice)
{
    struct copies *c = calloc(1, sizeof *c);
    struct voice_encoder_config low = *voice;
    if (!c)
        return NULL;
    low.fec = low.dtx = false;
    low.loss_percent = 0;
    c->frame_samples = voice->frame_samples;
    c->voice = voice_encoder_new(&low);
    if (!c->voice) {
        free(c);
        return NULL;
    }
    return c;
}

void copies_free(struct copies *c)
{
    if (!c)
        return;
    voice_encoder_free(c->voice);
    free(c);
}

void copies_reset(struct copies *c)
{
    c->warm = false;
    for (int i = 0; i < SLOTS; i++)
        c->slots[i].sent = false;
}

void copies_set_bitrate(struct copies *c, int bitrate)
{
    const struct voice_settings settings = {
        .bitrate = bitrate,
        .loss_percent = LOSS_TOLD,
        .band = VOICE_BAND_WIDE,
    };
    if (bitrate && bitrate != c->bitrate)
        voice_encoder_set(c->voice, &settings);
    c->bitrate = bitrate;
}

static struct slot *slot_at(const struct copies *c, uint32_t timestamp)
{
    return (struct slot *)&c->slots[timestamp / (uint32_t)c->frame_samples % SLOTS];
}

void copies_frame(struct copies *c, const int16_t *pcm, uint32_t timestamp, const uint8_t *payload,
                  size_t len, bool sent)
{
    struct slot *slot = slot_at(c, timestamp);
    if (c->bitrate) {
        if (!c->warm)
            voice_encoder_reset(c->voice);
        int coded = voice_encode(c->voice, pcm, slot->data, sizeof slot->data);
        len = coded > 0 ? (size_t)coded : 0;
    } else if (len <= sizeof slot->data) {
        memcpy(slot->data, payload, len);
    } else {
        len = 0;
    }
    c->warm = c->bitrate > 0;
    slot->timestamp = timestamp;
    slot->len = (uint16_t)len;
    slot->sent = sent && len > 0;
}

size_t copies_wrap(const struct copies *c, struct copies_shape shape, uint8_t payload_type,
                   uint32_t timestamp, const uint8_t *payload, size_t len, uint8_t *out, size_t cap)
{
    struct red_block blocks[COPIES_DEPTH_MAX + 1];
    size_t count = 0;
    for (uint32_t n = shape.depth; n > 0; n--) {
        uint32_t offset = n * shape.spacing * (uint32_t)c->frame_samples;
        const struct slot *slot = slot_at(c, timestamp - offset);
        if (slot->sent && slot->timestamp == timestamp - offset)
            blocks[count++] = (struct red_block){payload_type, offset, slot->data, slot->len};
    }
    blocks[count++] = (struct red_block){payload_type, 0, payload, len};
    return red_write(blocks, count, out, cap);
}

size_t copies_packet(const struct copies *c, struct copies_shape shape, uint8_t red,
                     const uint8_t *packet, size_t len, uint8_t *out, size_t cap)
{
    struct rtp_packet rtp;
    if (cap < RTP_HEADER_LEN || rtp_parse(&rtp, packet, len) != RTP_OK)
        return 0;
    rtp.payload_len = copies_wrap(c, shape, rtp.payload_type, rtp.timestamp, rtp.payload,
                                  rtp.payload_len, out + RTP_HEADER_LEN, cap - RTP_HEADER_LEN);
    rtp.payload = out + RTP_HEADER_LEN;
    rtp.payload_type = red;
    return rtp.payload_len ? rtp_write(&rtp, out, cap) : 0;
}
