// Any RTCP to a film with listeners that watch it: the first octet of each piece says whose it is, what, and
// how long. Everyone gets every packet from its first key frame on, which is the beginning of one; nobody
// makes more key frames come than one every 200 ms; and what is sent again stays within its rate.
#include "media/rtcp.h"
#include "media/rtp.h"
#include "media/vp8_payload.h"
#include "sender/film.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LISTENERS  3
#define WIDTH      32
#define HEIGHT     32
#define RATE       100000 // bit/s
#define TYPE       98
#define TYPE_AGAIN 99

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct house {
    struct film *film;
    uint64_t got[LISTENERS], again[LISTENERS]; // packets; octets
    uint16_t next[LISTENERS];                  // number of the next packet
    uint16_t newest;
    uint8_t memory[WIDTH * HEIGHT * 3 / 2];
};

static void took(struct house *h, int i, const struct rtp_packet *packet)
{
    if (packet->payload_type == TYPE_AGAIN) {
        assert(i < 2); // the others cannot ask
        h->again[i] += packet->payload_len;
        return;
    }
    struct vp8_payload payload;
    struct vp8_frame frame;
    assert(packet->payload_type == TYPE);
    assert(vp8_payload_parse(&payload, packet->payload, packet->payload_len) == VP8_PAYLOAD_OK);
    if (!h->got[i]++)
        assert(vp8_payload_begins_frame(&payload) &&
               vp8_frame_parse(&frame, payload.data, payload.len) && frame.key);
    else
        assert(packet->seq == h->next[i]);
    h->next[i] = (uint16_t)(packet->seq + 1);
}

static void drain(struct house *h, usec now)
{
    struct sender_datagram d;
    for (int n = 0; film_output(h->film, now, &d); n++) {
        struct rtp_packet packet;
        assert(n < 2000 && d.len <= 1200);
        if (d.kind != SENDER_RTP)
            continue;
        assert(rtp_parse(&packet, d.data, d.len) == RTP_OK);
        if (packet.payload_type == TYPE)
            h->newest = packet.seq;
        for (int i = 0; i < LISTENERS; i++)
            if (film_is_for(h->film, &d, i))
                took(h, i, &packet);
    }
}

// A piece as it is, or behind the header of a packet on the stream. Numbers in a NACK count from a little
// before the newest packet on.
static void give(struct house *h, usec now, int listener, uint8_t kind, const uint8_t *data,
                 size_t len)
{
    static const uint8_t heads[][2] = {{0x81, RTCP_RTPFB}, {0x81, RTCP_PSFB}, {0x84, RTCP_PSFB}};
    uint32_t ssrc = film_stats(h->film).ssrc;
    uint8_t *out = malloc(20 + len), *exact;
    assert(out);
    struct writer w = writer_of(out, 20 + len);
    if (kind < 3) {
        len -= len % 4;
        rtcp_write_rr(&w, 1, NULL, 0);
        writer_bytes(&w, heads[kind], 2);
        writer_u16(&w, (uint16_t)(2 + len / 4));
        writer_u32(&w, 1);
        writer_u32(&w, ssrc);
        for (size_t i = 0; i < len; i += 4) {
            uint32_t word;
            memcpy(&word, data + i, 4);
            if (kind == 0)
                word = (uint32_t)(uint16_t)(h->newest - 32 + data[i] % 40) << 16 | (word >> 16);
            writer_u32(&w, kind == 2 && i % 8 == 0 ? ssrc : word);
        }
    } else {
        writer_bytes(&w, data, len);
    }
    exact = malloc(writer_len(&w) + 1);
    assert(exact);
    memcpy(exact, out, writer_len(&w));
    film_rtcp(h->film, listener, now, exact, writer_len(&w));
    free(exact);
    free(out);
}

static void picture(struct house *h, int number)
{
    usec now = film_picture_due(h->film);
    const struct picture p = picture_of(h->memory, WIDTH, HEIGHT);
    drain(h, now);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        h->memory[i] = (uint8_t)(i * number * 7);
    film_picture(h->film, now, &p);
    drain(h, now);
}

static void check(const struct house *h, int pictures)
{
    struct film_stats s = film_stats(h->film);
    double seconds = pictures / 25.0;
    assert(s.pictures == (uint64_t)pictures && s.frames <= s.pictures);
    assert((double)s.key_frames <= seconds * 5 + 1);
    for (int i = 0; i < LISTENERS; i++) {
        assert(film_listener(h->film, i).packets == h->got[i]);
        assert(8 * (double)h->again[i] <= RATE / 2 * (seconds + 1) + 8 * 8000);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct film_config config = {
        .video = {WIDTH, HEIGHT, 25, 1, RATE},
        .resend = true,
        .payload_type = TYPE,
        .payload_type_again = TYPE_AGAIN,
        .listeners_max = LISTENERS,
        .seed = len,
    };
    static struct house h;
    memset(&h, 0, sizeof h);
    h.film = film_new(&config, 0);
    assert(h.film);
    for (int i = 0; i < LISTENERS; i++)
        film_join(h.film, (struct peer_takes){.again = i < 2, .feedback = i < 2});
    film_start(h.film, 0);
    int pictures = 0;
    for (; len >= 1 && pictures < 60; pictures++) {
        uint8_t what = *data++;
        len--;
        size_t size = (size_t)(what >> 4) * 4;
        size = size < len ? size : len;
        if (pictures < LISTENERS) // they come one after the other
            film_play(h.film, pictures, film_picture_due(h.film));
        picture(&h, pictures);
        give(&h, film_picture_due(h.film) - USEC_MS, what % LISTENERS, what / LISTENERS % 4, data,
             size);
        data += size;
        len -= size;
    }
    check(&h, pictures);
    film_free(h.film);
    return 0;
}
