// voz-receiver: options, the progress line, figures, the summary. What it does is in
// receiver/io/session.c.
#include "control/url.h"
#include "media/io/audio.h"
#include "media/io/cli.h"
#include "media/io/path.h"
#include "media/io/sound.h"
#include "media/io/textfile.h"
#include "receiver/io/session.h"
#include "receiver/io/view.h"
#include "receiver/options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PROGRESS_EVERY       (200 * USEC_MS)
#define PROGRESS_EVERY_PLAIN (5 * USEC_SECOND) // where the line cannot be overwritten
#define LATENCY_UNHEARD      (400 * USEC_MS) // least, where nobody waits for the sound: a batch of it

struct program_options {
    enum session_transport transport;
    const char *device;
    bool no_play, list_devices;
    const char *output, *stats, *summary, *log;
    const char *video_output;
    enum screen_loss video_loss;
    struct impair_spec netem;
    usec duration;
    bool quiet, verbose;
    bool window;
    struct pane_lang lang;
};

static bool set_transport(void *transport, const char *value, char *why)
{
    static const char *const words[] = {"auto", "udp", "tcp", NULL};
    static const enum session_transport choices[] = {SESSION_AUTO, SESSION_UDP, SESSION_TCP};
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    *(enum session_transport *)transport = choices[index];
    return true;
}

static bool set_output(void *output, const char *value, char *why)
{
    *(const char **)output = value;
    return audio_writer_knows(value, why, CLI_WHY_MAX);
}

static bool set_duration(void *duration, const char *value, char *why)
{
    return cli_seconds(value, 1e7, duration, why);
}

static const struct cli_option program_option_table[] = {
    {"transport", "auto|udp|tcp",
     "how the sound comes; auto: by UDP, and by TCP if\n"
     "nothing has come after 3 s (auto)",
     set_transport, offsetof(struct program_options, transport)},
    {"device", "NAME",
     "the sound device to play on; null: none, but time\n"
     "passes as if there were one",
     cli_text, offsetof(struct program_options, device)},
    {"no-play", NULL,
     "do not play; then a packet may wait 400 ms and more,\n"
     "since nobody waits for it, unless --latency says\n"
     "otherwise",
     cli_flag, offsetof(struct program_options, no_play)},
    {"list-devices", NULL, "name the sound devices, and end", cli_flag,
     offsetof(struct program_options, list_devices)},
    {"output", "FILE", "write what is heard: .wav, .flac, .ogg or .opus", set_output,
     offsetof(struct program_options, output)},
    {"video-output", "FILE", "write the pictures that are seen: .y4m (YUV4MPEG2)",
     receiver_set_video_output, offsetof(struct program_options, video_output)},
    {"video-loss", "freeze|show",
     "where packets of pictures are lost for good: the last\n"
     "whole picture stays until there is a new one, or the\n"
     "damage is shown (freeze)",
     receiver_set_video_loss, offsetof(struct program_options, video_loss)},
    {"netem", "SPEC",
     "let what arrives pass a bad network first, in the\n"
     "words of tc netem: 'loss 10%', 'delay 40ms 10ms' (see\n"
     "the man page)",
     path_option, offsetof(struct program_options, netem)},
    {"duration", "S", "end after S seconds of sound", set_duration,
     offsetof(struct program_options, duration)},
    {"stats", "FILE",
     "write figures there, one line of JSON a second\n"
     "(-: standard output)",
     cli_text, offsetof(struct program_options, stats)},
    {"summary", "FILE",
     "write the figures of the whole as JSON (-: standard\n"
     "output); a line for each session, where the window's T\n"
     "has begun another",
     cli_text, offsetof(struct program_options, summary)},
    {"window", NULL,
     "show what the network does, in a window with knobs to\n"
     "turn it by mouse and keys (? lists them)",
     cli_flag, offsetof(struct program_options, window)},
    {"lang", "en|pt", "the language of the window (the locale's)", pane_set_lang,
     offsetof(struct program_options, lang)},
    {"log", "FILE",
     "write what each stretch of sound was made of, a line\n"
     "of JSON each (-: standard output)",
     cli_text, offsetof(struct program_options, log)},
    {"quiet", NULL, "say nothing but errors", cli_flag, offsetof(struct program_options, quiet)},
    {"verbose", NULL, "say more", cli_flag, offsetof(struct program_options, verbose)},
    {0},
};

static const char details[] =
    "Plays the Opus stream of a voz-sender, or of any other RTSP server, and goes on\n"
    "sounding right while packets are lost, late, doubled and out of order.\n"
    "\n"
    "URL is rtsp://HOST[:PORT]/PATH (port 554 if none is said), or just HOST[:PORT]\n"
    "of a voz-sender (port 4477).\n";

static const char more[] =
    "Examples:\n"
    "  voz-receiver 192.168.1.5\n"
    "  voz-receiver --netem 'loss 20%' localhost\n"
    "  voz-receiver --no-play --output heard.wav --summary - rtsp://camera/audio\n"
    "\n"
    "What loss sounds like where nothing is done about it:\n"
    "  voz-receiver --netem 'loss 20%' --conceal silence \\\n"
    "      --fec off --red off --nack off localhost\n"
    "\n"
    "Exit status: 0 done, 1 failed, 2 misused.\n";

// ---- the running program -----------------------------------------------------------------------

struct program {
    struct program_options options;
    struct loop *loop;
    struct session *session;
    struct view *view; // NULL: no window
    struct audio_writer *file;
    struct film_file *film; // of what is seen; NULL: none
    struct loop_timer progress, second;
    usec started, next_second;
    bool terminal, line_open;
    bool broken; // the session is over for a fault
    struct textfile stats, summary, log;
    int status;
};

static void end_line(struct program *p)
{
    if (p->line_open)
        fprintf(stderr, "\r\033[K");
    p->line_open = false;
}

static void say(void *ctx, bool detail, const char *text)
{
    struct program *p = ctx;
    if (p->options.quiet || (detail && !p->options.verbose))
        return;
    end_line(p);
    fprintf(stderr, "%s\n", text);
}

// A line that wraps could not be overwritten.
static void cut_to_terminal(const struct program *p, char *line)
{
    struct winsize size;
    if (p->terminal && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 &&
        strlen(line) >= size.ws_col)
        line[size.ws_col - 1] = '\0';
}

static void on_progress(void *ctx, usec now)
{
    struct program *p = ctx;
    char line[256];
    session_progress(p->session, line, sizeof line);
    cut_to_terminal(p, line);
    fprintf(stderr, p->terminal ? "\r\033[K%s" : "%s\n", line);
    fflush(stderr);
    p->line_open = p->terminal;
    loop_timer_set(&p->progress, now + (p->terminal ? PROGRESS_EVERY : PROGRESS_EVERY_PLAIN));
}

static bool write_json(struct program *p, struct textfile *file, json_t *figures)
{
    bool done = textfile_json(file, figures);
    if (!done) {
        end_line(p);
        textfile_fault(file);
        textfile_close(file);
        p->status = CLI_FAILED;
    }
    json_decref(figures);
    return done;
}

static bool write_stats(struct program *p, usec now)
{
    json_t *figures = session_figures(p->session);
    json_object_set_new(figures, "time_s", json_real((double)(now - p->started) / 1e6));
    return write_json(p, &p->stats, figures);
}

static const char *name_of(const struct receiver_decision *d)
{
    static const char *const origins[] = {
        [PLAYOUT_SENT] = "packet", [PLAYOUT_COPY] = "red", [PLAYOUT_AGAIN] = "again"};
    return d->kind == PLAYOUT_CONCEAL ? "concealed"
           : d->kind == PLAYOUT_FEC   ? "fec"
                                      : origins[d->origin];
}

static void on_decided(void *ctx, const struct receiver_decision *d)
{
    struct program *p = ctx;
    if (!p->log.file)
        return;
    json_t *line = json_object();
    json_object_set_new(line, "time_s", json_real((double)(d->at - p->started) / 1e6));
    json_object_set_new(line, "seq", json_integer(d->seq));
    json_object_set_new(line, "from", json_string(name_of(d)));
    json_object_set_new(line, "ms", json_real(d->samples * 1000.0 / 48000));
    json_object_set_new(line, "delay_ms", json_real(usec_to_ms(d->delay)));
    write_json(p, &p->log, line);
}

static void on_second(void *ctx, usec now)
{
    struct program *p = ctx;
    if (!write_stats(p, now))
        return;
    p->next_second += USEC_SECOND;
    loop_timer_set(&p->second, p->next_second);
}

static void write_summary(struct program *p)
{
    if (p->summary.file)
        write_json(p, &p->summary, session_figures(p->session));
}

static void print_summary(struct program *p)
{
    char text[1024];
    if (p->options.quiet)
        return;
    end_line(p);
    session_summary(p->session, text, sizeof text);
    fprintf(stderr, "%s", text);
}

// Percentiles of two sessions have no sum: each has figures of its own.
static void on_anew(void *ctx)
{
    print_summary(ctx);
    write_summary(ctx);
}

static void on_over(void *ctx, const char *why)
{
    struct program *p = ctx;
    end_line(p);
    if (why) {
        fprintf(stderr, "voz-receiver: %s\n", why);
        p->status = CLI_FAILED;
        p->broken = true;
    }
    loop_stop(p->loop);
}

static void on_interrupt(void *ctx)
{
    session_stop(((struct program *)ctx)->session);
}

static void print_name(void *ctx, const char *name)
{
    (void)ctx;
    printf("%s\n", name);
}

static int list_devices(void)
{
    if (sound_list(print_name, NULL) == 0)
        fprintf(stderr, "There is no sound device. voz-receiver runs without one all the same.\n");
    return CLI_DONE;
}

static bool finish_file(struct program *p)
{
    char why[AUDIO_TEXT];
    const char *fault = audio_writer_fault(p->file);
    bool whole = !fault;
    if (fault && p->options.quiet) // else it was said when it happened
        fprintf(stderr, "voz-receiver: %s\n", fault);
    int64_t samples = audio_writer_samples(p->file);
    if (!audio_writer_close(p->file, why, sizeof why)) {
        fprintf(stderr, "voz-receiver: %s\n", why);
        whole = false;
    }
    p->file = NULL;
    if (whole && !p->options.quiet)
        fprintf(stderr, "  What was heard is in %s (%.2f s).\n", p->options.output,
                (double)samples / 48000);
    return whole;
}

static void finish_film(struct program *p)
{
    char why[CLI_WHY_MAX];
    if (!film_file_close(p->film, why, sizeof why)) {
        fprintf(stderr, "voz-receiver: %s\n", why);
        p->status = CLI_FAILED;
    }
    p->film = NULL;
}

static void finish(struct program *p)
{
    char text[1024];
    if (!p->broken)
        print_summary(p);
    if (p->view && p->options.verbose && !p->options.quiet && !p->broken) {
        view_summary(p->view, text, sizeof text);
        fprintf(stderr, "%s", text);
    }
    if (p->file && !finish_file(p))
        p->status = CLI_FAILED;
    finish_film(p);
    if (p->stats.file)
        write_stats(p, loop_now());
    write_summary(p);
}

static void start_timers(struct program *p)
{
    p->started = p->next_second = loop_now();
    p->next_second += USEC_SECOND;
    p->terminal = isatty(STDERR_FILENO);
    loop_timer_init(&p->progress, p->loop, on_progress, p);
    loop_timer_init(&p->second, p->loop, on_second, p);
    if (!p->options.quiet)
        loop_timer_set(&p->progress,
                       p->started + (p->terminal ? PROGRESS_EVERY : PROGRESS_EVERY_PLAIN));
    if (p->stats.file)
        loop_timer_set(&p->second, p->next_second);
}

static bool open_session(struct program *p, const struct receiver_options *receiver,
                         const char *url)
{
    char why[CLI_WHY_MAX];
    struct session_config config = {
        .loop = p->loop,
        .url = url,
        .transport = p->options.transport,
        .netem = &p->options.netem,
        .seed = loop_entropy(),
        .device = p->options.device,
        .silent = p->options.no_play,
        .file = p->file,
        .duration = p->options.duration,
        .codec = receiver->rated ? &receiver->codec : NULL,
        .pictures = p->film,
        .picture_loss = p->options.video_loss,
        .picture_file = p->film,
        .say = say,
        .anew = on_anew,
        .over = on_over,
        .ctx = p,
    };
    receiver_options_apply(receiver, &config.receiver);
    config.receiver.seed = loop_entropy();
    if (p->options.no_play)
        config.receiver.latency_min = LATENCY_UNHEARD;
    if (p->options.log) {
        config.receiver.decided = on_decided;
        config.receiver.ctx = p;
    }
    if (p->options.window &&
        !(p->view = view_open(p->loop, pane_lang(&p->options.lang), &config, why, sizeof why))) {
        fprintf(stderr, "voz-receiver: --window: %s\n", why);
        return false;
    }
    p->session = session_open(&config, why, sizeof why);
    if (!p->session)
        fprintf(stderr, "voz-receiver: %s\n", why);
    else if (p->view)
        view_attach(p->view, p->session);
    return p->session;
}

static bool open_outputs(struct program *p)
{
    char why[AUDIO_TEXT];
    if (p->options.output && !(p->file = audio_writer_new(p->options.output, why, sizeof why))) {
        fprintf(stderr, "voz-receiver: %s\n", why);
        return false;
    }
    if (p->options.video_output &&
        !(p->film = film_file_open(p->options.video_output, why, sizeof why))) {
        fprintf(stderr, "voz-receiver: %s\n", why);
        return false;
    }
    p->stats = (struct textfile){"voz-receiver", "stats", p->options.stats, NULL};
    p->summary = (struct textfile){"voz-receiver", "summary", p->options.summary, NULL};
    p->log = (struct textfile){"voz-receiver", "log", p->options.log, NULL};
    return textfile_open(&p->stats) && textfile_open(&p->summary) && textfile_open(&p->log);
}

static int run(struct program *p, const struct receiver_options *receiver, const char *url)
{
    p->loop = loop_new();
    if (!p->loop || !open_outputs(p) || !open_session(p, receiver, url)) {
        p->status = CLI_FAILED;
    } else {
        loop_on_interrupt(p->loop, on_interrupt, p);
        start_timers(p);
        loop_run(p->loop);
        loop_timer_set(&p->progress, USEC_NEVER);
        loop_timer_set(&p->second, USEC_NEVER);
        end_line(p);
        finish(p);
    }
    view_close(p->view);
    session_close(p->session);
    if (p->file)
        audio_writer_close(p->file, NULL, 0);
    finish_film(p);
    textfile_close(&p->stats);
    textfile_close(&p->summary);
    textfile_close(&p->log);
    loop_free(p->loop);
    return p->status;
}

// The URL to connect to, out of what was typed. False: `why` says what is wrong with that.
static bool read_url(const struct program *p, const char *argument, char *url, char *why,
                     size_t cap)
{
    struct url parts;
    struct text text = text_of(url, URL_MAX + 1);
    enum url_status status = url_from_argument(&text, slice_of(argument));
    if (status == URL_OK)
        status = text.failed ? URL_LONG : url_parse(&parts, text_written(&text));
    if (status != URL_OK) {
        snprintf(why, cap, "%.128s: %s. Name HOST, HOST:PORT, or rtsp://HOST[:PORT]/PATH.",
                 *argument ? argument : "''", url_strstatus(status));
        return false;
    }
    if (parts.user.at) { // and nobody sees them in the summary
        char plain[URL_MAX + 1];
        text = text_of(plain, sizeof plain);
        url_write(&text, &parts);
        memcpy(url, plain, sizeof plain);
        if (!p->options.quiet)
            fprintf(stderr, "No authentication is done: going on without the user and password.\n");
    }
    return true;
}

static int check_and_run(struct program *p, const struct receiver_options *receiver,
                         const struct cli *cli, const char *argument)
{
    char url[URL_MAX + 1], why[CLI_WHY_MAX];
    if (p->options.list_devices)
        return list_devices();
    if (!argument)
        return cli_misused(cli, "which sender? Name its HOST, or its URL.");
    if (!read_url(p, argument, url, why, sizeof why))
        return cli_misused(cli, why);
    if (p->options.transport == SESSION_TCP && !impair_is_clean(&p->options.netem))
        return cli_misused(
            cli, "--netem works on packets, and --transport tcp has none: missing bytes would "
                 "break a TCP stream. Use one of the two.");
    if (p->options.lang.said && !p->options.window)
        return cli_misused(cli, "--lang is the language of --window. Use both, or none.");
    if (p->options.video_loss != SCREEN_FREEZE && !p->options.window && !p->options.video_output)
        return cli_misused(cli, "--video-loss is of pictures, and none are asked for. Add --window "
                                "or --video-output FILE.y4m.");
    if (!receiver_options_check(receiver, why))
        return cli_misused(cli, why);
    return run(p, receiver, url);
}

int main(int argc, char **argv)
{
    struct program program = {0};
    struct receiver_options receiver = {0};
    const char *operands[2];
    const struct cli_group groups[] = {
        {.title = "Options", .table = program_option_table, .options = &program.options},
        {.title = "What is heard", .table = receiver_option_table, .options = &receiver},
        {0},
    };
    const struct cli cli = {
        .program = "voz-receiver",
        .summary = "plays a voice stream through a bad network",
        .usage = "[options] URL",
        .details = details,
        .more = more,
        .groups = groups,
        .operands_max = 1,
    };
    int status = cli_parse(&cli, argc, argv, operands);
    if (status < 0)
        status = check_and_run(&program, &receiver, &cli, operands[0]);
    path_spec_free(&program.options.netem);
    return status;
}
