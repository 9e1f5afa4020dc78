// voz-call: options, news for people. What it does is in call/io/phone.c.
#include "call/io/call_view.h"
#include "call/io/keys.h"
#include "call/io/phone.h"
#include "call/options.h"
#include "media/io/capture.h"
#include "media/io/cli.h"
#include "media/io/film_file.h"
#include "media/io/input.h"
#include "media/io/path.h"
#include "media/io/pictures.h"
#include "media/io/sound.h"
#include "receiver/options.h"
#include "sender/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATUS_EVERY  (500 * USEC_MS)
#define STOP_PATIENCE (2 * USEC_SECOND) // for the other end to answer our goodbye

static const char details[] =
    "Without HOST it waits for calls; with one it calls. Any phone that speaks SIP over\n"
    "TCP (RFC 3261) can be at the other end: another voz-call, baresip, Linphone, ...\n"
    "No server is needed.\n";

static const char keys_help[] =
    "Keys: a answer   h hang up   q end   m mute   o hold and back   + - louder, softer\n"
    "      ] [ more, less loss (both ways)   c conceal in another way   ? these\n";

static const char more[] =
    "Keys while it runs: a answer, h hang up, q end, m mute, o hold and back, + and -\n"
    "louder and softer, ] and [ more and less loss, c conceal in another way, ? help.\n"
    "\n"
    "Examples:\n"
    "  voz-call                              wait for calls\n"
    "  voz-call 192.168.1.5                  call somebody\n"
    "  voz-call --netem 'loss 10%' 192.168.1.5\n"
    "  voz-call --in speech --out heard.wav --answer auto --once    without sound devices\n"
    "  voz-call --in pattern --video pattern --video-output seen.y4m 192.168.1.5\n"
    "\n"
    "Exit status: 0 done, 1 failed (no call came about), 2 misused.\n";

struct program {
    struct call_options options;
    struct loop *loop;
    struct phone *phone;
    struct audio_writer *file, *record;
    struct picture_line_wish wish; // of pictures
    struct keys *keys;
    struct call_view *view; // NULL: no window
    struct loop_timer status_line;
    bool terminal, line_open;
    struct loop_timer timer; // the call's duration, or the patience with who does not say goodbye
    char uri[SIP_URI_MAX];   // whom we call; empty: we wait
    bool stopping;
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

// On a terminal only, where it is written over again and again. One that wraps could not be.
static void on_status(void *ctx, usec now)
{
    struct program *p = ctx;
    struct winsize size;
    char line[512];
    if (!phone_line(p->phone))
        return;
    line_status(phone_line(p->phone), phone_peer(p->phone), line, sizeof line);
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 &&
        strlen(line) >= size.ws_col)
        line[size.ws_col - 1] = '\0';
    fprintf(stderr, "\r\033[K%s", line);
    fflush(stderr);
    p->line_open = true;
    loop_timer_set(&p->status_line, now + STATUS_EVERY);
}

static void on_up(void *ctx)
{
    struct program *p = ctx;
    call_view_up(p->view);
    if (p->options.duration)
        loop_timer_set(&p->timer, loop_now() + p->options.duration);
    if (p->terminal && !p->options.quiet)
        loop_timer_set(&p->status_line, loop_now());
}

static void on_over(void *ctx, const char *why)
{
    struct program *p = ctx;
    loop_timer_set(&p->timer, USEC_NEVER);
    if (why && (*p->uri || p->options.once))
        p->status = CLI_FAILED;
    if (*p->uri || p->options.once || p->stopping)
        loop_stop(p->loop);
}

static void stop(struct program *p)
{
    if (p->stopping || !phone_in_call(p->phone)) {
        loop_stop(p->loop);
        return;
    }
    p->stopping = true;
    loop_timer_set(&p->timer, loop_now() + STOP_PATIENCE);
    phone_hangup(p->phone);
}

// The call has lasted long enough, or who does not say goodbye has been waited for.
static void on_timer(void *ctx, usec now)
{
    struct program *p = ctx;
    (void)now;
    if (p->stopping)
        loop_stop(p->loop);
    else
        phone_hangup(p->phone);
}

static void on_interrupt(void *ctx)
{
    stop(ctx);
}

// What a key does to a call that is up.
static void press_in_call(struct program *p, struct line *line, char key)
{
    static const char *const ways[] = {"the codec's guess", "the last frame again", "silence"};
    char text[80] = "";
    if (key == 'm')
        snprintf(text, sizeof text, line_mute(line) ? "Muted." : "Not muted any more.");
    else if (key == '+' || key == '-')
        snprintf(text, sizeof text, "Loudspeaker: %+d dB.", line_gain(line, key == '+' ? 1 : -1));
    else if (key == ']' || key == '[')
        snprintf(text, sizeof text, "The network loses %.0f %% of the packets, both ways.",
                 100 * line_loss(line, key == ']' ? 1 : -1));
    else if (key == 'c')
        snprintf(text, sizeof text, "What is lost is concealed by %s.", ways[line_conceal(line)]);
    else if (key == 'o')
        phone_hold(p->phone);
    if (*text)
        say(p, false, text);
}

static void on_key(void *ctx, char key)
{
    struct program *p = ctx;
    if (key == '?') {
        end_line(p);
        fprintf(stderr, "%s", keys_help);
    } else if (key == 'a' || key == '\n') {
        phone_answer(p->phone);
    } else if (key == 'h') {
        phone_hangup(p->phone);
    } else if (key == 'q') {
        stop(p);
    } else if (phone_line(p->phone)) {
        press_in_call(p, phone_line(p->phone), key);
    }
}

static struct line *view_line(void *ctx)
{
    return phone_line(((struct program *)ctx)->phone);
}

static const char *view_peer(void *ctx)
{
    return phone_peer(((struct program *)ctx)->phone);
}

// Of the terminal's keys those that the window has no other use for now: A is a knob's, too.
static bool view_pressed(void *ctx, char key)
{
    const struct program *p = ctx;
    if (!strchr(phone_line(p->phone) ? "mh" : "ah", key))
        return false;
    on_key(ctx, key);
    return true;
}

static bool open_view(struct program *p, struct line_config *line)
{
    char why[CLI_WHY_MAX];
    const struct call_view_config config = {
        .loop = p->loop,
        .lang = pane_lang(&p->options.lang),
        .line = view_line,
        .peer = view_peer,
        .pressed = view_pressed,
        .closed = on_interrupt,
        .ctx = p,
    };
    if (!p->options.window || (p->view = call_view_open(&config, line, &p->wish, why, sizeof why)))
        return true;
    fprintf(stderr, "voz-call: --window: %s\n", why);
    return false;
}

static void print_name(void *ctx, const char *name)
{
    printf("%s%s\n", (const char *)ctx, name);
}

static void pass_name(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
}

static int list_devices(void)
{
    static char mic[] = "--mic ", speaker[] = "--speaker ";
    size_t found = capture_list(print_name, mic);
    found += sound_list(print_name, speaker);
    if (!found)
        fprintf(stderr, "There are no sound devices. --in and --out do without.\n");
    return CLI_DONE;
}

static struct phone_config configure(struct program *p, const struct sender_options *sender,
                                     const struct receiver_options *receiver, const char *source)
{
    const struct call_options *o = &p->options;
    struct phone_config config = {
        .line =
            {
                .loop = p->loop,
                .call = {.patience = o->timeout},
                .source = source,
                .loop_source = o->loop,
                .echo = o->echo,
                .device = o->speaker,
                .silent = o->out && !o->speaker,
                .file = p->file,
                .record = p->record,
                .pictures = p->wish.source || p->wish.file || p->options.window ? &p->wish : NULL,
                .netem = &o->netem,
                .seed = loop_entropy(),
            },
        .local = o->listen.local,
        .user = o->user,
        .account = o->account,
        .password = *o->password ? o->password : NULL,
        .answer = o->answer == CALL_ANSWER_AUTO,
        .ring = o->ring,
        .seed = loop_entropy(),
        .say = say,
        .up = on_up,
        .over = on_over,
        .ctx = p,
    };
    struct call_config *call = &config.line.call;
    sender_options_apply(sender, &call->sender);
    receiver_options_apply(receiver, &call->receiver);
    call->sender.wall_clock = loop_wall_clock();
    call->sender.seed = loop_entropy();
    call->receiver.seed = loop_entropy();
    sender_options_film(sender, &p->wish.film);
    p->wish.film.wall_clock = call->sender.wall_clock;
    config.offer = (struct offer_ours){
        .gives_pictures = p->wish.source,
        .red = sender->red != ADAPT_RED_OFF || !receiver->no_red,
        .again = sender->nack != SENDER_NACK_OFF && !receiver->no_nack,
        .fec = !receiver->no_fec,
        .stereo = sender->voice.channels == 2,
        .ptime = usec_from_units(sender->voice.frame_samples, VOICE_RATE),
        .narrow = p->options.narrowband,
        .direction = SDP_SENDRECV,
    };
    return config;
}

static bool open_phone(struct program *p, const struct sender_options *sender,
                       const struct receiver_options *receiver, const char *source)
{
    char why[CLI_WHY_MAX];
    struct phone_config config = configure(p, sender, receiver, source);
    if (!open_view(p, &config.line))
        return false;
    p->phone = phone_open(&config, why, sizeof why);
    if (!p->phone && p->options.listen.any && errno == EAFNOSUPPORT) {
        listen_without_v6(&p->options.listen);
        config.local = p->options.listen.local;
        p->phone = phone_open(&config, why, sizeof why);
    }
    if (!p->phone)
        fprintf(stderr, "voz-call: %s\n", why);
    return p->phone;
}

static bool open_file(const char *path, int channels, struct audio_writer **file)
{
    char why[AUDIO_TEXT];
    if (!path)
        return true;
    *file = audio_writer_new(path, why, sizeof why);
    if (*file && (!channels || audio_writer_begin(*file, channels)))
        return true;
    fprintf(stderr, "voz-call: %s\n", *file ? audio_writer_fault(*file) : why);
    return false;
}

static bool open_pictures(struct program *p, const struct sender_options *sender)
{
    char why[PICTURES_TEXT];
    const struct pictures_config config = sender_options_pictures(sender, p->options.loop);
    p->wish.loss = p->options.video_loss;
    if ((!sender->video || (p->wish.source = pictures_open(&config, why, sizeof why))) &&
        (!p->options.video_output ||
         (p->wish.file = film_file_open(p->options.video_output, why, sizeof why))))
        return true;
    fprintf(stderr, "voz-call: %s\n", why);
    return false;
}

static void close_file(struct program *p, struct audio_writer *file)
{
    char why[AUDIO_TEXT];
    const char *fault = file ? audio_writer_fault(file) : NULL;
    if (fault)
        p->status = CLI_FAILED;
    if (fault && p->options.quiet) // else it was said when it happened
        fprintf(stderr, "voz-call: %s\n", fault);
    if (file && !audio_writer_close(file, why, sizeof why)) {
        fprintf(stderr, "voz-call: %s\n", why);
        p->status = CLI_FAILED;
    }
}

static void close_pictures(struct program *p)
{
    char why[PICTURES_TEXT];
    if (!film_file_close(p->wish.file, why, sizeof why)) {
        fprintf(stderr, "voz-call: %s\n", why);
        p->status = CLI_FAILED;
    }
    pictures_close(p->wish.source);
}

static void greet(const struct program *p)
{
    if (p->options.quiet)
        return;
    if (!*p->uri)
        fprintf(stderr, "Waiting for calls on port %u.\n", phone_port(p->phone));
    if (p->terminal && p->keys)
        fprintf(stderr, "%s", keys_help);
}

static bool is_stdin(const char *source)
{
    return source && strcmp(source, "-") == 0;
}

static int run(struct program *p, const struct sender_options *sender,
               const struct receiver_options *receiver, const char *source)
{
    p->loop = loop_new();
    if (!p->loop || !open_file(p->options.out, 0, &p->file) ||
        !open_file(p->options.record, 2, &p->record) || !open_pictures(p, sender) ||
        !open_phone(p, sender, receiver, source)) {
        p->status = CLI_FAILED;
    } else {
        loop_on_interrupt(p->loop, on_interrupt, p);
        loop_timer_init(&p->timer, p->loop, on_timer, p);
        loop_timer_init(&p->status_line, p->loop, on_status, p);
        p->terminal = isatty(STDERR_FILENO);
        if (!is_stdin(source) && !is_stdin(sender->video)) // standard input is not the source
            p->keys = keys_open(p->loop, on_key, p);
        greet(p);
        if (*p->uri)
            phone_call(p->phone, p->uri);
        loop_run(p->loop);
        loop_timer_set(&p->timer, USEC_NEVER);
        loop_timer_set(&p->status_line, USEC_NEVER);
        end_line(p);
        keys_close(p->keys);
    }
    phone_close(p->phone);
    call_view_close(p->view);
    close_file(p, p->file);
    close_file(p, p->record);
    close_pictures(p);
    loop_free(p->loop);
    return p->status;
}

// A file that cannot be read is better known of before somebody calls; so is a missing microphone, which
// may yet be plugged in.
static bool source_is_there(const struct program *p, const char *source)
{
    char why[INPUT_TEXT];
    struct stat kind;
    const struct input_config config = {.source = source, .channels = 1};
    if (strcmp(source, "-") == 0 || (stat(source, &kind) == 0 && S_ISFIFO(kind.st_mode)))
        return true; // can be read but once
    if (strncmp(source, "mic", 3) == 0 && (!source[3] || source[3] == ':')) {
        if (!capture_list(pass_name, NULL) && !p->options.quiet)
            fprintf(stderr, "There is no microphone here. --in FILE, --in speech and --in tone do "
                            "without.\n");
        return true;
    }
    struct input *input = input_open(&config, why, sizeof why);
    if (!input)
        fprintf(stderr, "voz-call: %s\n", why);
    input_close(input);
    return input;
}

static int check_and_run(struct program *p, const struct sender_options *sender,
                         const struct receiver_options *receiver, const struct cli *cli,
                         const char *target)
{
    char why[CLI_WHY_MAX], mic[256];
    const struct call_options *o = &p->options;
    const char *source = o->in ? o->in : "mic";
    if (o->list_devices)
        return list_devices();
    if (o->mic) {
        snprintf(mic, sizeof mic, "mic:%s", o->mic);
        source = mic;
    }
    if (!call_options_check(o, target, why) || !sender_options_check(sender, why) ||
        !receiver_options_check(receiver, why) || !input_check(source, why, sizeof why) ||
        (target && !call_options_uri(target, p->uri, why)))
        return cli_misused(cli, why);
    if (is_stdin(source) && is_stdin(sender->video))
        return cli_misused(
            cli, "--in - and --video -: both come on standard input. Use a file for one.");
    if (!source_is_there(p, source))
        return CLI_FAILED;
    if (target && !o->listens) // nobody but who is called needs to know the port
        address_set_port(&p->options.listen.local, 0);
    return run(p, sender, receiver, source);
}

int main(int argc, char **argv)
{
    struct program program = {0};
    struct sender_options sender;
    struct receiver_options receiver = {0};
    const char *operands[2];
    sender_options_default(&sender);
    call_options_default(&program.options);
    const struct cli_group groups[] = {
        {.title = "Options", .table = call_option_table, .options = &program.options},
        {.title = "What is said", .table = sender_option_table, .options = &sender},
        {.title = "What is shown", .table = sender_video_table, .options = &sender},
        {.title = "What is heard",
         .table = receiver_option_table,
         .options = &receiver,
         .prefix = "receiver-"},
        {0},
    };
    const struct cli cli = {
        .program = "voz-call",
        .summary = "a call: two people, both ways, over a bad network",
        .usage = "[options] [HOST[:PORT] | sip:USER@HOST[:PORT];transport=tcp]",
        .details = details,
        .more = more,
        .groups = groups,
        .operands_max = 1,
    };
    int status = cli_parse(&cli, argc, argv, operands);
    if (status < 0)
        status = check_and_run(&program, &sender, &receiver, &cli, operands[0]);
    path_spec_free(&program.options.netem);
    return status;
}
