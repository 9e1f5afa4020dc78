// One cell of the table of TCP: a loss and a round trip, and what they made of a minute of speech.
#ifndef BENCH_CELL_H
#define BENCH_CELL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CELL_FRAME   112   // octets: a frame of 38 kbit/s with its RTP and interleaving headers
#define CELL_PERIOD  20000 // microseconds
#define CELL_LATE_MS 200   // a frame this late is of no use to a conversation

#define CELL_NEVER 1e6 // milliseconds: what never came

struct cell {
    int loss_percent; // independent, each direction
    int rtt_ms;       // half of it each direction
};

#define CELLS 12
extern const struct cell cells[CELLS];

// Delay of frames from write to read, in excess of the one-way delay of the empty path. A frame
// that never came counts as the latest.
struct cell_figures {
    double p50, p95, p99, max; // milliseconds
    double late;               // share of frames CELL_LATE_MS late or more
};

// delays: microseconds from write to read, -1: never. They are sorted.
struct cell_figures cell_figures(const struct cell *cell, int64_t *delays, size_t count);

struct cell_row { // of the file of measurements
    char congestion[16];
    struct cell cell;
    int run, frames;
    struct cell_figures figures;
};

void cell_header(FILE *file);
void cell_write(FILE *file, const struct cell_row *row);
int cell_read(FILE *file, struct cell_row *row); // 0: no more

#endif
