// Any octets as an RTP payload of VP8, and what it carries as a frame for a decoder: what is parsed
// lies inside, a fault leaves the result alone, what was parsed is, written again, the same but for
// reserved bits; a decoder shows nothing larger than its limits and goes on after anything.
#include "media/vp8.h"
#include "media/vp8_payload.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void write_again(const struct vp8_payload *p)
{
    struct vp8_payload again;
    size_t len = vp8_descriptor_len(p) + p->len;
    uint8_t *out = malloc(2 * len); // no larger: a write past the end is seen
    assert(out);
    assert(vp8_payload_write(p, out, len - 1) == 0);
    assert(vp8_payload_write(p, out, len) == len);
    assert(vp8_payload_parse(&again, out, len) == VP8_PAYLOAD_OK);
    assert(again.data == out + vp8_descriptor_len(p) && again.len == p->len);
    assert(vp8_payload_write(&again, out + len, len) == len);
    assert(memcmp(out, out + len, len) == 0);
    free(out);
}

static void cut_again(const struct vp8_payload *p)
{
    uint8_t out[64];
    size_t at = 0, written;
    struct vp8_packets packets = vp8_packets_of(p, p->data, p->len, sizeof out);
    while ((written = vp8_packets_next(&packets, out, sizeof out))) {
        size_t header = vp8_descriptor_len(p);
        assert(memcmp(out + header, p->data + at, written - header) == 0);
        at += written - header;
    }
    assert(at == p->len);
}

// Twice: the second time after whatever the first one left.
static void decode(const struct vp8_payload *p)
{
    struct vp8_decoder *d = vp8_decoder_new();
    assert(d);
    for (int i = 0; i < 2; i++) {
        struct picture shown;
        enum vp8_status status = vp8_decode(d, p->data, p->len, &shown);
        if (status != VP8_SHOWN && status != VP8_DAMAGED)
            continue;
        assert(shown.width >= 1 && shown.height >= 1);
        assert(shown.width * shown.height <= VP8_PIXELS_MOST);
    }
    vp8_decoder_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct vp8_payload p, before;
    memset(&p, 0xa5, sizeof p);
    memcpy(&before, &p, sizeof p);
    if (vp8_payload_parse(&p, data, len) != VP8_PAYLOAD_OK) {
        assert(memcmp(&p, &before, sizeof p) == 0);
        return 0;
    }
    assert(p.data > data && p.len > 0 && p.data + p.len == data + len);
    write_again(&p);
    cut_again(&p);
    decode(&p);
    return 0;
}
