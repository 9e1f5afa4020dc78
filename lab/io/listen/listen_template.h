// The pages of listening tests: templates with {{names}} in them, for each of which comes a text of the
// language (text.en.json, text.pt.json) or what the caller puts there.
#ifndef LAB_IO_LISTEN_TEMPLATE_H
#define LAB_IO_LISTEN_TEMPLATE_H

#include "lab/io/page/report_text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum listen_page { LISTEN_TEST, LISTEN_CLASS }; // test.html, class.html

struct listen_template {
    enum listen_page page;
    enum report_lang lang;
    // Asked when it is its turn, so that it can hold what {{clips}} has found out. NULL: no memory.
    json_t *(*data)(void *ctx);
    bool (*clips)(void *ctx, FILE *out); // LISTEN_CLASS: not looked at
    void *ctx;
};

// Writes a page. False: a function said so, or there was no memory.
bool listen_template_put(const struct listen_template *t, FILE *out);

#endif
