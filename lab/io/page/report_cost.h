// What each way of recovery costs (octets, delay) and what it gives (words and intelligibility), in
// tables that fit on a telephone.
#ifndef LAB_IO_PAGE_REPORT_COST_H
#define LAB_IO_PAGE_REPORT_COST_H

#include "lab/io/page/report_page.h"

#include <stddef.h>
#include <stdio.h>

// Of the section that is `number` among those of the data; nothing where its runs have no rate.
void report_cost_put(const struct report_page *page, size_t number, FILE *out);

#endif
