// What was seen of the test picture, read back from a file of pictures.
#ifndef TESTS_E2E_SEEN_H
#define TESTS_E2E_SEEN_H

#include <stdbool.h>
#include <stdint.h>

// As the programs are told to send it.
#define SEEN_WIDTH  320
#define SEEN_HEIGHT 180
#define SEEN_SIZE   "320x180"

struct seen {
    int pictures;
    int read;  // whose number could be read
    int steps; // of those, one after the number before
    int backs; // of those, less than the number before: the film began again
    uint32_t first, last;
    double fps;
};

struct seen seen_read(const char *path);

#endif
