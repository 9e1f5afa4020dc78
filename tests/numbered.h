// Packets for the tests of the jitter buffer: number n of a stream of 20 ms frames at 48 kHz.
#ifndef TESTS_NUMBERED_H
#define TESTS_NUMBERED_H

#include "tests/test.h"

#include "media/playout.h"

#include <string.h>

#define RATE      48000
#define FRAME     960 // samples, 20 ms
#define FIRST_SEQ 0x1fff0u
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

// A packet's payload is its number, so that what comes out can be told.
static inline struct playout_packet packet(int n, int fec_samples)
{
    static int payload;
    payload = n;
    return (struct playout_packet){
        .seq = FIRST_SEQ + (uint32_t)n,
        .time = (int64_t)n * FRAME,
        .samples = FRAME,
        .fec_samples = fec_samples,
        .payload = (const uint8_t *)&payload,
        .payload_len = sizeof payload,
    };
}

static inline int number(const struct playout_frame *frame)
{
    int n;
    assert_int_equal(frame->payload_len, sizeof n);
    memcpy(&n, frame->payload, sizeof n);
    return n;
}

#endif
