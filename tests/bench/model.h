// The lab's model of TCP (lab/tcp.h) with the stream that kernel.h gives the kernel.
#ifndef BENCH_MODEL_H
#define BENCH_MODEL_H

#include "tests/bench/kernel.h"

// As kernel_run, in virtual time; congestion is not looked at. False: no memory.
bool model_run(const struct kernel_stream *stream, int64_t *delays);

#endif
