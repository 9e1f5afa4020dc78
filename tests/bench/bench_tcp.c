// The lab's model of TCP beside the kernel's: one speech-like stream through the same bad networks.
//
//     bench_tcp measure CSV [SECONDS [RUNS]]   the kernel, into a file
//     bench_tcp compare CSV                    that beside the model, as a table (Markdown)
//
// A run of the model has the seeds of a run of the kernel: the n-th packet of each direction meets
// the same fate in both. Single minutes differ much from each other; those two do not.
#include "tests/bench/cell.h"
#include "tests/bench/kernel.h"
#include "tests/bench/model.h"
#include "tests/bench/table.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS 60
#define RUNS    20
#define MUCH    10  // percent of loss, from which there are
#define MORE    3   // times as many runs
#define BATCH   120 // minutes that are measured at the same time

static struct kernel_stream stream_of(const struct cell *cell, int run)
{
    const struct impair_spec path = {
        .delay = cell->rtt_ms * 500,
        .loss = {.model = LOSS_RANDOM, .p = {cell->loss_percent / 100.0}}};
    return (struct kernel_stream){.forward = path,
                                  .back = path,
                                  .seed = (uint64_t)(run * 1000 + cell->rtt_ms) * 1000 +
                                          (uint64_t)cell->loss_percent * 2,
                                  .frame = CELL_FRAME,
                                  .period = CELL_PERIOD};
}

struct job { // a minute of one cell
    const char *congestion;
    const struct cell *cell;
    int run;
};

static void start(const struct job *job, int64_t *delays, size_t frames)
{
    struct kernel_stream s = stream_of(job->cell, job->run);
    s.congestion = job->congestion;
    s.frames = frames;
    if (fork())
        return;
    const char *why = kernel_run(&s, delays);
    if (why)
        fprintf(stderr, "bench: %s\n", why);
    _exit(why != NULL);
}

// At once, each in a process and a pair of namespaces of its own. False: one could not.
static bool measure_batch(FILE *csv, const struct job *jobs, size_t count, size_t frames)
{
    size_t size = count * frames * sizeof(int64_t);
    int64_t *delays = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (delays == MAP_FAILED)
        return false;
    for (size_t i = 0; i < count; i++)
        start(&jobs[i], delays + i * frames, frames);
    bool ok = true;
    int status;
    for (size_t i = 0; i < count; i++)
        ok &= wait(&status) > 0 && status == 0;
    for (size_t i = 0; ok && i < count; i++) {
        struct cell_row row = {.cell = *jobs[i].cell, .run = jobs[i].run, .frames = (int)frames};
        snprintf(row.congestion, sizeof row.congestion, "%s", jobs[i].congestion);
        row.figures = cell_figures(jobs[i].cell, delays + i * frames, frames);
        cell_write(csv, &row);
    }
    munmap(delays, size);
    return ok && fflush(csv) == 0;
}

// CUBIC `runs` times in each cell, more where minutes differ more, and BBR once.
static size_t list_jobs(struct job *jobs, int runs)
{
    size_t n = 0;
    for (int run = 0; run <= MORE * runs; run++)
        for (int i = 0; i < CELLS; i++)
            if (run <= runs || cells[i].loss_percent >= MUCH)
                jobs[n++] = (struct job){run ? "cubic" : "bbr", &cells[i], run ? run : 1};
    return n;
}

static bool measure(const char *name, int seconds, int runs)
{
    size_t frames = (size_t)seconds * 1000000 / CELL_PERIOD;
    struct job *jobs = calloc((size_t)(MORE * runs + 1) * CELLS, sizeof *jobs);
    FILE *csv = jobs ? fopen(name, "w") : NULL;
    if (!csv) {
        perror(name);
        free(jobs);
        return false;
    }
    size_t count = list_jobs(jobs, runs);
    bool ok = true;
    cell_header(csv);
    for (size_t done = 0; ok && done < count; done += BATCH) {
        fprintf(stderr, "bench: %zu of %zu minutes with the kernel, %d at a time\n", done, count,
                BATCH);
        ok = measure_batch(csv, jobs + done, count - done < BATCH ? count - done : BATCH, frames);
    }
    free(jobs);
    return fclose(csv) == 0 && ok;
}

// ---- the model ---------------------------------------------------------------------------------

// One minute of a cell; run > 0: the network of the kernel's run of that number, packet for packet.
static struct cell_figures model(const struct cell *cell, int run, size_t frames, int64_t *delays)
{
    struct kernel_stream s = stream_of(cell, run);
    s.frames = frames;
    if (!model_run(&s, delays)) {
        fprintf(stderr, "bench: no memory\n");
        exit(1);
    }
    return cell_figures(cell, delays, frames);
}

// ---- the table ---------------------------------------------------------------------------------

#define KEPT    200 // runs of a cell
#define FIGURES 4
#define OTHERS  50 // networks that the kernel did not see

enum side { KERNEL, SAME, OTHER, SIDES };

struct runs {
    double values[FIGURES][KEPT];
    size_t count;
};

static const struct {
    const char *name;
    double near;  // share that the model may be off,
    double least; // or this much, whichever is larger
    double unit;  // of what is printed
    int decimals;
} figures[FIGURES] = {{"median, ms", 0.15, 10, 1, 0},
                      {"95 %, ms", 0.15, 10, 1, 0},
                      {"99 %, ms", 0.30, 0, 1, 0},
                      {"late, %", 0.30, 0, 100, 2}};

static void keep(struct runs *r, const struct cell_figures *f)
{
    const double values[FIGURES] = {f->p50, f->p95, f->p99, f->late};
    for (int i = 0; r->count < KEPT && i < FIGURES; i++)
        r->values[i][r->count] = values[i];
    r->count += r->count < KEPT;
}

static void put_value(double value, int figure)
{
    if (value >= CELL_NEVER)
        printf("never");
    else
        printf("%.*f", figures[figure].decimals, value * figures[figure].unit);
}

static double put_median(struct runs *r, int figure)
{
    double middle = median(r->values[figure], r->count); // sorts them
    put_value(middle, figure);
    printf(" (");
    put_value(r->values[figure][0], figure);
    printf(" to ");
    put_value(r->values[figure][r->count - 1], figure);
    printf(") | ");
    return middle;
}

static bool put_row(const struct cell *cell, struct runs sides[SIDES], int figure)
{
    printf("| %d | %d | %s | ", cell->rtt_ms, cell->loss_percent, figures[figure].name);
    double kernel = put_median(&sides[KERNEL], figure);
    double same = put_median(&sides[SAME], figure);
    put_median(&sides[OTHER], figure);
    double allowed = fmax(figures[figure].near * kernel, figures[figure].least);
    bool near = fabs(same - kernel) <= allowed;
    printf("%s |\n", near ? "yes" : "no");
    return near;
}

static bool is_of(const struct cell_row *row, const char *congestion, const struct cell *cell)
{
    return !strcmp(row->congestion, congestion) && row->cell.rtt_ms == cell->rtt_ms &&
           row->cell.loss_percent == cell->loss_percent;
}

static bool compare_cell(FILE *csv, const struct cell *cell)
{
    static struct runs sides[SIDES];
    struct cell_row row;
    size_t frames = (size_t)SECONDS * 1000000 / CELL_PERIOD;
    memset(sides, 0, sizeof sides);
    int64_t *delays = calloc(frames, sizeof *delays);
    rewind(csv);
    while (delays && cell_read(csv, &row)) {
        if (!is_of(&row, "cubic", cell) || (size_t)row.frames > frames)
            continue;
        struct cell_figures f = model(cell, row.run, (size_t)row.frames, delays);
        keep(&sides[KERNEL], &row.figures);
        keep(&sides[SAME], &f);
    }
    for (int i = 0; delays && i < OTHERS; i++) {
        struct cell_figures f = model(cell, 100000 + i, frames, delays);
        keep(&sides[OTHER], &f);
    }
    free(delays);
    bool near = sides[KERNEL].count > 0;
    for (int i = 0; sides[KERNEL].count && i < FIGURES; i++)
        near &= put_row(cell, sides, i);
    return near;
}

static void put_bbr(FILE *csv)
{
    struct cell_row row;
    printf("\n| round trip, ms | loss, %% | median, ms | 95 %%, ms | 99 %%, ms | late, %% |\n"
           "|---:|---:|---:|---:|---:|---:|\n");
    rewind(csv);
    while (cell_read(csv, &row)) {
        const double values[FIGURES] = {row.figures.p50, row.figures.p95, row.figures.p99,
                                        row.figures.late};
        if (strcmp(row.congestion, "bbr") != 0)
            continue;
        printf("| %d | %d |", row.cell.rtt_ms, row.cell.loss_percent);
        for (int i = 0; i < FIGURES; i++) {
            printf(" ");
            put_value(values[i], i);
            printf(" |");
        }
        printf("\n");
    }
}

static bool compare(const char *name)
{
    FILE *csv = fopen(name, "r");
    int near = 0;
    if (!csv) {
        perror(name);
        return false;
    }
    printf("| round trip, ms | loss, %% | | kernel | model, same networks | model, %d others | "
           "agrees |\n|---:|---:|---|---:|---:|---:|---|\n",
           OTHERS);
    for (int i = 0; i < CELLS; i++)
        near += compare_cell(csv, &cells[i]);
    printf("\n%d of %d cells agree in all four.\n", near, CELLS);
    printf("\nThe same with BBR, once:\n");
    put_bbr(csv);
    fclose(csv);
    return true;
}

int main(int argc, char **argv)
{
    if (argc >= 3 && !strcmp(argv[1], "measure"))
        return !measure(argv[2], argc > 3 ? atoi(argv[3]) : SECONDS,
                        argc > 4 ? atoi(argv[4]) : RUNS);
    if (argc == 3 && !strcmp(argv[1], "compare"))
        return !compare(argv[2]);
    fprintf(stderr, "usage: bench_tcp measure CSV [SECONDS [RUNS]]\n"
                    "       bench_tcp compare CSV\n");
    return 2;
}
