// The grammar of a path: see netem.h. The words are a table of parse functions; what depends on two
// words is checked at the end.
#include "media/netem.h"

#include <stdint.h>
#include <string.h>

#include "media/quantity.h"

struct word {
    const char *at;
    size_t len;
};

enum option {
    DELAY,
    DISTRIBUTION,
    LOSS,
    DUPLICATE,
    REORDER,
    GAP,
    CORRUPT,
    RATE,
    LIMIT,
    SEED,
    TRACE,
    OPTIONS
};

struct parser {
    const char *text;
    const char *at;
    struct impair_spec spec;
    struct word given[OPTIONS]; // where each option's word stands; len 0: nowhere
    struct netem_error *error;
};

static bool fail(struct parser *p, struct word where, const char *what)
{
    *p->error = (struct netem_error){(size_t)(where.at - p->text), where.len, what};
    return false;
}

// The next word; len 0: there is none.
static struct word peek(const struct parser *p)
{
    struct word w = {.at = p->at + strspn(p->at, " \t\r\n\v\f")};
    w.len = strcspn(w.at, " \t\r\n\v\f");
    return w;
}

static struct word next(struct parser *p)
{
    struct word w = peek(p);
    p->at = w.at + w.len;
    return w;
}

// Where tc asks for a digit, this takes a sign and a point too, for the sake of a better error.
static bool next_is_number(const struct parser *p)
{
    struct word w = peek(p);
    return w.len && strchr("0123456789.+-", *w.at);
}

static bool is_word(struct word w, const char *name)
{
    return w.len == strlen(name) && !memcmp(w.at, name, w.len);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool read_quantity(struct parser *p, struct word w, const struct quantity *q, uint64_t *out)
{
    const char *wrong = quantity_read(q, w.at, w.len, out);
    return !wrong || fail(p, w, wrong);
}

// The word after `option`, for which there must be one.
static bool read_argument(struct parser *p, struct word option, const struct quantity *q,
                          uint64_t *out)
{
    struct word w = next(p);
    return w.len ? read_quantity(p, w, q, out) : fail(p, option, q->expected);
}

static double share_of(uint64_t units)
{
    return (double)units / (double)QUANTITY_WHOLE;
}

static const struct quantity a_limit = {
    .units = quantity_no_unit,
    .most = IMPAIR_LIMIT_MAX,
    .expected = "expected a number of packets, such as 1000",
    .too_much = "too many packets: the limit is at most 1000000",
};

static const struct quantity a_gap = {
    .units = quantity_no_unit,
    .most = UINT32_MAX,
    .expected = "expected a distance in packets, such as 5",
    .too_much = "too large: a gap is at most 4294967295",
};

static const struct quantity a_size = {
    .units = quantity_no_unit,
    .most = IMPAIR_OVERHEAD_MAX,
    .expected = "expected a number of octets, such as 48",
    .too_much = "too large: at most 65535 octets",
};

static bool parse_delay(struct parser *p, struct word option)
{
    uint64_t delay = 0;
    uint64_t jitter = 0;
    uint64_t correlation = 0;
    bool ok = read_argument(p, option, &quantity_time, &delay);
    if (ok && next_is_number(p)) {
        ok = read_quantity(p, next(p), &quantity_time, &jitter);
        if (ok && next_is_number(p))
            ok = read_quantity(p, next(p), &quantity_percentage, &correlation);
    }
    p->spec.delay = (usec)delay;
    p->spec.jitter = (usec)jitter;
    p->spec.delay_correlation = share_of(correlation);
    return ok;
}

static bool parse_distribution(struct parser *p, struct word option)
{
    struct word w = next(p);
    for (int d = 0; d < DISTRIBUTIONS; d++) {
        if (is_word(w, distribution_name(d))) {
            p->spec.distribution = d;
            return true;
        }
    }
    return fail(p, w.len ? w : option, "expected uniform, normal, pareto or paretonormal");
}

// One to `most` shares, how many to `given`.
static bool read_shares(struct parser *p, struct word option, double *shares, unsigned most,
                        unsigned *given)
{
    for (*given = 0; *given < most; (*given)++) {
        uint64_t units;
        if (*given > 0 && !next_is_number(p))
            break;
        if (!read_argument(p, option, &quantity_percentage, &units))
            return false;
        shares[*given] = share_of(units);
    }
    return true;
}

static bool parse_chance(struct parser *p, struct word option, struct chance *chance)
{
    double shares[2] = {0};
    unsigned given;
    if (!read_shares(p, option, shares, 2, &given))
        return false;
    *chance = (struct chance){.p = shares[0], .correlation = shares[1]};
    return true;
}

static bool parse_duplicate(struct parser *p, struct word option)
{
    return parse_chance(p, option, &p->spec.duplicate);
}

static bool parse_reorder(struct parser *p, struct word option)
{
    return parse_chance(p, option, &p->spec.reorder);
}

static bool parse_corrupt(struct parser *p, struct word option)
{
    return parse_chance(p, option, &p->spec.corrupt);
}

static bool parse_loss_model(struct parser *p, struct word option, struct loss_spec *loss)
{
    struct word w = peek(p);
    loss->model = LOSS_NONE;
    if (next_is_number(p))
        loss->model = LOSS_RANDOM;
    for (int m = LOSS_NONE + 1; loss->model == LOSS_NONE && m < LOSS_MODELS; m++) {
        if (is_word(w, loss_name(m))) {
            loss->model = m;
            next(p);
        }
    }
    if (loss->model == LOSS_NONE)
        return fail(p, w.len ? w : option,
                    "expected a percentage, such as 5%, or random, state or gemodel");
    return true;
}

static bool parse_loss(struct parser *p, struct word option)
{
    struct loss_spec *loss = &p->spec.loss;
    unsigned given;
    if (!parse_loss_model(p, option, loss))
        return false;
    struct word shares = peek(p);
    if (!read_shares(p, option, loss->p, loss_params(loss->model), &given))
        return false;
    loss_defaults(loss, given);
    for (unsigned i = given; i < loss_params(loss->model); i++) // 1 - p, to 9 decimals as well
        loss->p[i] = share_of((uint64_t)(loss->p[i] * (double)QUANTITY_WHOLE + 0.5));
    shares.len = (size_t)(p->at - shares.at);
    if (!loss_is_possible(loss))
        return fail(p, shares, "p13 + p14 or p31 + p32 is more than 100 %");
    return true;
}

static bool parse_gap(struct parser *p, struct word option)
{
    uint64_t gap = 0;
    struct word w = peek(p);
    if (!read_argument(p, option, &a_gap, &gap))
        return false;
    p->spec.gap = (uint32_t)gap;
    return gap > 0 || fail(p, w, a_gap.expected);
}

static bool parse_limit(struct parser *p, struct word option)
{
    uint64_t limit = 0;
    struct word w = peek(p);
    if (!read_argument(p, option, &a_limit, &limit))
        return false;
    p->spec.limit = (uint32_t)limit;
    return limit > 0 || fail(p, w, a_limit.expected);
}

static bool read_octets(struct parser *p, bool may_be_negative, int *out)
{
    struct word w = next(p);
    bool negative = may_be_negative && *w.at == '-';
    uint64_t value;
    const char *wrong = quantity_read(&a_size, w.at + negative, w.len - negative, &value);
    if (wrong)
        return fail(p, w, wrong);
    *out = negative ? -(int)value : (int)value;
    return true;
}

static bool parse_rate(struct parser *p, struct word option)
{
    struct impair_rate *rate = &p->spec.rate;
    struct word w = peek(p);
    if (!read_argument(p, option, &quantity_rate, &rate->rate))
        return false;
    if (rate->rate == 0)
        return fail(p, w, quantity_rate.expected);
    if (next_is_number(p) && !read_octets(p, true, &rate->packet_overhead))
        return false;
    if (next_is_number(p) && !read_octets(p, false, &rate->cell_size))
        return false;
    w = peek(p);
    if (next_is_number(p) && !read_octets(p, true, &rate->cell_overhead))
        return false;
    if (rate->cell_size > 0 && rate->cell_size + rate->cell_overhead <= 0)
        return fail(p, w, "takes away the whole cell: expected less than the cell size");
    return true;
}

static bool parse_seed(struct parser *p, struct word option)
{
    const char *expected = "expected a number from 0 to 18446744073709551615";
    struct word w = next(p);
    uint64_t seed = 0;
    for (size_t i = 0; i < w.len; i++) {
        uint64_t digit = (uint64_t)w.at[i] - '0';
        if (!is_digit(w.at[i]) || seed > (UINT64_MAX - digit) / 10)
            return fail(p, w, expected);
        seed = seed * 10 + digit;
    }
    p->spec.seed = seed;
    p->spec.has_seed = true;
    return w.len > 0 || fail(p, option, expected);
}

static bool parse_trace(struct parser *p, struct word option)
{
    struct word w = next(p);
    if (w.len == 0)
        return fail(p, option, "expected the name of a trace file");
    if (w.len >= sizeof p->spec.trace_file)
        return fail(p, w, "the file name is too long: at most 255 octets");
    memcpy(p->spec.trace_file, w.at, w.len);
    return true;
}

static const struct name {
    const char *name;
    enum option option;
    bool (*parse)(struct parser *p, struct word option);
} names[] = {
    {"delay", DELAY, parse_delay},
    {"latency", DELAY, parse_delay},
    {"distribution", DISTRIBUTION, parse_distribution},
    {"loss", LOSS, parse_loss},
    {"drop", LOSS, parse_loss},
    {"duplicate", DUPLICATE, parse_duplicate},
    {"reorder", REORDER, parse_reorder},
    {"gap", GAP, parse_gap},
    {"corrupt", CORRUPT, parse_corrupt},
    {"rate", RATE, parse_rate},
    {"limit", LIMIT, parse_limit},
    {"seed", SEED, parse_seed},
    {"trace", TRACE, parse_trace},
};

static const struct name *find_name(struct word w)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t len = strlen(names[i].name);
        if (w.len >= 3 && w.len <= len && !memcmp(w.at, names[i].name, w.len))
            return &names[i];
    }
    return NULL;
}

static bool parse_option(struct parser *p)
{
    struct word w = next(p);
    const struct name *name = find_name(w);
    if (is_word(w, "slot") || is_word(w, "ecn"))
        return fail(p, w, "netem's slot and ecn are not part of this model");
    if (!name)
        return fail(p, w,
                    "unknown word: expected delay, distribution, loss, duplicate, reorder, gap, "
                    "corrupt, rate, limit, seed or trace");
    if (p->given[name->option].len)
        return fail(p, w, "given twice");
    p->given[name->option] = w;
    return name->parse(p, w);
}

// What depends on more than one word.
static bool check(struct parser *p)
{
    const enum option not_with_trace[] = {DELAY, LOSS, REORDER, RATE};
    for (size_t i = 0; p->given[TRACE].len && i < 4; i++)
        if (p->given[not_with_trace[i]].len)
            return fail(p, p->given[not_with_trace[i]],
                        "not with a trace, which brings its own delay and loss");
    if (p->given[DISTRIBUTION].len && p->spec.jitter == 0)
        return fail(p, p->given[DISTRIBUTION],
                    "needs a jitter: expected also delay TIME JITTER, such as delay 40ms 10ms");
    if (p->spec.reorder.p > 0 && p->spec.delay == 0)
        return fail(p, p->given[REORDER],
                    "needs a delay that the others have: expected also delay TIME");
    if (p->given[GAP].len && p->spec.reorder.p <= 0)
        return fail(p, p->given[GAP], "needs reorder: expected also reorder PERCENT");
    return true;
}

bool netem_parse(struct impair_spec *spec, const char *text, struct netem_error *error)
{
    struct parser p = {.text = text, .at = text, .error = error};
    while (peek(&p).len)
        if (!parse_option(&p))
            return false;
    if (!check(&p))
        return false;
    *spec = p.spec;
    return true;
}
