// The answers of a listener, as the page saved them: a CSV with a row for each sentence.
#ifndef LAB_IO_LISTEN_CSV_H
#define LAB_IO_LISTEN_CSV_H

#include "lab/io/listen/listen_condition.h"

#include <stdbool.h>
#include <stddef.h>

#define LISTEN_ID 24 // octets of a name of a test or a run with its NUL

struct listen_row {
    char test[LISTEN_ID]; // which page it was
    char run[LISTEN_ID];  // and which time that it was taken
    int listener;         // the number of the listener, which is the seed of the order
    int sentence;
    struct listen_condition condition;
    int keywords, right; // as the page scored them
    double estoi;
};

// Calls `each` for every row, of one test and one run, no sentence twice. False: `why` names the file and
// the line. `each` says why in the same way, without them.
bool listen_csv_read(const char *path,
                     bool (*each)(void *ctx, const struct listen_row *row, char *why, size_t cap),
                     void *ctx, char *why, size_t cap);

#endif
