// The top of the report, for a student: what was done, what to listen for, and what it shows, in
// sentences made from the figures.
#ifndef LAB_IO_PAGE_REPORT_INTRO_H
#define LAB_IO_PAGE_REPORT_INTRO_H

#include "lab/io/page/report_data.h"
#include "lab/io/page/report_text.h"

#include <stdio.h>

void report_intro_put(const struct report_data *data, enum report_lang lang, FILE *out);

#endif
