// `voz-lab report`: the results of one sweep or several as a page to read and to listen to.
#ifndef LAB_IO_REPORT_H
#define LAB_IO_REPORT_H

#include "lab/io/page/report_text.h"

#include <stdbool.h>
#include <stddef.h>

// argv[0] is the command's name. Returns the exit status.
int report_main(int argc, char **argv);

struct report_config {
    const char *const *dirs; // that have results
    size_t count;
    const char *output; // file of the page
    bool table;         // results.csv, too, beside the page
    enum report_lang lang;
    bool quiet; // do not tell on stderr what the page lacks
};

// For --lang: a `set` function (media/io/cli.h) of an enum report_lang.
bool report_set_lang(void *lang, const char *value, char *why);

// False: told on stderr.
bool report_make(const struct report_config *config);

#endif
