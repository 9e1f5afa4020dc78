// Pictures in the report: see report_stills.h.
#include "lab/io/page/report_stills.h"

#include "lab/io/page/report_condition.h"
#include "lab/io/page/report_html.h"

#include <stdlib.h>
#include <string.h>

#define FILE_MAX (1u << 20) // octets; a strip has some 30,000

// Of those that have a strip, the one whose pictures were least like what was sent. NULL: none has.
static const struct report_cell *worst_of(const struct report_data *d,
                                          const struct report_section *s)
{
    const struct report_cell *worst = NULL;
    for (size_t i = s->first; i < s->first + s->count; i++) {
        const struct report_cell *c = &d->cells[i];
        if (c->stills && c->means[REPORT_SSIM].count &&
            (!worst || c->means[REPORT_SSIM].mean < worst->means[REPORT_SSIM].mean))
            worst = c;
    }
    return worst;
}

// The octets of a WebP file, which the caller frees. NULL: it is missing, or something else.
static uint8_t *read_strip(const struct report_cell *cell, size_t *len)
{
    char path[4096];
    bool fits =
        snprintf(path, sizeof path, "%s/clips/%s", cell->dir, cell->stills) < (int)sizeof path;
    FILE *file = fits ? fopen(path, "rb") : NULL;
    uint8_t *data = file ? malloc(FILE_MAX) : NULL;
    *len = data ? fread(data, 1, FILE_MAX, file) : 0;
    if (file)
        fclose(file);
    if (*len > 12 && *len < FILE_MAX && memcmp(data, "RIFF", 4) == 0 &&
        memcmp(data + 8, "WEBP", 4) == 0)
        return data;
    free(data);
    return NULL;
}

void report_stills_put(const struct report_data *d, const struct report_section *s,
                       enum report_lang lang, FILE *out)
{
    const struct report_cell *cell = worst_of(d, s);
    size_t len = 0;
    uint8_t *data = cell ? read_strip(cell, &len) : NULL;
    if (!data)
        return;
    char *condition = report_condition(lang, s, cell);
    fprintf(out,
            "<h4>%s</h4>\n<figure class=\"stills\"><img alt=\"%s\" src=\"data:image/webp;base64,",
            report_text(lang, TEXT_STILLS), report_text(lang, TEXT_STILLS_ALT));
    report_html_base64(out, data, len);
    fputs("\"><figcaption>", out);
    REPORT_SAY(out, lang, TEXT_STILLS_HOW, condition ? condition : "",
               report_text_recovery_name(lang, d->recoveries[cell->recovery].name));
    fputs("</figcaption></figure>\n", out);
    free(condition);
    free(data);
}
