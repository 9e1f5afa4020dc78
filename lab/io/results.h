// What a sweep leaves in its folder, and finds there when it is started again: results*.jsonl with
// a line of JSON for each run, as it was done, and results.csv with a row for each run of the plan.
#ifndef LAB_IO_RESULTS_H
#define LAB_IO_RESULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define RESULTS_ID 17 // octets of an id with its NUL

// A name for a run, of hexadecimal digits: equal for equal `condition` texts and voz versions.
void results_id(const char *condition, char id[RESULTS_ID]);

// The same for what is in a file; empty for one that cannot be read, or that is none ("speech").
void results_file_id(const char *path, char id[RESULTS_ID]);

// Calls `each` with every whole record in the folder's results*.jsonl; a line that was cut off is
// passed over. False: a file could not be read, as `why` says. A folder without any is fine.
bool results_read(const char *dir, void (*each)(void *ctx, json_t *record), void *ctx, char *why,
                  size_t cap);

// The row of a record, without its line end, in memory that the caller frees; NULL: no memory.
char *results_row(const json_t *record);
void results_header(FILE *out); // the line with the names of the columns

#endif
