// How a section of the report can be made again: the command, the networks, the settings.
#ifndef LAB_IO_PAGE_REPORT_AGAIN_H
#define LAB_IO_PAGE_REPORT_AGAIN_H

#include "lab/io/page/report_data.h"
#include "lab/io/page/report_text.h"

#include <stdio.h>

void report_again_put(const struct report_data *data, const struct report_section *section,
                      enum report_lang lang, FILE *out);

#endif
