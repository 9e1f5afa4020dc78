// Any datagrams to a receiver that takes everything: redundant payloads, packets sent again, extended
// reports. The first octet of each piece says what it is and how long, the second how much time passes.
// A piece of RTP is either raw, or gets the header of the stream, so that its payload is looked at. It
// says back what can be read, never more than fits, and what it plays is what was asked for.
#include "media/rtcp.h"
#include "media/rtp.h"
#include "receiver/receiver.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FRAME 960

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const uint8_t types[] = {96, 97, 98};

struct piece {
    uint8_t kind;
    const uint8_t *data;
    size_t len;
};

static void give(struct receiver *r, usec now, const uint8_t *data, size_t len, bool rtcp)
{
    uint8_t *exact = malloc(len ? len : 1); // a read one octet too far is found
    assert(exact);
    memcpy(exact, data, len);
    if (rtcp)
        receiver_rtcp(r, now, exact, len);
    else
        receiver_rtp(r, now, exact, len);
    free(exact);
}

// Packet n of the stream, or one a little before or after it.
static void give_packet(struct receiver *r, usec now, int n, const struct piece *piece)
{
    uint8_t out[400];
    int at = piece->len ? n + (int8_t)piece->data[0] / 16 : n;
    struct rtp_packet packet = {
        .payload_type = types[piece->kind % 3],
        .seq = (uint16_t)at,
        .timestamp = (uint32_t)at * FRAME,
        .ssrc = 1,
        .payload = piece->data + (piece->len > 0),
        .payload_len = piece->len - (piece->len > 0),
    };
    size_t len = rtp_write(&packet, out, sizeof out);
    assert(len);
    give(r, now, out, len, false);
}

static void hear(struct receiver *r, usec now)
{
    int16_t pcm[2 * 480];
    struct receiver_played played = receiver_play(r, now, pcm, 480);
    assert(played.lead + played.used <= 480);
}

static void say(struct receiver *r, usec now)
{
    uint8_t out[512];
    for (size_t len; receiver_next(r) <= now && (len = receiver_rtcp_output(r, now, out, 512));) {
        struct rtcp_walk walk = rtcp_walk(out, len);
        struct rtcp_packet packet;
        enum rtcp_status status;
        while ((status = rtcp_next(&walk, &packet)) == RTCP_OK) {
        }
        assert(len <= 512 && status == RTCP_END);
    }
}

static void check(const struct receiver *r, uint64_t pieces)
{
    struct receiver_stats s = receiver_stats(r);
    assert(s.packets_received + s.packets_duplicate + s.packets_foreign <= pieces);
    assert(s.repairs.answers <= pieces);
    assert(s.playout.frames_copy + s.playout.frames_again <= s.repairs.copies + s.repairs.answers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct receiver_config config = {
        .payload_type = 96,
        .red = true,
        .payload_type_red = 97,
        .again = true,
        .payload_type_again = 98,
        .feedback = true,
        .extended = true,
        .fec = true,
        .fec_offered = len & 1,
        .latency = len & 2 ? 60 * USEC_MS : 0,
        .seed = len,
    };
    struct receiver *r = receiver_new(&config, 0);
    assert(r);
    usec now = 0, played = 0;
    uint64_t pieces = 0;
    for (int n = 0; len >= 2; n++, pieces++) {
        struct piece piece = {.kind = data[0] & 7, .data = data + 2, .len = data[0] >> 3};
        piece.len = piece.len == 31 ? 300 : piece.len * 3;
        piece.len = piece.len < len - 2 ? piece.len : len - 2;
        now += (data[1] & 3) == 3 ? data[1] * 4 * USEC_MS : data[1] % 64 * USEC_MS;
        if (piece.kind >= 6)
            give(r, now, piece.data, piece.len, piece.kind == 7);
        else
            give_packet(r, now, n, &piece);
        for (; played <= now; played += 10 * USEC_MS)
            hear(r, played);
        say(r, now);
        data += 2 + piece.len;
        len -= 2 + piece.len;
    }
    check(r, pieces);
    receiver_finish(r);
    for (int i = 0; i < 50; i++, played += 10 * USEC_MS)
        hear(r, played);
    receiver_free(r);
    return 0;
}
