// Offer and answer: see offer.h.
#include "control/offer.h"

#define PT_OPUS    96
#define PT_RED     63 // as browsers number it
#define PT_AGAIN   97
#define PT_VP8     98
#define PT_VP8_RTX 103
#define PT_EVENT   101 // at the clock of Opus,
#define PT_EVENT_8 100 // and of G.711
#define PT_PCMU    0   // RFC 3551 6
#define PT_PCMA    8
#define RTX_TIME   (500 * USEC_MS)
#define CLOCK      48000
#define CLOCK_G711 8000
#define CLOCK_VP8  90000 // RFC 7741 section 6.1
#define ROOM_MAX   4     // texts of parameters

// What a description that is written points into.
struct room {
    char fmtp[ROOM_MAX][SDP_FMTP_MAX];
};

static struct sdp_format opus_format(const struct offer_ours *ours, uint8_t pt, bool nack)
{
    return (struct sdp_format){
        .pt = pt,
        .encoding = slice_of("opus"),
        .clock = CLOCK,
        .channels = 2,
        .nack = nack,
        .opus = {.has_stereo = true,
                 .stereo = ours->stereo,
                 .has_sprop_stereo = true,
                 .sprop_stereo = ours->stereo,
                 .useinbandfec = ours->fec},
    };
}

static struct sdp_format plain_format(uint8_t pt, const char *encoding, uint32_t clock)
{
    return (struct sdp_format){
        .pt = pt, .encoding = slice_of(encoding), .clock = clock, .channels = 1};
}

static struct sdp_format event_format(uint8_t pt, uint32_t clock)
{
    struct sdp_format format = plain_format(pt, "telephone-event", clock);
    format.fmtp = slice_of("0-15");
    return format;
}

static void add(struct sdp_media *media, struct sdp_format format)
{
    media->formats[media->format_count++] = format;
}

static bool wants(enum sdp_direction direction)
{
    return direction == SDP_SENDRECV || direction == SDP_RECVONLY;
}

static bool gives(enum sdp_direction direction)
{
    return direction == SDP_SENDRECV || direction == SDP_SENDONLY;
}

static enum sdp_direction direction_of(bool sends, bool receives)
{
    if (sends)
        return receives ? SDP_SENDRECV : SDP_SENDONLY;
    return receives ? SDP_RECVONLY : SDP_INACTIVE;
}

static enum sdp_direction picture_direction(const struct offer_ours *ours)
{
    return direction_of(ours->gives_pictures && gives(ours->direction), wants(ours->direction));
}

static struct sdp_media media_of(const struct offer_ours *ours)
{
    return (struct sdp_media){
        .kind = SDP_AUDIO,
        .port = ours->port,
        .ptime = ours->ptime,
        .direction = ours->direction,
        .rtcp_mux = true,
    };
}

static size_t write_sdp(const struct offer_ours *ours, struct sdp *sdp, char *out, size_t cap)
{
    sdp->id = ours->id;
    sdp->version = ours->version;
    sdp->address = sdp->connection = slice_of(ours->host);
    sdp->name = slice_of("voz");
    return sdp_write(sdp, out, cap);
}

static struct sdp_media sound_media(const struct offer_ours *ours, struct room *room)
{
    struct sdp_media media = media_of(ours);
    if (!ours->narrow)
        add(&media, opus_format(ours, PT_OPUS, ours->again));
    add(&media, plain_format(PT_PCMU, "PCMU", CLOCK_G711));
    add(&media, plain_format(PT_PCMA, "PCMA", CLOCK_G711));
    if (ours->red && !ours->narrow)
        add(&media, sdp_red(PT_RED, PT_OPUS, room->fmtp[0]));
    if (ours->again && !ours->narrow) {
        add(&media, sdp_rtx(PT_AGAIN, PT_OPUS, CLOCK, RTX_TIME, room->fmtp[1]));
        media.rtcp_xr = (struct sdp_xr){true, true, true};
    }
    if (!ours->narrow)
        add(&media, event_format(PT_EVENT, CLOCK));
    add(&media, event_format(PT_EVENT_8, CLOCK_G711));
    return media;
}

static struct sdp_media picture_media(const struct offer_ours *ours, struct room *room)
{
    struct sdp_media media = {.kind = SDP_VIDEO,
                              .port = ours->picture_port,
                              .direction = picture_direction(ours),
                              .rtcp_mux = true};
    struct sdp_format vp8 = plain_format(PT_VP8, "VP8", CLOCK_VP8);
    vp8.nack = ours->again;
    vp8.pli = vp8.fir = true;
    add(&media, vp8);
    if (ours->again)
        add(&media, sdp_rtx(PT_VP8_RTX, PT_VP8, CLOCK_VP8, RTX_TIME, room->fmtp[2]));
    return media;
}

// A place that nothing of ours is for any more.
static struct sdp_media empty_media(void)
{
    struct sdp_media media = {.kind = SDP_AUDIO};
    add(&media, (struct sdp_format){.pt = PT_PCMU});
    return media;
}

static struct offer_lines lines_of(const struct offer_ours *ours)
{
    bool pictures = ours->picture_port;
    return ours->lines.count ? ours->lines : (struct offer_lines){pictures ? 2 : 1, 0, 1};
}

size_t offer_write(const struct offer_ours *ours, char *out, size_t cap)
{
    struct room room = {0};
    struct offer_lines lines = lines_of(ours);
    struct sdp sdp = {.media_count = lines.count};
    for (size_t i = 0; i < lines.count; i++)
        sdp.media[i] = i == lines.sound                            ? sound_media(ours, &room)
                       : i == lines.pictures && ours->picture_port ? picture_media(ours, &room)
                                                                   : empty_media();
    return write_sdp(ours, &sdp, out, cap);
}

// ---- what is common ----------------------------------------------------------------------------

static const struct sdp_format *find(const struct sdp_media *media, const char *encoding,
                                     uint32_t clock)
{
    for (size_t i = 0; i < media->format_count; i++)
        if (slice_is_nocase(media->formats[i].encoding, encoding) &&
            media->formats[i].clock == clock)
            return &media->formats[i];
    return NULL;
}

// Opus if it is there at all, else what they prefer of G.711.
static const struct sdp_format *choose(const struct offer_ours *ours, const struct sdp_media *media,
                                       enum offer_codec *codec)
{
    const struct sdp_format *opus = ours->narrow ? NULL : sdp_find_opus(media);
    const struct sdp_format *pcmu = find(media, "PCMU", CLOCK_G711);
    const struct sdp_format *pcma = find(media, "PCMA", CLOCK_G711);
    *codec = opus ? OFFER_OPUS : pcma && (!pcmu || pcma < pcmu) ? OFFER_PCMA : OFFER_PCMU;
    return opus ? opus : *codec == OFFER_PCMA ? pcma : pcmu;
}

// Neither refused nor encrypted.
static bool is_open(const struct sdp_media *media, enum sdp_kind kind)
{
    return media->kind == kind && media->port && !media->secure &&
           slice_starts_nocase(media->proto, "RTP/");
}

// The places of the first line of sound that is open and has a codec of ours, and of the first such one of
// pictures. `count` of them: there is none.
static struct offer_lines usable(const struct offer_ours *ours, const struct sdp *sdp)
{
    enum offer_codec codec;
    struct offer_lines lines = {sdp->media_count, sdp->media_count, sdp->media_count};
    for (size_t i = sdp->media_count; i-- > 0;) {
        const struct sdp_media *media = &sdp->media[i];
        if (is_open(media, SDP_AUDIO) && choose(ours, media, &codec))
            lines.sound = i;
        if (ours->picture_port && is_open(media, SDP_VIDEO) && sdp_find_vp8(media))
            lines.pictures = i;
    }
    return lines;
}

static uint8_t type_of(const struct sdp_format *format)
{
    return format ? format->pt : OFFER_NO_TYPE;
}

// RFC 3264 8.4: an address of all zeros is how holding was said once.
static bool is_nowhere(struct slice host)
{
    return !host.len || slice_is(host, "0.0.0.0") || slice_is(host, "::");
}

// What follows from their description alone. False: their address is too long.
static bool agree_sound(const struct offer_ours *ours, const struct sdp_media *theirs,
                        struct offer_agreed *agreed)
{
    enum offer_codec codec;
    const struct sdp_format *format = choose(ours, theirs, &codec);
    bool opus = codec == OFFER_OPUS;
    bool again = opus && ours->again && format->nack;
    *agreed = (struct offer_agreed){
        .codec = codec,
        .send = format->pt,
        .send_red = type_of(opus && ours->red ? sdp_find_red(theirs, format->pt) : NULL),
        .send_again = type_of(again ? sdp_find_rtx(theirs, format->pt) : NULL),
        .event = type_of(find(theirs, "telephone-event", format->clock)),
        .feedback = again,
        .fec = opus && format->opus.useinbandfec,
        .channels = opus && !format->opus.sprop_stereo ? 1
                    : opus                             ? 0
                                                       : 1,
        .bitrate = opus ? format->opus.maxaveragebitrate : 0,
        .mux = theirs->rtcp_mux,
        .sends =
            gives(ours->direction) && wants(theirs->direction) && !is_nowhere(theirs->connection),
        .receives = wants(ours->direction) && gives(theirs->direction),
        .port = theirs->port,
    };
    if (again)
        agreed->xr = theirs->rtcp_xr;
    return slice_copy(theirs->connection, agreed->host, sizeof agreed->host);
}

static bool agree_pictures(const struct offer_ours *ours, const struct sdp_media *theirs,
                           struct offer_pictures *agreed)
{
    const struct sdp_format *format = sdp_find_vp8(theirs);
    enum sdp_direction direction = picture_direction(ours);
    bool again = ours->again && format->nack;
    *agreed = (struct offer_pictures){
        .port = theirs->port,
        .send = format->pt,
        .send_again = type_of(again ? sdp_find_rtx(theirs, format->pt) : NULL),
        .feedback = again,
        .key = format->pli,
        .mux = theirs->rtcp_mux,
        .sends = gives(direction) && wants(theirs->direction) && !is_nowhere(theirs->connection),
        .receives = wants(direction) && gives(theirs->direction),
    };
    return slice_copy(theirs->connection, agreed->host, sizeof agreed->host);
}

// False: there is no sound that can be agreed on.
static bool agree(const struct offer_ours *ours, const struct sdp *theirs,
                  struct offer_agreed *agreed)
{
    struct offer_lines lines = usable(ours, theirs);
    if (lines.sound == lines.count || !agree_sound(ours, &theirs->media[lines.sound], agreed))
        return false;
    if (lines.pictures < lines.count &&
        !agree_pictures(ours, &theirs->media[lines.pictures], &agreed->pictures)) {
        agreed->pictures = (struct offer_pictures){0};
        lines.pictures = lines.count;
    }
    agreed->lines = lines;
    return true;
}

// ---- their offer -------------------------------------------------------------------------------

// RFC 3264 6: of each line one, the refused ones with port 0.
static struct sdp_media refuse(const struct sdp_media *offered)
{
    struct sdp_media media = {.kind = offered->kind,
                              .kind_name = offered->kind_name,
                              .proto = offered->proto,
                              .format_count = 1};
    if (offered->format_count)
        media.formats[0] = (struct sdp_format){.pt = offered->formats[0].pt};
    return media;
}

static struct sdp_media take_sound(const struct offer_ours *ours, const struct sdp_media *offered,
                                   const struct offer_agreed *agreed, struct room *room)
{
    struct sdp_media media = media_of(ours);
    uint8_t pt = agreed->receive;
    media.proto = offered->proto;
    media.rtcp_mux = agreed->mux;
    media.rtcp_xr = agreed->xr;
    media.direction =
        direction_of(gives(ours->direction) && wants(offered->direction), agreed->receives);
    if (agreed->codec == OFFER_OPUS)
        add(&media, opus_format(ours, pt, agreed->feedback));
    else
        add(&media, plain_format(pt, agreed->codec == OFFER_PCMU ? "PCMU" : "PCMA", CLOCK_G711));
    if (agreed->receive_red != OFFER_NO_TYPE)
        add(&media, sdp_red(agreed->receive_red, pt, room->fmtp[0]));
    if (agreed->receive_again != OFFER_NO_TYPE)
        add(&media, sdp_rtx(agreed->receive_again, pt, CLOCK, RTX_TIME, room->fmtp[1]));
    if (agreed->event != OFFER_NO_TYPE)
        add(&media, event_format(agreed->event, agreed->codec == OFFER_OPUS ? CLOCK : CLOCK_G711));
    return media;
}

static struct sdp_media take_pictures(const struct offer_ours *ours,
                                      const struct sdp_media *offered,
                                      const struct offer_pictures *agreed, struct room *room)
{
    struct sdp_format vp8 = plain_format(agreed->receive, "VP8", CLOCK_VP8);
    bool sends = gives(picture_direction(ours)) && wants(offered->direction);
    struct sdp_media media = {.kind = SDP_VIDEO,
                              .port = ours->picture_port,
                              .proto = offered->proto,
                              .direction = direction_of(sends, agreed->receives),
                              .rtcp_mux = agreed->mux};
    vp8.nack = agreed->feedback;
    vp8.pli = agreed->key;
    vp8.fir = sdp_find_vp8(offered)->fir;
    add(&media, vp8);
    if (agreed->receive_again != OFFER_NO_TYPE)
        add(&media,
            sdp_rtx(agreed->receive_again, agreed->receive, CLOCK_VP8, RTX_TIME, room->fmtp[2]));
    return media;
}

enum offer_status offer_answer(const struct offer_ours *ours, struct slice offer,
                               struct offer_agreed *agreed, char *out, size_t cap)
{
    struct sdp theirs, answer = {0};
    struct room room = {0};
    if (sdp_parse(&theirs, offer) != SDP_OK)
        return OFFER_NOT_SDP;
    if (theirs.media_dropped || !agree(ours, &theirs, agreed))
        return OFFER_NOTHING;
    agreed->receive = agreed->send; // the numbers are theirs, both ways
    agreed->receive_red = agreed->send_red;
    agreed->receive_again = agreed->send_again;
    agreed->pictures.receive = agreed->pictures.send;
    agreed->pictures.receive_again = agreed->pictures.send_again;
    for (size_t i = 0; i < theirs.media_count; i++) {
        const struct sdp_media *media = &theirs.media[i];
        answer.media[answer.media_count++] =
            i == agreed->lines.sound      ? take_sound(ours, media, agreed, &room)
            : i == agreed->lines.pictures ? take_pictures(ours, media, &agreed->pictures, &room)
                                          : refuse(media);
    }
    return write_sdp(ours, &answer, out, cap) ? OFFER_OK : OFFER_LONG;
}

// ---- their answer ------------------------------------------------------------------------------

enum offer_status offer_answered(const struct offer_ours *ours, struct slice answer,
                                 struct offer_agreed *agreed)
{
    struct sdp theirs;
    if (sdp_parse(&theirs, answer) != SDP_OK)
        return OFFER_NOT_SDP;
    if (!agree(ours, &theirs, agreed))
        return OFFER_NOTHING;
    bool opus = agreed->codec == OFFER_OPUS;
    agreed->receive = opus ? PT_OPUS : agreed->codec == OFFER_PCMU ? PT_PCMU : PT_PCMA;
    agreed->receive_red = agreed->send_red == OFFER_NO_TYPE ? OFFER_NO_TYPE : PT_RED;
    agreed->receive_again = agreed->send_again == OFFER_NO_TYPE ? OFFER_NO_TYPE : PT_AGAIN;
    if (agreed->event != OFFER_NO_TYPE)
        agreed->event = opus ? PT_EVENT : PT_EVENT_8;
    struct offer_pictures *pictures = &agreed->pictures;
    pictures->receive = PT_VP8;
    pictures->receive_again = pictures->send_again == OFFER_NO_TYPE ? OFFER_NO_TYPE : PT_VP8_RTX;
    struct offer_lines lines = lines_of(ours); // what they left out keeps its place all the same
    if (pictures->port == 0)
        lines.pictures = lines.count;
    agreed->lines = lines;
    return OFFER_OK;
}

const char *offer_strstatus(enum offer_status status)
{
    switch (status) {
    case OFFER_OK:
        return "ok";
    case OFFER_NOT_SDP:
        return "not a session description";
    case OFFER_NOTHING:
        return "no codec that both ends have (Opus, PCMU, PCMA)";
    case OFFER_LONG:
        return "session description too long";
    }
    return "unknown";
}
