// Any octets as a compound of reduced size, its NACKs read: there are no more sequence numbers than
// the octets can say, and what was parsed is the same after it was written and parsed again. Then
// the octets as sequence numbers in any order, written and read.
#include "media/rtcp_nack.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SEQS_MAX 2048 // of an input; longer ones are not compared

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static size_t read_seqs(const struct rtcp_packet *packet, uint16_t *seqs)
{
    struct rtcp_nack nack = rtcp_nack_of(packet);
    size_t count = 0;
    for (uint16_t seq; rtcp_nack_next(&nack, &seq); count++)
        if (count < SEQS_MAX)
            seqs[count] = seq;
    assert(count <= packet->body_len / 4 * 17);
    assert(count == 0 || rtcp_is_nack(packet));
    return count;
}

// What is read of these sequence numbers; a repeated one may come once. Not more octets than one
// word for each.
static size_t write_and_read(const uint16_t *seqs, size_t count, uint16_t *again)
{
    size_t cap = 12 + 4 * count;
    uint8_t *out = malloc(cap);
    assert(out);
    struct writer w = writer_of(out, cap);
    rtcp_write_nack(&w, 1, 2, seqs, count);
    assert(!w.failed && writer_len(&w) > 12);
    struct rtcp_walk walk = rtcp_walk(out, writer_len(&w));
    struct rtcp_packet packet;
    walk.reduced = true;
    assert(rtcp_next(&walk, &packet) == RTCP_OK);
    assert(rtcp_is_nack(&packet) && rtcp_nack_of(&packet).media_ssrc == 2);
    size_t read = read_seqs(&packet, again);
    assert(read <= count);
    free(out);
    return read;
}

static bool among(uint16_t seq, const uint16_t *seqs, size_t count)
{
    while (count-- > 0)
        if (seqs[count] == seq)
            return true;
    return false;
}

static void assert_same_set(const uint16_t *a, size_t a_len, const uint16_t *b, size_t b_len)
{
    for (size_t i = 0; i < a_len; i++)
        assert(among(a[i], b, b_len));
    for (size_t i = 0; i < b_len; i++)
        assert(among(b[i], a, a_len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint16_t seqs[SEQS_MAX], again[SEQS_MAX];
    struct rtcp_walk walk = rtcp_walk(data, len);
    struct rtcp_packet packet;
    walk.reduced = true;
    while (rtcp_next(&walk, &packet) == RTCP_OK) {
        size_t count = read_seqs(&packet, seqs);
        if (count > 0 && count <= SEQS_MAX)
            assert_same_set(seqs, count, again, write_and_read(seqs, count, again));
    }
    size_t count = len / 2 < 64 ? len / 2 : 64;
    if (count > 0) {
        memcpy(seqs, data, count * 2);
        assert_same_set(seqs, count, again, write_and_read(seqs, count, again));
    }
    return 0;
}
