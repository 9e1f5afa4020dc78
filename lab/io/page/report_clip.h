// The clips of the report: what was heard, beside what was said, and a strip that shows what became
// of each packet.
#ifndef LAB_IO_PAGE_REPORT_CLIP_H
#define LAB_IO_PAGE_REPORT_CLIP_H

#include "lab/io/page/report_data.h"
#include "lab/io/page/report_text.h"

#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

// The part of the listener's time that a clip is of; also that of what was said.
#define REPORT_CLIP_FROM    (1 * USEC_SECOND)
#define REPORT_CLIP_SECONDS 6

#define REPORT_CLIPS_MAX (40u << 20) // octets of them in one page

// Which clips a page takes, so that all of them fit into so many octets of it.
struct report_clips {
    bool *kept;         // by cell
    bool fewer_losses;  // only the least, a middle and the greatest loss of each section
    bool fewer_cells;   // even so, only those of the first `cells` on the page
    size_t cells, most; // octets
};
bool report_clips_choose(struct report_clips *clips, const struct report_data *data, size_t most);
void report_clips_free(struct report_clips *clips);

struct report_clip_page {
    enum report_lang lang;
    size_t clean;        // a number for the clean clip, of its own on the page
    const char *heading; // of the clip, trusted HTML
    const char *label;   // the same and the condition in plain text, for who cannot see it
};

// The clean clip of a cell, and what was heard. What is missing says so on the page.
void report_clip_said(const struct report_cell *cell, const struct report_clip_page *page,
                      FILE *out);
void report_clip_heard(const struct report_cell *cell, bool kept,
                       const struct report_clip_page *page, FILE *out);
// What the colours of the strips mean.
void report_clip_legend(enum report_lang lang, FILE *out);

#endif
