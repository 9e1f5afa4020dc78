// Any octets as a compound RTCP packet, of full and of reduced size: all that a packet points to
// lies inside, the walk ends, a fault leaves the packet alone, and what was parsed is the same
// after it was written and parsed again.
#include "media/rtcp.h"

#include <assert.h>
#include <string.h>

#define OUT_MAX 1024 // an SR of 31 reports is the longest

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool inside(const void *part, size_t part_len, const uint8_t *data, size_t len)
{
    const uint8_t *start = part;
    return start >= data && start <= data + len && part_len <= (size_t)(data + len - start);
}

// Writes what can be written of `packet`; false for types without a writer.
static bool write_packet(struct writer *w, const struct rtcp_packet *packet)
{
    char cname[RTCP_CNAME_MAX + 1] = {0};
    switch (packet->type) {
    case RTCP_SR:
        rtcp_write_sr(w, packet->ssrc, &packet->sender, packet->reports, packet->reports_len);
        return true;
    case RTCP_RR:
        rtcp_write_rr(w, packet->ssrc, packet->reports, packet->reports_len);
        return true;
    case RTCP_SDES:
        if (packet->cname)
            memcpy(cname, packet->cname, packet->cname_len);
        rtcp_write_sdes(w, packet->ssrc, cname);
        return true;
    case RTCP_BYE:
        rtcp_write_bye(w, packet->ssrc, packet->count % 2 ? "a reason" : NULL);
        return true;
    default:
        return false;
    }
}

static void assert_same_report(const struct rtcp_report *a, const struct rtcp_report *b)
{
    assert(a->ssrc == b->ssrc && a->fraction_lost == b->fraction_lost);
    assert(a->cumulative_lost == b->cumulative_lost);
    assert(a->cumulative_lost >= RTCP_LOST_MIN && a->cumulative_lost <= RTCP_LOST_MAX);
    assert(a->highest_seq == b->highest_seq && a->jitter == b->jitter);
    assert(a->lsr == b->lsr && a->dlsr == b->dlsr);
}

static void write_and_parse(const struct rtcp_packet *packet)
{
    uint8_t out[OUT_MAX];
    struct writer w = writer_of(out, sizeof out);
    struct rtcp_packet again;
    if (!write_packet(&w, packet))
        return;
    assert(!w.failed);
    struct rtcp_walk walk = rtcp_walk(out, writer_len(&w));
    walk.reduced = true;
    assert(rtcp_next(&walk, &again) == RTCP_OK);
    assert(again.type == packet->type && again.ssrc == packet->ssrc);
    assert(again.reports_len == packet->reports_len);
    for (size_t i = 0; i < packet->reports_len; i++)
        assert_same_report(&again.reports[i], &packet->reports[i]);
    assert(memcmp(&again.sender, &packet->sender, sizeof again.sender) == 0);
    if (packet->cname && !memchr(packet->cname, 0, packet->cname_len)) {
        assert(again.cname_len == packet->cname_len);
        assert(memcmp(again.cname, packet->cname, packet->cname_len) == 0);
    }
    assert(again.type != RTCP_BYE || rtcp_bye_names(&again, packet->ssrc));
    assert(rtcp_next(&walk, &again) == RTCP_END);
}

static void check_packet(const struct rtcp_packet *packet, const uint8_t *data, size_t len)
{
    assert(packet->count <= RTCP_REPORTS_MAX && packet->reports_len <= packet->count);
    assert(packet->body_len % 4 == 0 && inside(packet->body, packet->body_len, data, len));
    assert(packet->reports_len * 24 <= packet->body_len);
    if (packet->cname)
        assert(inside(packet->cname, packet->cname_len, packet->body, packet->body_len));
    if (packet->type == RTCP_BYE)
        assert(rtcp_bye_names(packet, packet->ssrc) == (packet->count > 0));
    else
        assert(!rtcp_bye_names(packet, packet->ssrc));
    write_and_parse(packet);
}

static void walk_all(const uint8_t *data, size_t len, bool reduced)
{
    struct rtcp_packet packet, before;
    struct rtcp_walk walk = rtcp_walk(data, len);
    size_t packets = 0;
    walk.reduced = reduced;
    memset(&packet, 0xa5, sizeof packet);
    memcpy(&before, &packet, sizeof packet);
    for (; rtcp_next(&walk, &packet) == RTCP_OK; packets++) {
        assert(packets > 0 || reduced || packet.type == RTCP_SR || packet.type == RTCP_RR);
        check_packet(&packet, data, len);
        memcpy(&before, &packet, sizeof packet);
    }
    assert(memcmp(&packet, &before, sizeof packet) == 0);
    assert(packets <= len / 4);
    assert(rtcp_next(&walk, &packet) == RTCP_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    walk_all(data, len, false);
    walk_all(data, len, true);
    return 0;
}
