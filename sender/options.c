// The options of a sender: see options.h.
#include "sender/options.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define PAYLOAD_TYPE   96
#define BITRATE_MONO   32000
#define BITRATE_STEREO 64000
#define BITRATE_LEAST  6000
#define BITRATE_MOST   510000
#define FEC_SHORTEST   (VOICE_RATE / 100) // samples: the speech layer of Opus has no shorter frames
#define LOSS_TOLD      20 // percent that the encoder is told to expect with --fec on

static bool set_bitrate(void *target, const char *value, char *why)
{
    static const struct cli_range range = {0, 1e9, NULL};
    char digits[32];
    size_t len = strlen(value);
    bool kilo = len > 0 && len < sizeof digits && (value[len - 1] == 'k' || value[len - 1] == 'K');
    snprintf(digits, sizeof digits, "%.*s", (int)(kilo ? len - 1 : len), value);
    double number;
    bool good = cli_number(digits, &range, &number, why);
    int bitrate = good ? (int)(kilo && number <= 1e6 ? number * 1000 : number) : 0;
    if (bitrate < BITRATE_LEAST || bitrate > BITRATE_MOST) {
        snprintf(why, CLI_WHY_MAX, "must be from 6k to 510k bit/s (32k stands for 32000)");
        return false;
    }
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
    static const enum sender_fec choices[] = {SENDER_FEC_OFF, SENDER_FEC_ON, SENDER_FEC_AUTO};
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    *(enum sender_fec *)fec = choices[index];
    return true;
}

const struct cli_option sender_option_table[] = {
    {"bitrate", "RATE", "bit/s of the voice, 6k to 510k (32k; 64k in stereo)", set_bitrate,
     offsetof(struct sender_options, voice.bitrate)},
    {"frame", "MS", "sound in one packet: 2.5, 5, 10, 20, 40, 60, 80, 100 or\n120 ms (20)",
     set_frame, offsetof(struct sender_options, voice.frame_samples)},
    {"complexity", "N", "effort of the encoder, 0 to 10 (10)", set_complexity,
     offsetof(struct sender_options, voice.complexity)},
    {"application", "WHAT", "voip: speech; audio: music; lowdelay: least delay (voip)",
     set_application, offsetof(struct sender_options, voice.application)},
    {"stereo", NULL, "send two channels (else they are mixed into one)", set_stereo,
     offsetof(struct sender_options, voice.channels)},
    {"fec", "on|off|auto",
     "each packet carries a coarse copy of the one before, so that\na single lost one can be "
     "restored (forward error\ncorrection); auto: as much as the listeners' losses ask\nfor (auto)",
     set_fec, offsetof(struct sender_options, fec)},
    {"dtx", NULL, "send nothing while there is silence (discontinuous\ntransmission)", cli_flag,
     offsetof(struct sender_options, voice.dtx)},
    {0},
};

void sender_options_default(struct sender_options *options)
{
    *options = (struct sender_options){
        .voice = {.channels = 1,
                  .frame_samples = VOICE_RATE / 50,
                  .complexity = 10,
                  .application = VOICE_VOIP},
        .fec = SENDER_FEC_AUTO,
    };
}

// RFC 6716 sections 2 and 2.1.7: the copies belong to the speech layer (SILK), which short frames
// and least delay do without.
bool sender_options_check(const struct sender_options *options, char *why)
{
    bool lowdelay = options->voice.application == VOICE_LOWDELAY;
    if (options->fec != SENDER_FEC_ON ||
        (!lowdelay && options->voice.frame_samples >= FEC_SHORTEST))
        return true;
    snprintf(why, CLI_WHY_MAX, "--fec on: Opus makes no copies %s. Use %s, or leave --fec on out.",
             lowdelay ? "with --application lowdelay" : "in frames of less than 10 ms",
             lowdelay ? "--application voip" : "--frame 10 or longer");
    return false;
}

void sender_options_apply(const struct sender_options *options, struct sender_config *config)
{
    config->voice = options->voice;
    if (!config->voice.bitrate)
        config->voice.bitrate = config->voice.channels == 2 ? BITRATE_STEREO : BITRATE_MONO;
    config->voice.fec = options->fec != SENDER_FEC_OFF;
    config->voice.loss_percent = options->fec == SENDER_FEC_ON ? LOSS_TOLD : 0;
    config->adapt_fec = options->fec == SENDER_FEC_AUTO;
    config->payload_type = PAYLOAD_TYPE;
}
