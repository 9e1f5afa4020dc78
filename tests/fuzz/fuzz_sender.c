// Any RTCP to a sender with listeners that play: the first octet of each piece says whose it is and how
// long, and whether it is raw or gets the header of a packet on the stream. All get each packet of the
// stream once, nobody gets what its session does not allow, and what is sent again stays within its rate.
#include "media/rtcp.h"
#include "media/rtp.h"
#include "sender/sender.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LISTENERS 4
#define FRAME     960
#define RATE      64000 // bit/s, of all

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct room {
    struct sender *sender;
    uint64_t rtp[LISTENERS], again[LISTENERS]; // packets; octets
    uint64_t frames;
    uint16_t first; // number of the first packet
};

// Numbers in what is given count from a little before the newest packet on.
static void shift(const struct room *r, uint8_t *number)
{
    uint16_t n = (uint16_t)(number[0] << 8 | number[1]);
    n = (uint16_t)(n + r->first + r->frames - 32);
    number[0] = (uint8_t)(n >> 8);
    number[1] = (uint8_t)n;
}

static void drain(struct room *r, usec now)
{
    struct sender_datagram d;
    for (int n = 0; sender_output(r->sender, now, &d); n++) {
        assert(n < 2000);
        struct rtp_packet packet;
        for (int i = 0; d.kind == SENDER_RTP && i < LISTENERS; i++) {
            if (!sender_is_for(r->sender, &d, i))
                continue;
            assert(rtp_parse(&packet, d.data, d.len) == RTP_OK);
            assert(packet.payload_type == 96 || packet.payload_type == (i & 1 ? 97 : 98) ||
                   (i == 3 && packet.payload_type == 98));
            assert(packet.payload_type != 98 || i & 2);
            r->rtp[i] += packet.payload_type != 98;
            r->again[i] += packet.payload_type == 98 ? d.len : 0;
        }
    }
}

// The types of packet that a listener sends, with the stream's SSRC where each has it.
static void give(struct room *r, usec now, int listener, uint8_t kind, const uint8_t *data,
                 size_t len)
{
    static const uint8_t types[] = {RTCP_RR, RTCP_XR, RTCP_RTPFB};
    uint8_t *out = malloc(8 + len + 8);
    assert(out);
    size_t at = 0;
    if (kind < 3) {
        uint32_t ssrc = sender_ssrc(r->sender);
        const uint8_t big[] = {(uint8_t)(ssrc >> 24), (uint8_t)(ssrc >> 16), (uint8_t)(ssrc >> 8),
                               (uint8_t)ssrc};
        struct writer w = writer_of(out, 8);
        rtcp_write_rr(&w, 1, NULL, 0);
        at = 8;
        len -= len % 4;
        const uint8_t header[] = {kind == 1 ? 0x80 : 0x81, types[kind], (uint8_t)(len / 4 >> 8),
                                  (uint8_t)(len / 4)};
        memcpy(out + at, header, 4);
        at += 4;
        memcpy(out + at, data, len);
        if (len >= (kind == 1 ? 12u : 8u))
            memcpy(out + at + (kind == 1 ? 8 : 4), big, 4);
        for (size_t i = 8; kind == 2 && i + 4 <= len; i += 4)
            shift(r, out + at + i);
        if (kind == 1 && len >= 16) {
            shift(r, out + at + 12);
            shift(r, out + at + 14);
        }
    } else {
        memcpy(out, data, len);
    }
    uint8_t *exact = malloc(at + len ? at + len : 1);
    assert(exact);
    memcpy(exact, out, at + len);
    sender_rtcp(r->sender, listener, now, exact, at + len);
    free(exact);
    free(out);
}

static void frame(struct room *r)
{
    static const int16_t pcm[FRAME] = {1000, -1000, 3000};
    usec now = sender_frame_due(r->sender);
    sender_frame(r->sender, pcm);
    r->frames++;
    drain(r, now);
}

static void check(const struct room *r)
{
    double seconds = (double)r->frames * 0.02;
    for (int i = 0; i < LISTENERS; i++) {
        struct peer_figures f = sender_listener(r->sender, i);
        assert(r->rtp[i] == r->frames && f.packets == r->frames);
        assert(8 * (double)r->again[i] <= RATE / 2 * (seconds + 0.25) + 8 * 8000);
        assert(f.lost >= 0 && f.lost <= 1);
        assert(i & 1 || !f.shape.depth);
        assert(copies_possible(f.shape, FRAME));
    }
    struct adapt_choice c = sender_stats(r->sender).choice;
    assert(c.bitrate >= VOICE_BITRATE_LEAST && c.bitrate <= 32000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct sender_config config = {
        .voice = {.channels = 1, .bitrate = 32000, .frame_samples = FRAME},
        .limits = {.bitrate = 32000,
                   .max_bitrate = RATE,
                   .fec = ADAPT_FEC_AUTO,
                   .red = ADAPT_RED_AUTO},
        .resend = true,
        .payload_type = 96,
        .payload_type_red = 97,
        .payload_type_again = 98,
        .listeners_max = LISTENERS,
        .seed = len,
    };
    struct room r = {.sender = sender_new(&config, 0)};
    assert(r.sender);
    for (int i = 0; i < LISTENERS; i++) {
        sender_join(r.sender, 0, (struct peer_takes){i & 1, i & 2, false});
        r.first = sender_play(r.sender, i, 0).seq;
    }
    sender_start(r.sender, 0);
    frame(&r);
    while (len >= 2) {
        size_t n = data[1] < len - 2 ? data[1] : len - 2;
        usec now = sender_frame_due(r.sender) - 1;
        give(&r, now, data[0] & 3, data[0] >> 2 & 3, data + 2, n);
        drain(&r, now);
        for (int i = data[0] >> 4; i > 0 && r.frames < 500; i--)
            frame(&r);
        data += 2 + n;
        len -= 2 + n;
    }
    check(&r);
    sender_free(r.sender);
    return 0;
}
