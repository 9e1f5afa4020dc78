// A path written as text, and errors shown in it: see netem.h.
#include "media/netem.h"

#include <string.h>

#include "media/bytes.h"

static void write_text(struct writer *w, const char *text)
{
    writer_bytes(w, text, strlen(text));
}

static void write_number(struct writer *w, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    writer_bytes(w, digits + at, sizeof digits - at);
}

// Every word and number has a blank before it; the first one's is left out in the end.
static void write_word(struct writer *w, const char *text)
{
    writer_u8(w, ' ');
    write_text(w, text);
}

static void write_value(struct writer *w, uint64_t value)
{
    writer_u8(w, ' ');
    write_number(w, value);
}

static void write_signed(struct writer *w, int value)
{
    write_word(w, value < 0 ? "-" : "");
    write_number(w, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static void write_time(struct writer *w, usec t)
{
    bool seconds = t % USEC_SECOND == 0;
    bool ms = t % USEC_MS == 0;
    write_value(w, (uint64_t)(seconds ? t / USEC_SECOND : ms ? t / USEC_MS : t));
    write_text(w, seconds ? "s" : ms ? "ms" : "us");
}

static void write_share(struct writer *w, double share)
{
    uint64_t units = (uint64_t)(share * 1e11 + 0.5); // of 10^-9 %
    uint64_t rest = units % 1000000000;
    write_value(w, units / 1000000000);
    if (rest)
        writer_u8(w, '.');
    for (uint64_t unit = 100000000; rest; rest %= unit, unit /= 10)
        writer_u8(w, (uint8_t)('0' + rest / unit));
    writer_u8(w, '%');
}

static void write_chance(struct writer *w, const char *name, struct chance chance)
{
    if (chance.p <= 0 && chance.correlation <= 0)
        return;
    write_word(w, name);
    write_share(w, chance.p);
    if (chance.correlation > 0)
        write_share(w, chance.correlation);
}

static void write_delay(struct writer *w, const struct impair_spec *spec)
{
    if (!spec->delay && !spec->jitter && spec->delay_correlation <= 0)
        return;
    write_word(w, "delay");
    write_time(w, spec->delay);
    if (spec->jitter || spec->delay_correlation > 0)
        write_time(w, spec->jitter);
    if (spec->delay_correlation > 0)
        write_share(w, spec->delay_correlation);
    if (spec->distribution != DISTRIBUTION_UNIFORM) {
        write_word(w, "distribution");
        write_word(w, distribution_name(spec->distribution));
    }
}

static void write_loss(struct writer *w, const struct loss_spec *loss)
{
    if (loss->model == LOSS_NONE)
        return;
    write_word(w, "loss");
    write_word(w, loss_name(loss->model));
    for (unsigned i = 0; i < loss_params(loss->model); i++)
        write_share(w, loss->p[i]);
}

static void write_rate(struct writer *w, const struct impair_rate *rate)
{
    static const char *const units[] = {"bit", "kbit", "mbit", "gbit"};
    uint64_t value = rate->rate;
    size_t unit = 0;
    if (!value)
        return;
    for (; unit < 3 && value % 1000 == 0; unit++)
        value /= 1000;
    write_word(w, "rate");
    write_value(w, value);
    write_text(w, units[unit]);
    if (rate->packet_overhead || rate->cell_size || rate->cell_overhead) {
        write_signed(w, rate->packet_overhead);
        write_signed(w, rate->cell_size);
        write_signed(w, rate->cell_overhead);
    }
}

static void write_count(struct writer *w, const char *name, uint64_t value, bool is_given)
{
    if (!is_given)
        return;
    write_word(w, name);
    write_value(w, value);
}

bool netem_print(const struct impair_spec *spec, char *out, size_t cap)
{
    char text[NETEM_TEXT_MAX + 1];
    struct writer w = writer_of(text, sizeof text);
    write_delay(&w, spec);
    write_loss(&w, &spec->loss);
    write_chance(&w, "duplicate", spec->duplicate);
    write_chance(&w, "reorder", spec->reorder);
    write_count(&w, "gap", spec->gap, spec->gap > 0);
    write_chance(&w, "corrupt", spec->corrupt);
    write_rate(&w, &spec->rate);
    write_count(&w, "limit", spec->limit, spec->limit > 0);
    write_count(&w, "seed", spec->seed, spec->has_seed);
    if (spec->trace_file[0]) {
        write_word(&w, "trace");
        write_word(&w, spec->trace_file);
    }
    size_t skip = writer_len(&w) > 0;
    writer_u8(&w, 0);
    if (w.failed || writer_len(&w) - skip > cap)
        return false;
    memcpy(out, text + skip, writer_len(&w) - skip);
    return true;
}

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80; // UTF-8
}

void netem_error_show(const struct netem_error *error, const char *text, char *out, size_t cap)
{
    if (cap == 0)
        return;
    struct writer w = writer_of(out, cap - 1);
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        writer_u8(&w, (unsigned char)text[i] < ' ' || text[i] == 0x7f ? ' ' : (uint8_t)text[i]);
    writer_u8(&w, '\n');
    for (size_t i = 0; i < error->offset + error->len && i < len; i++)
        if (!continues_character(text[i]))
            writer_u8(&w, i < error->offset ? ' ' : '^');
    out[writer_len(&w)] = 0;
}
