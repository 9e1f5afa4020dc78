// The lab, beside libopus alone: what a call in virtual time makes of lost packets beside a decoder
// that knows all losses beforehand; and what a call and a sweep cost beside the codec's work.
//
//     bench_lab VOZ-LAB DIRECTORY SPEECH.wav
#include "lab/heard.h"
#include "lab/io/source.h"
#include "lab/replay.h"
#include "lab/score.h"
#include "lab/sim.h"
#include "lab/tape.h"
#include "media/netem.h"
#include "media/rtp.h"
#include "tests/bench/bare.h"
#include "tests/bench/child.h"
#include "tests/bench/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FRAME      960
#define PACKETS    100000
#define SEEDS      5
#define CONDITIONS 100
#define REPEATS    3
#define RATE       32000
#define TOLD       20  // percent of loss
#define DELAY      960 // samples

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

// ---- sound and packets -------------------------------------------------------------------------

struct sound {
    int16_t *pcm;
    size_t samples;
};

static struct sound load(const char *name)
{
    const struct source_config config = {.name = name, .channels = 1};
    char why[512];
    struct sound sound = {0};
    sound.pcm = source_load(&config, &sound.samples, why, sizeof why);
    if (!sound.pcm) {
        fprintf(stderr, "bench: %s\n", why);
        exit(1);
    }
    return sound;
}

static struct sender_config sender(void)
{
    const struct sender_config config = {
        .voice = {.channels = 1,
                  .bitrate = RATE,
                  .frame_samples = FRAME,
                  .complexity = 10,
                  .fec = true,
                  .loss_percent = TOLD},
        .payload_type = 96,
    };
    return sim_sender_config(&config);
}

static struct tape *record(const struct sound *sound)
{
    struct replay replay = {.pcm = sound->pcm, .samples = sound->samples, .channels = 1};
    struct feed_source source = replay_feed(&replay);
    struct sender_config config = sender();
    return tape_record(&config, &source);
}

static size_t payloads(const struct tape *tape, struct bare_packet *out)
{
    struct sender_datagram d;
    struct rtp_packet packet;
    usec at;
    size_t n = 0;
    for (size_t i = 0; n < PACKETS && tape_datagram(tape, i, &at, &d); i++)
        if (d.kind == SENDER_RTP && rtp_parse(&packet, d.data, d.len) == RTP_OK)
            out[n++] = (struct bare_packet){packet.payload, packet.payload_len};
    return n;
}

static void encode_alone(const struct sound *sound)
{
    const struct bare_voice voice = {.bitrate = RATE, .fec = true, .told = TOLD};
    bare_free(bare_encode(&voice, sound->pcm, sound->samples));
}

// ---- intelligibility ---------------------------------------------------------------------------

static struct score call(const struct tape *tape, const struct impair_spec *spec, uint64_t seed,
                         const struct scorer *scorer)
{
    static const struct impair_spec clean;
    struct heard heard = {0};
    struct score score = {0};
    const struct sim_config config = {
        .sender = sender(),
        .tape = tape,
        .receiver = {.fec = true},
        .forward = spec,
        .back = &clean,
        .seed = seed,
        .observer = {.sound = heard_add, .ctx = &heard},
    };
    struct sim *sim = sim_new(&config);
    sim_run(sim, USEC_NEVER);
    scorer_run(scorer, heard.pcm, heard.samples, 1, &score);
    sim_free(sim);
    heard_free(&heard);
    return score;
}

static void intelligibility(const struct sound *sound)
{
    static const int losses[] = {0, 5, 10, 20, 30};
    static struct bare_packet p[PACKETS];
    static bool lost[PACKETS];
    struct tape *tape = record(sound);
    enum score_status status;
    struct scorer *scorer = scorer_new(sound->pcm, sound->samples, 1, &status);
    size_t count = payloads(tape, p);
    int16_t *pcm = calloc(DELAY + count * FRAME, sizeof *pcm); // it begins late, as a call does
    for (size_t l = 0; l < sizeof losses / sizeof *losses; l++) {
        char text[32], what[64];
        struct impair_spec spec;
        struct netem_error error;
        double ours = 0, alone = 0, ours_fixed = 0, alone_fixed = 0;
        snprintf(text, sizeof text, losses[l] ? "loss %d%%" : "", losses[l]);
        netem_parse(&spec, text, &error);
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct score score = call(tape, &spec, seed, scorer);
            ours += score.estoi_local / SEEDS;
            ours_fixed += score.estoi / SEEDS;
            bare_lose(lost, count, &spec, seed);
            bare_decode(p, count, NULL, lost, pcm + DELAY);
            scorer_run(scorer, pcm, DELAY + count * FRAME, 1, &score);
            alone += score.estoi_local / SEEDS;
            alone_fixed += score.estoi / SEEDS;
        }
        ours = round(ours * 1e4) / 1e4; // as they are printed
        alone = round(alone * 1e4) / 1e4;
        snprintf(what, sizeof what, "ESTOI at %d %% loss, realigned every 1.2 s", losses[l]);
        table_row(
            &(struct figure){what, "", ours, "libopus that knows the losses", alone, 0, 0, 1});
        table_row(&(struct figure){"", "", ours_fixed, "the same, one delay for all", alone_fixed,
                                   0, 0, 0});
    }
    free(pcm);
    scorer_free(scorer);
    tape_free(tape);
}

// ---- cost --------------------------------------------------------------------------------------

static void cost_of_a_call(char **argv)
{
    static struct bare_packet p[PACKETS];
    static bool lost[PACKETS];
    static const struct impair_spec loss = {.loss = {.model = LOSS_RANDOM, .p = {0.1}}};
    struct sound sound = load(argv[3]);
    struct tape *tape = record(&sound);
    size_t count = payloads(tape, p);
    int16_t *pcm = calloc(count * FRAME, sizeof *pcm);
    const char *command[] = {argv[1], "play", "--in",    argv[3],      "--netem", "loss 10%",
                             "--fec", "on",   "--quiet", "--no-score", NULL};
    double ours[REPEATS], alone[REPEATS];
    bare_lose(lost, count, &loss, 1);
    for (int i = 0; i < REPEATS; i++) {
        ours[i] = child_cost(command).cpu;
        double began = cpu_seconds();
        encode_alone(&sound);
        bare_decode(p, count, NULL, lost, pcm);
        alone[i] = cpu_seconds() - began;
    }
    table_row(&(struct figure){"play, not scored: CPU", "s", median(ours, REPEATS),
                               "libopus: encode, decode", median(alone, REPEATS), 0, 1.25, 0});
    free(pcm);
    free(sound.pcm);
    tape_free(tape);
}

// What the codec and the scores of as many conditions cost.
static double work_of_a_sweep(const struct sound *sound)
{
    static struct bare_packet p[PACKETS];
    static bool lost[PACKETS];
    struct tape *tape = record(sound);
    size_t count = payloads(tape, p);
    int16_t *pcm = calloc(count * FRAME, sizeof *pcm);
    enum score_status status;
    double began = cpu_seconds(), scoring = 0;
    encode_alone(sound);
    double codec = cpu_seconds() - began;
    struct scorer *scorer = scorer_new(sound->pcm, sound->samples, 1, &status);
    for (int i = 0; i < CONDITIONS; i++) {
        struct score score;
        struct impair_spec spec;
        struct netem_error error;
        char text[32];
        snprintf(text, sizeof text, "loss %d%%", i / 2);
        netem_parse(&spec, text, &error);
        bare_lose(lost, count, &spec, (uint64_t)i);
        began = cpu_seconds();
        bare_decode(p, count, NULL, lost, pcm);
        double decoded = cpu_seconds();
        scorer_run(scorer, pcm, count * FRAME, 1, &score);
        codec += decoded - began;
        scoring += cpu_seconds() - decoded;
    }
    scorer_free(scorer);
    free(pcm);
    tape_free(tape);
    return 1.5 * codec + scoring;
}

static void cost_of_a_sweep(char **argv, const struct sound *sound)
{
    double cpu[REPEATS], memory[REPEATS], wall[2][REPEATS], work[REPEATS];
    char losses[256] = "0", dir[512];
    for (int i = 1; i < CONDITIONS / 2; i++)
        snprintf(losses + strlen(losses), sizeof losses - strlen(losses), ",%d", i);
    for (int i = 0; i < REPEATS; i++)
        for (int jobs = 1; jobs <= 2; jobs++) {
            char count[2] = {(char)('0' + jobs), '\0'};
            const char *command[] = {argv[1],      "sweep",       "--loss",  losses,
                                     "--recover",  "fec",         "--seeds", "2",
                                     "--output",   dir,           "--jobs",  count,
                                     "--no-clips", "--no-report", "--quiet", NULL};
            snprintf(dir, sizeof dir, "%s/sweep-%d-%d", argv[2], i, jobs);
            struct child_cost cost = child_cost(command);
            wall[jobs - 1][i] = cost.wall;
            if (jobs == 1) {
                cpu[i] = cost.cpu;
                memory[i] = cost.memory;
                work[i] = work_of_a_sweep(sound);
            }
        }
    table_row(&(struct figure){"sweep of 100 runs, one encoder: CPU", "s", median(cpu, REPEATS),
                               "1.5 x libopus, and the scores", median(work, REPEATS), 0, 1, 0});
    table_row(&(struct figure){"its memory", "MB", median(memory, REPEATS), NULL, 0, 200, 0, 0});
    table_row(&(struct figure){"how much faster with two jobs", "times",
                               median(wall[0], REPEATS) / median(wall[1], REPEATS),
                               "as it should be", 1.8, 0, 0, 1});
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    struct sound speech = load("speech");
    intelligibility(&speech);
    cost_of_a_call(argv);
    cost_of_a_sweep(argv, &speech);
    free(speech.pcm);
    return 0;
}
