// `voz-lab sockets`: see sockets_command.h.
#include "lab/io/sockets/sockets_command.h"

#include "lab/io/condition.h"
#include "lab/io/sockets/result.h"
#include "lab/io/source.h"
#include "lab/replay.h"
#include "media/io/audio.h"
#include "media/io/cli.h"
#include "media/io/input.h"
#include "media/io/path.h"
#include "media/io/textfile.h"
#include "media/netem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define KINDS       5
#define NETWORK     "loss 10% delay 40ms"
#define LATENCY     (100 * USEC_MS)
#define LATENCY_MAX 5000 // ms
#define FILE_MAX    4096 // octets of a name

static const struct socket_kind *const kinds[KINDS] = {&kind_stream, &kind_datagram, &kind_raw,
                                                       &kind_seqpacket, &kind_sctp};

struct options {
    const char *in, *out, *json;
    usec duration, latency;
    int lang;
};

struct tour {
    struct options options;
    struct condition condition;
    int16_t *said;
    size_t samples;
    struct sender_config sender;
    struct tape *tape;
    struct scorer *scorer;
    enum score_status unscored;
    struct textfile json;
    const struct socket_kind *chosen[KINDS];
    size_t count;
    struct trip *trips[KINDS];
    struct result results[KINDS];
    char whys[KINDS][LINK_WHY_MAX];
    char clips[KINDS][FILE_MAX];
    bool interrupted, failed;
};

static bool set_in(void *in, const char *value, char *why)
{
    return input_check(value, why, CLI_WHY_MAX) && cli_text(in, value, why);
}

static bool set_latency(void *latency, const char *value, char *why)
{
    static const struct cli_range range = {1, LATENCY_MAX, "ms"};
    double ms;
    if (!cli_number(value, &range, &ms, why))
        return false;
    *(usec *)latency = (usec)(ms * 1000);
    return true;
}

static bool set_lang(void *lang, const char *value, char *why)
{
    static const char *const words[] = {"en", "pt", NULL};
    return cli_word(value, words, lang, why);
}

#define AT(field) offsetof(struct options, field)
static const struct cli_option option_table[] = {
    {"out", "DIR",
     "write there what was said and heard (.wav) and what\n"
     "crossed the network (.pcap)",
     cli_text, AT(out)},
    {"latency", "MS", "what comes later than that is not heard (100)", set_latency, AT(latency)},
    {"in", "SOURCE", "what is said: an audio file, speech, speech:pt", set_in, AT(in)},
    {"duration", "S", "say only the first S seconds", source_duration, AT(duration)},
    {"lang", "en|pt", "the language of all that is printed, and of the speech", set_lang, AT(lang)},
    {"json", "FILE", "write the figures there, as JSON (-: standard output)", cli_text, AT(json)},
    {0},
};
#undef AT

static const char details[] =
    "One speech crosses the same bad network, on the real kernel, through each kind of\n"
    "socket: stream (TCP), datagram (UDP), raw (the program writes the headers), and\n"
    "seqpacket (messages in order). What of it was heard, and why, is told in plain\n"
    "words. The code is in lab/io/sockets: a page for each kind.\n";

static const char more[] =
    "Without KINDs it is all of them. The network is 'loss 10% delay 40ms' unless you say\n"
    "another one. Root is not needed; see voz-lab link.\n"
    "\n"
    "Examples:\n"
    "  voz-lab sockets --netem 'loss 10% delay 40ms' --out tour\n"
    "  voz-lab sockets --netem 'loss 5% delay 150ms' --lang pt stream datagram\n"
    "\n"
    "Exit status: 0 done, 1 failed, 2 misused.\n";

#define SAY(t, text, ...)                                     \
    tour_say(stdout, (enum tour_lang)(t)->options.lang, text, \
             (const char *const[]){__VA_ARGS__, NULL})

static void fail(struct tour *t, const char *why)
{
    fprintf(stderr, "voz-lab sockets: %s\n", why);
    t->failed = true;
}

// ---- what is said ---------------------------------------------------------------------------------

// Nothing is repaired but by the sockets themselves.
static bool record(struct tour *t)
{
    char why[INPUT_TEXT];
    struct source_config config = {
        .name = t->options.in, .channels = 1, .duration = t->options.duration};
    struct sim_config sim = {0};
    t->condition.sender.fec = ADAPT_FEC_OFF;
    t->condition.sender.red = ADAPT_RED_OFF;
    t->condition.sender.nack = SENDER_NACK_OFF;
    condition_apply(&t->condition, &sim);
    t->sender = sim.sender;
    t->said = source_load(&config, &t->samples, why, sizeof why);
    if (!t->said) {
        fail(t, why);
        return false;
    }
    struct replay replay = {.pcm = t->said, .samples = t->samples, .channels = 1};
    struct feed_source feed = replay_feed(&replay);
    t->tape = tape_record(&t->sender, &feed);
    t->scorer = scorer_new(t->said, t->samples, 1, &t->unscored);
    if (!t->tape)
        fail(t, "no memory for the speech");
    return t->tape;
}

static const char *spec_text(const struct tour *t, const struct impair_spec *way, char *text,
                             size_t cap)
{
    netem_print(way, text, cap);
    return *text ? text : tour_text((enum tour_lang)t->options.lang, TOUR_CLEAN);
}

static void introduce(struct tour *t)
{
    struct sender_stats stats = tape_stats(t->tape);
    char seconds[32], messages[32], octets[32], latency[32], spec[NETEM_TEXT_MAX];
    snprintf(seconds, sizeof seconds, "%.0f", (double)t->samples / VOICE_RATE);
    snprintf(messages, sizeof messages, "%llu", (unsigned long long)stats.packets);
    snprintf(octets, sizeof octets, "%llu",
             (unsigned long long)(stats.packets ? 12 + stats.octets / stats.packets : 0));
    snprintf(latency, sizeof latency, "%.4g", usec_to_ms(t->options.latency));
    SAY(t, TOUR_SAID, seconds, messages, octets);
    SAY(t, TOUR_NETWORK, spec_text(t, &t->condition.network.forward, spec, sizeof spec));
    SAY(t, TOUR_BACK, spec_text(t, &t->condition.network.back, spec, sizeof spec));
    SAY(t, TOUR_LATENCY, latency);
    SAY(t, TOUR_SPEAKING, seconds);
    fflush(stdout);
}

// ---- the trips ------------------------------------------------------------------------------------

static bool has_sctp(void)
{
    int fd = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool is_asked_for(const struct socket_kind *kind, const char *const *names)
{
    const char *name = kind == &kind_sctp ? kind_seqpacket.name : kind->name;
    for (size_t i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return !names[0];
}

static const char *unknown_kind(const char *const *names)
{
    for (size_t i = 0; names[i]; i++) {
        bool known = false;
        for (size_t k = 0; k < KINDS; k++)
            known |= strcmp(names[i], kinds[k]->name) == 0 && kinds[k] != &kind_sctp;
        if (!known)
            return names[i];
    }
    return NULL;
}

static void choose(struct tour *t, const char *const *names)
{
    for (size_t k = 0; k < KINDS; k++) {
        if (!is_asked_for(kinds[k], names))
            continue;
        if (kinds[k] != &kind_sctp || has_sctp())
            t->chosen[t->count++] = kinds[k];
        else
            SAY(t, TOUR_NO_SCTP, NULL);
    }
}

static void set_out(struct tour *t)
{
    if (!t->options.out || mkdir(t->options.out, 0777) == 0 || errno == EEXIST)
        return;
    char why[FILE_MAX];
    snprintf(why, sizeof why, "cannot make the folder %s: %s", t->options.out, strerror(errno));
    fail(t, why);
}

static bool travel(struct tour *t)
{
    const struct condition_network *n = &t->condition.network;
    struct link *links[KINDS];
    char pcap[FILE_MAX];
    for (size_t i = 0; i < t->count; i++) {
        snprintf(pcap, sizeof pcap, "%s/%s.pcap", t->options.out, t->chosen[i]->name);
        struct trip_config config = {
            .kind = t->chosen[i],
            .tape = t->tape,
            .way = {n->forward, n->back},
            .seed = n->seed,
            .pcap = t->options.out && !t->chosen[i]->local ? pcap : NULL,
        };
        t->trips[i] = trip_start(&config, t->whys[i]);
        if (!t->trips[i]) { // so will the others
            fail(t, t->whys[i]);
            return false;
        }
        links[i] = trip_link(t->trips[i]);
    }
    link_wait(links, t->count);
    return true;
}

// ---- what came of it ------------------------------------------------------------------------------

static void write_clip(struct tour *t, const char *path, const int16_t *pcm, size_t samples)
{
    char why[AUDIO_TEXT];
    struct audio_writer *w = audio_writer_new(path, why, sizeof why);
    if (!w) {
        fail(t, why);
        return;
    }
    if (!audio_writer_begin(w, 1) || !audio_write(w, pcm, samples))
        fail(t, audio_writer_fault(w));
    else if (audio_writer_close(w, why, sizeof why))
        return;
    else
        fail(t, why);
}

static void score(struct tour *t, struct result *r)
{
    usec least = r->figures.delay_least + t->options.latency - USEC_SECOND / 2;
    size_t late = least > 0 ? (size_t)usec_to_units(least, VOICE_RATE) : 0;
    r->scored = t->unscored;
    if (t->scorer)
        r->scored = scorer_run_late(t->scorer, r->heard.pcm, r->heard.samples, 1, late, &r->score);
}

static bool judge(struct tour *t, const struct trip *trip, struct result *r)
{
    const struct arrivals_play play = {t->tape, t->sender.payload_type, 1, t->options.latency};
    struct arrival *arrivals = calloc(r->notes.count + 1, sizeof *arrivals);
    if (!arrivals)
        return false;
    for (size_t i = 0; i < r->notes.count; i++)
        arrivals[i] = trip_arrival(trip, i);
    if (arrivals[0].data && arrivals[0].len <= sizeof r->message) {
        r->message_len = arrivals[0].len;
        memcpy(r->message, arrivals[0].data, r->message_len);
    }
    bool whole = arrivals_judge(t->tape, arrivals, r->notes.count, &r->figures) &&
                 arrivals_play(&play, arrivals, r->notes.count, &r->heard, &r->receiver);
    free(arrivals);
    if (whole)
        score(t, r);
    return whole;
}

static void conclude(struct tour *t, size_t i)
{
    struct result *r = &t->results[i];
    r->kind = t->chosen[i];
    r->notes = *trip_notes(t->trips[i]);
    r->link = *link_outcome(trip_link(t->trips[i]));
    t->interrupted |= r->link.interrupted;
    if (r->link.why[0] || r->notes.why[0]) {
        r->why = r->link.why[0] ? r->link.why : r->notes.why;
        t->failed = true;
    } else if (!judge(t, t->trips[i], r)) {
        r->why = "no memory";
        t->failed = true;
    }
    if (t->options.out && !r->why && r->heard.samples) {
        snprintf(t->clips[i], FILE_MAX, "%s/%s.wav", t->options.out, r->kind->name);
        r->clip = t->clips[i];
        write_clip(t, r->clip, r->heard.pcm, r->heard.samples);
    }
}

static void write_figures(struct tour *t)
{
    json_t *all = json_array();
    for (size_t i = 0; i < t->count; i++)
        json_array_append_new(all, result_json(&t->results[i]));
    if (json_array_size(all) != t->count) {
        fail(t, "no memory for the figures");
    } else if (!textfile_json(&t->json, all) || !textfile_close(&t->json)) {
        textfile_fault(&t->json);
        t->failed = true;
    }
    json_decref(all);
}

static void tell(struct tour *t)
{
    enum tour_lang lang = (enum tour_lang)t->options.lang;
    for (size_t i = 0; i < t->count; i++)
        conclude(t, i);
    if (t->interrupted)
        return;
    for (size_t i = 0; i < t->count; i++)
        result_print(stdout, lang, &t->results[i]);
    result_table(stdout, lang, t->results, t->count);
    if (t->options.json)
        write_figures(t);
    if (fflush(stdout) != 0)
        fail(t, strerror(errno));
}

// ---- all of it ------------------------------------------------------------------------------------

static int tour(struct tour *t, const char *const *names)
{
    char said[FILE_MAX];
    set_out(t);
    t->json = (struct textfile){"voz-lab sockets", "json", t->options.json, NULL};
    if (t->failed || !textfile_open(&t->json) || !record(t))
        return CLI_FAILED;
    choose(t, names);
    introduce(t);
    if (t->options.out) {
        snprintf(said, sizeof said, "%s/said.wav", t->options.out);
        write_clip(t, said, t->said, t->samples);
    }
    if (!t->failed && travel(t))
        tell(t);
    return t->failed || t->interrupted ? CLI_FAILED : CLI_DONE;
}

static void forget(struct tour *t)
{
    for (size_t i = 0; i < t->count; i++) {
        trip_free(t->trips[i]);
        heard_free(&t->results[i].heard);
    }
    textfile_close(&t->json);
    scorer_free(t->scorer);
    tape_free(t->tape);
    free(t->said);
    condition_free(&t->condition);
}

int sockets_main(int argc, char **argv)
{
    struct tour *t = calloc(1, sizeof *t);
    const char *operands[KINDS + 1];
    char why[CLI_WHY_MAX];
    struct cli_group network[CONDITION_GROUPS];
    if (!t)
        return CLI_FAILED;
    t->options.latency = LATENCY;
    condition_default(&t->condition);
    condition_groups(&t->condition, network);
    const struct cli_group groups[] = {
        {.title = "Options", .table = option_table, .options = &t->options}, network[0], {0}};
    const struct cli cli = {
        .program = "voz-lab sockets",
        .summary = "one speech through every kind of socket",
        .usage = "[options] [KIND...]",
        .details = details,
        .more = more,
        .groups = groups,
        .operands_max = KINDS,
    };
    int status = cli_parse(&cli, argc, argv, operands);
    struct condition_network *n = &t->condition.network;
    if (status < 0 && !n->has_forward && !n->has_trace)
        path_spec(NETWORK, &n->forward, why, sizeof why);
    if (!t->options.in)
        t->options.in = t->options.lang == TOUR_PT ? "speech:pt" : "speech";
    if (status < 0 && unknown_kind(operands)) {
        snprintf(why, sizeof why,
                 "no such kind: %.100s; there are stream, datagram, raw, seqpacket",
                 unknown_kind(operands));
        status = cli_misused(&cli, why);
    } else if (status < 0 && !condition_complete(&t->condition, why)) {
        status = cli_misused(&cli, why);
    }
    if (status < 0)
        status = tour(t, operands);
    forget(t);
    free(t);
    return status;
}
