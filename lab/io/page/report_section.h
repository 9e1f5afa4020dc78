// One section of the page: its curves, its clips, its table, and how to make it again.
#ifndef LAB_IO_PAGE_REPORT_SECTION_H
#define LAB_IO_PAGE_REPORT_SECTION_H

#include "lab/io/page/report_page.h"

#include <stddef.h>
#include <stdio.h>

// `number`: its place among those of the data. It folds; the first is open.
void report_section_put(const struct report_page *page, size_t number, FILE *out);

#endif
