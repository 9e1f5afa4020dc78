// Any octets as a compound of reduced size, read for requests for a key frame: a packet is of one kind at
// most, and what was found is found again after it was written and parsed.
#include "media/rtcp_key.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void write_and_read(bool fir, uint8_t number)
{
    uint8_t out[20], again;
    struct writer w = writer_of(out, sizeof out);
    if (fir)
        rtcp_write_fir(&w, 1, 2, number);
    else
        rtcp_write_pli(&w, 1, 2);
    struct rtcp_walk walk = rtcp_walk(out, writer_len(&w));
    struct rtcp_packet packet;
    walk.reduced = true;
    assert(rtcp_next(&walk, &packet) == RTCP_OK);
    assert(fir ? rtcp_is_fir(&packet, 2, &again) && again == number : rtcp_is_pli(&packet, 2));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct rtcp_walk walk = rtcp_walk(data, len);
    struct rtcp_packet packet;
    walk.reduced = true;
    while (rtcp_next(&walk, &packet) == RTCP_OK) {
        // the source that it most likely asks: PLI's, or the first or second of a FIR
        for (size_t at = 4; at + 4 <= packet.body_len && at <= 16; at += 4) {
            const uint8_t *p = packet.body + at;
            uint32_t media =
                (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
            uint8_t number = 0;
            bool pli = rtcp_is_pli(&packet, media), fir = rtcp_is_fir(&packet, media, &number);
            assert(!(pli && fir));
            if (pli || fir)
                write_and_read(fir, number);
        }
    }
    return 0;
}
