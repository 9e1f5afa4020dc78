// Any datagrams to a screen, as time goes on. A piece is an octet of what it is, one of the milliseconds
// that pass before it, two of its length, and its octets. Most become packets of the stream, with the
// type and the source that those have, so that what they carry is looked at. What is said back can be
// read and fits, the screen never wants to be called without end, and nothing larger than the limits is shown.
#include "media/rtcp.h"
#include "media/rtp.h"
#include "media/vp8.h"
#include "receiver/screen.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TYPE       98
#define TYPE_AGAIN 99
#define PIECE      4 // octets before those of a piece
#define LEN_MOST   1600

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { STREAM, STREAM_TOO, STREAM_THREE, ANOTHER, AGAIN, RAW, REPORT, RAW_REPORT };

static void give(struct screen *s, usec now, uint8_t kind, const uint8_t *data, size_t len)
{
    uint8_t *exact = malloc(len ? len : 1); // a read one octet too far is found
    assert(exact);
    memcpy(exact, data, len);
    if (kind < RAW && len >= RTP_HEADER_LEN) {
        exact[0] = 0x80;
        exact[1] = (uint8_t)((exact[1] & 0x80) | (kind == AGAIN ? TYPE_AGAIN : TYPE));
        memset(exact + 8, kind == ANOTHER ? 2 : kind == AGAIN ? 3 : 1, 4);
    }
    if (kind == REPORT && len >= 8)
        memset(exact + 4, 1, 4);
    if (kind >= REPORT)
        screen_rtcp(s, now, exact, len);
    else
        screen_rtp(s, now, exact, len);
    free(exact);
}

static void look(struct screen *s, usec now)
{
    struct picture p;
    if (!screen_show(s, now, &p))
        return;
    assert(p.width >= 1 && p.height >= 1 && p.width * p.height <= VP8_PIXELS_MOST);
    volatile uint8_t seen = 0; // all of it is there
    for (int plane = 0; plane < PICTURE_PLANES; plane++)
        seen ^= p.plane[plane][(picture_plane_height(&p, plane) - 1) * p.stride[plane] +
                               picture_plane_width(&p, plane) - 1];
}

static void say(struct screen *s, usec now)
{
    uint8_t out[512];
    size_t len;
    for (int n = 0; (len = screen_rtcp_output(s, now, out, sizeof out)); n++) {
        struct rtcp_walk walk = rtcp_walk(out, len);
        struct rtcp_packet packet;
        enum rtcp_status status;
        assert(n < 50 && len <= sizeof out);
        while ((status = rtcp_next(&walk, &packet)) == RTCP_OK) {
        }
        assert(status == RTCP_END);
    }
}

// As a driver does, up to that instant.
static void run(struct screen *s, usec from, usec until)
{
    usec now = from;
    for (int n = 0; now < until; n++) {
        assert(n < 3000);
        look(s, now);
        say(s, now);
        now = usec_max(screen_next(s), now + USEC_MS);
    }
    look(s, until);
    say(s, until);
}

static void check(const struct screen *s, uint64_t pieces)
{
    struct screen_stats t = screen_stats(s);
    assert(t.packets_received <= pieces && t.packets_foreign <= pieces && t.answers <= pieces);
    assert(t.shown <= t.frames && t.damaged <= t.shown && t.key_frames <= t.frames);
    assert(t.frames <= 2 * t.packets_received + 1);
    assert(t.frozen >= 0 && t.sync_count <= t.shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < 1)
        return 0;
    struct lipsync lipsync;
    const struct screen_config config = {
        .payload_type = TYPE,
        .again = data[0] & 1,
        .payload_type_again = TYPE_AGAIN,
        .key = data[0] & 2,
        .feedback = true,
        .has_seq = data[0] & 4,
        .seq = data[0],
        .loss = data[0] & 8 ? SCREEN_SHOW : SCREEN_FREEZE,
        .lipsync = data[0] & 16 ? &lipsync : NULL,
        .seed = 1,
    };
    lipsync_init(&lipsync, 48000, 90000);
    if (data[0] & 32)
        lipsync_heard(&lipsync, 0, 50 * USEC_MS, 50 * USEC_MS);
    struct screen *s = screen_new(&config, 0);
    assert(s);
    usec now = 0;
    uint64_t pieces = 0;
    for (data++, len--; len >= PIECE; pieces++) {
        size_t size = (size_t)(data[2] << 8 | data[3]) % LEN_MOST;
        size = size < len - PIECE ? size : len - PIECE;
        usec next = now + (data[1] == 255 ? 3 * USEC_SECOND : data[1] * USEC_MS);
        run(s, now, next);
        now = next;
        if ((data[0] & 7) >= REPORT)
            lipsync_picture_rtcp(&lipsync, screen_stats(s).ssrc, data + PIECE, size);
        give(s, now, data[0] & 7, data + PIECE, size);
        if (data[0] == 0xf0)
            screen_loss(s, SCREEN_SHOW);
        data += PIECE + size;
        len -= PIECE + size;
    }
    run(s, now, now + 3 * USEC_SECOND);
    check(s, pieces);
    screen_free(s);
    return 0;
}
