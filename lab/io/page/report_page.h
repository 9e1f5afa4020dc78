// The page of a report: one HTML file that needs nothing else.
#ifndef LAB_IO_PAGE_REPORT_PAGE_H
#define LAB_IO_PAGE_REPORT_PAGE_H

#include "lab/io/page/report_clip.h"
#include "lab/io/page/report_data.h"
#include "lab/io/page/report_figure.h"
#include "lab/io/page/report_text.h"

#include <stdio.h>

struct report_page {
    const struct report_data *data; // with at least one run
    enum report_lang lang;
    const struct report_figures *figures; // NULL: none, as `why_no_figures` says
    const char *why_no_figures;
    const struct report_clips *clips;
};

// Errors show in `out` (ferror).
void report_page_put(const struct report_page *page, FILE *out);

#endif
