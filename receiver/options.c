// The options of a receiver: see options.h.
#include "receiver/options.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static bool set_latency(void *latency, const char *value, char *why)
{
    static const struct cli_range range = {1, 5000, "ms, or auto"};
    double ms = 0;
    if (strcmp(value, "auto") != 0 && !cli_number(value, &range, &ms, why))
        return false;
    *(usec *)latency = (usec)(ms * 1000);
    return true;
}

static bool set_conceal(void *conceal, const char *value, char *why)
{
    static const char *const words[] = {"plc", "repeat", "silence", NULL};
    static const enum render_conceal choices[] = {RENDER_PLC, RENDER_REPEAT, RENDER_SILENCE};
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    *(enum render_conceal *)conceal = choices[index];
    return true;
}

static bool set_fec(void *no_fec, const char *value, char *why)
{
    static const char *const words[] = {"on", "off", NULL};
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    *(bool *)no_fec = index == 1;
    return true;
}

static bool set_codec(void *options, const char *value, char *why)
{
    struct receiver_options *o = options;
    double ie, bpl;
    int end = 0;
    if (sscanf(value, "%lf,%lf%n", &ie, &bpl, &end) != 2 || value[end] || !(ie >= 0 && ie <= 132) ||
        !(bpl > 0 && bpl <= 1000)) {
        snprintf(why, CLI_WHY_MAX,
                 "must be two numbers: what the codec costs without loss (0 to 132 of the 148 "
                 "points\nof the fullband scale), and how well it bears loss (above 0; more is "
                 "better): 16,10");
        return false;
    }
    o->codec = (struct emodel_codec){.ie = ie, .bpl = bpl, .scale = EMODEL_FULLBAND};
    o->rated = true;
    return true;
}

const struct cli_option receiver_option_table[] = {
    {"latency", "MS|auto",
     "how long a packet waits for its turn, above the fastest ones:\nmore survives a worse "
     "network; "
     "auto: as little as the\narrivals allow (auto)",
     set_latency, offsetof(struct receiver_options, latency)},
    {"conceal", "HOW",
     "what to play for a lost packet: plc, the codec's guess\n(packet loss concealment); repeat, "
     "the "
     "last frame again;\nsilence (plc)",
     set_conceal, offsetof(struct receiver_options, conceal)},
    {"fec", "on|off", "use the copies that packets carry of the one before (on)", set_fec,
     offsetof(struct receiver_options, no_fec)},
    {"mos-codec", "IE,BPL",
     "what the estimate of quality (E-model) assumes of the codec\n(published figures for Opus at "
     "its "
     "bitrate)",
     set_codec, 0},
    {0},
};

void receiver_options_apply(const struct receiver_options *options, struct receiver_config *config)
{
    config->latency = options->latency;
    config->conceal = options->conceal;
    config->fec = !options->no_fec;
}
