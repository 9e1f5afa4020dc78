// The options of a sender: see options.h.
#include "sender/options.h"

#include "media/red.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define PAYLOAD_TYPE        96
#define PAYLOAD_RED         63 // as browsers number it
#define PAYLOAD_AGAIN       97
#define PAYLOAD_VIDEO       98
#define PAYLOAD_VIDEO_AGAIN 103 // tshark takes 99 to 101 for others, by their number alone
#define BITRATE_VIDEO       500000
#define BITRATE_MONO        32000
#define BITRATE_STEREO      64000
#define FEC_SHORTEST        (VOICE_RATE / 100) // samples: the speech layer of Opus has no shorter frames
#define LOSS_TOLD           20 // percent that the encoder is told to expect with --fec on

static bool read_bitrate(const char *value, int least, int most, const char *words, int *bitrate,
                         char *why)
{
    static const struct cli_range range = {0, 1e9, NULL};
    char digits[32];
    size_t len = strlen(value);
    bool kilo = len > 0 && len < sizeof digits && (value[len - 1] == 'k' || value[len - 1] == 'K');
    snprintf(digits, sizeof digits, "%.*s", (int)(kilo ? len - 1 : len), value);
    double number;
    bool good = cli_number(digits, &range, &number, why);
    *bitrate = good ? (int)(kilo && number <= 1e6 ? number * 1000 : number) : 0;
    if (*bitrate >= least && *bitrate <= most)
        return true;
    snprintf(why, CLI_WHY_MAX, "must be from %s", words);
    return false;
}

static bool set_bitrate(void *target, const char *value, char *why)
{
    int bitrate;
    if (!read_bitrate(value, VOICE_BITRATE_LEAST, VOICE_BITRATE_MOST,
                      "6k to 510k bit/s (32k stands for 32000)", &bitrate, why))
        return false;
    *(int *)target = bitrate;
    return true;
}

static bool set_frame(void *samples, const char *value, char *why)
{
    static const double lengths[] = {2.5, 5, 10, 20, 40, 60, 80, 100, 120};
    static const struct cli_range range = {0, 1000, "ms"};
    double ms = 0;
    bool good = cli_number(value, &range, &ms, why);
    for (size_t i = 0; good && i < sizeof lengths / sizeof lengths[0]; i++)
        if (ms == lengths[i]) {
            *(int *)samples = (int)(ms * VOICE_RATE / 1000);
            return true;
        }
    snprintf(why, CLI_WHY_MAX, "must be 2.5, 5, 10, 20, 40, 60, 80, 100 or 120 (ms)");
    return false;
}

static bool set_complexity(void *target, const char *value, char *why)
{
    static const struct cli_range range = {0, 10, NULL};
    int64_t complexity;
    if (!cli_integer(value, &range, &complexity, why))
        return false;
    *(int *)target = (int)complexity;
    return true;
}

static bool set_application(void *application, const char *value, char *why)
{
    static const char *const words[] = {"voip", "audio", "lowdelay", NULL};
    static const enum voice_application applications[] = {VOICE_VOIP, VOICE_AUDIO, VOICE_LOWDELAY};
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    *(enum voice_application *)application = applications[index];
    return true;
}

static bool set_stereo(void *channels, const char *value, char *why)
{
    (void)value;
    (void)why;
    *(int *)channels = 2;
    return true;
}

static bool set_fec(void *fec, const char *value, char *why)
{
    static const char *const words[] = {"off", "on", "auto", NULL};
    static const enum adapt_fec choices[] = {ADAPT_FEC_OFF, ADAPT_FEC_ON, ADAPT_FEC_AUTO};
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    *(enum adapt_fec *)fec = choices[index];
    return true;
}

static bool set_red(void *options, const char *value, char *why)
{
    struct sender_options *o = options;
    int depth, spacing = 1, end = 0;
    if (strcmp(value, "off") == 0 || strcmp(value, "auto") == 0) {
        o->red = value[0] == 'o' ? ADAPT_RED_OFF : ADAPT_RED_AUTO;
        return true;
    }
    bool read = (sscanf(value, "%d%n", &depth, &end) == 1 && !value[end]) ||
                (sscanf(value, "%d:%d%n", &depth, &spacing, &end) == 2 && !value[end]);
    if (!read || depth < 1 || depth > COPIES_DEPTH_MAX || spacing < 1 ||
        spacing > COPIES_SPACING_MAX) {
        snprintf(why, CLI_WHY_MAX,
                 "must be off, auto, or how many copies (1 to %d) and how many packets apart (1 to "
                 "%d): 2:3",
                 COPIES_DEPTH_MAX, COPIES_SPACING_MAX);
        return false;
    }
    o->red = ADAPT_RED_FIXED;
    o->shape = (struct copies_shape){(uint8_t)depth, (uint8_t)spacing};
    return true;
}

static bool set_copy_bitrate(void *bitrate, const char *value, char *why)
{
    if (strcmp(value, "same") != 0)
        return set_bitrate(bitrate, value, why);
    *(int *)bitrate = 0;
    return true;
}

static bool set_nack(void *nack, const char *value, char *why)
{
    static const char *const words[] = {"off", "auto", "on", NULL};
    static const enum sender_nack choices[] = {SENDER_NACK_OFF, SENDER_NACK_AUTO, SENDER_NACK_ON};
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    *(enum sender_nack *)nack = choices[index];
    return true;
}

static bool set_video(void *source, const char *value, char *why)
{
    return cli_text(source, value, why) && pictures_check(value, why, CLI_WHY_MAX);
}

static bool set_size(void *options, const char *value, char *why)
{
    struct sender_options *o = options;
    int width, height, end = 0;
    if (sscanf(value, "%dx%d%n", &width, &height, &end) == 2 && !value[end] &&
        width >= VP8_SIDE_LEAST && height >= VP8_SIDE_LEAST && width <= VP8_SIDE_MOST &&
        height <= VP8_SIDE_MOST && width * height <= VP8_PIXELS_MOST) {
        o->width = width;
        o->height = height;
        return true;
    }
    snprintf(why, CLI_WHY_MAX, "must be WIDTHxHEIGHT in pixels, from %dx%d to 1920x1088: 640x360",
             VP8_SIDE_LEAST, VP8_SIDE_LEAST);
    return false;
}

static bool set_fps(void *options, const char *value, char *why)
{
    struct sender_options *o = options;
    int num, den = 1, end = 0;
    bool read = (sscanf(value, "%d%n", &num, &end) == 1 && !value[end]) ||
                (sscanf(value, "%d/%d%n", &num, &den, &end) == 2 && !value[end]);
    if (read && num > 0 && den > 0 && num >= den && num <= (int64_t)PICTURES_FPS_MOST * den) {
        o->fps_num = num;
        o->fps_den = den;
        return true;
    }
    snprintf(
        why, CLI_WHY_MAX,
        "must be pictures a second, a whole number from 1 to %d or a fraction: 25, 30, 30000/1001",
        PICTURES_FPS_MOST);
    return false;
}

static bool set_video_bitrate(void *target, const char *value, char *why)
{
    int bitrate;
    if (!read_bitrate(value, VP8_BITRATE_LEAST, VP8_BITRATE_MOST,
                      "30k to 20000k bit/s (500k stands for 500000)", &bitrate, why))
        return false;
    *(int *)target = bitrate;
    return true;
}

const struct cli_option sender_option_table[] = {
    {"bitrate", "RATE",
     "bit/s of the voice, 6k to 510k (32k; 64k in stereo;\n"
     "where only --max-bitrate is said: that); less where\n"
     "protection against loss takes a part of it",
     set_bitrate, offsetof(struct sender_options, voice.bitrate)},
    {"frame", "MS",
     "sound in one packet: 2.5, 5, 10, 20, 40, 60, 80, 100\n"
     "or 120 ms (20)",
     set_frame, offsetof(struct sender_options, voice.frame_samples)},
    {"complexity", "N", "effort of the encoder, 0 to 10 (10)", set_complexity,
     offsetof(struct sender_options, voice.complexity)},
    {"application", "WHAT",
     "voip: speech; audio: music; lowdelay: least delay\n"
     "(voip)",
     set_application, offsetof(struct sender_options, voice.application)},
    {"stereo", NULL, "send two channels (else they are mixed into one)", set_stereo,
     offsetof(struct sender_options, voice.channels)},
    {"fec", "on|off|auto",
     "in-band forward error correction: each packet has a\n"
     "coarse copy of the one before, which restores a loss\n"
     "of one packet; auto: as the listeners' losses ask\n"
     "for (auto)",
     set_fec, offsetof(struct sender_options, fec)},
    {"red", "off|auto|N[:SPACING]",
     "redundant copies (RED, RFC 2198): each packet also\n"
     "carries N earlier ones, SPACING packets apart (1), so\n"
     "that what is lost comes with a later one; auto: as\n"
     "the listeners' losses ask for; only to listeners that\n"
     "can read them, as voz-receiver does (auto)",
     set_red, 0},
    {"red-bitrate", "RATE|same",
     "with --red N: bit/s of each copy, which is then coded\n"
     "anew at that rate; same: the packet as it was (same)",
     set_copy_bitrate, offsetof(struct sender_options, copy_bitrate)},
    {"nack", "off|auto|on",
     "send lost packets again to listeners that ask for\n"
     "them (NACK, RFC 4585, and RTX, RFC 4588); auto: offer\n"
     "it to those that say they can ask, as voz-receiver\n"
     "does; on: to all, and some players then refuse (auto)",
     set_nack, offsetof(struct sender_options, nack)},
    {"max-bitrate", "RATE",
     "bit/s to each listener, headers not counted: voice,\n"
     "copies, and what is sent again (twice --bitrate; with\n"
     "--red N: the voice and its copies)",
     set_bitrate, offsetof(struct sender_options, max_bitrate)},
    {"dtx", NULL, "send nothing while there is silence (discontinuous\ntransmission)", cli_flag,
     offsetof(struct sender_options, voice.dtx)},
    {0},
};

const struct cli_option sender_video_table[] = {
    {"video", "SOURCE",
     "send pictures, too (VP8): pattern, a test picture that\n"
     "flashes when its sound beeps; camera, or camera:DEVICE;\n"
     "FILE.y4m; or -, standard input: ffmpeg -i film.mp4\n"
     "-pix_fmt yuv420p -f yuv4mpegpipe - | voz-sender --video -",
     set_video, offsetof(struct sender_options, video)},
    {"size", "WIDTHxHEIGHT", "of the test picture or the camera, in pixels (640x360)", set_size, 0},
    {"fps", "N", "pictures a second of those, 1 to 120, or a fraction\nsuch as 30000/1001 (25)",
     set_fps, 0},
    {"video-bitrate", "RATE", "bit/s of the pictures, 30k to 20000k (500k)", set_video_bitrate,
     offsetof(struct sender_options, video_bitrate)},
    {0},
};

void sender_options_default(struct sender_options *options)
{
    *options = (struct sender_options){
        .voice = {.channels = 1,
                  .frame_samples = VOICE_RATE / 50,
                  .complexity = 10,
                  .application = VOICE_VOIP},
        .fec = ADAPT_FEC_AUTO,
        .red = ADAPT_RED_AUTO,
        .nack = SENDER_NACK_AUTO,
    };
}

// RFC 6716 sections 2 and 2.1.7: the in-band copies belong to the speech layer (SILK), which short
// frames and least delay do without.
static bool can_fec(const struct voice_encoder_config *voice)
{
    return voice->application != VOICE_LOWDELAY && voice->frame_samples >= FEC_SHORTEST;
}

static bool check_fec(const struct sender_options *o, char *why)
{
    bool lowdelay = o->voice.application == VOICE_LOWDELAY;
    if (o->fec != ADAPT_FEC_ON || can_fec(&o->voice))
        return true;
    snprintf(why, CLI_WHY_MAX, "--fec on: Opus makes no copies %s. Use %s, or leave --fec on out.",
             lowdelay ? "with --application lowdelay" : "in frames of less than 10 ms",
             lowdelay ? "--application voip" : "--frame 10 or longer");
    return false;
}

static bool check_red(const struct sender_options *o, char *why)
{
    if (o->red != ADAPT_RED_FIXED && o->copy_bitrate) {
        snprintf(why, CLI_WHY_MAX,
                 "--red-bitrate is chosen by --red auto itself. Say how many copies: --red 1.");
        return false;
    }
    if (o->red != ADAPT_RED_FIXED || copies_possible(o->shape, o->voice.frame_samples))
        return true;
    snprintf(
        why, CLI_WHY_MAX,
        "--red %d:%d reaches back %.0f ms; RFC 2198 can say 341 ms. Use fewer or closer copies.",
        o->shape.depth, o->shape.spacing,
        1000.0 * copies_reach(o->shape, o->voice.frame_samples) / VOICE_RATE);
    return false;
}

static struct adapt_limits limits_of(const struct sender_options *o)
{
    struct adapt_limits limits = {
        .bitrate = o->voice.bitrate,
        .max_bitrate = o->max_bitrate,
        .fec = o->fec == ADAPT_FEC_AUTO && !can_fec(&o->voice) ? ADAPT_FEC_OFF : o->fec,
        .expected_loss = LOSS_TOLD,
        .red = o->red,
        .shape = o->shape,
        .copy_bitrate = o->copy_bitrate,
        .frame_samples = o->voice.frame_samples,
        .channels = o->voice.channels,
    };
    if (!limits.bitrate)
        limits.bitrate = o->max_bitrate           ? o->max_bitrate
                         : o->voice.channels == 2 ? BITRATE_STEREO
                                                  : BITRATE_MONO;
    struct adapt_choice all = {.bitrate = limits.bitrate, .copy_bitrate = o->copy_bitrate};
    if (!limits.max_bitrate) // copies that were asked for come on top
        limits.max_bitrate =
            o->red == ADAPT_RED_FIXED ? adapt_total(&limits, &all, o->shape) : 2 * limits.bitrate;
    return limits;
}

// The most that the voice may be, or what its copies are coded at.
static bool check_copy(const struct sender_options *o, char *why)
{
    struct adapt_limits limits = limits_of(o);
    int rate = o->copy_bitrate ? o->copy_bitrate : adapt_first(&limits).bitrate;
    double most = 8.0 * RED_LEN_MAX * VOICE_RATE / o->voice.frame_samples;
    if (o->red != ADAPT_RED_FIXED || copies_fit(rate, o->voice.frame_samples))
        return true;
    snprintf(why, CLI_WHY_MAX,
             "--red: at %.4gk a copy has more than the %d octets that RFC 2198 can say. Use "
             "--red-bitrate, up to %dk.",
             rate / 1000.0, RED_LEN_MAX, (int)(most / 1000));
    return false;
}

static bool check_video(const struct sender_options *o, char *why)
{
    if (o->video || !(o->width || o->fps_num || o->video_bitrate))
        return true;
    snprintf(why, CLI_WHY_MAX, "%s is of pictures, and there are none. Add --video pattern.",
             o->width     ? "--size"
             : o->fps_num ? "--fps"
                          : "--video-bitrate");
    return false;
}

bool sender_options_check(const struct sender_options *o, char *why)
{
    if (o->max_bitrate && o->voice.bitrate > o->max_bitrate) {
        snprintf(why, CLI_WHY_MAX,
                 "--bitrate %.4gk is more than --max-bitrate %.4gk, of which it is a "
                 "part.",
                 o->voice.bitrate / 1000.0, o->max_bitrate / 1000.0);
        return false;
    }
    return check_video(o, why) && check_fec(o, why) && check_red(o, why) && check_copy(o, why);
}

void sender_options_apply(const struct sender_options *options, struct sender_config *config)
{
    config->voice = options->voice;
    config->limits = limits_of(options);
    config->voice.bitrate = config->limits.bitrate;
    config->resend = options->nack != SENDER_NACK_OFF;
    config->payload_type = PAYLOAD_TYPE;
    config->payload_type_red = PAYLOAD_RED;
    config->payload_type_again = PAYLOAD_AGAIN;
}

void sender_options_film(const struct sender_options *options, struct film_config *config)
{
    config->video.bitrate = options->video_bitrate ? options->video_bitrate : BITRATE_VIDEO;
    config->resend = options->nack != SENDER_NACK_OFF;
    config->payload_type = PAYLOAD_VIDEO;
    config->payload_type_again = PAYLOAD_VIDEO_AGAIN;
}

struct pictures_config sender_options_pictures(const struct sender_options *options, bool loop)
{
    return (struct pictures_config){
        .source = options->video,
        .width = options->width,
        .height = options->height,
        .fps_num = options->fps_num,
        .fps_den = options->fps_den,
        .loop = loop,
    };
}
