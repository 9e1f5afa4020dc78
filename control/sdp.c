// A line is handled by its type letter, an attribute by a row of a table. Static payload types that
// an m= line names without an rtpmap get theirs from RFC 3551.
#include "control/sdp.h"

#define PT_MAX         127
#define PTIME_MAX      (60 * 1000) // ms; what is above is no packet length
#define VP8_CLOCK      90000       // Hz, RFC 7741 6.1
#define OPUS_CLOCK     48000
#define CLOCK_MAX      1000000000
#define CHANNELS_MAX   255
#define NUMBER_MAX     UINT32_MAX
#define OPUS_RATE_MIN  8000
#define OPUS_BIT_MIN   6000
#define OPUS_BIT_MAX   510000
#define OPUS_PTIME_MIN 3
#define OPUS_PTIME_MAX 120

// RFC 3551 6, what may be met on an audio or video line
static const struct {
    uint8_t pt;
    const char *encoding;
    uint32_t clock;
    unsigned channels;
} static_types[] = {
    {0, "PCMU", 8000, 1},  {3, "GSM", 8000, 1},    {4, "G723", 8000, 1},   {8, "PCMA", 8000, 1},
    {9, "G722", 8000, 1},  {10, "L16", 44100, 2},  {11, "L16", 44100, 1},  {14, "MPA", 90000, 1},
    {15, "G728", 8000, 1}, {18, "G729", 8000, 1},  {26, "JPEG", 90000, 1}, {31, "H261", 90000, 1},
    {32, "MPV", 90000, 1}, {33, "MP2T", 90000, 1}, {34, "H263", 90000, 1},
};

// Where in the text the parser is: `media` is NULL in the session part, and where a section is
// skipped.
struct parse {
    struct sdp *sdp;
    struct sdp_media *media;
    bool skip;
};

static struct sdp_format *format_of(struct sdp_media *media, uint64_t pt)
{
    for (size_t i = 0; i < media->format_count; i++)
        if (media->formats[i].pt == pt)
            return &media->formats[i];
    return NULL;
}

// The format that "96 rest" speaks of, and `value` moved to the rest; NULL when it speaks of none.
static struct sdp_format *take_format(struct sdp_media *media, struct slice *value)
{
    struct slice word;
    uint64_t pt;
    if (!media || !slice_word(value, &word) || !slice_unsigned(word, PT_MAX, &pt))
        return NULL;
    *value = slice_trim(*value);
    return format_of(media, pt);
}

static uint32_t number_parameter(struct slice fmtp, const char *name, uint32_t min, uint32_t max)
{
    uint64_t number;
    if (!slice_unsigned(sdp_parameter(fmtp, name), NUMBER_MAX, &number) || number < min)
        return 0;
    return number < max ? (uint32_t)number : max;
}

static bool flag_parameter(struct slice fmtp, const char *name)
{
    return slice_is(sdp_parameter(fmtp, name), "1");
}

// RFC 7587 6.1
static struct sdp_opus opus_parse(struct slice fmtp)
{
    return (struct sdp_opus){
        .has_stereo = sdp_parameter(fmtp, "stereo").at != NULL,
        .stereo = flag_parameter(fmtp, "stereo"),
        .has_sprop_stereo = sdp_parameter(fmtp, "sprop-stereo").at != NULL,
        .sprop_stereo = flag_parameter(fmtp, "sprop-stereo"),
        .useinbandfec = flag_parameter(fmtp, "useinbandfec"),
        .usedtx = flag_parameter(fmtp, "usedtx"),
        .cbr = flag_parameter(fmtp, "cbr"),
        .maxaveragebitrate =
            number_parameter(fmtp, "maxaveragebitrate", OPUS_BIT_MIN, OPUS_BIT_MAX),
        .maxplaybackrate = number_parameter(fmtp, "maxplaybackrate", OPUS_RATE_MIN, OPUS_CLOCK),
        .sprop_maxcapturerate =
            number_parameter(fmtp, "sprop-maxcapturerate", OPUS_RATE_MIN, OPUS_CLOCK),
        .minptime = number_parameter(fmtp, "minptime", OPUS_PTIME_MIN, OPUS_PTIME_MAX),
    };
}

// a=rtpmap:96 opus/48000/2, RFC 8866 6.6
static void rtpmap_attribute(struct parse *parse, struct slice value)
{
    struct sdp_format *format = take_format(parse->media, &value);
    struct slice name;
    struct slice clock;
    uint64_t number;
    if (!format || format->encoding.at)
        return;
    slice_cut(&value, '/', &name);
    slice_cut(&value, '/', &clock);
    if (!slice_trim(name).len || !slice_unsigned(slice_trim(clock), CLOCK_MAX, &number) || !number)
        return;
    format->encoding = slice_trim(name);
    format->clock = (uint32_t)number;
    format->channels = 1;
    if (slice_unsigned(slice_trim(value), CHANNELS_MAX, &number) && number)
        format->channels = (unsigned)number;
}

// a=fmtp:96 stereo=1;..., RFC 8866 6.15
static void fmtp_attribute(struct parse *parse, struct slice value)
{
    struct sdp_format *format = take_format(parse->media, &value);
    if (format && !format->fmtp.at)
        format->fmtp = value;
}

static void take_feedback(struct sdp_format *format, struct slice kind)
{
    format->nack |= slice_is(kind, "nack");
    format->pli |= slice_is(kind, "nack pli");
    format->fir |= slice_is(kind, "ccm fir");
}

// a=rtcp-fb:96 nack, a=rtcp-fb:* nack pli, RFC 4585 4.2; a=rtcp-fb:96 ccm fir, RFC 5104 7.1
static void feedback_attribute(struct parse *parse, struct slice value)
{
    struct slice word;
    uint64_t pt;
    if (!parse->media || !slice_word(&value, &word))
        return;
    bool all = slice_is(word, "*");
    if (!all && !slice_unsigned(word, PT_MAX, &pt))
        return;
    for (size_t i = 0; i < parse->media->format_count; i++)
        if (all || parse->media->formats[i].pt == pt)
            take_feedback(&parse->media->formats[i], slice_trim(value));
}

// Milliseconds, which of Opus may be 2.5.
static usec packet_time(struct slice value)
{
    struct slice whole;
    uint64_t ms;
    slice_cut(&value, '.', &whole);
    if (!slice_unsigned(whole, PTIME_MAX, &ms))
        return 0;
    bool half = value.len && value.at[0] == '5';
    return (usec)ms * USEC_MS + (half ? USEC_MS / 2 : 0);
}

static void ptime_attribute(struct parse *parse, struct slice value)
{
    if (parse->media && !parse->media->ptime)
        parse->media->ptime = packet_time(value);
}

static void maxptime_attribute(struct parse *parse, struct slice value)
{
    if (parse->media && !parse->media->maxptime)
        parse->media->maxptime = packet_time(value);
}

static void control_attribute(struct parse *parse, struct slice value)
{
    struct slice *control = parse->media ? &parse->media->control : &parse->sdp->control;
    if (!control->len)
        *control = value;
}

static void range_attribute(struct parse *parse, struct slice value)
{
    if (!parse->media && !parse->sdp->range.len)
        parse->sdp->range = value;
}

static void tool_attribute(struct parse *parse, struct slice value)
{
    if (!parse->media)
        parse->sdp->tool = value;
}

static void mux_attribute(struct parse *parse, struct slice value)
{
    (void)value;
    if (parse->media)
        parse->media->rtcp_mux = true;
}

// a=rtcp-xr:pkt-loss-rle voip-metrics rcvr-rtt=sender:20, RFC 3611 5.1. A media's own replaces the
// session's.
static void xr_attribute(struct parse *parse, struct slice value)
{
    struct sdp_xr *xr = parse->media ? &parse->media->rtcp_xr : &parse->sdp->rtcp_xr;
    struct slice word, name;
    *xr = (struct sdp_xr){0};
    while (slice_word(&value, &word)) {
        slice_cut(&word, '=', &name);
        xr->loss_rle |= slice_is_nocase(name, "pkt-loss-rle");
        xr->voip_metrics |= slice_is_nocase(name, "voip-metrics");
        xr->rcvr_rtt |= slice_is_nocase(name, "rcvr-rtt");
    }
}

static const struct {
    const char *name;
    void (*take)(struct parse *parse, struct slice value);
} attributes[] = {
    {"rtpmap", rtpmap_attribute}, {"fmtp", fmtp_attribute},         {"rtcp-fb", feedback_attribute},
    {"ptime", ptime_attribute},   {"maxptime", maxptime_attribute}, {"control", control_attribute},
    {"range", range_attribute},   {"tool", tool_attribute},         {"rtcp-mux", mux_attribute},
    {"rtcp-xr", xr_attribute},
};

static const char *const directions[] = {
    [SDP_SENDRECV] = "sendrecv",
    [SDP_SENDONLY] = "sendonly",
    [SDP_RECVONLY] = "recvonly",
    [SDP_INACTIVE] = "inactive",
};

// RFC 8866 6.7; the session's holds for every media that has none.
static void direction_attribute(struct parse *parse, struct slice name)
{
    enum sdp_direction *direction =
        parse->media ? &parse->media->direction : &parse->sdp->direction;
    for (size_t i = 0; i < sizeof directions / sizeof *directions; i++)
        if (slice_is_nocase(name, directions[i]))
            *direction = (enum sdp_direction)i;
}

static void attribute_line(struct parse *parse, struct slice line)
{
    struct slice name;
    slice_cut(&line, ':', &name);
    name = slice_trim(name);
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        if (slice_is_nocase(name, attributes[i].name))
            attributes[i].take(parse, slice_trim(line));
    direction_attribute(parse, name);
}

// o=- 1 1 IN IP4 192.0.2.1, RFC 8866 5.2
static void origin_line(struct parse *parse, struct slice line)
{
    struct slice words[6] = {{0}};
    uint64_t number;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        slice_word(&line, &words[i]);
    if (slice_unsigned(words[1], UINT64_MAX, &number))
        parse->sdp->id = number;
    if (slice_unsigned(words[2], UINT64_MAX, &number))
        parse->sdp->version = number;
    parse->sdp->address = words[5];
}

// c=IN IP4 192.0.2.1[/ttl[/count]], RFC 8866 5.7
static void connection_line(struct parse *parse, struct slice line)
{
    struct slice words[3] = {{0}};
    struct slice address;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        slice_word(&line, &words[i]);
    slice_cut(&words[2], '/', &address);
    if (parse->media)
        parse->media->connection = address;
    else
        parse->sdp->connection = address;
}

static void static_format(struct sdp_format *format)
{
    for (size_t i = 0; i < sizeof static_types / sizeof *static_types; i++)
        if (static_types[i].pt == format->pt && !format->encoding.at) {
            format->encoding = slice_of(static_types[i].encoding);
            format->clock = static_types[i].clock;
            format->channels = static_types[i].channels;
        }
}

static void take_formats(struct sdp_media *media, struct slice line)
{
    struct slice word;
    while (slice_word(&line, &word)) {
        uint64_t pt;
        if (!slice_unsigned(word, PT_MAX, &pt) || media->format_count == SDP_FORMATS_MAX)
            media->formats_dropped++;
        else if (!format_of(media, pt))
            media->formats[media->format_count++] = (struct sdp_format){.pt = (uint8_t)pt};
    }
}

// m=audio 0 RTP/AVP 96 97, RFC 8866 5.14
static void media_line(struct parse *parse, struct slice line)
{
    struct slice port;
    struct slice count;
    uint64_t number;
    parse->skip = parse->sdp->media_count == SDP_MEDIA_MAX;
    if (parse->skip) {
        parse->sdp->media_dropped++;
        return;
    }
    struct sdp_media *media = &parse->sdp->media[parse->sdp->media_count++];
    parse->media = media;
    *media = (struct sdp_media){.direction = parse->sdp->direction,
                                .connection = parse->sdp->connection,
                                .rtcp_xr = parse->sdp->rtcp_xr};
    slice_word(&line, &media->kind_name);
    media->kind = slice_is(media->kind_name, "audio")   ? SDP_AUDIO
                  : slice_is(media->kind_name, "video") ? SDP_VIDEO
                                                        : SDP_OTHER;
    slice_word(&line, &count);
    slice_cut(&count, '/', &port);
    if (!slice_unsigned(port, UINT16_MAX, &number))
        return;
    media->port = (uint16_t)number;
    slice_word(&line, &media->proto);
    struct slice profile = media->proto;
    for (struct slice part; slice_next(&profile, '/', &part);) {
        media->secure |= slice_starts_nocase(part, "SAVP");
        media->avpf |= slice_is_nocase(part, "AVPF") || slice_is_nocase(part, "SAVPF");
    }
    take_formats(media, line);
}

static void take_line(struct parse *parse, struct slice line)
{
    char type = line.len >= 2 && line.at[1] == '=' ? line.at[0] : '\0';
    struct slice value = slice_trim(slice_from(line, 2));
    if (type == 'm')
        media_line(parse, value);
    else if (parse->skip)
        return;
    else if (type == 'a')
        attribute_line(parse, value);
    else if (type == 'c')
        connection_line(parse, value);
    else if (type == 'o')
        origin_line(parse, value);
    else if (type == 's')
        parse->sdp->name = value;
}

static bool is_opus(const struct sdp_format *format)
{
    return slice_is_nocase(format->encoding, "opus");
}

// What is known only when rtpmap and fmtp, in whichever order, have both been seen.
static void finish(struct sdp_format *format)
{
    static_format(format);
    if (!is_opus(format))
        return;
    format->opus = opus_parse(format->fmtp);
    format->channels = 2;
}

enum sdp_status sdp_parse(struct sdp *sdp, struct slice text)
{
    struct parse parse = {.sdp = sdp};
    struct slice line;
    *sdp = (struct sdp){0};
    if (text.len > SDP_TEXT_MAX)
        return SDP_LONG;
    text = slice_trim(text);
    if (slice_find(text, '\0') < text.len || !slice_line(&text, &line) ||
        !slice_is(slice_trim(line), "v=0"))
        return SDP_NOT_SDP;
    while (slice_line(&text, &line))
        take_line(&parse, slice_trim(line));
    for (size_t m = 0; m < sdp->media_count; m++)
        for (size_t f = 0; f < sdp->media[m].format_count; f++)
            finish(&sdp->media[m].formats[f]);
    return SDP_OK;
}

const char *sdp_strstatus(enum sdp_status status)
{
    switch (status) {
    case SDP_OK:
        return "ok";
    case SDP_NOT_SDP:
        return "not a session description";
    case SDP_LONG:
        return "session description too long";
    }
    return "unknown";
}

const struct sdp_format *sdp_find_vp8(const struct sdp_media *media)
{
    for (size_t i = 0; i < media->format_count; i++)
        if (slice_is_nocase(media->formats[i].encoding, "VP8") &&
            media->formats[i].clock == VP8_CLOCK)
            return &media->formats[i];
    return NULL;
}

const struct sdp_format *sdp_find_opus(const struct sdp_media *media)
{
    for (size_t i = 0; i < media->format_count; i++)
        if (is_opus(&media->formats[i]) && media->formats[i].clock == OPUS_CLOCK)
            return &media->formats[i];
    return NULL;
}

struct slice sdp_parameter(struct slice fmtp, const char *name)
{
    struct slice item;
    while (slice_next(&fmtp, ';', &item)) {
        struct slice key;
        slice_cut(&item, '=', &key);
        if (slice_is_nocase(slice_trim(key), name))
            return slice_unquote(item);
    }
    return (struct slice){0};
}
