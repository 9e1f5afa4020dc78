// Pictures in the report: what was sent above what was seen, at some instants of the worst run of a section.
#ifndef LAB_IO_PAGE_REPORT_STILLS_H
#define LAB_IO_PAGE_REPORT_STILLS_H

#include "lab/io/page/report_data.h"
#include "lab/io/page/report_text.h"

#include <stdio.h>

// Nothing where the section has none, or its file is missing.
void report_stills_put(const struct report_data *data, const struct report_section *section,
                       enum report_lang lang, FILE *out);

#endif
