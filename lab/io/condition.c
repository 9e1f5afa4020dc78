// The condition of one run: see condition.h.
#include "lab/io/condition.h"

#include "media/io/path.h"
#include "media/netem.h"

#include <stdio.h>
#include <string.h>

static bool set_forward(void *network, const char *value, char *why)
{
    struct condition_network *n = network;
    path_spec_free(&n->forward);
    n->has_forward = path_option(&n->forward, value, why);
    return n->has_forward;
}

static bool set_back(void *network, const char *value, char *why)
{
    struct condition_network *n = network;
    path_spec_free(&n->back);
    n->same_back = strcmp(value, "same") == 0;
    if (n->same_back)
        return true;
    n->has_back = path_option(&n->back, value, why);
    return n->has_back;
}

static bool set_trace(void *network, const char *value, char *why)
{
    struct condition_network *n = network;
    char spec[sizeof "trace " + IMPAIR_TRACE_FILE];
    if (strlen(value) >= IMPAIR_TRACE_FILE) {
        snprintf(why, CLI_WHY_MAX, "the name is too long (most: %d octets)", IMPAIR_TRACE_FILE - 1);
        return false;
    }
    if (value[strcspn(value, " \t\n")]) { // the words of netem, of which it becomes one, have none
        snprintf(why, CLI_WHY_MAX, "a trace's name cannot have blanks in it: rename the file");
        return false;
    }
    snprintf(spec, sizeof spec, "trace %s", value);
    path_spec_free(&n->forward);
    n->has_trace = path_spec(spec, &n->forward, why, CLI_WHY_MAX);
    return n->has_trace;
}

static bool set_seed(void *network, const char *value, char *why)
{
    struct condition_network *n = network;
    static const struct cli_range range = {0, 1e15, NULL};
    int64_t number;
    if (!cli_integer(value, &range, &number, why))
        return false;
    n->seed = (uint64_t)number;
    n->has_seed = true;
    return true;
}

const char *condition_transport(enum network_transport transport)
{
    return transport == NETWORK_TCP ? "tcp" : "udp";
}

static bool set_transport(void *network, const char *value, char *why)
{
    struct condition_network *n = network;
    n->transport = strcmp(value, "tcp") == 0 ? NETWORK_TCP : NETWORK_UDP;
    if (strcmp(value, condition_transport(n->transport)) == 0)
        return true;
    snprintf(why, CLI_WHY_MAX, "must be udp or tcp");
    return false;
}

static const struct cli_option network_option_table[] = {
    {"netem", "SPEC",
     "the network, in the words of tc netem:\n"
     "'delay 40ms 10ms loss 5% 25%', 'loss gemodel 2% 20%'\n"
     "(see the man page)",
     set_forward, 0},
    {"trace", "FILE",
     "the network as it was recorded: a CSV of\n"
     "seq,send_ms,recv_ms",
     set_trace, 0},
    {"back", "SPEC",
     "the network for what the receiver says back, as\n"
     "--netem (the same delay, no loss); same: all that\n"
     "--netem says",
     set_back, 0},
    {"transport", "udp|tcp",
     "how packets cross it (udp); tcp: on one connection, whose\n"
     "kernel sends again what is lost, and whose segments and\n"
     "acknowledgments meet --netem and --back",
     set_transport, 0},
    {"seed", "N", "of all that is random in the network (1)", set_seed, 0},
    {0},
};

void condition_groups(struct condition *c, struct cli_group groups[CONDITION_GROUPS])
{
    groups[0] = (struct cli_group){
        .title = "The network", .table = network_option_table, .options = &c->network};
    groups[1] = (struct cli_group){
        .title = "The sender", .table = sender_option_table, .options = &c->sender};
    groups[2] = (struct cli_group){.title = "The receiver",
                                   .table = receiver_option_table,
                                   .options = &c->receiver,
                                   .prefix = "receiver-"};
    groups[3] = (struct cli_group){0};
}

void condition_default(struct condition *c)
{
    *c = (struct condition){.network.seed = 1};
    sender_options_default(&c->sender);
}

void condition_free(struct condition *c)
{
    path_spec_free(&c->network.forward);
    if (!c->network.same_back) // else the trace is that of the way forward
        path_spec_free(&c->network.back);
}

// The delay that nothing in the network goes below.
static usec least_delay(const struct impair_spec *spec)
{
    usec least = USEC_NEVER;
    if (!spec->trace)
        return spec->delay;
    for (size_t i = 0; i < spec->trace->count; i++)
        least = usec_min(least, spec->trace->delay[i]);
    return least == USEC_NEVER ? 0 : least;
}

void condition_back(struct condition_network *n)
{
    if (n->same_back)
        n->back = n->forward;
    else if (!n->has_back)
        n->back = (struct impair_spec){.delay = least_delay(&n->forward)};
}

bool condition_complete(struct condition *c, char *why)
{
    struct condition_network *n = &c->network;
    if (n->has_forward && n->has_trace) {
        snprintf(why, CLI_WHY_MAX,
                 "--netem and --trace both say what the network does. Use one of them.");
        return false;
    }
    if (n->has_seed && n->forward.has_seed && n->seed != n->forward.seed) {
        snprintf(why, CLI_WHY_MAX, "--seed and the seed in --netem differ. Use one of them.");
        return false;
    }
    if (n->forward.has_seed)
        n->seed = n->forward.seed;
    condition_back(n);
    return sender_options_check(&c->sender, why) && receiver_options_check(&c->receiver, why);
}

void condition_apply(const struct condition *c, struct sim_config *config)
{
    struct sender_config sender = {0};
    sender_options_apply(&c->sender, &sender);
    config->sender = sim_sender_config(&sender);
    receiver_options_apply(&c->receiver, &config->receiver);
    config->forward = &c->network.forward;
    config->back = &c->network.back;
    config->seed = c->network.seed;
    config->transport = c->network.transport;
}

// As --red has it. `text`: 16 octets.
static const char *red_words(const struct sender_options *o, char *text)
{
    if (o->red != ADAPT_RED_FIXED)
        return o->red == ADAPT_RED_OFF ? "off" : "auto";
    snprintf(text, 16, "%d:%d", o->shape.depth, o->shape.spacing);
    return text;
}

static json_t *video_json(const struct condition *c)
{
    const struct sender_options *o = &c->sender;
    struct film_config film = {0};
    char size[32] = "", fps[32] = "";
    sender_options_film(o, &film);
    if (o->width)
        snprintf(size, sizeof size, "%dx%d", o->width, o->height);
    if (o->fps_num)
        snprintf(fps, sizeof fps, "%d/%d", o->fps_num, o->fps_den);
    return json_pack("{s:s, s:s*, s:s*, s:i, s:s}", "video", o->video, "size", *size ? size : NULL,
                     "fps", *fps ? fps : NULL, "video_bitrate", film.video.bitrate, "video_loss",
                     c->video_loss == SCREEN_SHOW ? "show" : "freeze");
}

json_t *condition_json(const struct condition *c)
{
    static const char *const applications[] = {
        [VOICE_VOIP] = "voip", [VOICE_AUDIO] = "audio", [VOICE_LOWDELAY] = "lowdelay"};
    static const char *const fecs[] = {
        [ADAPT_FEC_OFF] = "off", [ADAPT_FEC_ON] = "on", [ADAPT_FEC_AUTO] = "auto"};
    static const char *const conceals[] = {
        [RENDER_PLC] = "plc", [RENDER_REPEAT] = "repeat", [RENDER_SILENCE] = "silence"};
    char netem[NETEM_TEXT_MAX], back[NETEM_TEXT_MAX];
    struct sender_config sender = {0};
    sender_options_apply(&c->sender, &sender);
    netem_print(&c->network.forward, netem, sizeof netem);
    netem_print(&c->network.back, back, sizeof back);
    char red[16];
    char codec[64]; // as --mos-codec has it; left out where none was named
    snprintf(codec, sizeof codec, "%.9g,%.9g", c->receiver.codec.ie, c->receiver.codec.bpl);
    json_t *json = json_pack(
        "{s:s, s:s, s:I, s:i, s:i, s:f, s:i, s:s, s:i, s:s, s:s, s:i, s:s, s:b, s:f, s:s, s:s, "
        "s:s, "
        "s:s, s:s*}",
        "netem", netem, "back", back, "seed", (json_int_t)c->network.seed, "bitrate",
        sender.limits.bitrate, "max_bitrate", sender.limits.max_bitrate, "frame_ms",
        sender.voice.frame_samples * 1000.0 / VOICE_RATE, "complexity", sender.voice.complexity,
        "application", applications[sender.voice.application], "channels", sender.voice.channels,
        "fec", fecs[c->sender.fec], "red", red_words(&c->sender, red), "red_bitrate",
        c->sender.copy_bitrate, "nack", c->sender.nack == SENDER_NACK_OFF ? "off" : "auto", "dtx",
        sender.voice.dtx, "latency_ms", usec_to_ms(c->receiver.latency), "conceal",
        conceals[c->receiver.conceal], "receiver_fec", c->receiver.no_fec ? "off" : "on",
        "receiver_red", c->receiver.no_red ? "off" : "on", "receiver_nack",
        c->receiver.no_nack ? "off" : "on", "mos_codec", c->receiver.rated ? codec : NULL);
    if (json && c->network.same_back)
        json_object_set_new(json, "back_same", json_true());
    else if (json && c->network.has_back) // else it follows from netem
        json_object_set_new(json, "back_said", json_true());
    if (json && c->network.transport == NETWORK_TCP)
        json_object_set_new(json, "transport", json_string("tcp"));
    if (json && c->receiver.latency_max)
        json_object_set_new(json, "latency_max_ms", json_real(usec_to_ms(c->receiver.latency_max)));
    if (json && c->receiver.latency_price)
        json_object_set_new(json, "latency_price_ms",
                            json_real(usec_to_ms(c->receiver.latency_price)));
    if (json && c->sender.video)
        json_object_update_new(json, video_json(c));
    return json;
}
