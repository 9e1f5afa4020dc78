// Offer and answer: see offer.h.
#include "control/offer.h"

#define PT_OPUS    96
#define PT_RED     63 // as browsers number it
#define PT_AGAIN   97
#define PT_EVENT   101 // at the clock of Opus,
#define PT_EVENT_8 100 // and of G.711
#define PT_PCMU    0   // RFC 3551 6
#define PT_PCMA    8
#define RTX_TIME   (500 * USEC_MS)
#define CLOCK      48000
#define CLOCK_G711 8000
#define ROOM_MAX   4 // texts of parameters

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

size_t offer_write(const struct offer_ours *ours, char *out, size_t cap)
{
    struct room room = {0};
    struct sdp_media media = media_of(ours);
    if (!ours->narrow)
        add(&media, opus_format(ours, PT_OPUS, ours->again));
    add(&media, plain_format(PT_PCMU, "PCMU", CLOCK_G711));
    add(&media, plain_format(PT_PCMA, "PCMA", CLOCK_G711));
    if (ours->red && !ours->narrow)
        add(&media, sdp_red(PT_RED, PT_OPUS, room.fmtp[0]));
    if (ours->again && !ours->narrow) {
        add(&media, sdp_rtx(PT_AGAIN, PT_OPUS, CLOCK, RTX_TIME, room.fmtp[1]));
        media.rtcp_xr = (struct sdp_xr){true, true, true};
    }
    if (!ours->narrow)
        add(&media, event_format(PT_EVENT, CLOCK));
    add(&media, event_format(PT_EVENT_8, CLOCK_G711));
    struct sdp sdp = {.media = {media}, .media_count = 1};
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

// The first line of sound that is neither refused nor encrypted, and has a codec of ours.
static struct sdp_media *usable(const struct offer_ours *ours, struct sdp *sdp)
{
    enum offer_codec codec;
    for (size_t i = 0; i < sdp->media_count; i++) {
        struct sdp_media *media = &sdp->media[i];
        if (media->kind == SDP_AUDIO && media->port && !media->secure &&
            slice_starts_nocase(media->proto, "RTP/") && choose(ours, media, &codec))
            return media;
    }
    return NULL;
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
static bool agree(const struct offer_ours *ours, const struct sdp_media *theirs,
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

static struct sdp_media take(const struct offer_ours *ours, const struct sdp_media *offered,
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

enum offer_status offer_answer(const struct offer_ours *ours, struct slice offer,
                               struct offer_agreed *agreed, char *out, size_t cap)
{
    struct sdp theirs, answer = {0};
    struct room room = {0};
    if (sdp_parse(&theirs, offer) != SDP_OK)
        return OFFER_NOT_SDP;
    const struct sdp_media *media = usable(ours, &theirs);
    if (!media || theirs.media_dropped || !agree(ours, media, agreed))
        return OFFER_NOTHING;
    agreed->receive = agreed->send; // the numbers are theirs, both ways
    agreed->receive_red = agreed->send_red;
    agreed->receive_again = agreed->send_again;
    for (size_t i = 0; i < theirs.media_count; i++)
        answer.media[answer.media_count++] =
            &theirs.media[i] == media ? take(ours, media, agreed, &room) : refuse(&theirs.media[i]);
    return write_sdp(ours, &answer, out, cap) ? OFFER_OK : OFFER_LONG;
}

// ---- their answer ------------------------------------------------------------------------------

enum offer_status offer_answered(const struct offer_ours *ours, struct slice answer,
                                 struct offer_agreed *agreed)
{
    struct sdp theirs;
    if (sdp_parse(&theirs, answer) != SDP_OK)
        return OFFER_NOT_SDP;
    const struct sdp_media *media = usable(ours, &theirs);
    if (!media || !agree(ours, media, agreed))
        return OFFER_NOTHING;
    bool opus = agreed->codec == OFFER_OPUS;
    agreed->receive = opus ? PT_OPUS : agreed->codec == OFFER_PCMU ? PT_PCMU : PT_PCMA;
    agreed->receive_red = agreed->send_red == OFFER_NO_TYPE ? OFFER_NO_TYPE : PT_RED;
    agreed->receive_again = agreed->send_again == OFFER_NO_TYPE ? OFFER_NO_TYPE : PT_AGAIN;
    if (agreed->event != OFFER_NO_TYPE)
        agreed->event = opus ? PT_EVENT : PT_EVENT_8;
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
