// A class: the answers of all its listeners, by condition, as a page and as a table.
#ifndef LAB_IO_LISTEN_CLASS_H
#define LAB_IO_LISTEN_CLASS_H

#include "lab/io/listen/listen_condition.h"
#include "lab/io/page/report_text.h"
#include "lab/proportion.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define LISTEN_FILES 4096 // of one class

struct listen_cell { // a condition
    struct listen_condition condition;
    size_t answers, keywords, right;
    struct proportion understood; // its interval: proportion_of_clusters of the listeners
    double estoi;                 // mean over the answers
};

struct listen_class;

// NULL: no memory.
struct listen_class *listen_class_new(void);
void listen_class_free(struct listen_class *class); // NULL is fine

// Adds the file of one listener, which must be of the same test as those before, and not one of them. False:
// `why` says why, with the file and the line; the class is no use any more.
bool listen_class_add(struct listen_class *class, const char *path, char *why, size_t cap);

size_t listen_class_cells(const struct listen_class *class);
// By transport, then as in the test, then by loss, once all was added.
struct listen_cell listen_class_cell(const struct listen_class *class, size_t i);

void listen_class_print(const struct listen_class *class, FILE *out); // for a terminal
// False: no memory.
bool listen_class_put(const struct listen_class *class, enum report_lang lang, FILE *out);

#endif
