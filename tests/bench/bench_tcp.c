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

static struct kernel_stream stream_of(const struct cell *cell, const char *congestion, int run)
{
    const struct impair_spec path = {
        .delay = cell->rtt_ms * 500,
        .loss = {.model = LOSS_RANDOM, .p = {cell->loss_percent / 100.0}}};
    return (struct kernel_stream){.forward = path,
                                  .back = path,
                                  .seed = (uint64_t)(run * 1000 + cell->rtt_ms) * 1000 +
                                          (uint64_t)cell->loss_percent * 2,
                                  .congestion = congestion,
                                  .frame = CELL_FRAME,
                                  .period = CELL_PERIOD};
}

// All cells at once, each in a process and a pair of namespaces of its own. False: one could not.
static bool measure_round(FILE *csv, const char *congestion, int run, size_t frames)
{
    int64_t *delays = mmap(NULL, CELLS * frames * sizeof *delays, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (delays == MAP_FAILED)
        return false;
    for (int i = 0; i < CELLS; i++) {
        struct kernel_stream s = stream_of(&cells[i], congestion, run);
        s.frames = frames;
        if (fork() == 0) {
            const char *why = kernel_run(&s, delays + (size_t)i * frames);
            if (why)
                fprintf(stderr, "bench: %s\n", why);
            _exit(why != NULL);
        }
    }
    bool ok = true;
    int status;
    for (int i = 0; i < CELLS; i++)
        ok &= wait(&status) > 0 && status == 0;
    for (int i = 0; ok && i < CELLS; i++) {
        struct cell_row row = {.cell = cells[i], .run = run, .frames = (int)frames};
        snprintf(row.congestion, sizeof row.congestion, "%s", congestion);
        row.figures = cell_figures(&cells[i], delays + (size_t)i * frames, frames);
        cell_write(csv, &row);
    }
    munmap(delays, CELLS * frames * sizeof *delays);
    return ok;
}

static bool measure(const char *name, int seconds, int runs)
{
    FILE *csv = fopen(name, "w");
    size_t frames = (size_t)seconds * 1000000 / CELL_PERIOD;
    if (!csv) {
        perror(name);
        return false;
    }
    cell_header(csv);
    bool ok = true;
    for (int run = 1; ok && run <= runs; run++) {
        fprintf(stderr, "bench: the kernel, %d cells of %d s at once, run %d of %d\n", CELLS,
                seconds, run, runs);
        ok = measure_round(csv, "cubic", run, frames);
    }
    ok = ok && measure_round(csv, "bbr", 1, frames);
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
            struct kernel_stream s = stream_of(&cells[i], "", run);
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
