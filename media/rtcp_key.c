// Asking for a key frame: see rtcp_key.h.
#include "media/rtcp_key.h"

#define PLI_LEN 8 // both SSRCs
#define FCI_LEN 8 // of FIR: SSRC, number, three octets reserved

void rtcp_write_pli(struct writer *w, uint32_t ssrc, uint32_t media_ssrc)
{
    rtcp_write_header(w, RTCP_PSFB, RTCP_PLI_FMT, PLI_LEN);
    writer_u32(w, ssrc);
    writer_u32(w, media_ssrc);
}

void rtcp_write_fir(struct writer *w, uint32_t ssrc, uint32_t media_ssrc, uint8_t number)
{
    rtcp_write_header(w, RTCP_PSFB, RTCP_FIR_FMT, PLI_LEN + FCI_LEN);
    writer_u32(w, ssrc);
    writer_u32(w, 0); // the source stands below
    writer_u32(w, media_ssrc);
    writer_u32(w, (uint32_t)number << 24);
}

bool rtcp_is_pli(const struct rtcp_packet *packet, uint32_t media_ssrc)
{
    if (packet->type != RTCP_PSFB || packet->count != RTCP_PLI_FMT)
        return false;
    struct reader r = reader_of(packet->body, packet->body_len);
    reader_take(&r, 4);
    uint32_t media = reader_u32(&r);
    return !r.failed && media == media_ssrc;
}

bool rtcp_is_fir(const struct rtcp_packet *packet, uint32_t media_ssrc, uint8_t *number)
{
    if (packet->type != RTCP_PSFB || packet->count != RTCP_FIR_FMT)
        return false;
    struct reader r = reader_of(packet->body, packet->body_len);
    reader_take(&r, PLI_LEN);
    while (!r.failed) {
        uint32_t media = reader_u32(&r);
        uint32_t rest = reader_u32(&r);
        if (r.failed || media != media_ssrc)
            continue;
        *number = (uint8_t)(rest >> 24);
        return true;
    }
    return false;
}
