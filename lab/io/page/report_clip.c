// The clips to listen to: see report_clip.h.
#include "lab/io/page/report_clip.h"

#include "lab/io/page/report_html.h"
#include "lab/sim.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CLIP_MAX (4u << 20) // octets of a file; six seconds are 50,000
#define SECONDS  REPORT_CLIP_SECONDS
#define TALL     24 // of a strip; its width is the time, in ms

#define PIECES 3

// How high each stands, and in how many pieces, is told apart without colours.
static const struct fate {
    const char *class;
    enum sim_fate fate;
    enum report_text text;
    struct piece {
        int top, bottom; // 0, 0: no more of them
    } pieces[PIECES];
} fates[] = {
    {"played", SIM_PLAYED, TEXT_FATE_PLAYED, {{16, TALL}}},
    {"recovered", SIM_RECOVERED, TEXT_FATE_RECOVERED, {{9, TALL}}},
    {"copied", SIM_COPIED, TEXT_FATE_COPIED, {{9, 15}, {18, TALL}}},
    {"again", SIM_AGAIN, TEXT_FATE_AGAIN, {{9, 12}, {15, 18}, {21, TALL}}},
    {"lost", SIM_LOST, TEXT_FATE_LOST, {{0, TALL}}},
    {"late", SIM_LATE, TEXT_FATE_LATE, {{0, 6}, {9, TALL}}},
    {"skipped", SIM_SKIPPED, TEXT_FATE_SKIPPED, {{4, TALL}}},
    {"silent", SIM_SILENT, TEXT_FATE_SILENT, {{21, TALL}}},
};
#define FATES (sizeof fates / sizeof fates[0])

// ---- which of them -----------------------------------------------------------------------------

static bool path_of(const struct report_cell *cell, const char *name, char *path, size_t cap)
{
    return name && snprintf(path, cap, "%s/clips/%s", cell->dir, name) < (int)cap;
}

// Octets that a clip takes on the page: base64 makes four of three.
static size_t weight(const struct report_cell *cell, const char *name)
{
    char path[4096];
    struct stat file;
    if (!path_of(cell, name, path, sizeof path) || stat(path, &file) != 0 ||
        !S_ISREG(file.st_mode) || file.st_size > (off_t)CLIP_MAX)
        return 0;
    return ((size_t)file.st_size + 2) / 3 * 4;
}

// Whether all that are kept fit. `drop`: only those that do are kept from now on.
static bool fit(const struct report_data *d, struct report_clips *clips, bool drop)
{
    size_t sum = 0;
    const struct report_cell *before = NULL;
    for (size_t i = 0; i < d->cell_count; i++) {
        const struct report_cell *c = &d->cells[i];
        if (!clips->kept[i] || !c->clip)
            continue;
        if (!before || before->section != c->section) // a clean one for each section
            sum += weight(c, c->said);
        sum += weight(c, c->clip);
        before = c;
        if (drop) {
            clips->kept[i] = sum <= clips->most;
            clips->cells += clips->kept[i];
        }
    }
    return sum <= clips->most;
}

static void keep_three_losses(const struct report_data *d, bool *kept)
{
    for (size_t s = 0; s < d->section_count; s++) {
        double losses[256];
        const struct report_section *section = &d->sections[s];
        size_t count = report_losses(d, section, losses, 256);
        for (size_t i = section->first; i < section->first + section->count; i++) {
            double loss = d->cells[i].loss;
            kept[i] = loss <= losses[0] || loss >= losses[count - 1] ||
                      fabs(loss - losses[count / 2]) <= 0;
        }
    }
}

bool report_clips_choose(struct report_clips *clips, const struct report_data *data, size_t most)
{
    *clips = (struct report_clips){.most = most};
    clips->kept = malloc(data->cell_count + 1);
    if (!clips->kept)
        return false;
    memset(clips->kept, true, data->cell_count + 1);
    if (fit(data, clips, false))
        return true;
    clips->fewer_losses = true;
    keep_three_losses(data, clips->kept);
    clips->fewer_cells = !fit(data, clips, false) && !fit(data, clips, true);
    return true;
}

void report_clips_free(struct report_clips *clips)
{
    free(clips->kept);
}

// ---- one of them -------------------------------------------------------------------------------

// The octets of an Ogg file, which the caller frees. NULL: it is missing, or something else.
static uint8_t *read_clip(const struct report_cell *cell, const char *name, size_t *len)
{
    char path[4096];
    FILE *file = path_of(cell, name, path, sizeof path) ? fopen(path, "rb") : NULL;
    uint8_t *data = file ? malloc(CLIP_MAX) : NULL;
    *len = data ? fread(data, 1, CLIP_MAX, file) : 0;
    if (file)
        fclose(file);
    if (*len > 4 && *len < CLIP_MAX && memcmp(data, "OggS", 4) == 0)
        return data;
    free(data);
    return NULL;
}

static bool put_audio(const struct report_cell *cell, const char *name,
                      const struct report_clip_page *page, FILE *out)
{
    size_t len;
    uint8_t *data = read_clip(cell, name, &len);
    if (!data) {
        fprintf(out, "<p class=\"gone\">%s</p>\n", report_text(page->lang, TEXT_CLIP_MISSING));
        return false;
    }
    fputs("<audio controls preload=\"none\" aria-label=\"", out);
    report_html_escape(out, page->label);
    fputs("\" src=\"data:audio/ogg;base64,", out);
    report_html_base64(out, data, len);
    fputs("\"></audio>\n", out);
    free(data);
    return true;
}

void report_clip_said(const struct report_cell *cell, const struct report_clip_page *page,
                      FILE *out)
{
    fprintf(out, "<figure class=\"clip said\" id=\"said-%zu\"><figcaption>%s</figcaption>\n",
            page->clean, page->heading);
    put_audio(cell, cell->said, page, out);
    fputs("</figure>\n", out);
}

// ---- the strip ---------------------------------------------------------------------------------

struct strip { // the part of the source's time line that a clip was made from
    const char *fates;
    size_t first, end; // frames
    double from;       // ms of the source at the clip's beginning
    double ms;         // shown
    double frame_ms;
};

// The frame that begins nearest to an instant, 0 to `frames`, whatever the records say.
static size_t frame_of(const struct strip *s, double ms, size_t frames)
{
    return (size_t)fmin(fmax(round(ms / s->frame_ms), 0), (double)frames);
}

// The clip begins at an instant of the listener's, who hears all `lag_ms` late.
static bool strip_of(const struct report_cell *cell, struct strip *s)
{
    size_t frames = cell->fates ? strlen(cell->fates) : 0;
    double lag = isnan(cell->lag_ms) ? 0 : cell->lag_ms;
    if (!frames || !(cell->frame_ms > 0))
        return false;
    *s = (struct strip){.fates = cell->fates,
                        .frame_ms = cell->frame_ms,
                        .from = usec_to_ms(REPORT_CLIP_FROM) - lag};
    s->ms = fmin(SECONDS * 1000.0, (double)frames * s->frame_ms - s->from);
    if (s->ms <= 0)
        return false;
    // A frame belongs to it that lies in it by more than half.
    s->first = frame_of(s, s->from, frames);
    s->end = frame_of(s, s->from + s->ms, frames);
    return s->first < s->end;
}

// One fate from one time to another, as a part of a path.
static void put_pieces(const struct fate *fate, double from, double to, FILE *out)
{
    for (const struct piece *p = fate->pieces; p < fate->pieces + PIECES && p->bottom; p++)
        fprintf(out, "M%.0f %dH%.0fV%dH%.0fz", from, p->top, to, p->bottom, from);
}

static void put_runs(const struct strip *s, const struct fate *fate, FILE *out)
{
    for (size_t i = s->first; i < s->end;) {
        size_t next = i;
        while (next < s->end && s->fates[next] == (char)fate->fate)
            next++;
        double from = fmax((double)i * s->frame_ms - s->from, 0);
        double to = fmin((double)next * s->frame_ms - s->from, s->ms);
        if (next > i)
            put_pieces(fate, from, to, out);
        i = next > i ? next : i + 1;
    }
}

static void count_fates(const struct strip *s, size_t counts[FATES])
{
    memset(counts, 0, FATES * sizeof counts[0]);
    for (size_t i = s->first; i < s->end; i++)
        for (size_t f = 0; f < FATES; f++)
            counts[f] += s->fates[i] == (char)fates[f].fate;
}

// "played 276, recovered 12, lost 12", which the caller frees.
static char *in_words(const size_t counts[FATES], enum report_lang lang)
{
    char *text = NULL;
    size_t len;
    const char *comma = "";
    FILE *out = open_memstream(&text, &len);
    for (size_t f = 0; out && f < FATES; f++)
        if (counts[f]) {
            fprintf(out, "%s%s %zu", comma, report_text(lang, fates[f].text), counts[f]);
            comma = ", ";
        }
    if (out)
        fclose(out);
    return text;
}

static void put_strip(const struct report_cell *cell, enum report_lang lang, FILE *out)
{
    struct strip s;
    size_t counts[FATES];
    char all[32];
    if (!strip_of(cell, &s)) {
        fprintf(out, "<p class=\"gone\">%s</p>\n", report_text(lang, TEXT_STRIP_NONE));
        return;
    }
    count_fates(&s, counts);
    char *words = in_words(counts, lang);
    snprintf(all, sizeof all, "%zu", s.end - s.first);
    fprintf(out,
            "<div class=\"strip\" data-seconds=\"%.3f\"><svg viewBox=\"0 0 %.0f %d\" "
            "preserveAspectRatio=\"none\" aria-hidden=\"true\">",
            s.ms / 1000, s.ms, TALL);
    for (size_t f = 0; f < FATES; f++)
        if (counts[f]) {
            fprintf(out, "<path class=\"%s\" d=\"", fates[f].class);
            put_runs(&s, &fates[f], out);
            fputs("\"/>", out);
        }
    fputs("</svg></div>\n<p class=\"counts\">", out);
    REPORT_SAY(out, lang, TEXT_STRIP_ALT, all, words);
    fputs("</p>\n", out);
    free(words);
}

void report_clip_heard(const struct report_cell *cell, bool kept,
                       const struct report_clip_page *page, FILE *out)
{
    bool there = false;
    fprintf(out, "<figure class=\"clip\" data-lag=\"%.3f\" data-said=\"said-%zu\">",
            isnan(cell->lag_ms) ? 0 : cell->lag_ms / 1000, page->clean);
    fprintf(out, "<figcaption>%s</figcaption>\n", page->heading);
    if (kept)
        there = put_audio(cell, cell->clip, page, out);
    else
        fprintf(out, "<p class=\"gone\">%s</p>\n", report_text(page->lang, TEXT_CLIP_LEFT_OUT));
    put_strip(cell, page->lang, out);
    if (there) // without the script it could do nothing
        fprintf(out, "<button type=\"button\" hidden data-back=\"%s\">%s</button>\n",
                report_text(page->lang, TEXT_BACK_AGAIN), report_text(page->lang, TEXT_COMPARE));
    fputs("</figure>\n", out);
}

void report_clip_legend(enum report_lang lang, FILE *out)
{
    fprintf(out, "<p class=\"legend\"><strong>%s:</strong> ", report_text(lang, TEXT_STRIP_LEGEND));
    for (size_t f = 0; f < FATES; f++) {
        fprintf(out,
                "<span><svg class=\"fate\" viewBox=\"0 0 16 %d\" aria-hidden=\"true\">"
                "<path class=\"%s\" d=\"",
                TALL, fates[f].class);
        put_pieces(&fates[f], 0, 16, out);
        fprintf(out, "\"/></svg>%s</span> ", report_text(lang, fates[f].text));
    }
    fputs("</p>\n", out);
}
