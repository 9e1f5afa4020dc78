// The options of voz-call: see options.h.
#include "call/options.h"

#include "media/io/path.h"
#include "receiver/options.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define TIMEOUT (20 * USEC_SECOND)

static bool set_listen(void *options, const char *value, char *why)
{
    struct call_options *o = options;
    o->listens = true;
    return listen_option(&o->listen, value, why);
}

static bool set_answer(void *answer, const char *value, char *why)
{
    static const char *const words[] = {"key", "auto", NULL};
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    *(enum call_answer *)answer = index ? CALL_ANSWER_AUTO : CALL_ANSWER_KEY;
    return true;
}

static bool set_switch(void *on, const char *value, char *why)
{
    static const char *const words[] = {"off", "on", NULL};
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    *(bool *)on = index;
    return true;
}

static bool set_duration(void *duration, const char *value, char *why)
{
    return cli_seconds(value, 24 * 3600, duration, why);
}

static bool set_timeout(void *timeout, const char *value, char *why)
{
    *(usec *)timeout = 0;
    return strcmp(value, "off") == 0 || cli_seconds(value, 3600, timeout, why);
}

// It becomes a part of our address, RFC 3261 25.1: user.
static bool set_user(void *user, const char *value, char *why)
{
    size_t len = strlen(value);
    if (!len || len > 64 ||
        strspn(value,
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()&=+$") !=
            len) {
        snprintf(why, CLI_WHY_MAX, "must be 1 to 64 letters, digits or marks like . - _");
        return false;
    }
    *(const char **)user = value;
    return true;
}

// Its user is who we are.
static bool set_register(void *options, const char *value, char *why)
{
    struct call_options *o = options;
    struct sip_uri uri;
    if (!sip_uri_parse(&uri, slice_of(value)) || uri.secure || !uri.user.len ||
        !slice_copy(uri.user, o->account_user, sizeof o->account_user)) {
        snprintf(why, CLI_WHY_MAX, "must be an account: sip:USER@SERVER[:PORT]");
        return false;
    }
    o->account = value;
    return set_user(&o->user, o->account_user, why);
}

// In a file, since all users of a machine see what is on a command line.
static bool set_password(void *options, const char *value, char *why)
{
    struct call_options *o = options;
    FILE *file = fopen(value, "r");
    bool read = file && fgets(o->password, sizeof o->password, file);
    if (file)
        fclose(file);
    o->password[strcspn(o->password, "\r\n")] = '\0';
    if (!read || !*o->password) {
        snprintf(why, CLI_WHY_MAX, "must be a file whose first line is the password");
        return false;
    }
    return true;
}

const struct cli_option call_option_table[] = {
    {"listen", "[ADDR:]PORT",
     "where calls come to (5060, on every address of this\n"
     "machine; of who calls: any free port)",
     set_listen, 0},
    {"answer", "key|auto", "answer when a key is pressed, or at once (key)", set_answer,
     offsetof(struct call_options, answer)},
    {"ring", "SECONDS", "how long a call rings before it is refused (180)", set_duration,
     offsetof(struct call_options, ring)},
    {"user", "NAME", "who we are to others: sip:NAME@address (voz)", set_user,
     offsetof(struct call_options, user)},
    {"register", "SIP-URI",
     "the account sip:USER@SERVER[:PORT] to register with, so\n"
     "that others reach us by way of SERVER",
     set_register, 0},
    {"password-file", "FILE", "the account's password is its first line", set_password, 0},
    {"in", "SOURCE",
     "what is said: a FILE, - (a WAV on standard input),\n"
     "speech, speech:pt, tone, tone:HZ, mic, mic:DEVICE (mic);\n"
     "when it is over silence follows",
     cli_text, offsetof(struct call_options, in)},
    {"mic", "DEVICE", "say what this microphone hears", cli_text,
     offsetof(struct call_options, mic)},
    {"echo", "on|off",
     "take the loudspeaker's sound out of the microphone's;\n"
     "off: with a headset it can be left out (on)",
     set_switch, offsetof(struct call_options, echo.cancel)},
    {"noise", "on|off", "suppress the noise around a microphone (on)", set_switch,
     offsetof(struct call_options, echo.noise)},
    {"gain", "on|off", "make soft and loud voices alike, of a microphone (on)", set_switch,
     offsetof(struct call_options, echo.gain)},
    {"loop", NULL, "play the source again and again", cli_flag,
     offsetof(struct call_options, loop)},
    {"out", "FILE",
     "write what is heard there (.wav, .flac, .ogg, .opus);\n"
     "no device is used then, unless --speaker names one",
     cli_text, offsetof(struct call_options, out)},
    {"speaker", "DEVICE", "play it there; null: nowhere (the default device)", cli_text,
     offsetof(struct call_options, speaker)},
    {"record", "FILE", "write both there: left who is here, right who is there", cli_text,
     offsetof(struct call_options, record)},
    {"video-output", "FILE",
     "write the pictures that are seen there: .y4m\n"
     "(YUV4MPEG2); they may send some, then",
     receiver_set_video_output, offsetof(struct call_options, video_output)},
    {"video-loss", "freeze|show",
     "where packets of pictures are lost for good: the last\n"
     "whole picture stays until there is a new one, or the\n"
     "damage is shown (freeze)",
     receiver_set_video_loss, offsetof(struct call_options, video_loss)},
    {"window", NULL,
     "show what the network does and whom one sees, in a\n"
     "window with knobs to turn it by mouse and keys\n"
     "(? lists them); a answers, m mutes, h hangs up",
     cli_flag, offsetof(struct call_options, window)},
    {"lang", "en|pt", "the language of the window (the locale's)", pane_set_lang,
     offsetof(struct call_options, lang)},
    {"narrowband", NULL, "offer and take G.711 only, as an old phone does", cli_flag,
     offsetof(struct call_options, narrowband)},
    {"netem", "SPEC",
     "a bad network both ways, in the words of tc netem:\n"
     "'delay 40ms 10ms loss 5% 25%' (see the man page)",
     path_option, offsetof(struct call_options, netem)},
    {"duration", "SECONDS", "hang up when the call has lasted so long", set_duration,
     offsetof(struct call_options, duration)},
    {"timeout", "SECONDS|off", "hang up when nothing has come for so long (20)", set_timeout,
     offsetof(struct call_options, timeout)},
    {"once", NULL, "end after the first call", cli_flag, offsetof(struct call_options, once)},
    {"list-devices", NULL, "name the microphones and the loudspeakers, and end", cli_flag,
     offsetof(struct call_options, list_devices)},
    {"quiet", NULL, "say nothing but errors", cli_flag, offsetof(struct call_options, quiet)},
    {"verbose", NULL, "say more", cli_flag, offsetof(struct call_options, verbose)},
    {0},
};

void call_options_default(struct call_options *options)
{
    char why[CLI_WHY_MAX];
    *options = (struct call_options){
        .user = "voz", .echo = {.cancel = true, .noise = true, .gain = true}, .timeout = TIMEOUT};
    listen_option(&options->listen, "5060", why);
}

static bool is_same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

bool call_options_check(const struct call_options *o, bool calls, char *why)
{
    if (o->in && o->mic) {
        snprintf(why, CLI_WHY_MAX, "--in and --mic both say what is said. Use one of the two.");
        return false;
    }
    if (is_same(o->in, o->out) || is_same(o->in, o->record) || is_same(o->out, o->record)) {
        snprintf(why, CLI_WHY_MAX, "%s cannot be two of --in, --out and --record.",
                 is_same(o->in, o->out) ? o->in : o->record);
        return false;
    }
    if (o->lang.said && !o->window) {
        snprintf(why, CLI_WHY_MAX, "--lang is the language of --window. Use both, or none.");
        return false;
    }
    if (o->video_loss != SCREEN_FREEZE && !o->window && !o->video_output) {
        snprintf(why, CLI_WHY_MAX,
                 "--video-loss is of the pictures that are seen, and none are. Add --window or "
                 "--video-output FILE.y4m.");
        return false;
    }
    if (calls && (o->answer == CALL_ANSWER_AUTO || o->ring)) {
        snprintf(why, CLI_WHY_MAX, "--%s is for who waits for calls; here one is made.",
                 o->ring ? "ring" : "answer");
        return false;
    }
    return true;
}

// HOST or HOST:PORT, an IPv6 address without brackets getting them.
static void write_host(struct text *t, struct slice host)
{
    size_t colon = slice_find(host, ':');
    bool bare_v6 = host.at[0] != '[' && colon < host.len &&
                   slice_find(slice_from(host, colon + 1), ':') < host.len - colon - 1;
    text_add(t, bare_v6 ? "[" : "");
    text_slice(t, host);
    text_add(t, bare_v6 ? "]" : "");
}

bool call_options_uri(const char *argument, char uri[SIP_URI_MAX], char *why)
{
    struct text t = text_of(uri, SIP_URI_MAX);
    struct slice rest = slice_of(argument), user;
    struct sip_uri parsed;
    struct slice transport;
    if (slice_starts_nocase(rest, "sip:") || slice_starts_nocase(rest, "sips:")) {
        text_slice(&t, rest);
    } else if (rest.len) {
        text_add(&t, "sip:");
        if (slice_find(rest, '@') < rest.len) {
            slice_cut(&rest, '@', &user);
            text_slice(&t, user);
            text_add(&t, "@");
        }
        if (rest.len)
            write_host(&t, rest);
        text_add(&t, ";transport=tcp");
    }
    if (t.failed || !sip_uri_parse(&parsed, text_written(&t)) || parsed.secure) {
        snprintf(why, CLI_WHY_MAX,
                 "%.128s: not an address to call. Name HOST, HOST:PORT, USER@HOST, "
                 "or sip:USER@HOST[:PORT];transport=tcp.",
                 *argument ? argument : "''");
        return false;
    }
    transport = sip_parameter(parsed.parameters, "transport");
    if (transport.at && !slice_is_nocase(transport, "tcp")) {
        snprintf(why, CLI_WHY_MAX, "%.128s: voz-call speaks SIP over TCP only.", argument);
        return false;
    }
    return true;
}
