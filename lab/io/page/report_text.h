// All words of the report's page, in each language that it speaks. They are HTML, and trusted; what
// comes from data is put in where {0}, {1}, ... stand (report_html.h), and escaped there.
#ifndef LAB_IO_PAGE_REPORT_TEXT_H
#define LAB_IO_PAGE_REPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

enum report_lang { REPORT_EN, REPORT_PT, REPORT_LANGS };

enum report_text {
    TEXT_LANG, // for <html lang>
    TEXT_TITLE,
    TEXT_TITLE_TONE,
    TEXT_SUBTITLE,
    TEXT_DONE_TITLE,
    TEXT_DONE,
    TEXT_DONE_TONE,
    TEXT_DONE_LOSS,
    TEXT_DONE_NETWORKS,
    TEXT_DONE_SEEDS,
    TEXT_LISTEN_TITLE,
    TEXT_LISTEN,
    TEXT_LISTEN_TONE,
    TEXT_SHOWS_TITLE,
    TEXT_AND,
    // Sentences computed from the data.
    TEXT_SHOWS_ESTOI,
    TEXT_SHOWS_WORST,
    TEXT_SHOWS_WORDS,
    TEXT_SHOWS_CONCEALED,
    TEXT_SHOWS_BURST,
    TEXT_SHOWS_DELAY,
    TEXT_SHOWS_DELAY_WORST,
    TEXT_SHOWS_JITTER,
    TEXT_SHOWS_NOTHING,
    // Notes.
    TEXT_NOTES,
    TEXT_NO_GNUPLOT,
    TEXT_FEW_FIGURES,
    TEXT_FEW_LOSSES,
    TEXT_FEW_CLIPS,
    TEXT_OTHER_VERSION,
    TEXT_ODD_RECORDS,
    TEXT_NO_SEEDS,
    // Ways of recovery.
    TEXT_NONE,
    TEXT_PLC,
    TEXT_FEC,
    TEXT_RED,
    TEXT_NACK,
    TEXT_AUTO,
    TEXT_TCP,
    TEXT_NONE_MEANS,
    TEXT_PLC_MEANS,
    TEXT_FEC_MEANS,
    TEXT_RED_MEANS,
    TEXT_NACK_MEANS,
    TEXT_AUTO_MEANS,
    TEXT_TCP_MEANS,
    TEXT_NONE_WITH, // "0.63 without repair"
    TEXT_PLC_WITH,
    TEXT_FEC_WITH,
    TEXT_RED_WITH,
    TEXT_NACK_WITH,
    TEXT_AUTO_WITH,
    TEXT_TCP_WITH,
    TEXT_OTHER_WITH,
    // Measures: name, axis, and what it means.
    TEXT_ESTOI_LOCAL,
    TEXT_ESTOI_LOCAL_AXIS,
    TEXT_ESTOI_LOCAL_MEANS,
    TEXT_WORDS,
    TEXT_WORDS_AXIS,
    TEXT_WORDS_MEANS,
    TEXT_MOS,
    TEXT_MOS_AXIS,
    TEXT_MOS_MEANS,
    TEXT_CONCEALED,
    TEXT_CONCEALED_AXIS,
    TEXT_CONCEALED_MEANS,
    TEXT_DELAY,
    TEXT_DELAY_AXIS,
    TEXT_DELAY_MEANS,
    TEXT_ESTOI,
    TEXT_ESTOI_AXIS,
    TEXT_ESTOI_MEANS,
    TEXT_SSIM,
    TEXT_SSIM_AXIS,
    TEXT_SSIM_MEANS,
    TEXT_FROZEN,
    TEXT_FROZEN_MEANS,
    TEXT_DELAY_P95,
    TEXT_DELAY_P95_MEANS,
    TEXT_WIRE,
    TEXT_WIRE_AXIS,
    TEXT_WIRE_MEANS,
    TEXT_MEDIA,
    TEXT_MEDIA_MEANS,
    // Sections.
    TEXT_SECTIONS,
    TEXT_SECTION,
    TEXT_SECTION_NETWORKS,
    TEXT_SECTION_MOST,
    TEXT_CURVES,
    TEXT_LOSS_AXIS,
    TEXT_BURST,
    TEXT_BURST_ONE,
    TEXT_BAND,
    TEXT_FIGURE_ALT,
    TEXT_FIGURE_ALT_NETWORKS,
    TEXT_MOS_ASSUMED,
    TEXT_TABLE,
    TEXT_TABLE_CAPTION,
    TEXT_COLUMN_LOSS,
    TEXT_COLUMN_BURST,
    TEXT_COLUMN_NETWORK,
    TEXT_COLUMN_RECOVERY,
    TEXT_COLUMN_SEEDS,
    // What each way of recovery costs and gives: the columns, and what they mean.
    TEXT_COST,
    TEXT_COST_WAY,
    TEXT_COST_RATE,
    TEXT_COST_RATE_MEANS,
    TEXT_COST_DELAY,
    TEXT_COST_DELAY_MEANS,
    TEXT_COST_DELAY_NETWORKS_MEANS,
    TEXT_COST_ESTOI,
    TEXT_COST_ESTOI_MEANS,
    TEXT_COST_GAIN_MEANS,
    TEXT_COST_WORDS,
    TEXT_COST_WORDS_MEANS,
    // Clips.
    TEXT_CLIPS,
    TEXT_CLIPS_HOW,
    TEXT_SAID,
    TEXT_ROW,
    TEXT_ROW_BURST,
    TEXT_CLIP_LABEL,
    TEXT_COMPARE,
    TEXT_BACK_AGAIN,
    TEXT_CLIP_MISSING,
    TEXT_CLIP_LEFT_OUT,
    TEXT_STRIP_ALT,
    TEXT_STRIP_NONE,
    TEXT_FATE_PLAYED,
    TEXT_FATE_RECOVERED,
    TEXT_FATE_COPIED,
    TEXT_FATE_AGAIN,
    TEXT_FATE_LOST,
    TEXT_FATE_LATE,
    TEXT_FATE_SKIPPED,
    TEXT_FATE_SILENT,
    TEXT_STRIP_LEGEND,
    // Pictures.
    TEXT_STILLS,
    TEXT_STILLS_ALT,
    TEXT_STILLS_HOW,
    // How to do it again.
    TEXT_AGAIN,
    TEXT_AGAIN_HOW,
    TEXT_AGAIN_NETWORKS,
    TEXT_AGAIN_SETTINGS,
    TEXT_MEANS_TITLE,
    TEXT_MEANS_INTERVAL,
    REPORT_TEXTS
};

const char *report_text(enum report_lang lang, enum report_text text);

// The words for a way of recovery: its name, what it means, and "with it" behind a value.
struct report_text_recovery {
    const char *name; // as in the records
    enum report_text text, means, with;
};
// NULL: the page has no words of its own for it.
const struct report_text_recovery *report_text_recovery(const char *name);
// Its name in words, or the one in the records where the page has none. Plain text.
const char *report_text_recovery_name(enum report_lang lang, const char *name);

struct report_number { // so that several can stand in one call
    char s[48];
};
// A number as the language writes it: with so many decimals, or with as many as it has.
struct report_number report_number(enum report_lang lang, double value, int decimals);
struct report_number report_number_brief(enum report_lang lang, double value);

#endif
