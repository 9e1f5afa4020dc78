// Any octets as a trace: each delay is lost or not negative, a fault names a line of the text.
#include "media/trace.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct trace_error error = {0};
    struct trace *trace = trace_parse((const char *)data, len, &error);
    assert(trace || (error.what && error.line >= 1 && error.line <= len + 1));
    for (size_t i = 0; trace && i < trace->count; i++)
        assert(trace->delay[i] >= 0);
    assert(!trace || (trace->count >= 1 && trace->count <= TRACE_ROWS_MAX));
    trace_free(trace);
    return 0;
}
