// Extended reports: see rtcp_xr.h. Every block has a header of its own, with its type and its
// length in words (RFC 3611 section 3).
#include "media/rtcp_xr.h"

#include <assert.h>

#define HEADER_LEN     4 // of a block
#define LOSS_FIXED     8 // what a block has after its header, before the parts that repeat
#define REFERENCE_BODY (RTCP_XR_REFERENCE_LEN - HEADER_LEN)
#define DLRR_PART      12
#define VOIP_BODY      (RTCP_XR_VOIP_LEN - HEADER_LEN)
#define THINNING       0x0f
#define WORDS_MAX      0xffff

// Chunks of a Loss RLE block (sections 4.1.1 to 4.1.3); all zeros end the list.
#define VECTOR      0x8000
#define VECTOR_BITS 15
#define RUN_CAME    0x4000
#define RUN_LEN     0x3fff

const char *rtcp_xr_strstatus(enum rtcp_xr_status status)
{
    switch (status) {
    case RTCP_XR_OK:
        return "ok";
    case RTCP_XR_END:
        return "no further block";
    case RTCP_XR_SHORT:
        return "a block is too short";
    case RTCP_XR_LENGTH:
        return "a block has the wrong length for its type";
    }
    return "unknown";
}

// ---- reading -----------------------------------------------------------------------------------

struct rtcp_xr_walk rtcp_xr_walk(const struct rtcp_packet *packet)
{
    bool is_xr = packet->type == RTCP_XR;
    struct rtcp_xr_walk walk = {.left = reader_of(packet->body, is_xr ? packet->body_len : 0)};
    if (is_xr)
        reader_take(&walk.left, 4); // the SSRC
    return walk;
}

// Section 4.1. Thinned numbers are multiples of 2^T, of which the first may lie behind begin_seq.
static bool read_loss(struct reader *r, uint8_t specific, struct rtcp_xr_loss *loss)
{
    *loss = (struct rtcp_xr_loss){.ssrc = reader_u32(r), .thinning = specific & THINNING};
    loss->begin_seq = reader_u16(r);
    loss->end_seq = reader_u16(r);
    loss->chunks = *r;
    uint32_t step = 1u << loss->thinning;
    uint32_t skipped = -(uint32_t)loss->begin_seq & (step - 1);
    uint32_t span = (uint16_t)(loss->end_seq - loss->begin_seq);
    loss->seq = (uint16_t)(loss->begin_seq + skipped);
    loss->left = span > skipped ? (span - skipped - 1) / step + 1 : 0;
    return !r->failed;
}

static bool read_reference(struct reader *r, uint64_t *ntp)
{
    bool fits = reader_left(r) == REFERENCE_BODY;
    *ntp = (uint64_t)reader_u32(r) << 32;
    *ntp |= reader_u32(r);
    return fits;
}

// Section 4.7
static bool read_voip(struct reader *r, struct rtcp_xr_voip *v)
{
    bool fits = reader_left(r) == VOIP_BODY;
    v->ssrc = reader_u32(r);
    v->loss_rate = reader_u8(r);
    v->discard_rate = reader_u8(r);
    v->burst_density = reader_u8(r);
    v->gap_density = reader_u8(r);
    v->burst_ms = reader_u16(r);
    v->gap_ms = reader_u16(r);
    v->round_trip_ms = reader_u16(r);
    v->end_system_ms = reader_u16(r);
    v->signal_dbm0 = (int8_t)reader_u8(r);
    v->noise_dbm0 = (int8_t)reader_u8(r);
    v->rerl_db = reader_u8(r);
    v->gmin = reader_u8(r);
    v->r_factor = reader_u8(r);
    v->external_r = reader_u8(r);
    v->mos_lq = reader_u8(r);
    v->mos_cq = reader_u8(r);
    uint8_t config = reader_u8(r);
    v->plc = (enum rtcp_xr_plc)(config >> 6);
    v->jba = (enum rtcp_xr_jba)(config >> 4 & 3);
    v->jb_rate = config & 0x0f;
    reader_u8(r); // reserved
    v->jb_nominal_ms = reader_u16(r);
    v->jb_maximum_ms = reader_u16(r);
    v->jb_absolute_ms = reader_u16(r);
    return fits;
}

// Reads `block->type`; RTCP_XR_END: it is not a type that is known here.
static enum rtcp_xr_status read_block(struct reader r, uint8_t specific, struct rtcp_xr_block *b)
{
    bool fits = false;
    switch (b->type) {
    case RTCP_XR_LOSS:
        fits = read_loss(&r, specific, &b->loss);
        break;
    case RTCP_XR_REFERENCE:
        fits = read_reference(&r, &b->ntp);
        break;
    case RTCP_XR_DLRR:
        fits = reader_left(&r) % DLRR_PART == 0;
        b->dlrrs.left = r;
        break;
    case RTCP_XR_VOIP:
        fits = read_voip(&r, &b->voip);
        break;
    default:
        return RTCP_XR_END;
    }
    return fits ? RTCP_XR_OK : RTCP_XR_LENGTH;
}

enum rtcp_xr_status rtcp_xr_next(struct rtcp_xr_walk *walk, struct rtcp_xr_block *block)
{
    enum rtcp_xr_status status = RTCP_XR_END;
    while (status == RTCP_XR_END && reader_left(&walk->left)) {
        struct rtcp_xr_block b = {.type = (enum rtcp_xr_type)reader_u8(&walk->left)};
        uint8_t specific = reader_u8(&walk->left);
        size_t len = (size_t)reader_u16(&walk->left) * 4;
        const uint8_t *body = reader_take(&walk->left, len);
        status = body ? read_block(reader_of(body, len), specific, &b) : RTCP_XR_SHORT;
        if (status == RTCP_XR_OK)
            *block = b;
        else if (status != RTCP_XR_END)
            walk->left.at = walk->left.end;
    }
    return status;
}

// Takes the run of equal bits on the left of the vector, all of it if need be.
static uint16_t take_bits(struct rtcp_xr_loss *loss, bool *came)
{
    uint16_t count = 0;
    *came = loss->vector & VECTOR;
    while (loss->vector_len && *came == !!(loss->vector & VECTOR)) {
        loss->vector = (uint16_t)(loss->vector << 1);
        loss->vector_len--;
        count++;
    }
    return count;
}

// The run that a chunk begins with; 0: the list of chunks is over. A run of 0 that came is against
// the RFC and says nothing: it is passed over.
static uint16_t take_run(struct rtcp_xr_loss *loss, bool *came)
{
    while (!loss->vector_len) {
        uint16_t chunk = reader_u16(&loss->chunks);
        if (chunk == 0)
            return 0;
        if (chunk & VECTOR) {
            loss->vector = (uint16_t)(chunk << 1);
            loss->vector_len = VECTOR_BITS;
        } else if (chunk & RUN_LEN) {
            *came = chunk & RUN_CAME;
            return chunk & RUN_LEN;
        }
    }
    return take_bits(loss, came);
}

bool rtcp_xr_loss_next(struct rtcp_xr_loss *loss, struct rtcp_xr_run *run)
{
    bool came = false;
    uint32_t count = loss->left ? take_run(loss, &came) : 0;
    if (count == 0) {
        loss->left = 0;
        return false;
    }
    count = count < loss->left ? count : loss->left;
    *run = (struct rtcp_xr_run){.seq = loss->seq,
                                .count = (uint16_t)count,
                                .step = (uint16_t)(1u << loss->thinning),
                                .came = came};
    loss->left -= count;
    loss->seq = (uint16_t)(loss->seq + (count << loss->thinning));
    return true;
}

bool rtcp_xr_dlrr_next(struct rtcp_xr_dlrrs *dlrrs, struct rtcp_xr_dlrr *dlrr)
{
    if (reader_left(&dlrrs->left) < DLRR_PART)
        return false;
    dlrr->ssrc = reader_u32(&dlrrs->left);
    dlrr->lrr = reader_u32(&dlrrs->left);
    dlrr->dlrr = reader_u32(&dlrrs->left);
    return true;
}

// ---- writing -----------------------------------------------------------------------------------

uint8_t *rtcp_xr_begin(struct writer *w, uint32_t ssrc)
{
    uint8_t *begun = w->at;
    rtcp_write_header(w, RTCP_XR, 0, 4);
    writer_u32(w, ssrc);
    return begun;
}

void rtcp_xr_end(struct writer *w, uint8_t *begun)
{
    size_t words = (size_t)(w->at - begun) / 4;
    if (words > WORDS_MAX)
        w->failed = true;
    if (w->failed) {
        w->at = begun;
        return;
    }
    struct writer length = writer_of(begun + 2, 2);
    writer_u16(&length, (uint16_t)(words - 1));
}

// `body_len` is a multiple of 4; if it does not fit, nothing is written.
static void begin_block(struct writer *w, enum rtcp_xr_type type, size_t body_len)
{
    if (writer_room(w) < HEADER_LEN + body_len || body_len / 4 > WORDS_MAX)
        w->failed = true;
    writer_u8(w, (uint8_t)type);
    writer_u8(w, 0);
    writer_u16(w, (uint16_t)(body_len / 4));
}

// The chunk that says most of the `count` packets ahead; returns of how many. A vector of 15 that
// is followed by another chunk is full, so that there are never more chunks than vectors alone
// would be.
static size_t next_chunk(const bool *came, size_t count, uint16_t *chunk)
{
    size_t run = 1;
    while (run < count && run < RUN_LEN && came[run] == came[0])
        run++;
    if (run >= VECTOR_BITS || run == count) {
        *chunk = (uint16_t)(run | (came[0] ? RUN_CAME : 0));
        return run;
    }
    size_t bits = count < VECTOR_BITS ? count : VECTOR_BITS;
    *chunk = VECTOR;
    for (size_t i = 0; i < bits; i++)
        if (came[i])
            *chunk |= (uint16_t)(VECTOR >> 1 >> i);
    return bits;
}

void rtcp_xr_write_loss(struct writer *w, uint32_t media_ssrc, uint16_t begin_seq, const bool *came,
                        size_t count)
{
    assert(count <= RTCP_XR_LOSS_MAX);
    uint16_t chunk = 0;
    size_t chunks = 0;
    for (size_t i = 0; i < count; i += next_chunk(came + i, count - i, &chunk))
        chunks++;
    if (chunks == 0)
        return;
    begin_block(w, RTCP_XR_LOSS, LOSS_FIXED + (chunks + 1) / 2 * 4);
    writer_u32(w, media_ssrc);
    writer_u16(w, begin_seq);
    writer_u16(w, (uint16_t)(begin_seq + count));
    for (size_t i = 0; i < count;) {
        i += next_chunk(came + i, count - i, &chunk);
        writer_u16(w, chunk);
    }
    if (chunks % 2)
        writer_u16(w, 0);
}

void rtcp_xr_write_reference(struct writer *w, uint64_t ntp)
{
    begin_block(w, RTCP_XR_REFERENCE, REFERENCE_BODY);
    writer_u32(w, (uint32_t)(ntp >> 32));
    writer_u32(w, (uint32_t)ntp);
}

void rtcp_xr_write_dlrr(struct writer *w, const struct rtcp_xr_dlrr *dlrrs, size_t count)
{
    if (count == 0)
        return;
    begin_block(w, RTCP_XR_DLRR, count * DLRR_PART);
    for (const struct rtcp_xr_dlrr *d = dlrrs; d != dlrrs + count; d++) {
        writer_u32(w, d->ssrc);
        writer_u32(w, d->lrr);
        writer_u32(w, d->dlrr);
    }
}

void rtcp_xr_write_voip(struct writer *w, const struct rtcp_xr_voip *v)
{
    begin_block(w, RTCP_XR_VOIP, VOIP_BODY);
    writer_u32(w, v->ssrc);
    writer_u8(w, v->loss_rate);
    writer_u8(w, v->discard_rate);
    writer_u8(w, v->burst_density);
    writer_u8(w, v->gap_density);
    writer_u16(w, v->burst_ms);
    writer_u16(w, v->gap_ms);
    writer_u16(w, v->round_trip_ms);
    writer_u16(w, v->end_system_ms);
    writer_u8(w, (uint8_t)v->signal_dbm0);
    writer_u8(w, (uint8_t)v->noise_dbm0);
    writer_u8(w, v->rerl_db);
    writer_u8(w, v->gmin);
    writer_u8(w, v->r_factor);
    writer_u8(w, v->external_r);
    writer_u8(w, v->mos_lq);
    writer_u8(w, v->mos_cq);
    writer_u8(w, (uint8_t)((v->plc & 3) << 6 | (v->jba & 3) << 4 | (v->jb_rate & 0x0f)));
    writer_u8(w, 0);
    writer_u16(w, v->jb_nominal_ms);
    writer_u16(w, v->jb_maximum_ms);
    writer_u16(w, v->jb_absolute_ms);
}
