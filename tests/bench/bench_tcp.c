// The lab's model of TCP beside the kernel's: one speech-like stream through the same bad networks.
//
//     bench_tcp measure CSV [SECONDS [RUNS]]   the kernel, into a file
#include "tests/bench/cell.h"
#include "tests/bench/kernel.h"
#include "tests/bench/model.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS 60
#define RUNS    5
#define BATCH   60 // minutes that are measured at the same time

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
    int64_t *delays =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
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

// CUBIC `runs` times in each cell, and BBR once.
static size_t list_jobs(struct job *jobs, int runs)
{
    size_t n = 0;
    for (int run = 0; run <= runs; run++)
        for (int i = 0; i < CELLS; i++)
            jobs[n++] = (struct job){run ? "cubic" : "bbr", &cells[i], run ? run : 1};
    return n;
}

static bool measure(const char *name, int seconds, int runs)
{
    size_t frames = (size_t)seconds * 1000000 / CELL_PERIOD;
    struct job *jobs = calloc((size_t)(runs + 1) * CELLS, sizeof *jobs);
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

static bool model_rows(FILE *csv, int seconds, int runs)
{
    size_t frames = (size_t)seconds * 1000000 / CELL_PERIOD;
    int64_t *delays = calloc(frames, sizeof *delays);
    bool ok = delays;
    for (int run = 1; ok && run <= runs; run++) {
        for (int i = 0; ok && i < CELLS; i++) {
            struct kernel_stream s = stream_of(&cells[i], run);
            struct cell_row row = {
                .congestion = "model", .cell = cells[i], .run = run, .frames = (int)frames};
            s.frames = frames;
            ok = model_run(&s, delays);
            row.figures = cell_figures(&cells[i], delays, frames);
            cell_write(csv, &row);
        }
    }
    free(delays);
    return ok;
}

int main(int argc, char **argv)
{
    if (argc >= 3 && !strcmp(argv[1], "measure"))
        return !measure(argv[2], argc > 3 ? atoi(argv[3]) : SECONDS,
                        argc > 4 ? atoi(argv[4]) : RUNS);
    if (argc >= 2 && !strcmp(argv[1], "model"))
        return !model_rows(stdout, SECONDS, argc > 2 ? atoi(argv[2]) : 50);
    fprintf(stderr, "usage: bench_tcp measure CSV [SECONDS [RUNS]]\n");
    return 2;
}
