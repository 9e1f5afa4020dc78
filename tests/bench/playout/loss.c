// Lost packets under a limit of rate: ours, which finds out by its reports what is lost and shares the
// rate by it, beside libopus' in-band FEC, told a good figure once, whose decoder knows all losses.
#include "media/netem.h"
#include "sender/steer.h"
#include "tests/bench/playout/parts.h"
#include "tests/bench/playout/player.h"
#include "tests/bench/playout/recipe.h"
#include "tests/bench/playout/recovery.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SEEDS 5
#define TOLD  20 // percent, of the baseline

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

static struct recipe baseline(const struct row *row)
{
    int rate = budgets[row->budget].rate;
    return (struct recipe){"", {rate, row->network, row->network ? TOLD : 0, 0}, 0, 0};
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

// ---- misses ------------------------------------------------------------------------------------

// What a search through some hundred compositions found to be best under either limit.
#define WIDE   BARE_BAND_WIDE_MOST
#define NARROW BARE_BAND_NARROW
static const struct recipe recipes[BUDGETS][5] = {
    {
        {"wideband, FEC told 10", {0, true, 10, WIDE}, 0, 0},
        {"wideband, FEC told 5", {0, true, 5, WIDE}, 0, 0},
        {"wideband and a copy at 12 kb/s, 2 later", {0, false, 20, WIDE}, 2, 12000},
        {"narrowband (ESTOI hears no more), each again 2 later", {0, false, 20, NARROW}, 2, 0},
        {"narrowband (ESTOI hears no more), FEC told 10", {0, true, 10, NARROW}, 0, 0},
    },
    {
        {"FEC told 10 and a copy at 16 kb/s, 2 later", {0, true, 10, 0}, 2, 16000},
        {"FEC told 5, each again 2 later", {0, true, 5, 0}, 2, 0},
        {"wideband, FEC told 10, and a copy at 20 kb/s, 2 later", {0, true, 10, WIDE}, 2, 20000},
        {"wideband, FEC told 5, each again 2 later", {0, true, 5, WIDE}, 2, 0},
        {"wideband, FEC told 5, each again in the next", {0, true, 5, WIDE}, 1, 0},
    },
};
#define RECIPES (sizeof recipes[0] / sizeof *recipes[0])

static void print_decision(void *ctx, const struct steer_decision *d)
{
    char text[512];
    (void)ctx;
    steer_explain(d, text, sizeof text);
    printf("    %4.1f s  %s\n", usec_to_ms(d->at) / 1000, text);
}

struct bounds {
    const struct said *said;
    const struct row *row;
    struct mean of[RECIPES];
};

static void measure_bound(void *ctx, size_t n)
{
    struct bounds *b = ctx;
    const struct recipe *recipe = &recipes[b->row->budget][n];
    struct recipe r = recipe_filled(recipe, b->said, b->row->mean.rate);
    b->of[n] = recipe_mean(&r, b->said, &b->row->spec, seeds(b->row));
}

// What stands in the way: the most that is known to come of this rate, what could have been made of
// our own packets, and what the sender chose.
static void explain(const struct said *said, const struct row *row)
{
    struct bounds b = {.said = said, .row = row};
    struct recovery r;
    player_share(RECIPES, measure_bound, &b);
    printf("\n%s under %d kb/s: %.4f, the aim is %.4f. With perfect knowledge of the losses:\n",
           networks[row->network].name, budgets[row->budget].rate / 1000, row->mean.estoi,
           row->nominal.estoi + budgets[row->budget].aim[row->network]);
    printf("    %.4f %5.1f kb/s  of our own packets (%.1f %% guessed instead of %.1f)\n",
           row->mean.known_estoi, row->mean.rate, row->mean.known_concealed, row->mean.concealed);
    for (size_t i = 0; i < RECIPES; i++)
        printf("    %.4f %5.1f kb/s  %s\n", b.of[i].estoi, b.of[i].rate,
               recipes[row->budget][i].name);
    printf("  What was chosen, first seed:\n");
    run_ours(said, row, 1, print_decision, &r);
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
    struct recipe equal = recipe_filled(&nominal, &all->said, row->mean.rate);
    row->nominal = recipe_mean(&nominal, &all->said, &row->spec, seeds(row));
    row->equal = recipe_mean(&equal, &all->said, &row->spec, seeds(row));
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

// ---- the tables --------------------------------------------------------------------------------

static void print_legend(void)
{
    printf(
        "\nRandom and bursty loss under a limit of rate (--max-bitrate, --nack off). FEC: libopus "
        "with in-band FEC, told %d %%,\ndecoded with perfect knowledge of the same losses; at that "
        "nominal rate, and at the nominal rate that comes to ours.\nWithout loss: libopus without "
        "FEC. Speech over and over, %d s, from the tenth second on; means of %d seeds. ESTOI "
        "as\nin "
        "`traces`. Rates are of payload, kb/s; delay on average, ms, above the network's; the "
        "shares "
        "are of time, %%.\nknown: what a decoder with perfect knowledge makes of the packets of "
        "ours "
        "that came.\n",
        TOLD, RECOVERY_FOR, SEEDS);
}

static void print_head(const struct budget *budget)
{
    char limit[16];
    snprintf(limit, sizeof limit, "%d kb/s", budget->rate / 1000);
    printf("\n%-12s | %-20s | %-30s | %-20s | %-23s | %s\n", "", "voz", "FEC at that nominal rate",
           "FEC at our rate", "played from", "known");
    printf("%-12s | %6s %5s %7s | %6s %5s %7s %5s %4s | %6s %5s %7s | %5s %5s %5s %5s | %6s %5s\n",
           limit, "ESTOI", "rate", "delay", "ESTOI", "rate", "ours", "aim", "", "ESTOI", "rate",
           "ours", "own", "copy", "FEC", "none", "ESTOI", "none");
}

static void print(const struct row *row)
{
    const struct recovery *m = &row->mean;
    printf("%-12s | %6.4f %5.1f %7.1f | %6.4f %5.1f %+7.4f %+5.3f %4s | %6.4f %5.1f %+7.4f | %5.1f "
           "%5.1f %5.1f %5.1f | %6.4f %5.1f\n",
           networks[row->network].name, m->estoi, m->rate, m->delay, row->nominal.estoi,
           row->nominal.rate, rounded(m->estoi) - rounded(row->nominal.estoi),
           budgets[row->budget].aim[row->network], is_over(row) ? "over" : "ok", row->equal.estoi,
           row->equal.rate, rounded(m->estoi) - rounded(row->equal.estoi), m->own, m->copied,
           m->fec, m->concealed, m->known_estoi, m->known_concealed);
}

// As GStreamer's rtpredenc and rtpreddec are set up by hand: an FEC stream at half of the rate, each
// frame again a fixed number of packets later.
static void print_red(const struct all *all)
{
    static const struct recipe red = {"", {32000, true, TOLD, 0}, 4, 0};
    const struct row *row = &all->rows[ROWS - 1];
    struct mean mean = recipe_mean(&red, &all->said, &row->spec, seeds(row));
    double more = rounded(row->mean.estoi) - rounded(mean.estoi);
    printf("%-12s | %6.4f %5.1f         | %6.4f %5.1f %+7.4f   > 0 %4s | %s\n",
           networks[row->network].name, row->mean.estoi, row->mean.rate, mean.estoi, mean.rate,
           more, more > 0 ? "ok" : "over",
           "beside FEC at 32 kb/s, each frame again 4 packets later");
}

static void print_all(const struct all *all)
{
    print_legend();
    for (size_t i = 0; i < ROWS; i++) {
        if (i % NETWORKS == 0)
            print_head(&budgets[all->rows[i].budget]);
        print(&all->rows[i]);
    }
    print_red(all);
    for (size_t i = 0; i < ROWS; i++)
        if (is_over(&all->rows[i]))
            explain(&all->said, &all->rows[i]);
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

bool part_loss(void)
{
    static struct all all;
    begin(&all);
    player_share(ROWS * SEEDS, measure_ours, &all);
    player_share(ROWS, measure_baselines, &all);
    print_all(&all);
    free((void *)all.said.pcm);
    return true;
}
