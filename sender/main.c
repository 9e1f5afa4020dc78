// voz-sender: options, news for people, figures once a second. What it does is in
// sender/io/radio.c.
#include "media/io/camera.h"
#include "media/io/capture.h"
#include "media/io/cli.h"
#include "media/io/input.h"
#include "media/io/listen.h"
#include "media/io/path.h"
#include "media/io/textfile.h"
#include "sender/io/audience.h"
#include "sender/io/radio.h"
#include "sender/options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>

struct program_options {
    struct listen listen;
    struct impair_spec netem;
    const char *stats;
    int wait; // 0: nothing was said
    bool live, loop, once, list_devices, quiet, verbose;
};

static bool set_wait(void *wait, const char *value, char *why)
{
    static const struct cli_range range = {1, AUDIENCE_MAX, "listeners"};
    int64_t number;
    if (!cli_integer(value, &range, &number, why))
        return false;
    *(int *)wait = (int)number;
    return true;
}

static const struct cli_option program_option_table[] = {
    {"listen", "[ADDR:]PORT",
     "where to wait for listeners (4477, on every address\n"
     "of this machine); 127.0.0.1:4477 keeps it to this\n"
     "machine; port 0: any free one",
     listen_option, offsetof(struct program_options, listen)},
    {"wait", "N", "begin when N listeners are there (1)", set_wait,
     offsetof(struct program_options, wait)},
    {"live", NULL, "begin at once, whether or not somebody listens", cli_flag,
     offsetof(struct program_options, live)},
    {"loop", NULL, "play the source again and again", cli_flag,
     offsetof(struct program_options, loop)},
    {"once", NULL, "end after the source has been played once", cli_flag,
     offsetof(struct program_options, once)},
    {"netem", "SPEC",
     "send through a bad network, in the words of tc netem:\n"
     "'delay 40ms 10ms loss 5% 25%',\n"
     "'loss gemodel 2% 20%', 'trace FILE' (see the man\n"
     "page)",
     path_option, offsetof(struct program_options, netem)},
    {"stats", "FILE",
     "write figures there, one line of JSON a second\n"
     "(-: standard output)",
     cli_text, offsetof(struct program_options, stats)},
    {"list-devices", NULL, "name microphones and cameras, and end", cli_flag,
     offsetof(struct program_options, list_devices)},
    {"quiet", NULL, "say nothing but errors", cli_flag, offsetof(struct program_options, quiet)},
    {"verbose", NULL, "say more, such as each change of the encoding and why", cli_flag,
     offsetof(struct program_options, verbose)},
    {0},
};

static const char details[] =
    "Waits for listeners (voz-receiver, ffplay, mpv, GStreamer: anything that speaks\n"
    "RTSP) and sends them all the same sound, as Opus in RTP over UDP. It is a\n"
    "radio, not a jukebox: who comes late joins what is on the air.\n"
    "\n"
    "SOURCE is one of:\n"
    "  FILE                    an audio file: WAV, FLAC, Ogg, MP3, ...\n"
    "  -                       a WAV on standard input\n"
    "  speech, speech:pt       the built-in speech, English (default) or Portuguese\n"
    "  tone, tone:HZ           a tone\n"
    "  pattern                 a beep every second, to --video pattern\n"
    "  mic, mic:DEVICE         the microphone\n";

static const char more[] = "Examples:\n"
                           "  voz-sender                                   the built-in speech\n"
                           "  voz-sender --loop --netem 'loss 10%' talk.wav\n"
                           "  voz-sender --listen 127.0.0.1:4477 mic       this machine only\n"
                           "\n"
                           "Exit status: 0 done, 1 failed, 2 misused.\n";

// ---- the running program -----------------------------------------------------------------------

struct program {
    struct program_options options;
    struct loop *loop;
    struct radio *radio;
    struct loop_timer second;
    usec started, next_second;
    usec told; // when figures were written last
    struct textfile stats;
    int status;
};

static void say(void *ctx, bool detail, const char *text)
{
    const struct program *p = ctx;
    if (p->options.quiet || (detail && !p->options.verbose))
        return;
    fprintf(stderr, "%s\n", text);
}

static void stop(void *ctx)
{
    loop_stop(((struct program *)ctx)->loop);
}

static void on_interrupt(void *ctx)
{
    struct program *p = ctx;
    say(p, false, "Stopping.");
    radio_stop(p->radio);
}

static void write_stats(struct program *p, usec now)
{
    json_t *figures = radio_stats(p->radio, (double)(now - p->told) / 1e6);
    p->told = now;
    json_object_set_new(figures, "time_s", json_real((double)(now - p->started) / 1e6));
    if (!textfile_json(&p->stats, figures)) {
        fprintf(stderr, "voz-sender: cannot write figures to %s: %s; going on without them\n",
                p->options.stats, strerror(errno));
        textfile_close(&p->stats);
        p->status = CLI_FAILED;
    }
    json_decref(figures);
}

static void on_second(void *ctx, usec now)
{
    struct program *p = ctx;
    if (p->stats.file)
        write_stats(p, now);
    p->next_second += USEC_SECOND;
    loop_timer_set(&p->second, p->next_second);
}

static void print_url(const union address *a, uint16_t port, const char *note)
{
    char host[ADDRESS_TEXT];
    address_host(a, host);
    bool v6 = strchr(host, ':');
    fprintf(stderr, "  rtsp://%s%s%s:%u/%s\n", v6 ? "[" : "", host, v6 ? "]" : "", port, note);
}

static bool is_any(const union address *a)
{
    return a->any.sa_family == AF_INET6 ? IN6_IS_ADDR_UNSPECIFIED(&a->v6.sin6_addr)
                                        : a->v4.sin_addr.s_addr == htonl(INADDR_ANY);
}

// Every address under which somebody can reach us.
static void print_urls(const struct program *p)
{
    uint16_t port = radio_port(p->radio);
    struct ifaddrs *all = NULL;
    fprintf(stderr, "Listen with voz-receiver, ffplay or mpv at:\n");
    if (!is_any(&p->options.listen.local)) {
        print_url(&p->options.listen.local, port, "");
        return;
    }
    bool v4_only = p->options.listen.local.any.sa_family == AF_INET;
    if (getifaddrs(&all) != 0)
        return;
    for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
        const union address *a = (const union address *)i->ifa_addr;
        if (!a || !(i->ifa_flags & IFF_UP))
            continue;
        if (a->any.sa_family == AF_INET)
            print_url(a, port, i->ifa_flags & IFF_LOOPBACK ? "    (this machine)" : "");
        else if (a->any.sa_family == AF_INET6 && !v4_only && !(i->ifa_flags & IFF_LOOPBACK) &&
                 !IN6_IS_ADDR_LINKLOCAL(&a->v6.sin6_addr))
            print_url(a, port, "");
    }
    freeifaddrs(all);
}

static void print_name(void *ctx, const char *name)
{
    (void)ctx;
    printf("mic:%s\n", name);
}

static void print_camera(void *ctx, const char *path, const char *name)
{
    (void)ctx;
    printf("camera:%s    (%s)\n", path, name);
}

static int list_devices(void)
{
    if (capture_list(print_name, NULL) == 0)
        fprintf(stderr,
                "There is no microphone. Files, the built-in speech and tones can be sent.\n");
    if (camera_list(NULL, print_camera, NULL) == 0)
        fprintf(stderr, "There is no camera. A test picture and films can be sent (--video).\n");
    return CLI_DONE;
}

// A thousand listeners are a thousand connections.
static void allow_many_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int listeners_to_wait_for(const struct program_options *o)
{
    if (o->live)
        return 0;
    return o->wait ? o->wait : 1;
}

static struct radio *open_radio(struct program *p, const struct sender_options *sender,
                                const char *source, char *why, size_t cap)
{
    struct radio_config config = {
        .loop = p->loop,
        .source = source,
        .local = p->options.listen.local,
        .netem = &p->options.netem,
        .feedback_for_all = sender->nack == SENDER_NACK_ON,
        .wait = listeners_to_wait_for(&p->options),
        .loop_source = p->options.loop,
        .once = p->options.once,
        .seed = loop_entropy(),
        .say = say,
        .stopped = stop,
        .ctx = p,
    };
    sender_options_apply(sender, &config.sender);
    sender_options_film(sender, &config.film);
    config.film.wall_clock = loop_wall_clock();
    config.film.seed = loop_entropy();
    config.pictures = sender_options_pictures(sender, p->options.loop);
    config.sender.wall_clock = loop_wall_clock();
    config.sender.seed = loop_entropy();
    struct radio *radio = radio_open(&config, why, cap);
    if (!radio && p->options.listen.any && errno == EAFNOSUPPORT) { // a machine without IPv6
        listen_without_v6(&p->options.listen);
        config.local = p->options.listen.local;
        radio = radio_open(&config, why, cap);
    }
    return radio;
}

static int run(struct program *p, const struct sender_options *sender, const char *source)
{
    char why[CLI_WHY_MAX] = "";
    p->stats = (struct textfile){"voz-sender", "stats", p->options.stats, NULL};
    if (!textfile_open(&p->stats))
        return CLI_FAILED;
    p->loop = loop_new();
    if (!p->loop) {
        fprintf(stderr, "voz-sender: cannot start: %s\n", strerror(errno));
        return CLI_FAILED;
    }
    loop_on_interrupt(p->loop, on_interrupt, p);
    p->radio = open_radio(p, sender, source, why, sizeof why);
    if (!p->radio) {
        fprintf(stderr, "voz-sender: %s\n", why);
        loop_free(p->loop);
        return CLI_FAILED;
    }
    if (!p->options.quiet) {
        fprintf(stderr, "Ready to send %s.\n", radio_source(p->radio));
        if (radio_pictures(p->radio))
            fprintf(stderr, "Pictures: %s.\n", radio_pictures(p->radio));
        print_urls(p);
        fprintf(stderr, "Ctrl-C ends.\n");
    }
    p->started = p->told = loop_now();
    loop_timer_init(&p->second, p->loop, on_second, p);
    p->next_second = p->started + USEC_SECOND;
    loop_timer_set(&p->second, p->next_second);
    loop_run(p->loop);
    loop_timer_set(&p->second, USEC_NEVER);
    if (p->stats.file)
        write_stats(p, loop_now());
    radio_close(p->radio);
    loop_free(p->loop);
    return p->status;
}

static int check_and_run(struct program *p, const struct sender_options *sender,
                         const struct cli *cli, const char *source)
{
    const struct program_options *o = &p->options;
    char why[CLI_WHY_MAX];
    if (o->list_devices)
        return list_devices();
    if (o->live && o->wait)
        return cli_misused(cli, "--live begins at once, and --wait waits for listeners. Use one of "
                                "the two.");
    if (o->loop && o->once)
        return cli_misused(cli, "--loop plays the source again and again, and --once ends after "
                                "one time. Use one of the two.");
    if (sender->video && strcmp(sender->video, "-") == 0 && strcmp(source, "-") == 0)
        return cli_misused(cli, "Voice and pictures cannot both come on standard input. Put one of "
                                "them into a file.");
    if (!sender_options_check(sender, why) || !input_check(source, why, sizeof why))
        return cli_misused(cli, why);
    allow_many_files();
    return run(p, sender, source);
}

int main(int argc, char **argv)
{
    struct program program = {0};
    struct sender_options sender;
    const char *operands[2];
    char why[CLI_WHY_MAX];
    sender_options_default(&sender);
    listen_option(&program.options.listen, "4477", why);
    const struct cli_group groups[] = {
        {.title = "Options", .table = program_option_table, .options = &program.options},
        {.title = "The voice", .table = sender_option_table, .options = &sender},
        {.title = "Pictures", .table = sender_video_table, .options = &sender},
        {0},
    };
    const struct cli cli = {
        .program = "voz-sender",
        .summary = "sends speech to any number of listeners over UDP",
        .usage = "[options] [SOURCE]",
        .details = details,
        .more = more,
        .groups = groups,
        .operands_max = 1,
    };
    int status = cli_parse(&cli, argc, argv, operands);
    bool pattern = sender.video && strcmp(sender.video, "pattern") == 0;
    if (status < 0)
        status = check_and_run(&program, &sender, &cli,
                               operands[0] ? operands[0]
                               : pattern   ? "pattern"
                                           : "speech");
    path_spec_free(&program.options.netem);
    textfile_close(&program.stats);
    return status;
}
