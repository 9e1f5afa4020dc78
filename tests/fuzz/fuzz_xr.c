// Any octets as the body of an extended report: the walk ends, a fault leaves the block alone, runs
// of packets stay inside what the block reports on and are no more than its octets can say, and
// what was parsed is the same after it was written and parsed again.
#include "media/rtcp_xr.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define NOT_SAID 2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint16_t span_of(const struct rtcp_xr_loss *loss)
{
    return (uint16_t)(loss->end_seq - loss->begin_seq);
}

// Into trace[0..span): came, lost or NOT_SAID, packet by packet from begin_seq on.
static void read_trace(struct rtcp_xr_loss loss, uint8_t *trace)
{
    const struct rtcp_xr_loss block = loss;
    size_t runs = 0;
    memset(trace, NOT_SAID, span_of(&block));
    for (struct rtcp_xr_run run; rtcp_xr_loss_next(&loss, &run); runs++) {
        assert(run.count > 0 && run.step == 1 << block.thinning);
        for (uint32_t i = 0; i < run.count; i++) {
            uint16_t seq = (uint16_t)(run.seq + i * run.step);
            uint16_t at = (uint16_t)(seq - block.begin_seq);
            assert(seq % run.step == 0 && at < span_of(&block) && trace[at] == NOT_SAID);
            trace[at] = run.came;
        }
    }
    assert(runs <= reader_left(&block.chunks) / 2 * 15);
}

// Writes the packets up to the first that is not said; returns how many. There is room for so many,
// and no more.
static size_t write_trace(struct writer *w, const struct rtcp_xr_loss *loss, const uint8_t *trace)
{
    static bool came[RTCP_XR_LOSS_MAX];
    size_t count = 0;
    while (count < span_of(loss) && count < RTCP_XR_LOSS_MAX && trace[count] != NOT_SAID) {
        came[count] = trace[count];
        count++;
    }
    rtcp_xr_write_loss(w, loss->ssrc, loss->begin_seq, came, count);
    assert(!w->failed && writer_len(w) <= RTCP_XR_LEN + RTCP_XR_LOSS_LEN(count));
    return count;
}

static void assert_same_loss(const struct rtcp_xr_loss *a, const uint8_t *trace, size_t count,
                             const struct rtcp_xr_loss *b)
{
    static uint8_t again[0x10000];
    assert(b->ssrc == a->ssrc && b->begin_seq == a->begin_seq && span_of(b) == count);
    read_trace(*b, again);
    assert(memcmp(again, trace, count) == 0);
}

static void assert_same_dlrrs(struct rtcp_xr_dlrrs a, struct rtcp_xr_dlrrs b)
{
    struct rtcp_xr_dlrr x, y;
    while (rtcp_xr_dlrr_next(&a, &x))
        assert(rtcp_xr_dlrr_next(&b, &y) && memcmp(&x, &y, sizeof x) == 0);
    assert(!rtcp_xr_dlrr_next(&b, &y));
}

static size_t write_dlrrs(struct writer *w, struct rtcp_xr_dlrrs dlrrs)
{
    size_t count = reader_left(&dlrrs.left) / 12;
    struct rtcp_xr_dlrr *all = calloc(count + 1, sizeof *all);
    assert(all);
    for (size_t i = 0; i < count; i++)
        assert(rtcp_xr_dlrr_next(&dlrrs, &all[i]));
    rtcp_xr_write_dlrr(w, all, count);
    free(all);
    return count;
}

// Returns 0 for a block that says nothing.
static size_t write_block(struct writer *w, const struct rtcp_xr_block *b, const uint8_t *trace)
{
    switch (b->type) {
    case RTCP_XR_LOSS:
        return write_trace(w, &b->loss, trace);
    case RTCP_XR_REFERENCE:
        rtcp_xr_write_reference(w, b->ntp);
        return 1;
    case RTCP_XR_DLRR:
        return write_dlrrs(w, b->dlrrs);
    case RTCP_XR_VOIP:
        rtcp_xr_write_voip(w, &b->voip);
        return 1;
    }
    abort(); // no other type is handed out
}

static void write_and_read(const struct rtcp_xr_block *b, size_t len)
{
    static uint8_t trace[0x10000];
    static uint8_t out[RTCP_XR_LEN + 0x40000];
    struct writer w = writer_of(out, RTCP_XR_LEN + len + RTCP_XR_LOSS_LEN(RTCP_XR_LOSS_MAX));
    if (b->type == RTCP_XR_LOSS)
        read_trace(b->loss, trace);
    uint8_t *xr = rtcp_xr_begin(&w, 1);
    size_t count = write_block(&w, b, trace);
    rtcp_xr_end(&w, xr);
    assert(!w.failed);

    struct rtcp_walk compound = rtcp_walk(out, writer_len(&w));
    struct rtcp_packet packet;
    struct rtcp_xr_block again;
    compound.reduced = true;
    assert(rtcp_next(&compound, &packet) == RTCP_OK);
    struct rtcp_xr_walk walk = rtcp_xr_walk(&packet);
    if (count == 0) {
        assert(rtcp_xr_next(&walk, &again) == RTCP_XR_END);
        return;
    }
    assert(rtcp_xr_next(&walk, &again) == RTCP_XR_OK);
    assert(again.type == b->type && again.ntp == b->ntp);
    assert(memcmp(&again.voip, &b->voip, sizeof again.voip) == 0);
    assert_same_dlrrs(again.dlrrs, b->dlrrs);
    if (b->type == RTCP_XR_LOSS)
        assert_same_loss(&b->loss, trace, count, &again.loss);
    assert(rtcp_xr_next(&walk, &again) == RTCP_XR_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct rtcp_packet packet = {.type = RTCP_XR, .body = data, .body_len = len};
    struct rtcp_xr_walk walk = rtcp_xr_walk(&packet);
    struct rtcp_xr_block block, before;
    memset(&block, 0xa5, sizeof block);
    before = block;
    for (size_t blocks = 0; rtcp_xr_next(&walk, &block) == RTCP_XR_OK; blocks++) {
        assert(blocks < len / 4);
        write_and_read(&block, len);
        before = block;
    }
    assert(memcmp(&block, &before, sizeof block) == 0);
    assert(rtcp_xr_next(&walk, &block) == RTCP_XR_END);
    return 0;
}
