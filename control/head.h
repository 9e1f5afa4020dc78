// What RTSP and SIP have in common with HTTP: a start line, header lines, an empty line, a body. The
// octets of a TCP stream are taken apart line by line, with each limit checked where it can first be
// seen. Nothing is kept between calls, and all results are slices of the input.
#ifndef CONTROL_HEAD_H
#define CONTROL_HEAD_H

#include "control/slice.h"

#include <stdbool.h>
#include <stddef.h>

#define HEAD_LINE_MAX    2048 // octets in one line, without its line end
#define HEAD_MAX         8192 // octets of start line and headers, with the empty line behind them
#define HEAD_HEADERS_MAX 64   // header lines; continuation lines are not counted

enum head_status {
    HEAD_OK,
    HEAD_PARTIAL,      // nothing wrong so far, but more octets are needed
    HEAD_BAD_START,    // not a request line and not a status line
    HEAD_BAD_VERSION,  // a whole message, but of another protocol version
    HEAD_BAD_HEADER,   // a header without colon or name, or with a NUL
    HEAD_BAD_LENGTH,   // Content-Length is no number, or given twice unlike
    HEAD_LONG_LINE,    // more than HEAD_LINE_MAX
    HEAD_LONG_HEAD,    // more than HEAD_MAX
    HEAD_MANY_HEADERS, // more than HEAD_HEADERS_MAX
    HEAD_LONG_BODY,    // Content-Length is more than there may be
};

struct head_header {
    struct slice name;
    struct slice value; // trimmed; of a folded header with the line ends inside
};

struct head {
    struct head_header headers[HEAD_HEADERS_MAX]; // in the order they came
    size_t count;
};

// The octets that may stand in the name of a method.
bool head_is_method_octet(char c);
// Blank lines are tolerated before a message: what is left behind them.
struct slice head_skip_blank(struct slice data);

// The start line. `left`: octets that the head may still have, at first HEAD_MAX. HEAD_OK: `rest` and
// `left` stand behind it.
enum head_status head_line(struct slice *rest, size_t *left, struct slice *line);
// All headers and the empty line behind them; on a fault those before it.
enum head_status head_fields(struct head *head, struct slice *rest, size_t *left);

// The first header of that name, of any case; slice.at is NULL when there is none.
struct slice head_find(const struct head *head, const char *name);
// All of them one by one: start with *index 0. False when there is none further. `compact`: a one
// letter name that means the same, NULL: there is none.
bool head_next(const struct head *head, const char *name, const char *compact, size_t *index,
               struct slice *value);

// Content-Length, at most `most`; 0 where it is not said.
enum head_status head_length(const struct head *head, const char *compact, size_t most,
                             size_t *length);

const char *head_strstatus(enum head_status status); // in English, for logs

// "PROTOCOL/2.0": the two numbers of a version. False: it is none.
bool head_version(struct slice text, const char *protocol, unsigned *major, unsigned *minor);

#endif
