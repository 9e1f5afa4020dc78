// gnuplot as a program that draws, and its SVG made to fit into a page.
#ifndef LAB_IO_PAGE_REPORT_SVG_H
#define LAB_IO_PAGE_REPORT_SVG_H

#include <stddef.h>
#include <stdio.h>

// Runs gnuplot over a script, an open file, from its beginning. What it draws comes back with a NUL
// behind it, one document after the other, and the caller frees it. NULL: `why` says what gnuplot
// did, in words that follow its name.
char *report_svg_draw(FILE *script, char *why, size_t cap);

struct report_svg_page {
    const char *const *labels; // for @0@, @1@, ... in texts; plain text, which is escaped
    size_t count;
    const char *alt; // what the picture shows
    int width, height;
};

// One document out of many, from its "<?xml" to the next or the end, as an element of the page:
// without what is the same in each, and without colours. rgb(0, 0, N) becomes a class: sN of what
// strokes with it, fN of what is filled with it, cN of what has it as its `color`.
void report_svg_put(const char *svg, const struct report_svg_page *page, FILE *out);

// Where the next document begins behind this one; NULL: there is none.
const char *report_svg_next(const char *svg);

#endif
