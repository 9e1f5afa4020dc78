// Numbers with units: see quantity.h. In integers throughout, so that what was read can be printed
// again.
#include "media/quantity.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define NANO UINT64_C(1000000000)

const struct quantity_unit quantity_no_unit[] = {{"", 1}, {NULL, 0}};

static const struct quantity_unit time_units[] = {
    {"", 1},          {"us", 1},         {"usec", 1},     {"usecs", 1},
    {"ms", 1000},     {"msec", 1000},    {"msecs", 1000}, {"s", 1000000},
    {"sec", 1000000}, {"secs", 1000000}, {NULL, 0},
};

static const struct quantity_unit percentage_units[] = {{"", NANO}, {"%", NANO}, {NULL, 0}};

#define KI (UINT64_C(1) << 10)
#define MI (UINT64_C(1) << 20)
#define GI (UINT64_C(1) << 30)

static const struct quantity_unit rate_units[] = {
    {"", 1},           {"bit", 1},        {"kbit", 1000},     {"mbit", 1000000}, {"gbit", NANO},
    {"kibit", KI},     {"mibit", MI},     {"gibit", GI},      {"bps", 8}, // octets per second
    {"kbps", 8000},    {"mbps", 8000000}, {"gbps", 8 * NANO}, {"kibps", 8 * KI}, {"mibps", 8 * MI},
    {"gibps", 8 * GI}, {NULL, 0},
};

const struct quantity quantity_time = {
    .units = time_units,
    .most = UINT32_MAX,
    .expected = "expected a time, such as 40ms, 1.5s or 200us",
    .too_much = "too long: a time is at most 4294.967295s",
};

const struct quantity quantity_percentage = {
    .units = percentage_units,
    .most = QUANTITY_WHOLE,
    .expected = "expected a percentage, such as 5% or 0.1%",
    .too_much = "more than 100 %",
};

const struct quantity quantity_rate = {
    .units = rate_units,
    .most = 1000 * NANO,
    .expected = "expected a rate, such as 128kbit, 1.5mbit or 16kbps (octets per second)",
    .too_much = "too fast: a rate is at most 1000gbit",
};

struct number {
    uint64_t whole;
    uint64_t nano; // 10^-9
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// The number that starts at `at`; returns where it ends, `at` where there is none. A whole part
// that is too long stops at a value above every limit.
static const char *read_number(const char *at, const char *end, struct number *n)
{
    const char *start = at;
    *n = (struct number){0};
    for (; at < end && is_digit(*at); at++)
        if (n->whole < NANO * NANO)
            n->whole = n->whole * 10 + (uint64_t)(*at - '0');
    bool any = at > start;
    if (at < end && *at == '.') {
        at++;
        for (uint64_t unit = NANO / 10; at < end && is_digit(*at); at++, unit /= 10) {
            n->nano += unit * (uint64_t)(*at - '0');
            any = true;
        }
    }
    return any ? at : start;
}

// 0: there is no such unit.
static uint64_t find_scale(const struct quantity_unit *units, const char *name, size_t len)
{
    for (; units->name; units++)
        if (strlen(units->name) == len && !strncasecmp(units->name, name, len))
            return units->scale;
    return 0;
}

const char *quantity_read(const struct quantity *q, const char *text, size_t len, uint64_t *value)
{
    struct number n;
    const char *end = text + len;
    const char *unit = read_number(text, end, &n);
    uint64_t scale = unit > text ? find_scale(q->units, unit, (size_t)(end - unit)) : 0;
    if (len && *text == '-')
        return "must not be negative";
    if (!scale)
        return q->expected;
    if (n.whole > q->most / scale)
        return q->too_much;
    *value = n.whole * scale + (n.nano * scale + NANO / 2) / NANO;
    return *value > q->most ? q->too_much : NULL;
}
