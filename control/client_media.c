// What the client makes of a description: which medium it plays, and how losses may be repaired.
#include "control/client_internal.h"

static const struct sdp_format *playable(const struct sdp_media *media)
{
    return media->kind == SDP_VIDEO ? sdp_find_vp8(media) : sdp_find_opus(media);
}

static bool can_play(const struct sdp_media *media, enum sdp_kind kind)
{
    return media->kind == kind && playable(media) && !media->secure;
}

// Is it the same track under the profile that was meant?
static bool suits_better(const struct sdp_media *media, const struct sdp_media *chosen,
                         bool feedback)
{
    return media->avpf == feedback && chosen->avpf != feedback &&
           slice_equal(media->control, chosen->control);
}

const struct sdp_media *client_choose_media(const struct sdp *sdp, enum sdp_kind kind,
                                            bool feedback)
{
    const struct sdp_media *chosen = NULL;
    for (size_t i = 0; i < sdp->media_count; i++) {
        const struct sdp_media *media = &sdp->media[i];
        if (can_play(media, kind) && (!chosen || suits_better(media, chosen, feedback)))
            chosen = media;
    }
    return chosen;
}

// Whoever announces retransmissions takes NACKs, for there is no other way to ask for one (RFC 4588
// 6.3): GStreamer leaves that line out.
static void take_feedback(struct client_stream *s, const struct sdp_media *media,
                          const struct sdp_format *format)
{
    const struct sdp_format *rtx = sdp_find_rtx(media, format->pt);
    s->rtcp_xr = media->rtcp_xr;
    if (!media->avpf)
        return;
    s->nack = format->nack || rtx;
    s->key = format->pli;
    if (rtx) {
        s->has_rtx = true;
        s->rtx_payload_type = rtx->pt;
        s->rtx_time = sdp_rtx_time(rtx);
    }
}

static void take_voice(struct client_stream *s, const struct sdp_media *media,
                       const struct sdp_format *opus)
{
    const struct sdp_format *red = sdp_find_red(media, opus->pt);
    s->fec = opus->opus.useinbandfec;
    if (opus->opus.has_sprop_stereo)
        s->channels = opus->opus.sprop_stereo ? 2 : 1;
    if (red) {
        s->has_red = true;
        s->red_payload_type = red->pt;
    }
}

void client_take_media(struct client_stream *s, const struct sdp_media *media, bool feedback)
{
    const struct sdp_format *format = playable(media);
    s->payload_type = format->pt;
    if (media->kind == SDP_AUDIO)
        take_voice(s, media, format);
    if (feedback)
        take_feedback(s, media, format);
}
