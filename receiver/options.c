// The options of a receiver: see options.h.
#include "receiver/options.h"

#include <stdio.h>
#include <string.h>

static bool set_latency(void *options, const char *value, char *why)
{
    struct receiver_options *o = options;
    double ms;
    if (strcmp(value, "auto") == 0) {
        o->latency = 0;
        return true;
    }
    if (!cli_number(value, 1, 5000, &ms, why)) {
        size_t len = strlen(why);
        snprintf(why + len, CLI_WHY_MAX - len, " (milliseconds), or auto");
        return false;
    }
    o->latency = (usec)(ms * 1000);
    return true;
}

static bool set_conceal(void *options, const char *value, char *why)
{
    static const char *const words[] = {"plc", "repeat", "silence", NULL};
    static const enum render_conceal choices[] = {RENDER_PLC, RENDER_REPEAT, RENDER_SILENCE};
    struct receiver_options *o = options;
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    o->conceal = choices[index];
    return true;
}

static bool set_fec(void *options, const char *value, char *why)
{
    static const char *const words[] = {"on", "off", NULL};
    struct receiver_options *o = options;
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    o->no_fec = index == 1;
    return true;
}

const struct cli_option receiver_option_table[] = {
    {"latency", "MS|auto",
     "how long a packet waits for its turn, above the fastest ones:\nmore survives a worse "
     "network; "
     "auto: as little as the\narrivals allow (auto)",
     set_latency},
    {"conceal", "HOW",
     "what to play for a lost packet: plc, the codec's guess\n(packet loss concealment); repeat, "
     "the "
     "last frame again;\nsilence (plc)",
     set_conceal},
    {"fec", "on|off", "use the copies that packets carry of the one before (on)", set_fec},
    {0},
};

void receiver_options_apply(const struct receiver_options *options, struct receiver_config *config)
{
    config->latency = options->latency;
    config->conceal = options->conceal;
    config->fec = !options->no_fec;
}
