// Pieces of texts: see slice.h. ASCII only, whatever the locale is.
#include "control/slice.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

struct slice slice_from(struct slice s, size_t count)
{
    if (count > s.len)
        count = s.len;
    if (count)
        s.at += count;
    s.len -= count;
    return s;
}

bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool slice_equal_nocase(struct slice a, struct slice b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i]))
            return false;
    return true;
}

bool slice_is(struct slice s, const char *text)
{
    return slice_equal(s, slice_of(text));
}

bool slice_is_nocase(struct slice s, const char *text)
{
    return slice_equal_nocase(s, slice_of(text));
}

static struct slice head_like(struct slice s, const char *prefix)
{
    size_t len = strlen(prefix);
    return slice_at(s.at, len < s.len ? len : s.len);
}

bool slice_starts(struct slice s, const char *prefix)
{
    return slice_is(head_like(s, prefix), prefix);
}

bool slice_starts_nocase(struct slice s, const char *prefix)
{
    return slice_is_nocase(head_like(s, prefix), prefix);
}

struct slice slice_trim(struct slice s)
{
    while (s.len && is_space(s.at[0]))
        s = slice_from(s, 1);
    while (s.len && is_space(s.at[s.len - 1]))
        s.len--;
    return s;
}

struct slice slice_unquote(struct slice s)
{
    s = slice_trim(s);
    if (s.len >= 2 && s.at[0] == '"' && s.at[s.len - 1] == '"')
        s = slice_at(s.at + 1, s.len - 2);
    return s;
}

size_t slice_find(struct slice s, char c)
{
    const char *found = s.len ? memchr(s.at, c, s.len) : NULL;
    return found ? (size_t)(found - s.at) : s.len;
}

bool slice_cut(struct slice *rest, char separator, struct slice *before)
{
    size_t at = slice_find(*rest, separator);
    bool found = at < rest->len;
    *before = slice_at(rest->at, at);
    *rest = slice_from(*rest, at + (found ? 1 : 0));
    return found;
}

static size_t find_outside_quotes(struct slice s, char separator)
{
    bool quoted = false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '"')
            quoted = !quoted;
        else if (s.at[i] == '\\' && quoted)
            i++;
        else if (s.at[i] == separator && !quoted)
            return i;
    }
    return s.len;
}

bool slice_next(struct slice *rest, char separator, struct slice *item)
{
    while (rest->len) {
        size_t at = find_outside_quotes(*rest, separator);
        *item = slice_trim(slice_at(rest->at, at));
        *rest = slice_from(*rest, at + 1);
        if (item->len)
            return true;
    }
    return false;
}

bool slice_line(struct slice *rest, struct slice *line)
{
    if (!rest->len)
        return false;
    slice_cut(rest, '\n', line);
    if (line->len && line->at[line->len - 1] == '\r')
        line->len--;
    return true;
}

bool slice_word(struct slice *rest, struct slice *word)
{
    *rest = slice_trim(*rest);
    size_t len = 0;
    while (len < rest->len && !is_space(rest->at[len]))
        len++;
    *word = slice_at(rest->at, len);
    *rest = slice_from(*rest, len);
    return len > 0;
}

bool slice_unsigned(struct slice s, uint64_t max, uint64_t *value)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(s.at[i] - '0');
        if (digit > max || sum > (max - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    if (!s.len)
        return false;
    *value = sum;
    return true;
}

static int hex_digit(char c)
{
    c = lower(c);
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool slice_hex(struct slice s, uint32_t *value)
{
    if (s.len < 1 || s.len > 8)
        return false;
    uint32_t sum = 0;
    for (size_t i = 0; i < s.len; i++) {
        int digit = hex_digit(s.at[i]);
        if (digit < 0)
            return false;
        sum = sum << 4 | (uint32_t)digit;
    }
    *value = sum;
    return true;
}

bool slice_copy(struct slice s, char *out, size_t cap)
{
    out[0] = '\0';
    if (s.len >= cap || slice_find(s, '\0') < s.len)
        return false;
    if (s.len)
        memcpy(out, s.at, s.len);
    out[s.len] = '\0';
    return true;
}
