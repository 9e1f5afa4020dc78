// A condition in words: what stands above the clips and the figures of all ways of recovery that
// had to do with it.
#ifndef LAB_IO_PAGE_REPORT_CONDITION_H
#define LAB_IO_PAGE_REPORT_CONDITION_H

#include "lab/io/page/report_data.h"
#include "lab/io/page/report_text.h"

#include <stdbool.h>

// Plain text, which the caller frees; NULL: no memory.
char *report_condition(enum report_lang lang, const struct report_section *section,
                       const struct report_cell *cell);

// Whether two cells of a section differ in nothing but the way of recovery. False where `a` is NULL.
bool report_condition_same(const struct report_cell *a, const struct report_cell *b);

#endif
