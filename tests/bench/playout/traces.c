// Recorded and modelled networks, one call over each, and the verdict.
#include "media/io/path.h"
#include "tests/bench/playout/judge.h"
#include "tests/bench/playout/parts.h"
#include "tests/bench/playout/player.h"
#include "tests/bench/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKETS 6000 // 120 s
#define SMALL_K 20.0 // below it a ratio says nothing

struct run {
    char name[64];
    struct impair_spec spec; // holds the trace
    struct figures of[PLAYERS];
};

struct runs {
    const struct recording *recording;
    struct run *runs;
    size_t count;
};

// ---- measuring ---------------------------------------------------------------------------------

static bool load(struct run *run, const char *file)
{
    char spec[IMPAIR_TRACE_FILE + sizeof "trace "], why[1024];
    const char *name = strrchr(file, '/');
    name = name ? name + 1 : file;
    snprintf(run->name, sizeof run->name, "%.*s", (int)strcspn(name, "."), name);
    if (strlen(file) >= IMPAIR_TRACE_FILE) {
        fprintf(stderr, "bench: the name is too long: %s\n", file);
        return false;
    }
    snprintf(spec, sizeof spec, "trace %s", file);
    if (path_spec(spec, &run->spec, why, sizeof why))
        return true;
    fprintf(stderr, "bench: %s: %s\n", file, why);
    return false;
}

// A trace that is shorter than the recording has one of its own, to end where it ends.
static void measure(void *ctx, size_t n)
{
    struct runs *all = ctx;
    struct run *run = &all->runs[n];
    size_t count = run->spec.trace->count;
    struct recording *own = count < PACKETS ? recording_new(count) : NULL;
    struct call call;
    call_init(&call, own ? own : all->recording, run->spec.trace);
    for (enum player p = 0; p < PLAYERS; p++) {
        struct output output = {0};
        player_play(p, &call, &output);
        judge(&call, &output, &run->of[p]);
        output_free(&output);
    }
    call_end(&call);
    recording_free(own);
}

// ---- the tables --------------------------------------------------------------------------------

struct column {
    const char *title;
    size_t at; // of the double in struct figures
    int decimals;
};

#define AT(field) offsetof(struct figures, field)
static const struct column times[] = {
    {"K, ms", AT(k), 1},
    {"delay, mean, ms", AT(delay_mean), 1},
    {"delay, 95 %, ms", AT(delay_p95), 1},
    {NULL, 0, 0},
};
static const struct column shares[] = {
    {"concealed, never came, %", AT(lost), 2},
    {"concealed, other (late), %", AT(late), 2},
    {"skipped, %", AT(skipped), 2},
    {NULL, 0, 0},
};
static const struct column sound[] = {
    {"never heard of what came, %", AT(unheard), 2},
    {"ESTOI", AT(estoi), 4},
    {NULL, 0, 0},
};
#undef AT

static double value(const struct figures *f, const struct column *c)
{
    return *(const double *)((const char *)f + c->at);
}

static void print_head(const struct column *columns)
{
    printf("\n%-24s", "");
    for (const struct column *c = columns; c->title; c++)
        printf("  | %-33s", c->title);
    printf("\n%-24s", "trace");
    for (const struct column *c = columns; c->title; c++) {
        printf("  |");
        for (enum player p = 0; p < PLAYERS; p++)
            printf(" %*s", p == SPEEXDSP ? 8 : 7, player_name(p));
    }
    printf("\n");
}

static void print_table(const struct runs *all, const struct column *columns)
{
    print_head(columns);
    for (size_t i = 0; i < all->count; i++) {
        printf("%-24s", all->runs[i].name);
        for (const struct column *c = columns; c->title; c++) {
            printf("  |");
            for (enum player p = 0; p < PLAYERS; p++)
                printf(" %*.*f", p == SPEEXDSP ? 8 : 7, c->decimals, value(&all->runs[i].of[p], c));
        }
        printf("\n");
    }
}

static void print_legend(void)
{
    printf(
        "K: delay, ms, + 20 x (concealed for another reason than that the packet never came + "
        "skipped unplayed), %% of the time.\n"
        "Delay: from sending to hearing, above the trace's smallest, over all that was heard of "
        "packets. ESTOI: against the\nsame packets decoded without loss, at the instants at "
        "which that buffer played them.\n"
        "fixed: the one delay with the least K, had one known the trace. Sound is taken every 5 ms "
        "(voz), 10 (NetEq), 20 (others).\n"
        "Speech over and over, Opus 24 kb/s mono, 20 ms, no FEC; the first 120 s of each trace.\n");
}

// ---- the verdict -------------------------------------------------------------------------------

static bool is_small(const struct run *run)
{
    return run->of[NETEQ].k < SMALL_K || run->of[SPEEXDSP].k < SMALL_K;
}

static double ratio_median(const struct runs *all, enum player peer)
{
    double *ratios = need(calloc(all->count, sizeof *ratios));
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++)
        if (!is_small(&all->runs[i]))
            ratios[count++] = all->runs[i].of[OURS].k / all->runs[i].of[peer].k;
    double m = median(ratios, count);
    free(ratios);
    return m;
}

// Ours over the better of the two.
static double ratio(const struct run *run)
{
    return is_small(run) ? 0 : run->of[OURS].k / fmin(run->of[NETEQ].k, run->of[SPEEXDSP].k);
}

static double small_k(const struct run *run)
{
    return is_small(run) ? run->of[OURS].k : 0;
}

static double estoi_lacks(const struct run *run)
{
    return fmax(run->of[NETEQ].estoi, run->of[SPEEXDSP].estoi) - run->of[OURS].estoi;
}

static double unheard_more(const struct run *run)
{
    return run->of[OURS].unheard - run->of[NETEQ].unheard;
}

// The worst of all traces, and which are over the aim.
static void worst(const struct runs *all, const char *what, const char *unit,
                  double (*of)(const struct run *), double aim)
{
    double most = 0;
    for (size_t i = 0; i < all->count; i++)
        most = fmax(most, of(&all->runs[i]));
    table_row(&(struct figure){.what = what, .unit = unit, .ours = most, .at_most = aim});
    for (size_t i = 0; i < all->count; i++)
        if (of(&all->runs[i]) > aim)
            table_note("%-26s %.4g", all->runs[i].name, of(&all->runs[i]));
}

static void verdict(const struct runs *all)
{
    size_t small = 0;
    for (size_t i = 0; i < all->count; i++)
        small += is_small(&all->runs[i]);
    printf(
        "\nVerdict over %zu traces. Where NetEq or speexdsp has a K below %g ms (%zu of them), a "
        "ratio says nothing and is left out.\n\n",
        all->count, SMALL_K, small);
    table_row(&(struct figure){.what = "K, voz over NetEq, median",
                               .unit = "",
                               .ours = ratio_median(all, NETEQ),
                               .at_most = 0.7});
    table_row(&(struct figure){.what = "K, voz over speexdsp, median",
                               .unit = "",
                               .ours = ratio_median(all, SPEEXDSP),
                               .at_most = 0.9});
    worst(all, "K, voz over the better of the two, worst", "", ratio, 1.2);
    worst(all, "K of voz where the ratio is left out, worst", "ms", small_k, SMALL_K);
    worst(all, "ESTOI, voz below the better of the two, worst", "", estoi_lacks, 0.005);
    worst(all, "never heard, voz above NetEq, worst", "points", unheard_more, 0.2);
}

bool part_traces(char *const *files, size_t count)
{
    struct runs all = {.runs = need(calloc(count, sizeof *all.runs)), .count = count};
    bool loaded = true;
    for (size_t i = 0; i < count; i++)
        loaded &= load(&all.runs[i], files[i]);
    if (loaded) {
        struct recording *recording = recording_new(PACKETS);
        all.recording = recording;
        player_share(count, measure, &all);
        recording_free(recording);
        print_legend();
        print_table(&all, times);
        print_table(&all, shares);
        print_table(&all, sound);
        verdict(&all);
    }
    for (size_t i = 0; i < count; i++)
        path_spec_free(&all.runs[i].spec);
    free(all.runs);
    return loaded;
}
