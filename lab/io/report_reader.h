// Reads the results of sweeps, each run once, and puts them in order (report_data.h).
#ifndef LAB_IO_REPORT_READER_H
#define LAB_IO_REPORT_READER_H

#include "lab/io/page/report_data.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct report_reader;

struct report_reader *report_reader_new(void); // NULL: no memory
// Takes all results of a folder; runs that were there already, by their id, are passed over. `dir`
// outlives the data. False: `why` says what cannot be read.
bool report_reader_add(struct report_reader *r, const char *dir, char *why, size_t cap);
// Puts all in order; call once, after the last folder. The data lives as long as the reader. NULL:
// there was no memory for some of it.
const struct report_data *report_reader_end(struct report_reader *r);
// All runs as a table (results.h), in the order of the sweep that they are parts of.
void report_reader_table(const struct report_reader *r, FILE *out);
void report_reader_free(struct report_reader *r);

#endif
