// The options of a receiver: see options.h.
#include "receiver/options.h"

#include "media/io/film_file.h"
#include "receiver/screen.h"

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

bool receiver_set_video_output(void *path, const char *value, char *why)
{
    return cli_text(path, value, why) && film_file_takes(value, why, CLI_WHY_MAX);
}

bool receiver_set_video_loss(void *loss, const char *value, char *why)
{
    static const char *const words[] = {"freeze", "show", NULL};
    static const enum screen_loss choices[] = {SCREEN_FREEZE, SCREEN_SHOW};
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    *(enum screen_loss *)loss = choices[index];
    return true;
}

const struct cli_option receiver_option_table[] = {
    {"latency", "MS|auto",
     "how long packets wait for their turn, counted from\n"
     "the fastest ones; the longer, the worse a network may\n"
     "be; auto: as long as it is worth it (auto)",
     set_latency, offsetof(struct receiver_options, latency)},
    {"latency-max", "MS",
     "with --latency auto: packets are made to wait no\n"
     "longer, and what would be heard more than a packet\n"
     "later is left out (1000, and nothing is left out)",
     set_latency_max, offsetof(struct receiver_options, latency_max)},
    {"latency-price", "MS",
     "with --latency auto: how much more delay is worth it\n"
     "for one percent less of guessed sound (20)",
     set_latency_price, offsetof(struct receiver_options, latency_price)},
    {"conceal", "HOW",
     "what to play for a lost packet: plc, the codec's\n"
     "guess (packet loss concealment); repeat, the last\n"
     "frame again; silence (plc)",
     set_conceal, offsetof(struct receiver_options, conceal)},
    {"fec", "on|off",
     "use the coarse copies of the packet before that\n"
     "packets carry in-band (on)",
     set_on_off, offsetof(struct receiver_options, no_fec)},
    {"red", "on|off",
     "use redundant copies of earlier packets (RED, RFC\n"
     "2198), where the sender offers them (on)",
     set_on_off, offsetof(struct receiver_options, no_red)},
    {"nack", "on|off",
     "ask for lost packets again (NACK, RFC 4585), where\n"
     "the sender offers it and there is time for it (on)",
     set_on_off, offsetof(struct receiver_options, no_nack)},
    {"mos-codec", "IE,BPL",
     "what the estimate of quality (E-model) assumes of the\n"
     "codec (published figures for Opus at its bitrate)",
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
