// The formats of sdp.h that repair losses: redundant payloads and retransmission.
#include "control/sdp.h"

#define CLOCK        48000            // Hz, of Opus
#define RTX_TIME_MAX (60 * 60 * 1000) // ms; what is above is no memory for packets

// Both have the clock of what they repair.
static bool is_repair(const struct sdp_format *format, const char *encoding, uint32_t clock)
{
    return slice_is_nocase(format->encoding, encoding) && format->clock == clock;
}

static uint32_t clock_of(const struct sdp_media *media, uint8_t pt)
{
    for (size_t i = 0; i < media->format_count; i++)
        if (media->formats[i].pt == pt)
            return media->formats[i].clock;
    return CLOCK;
}

static bool is_pt(struct slice text, uint8_t pt)
{
    uint64_t number;
    return slice_unsigned(slice_trim(text), UINT8_MAX, &number) && number == pt;
}

// 96/96: primary and redundant blocks, as many as there may be.
static bool is_red_of(struct slice fmtp, uint8_t pt)
{
    struct slice block;
    size_t blocks = 0;
    if (!slice_trim(fmtp).len)
        return true;
    for (; slice_next(&fmtp, '/', &block); blocks++)
        if (!is_pt(block, pt))
            return false;
    return blocks > 1;
}

const struct sdp_format *sdp_find_red(const struct sdp_media *media, uint8_t opus)
{
    for (size_t i = 0; i < media->format_count; i++)
        if (is_repair(&media->formats[i], "red", CLOCK) && is_red_of(media->formats[i].fmtp, opus))
            return &media->formats[i];
    return NULL;
}

const struct sdp_format *sdp_find_rtx(const struct sdp_media *media, uint8_t pt)
{
    uint32_t clock = clock_of(media, pt);
    for (size_t i = 0; i < media->format_count; i++)
        if (is_repair(&media->formats[i], "rtx", clock) &&
            is_pt(sdp_parameter(media->formats[i].fmtp, "apt"), pt))
            return &media->formats[i];
    return NULL;
}

usec sdp_rtx_time(const struct sdp_format *rtx)
{
    uint64_t ms;
    if (!slice_unsigned(sdp_parameter(rtx->fmtp, "rtx-time"), RTX_TIME_MAX, &ms))
        return 0;
    return (usec)ms * USEC_MS;
}

struct sdp_format sdp_red(uint8_t pt, uint8_t opus, char fmtp[SDP_FMTP_MAX])
{
    struct text t = text_of(fmtp, SDP_FMTP_MAX);
    text_unsigned(&t, opus);
    text_add(&t, "/");
    text_unsigned(&t, opus);
    return (struct sdp_format){.pt = pt,
                               .encoding = slice_of("red"),
                               .clock = CLOCK,
                               .channels = 2,
                               .fmtp = text_written(&t)};
}

struct sdp_format sdp_rtx(uint8_t pt, uint8_t of, uint32_t clock, usec rtx_time,
                          char fmtp[SDP_FMTP_MAX])
{
    struct text t = text_of(fmtp, SDP_FMTP_MAX);
    text_add(&t, "apt=");
    text_unsigned(&t, of);
    if (rtx_time > 0) {
        text_add(&t, ";rtx-time=");
        text_unsigned(&t, (uint64_t)(rtx_time / USEC_MS));
    }
    return (struct sdp_format){.pt = pt,
                               .encoding = slice_of("rtx"),
                               .clock = clock,
                               .channels = 1,
                               .fmtp = text_written(&t)};
}
