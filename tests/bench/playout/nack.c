// A third of the packets lost, and a short way to the sender: all of them are asked for again.
#include "media/netem.h"
#include "tests/bench/playout/parts.h"
#include "tests/bench/playout/player.h"
#include "tests/bench/playout/recovery.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SEEDS 5
#define AIM   0.01 // ESTOI below the call without loss

static const struct network {
    const char *name, *forward, *back;
    bool aimed;
} networks[] = {
    {"no loss", "delay 10ms", "delay 10ms", false},
    {"random 30 %", "loss 30% delay 10ms", "delay 10ms", true},
    {"both ways", "loss 30% delay 10ms", "loss 30% delay 10ms", false},
};
#define NETWORKS (sizeof networks / sizeof *networks)

struct all {
    struct said said;
    struct recovery calls[NETWORKS][SEEDS];
};

static void spec(struct impair_spec *out, const char *netem)
{
    struct netem_error error;
    need(netem_parse(out, netem, &error) ? out : NULL);
}

static void measure(void *ctx, size_t job)
{
    struct all *all = ctx;
    const struct network *network = &networks[job / SEEDS];
    struct sender_options options;
    struct impair_spec forward, back;
    sender_options_default(&options);
    options.red = ADAPT_RED_OFF;
    options.fec = ADAPT_FEC_OFF;
    options.nack = SENDER_NACK_ON;
    options.voice.bitrate = 32000;
    options.max_bitrate = 64000;
    spec(&forward, network->forward);
    spec(&back, network->back);
    const struct recovery_config config = {&options, &forward, &back, job % SEEDS + 1, NULL};
    recovery_ours(&all->said, &config, &all->calls[job / SEEDS][job % SEEDS]);
}

static void print(const struct all *all)
{
    struct recovery mean[NETWORKS] = {0};
    printf(
        "\nPackets sent again (RFC 4588), a round trip of 20 ms; voice at 32 kb/s, no copies, no "
        "in-band FEC, at most 64 kb/s.\nAim: ESTOI within %g of the same call without loss. Means "
        "of %d seeds.\n\n%-12s %6s %6s %7s      %6s %10s %7s %7s\n",
        AIM, SEEDS, "", "ESTOI", "less", "aim", "kb/s", "delay, ms", "again,%", "guessed");
    for (size_t n = 0; n < NETWORKS; n++) {
        for (size_t i = 0; i < SEEDS; i++)
            recovery_add(&mean[n], &all->calls[n][i], 1.0 / SEEDS);
        double less = mean[n].estoi - mean[0].estoi;
        printf("%-12s %6.4f %+7.4f %6s %-4s %6.1f %10.1f %7.1f %7.1f\n", networks[n].name,
               mean[n].estoi, less, networks[n].aimed ? "-0.010" : "",
               !networks[n].aimed ? ""
               : less < -AIM      ? "over"
                                  : "ok",
               mean[n].rate, mean[n].delay, mean[n].again, mean[n].concealed);
    }
}

bool part_nack(void)
{
    static struct all all;
    all.said = recovery_speech();
    player_share(NETWORKS * SEEDS, measure, &all);
    print(&all);
    free((void *)all.said.pcm);
    return true;
}
