// Compound RTCP packets: see rtcp.h. The frame of the whole compound is checked before its first
// packet is handed out (RFC 3550 appendix A.2), so that what was cut off or misread changes
// nothing. Writers know the length of a packet before they begin it: it is appended whole or not at
// all.
#include "media/rtcp.h"

#include <assert.h>
#include <string.h>

#define VERSION_2    2
#define HAS_PADDING  0x20
#define COUNT        0x1f
#define HEADER_LEN   4
#define REPORT_LEN   24
#define SENDER_LEN   20
#define SDES_CNAME   1
#define BYE_TEXT_MAX 255

const char *rtcp_strstatus(enum rtcp_status status)
{
    switch (status) {
    case RTCP_OK:
        return "ok";
    case RTCP_END:
        return "no further packet";
    case RTCP_SHORT:
        return "too short";
    case RTCP_VERSION:
        return "not version 2";
    case RTCP_PADDING:
        return "bad padding";
    case RTCP_FIRST:
        return "begins with neither SR nor RR";
    }
    return "unknown";
}

// ---- reading: the frame ------------------------------------------------------------------------

struct rtcp_walk rtcp_walk(const void *data, size_t len)
{
    return (struct rtcp_walk){.left = reader_of(data, len), .first = true};
}

// The common header and what it spans, padding taken off (RFC 3550 section 6.4.1).
static enum rtcp_status next_frame(struct reader *left, struct rtcp_packet *p)
{
    uint8_t flags = reader_u8(left);
    p->type = reader_u8(left);
    p->count = flags & COUNT;
    p->body_len = (size_t)reader_u16(left) * 4;
    if (left->failed)
        return RTCP_SHORT;
    if (flags >> 6 != VERSION_2)
        return RTCP_VERSION;
    p->body = reader_take(left, p->body_len);
    if (left->failed)
        return RTCP_SHORT;
    if (flags & HAS_PADDING) {
        uint8_t padding = p->body_len ? p->body[p->body_len - 1] : 0;
        if (reader_left(left) || padding == 0 || padding % 4 || padding > p->body_len)
            return RTCP_PADDING;
        p->body_len -= padding;
    }
    return RTCP_OK;
}

// RFC 3550 appendix A.2, save that a lone packet may be padded: it is the last one too.
static enum rtcp_status check_compound(const struct rtcp_walk *walk)
{
    struct reader left = walk->left;
    bool first = true;
    do {
        struct rtcp_packet p;
        enum rtcp_status status = next_frame(&left, &p);
        if (status)
            return status;
        if (first && !walk->reduced && p.type != RTCP_SR && p.type != RTCP_RR)
            return RTCP_FIRST;
        first = false;
    } while (reader_left(&left));
    return RTCP_OK;
}

// ---- reading: what is in a packet --------------------------------------------------------------

static int32_t sign_extend_24(uint32_t value)
{
    return value > RTCP_LOST_MAX ? (int32_t)value - 0x1000000 : (int32_t)value;
}

// RFC 3550 section 6.4.1
static void read_report(struct reader *r, struct rtcp_report *report)
{
    report->ssrc = reader_u32(r);
    report->fraction_lost = reader_u8(r);
    report->cumulative_lost = sign_extend_24(reader_u24(r));
    report->highest_seq = reader_u32(r);
    report->jitter = reader_u32(r);
    report->lsr = reader_u32(r);
    report->dlsr = reader_u32(r);
}

// What follows the reports is an extension of some profile (RFC 3550 section 6.4.3): not read.
static void read_reports(struct reader *r, struct rtcp_packet *p)
{
    for (p->reports_len = 0; p->reports_len < p->count; p->reports_len++)
        read_report(r, &p->reports[p->reports_len]);
}

static void read_sender(struct reader *r, struct rtcp_sender *sender)
{
    sender->ntp = (uint64_t)reader_u32(r) << 32;
    sender->ntp |= reader_u32(r);
    sender->rtp = reader_u32(r);
    sender->packets = reader_u32(r);
    sender->octets = reader_u32(r);
}

// RFC 3550 section 6.5. Only the first chunk is read, so that SSRC and CNAME belong together. Some
// peers leave out the zero octet at its end: the end of the packet will do.
static void read_chunk(struct reader *r, struct rtcp_packet *p)
{
    while (!p->cname && reader_left(r) && !r->failed) {
        uint8_t item = reader_u8(r);
        if (item == 0)
            break;
        size_t len = reader_u8(r);
        const uint8_t *text = reader_take(r, len);
        if (item == SDES_CNAME && text) {
            p->cname = (const char *)text;
            p->cname_len = len;
        }
    }
}

// Does the body hold what the header claims?
static bool read_body(struct rtcp_packet *p)
{
    struct reader r = reader_of(p->body, p->body_len);
    switch (p->type) {
    case RTCP_SR:
        p->ssrc = reader_u32(&r);
        read_sender(&r, &p->sender);
        read_reports(&r, p);
        break;
    case RTCP_RR:
        p->ssrc = reader_u32(&r);
        read_reports(&r, p);
        break;
    case RTCP_SDES:
        if (p->count) {
            p->ssrc = reader_u32(&r);
            read_chunk(&r, p);
        }
        break;
    case RTCP_BYE:
        if (p->count) {
            p->ssrc = reader_u32(&r);
            reader_take(&r, (size_t)(p->count - 1) * 4);
        }
        break;
    case RTCP_RTPFB: // RFC 4585 section 6.1: the sender, then the media source
    case RTCP_PSFB:
    case RTCP_APP: // the sender, then a name
        p->ssrc = reader_u32(&r);
        reader_take(&r, 4);
        break;
    case RTCP_XR:
        p->ssrc = reader_u32(&r);
        break;
    default:
        break;
    }
    return !r.failed;
}

enum rtcp_status rtcp_next(struct rtcp_walk *walk, struct rtcp_packet *packet)
{
    enum rtcp_status status = RTCP_END;
    struct rtcp_packet p = {0};
    if (walk->first)
        status = check_compound(walk);
    else if (reader_left(&walk->left))
        status = RTCP_OK;
    walk->first = false;
    if (status == RTCP_OK)
        status = next_frame(&walk->left, &p);
    if (status == RTCP_OK && !read_body(&p))
        status = RTCP_SHORT;
    if (status == RTCP_OK)
        *packet = p;
    else
        walk->left.at = walk->left.end;
    return status;
}

// The body holds as many as it claims: read_body has seen to it.
bool rtcp_bye_names(const struct rtcp_packet *packet, uint32_t ssrc)
{
    struct reader r = reader_of(packet->body, packet->body_len);
    if (packet->type != RTCP_BYE)
        return false;
    for (int i = 0; i < packet->count; i++)
        if (reader_u32(&r) == ssrc)
            return true;
    return false;
}

// ---- writing -----------------------------------------------------------------------------------

void rtcp_write_header(struct writer *w, enum rtcp_type type, size_t count, size_t body_len)
{
    if (writer_room(w) < HEADER_LEN + body_len || body_len / 4 > UINT16_MAX)
        w->failed = true;
    writer_u8(w, (uint8_t)(VERSION_2 << 6 | count));
    writer_u8(w, (uint8_t)type);
    writer_u16(w, (uint16_t)(body_len / 4));
}

// RFC 3550 appendix A.3: clamped, not wrapped.
static uint32_t clamp_24(int32_t lost)
{
    lost = lost > RTCP_LOST_MAX ? RTCP_LOST_MAX : lost < RTCP_LOST_MIN ? RTCP_LOST_MIN : lost;
    return (uint32_t)lost & 0xffffff;
}

static void write_reports(struct writer *w, const struct rtcp_report *reports, size_t reports_len)
{
    for (size_t i = 0; i < reports_len; i++) {
        const struct rtcp_report *r = &reports[i];
        writer_u32(w, r->ssrc);
        writer_u8(w, r->fraction_lost);
        writer_u24(w, clamp_24(r->cumulative_lost));
        writer_u32(w, r->highest_seq);
        writer_u32(w, r->jitter);
        writer_u32(w, r->lsr);
        writer_u32(w, r->dlsr);
    }
}

uint64_t rtcp_ntp(usec t)
{
    uint64_t all = (uint64_t)t;
    return (all / USEC_SECOND) << 32 | (all % USEC_SECOND << 32) / USEC_SECOND;
}

void rtcp_write_sr(struct writer *w, uint32_t ssrc, const struct rtcp_sender *sender,
                   const struct rtcp_report *reports, size_t reports_len)
{
    assert(reports_len <= RTCP_REPORTS_MAX);
    rtcp_write_header(w, RTCP_SR, reports_len, 4 + SENDER_LEN + reports_len * REPORT_LEN);
    writer_u32(w, ssrc);
    writer_u32(w, (uint32_t)(sender->ntp >> 32));
    writer_u32(w, (uint32_t)sender->ntp);
    writer_u32(w, sender->rtp);
    writer_u32(w, sender->packets);
    writer_u32(w, sender->octets);
    write_reports(w, reports, reports_len);
}

void rtcp_write_rr(struct writer *w, uint32_t ssrc, const struct rtcp_report *reports,
                   size_t reports_len)
{
    assert(reports_len <= RTCP_REPORTS_MAX);
    rtcp_write_header(w, RTCP_RR, reports_len, 4 + reports_len * REPORT_LEN);
    writer_u32(w, ssrc);
    write_reports(w, reports, reports_len);
}

static void write_zeros(struct writer *w, size_t len)
{
    while (len--)
        writer_u8(w, 0);
}

// RFC 3550 section 6.5
void rtcp_write_sdes(struct writer *w, uint32_t ssrc, const char *cname)
{
    size_t len = strnlen(cname, RTCP_CNAME_MAX);
    size_t zeros = 4 - (2 + len) % 4; // at least one: it ends the chunk
    rtcp_write_header(w, RTCP_SDES, 1, 4 + 2 + len + zeros);
    writer_u32(w, ssrc);
    writer_u8(w, SDES_CNAME);
    writer_u8(w, (uint8_t)len);
    writer_bytes(w, cname, len);
    write_zeros(w, zeros);
}

// RFC 3550 section 6.6
void rtcp_write_bye(struct writer *w, uint32_t ssrc, const char *reason)
{
    size_t len = reason ? strnlen(reason, BYE_TEXT_MAX) : 0;
    size_t text = reason ? (1 + len + 3) / 4 * 4 : 0; // no zero octet is needed here
    rtcp_write_header(w, RTCP_BYE, 1, 4 + text);
    writer_u32(w, ssrc);
    if (!reason)
        return;
    writer_u8(w, (uint8_t)len);
    writer_bytes(w, reason, len);
    write_zeros(w, text - 1 - len);
}
