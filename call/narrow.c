// Clocks of 8 and 48 kHz: see narrow.h.
#include "call/narrow.h"

#include "media/rtcp.h"
#include "media/rtp.h"

#define RATIO        6
#define TIMESTAMP    4  // octets before it in an RTP header,
#define SR_TIMESTAMP 16 // in an SR (RFC 3550 section 6.4.1)
#define SR_BLOCKS    28 // before the report blocks of an SR,
#define RR_BLOCKS    8  // and of an RR
#define BLOCK        24 // octets of one; its jitter stands
#define JITTER       12 // behind so many

static uint32_t get(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void put(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
}

// Modulo 2^32 what wraps at 8 kHz goes on at 48 kHz.
static void widen(uint8_t *at)
{
    put(at, get(at) * RATIO);
}

// The other way round it does not: the time has to be known in full.
static void shrink(struct narrow *n, uint8_t *at)
{
    uint32_t timestamp = get(at);
    if (!n->begun)
        *n = (struct narrow){true, timestamp, (int64_t)RATIO << 32 | timestamp};
    n->time += (int32_t)(timestamp - n->last);
    n->last = timestamp;
    put(at, (uint32_t)(n->time / RATIO));
}

// n: NULL where it was received.
static void change_report(struct narrow *n, uint8_t *data, size_t len)
{
    bool sr = data[1] == RTCP_SR;
    size_t at = sr ? SR_BLOCKS : RR_BLOCKS, blocks = data[0] & 31;
    if ((!sr && data[1] != RTCP_RR) || len < at)
        return;
    if (sr && n)
        shrink(n, data + SR_TIMESTAMP);
    else if (sr)
        widen(data + SR_TIMESTAMP);
    for (; blocks && len - at >= BLOCK; blocks--, at += BLOCK) {
        uint32_t jitter = get(data + at + JITTER);
        put(data + at + JITTER, n ? jitter / RATIO : jitter * RATIO);
    }
}

static void change_rtcp(struct narrow *n, uint8_t *data, size_t len)
{
    while (len >= 4) {
        size_t packet = 4 * ((size_t)(data[2] << 8 | data[3]) + 1);
        if (packet > len)
            return;
        change_report(n, data, packet);
        data += packet;
        len -= packet;
    }
}

void narrow_received(uint8_t *data, size_t len)
{
    if (rtp_is_rtcp(data, len))
        change_rtcp(NULL, data, len);
    else if (len >= RTP_HEADER_LEN)
        widen(data + TIMESTAMP);
}

void narrow_sent(struct narrow *n, uint8_t *data, size_t len)
{
    if (rtp_is_rtcp(data, len))
        change_rtcp(n, data, len);
    else if (len >= RTP_HEADER_LEN)
        shrink(n, data + TIMESTAMP);
}
