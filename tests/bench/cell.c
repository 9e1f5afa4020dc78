// One cell of the table of TCP: see cell.h.
#include "tests/bench/cell.h"

#include <stdlib.h>

const struct cell cells[CELLS] = {{1, 20},  {5, 20},  {10, 20}, {20, 20}, {1, 50},   {5, 50},
                                  {10, 50}, {20, 50}, {1, 150}, {5, 150}, {10, 150}, {20, 150}};

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b; // -1 is the largest
    return (x > y) - (x < y);
}

struct cell_figures cell_figures(const struct cell *cell, int64_t *delays, size_t count)
{
    struct cell_figures f = {0};
    double values[4];
    const double shares[4] = {0.5, 0.95, 0.99, 1};
    int64_t base = cell->rtt_ms * 500;
    size_t late = 0;
    qsort(delays, count, sizeof *delays, ascending);
    for (size_t i = 0; i < count; i++)
        late += delays[i] < 0 || delays[i] - base >= CELL_LATE_MS * 1000;
    for (int i = 0; i < 4; i++) {
        size_t rank = (size_t)(shares[i] * (double)count + 0.999999);
        int64_t delay = delays[rank ? rank - 1 : 0];
        values[i] = delay < 0 ? CELL_NEVER : (double)(delay - base) / 1000;
    }
    f = (struct cell_figures){values[0], values[1], values[2], values[3],
                              (double)late / (double)count};
    return f;
}

void cell_header(FILE *file)
{
    fprintf(file, "congestion,rtt_ms,loss_percent,run,frames,p50_ms,p95_ms,p99_ms,max_ms,late%d\n",
            CELL_LATE_MS);
}

void cell_write(FILE *file, const struct cell_row *r)
{
    const struct cell_figures *f = &r->figures;
    fprintf(file, "%s,%d,%d,%d,%d,%.1f,%.1f,%.1f,%.1f,%.4f\n", r->congestion, r->cell.rtt_ms,
            r->cell.loss_percent, r->run, r->frames, f->p50, f->p95, f->p99, f->max, f->late);
}

int cell_read(FILE *file, struct cell_row *r)
{
    char line[256];
    struct cell_figures *f = &r->figures;
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%15[^,],%d,%d,%d,%d,%lf,%lf,%lf,%lf,%lf", r->congestion, &r->cell.rtt_ms,
                   &r->cell.loss_percent, &r->run, &r->frames, &f->p50, &f->p95, &f->p99, &f->max,
                   &f->late) == 10)
            return 1;
    }
    return 0;
}
