// Writes the page: texts with values put in, and everything that comes from data escaped.
#ifndef LAB_IO_PAGE_REPORT_HTML_H
#define LAB_IO_PAGE_REPORT_HTML_H

#include "lab/io/page/report_text.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// Text that can stand between tags and in quoted attributes. What is not UTF-8, and control
// characters, become U+FFFD.
void report_html_escape(FILE *out, const char *text);

#define REPORT_HTML_VALUES 10
struct report_html_values { // of {0}, {1}, ...; plain text, which is escaped
    const char *v[REPORT_HTML_VALUES];
};

// A text of the page in its language. `template` must be trusted HTML.
void report_html_fill(FILE *out, const char *template, const struct report_html_values *values);

// The same as plain text, which is to be escaped later: `template` must hold no tags.
void report_html_fill_plain(FILE *out, const char *template,
                            const struct report_html_values *values);

// RFC 4648 section 4.
void report_html_base64(FILE *out, const uint8_t *data, size_t len);

#define REPORT_SAY(out, lang, text, ...)                 \
    report_html_fill((out), report_text((lang), (text)), \
                     &(struct report_html_values){{__VA_ARGS__}})

#endif
