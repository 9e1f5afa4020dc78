// The Range header: see range.h. Fractions are read digit by digit, so no float rounds them.
#include "control/range.h"

#define RANGE_SECONDS_MAX (366 * 24 * 3600)

// npt-sec = 1*DIGIT [ "." *DIGIT ], RFC 2326 3.6; a start like ".5" is taken too.
static bool seconds_parse(struct slice text, usec *time)
{
    struct slice whole;
    uint64_t seconds = 0;
    bool fraction = slice_cut(&text, '.', &whole);
    if (whole.len ? !slice_unsigned(whole, RANGE_SECONDS_MAX, &seconds) : !(fraction && text.len))
        return false;
    usec micros = 0;
    usec unit = USEC_SECOND;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        unit /= 10;
        micros += unit * (text.at[i] - '0');
    }
    *time = (usec)seconds * USEC_SECOND + micros;
    return true;
}

// npt-hhmmss, or seconds alone.
static bool time_parse(struct slice text, usec *time)
{
    struct slice part;
    uint64_t minutes = 0;
    for (int parts = 0; slice_find(text, ':') < text.len; parts++) {
        uint64_t value;
        slice_cut(&text, ':', &part);
        if (parts == 2 || !slice_unsigned(part, RANGE_SECONDS_MAX / 60, &value))
            return false;
        minutes = minutes * 60 + value;
    }
    if (minutes > RANGE_SECONDS_MAX / 60 || !seconds_parse(text, time))
        return false;
    *time += (usec)minutes * 60 * USEC_SECOND;
    return *time <= RANGE_SECONDS_MAX * USEC_SECOND;
}

// RFC 2326 12.29
enum range_status range_parse(struct range *range, struct slice value)
{
    struct slice unit;
    struct slice from;
    *range = (struct range){.end = USEC_NEVER};
    slice_cut(&value, ';', &from); // what stands behind is ;time=
    value = from;
    if (!slice_cut(&value, '=', &unit) || !slice_is_nocase(slice_trim(unit), "npt"))
        return RANGE_BAD_UNIT;
    slice_cut(&value, '-', &from);
    from = slice_trim(from);
    value = slice_trim(value);
    if (!from.len && !value.len)
        return RANGE_BAD_TIME;
    range->now = slice_is_nocase(from, "now");
    if (from.len && !range->now && !time_parse(from, &range->start))
        return RANGE_BAD_TIME;
    if (value.len && !time_parse(value, &range->end))
        return RANGE_BAD_TIME;
    return range->end < range->start ? RANGE_BAD_TIME : RANGE_OK;
}

const char *range_strstatus(enum range_status status)
{
    switch (status) {
    case RANGE_OK:
        return "ok";
    case RANGE_BAD_UNIT:
        return "range is not in normal play time";
    case RANGE_BAD_TIME:
        return "range is not two times in order";
    }
    return "unknown";
}
