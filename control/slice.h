// A piece of a text that somebody else owns: pointer and length, no terminator. Parsers in control/
// give their results as slices of their input, so nothing is copied and nothing is freed; a slice
// is good for as long as that input is. White space here is space, tab, CR and LF: a folded header
// value (RFC 2326 4.2, RFC 2068 4.2) keeps its line ends, and they count as space.
#ifndef CONTROL_SLICE_H
#define CONTROL_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const char *at; // NULL: there is none, as opposed to an empty one
    size_t len;     // octets
};

// The slice of a C string without its terminator; of NULL: none.
static inline struct slice slice_of(const char *text)
{
    return (struct slice){.at = text, .len = text ? strlen(text) : 0};
}

static inline struct slice slice_at(const char *at, size_t len)
{
    return (struct slice){.at = at, .len = len};
}

// What is left behind the first `count` octets; empty when there are fewer.
struct slice slice_from(struct slice s, size_t count);

// Equal octet for octet; the _nocase twins take ASCII letters of either case as equal, in any
// locale.
bool slice_equal(struct slice a, struct slice b);
bool slice_equal_nocase(struct slice a, struct slice b);
bool slice_is(struct slice s, const char *text);
bool slice_is_nocase(struct slice s, const char *text);
bool slice_starts(struct slice s, const char *prefix);
bool slice_starts_nocase(struct slice s, const char *prefix);

// Without white space at either end.
struct slice slice_trim(struct slice s);

// Without white space, and then without the double quotes around it if there are any. Backslashes
// inside stay: the headers that voz reads have none.
struct slice slice_unquote(struct slice s);

// Where `c` first is; s.len when it is not there.
size_t slice_find(struct slice s, char c);

// Cuts `rest` at the first `separator`: `before` is what stood before it and `rest` what stands
// behind it. False when there is none: `before` is then everything and `rest` empty.
bool slice_cut(struct slice *rest, char separator, struct slice *before);

// The next item of a list, trimmed; empty items are skipped, and a separator between double quotes
// does not separate (an unclosed quote goes to the end). False when there is no further item.
// `rest` moves behind the item: for (struct slice rest = value; slice_next(&rest, ';', &item);) ...
bool slice_next(struct slice *rest, char separator, struct slice *item);

// The next line without its CRLF or bare LF. False at the end.
bool slice_line(struct slice *rest, struct slice *line);

// The next word between white space. False at the end.
bool slice_word(struct slice *rest, struct slice *word);

// A decimal number, digits and nothing else, of at most `max`. False, and `value` untouched,
// otherwise.
bool slice_unsigned(struct slice s, uint64_t max, uint64_t *value);

// A hexadecimal number of 1 to 8 digits, without a prefix.
bool slice_hex(struct slice s, uint32_t *value);

// Copies into `out` as a C string. False, and an empty string, when it does not fit into `cap`
// octets with its terminator or holds a NUL. `cap` is at least 1.
bool slice_copy(struct slice s, char *out, size_t cap);

#endif
