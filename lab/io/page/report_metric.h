// What the report says about each of its measures: one row each.
#ifndef LAB_IO_PAGE_REPORT_METRIC_H
#define LAB_IO_PAGE_REPORT_METRIC_H

#include "lab/io/page/report_data.h"
#include "lab/io/page/report_text.h"

struct report_metric_row {
    enum report_text name, axis, means; // axis: its unit
    struct report_range limits;         // of its values; infinite: none
    int decimals;                       // that mean something
};

extern const struct report_metric_row report_metrics[REPORT_METRICS];

#endif
