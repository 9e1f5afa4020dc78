// The figures of the report: gnuplot draws them, and they are made to fit into the page, whose
// style sheet then gives them their colours.
#ifndef LAB_IO_PAGE_REPORT_FIGURE_H
#define LAB_IO_PAGE_REPORT_FIGURE_H

#include "lab/io/page/report_data.h"
#include "lab/io/page/report_text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define REPORT_FIGURES_MAX  400 // on one page: 3 MB, and 10 s of gnuplot
#define REPORT_NETWORKS_MAX 200 // in one figure
#define REPORT_STYLES       7   // of lines, one for each way of recovery

struct report_figures;

// Draws all figures of the data, or the first REPORT_FIGURES_MAX. NULL: there are none, as `why`
// says in words that follow "gnuplot": it is not installed, say.
struct report_figures *report_figures_new(const struct report_data *data, enum report_lang lang,
                                          char *why, size_t cap);
void report_figures_free(struct report_figures *f); // NULL is fine
bool report_figures_all(const struct report_figures *f);

// The figure of a metric for one burst of a section (0 where it has names of networks), as an <svg>
// that is described by `alt`. False: there is none.
bool report_figures_put(const struct report_figures *f, size_t section, double burst,
                        enum report_metric metric, const char *alt, FILE *out);
// The markers that all of them use; once on a page, before them.
void report_figures_markers(FILE *out);
// How the lines of a way of recovery look, as a small <svg>.
void report_figures_swatch(const struct report_data *data, size_t recovery, FILE *out);

#endif
