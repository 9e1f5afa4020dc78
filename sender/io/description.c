// The session description: see description.h.
#include "sender/io/description.h"

#include "control/sdp.h"
#include "media/resend.h"
#include "media/vp8_payload.h"

#define RTCP_SENDERS 8000  // bit/s, in a session with feedback
#define RTCP_ASKING  64000 // likewise, of who listens

static struct sdp_format opus_format(const struct sender_config *sender)
{
    bool stereo = sender->voice.channels == 2;
    return (struct sdp_format){
        .pt = sender->payload_type,
        .encoding = slice_of("opus"),
        .clock = VOICE_RATE,
        .channels = 2,
        .opus = {.has_stereo = true,
                 .stereo = stereo,
                 .has_sprop_stereo = true,
                 .sprop_stereo = stereo,
                 .useinbandfec = sender->limits.fec != ADAPT_FEC_OFF,
                 .usedtx = sender->voice.dtx},
    };
}

// By default RTCP may take 5 % of what the media take (RFC 3550 6.2). Whoever keeps to that, as
// GStreamer, cannot ask for lost packets more than twice a second: most come too late.
static void offer_feedback(struct sdp_media *media)
{
    media->avpf = true;
    media->rtcp_senders = RTCP_SENDERS;
    media->rtcp_receivers = RTCP_ASKING;
}

static void offer_again(struct sdp_media *media, uint8_t again, char fmtp[SDP_FMTP_MAX])
{
    const struct sdp_format *of = &media->formats[0];
    media->formats[0].nack = true;
    media->formats[media->format_count++] = sdp_rtx(again, of->pt, of->clock, RESEND_AGE, fmtp);
}

static struct sdp_media voice_media(const struct description *d, char red[SDP_FMTP_MAX],
                                    char again[SDP_FMTP_MAX])
{
    const struct sender_config *voice = d->voice;
    struct sdp_media media = {
        .kind = SDP_AUDIO,
        .formats = {opus_format(voice)},
        .format_count = 1,
        .ptime = usec_from_units(voice->voice.frame_samples, VOICE_RATE),
        .direction = SDP_SENDONLY,
        .control = slice_of("trackID=0"),
    };
    if (d->takes.feedback) {
        offer_feedback(&media);
        media.rtcp_xr = (struct sdp_xr){true, true, true};
    }
    if (d->takes.red)
        media.formats[media.format_count++] =
            sdp_red(voice->payload_type_red, voice->payload_type, red);
    if (d->takes.feedback && voice->resend)
        offer_again(&media, voice->payload_type_again, again);
    return media;
}

static struct sdp_media film_media(const struct description *d, char again[SDP_FMTP_MAX])
{
    struct sdp_media media = {
        .kind = SDP_VIDEO,
        .formats = {{.pt = d->film->payload_type,
                     .encoding = slice_of("VP8"),
                     .clock = VP8_RTP_RATE,
                     .channels = 1}},
        .format_count = 1,
        .direction = SDP_SENDONLY,
        .control = slice_of("trackID=1"),
    };
    if (!d->takes.feedback)
        return media;
    offer_feedback(&media);
    media.formats[0].pli = media.formats[0].fir = true;
    if (d->film->resend)
        offer_again(&media, d->film->payload_type_again, again);
    return media;
}

size_t description_write(const struct description *d, char *out, size_t cap)
{
    char red[SDP_FMTP_MAX], again[2][SDP_FMTP_MAX];
    struct sdp sdp = {
        .id = d->id,
        .version = 1,
        .address = slice_of(d->host),
        .name = slice_of("voz"),
        .tool = slice_of("voz " VOZ_VERSION),
        .media = {voice_media(d, red, again[0])},
        .media_count = 1,
    };
    if (d->film)
        sdp.media[sdp.media_count++] = film_media(d, again[1]);
    return sdp_write(&sdp, out, cap);
}
