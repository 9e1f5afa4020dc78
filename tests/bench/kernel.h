// The kernel's own TCP on a bad network: a thin stream crosses real sockets between two network
// namespaces that two TUN devices and the lab's path model (impair.h) join. Needs the right to make
// namespaces and /dev/net/tun, as root has it; nothing of the host's network is touched.
#ifndef BENCH_KERNEL_H
#define BENCH_KERNEL_H

#include "media/impair.h"
#include "media/usec.h"

#include <stddef.h>
#include <stdint.h>

struct kernel_stream {
    struct impair_spec forward, back; // on from the first frame: the handshake meets their delay
    uint64_t seed;
    const char *congestion; // "cubic", "bbr"; what the kernel knows
    size_t frame;           // octets, at least 12
    usec period;            // from frame to frame
    size_t frames;          // how many are written
};

// Writes to delays[n], n < frames, the microseconds from the write of a frame until it was read
// whole; those that were not read a minute after the last write have -1. Moves the calling process into
// new namespaces: call it in a child. NULL, or what could not be done.
const char *kernel_run(const struct kernel_stream *stream, int64_t *delays);

#endif
