// A file that a command makes: written beside its place first, and put there when it is whole, so that
// half a page is never taken for a whole one.
#ifndef LAB_IO_OUTPUT_H
#define LAB_IO_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {
    const char *path;
    char unfinished[4096]; // empty: it is written where it belongs
    FILE *file;
};

// Something else than a file (a device, a pipe, a link to one) must not be put aside for one.
bool output_is_special(const char *path);

// False: told on stderr.
bool output_open(struct output *o, const char *path);
// The same; `good`: what was written is what was meant. Else it is taken away, and nothing told of it.
bool output_close(struct output *o, bool good);

#endif
