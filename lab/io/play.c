// One call in virtual time: see play.h.
#include "lab/io/play.h"

#include "lab/heard.h"
#include "lab/io/condition.h"
#include "lab/io/pcap_file.h"
#include "lab/io/play_call.h"
#include "lab/io/record.h"
#include "lab/io/reel.h"
#include "lab/io/source.h"
#include "lab/score.h"
#include "lab/sim.h"
#include "media/io/audio.h"
#include "media/io/cli.h"
#include "media/io/input.h"
#include "media/io/loop.h"
#include "media/io/textfile.h"
#include "media/voice.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRESS_STEP (10 * USEC_SECOND) // of virtual time between two looks at the clock
#define TELL_EVERY    (200 * USEC_MS)

struct play_options {
    const char *in, *in_back, *out, *video_out, *json, *log, *pcap;
    bool call, loop, no_score, quiet;
    usec duration;
};

static bool set_in(void *in, const char *value, char *why)
{
    if (strncmp(value, "mic", 3) == 0 && (!value[3] || value[3] == ':')) {
        snprintf(why, CLI_WHY_MAX, "virtual time does not wait for a microphone: name a file");
        return false;
    }
    return input_check(value, why, CLI_WHY_MAX) && cli_text(in, value, why);
}

#define AT(field) offsetof(struct play_options, field)
static const struct cli_option play_option_table[] = {
    {"in", "SOURCE",
     "what is said: an audio file, -, speech, speech:pt,\n"
     "tone, tone:HZ (speech), pattern (with --video pattern)",
     set_in, AT(in)},
    {"call", NULL,
     "a call: somebody answers, over the same network (or\n"
     "--back), and each way has its figures",
     cli_flag, AT(call)},
    {"in-back", "SOURCE", "what is said back in a call (speech:pt)", set_in, AT(in_back)},
    {"loop", NULL, "say it again and again, for --duration", cli_flag, AT(loop)},
    {"duration", "S", "say only the first S seconds", source_duration, AT(duration)},
    {"out", "FILE",
     "write what is heard: .wav, .flac, .ogg or .opus; it\n"
     "begins when the sender begins; of a call both ways,\n"
     "left what --in said, right what was said back",
     cli_text, AT(out)},
    {"video-out", "FILE", "write the pictures that are seen: .y4m (YUV4MPEG2)",
     receiver_set_video_output, AT(video_out)},
    {"json", "FILE", "write the figures there, as JSON (-: standard output)", cli_text, AT(json)},
    {"log", "FILE",
     "write every decision of the receiver and the sender\n"
     "there, a line of JSON each (-: standard output)",
     cli_text, AT(log)},
    {"pcap", "FILE", "write what crosses the network there, for Wireshark", cli_text, AT(pcap)},
    {"no-score", NULL, "do not compare what is heard with what was said", cli_flag, AT(no_score)},
    {"quiet", NULL, "say nothing but errors", cli_flag, AT(quiet)},
    {0},
};
#undef AT

static const char details[] =
    "Sends speech through a bad network to a receiver, all in virtual time: the code\n"
    "is that of voz-sender and voz-receiver, the clock is not. The same words give\n"
    "the same sound and the same figures, to the bit.\n";

static const char more[] =
    "Examples:\n"
    "  voz-lab play --netem 'loss 10%' --out heard.wav\n"
    "  voz-lab play --netem 'delay 50ms loss 10%' --transport tcp --out heard.wav\n"
    "  voz-lab play --in talk.wav --trace recorded.csv --json - --log why.jsonl\n"
    "\n"
    "Exit status: 0 done, 1 failed, 2 misused.\n";

// ---- the run -----------------------------------------------------------------------------------

struct play {
    struct play_options options;
    struct condition condition;
    struct source *source;
    struct heard heard; // for the score
    struct audio_writer *out;
    struct pcap_file *pcap;
    struct textfile log, json;
    struct film_file *film; // of what is seen; NULL: none
    struct reel *reel;      // NULL: there are no pictures
    struct sim *sim;
    bool failed; // an output could not be written; that was told
};

static void fail(struct play *p, const char *why)
{
    fprintf(stderr, "voz-lab: %s\n", why);
    p->failed = true;
}

static void on_sound(void *ctx, const int16_t *pcm, size_t samples, int channels)
{
    struct play *p = ctx;
    if (!p->options.no_score)
        heard_add(&p->heard, pcm, samples, channels);
    if (p->reel)
        reel_heard(p->reel, pcm, samples, channels);
    if (!p->out)
        return;
    bool begun = audio_writer_begun(p->out) || audio_writer_begin(p->out, channels);
    if (!begun || !audio_write(p->out, pcm, samples))
        fail(p, audio_writer_fault(p->out));
}

static void on_datagram(void *ctx, const struct sim_datagram *datagram)
{
    pcap_file_put(((struct play *)ctx)->pcap, datagram);
}

static const char *name_of(const struct receiver_decision *d)
{
    static const char *const names[] = {
        [PLAYOUT_PACKET] = "decoded", [PLAYOUT_FEC] = "fec", [PLAYOUT_CONCEAL] = "concealed"};
    return d->held                                     ? "held"
           : d->origin == PLAYOUT_COPY                 ? "red"
           : d->origin == PLAYOUT_AGAIN                ? "again"
           : d->kind == PLAYOUT_PACKET && d->shift > 0 ? "lengthened"
           : d->kind == PLAYOUT_PACKET && d->shift < 0 ? "shortened"
                                                       : names[d->kind];
}

static void on_decision(void *ctx, const struct sim_decision *decision)
{
    struct play *p = ctx;
    const struct receiver_decision *d = &decision->receiver;
    FILE *log = p->log.file;
    if (p->failed)
        return;
    bool packet = d->kind != PLAYOUT_CONCEAL;
    int n =
        fprintf(log,
                "{\"time_s\":%.6f,\"seq\":%u,\"played\":\"%s\",\"ms\":%.4g,\"shift_ms\":%.4g,"
                "\"delay_ms\":%.3f,\"wait_ms\":%.3f",
                (double)d->at / 1e6, d->seq & 0xffff, name_of(d), d->samples * 1000.0 / VOICE_RATE,
                d->shift * 1000.0 / VOICE_RATE, usec_to_ms(decision->delay), usec_to_ms(d->delay));
    if (n > 0 && packet)
        n = fprintf(log, ",\"buffer_ms\":%.3f", usec_to_ms(d->at - d->arrival));
    if (n < 0 || fputs("}\n", log) == EOF) {
        textfile_fault(&p->log);
        p->failed = true;
    }
}

// What the sender makes of what is reported.
static void on_decided(void *ctx, const struct steer_decision *d)
{
    struct play *p = ctx;
    const struct adapt_choice *c = &d->choice;
    char why[512];
    steer_explain(d, why, sizeof why);
    json_t *line =
        json_pack("{s:f, s:f, s:f, s:i, s:f, s:b, s:i, s:i, s:i, s:f, s:s}", "time_s",
                  (double)d->at / 1e6, "lost_pct", 100 * d->lost, "burst", d->burst, "budget_bps",
                  d->budget, "voice_kbps", c->bitrate / 1000.0, "fec", c->fec, "expected_loss_pct",
                  c->expected_loss, "red_copies", c->shape.depth, "red_spacing", c->shape.spacing,
                  "red_kbps", c->copy_bitrate / 1000.0, "why", why);
    if (!p->failed && !textfile_json(&p->log, line)) {
        textfile_fault(&p->log);
        p->failed = true;
    }
    json_decref(line);
}

static void run(struct play *p)
{
    bool tell = !p->options.quiet && isatty(STDERR_FILENO);
    usec told = loop_now();
    for (usec until = PROGRESS_STEP; !sim_run(p->sim, until) && !p->failed; until += PROGRESS_STEP)
        if (tell && loop_now() - told > TELL_EVERY) {
            told = loop_now();
            fprintf(stderr, "\r\033[K%.0f s played", (double)until / 1e6);
        }
    if (tell)
        fprintf(stderr, "\r\033[K");
}

// ---- what comes out ----------------------------------------------------------------------------

static void close_text(struct play *p, struct textfile *file)
{
    if (!textfile_close(file) && !p->failed) {
        textfile_fault(file);
        p->failed = true;
    }
}

static bool open_outputs(struct play *p, const struct sender_config *sender)
{
    const struct play_options *o = &p->options;
    char why[AUDIO_TEXT] = "";
    p->log = (struct textfile){"voz-lab", "log", o->log, NULL};
    p->json = (struct textfile){"voz-lab", "json", o->json, NULL};
    if (!textfile_open(&p->log) || !textfile_open(&p->json))
        return false;
    if ((o->video_out && !(p->film = film_file_open(o->video_out, why, sizeof why))) ||
        (o->out && !(p->out = audio_writer_new(o->out, why, sizeof why))) ||
        (o->pcap && !(p->pcap = pcap_file_new(o->pcap, sender, why, sizeof why)))) {
        fail(p, why);
        return false;
    }
    return true;
}

static void close_outputs(struct play *p)
{
    char why[AUDIO_TEXT];
    if (!audio_writer_close(p->out, why, sizeof why))
        fail(p, why);
    if (!film_file_close(p->film, why, sizeof why))
        fail(p, why);
    if (!pcap_file_close(p->pcap, why, sizeof why))
        fail(p, why);
    close_text(p, &p->log);
    close_text(p, &p->json);
}

static bool is_pattern(const char *name)
{
    return strcmp(name, "pattern") == 0;
}

static bool open_reel(struct play *p)
{
    char why[CLI_WHY_MAX];
    const struct reel_config config = {.condition = &p->condition,
                                       .beeps = is_pattern(p->options.in),
                                       .compare = !p->options.no_score,
                                       .loop = p->options.loop,
                                       .file = p->film};
    if (p->condition.sender.video && !(p->reel = reel_open(&config, why)))
        fail(p, why);
    return !p->failed;
}

struct outcome {
    struct sim_figures figures;
    enum score_status scored;
    struct score score;
    double wall; // s
};

static void write_record(struct play *p, const struct outcome *o)
{
    json_t *record = record_of(&o->figures, &p->condition);
    double duration = (double)p->options.duration / 1e6;
    bool made = record && json_object_set_new(record, "in", json_string(p->options.in)) == 0 &&
                json_object_set_new(record, "loop", json_boolean(p->options.loop)) == 0 &&
                json_object_set_new(record, "duration_s", json_real(duration)) == 0 &&
                (p->options.no_score || record_score(record, o->scored, &o->score)) &&
                (!p->reel || reel_record(p->reel, &o->figures, record)) &&
                json_object_set_new(record, "wall_s", json_real(o->wall)) == 0;
    if (!made) {
        fail(p, "no memory for the figures");
    } else if (!textfile_json(&p->json, record)) {
        textfile_fault(&p->json);
        p->failed = true;
    }
    json_decref(record);
}

static void print_score(const struct outcome *o)
{
    if (o->scored == SCORE_OK)
        fprintf(stderr,
                "  Of 1 for all as it was said, it would be understood like %.2f (ESTOI); %.2f if "
                "shifts in time\n  did not count.\n",
                o->score.estoi, o->score.estoi_local);
    else
        fprintf(stderr, "  Not scored: %s.\n", score_strstatus(o->scored));
}

static void print_summary(const struct play *p, const struct outcome *o)
{
    struct report_context context = record_context(&o->figures, &p->condition);
    char text[2048];
    context.url = p->options.in;
    if (!o->figures.receiver.packets_received) {
        fprintf(stderr, "Heard nothing: none of %llu packets came through.\n",
                (unsigned long long)o->figures.datagrams_sent);
        return;
    }
    report_summary(&o->figures.receiver, &context, text, sizeof text);
    fprintf(stderr, "%s", text);
    fprintf(stderr,
            "  From the sender's mouth to the ear it took %.0f ms on average (95 %%: within %.0f "
            "ms), of which\n  %.0f ms in the receiver.\n",
            o->figures.delay_mean / 1000, o->figures.delay_p95 / 1000,
            o->figures.buffer_mean / 1000);
    if (!p->options.no_score)
        print_score(o);
    if (p->reel) {
        reel_summary(p->reel, &o->figures, text, sizeof text);
        fprintf(stderr, "%s", text);
    }
    fprintf(stderr, "  %.1f s of virtual time took %.2f s.\n", (double)o->figures.now / 1e6,
            o->wall);
}

static void score(struct play *p, struct outcome *o)
{
    int channels = p->condition.sender.voice.channels;
    struct scorer *scorer = NULL;
    if (input_is_tone(p->options.in))
        o->scored = SCORE_NOT_SPEECH;
    else if (p->heard.no_memory)
        o->scored = SCORE_NO_MEMORY;
    else
        scorer =
            scorer_new(source_kept(p->source), source_samples(p->source), channels, &o->scored);
    if (scorer)
        o->scored = scorer_run_late(scorer, p->heard.pcm, p->heard.samples, channels,
                                    record_late(&o->figures), &o->score);
    scorer_free(scorer);
}

static void play(struct play *p, const struct sim_config *config)
{
    struct outcome o = {0};
    usec start = loop_now();
    p->sim = sim_new(config);
    if (!p->sim) {
        fail(p, "no memory for the call");
        return;
    }
    run(p);
    o.figures = sim_figures(p->sim);
    o.wall = (double)(loop_now() - start) / 1e6;
    const char *warnings[] = {source_warning(p->source), p->reel ? reel_warning(p->reel) : NULL};
    for (size_t i = 0; i < sizeof warnings / sizeof warnings[0]; i++)
        if (warnings[i])
            fprintf(stderr, "voz-lab: %s\n", warnings[i]);
    if (!sim_is_whole(p->sim))
        fail(p, "there is no memory for a call of this length");
    if (p->failed)
        return;
    if (!p->options.no_score)
        score(p, &o);
    if (p->json.file)
        write_record(p, &o);
    if (!p->options.quiet)
        print_summary(p, &o);
}

// The same file under one name or two? Devices take any number of outputs.
static bool is_same(const char *a, const char *b)
{
    struct stat of_a, of_b;
    bool there = stat(a, &of_a) == 0;
    if (strcmp(a, "-") == 0 || strcmp(b, "-") == 0)
        return strcmp(a, b) == 0;
    if (there && stat(b, &of_b) == 0)
        return S_ISREG(of_a.st_mode) && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
    return !there && strcmp(a, b) == 0;
}

// No output may overwrite another, or what is being read.
static bool check_files(const struct play_options *o, const char *video, char *why)
{
    const struct {
        const char *option, *name;
    } files[] = {{"in", o->in},
                 {"in-back", o->in_back},
                 {"video", video},
                 {"out", o->out},
                 {"video-out", o->video_out},
                 {"json", o->json},
                 {"log", o->log},
                 {"pcap", o->pcap}};
    const size_t read = 3; // the first ones are only read: twice, why not
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        for (size_t j = 0; j < i; j++) {
            const char *a = files[j].name, *b = files[i].name;
            bool fine = !a || !b || (i < read && strcmp(b, "-") != 0);
            if (!fine && is_same(a, b)) {
                snprintf(why, CLI_WHY_MAX, "--%s and --%s are the same file, %.200s.",
                         files[j].option, files[i].option, b);
                return false;
            }
        }
    return true;
}

static int check_and_call(struct play *p, const struct cli *cli)
{
    const struct play_options *o = &p->options;
    const char *back = o->in_back ? o->in_back : "speech:pt";
    struct play_call config = {&p->condition, .out = o->out, .json = o->json};
    config.no_score = o->no_score;
    config.quiet = o->quiet;
    for (int i = 0; i < TWOWAY_WAYS; i++)
        config.source[i] = (struct source_config){.name = i ? back : o->in,
                                                  .channels = 1,
                                                  .loop = o->loop,
                                                  .duration = o->duration,
                                                  .keep = !o->no_score};
    if (p->condition.sender.voice.channels == 2)
        return cli_misused(cli, "A call has one channel each way: --call goes without --stereo.");
    if (p->condition.network.transport == NETWORK_TCP)
        return cli_misused(
            cli, "A call is over UDP, as telephones do it: --call goes without --transport tcp.");
    if (o->log || o->pcap)
        return cli_misused(cli, "--log and --pcap are of one way: --call goes without.");
    return play_call(&config);
}

static int check_and_play(struct play *p, const struct cli *cli)
{
    struct sim_config config = {.observer.ctx = p};
    char why[CLI_WHY_MAX];
    if (p->options.loop && !p->options.duration)
        return cli_misused(cli, "--loop goes on for ever. Say how long: --duration S.");
    const char *back = p->options.in_back ? p->options.in_back : "";
    if (p->options.loop && (strcmp(p->options.in, "-") == 0 || strcmp(back, "-") == 0))
        return cli_misused(cli, "--loop cannot say standard input again: name a file.");
    if (!check_files(&p->options, p->condition.sender.video, why) ||
        !condition_complete(&p->condition, why))
        return cli_misused(cli, why);
    if (!reel_check(&p->condition, p->options.video_out, why))
        return cli_misused(cli, why);
    if (p->options.call && p->condition.sender.video)
        return cli_misused(cli, "A call has no pictures here: --call goes without --video.");
    if (p->options.call)
        return check_and_call(p, cli);
    if (p->options.in_back)
        return cli_misused(cli, "--in-back is what is said back in a --call.");
    if (p->options.pcap && p->condition.network.transport == NETWORK_TCP)
        return cli_misused(cli, "--pcap writes datagrams; over --transport tcp there are none.");
    condition_apply(&p->condition, &config);
    struct source_config source = {
        .name = p->options.in,
        .channels = config.sender.voice.channels,
        .loop = p->options.loop,
        .duration = p->options.duration,
        .keep = !p->options.no_score,
    };
    p->source = source_open(&source, why, sizeof why);
    if (!p->source) {
        fail(p, why);
        return CLI_FAILED;
    }
    struct feed_source feed = source_feed(p->source);
    config.source = &feed;
    if (open_outputs(p, &config.sender) && open_reel(p)) {
        config.observer.sound = p->out || p->reel || !p->options.no_score ? on_sound : NULL;
        config.pictures = p->reel ? reel_showing(p->reel) : NULL;
        config.observer.datagram = p->pcap ? on_datagram : NULL;
        config.observer.decision = p->log.file ? on_decision : NULL;
        config.sender.decided = p->log.file ? on_decided : NULL;
        config.sender.ctx = p;
        play(p, &config);
    } else {
        p->failed = true;
    }
    close_outputs(p);
    sim_free(p->sim);
    reel_close(p->reel);
    heard_free(&p->heard);
    source_close(p->source);
    return p->failed ? CLI_FAILED : CLI_DONE;
}

int play_main(int argc, char **argv)
{
    struct play p = {0};
    const char *operands[1];
    condition_default(&p.condition);
    struct cli_group groups[3 + CONDITION_GROUPS] = {
        {.title = "Options", .table = play_option_table, .options = &p.options},
        {.title = "Pictures", .table = sender_video_table, .options = &p.condition.sender},
        {.title = "Pictures, at the receiver", .table = reel_option_table, .options = &p.condition},
    };
    condition_groups(&p.condition, groups + 3);
    const struct cli cli = {
        .program = "voz-lab play",
        .summary = "one call in virtual time",
        .usage = "[options]",
        .details = details,
        .more = more,
        .groups = groups,
    };
    int status = cli_parse(&cli, argc, argv, operands);
    const char *video = p.condition.sender.video;
    if (!p.options.in)
        p.options.in = video && is_pattern(video) && !p.options.call ? "pattern" : "speech";
    if (status < 0)
        status = check_and_play(&p, &cli);
    condition_free(&p.condition);
    return status;
}
