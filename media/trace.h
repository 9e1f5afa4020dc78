// A recorded path: for each packet how long it took, or that it was lost. Parsed from CSV text,
//
//     seq,send_ms,recv_ms        the header line may be missing
//     0,0.000,40.120             milliseconds, whole microseconds counted
//     1,20.000,                  lost
//     3,60.000,99.8              2 is not there: lost
//
// with LF or CRLF; blank lines and blanks around a field do not matter.
#ifndef MEDIA_TRACE_H
#define MEDIA_TRACE_H

#include <stddef.h>

#include "media/usec.h"

#define TRACE_ROWS_MAX 10000000 // packets, the missing ones included

struct trace {
    size_t count; // at least 1
    usec delay[]; // of each packet, 0 or more; USEC_NEVER: lost
};

struct trace_error {
    size_t line;      // from 1
    const char *what; // static: what is wrong and what was expected
};

// The trace in `text`, which the caller frees with trace_free; nothing points into the text. NULL
// and `error` filled in: a field that is not a number, recv before send, seq not ascending, too
// many rows, no rows, or no memory.
struct trace *trace_parse(const char *text, size_t len, struct trace_error *error);
void trace_free(struct trace *trace); // NULL is fine

#endif
