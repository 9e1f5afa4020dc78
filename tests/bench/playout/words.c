// Single words under loss, as `voz-lab words` says them and lets a recogniser judge: the same rate
// shared by the rule, and spent on in-band FEC once and for all.
#include "lab/io/wordtest.h"
#include "lab/replay.h"
#include "media/netem.h"
#include "sender/options.h"
#include "tests/bench/playout/call.h"
#include "tests/bench/playout/parts.h"
#include "tests/bench/playout/player.h"

#include <stdio.h>
#include <stdlib.h>

#define SEEDS 3

enum way { RULE, FEC, WAYS };

static const struct condition {
    int rate; // bit/s of all payload
    const char *name, *netem;
} conditions[] = {
    {32000, "random 30 %", "loss 30%"},
    {32000, "bursts", "loss gemodel 2.78% 25%"},
    {64000, "random 30 %", "loss 30%"},
    {64000, "bursts", "loss gemodel 2.78% 25%"},
};
#define CONDITIONS (sizeof conditions / sizeof *conditions)

struct all {
    struct wordtest *test;
    struct wordtest_result results[CONDITIONS][SEEDS][WAYS];
};

static struct sender_config sender(const struct condition *c, enum way way)
{
    struct sender_options options;
    struct sender_config config = {0};
    sender_options_default(&options);
    options.max_bitrate = c->rate;
    options.nack = SENDER_NACK_OFF;
    if (way == FEC) {
        options.fec = ADAPT_FEC_ON;
        options.red = ADAPT_RED_OFF;
    }
    sender_options_apply(&options, &config);
    return sim_sender_config(&config);
}

static void measure(void *ctx, size_t job)
{
    static const struct impair_spec clean;
    struct all *all = ctx;
    enum way way = job % WAYS;
    size_t seed = job / WAYS % SEEDS, n = job / WAYS / SEEDS;
    struct replay replay = {.channels = 1};
    struct impair_spec forward;
    struct netem_error error;
    char why[WORDTEST_TEXT];
    replay.pcm = wordtest_pcm(all->test, &replay.samples);
    struct feed_source source = replay_feed(&replay);
    struct recognizer *recognizer = need(wordtest_recognizer(all->test, why, sizeof why));
    need(netem_parse(&forward, conditions[n].netem, &error) ? all : NULL);
    const struct sim_config config = {
        .sender = sender(&conditions[n], way),
        .source = &source,
        .receiver = {.fec = true, .red = true},
        .forward = &forward,
        .back = &clean,
        .seed = seed + 1,
    };
    struct wordtest_result *result = &all->results[n][seed][way];
    need(wordtest_run(all->test, recognizer, &config, result, NULL) ? result : NULL);
    recognizer_free(recognizer);
}

static void print(const struct all *all)
{
    printf("\nSingle words understood, %d seeds, libopus' in-band FEC told once and for all beside "
           "the "
           "rule, which finds out\nduring the first words. Aim: no fewer. In brackets, 95 %% "
           "confidence.\n\n%-20s %-22s %-22s\n",
           SEEDS, "", "voz, %", "FEC told 20, %");
    for (size_t n = 0; n < CONDITIONS; n++) {
        size_t words = 0, right[WAYS] = {0};
        for (size_t i = 0; i < SEEDS * WAYS; i++) {
            right[i % WAYS] += all->results[n][i / WAYS][i % WAYS].right;
            words += all->results[n][i / WAYS][i % WAYS].words;
        }
        printf("%d kb/s, %-11s", conditions[n].rate / 1000, conditions[n].name);
        for (enum way way = 0; way < WAYS; way++) {
            struct proportion p = proportion_of(right[way], words / WAYS);
            printf(" %5.1f (%5.1f to %5.1f)  ", 100 * p.share, 100 * p.low, 100 * p.high);
        }
        printf("%s\n", right[RULE] < right[FEC] ? "over" : "ok");
    }
}

bool part_words(void)
{
    static struct all all;
    char why[WORDTEST_TEXT];
    all.test = wordtest_new(NULL, 1, why, sizeof why);
    struct recognizer *trial = all.test ? wordtest_recognizer(all.test, why, sizeof why) : NULL;
    if (!trial)
        fprintf(stderr, "bench: %s\n", why);
    else {
        player_share(CONDITIONS * SEEDS * WAYS, measure, &all);
        print(&all);
    }
    bool measured = trial;
    recognizer_free(trial);
    wordtest_free(all.test);
    return measured;
}
