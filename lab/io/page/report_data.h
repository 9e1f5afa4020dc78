// What the report tells of: the records of one folder of results or several, by condition. A
// section holds what only loss, burst and way of recovery (or the name of the network) tell apart;
// its cells are the conditions, each with the values of its seeds.
#ifndef LAB_IO_PAGE_REPORT_DATA_H
#define LAB_IO_PAGE_REPORT_DATA_H

#include "lab/mean.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum report_metric { // those before REPORT_CURVES are drawn, all stand in the tables
    REPORT_ESTOI_LOCAL,
    REPORT_WORDS,
    REPORT_MOS,
    REPORT_CONCEALED, // % of the time played
    REPORT_DELAY,     // ms
    REPORT_SSIM,      // of pictures
    REPORT_FROZEN,    // % of the time that they stood still
    REPORT_CURVES,
    REPORT_ESTOI = REPORT_CURVES,
    REPORT_DELAY_P95, // ms
    REPORT_WIRE,      // kbit/s, with all headers
    REPORT_MEDIA,     // kbit/s, of what the RTP packets carry
    REPORT_METRICS
};

struct report_range { // of the values seen; low > high: none was
    double low, high;
};

struct report_cell {
    size_t section, recovery; // places in the lists below
    const char *network;      // its name
    const char *netem;
    double loss, burst; // %, packets; 0 where the section has no lists
    struct mean means[REPORT_METRICS];
    struct report_range words; // 95 % confidence by the words alone, of the last run
    struct report_range seeds;
    size_t runs;
    // The clip, of the run that has one; the names are plain, of files in DIR/clips.
    const char *dir, *clip, *said; // NULL: none
    const char *stills;            // likewise, of pictures
    const char *fates;             // enum sim_fate, one for each frame
    double frame_ms, lag_ms;
    size_t order; // of its first run in the sweep
};

struct report_section {
    const char *in, *version;
    int64_t bitrate; // bit/s
    bool listed;     // it has loss and burst, and these two:
    double delay, jitter;
    json_t *settings; // everything else that its runs share, by key
    struct report_range ie, bpl;
    size_t first, count; // its cells: by burst, loss, recovery; or by network, recovery
    size_t order;
};

struct report_recovery {
    const char *name; // as in the records
    size_t order;
};

struct report_data {
    struct report_section *sections;
    size_t section_count;
    struct report_cell *cells;
    size_t cell_count;
    struct report_recovery *recoveries;
    size_t recovery_count;
    size_t runs;
    size_t odd;       // lines that were no runs of a sweep
    json_t *versions; // an object: number of runs of each
    size_t most_seeds;
};

// Mean and 95 % confidence interval; `*certain`: there is one. False: no value.
struct report_estimate {
    double mean, low, high;
    bool certain;
};
bool report_estimate(const struct report_cell *cell, enum report_metric metric,
                     struct report_estimate *e);

// Was anything said but tones?
bool report_has_speech(const struct report_data *data);
// A metric has a value in some cell.
bool report_has(const struct report_data *data, enum report_metric metric);
// The cell of a section with these, or NULL.
const struct report_cell *report_find(const struct report_data *data,
                                      const struct report_section *section, double loss,
                                      double burst, size_t recovery);
// The different bursts of a section, or losses, in order: at most `cap` into `values`. Returns how
// many.
size_t report_bursts(const struct report_data *data, const struct report_section *section,
                     double *values, size_t cap);
size_t report_losses(const struct report_data *data, const struct report_section *section,
                     double *values, size_t cap);

#endif
