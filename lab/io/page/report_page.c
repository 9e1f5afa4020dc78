// The page, from its head to its foot: see report_page.h.
#include "lab/io/page/report_page.h"

#include "lab/io/page/report_html.h"
#include "lab/io/page/report_intro.h"
#include "lab/io/page/report_metric.h"
#include "lab/io/page/report_section.h"
#include "media/io/embed.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

EMBED(char, report_style, "lab/io/page/style.css");
EMBED(char, report_script, "lab/io/page/script.js");

static const char *say(const struct report_page *page, enum report_text text)
{
    return report_text(page->lang, text);
}

static struct report_number whole(size_t x)
{
    struct report_number n;
    snprintf(n.s, sizeof n.s, "%zu", x);
    return n;
}

// ---- head --------------------------------------------------------------------------------------

static void put_head(const struct report_page *page, FILE *out)
{
    const char *title = say(page, report_has_speech(page->data) ? TEXT_TITLE : TEXT_TITLE_TONE);
    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"color-scheme\" content=\"light dark\">\n<title>%s</title>\n"
            "<link rel=\"icon\" href=\"data:,\">\n<style>\n",
            say(page, TEXT_LANG), title);
    fwrite(report_style, 1, EMBED_LEN(report_style), out);
    fputs("</style>\n</head>\n<body>\n", out);
    report_figures_markers(out);
    fprintf(out, "<header><h1>%s</h1>\n<p>", title);
    REPORT_SAY(out, page->lang, TEXT_SUBTITLE, whole(page->data->runs).s,
               whole(page->data->cell_count).s, VOZ_VERSION);
    fputs("</p></header>\n<main>\n", out);
}

static void put_note(const struct report_page *page, enum report_text text,
                     const struct report_html_values *values, FILE *out)
{
    fprintf(out, "<p class=\"note\"><strong>%s:</strong> ", say(page, TEXT_NOTES));
    report_html_fill(out, say(page, text), values);
    fputs("</p>\n", out);
}

static void put_version_notes(const struct report_page *page, FILE *out)
{
    const char *version;
    json_t *runs;
    json_object_foreach(page->data->versions, version, runs)
    {
        const struct report_number count = whole((size_t)json_integer_value(runs));
        if (strcmp(version, VOZ_VERSION) != 0)
            put_note(page, TEXT_OTHER_VERSION,
                     &(struct report_html_values){{count.s, version, VOZ_VERSION}}, out);
    }
}

static void put_notes(const struct report_page *page, FILE *out)
{
    const struct report_number figures = whole(REPORT_FIGURES_MAX),
                               networks = whole(REPORT_NETWORKS_MAX),
                               megabytes = whole(page->clips->most >> 20),
                               cells = whole(page->clips->cells), odd = whole(page->data->odd);
    const struct {
        bool needed;
        enum report_text text;
        struct report_html_values values;
    } notes[] = {
        {!page->figures, TEXT_NO_GNUPLOT, {{page->why_no_figures}}},
        {page->figures && !report_figures_all(page->figures),
         TEXT_FEW_FIGURES,
         {{figures.s, networks.s}}},
        {page->clips->fewer_losses, TEXT_FEW_LOSSES, {{megabytes.s}}},
        {page->clips->fewer_cells, TEXT_FEW_CLIPS, {{cells.s}}},
        {page->data->odd, TEXT_ODD_RECORDS, {{odd.s}}},
        {page->data->most_seeds < 2, TEXT_NO_SEEDS, {{NULL}}},
    };
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        if (notes[i].needed)
            put_note(page, notes[i].text, &notes[i].values, out);
    put_version_notes(page, out);
}

// ---- foot --------------------------------------------------------------------------------------

static void put_meanings(const struct report_page *page, FILE *out)
{
    fprintf(out, "<h2>%s</h2>\n<dl>\n", say(page, TEXT_MEANS_TITLE));
    for (int m = 0; m < REPORT_METRICS; m++)
        if (report_has(page->data, (enum report_metric)m))
            fprintf(out, "<dt>%s</dt><dd>%s</dd>\n", say(page, report_metrics[m].name),
                    say(page, report_metrics[m].means));
    fprintf(out, "</dl>\n<p>%s</p>\n", say(page, TEXT_MEANS_INTERVAL));
}

void report_page_put(const struct report_page *page, FILE *out)
{
    put_head(page, out);
    report_intro_put(page->data, page->lang, out);
    put_notes(page, out);
    fprintf(out, "<h2>%s</h2>\n", say(page, TEXT_SECTIONS));
    for (size_t i = 0; i < page->data->section_count; i++)
        report_section_put(page, i, out);
    put_meanings(page, out);
    fputs("</main>\n<script>\n", out);
    fwrite(report_script, 1, EMBED_LEN(report_script), out);
    fputs("</script>\n</body>\n</html>\n", out);
}
