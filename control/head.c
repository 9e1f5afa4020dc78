// The head of a message: see head.h. One pass over it, line by line.
#include "control/head.h"

#include <string.h>

bool head_is_method_octet(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

struct slice head_skip_blank(struct slice data)
{
    while (data.len && (data.at[0] == '\r' || data.at[0] == '\n'))
        data = slice_from(data, 1);
    return data;
}

enum head_status head_line(struct slice *rest, size_t *left, struct slice *line)
{
    size_t reach = rest->len < HEAD_LINE_MAX + 2 ? rest->len : HEAD_LINE_MAX + 2;
    size_t end = slice_find(slice_at(rest->at, reach), '\n');
    bool whole = end < reach;
    *line = slice_at(rest->at, end);
    if (line->len && line->at[line->len - 1] == '\r')
        line->len--;
    if (line->len > HEAD_LINE_MAX)
        return HEAD_LONG_LINE;
    size_t octets = end + (whole ? 1 : 0);
    if (octets > *left || (!whole && octets == *left))
        return HEAD_LONG_HEAD;
    if (!whole)
        return HEAD_PARTIAL;
    *left -= octets;
    *rest = slice_from(*rest, octets);
    return HEAD_OK;
}

// A continuation line: the value goes on up to the end of `line`.
static enum head_status fold(struct head *head, struct slice line)
{
    if (!head->count)
        return HEAD_BAD_HEADER;
    struct slice *value = &head->headers[head->count - 1].value;
    *value = slice_trim(slice_at(value->at, (size_t)(line.at + line.len - value->at)));
    return HEAD_OK;
}

// RFC 2326 4.2, which is RFC 2068 4.2; RFC 3261 7.3
static enum head_status field(struct head *head, struct slice line)
{
    if (slice_find(line, '\0') < line.len)
        return HEAD_BAD_HEADER;
    if (line.at[0] == ' ' || line.at[0] == '\t')
        return fold(head, line);
    struct slice name;
    if (!slice_cut(&line, ':', &name) || !slice_trim(name).len)
        return HEAD_BAD_HEADER;
    if (head->count == HEAD_HEADERS_MAX)
        return HEAD_MANY_HEADERS;
    head->headers[head->count++] =
        (struct head_header){.name = slice_trim(name), .value = slice_trim(line)};
    return HEAD_OK;
}

enum head_status head_fields(struct head *head, struct slice *rest, size_t *left)
{
    struct slice line;
    enum head_status status = HEAD_OK;
    while (status == HEAD_OK) {
        status = head_line(rest, left, &line);
        if (status == HEAD_OK && !line.len)
            return HEAD_OK;
        if (status == HEAD_OK)
            status = field(head, line);
    }
    return status;
}

bool head_next(const struct head *head, const char *name, const char *compact, size_t *index,
               struct slice *value)
{
    while (*index < head->count) {
        const struct head_header *header = &head->headers[(*index)++];
        if (slice_is_nocase(header->name, name) ||
            (compact && slice_is_nocase(header->name, compact))) {
            *value = header->value;
            return true;
        }
    }
    return false;
}

struct slice head_find(const struct head *head, const char *name)
{
    struct slice value = {0};
    size_t index = 0;
    head_next(head, name, NULL, &index, &value);
    return value;
}

enum head_status head_length(const struct head *head, const char *compact, size_t most,
                             size_t *length)
{
    struct slice value;
    size_t index = 0;
    *length = 0;
    for (bool first = true; head_next(head, "Content-Length", compact, &index, &value);
         first = false) {
        uint64_t number;
        if (!slice_unsigned(value, UINT64_MAX, &number))
            return HEAD_BAD_LENGTH;
        if (number > most)
            return HEAD_LONG_BODY;
        if (!first && number != *length)
            return HEAD_BAD_LENGTH;
        *length = (size_t)number;
    }
    return HEAD_OK;
}

bool head_version(struct slice text, const char *protocol, unsigned *major, unsigned *minor)
{
    struct slice high;
    uint64_t numbers[2];
    if (!slice_starts_nocase(text, protocol))
        return false;
    text = slice_from(text, strlen(protocol));
    if (!slice_starts(text, "/"))
        return false;
    text = slice_from(text, 1);
    if (!slice_cut(&text, '.', &high) || !slice_unsigned(high, 99, &numbers[0]) ||
        !slice_unsigned(text, 99, &numbers[1]))
        return false;
    *major = (unsigned)numbers[0];
    *minor = (unsigned)numbers[1];
    return true;
}

const char *head_strstatus(enum head_status status)
{
    switch (status) {
    case HEAD_OK:
        return "ok";
    case HEAD_PARTIAL:
        return "message is not whole yet";
    case HEAD_BAD_START:
        return "no request or status line";
    case HEAD_BAD_VERSION:
        return "another version of the protocol";
    case HEAD_BAD_HEADER:
        return "malformed header";
    case HEAD_BAD_LENGTH:
        return "malformed Content-Length";
    case HEAD_LONG_LINE:
        return "line too long";
    case HEAD_LONG_HEAD:
        return "headers too long";
    case HEAD_MANY_HEADERS:
        return "too many headers";
    case HEAD_LONG_BODY:
        return "body too long";
    }
    return "unknown";
}
