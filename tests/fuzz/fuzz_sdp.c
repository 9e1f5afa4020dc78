// Any octets as a session description: bounded, slices inside, and after one writing (which settles
// what peers may leave out) writing and parsing change nothing any more.
#include "control/sdp.h"

#include <assert.h>

#define OUT_MAX (4 * SDP_TEXT_MAX)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_slice(struct slice s, struct slice text)
{
    assert(!s.len || (s.at >= text.at && s.at + s.len <= text.at + text.len));
}

static void check_media(const struct sdp_media *media, struct slice text)
{
    assert(media->format_count <= SDP_FORMATS_MAX);
    check_slice(media->kind_name, text);
    check_slice(media->proto, text);
    check_slice(media->control, text);
    check_slice(media->connection, text);
    for (size_t i = 0; i < media->format_count; i++) {
        const struct sdp_format *format = &media->formats[i];
        assert(format->pt < 128);
        assert(!format->encoding.at || (format->clock && format->channels));
        if (format->pt > 34)
            check_slice(format->encoding, text);
        check_slice(format->fmtp, text);
    }
    assert(media->ptime >= 0 && media->maxptime >= 0);
    const struct sdp_format *opus = sdp_find_opus(media);
    assert(!opus || (opus->clock == 48000 && opus->channels == 2));
    const struct sdp_format *red = opus ? sdp_find_red(media, opus->pt) : NULL;
    const struct sdp_format *rtx = opus ? sdp_find_rtx(media, opus->pt) : NULL;
    assert(!red || (red != opus && red != rtx && red->clock == 48000));
    assert(!rtx || (rtx != opus && sdp_rtx_time(rtx) >= 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static char first[OUT_MAX];
    static char second[OUT_MAX];
    static struct sdp sdp;
    struct slice text = slice_at((const char *)data, len);
    if (sdp_parse(&sdp, text) != SDP_OK)
        return 0;
    assert(sdp.media_count <= SDP_MEDIA_MAX);
    check_slice(sdp.name, text);
    check_slice(sdp.tool, text);
    check_slice(sdp.control, text);
    check_slice(sdp.range, text);
    check_slice(sdp.connection, text);
    for (size_t i = 0; i < sdp.media_count; i++)
        check_media(&sdp.media[i], text);
    size_t media_count = sdp.media_count;
    size_t written = sdp_write(&sdp, first, sizeof first);
    assert(written);
    if (sdp_parse(&sdp, slice_at(first, written)) == SDP_LONG)
        return 0;
    assert(sdp.media_count == media_count && !sdp.media_dropped);
    assert(sdp_write(&sdp, second, sizeof second) == written);
    assert(memcmp(first, second, written) == 0);
    return 0;
}
