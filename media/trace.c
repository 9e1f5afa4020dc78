// Trace files: see trace.h. The text is read twice: to check it and count the rows, then to fill
// them in.
#include "media/trace.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct field {
    const char *at;
    const char *end;
};

struct row {
    int64_t seq;
    usec delay; // USEC_NEVER: lost
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct field trimmed(struct field f)
{
    while (f.at < f.end && (*f.at == ' ' || *f.at == '\t'))
        f.at++;
    while (f.at < f.end && (f.end[-1] == ' ' || f.end[-1] == '\t' || f.end[-1] == '\r'))
        f.end--;
    return f;
}

// What stands before the next `stop`, which is stepped over.
static struct field split(struct field *rest, char stop)
{
    const char *at = memchr(rest->at, stop, (size_t)(rest->end - rest->at));
    struct field f = {rest->at, at ? at : rest->end};
    rest->at = at ? at + 1 : rest->end;
    return f;
}

static bool is_text(struct field f, const char *text)
{
    size_t len = strlen(text);
    return (size_t)(f.end - f.at) == len && !memcmp(f.at, text, len);
}

static bool read_digits(struct field *f, int64_t *value)
{
    const int64_t most = 1000000000000; // as milliseconds: 30 years
    const char *start = f->at;
    for (*value = 0; f->at < f->end && is_digit(*f->at) && *value < most; f->at++)
        *value = *value * 10 + (*f->at - '0');
    return f->at > start;
}

static bool read_ms(struct field f, usec *value)
{
    int64_t ms;
    if (!read_digits(&f, &ms))
        return false;
    *value = ms * USEC_MS;
    if (f.at == f.end)
        return true;
    if (*f.at++ != '.')
        return false;
    for (int unit = 100; f.at < f.end && is_digit(*f.at); f.at++, unit /= 10)
        *value += unit ? unit * (*f.at - '0') : 0;
    return f.at == f.end;
}

// NULL, or what is wrong with the line.
static const char *read_row(struct field line, struct row *row)
{
    struct field seq = trimmed(split(&line, ','));
    struct field send = trimmed(split(&line, ','));
    bool has_recv = line.at > send.end && line.at[-1] == ',';
    struct field recv = trimmed(line);
    usec sent;
    usec received;
    if (!read_digits(&seq, &row->seq) || seq.at < seq.end)
        return "seq is not a number: expected seq,send_ms,recv_ms";
    if (!read_ms(send, &sent))
        return "send_ms is not a number: expected milliseconds, such as 20.000";
    if (!has_recv)
        return "too few fields: expected seq,send_ms,recv_ms";
    row->delay = USEC_NEVER;
    if (recv.at == recv.end)
        return NULL;
    if (!read_ms(recv, &received))
        return "recv_ms is not a number: expected milliseconds, or nothing for a lost packet";
    if (received < sent)
        return "received before it was sent";
    row->delay = received - sent;
    return NULL;
}

// One pass. `delay` is NULL, or has room for all rows and says "lost" in each.
static size_t read_rows(struct field text, usec *delay, struct trace_error *error)
{
    int64_t first = 0;
    size_t count = 0;
    for (error->line = 1; text.at < text.end; error->line++) {
        struct row row;
        struct field line = trimmed(split(&text, '\n'));
        if (line.at == line.end || (error->line == 1 && is_text(line, "seq,send_ms,recv_ms")))
            continue;
        error->what = read_row(line, &row);
        if (error->what)
            return 0;
        if (count == 0)
            first = row.seq;
        error->what = "seq is not greater than the one before";
        if (row.seq - first < (int64_t)count)
            return 0;
        error->what = "too many packets: seq may grow by 10000000";
        if (row.seq - first >= TRACE_ROWS_MAX)
            return 0;
        count = (size_t)(row.seq - first) + 1;
        if (delay)
            delay[count - 1] = row.delay;
    }
    error->what = count ? NULL : "there is no packet: expected lines of seq,send_ms,recv_ms";
    return count;
}

struct trace *trace_parse(const char *text, size_t len, struct trace_error *error)
{
    struct field all = {text, len ? text + len : text};
    size_t count = len ? read_rows(all, NULL, error) : 0;
    if (!count) {
        if (!len)
            *error = (struct trace_error){1, "the file is empty"};
        return NULL;
    }
    struct trace *trace = malloc(sizeof *trace + count * sizeof trace->delay[0]);
    if (!trace) {
        error->what = "no memory for so many packets";
        return NULL;
    }
    trace->count = count;
    for (size_t i = 0; i < count; i++)
        trace->delay[i] = USEC_NEVER;
    read_rows(all, trace->delay, error);
    return trace;
}

void trace_free(struct trace *trace)
{
    free(trace);
}
