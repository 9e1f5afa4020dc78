// The options of a sender: see options.h.
#include "sender/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAYLOAD_TYPE   96
#define BITRATE_MONO   32000
#define BITRATE_STEREO 64000
#define LOSS_TOLD      20 // percent that the encoder is told to expect with --fec on

static bool set_bitrate(void *options, const char *value, char *why)
{
    struct sender_options *o = options;
    char digits[32];
    int64_t bitrate;
    size_t len = strlen(value);
    bool kilo = len > 0 && len < sizeof digits && (value[len - 1] == 'k' || value[len - 1] == 'K');
    snprintf(digits, sizeof digits, "%.*s", (int)(kilo ? len - 1 : len), value);
    double number;
    if (!cli_number(digits, 0, 1e9, &number, why))
        return false;
    bitrate = (int64_t)(kilo ? number * 1000 : number);
    if (bitrate < 6000 || bitrate > 510000) {
        snprintf(why, CLI_WHY_MAX, "must be from 6k to 510k (bit/s; 32k is 32000)");
        return false;
    }
    o->voice.bitrate = (int)bitrate;
    return true;
}

static bool set_frame(void *options, const char *value, char *why)
{
    static const double lengths[] = {2.5, 5, 10, 20, 40, 60, 80, 100, 120};
    struct sender_options *o = options;
    double ms;
    if (!cli_number(value, 0, 1000, &ms, why))
        return false;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        if (ms == lengths[i]) {
            o->voice.frame_samples = (int)(ms * VOICE_RATE / 1000);
            return true;
        }
    snprintf(why, CLI_WHY_MAX, "must be 2.5, 5, 10, 20, 40, 60, 80, 100 or 120 (ms)");
    return false;
}

static bool set_complexity(void *options, const char *value, char *why)
{
    struct sender_options *o = options;
    int64_t complexity;
    if (!cli_integer(value, 0, 10, &complexity, why))
        return false;
    o->voice.complexity = (int)complexity;
    return true;
}

static bool set_application(void *options, const char *value, char *why)
{
    static const char *const words[] = {"voip", "audio", "lowdelay", NULL};
    static const enum voice_application applications[] = {VOICE_VOIP, VOICE_AUDIO, VOICE_LOWDELAY};
    struct sender_options *o = options;
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    o->voice.application = applications[index];
    return true;
}

static bool set_stereo(void *options, const char *value, char *why)
{
    struct sender_options *o = options;
    (void)value;
    (void)why;
    o->voice.channels = 2;
    return true;
}

static bool set_fec(void *options, const char *value, char *why)
{
    static const char *const words[] = {"off", "on", "auto", NULL};
    static const enum sender_fec choices[] = {SENDER_FEC_OFF, SENDER_FEC_ON, SENDER_FEC_AUTO};
    struct sender_options *o = options;
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    o->fec = choices[index];
    return true;
}

static bool set_dtx(void *options, const char *value, char *why)
{
    struct sender_options *o = options;
    (void)value;
    (void)why;
    o->voice.dtx = true;
    return true;
}

const struct cli_option sender_option_table[] = {
    {"bitrate", "RATE", "bit/s of the voice, 6k to 510k (32k; 64k in stereo)", set_bitrate},
    {"frame", "MS", "sound in one packet: 2.5, 5, 10, 20, 40, 60, 80, 100 or\n120 ms (20)",
     set_frame},
    {"complexity", "N", "effort of the encoder, 0 to 10 (10)", set_complexity},
    {"application", "WHAT", "voip: speech; audio: music; lowdelay: least delay (voip)",
     set_application},
    {"stereo", NULL, "send two channels (else they are mixed into one)", set_stereo},
    {"fec", "on|off|auto",
     "each packet carries a coarse copy of the one before, so that\na single lost one can be "
     "restored (forward error\ncorrection); auto: as much as the listeners' losses ask\nfor (auto)",
     set_fec},
    {"dtx", NULL, "send nothing while there is silence (discontinuous\ntransmission)", set_dtx},
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
