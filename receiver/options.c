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

static bool set_ms(usec *target, const struct cli_range *range, const char *value, char *why)
{
    double ms;
    if (!cli_number(value, range, &ms, why))
        return false;
    *target = (usec)(ms * 1000);
    return true;
}

static bool set_latency_max(void *latency, const char *value, char *why)
{
    return set_ms(latency, &(struct cli_range){10, 5000, "ms"}, value, why);
}

static bool set_latency_price(void *price, const char *value, char *why)
{
    return set_ms(price, &(struct cli_range){1, 1000, "ms"}, value, why);
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

static bool set_on_off(void *no, const char *value, char *why)
{
    static const char *const words[] = {"on", "off", NULL};
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    *(bool *)no = index == 1;
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
    {"latency-max", "MS",
     "with --latency auto: no packet waits longer, and what would\nbe heard later is left out "
     "(1000, and nothing is left out)",
     set_latency_max, offsetof(struct receiver_options, latency_max)},
    {"latency-price", "MS",
     "with --latency auto: how much longer it may take for one\npercent less to be guessed (20)",
     set_latency_price, offsetof(struct receiver_options, latency_price)},
    {"conceal", "HOW",
     "what to play for a lost packet: plc, the codec's guess\n(packet loss concealment); repeat, "
     "the "
     "last frame again;\nsilence (plc)",
     set_conceal, offsetof(struct receiver_options, conceal)},
    {"fec", "on|off", "use the in-band copies that packets carry of the one before\n(on)",
     set_on_off, offsetof(struct receiver_options, no_fec)},
    {"red", "on|off",
     "take redundant copies of earlier packets (RFC 2198), where\nthe sender has them (on)",
     set_on_off, offsetof(struct receiver_options, no_red)},
    {"nack", "on|off",
     "ask for lost packets again (RFC 4585), where the sender\nanswers and they can come "
     "in time (on)",
     set_on_off, offsetof(struct receiver_options, no_nack)},
    {"mos-codec", "IE,BPL",
     "what the estimate of quality (E-model) assumes of the codec\n(published figures for Opus at "
     "its "
     "bitrate)",
     set_codec, 0},
    {0},
};

bool receiver_options_check(const struct receiver_options *options, char *why)
{
    const char *with = options->latency_max     ? "--latency-max"
                       : options->latency_price ? "--latency-price"
                                                : NULL;
    if (!options->latency || !with)
        return true;
    snprintf(why, CLI_WHY_MAX,
             "--latency %g says how long packets wait: %s is for --latency auto. Use one of the "
             "two.",
             usec_to_ms(options->latency), with);
    return false;
}

void receiver_options_apply(const struct receiver_options *options, struct receiver_config *config)
{
    config->latency = options->latency;
    config->latency_max = options->latency_max;
    config->latency_price = options->latency_price;
    config->conceal = options->conceal;
    config->fec = !options->no_fec;
    config->red = !options->no_red;
    config->again = !options->no_nack;
}
