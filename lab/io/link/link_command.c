// `voz-lab link`: see link_command.h.
#include "lab/io/link/link_command.h"

#include "lab/io/condition.h"
#include "lab/io/link/link.h"
#include "lab/io/pcap_raw.h"
#include "media/io/cli.h"
#include "media/io/loop.h"
#include "media/netem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CANNOT_RUN 126 // as env(1) and the shell have it
#define NOT_FOUND  127

struct options {
    const char *a, *b, *pcap, *device, *congestion;
    bool quiet;
};

static bool set_device(void *device, const char *value, char *why)
{
    static const char *const words[] = {"tun", "veth", NULL};
    int index;
    return cli_word(value, words, &index, why) && cli_text(device, value, why);
}

#define AT(field) offsetof(struct options, field)
static const struct cli_option option_table[] = {
    {"a", "COMMAND", "what runs on side a (10.77.0.1), by sh(1)", cli_text, AT(a)},
    {"b", "COMMAND",
     "what runs on side b (10.77.0.2), by sh(1); or as words\n"
     "of its own behind --",
     cli_text, AT(b)},
    {"pcap", "FILE", "write every packet that crosses there, for Wireshark", cli_text, AT(pcap)},
    {"congestion", "NAME",
     "how TCP answers loss in there: cubic (the default),\n"
     "bbr, reno: what this kernel has",
     cli_text, AT(congestion)},
    {"device", "tun|veth",
     "what the packets are taken from (tun; veth where\n"
     "/dev/net/tun is not for us)",
     set_device, AT(device)},
    {"quiet", NULL, "say nothing but errors", cli_flag, AT(quiet)},
    {0},
};
#undef AT

static const char details[] =
    "Runs programs on two sides of a network that loses and delays packets, side a at\n"
    "10.77.0.1 and side b at 10.77.0.2. What crosses is real IP, and TCP and UDP are\n"
    "the kernel's own. Root is not needed. Nothing of this machine's network is touched,\n"
    "and nothing is left when it ends.\n";

static const char more[] =
    "What --netem says holds from a to b. Side b begins when side a listens; when b is\n"
    "done, a is told to end (SIGTERM). Without a side b, side a decides.\n"
    "\n"
    "Examples:\n"
    "  voz-lab link --netem 'loss 10% delay 40ms' -- ping -c 10 10.77.0.1\n"
    "  voz-lab link --netem 'loss 5% delay 20ms' --a 'voz-sender talk.wav' \\\n"
    "      -- voz-receiver --transport tcp 10.77.0.1\n"
    "  voz-lab link --netem 'delay 50ms' --a 'iperf3 -s' -- iperf3 -R -c 10.77.0.1\n"
    "\n"
    "Exit status: that of side b, or where that is 0, of side a if it ended by itself;\n"
    "1 the link cannot be made, 2 misused.\n";

struct command {
    struct options options;
    struct condition condition;
    char **words; // of side b, behind "--"; NULL: none
    struct pcap_raw *pcap;
    usec wall_clock;
};

// ---- what runs on a side --------------------------------------------------------------------------

// The programs that lie beside this one are found, too, behind all others.
static void extend_path(void)
{
    char self[4096], path[8192];
    const char *before = getenv("PATH");
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return;
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    snprintf(path, sizeof path, "%s:%s", before ? before : "/usr/bin:/bin", self);
    setenv("PATH", path, 1);
}

static int become(char *const *words)
{
    extend_path();
    execvp(words[0], words);
    int error = errno;
    fprintf(stderr, "voz-lab link: cannot run %s: %s\n", words[0], strerror(error));
    return error == ENOENT ? NOT_FOUND : CANNOT_RUN;
}

static int become_shell(const char *text)
{
    char shell[] = "sh", option[] = "-c";
    char *words[] = {shell, option, (char *)(uintptr_t)text, NULL};
    return become(words);
}

// Keys are for side b.
static int run_a(void *ctx)
{
    struct command *c = ctx;
    int nothing = c->words || c->options.b ? open("/dev/null", O_RDONLY) : -1;
    if (nothing >= 0)
        dup2(nothing, STDIN_FILENO);
    return become_shell(c->options.a);
}

static int run_b(void *ctx)
{
    struct command *c = ctx;
    return c->words ? become(c->words) : become_shell(c->options.b);
}

// ---- the link -------------------------------------------------------------------------------------

static void on_crossed(void *ctx, usec when, enum link_way way, const void *packet, size_t len)
{
    struct command *c = ctx;
    (void)way;
    pcap_raw_put(c->pcap, c->wall_clock + when, packet, len);
}

static bool on_closed(void *ctx, char *why)
{
    return pcap_raw_close(((struct command *)ctx)->pcap, why, LINK_WHY_MAX);
}

static void tell_way(const char *ends, const struct impair_spec *spec)
{
    char text[NETEM_TEXT_MAX];
    netem_print(spec, text, sizeof text);
    fprintf(stderr, "  %s: %s\n", ends, *text ? text : "clean");
}

static void tell_figures(const char *ends, const struct impair_stats *s)
{
    uint64_t gone = s->lost + s->limited;
    fprintf(stderr, "  %s: %llu packets, %llu lost (%.1f %%)\n", ends, (unsigned long long)s->in,
            (unsigned long long)gone, s->in ? 100.0 * (double)gone / (double)s->in : 0.0);
}

static int status_of(const struct link_outcome *o, bool has_b)
{
    if (has_b && o->status[LINK_SIDE_B])
        return o->status[LINK_SIDE_B];
    return o->told[LINK_SIDE_A] ? 0 : o->status[LINK_SIDE_A];
}

static int run(struct command *c, const struct link_config *config)
{
    char why[LINK_WHY_MAX];
    struct link *link = link_start(config, why, sizeof why);
    int status = CLI_FAILED;
    if (!link) {
        fprintf(stderr, "voz-lab link: %s\n", why);
        return status;
    }
    link_wait(&link, 1);
    const struct link_outcome *o = link_outcome(link);
    if (o->why[0]) {
        fprintf(stderr, "voz-lab link: %s\n", o->why);
    } else {
        status = status_of(o, config->run[LINK_SIDE_B]);
        if (!c->options.quiet) {
            fprintf(stderr, "voz-lab link: through %s interfaces went\n", o->device);
            tell_figures("a -> b", &o->way[LINK_FORWARD]);
            tell_figures("b -> a", &o->way[LINK_BACK]);
        }
        if (o->dropped)
            fprintf(stderr, "voz-lab link: this machine was too slow for %llu packets\n",
                    (unsigned long long)o->dropped);
    }
    link_free(link);
    return status;
}

static int make(struct command *c)
{
    const struct condition_network *n = &c->condition.network;
    struct link_config config = {
        .way = {n->forward, n->back},
        .seed = n->seed,
        .device = c->options.device,
        .congestion = c->options.congestion,
        .run = {c->options.a ? run_a : NULL, c->options.b || c->words ? run_b : NULL},
        .a_first = true,
        .ctx = c,
    };
    char why[256];
    if (c->options.pcap) {
        config.crossed = on_crossed;
        config.closed = on_closed;
        c->wall_clock = loop_wall_clock();
        if (!(c->pcap = pcap_raw_new(c->options.pcap, why, sizeof why))) {
            fprintf(stderr, "voz-lab link: %s\n", why);
            return CLI_FAILED;
        }
    }
    if (!c->options.quiet) {
        fprintf(stderr, "voz-lab link: side a 10.77.0.1, side b 10.77.0.2\n");
        tell_way("a -> b", &n->forward);
        tell_way("b -> a", &n->back);
    }
    int status = run(c, &config);
    pcap_raw_close(c->pcap, why, sizeof why); // this process's own copy, to which it wrote nothing
    return status;
}

// What stands behind the first "--" is not for us. Returns how many words are.
static int cut(int argc, char **argv, char ***words)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--") == 0) {
            *words = i + 1 < argc ? argv + i + 1 : NULL;
            argv[i] = NULL;
            return i;
        }
    return argc;
}

int link_main(int argc, char **argv)
{
    struct command c = {.options.congestion = "cubic"};
    const char *operands[1];
    char why[CLI_WHY_MAX];
    struct cli_group network[CONDITION_GROUPS];
    condition_default(&c.condition);
    condition_groups(&c.condition, network);
    const struct cli_group groups[] = {
        {.title = "Options", .table = option_table, .options = &c.options}, network[0], {0}};
    const struct cli cli = {
        .program = "voz-lab link",
        .summary = "programs on two sides of a bad network",
        .usage = "[options] [--a COMMAND] [--b COMMAND | -- COMMAND...]",
        .details = details,
        .more = more,
        .groups = groups,
    };
    argc = cut(argc, argv, &c.words);
    int status = cli_parse(&cli, argc, argv, operands);
    if (status < 0 && c.options.b && c.words)
        status = cli_misused(&cli, "--b and what stands behind -- are both for side b. Use one.");
    else if (status < 0 && !c.options.a && !c.options.b && !c.words)
        status = cli_misused(&cli, "say what to run: --a, --b, or a command behind --");
    else if (status < 0 && !condition_complete(&c.condition, why))
        status = cli_misused(&cli, why);
    if (status < 0)
        status = make(&c);
    condition_free(&c.condition);
    return status;
}
