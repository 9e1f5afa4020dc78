// Lost packets under a limit of rate: ours, which finds out by its reports what is lost and shares the
// rate by it, beside libopus' in-band FEC, told a good figure once, whose decoder knows all losses.
#include "lab/sim.h"
#include "media/netem.h"
#include "sender/steer.h"
#include "tests/bench/playout/parts.h"
#include "tests/bench/playout/player.h"
#include "tests/bench/playout/recovery.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SEEDS       5
#define TOLD        20                    // percent, of the baseline
#define RED_HEADERS (5 * 8 * 50 / 1000.0) // kb/s for one copy (RFC 2198)

static const struct network {
    const char *name, *netem;
} networks[] = {
    {"no loss", ""},
    {"random 10 %", "loss 10%"},
    {"random 20 %", "loss 20%"},
    {"random 30 %", "loss 30%"},
    {"bursts", "loss gemodel 2.78% 25%"},
};
#define NETWORKS (sizeof networks / sizeof *networks)

static const struct budget {
    int rate;             // bit/s of all payload
    double aim[NETWORKS]; // ESTOI, ours less the baseline at this nominal rate
} budgets[] = {
    {32000, {-.003, .010, .012, .015, .012}},
    {64000, {-.003, -.002, .010, .037, .022}},
};
#define BUDGETS (sizeof budgets / sizeof *budgets)
#define ROWS    (BUDGETS * NETWORKS)

// ---- libopus, with perfect knowledge -----------------------------------------------------------

struct recipe {
    const char *name;
    struct bare_voice voice;
    size_t after;     // packets later there is a copy; 0: none
    int copy_bitrate; // bit/s, wideband; 0: the frame itself
};

struct mean {
    double estoi, rate; // kb/s
};

struct row {
    size_t budget, network;
    struct impair_spec spec;
    struct recovery ours[SEEDS], mean;
    struct mean nominal, equal; // the baseline at that rate, and at ours
};

static size_t seeds(const struct row *row)
{
    return row->network ? SEEDS : 1;
}

static struct bare_stream *encode_copies(const struct recipe *r, const struct said *said)
{
    const struct bare_voice voice = {.bitrate = r->copy_bitrate, .told = TOLD, .wide = true};
    return bare_encode(&voice, said->pcm, (size_t)said->samples);
}

static struct mean listen(const struct said *said, const struct row *row, const struct recipe *r)
{
    struct bare_stream *stream = bare_encode(&r->voice, said->pcm, (size_t)said->samples);
    struct bare_stream *again = r->copy_bitrate ? encode_copies(r, said) : NULL;
    const struct bare_copies copies = {(again ? again : stream)->packets, r->after, again};
    bool *lost = need(calloc(stream->count, sizeof *lost));
    struct mean mean = {.rate = bare_rate(stream, RECOVERY_FROM) / 1000};
    if (r->after)
        mean.rate += bare_rate(again ? again : stream, RECOVERY_FROM) / 1000 + RED_HEADERS;
    for (size_t i = 0; i < seeds(row); i++) {
        bare_lose(lost, stream->count, &row->spec, i + 1);
        mean.estoi +=
            recovery_bare(said, stream, r->after ? &copies : NULL, lost) / (double)seeds(row);
    }
    free(lost);
    bare_free(again);
    bare_free(stream);
    return mean;
}

static double rate_of(const struct recipe *r, const struct said *said)
{
    struct bare_stream *stream = bare_encode(&r->voice, said->pcm, (size_t)said->samples);
    struct bare_stream *again = r->copy_bitrate ? encode_copies(r, said) : NULL;
    double rate = bare_rate(stream, RECOVERY_FROM) / 1000;
    if (r->after)
        rate += bare_rate(again ? again : stream, RECOVERY_FROM) / 1000 + RED_HEADERS;
    bare_free(again);
    bare_free(stream);
    return rate;
}

// The same at the nominal rate that comes to so many kb/s.
static struct recipe filled(const struct recipe *recipe, const struct said *said, double rate)
{
    struct recipe r = *recipe;
    double share = r.after && !r.copy_bitrate ? 0.5 : 1;
    r.voice.bitrate = (int)(rate * 1000 * share) - r.copy_bitrate;
    for (int i = 0; i < 3; i++)
        r.voice.bitrate += (int)((rate - rate_of(&r, said)) * 1000 * share);
    return r;
}

static struct recipe baseline(const struct row *row)
{
    int rate = budgets[row->budget].rate;
    return (struct recipe){"", {rate, row->network, row->network ? TOLD : 0, false, false}, 0, 0};
}

// ---- ours --------------------------------------------------------------------------------------

static void run_ours(const struct said *said, const struct row *row, uint64_t seed,
                     void (*decided)(void *, const struct steer_decision *), struct recovery *r)
{
    static const struct impair_spec clean;
    struct sender_options options;
    sender_options_default(&options);
    options.max_bitrate = budgets[row->budget].rate;
    options.nack = SENDER_NACK_OFF;
    const struct recovery_config config = {&options, &row->spec, &clean, seed, decided};
    recovery_ours(said, &config, r);
}

// ---- all of it ---------------------------------------------------------------------------------

struct all {
    struct said said;
    struct row rows[ROWS];
};

static void measure_ours(void *ctx, size_t job)
{
    struct all *all = ctx;
    struct row *row = &all->rows[job / SEEDS];
    if (job % SEEDS < seeds(row))
        run_ours(&all->said, row, job % SEEDS + 1, NULL, &row->ours[job % SEEDS]);
}

static void measure_baselines(void *ctx, size_t job)
{
    struct all *all = ctx;
    struct row *row = &all->rows[job];
    struct recipe nominal = baseline(row);
    for (size_t i = 0; i < seeds(row); i++)
        recovery_add(&row->mean, &row->ours[i], 1.0 / (double)seeds(row));
    struct recipe equal = filled(&nominal, &all->said, row->mean.rate);
    row->nominal = listen(&all->said, row, &nominal);
    row->equal = listen(&all->said, row, &equal);
}

static double rounded(double estoi)
{
    return round(estoi * 1e4) / 1e4; // as it is printed
}

static bool is_over(const struct row *row)
{
    return rounded(row->mean.estoi) - rounded(row->nominal.estoi) <
           budgets[row->budget].aim[row->network] - 1e-9;
}

static void print(const struct row *row)
{
    const struct recovery *m = &row->mean;
    printf("%-12s %6.4f %5.1f %6.1f | %6.4f %5.1f %+7.4f %+6.3f %-4s | %6.4f %5.1f %+7.4f | %5.1f "
           "%5.1f %5.1f %5.1f | %6.4f %5.1f\n",
           networks[row->network].name, m->estoi, m->rate, m->delay, row->nominal.estoi,
           row->nominal.rate, rounded(m->estoi) - rounded(row->nominal.estoi),
           budgets[row->budget].aim[row->network], is_over(row) ? "over" : "ok", row->equal.estoi,
           row->equal.rate, rounded(m->estoi) - rounded(row->equal.estoi), m->own, m->copied,
           m->fec, m->concealed, m->known_estoi, m->known_concealed);
}

static void print_all(const struct all *all)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (i % NETWORKS == 0)
            printf("\n%d kb/s      voz: ESTOI  kb/s delay | FEC, that rate:  less    aim      | "
                   "FEC, our rate:  less | own   copy  FEC   guessed, %% | known, guessed\n",
                   budgets[all->rows[i].budget].rate / 1000);
        print(&all->rows[i]);
    }
}

static void begin(struct all *all)
{
    *all = (struct all){.said = recovery_speech()};
    for (size_t i = 0; i < ROWS; i++) {
        struct row *row = &all->rows[i];
        struct netem_error error;
        row->budget = i / NETWORKS;
        row->network = i % NETWORKS;
        need(netem_parse(&row->spec, networks[row->network].netem, &error) ? row : NULL);
    }
}

void part_loss(void)
{
    static struct all all;
    begin(&all);
    player_share(ROWS * SEEDS, measure_ours, &all);
    player_share(ROWS, measure_baselines, &all);
    print_all(&all);
    free((void *)all.said.pcm);
}
