// A text that a program writes where one of its options says: into a file, or, for "-", on standard
// output.
#ifndef MEDIA_IO_TEXTFILE_H
#define MEDIA_IO_TEXTFILE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct textfile {
    const char *program; // for messages: "voz-lab"
    const char *option;  // that named it: "json"
    const char *name;    // NULL: nothing is to be written
    FILE *file;          // NULL: not open
};

// False: told on stderr. Nothing to write is fine.
bool textfile_open(struct textfile *f);
// One line, which is there when this returns. False: errno says why.
bool textfile_json(struct textfile *f, const json_t *record);
// Also of one that is not open. False: not all could be written, errno says why.
bool textfile_close(struct textfile *f);
// Tells on stderr, with errno, what could not be written.
void textfile_fault(const struct textfile *f);

#endif
