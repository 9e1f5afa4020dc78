// IPv4 and UDP headers: see ipv4.h.
#include "lab/ipv4.h"

#include "media/bytes.h"

#define PACKET_MAX    65535
#define TTL           64
#define FRAGMENT_MASK 0x3fff // "more fragments", and the offset of this one

// One's complement sum (RFC 1071) on top of `sum`.
static uint16_t checksum(const uint8_t *at, size_t len, uint32_t sum)
{
    for (; len > 1; at += 2, len -= 2)
        sum += (uint32_t)(at[0] << 8 | at[1]);
    if (len)
        sum += (uint32_t)at[0] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

// What UDP's checksum covers besides itself: addresses, protocol and length (RFC 768).
static uint32_t pseudo_header(uint32_t from, uint32_t to, size_t udp_len)
{
    return (from >> 16) + (from & 0xffff) + (to >> 16) + (to & 0xffff) + IPV4_UDP +
           (uint32_t)udp_len;
}

static void put_at(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

size_t ipv4_udp_write(const struct udp_ends *ends, uint16_t id, const void *payload, size_t len,
                      void *out, size_t cap)
{
    uint8_t *packet = out, *udp = packet + IPV4_HEADER_LEN;
    struct writer w = writer_of(out, cap < PACKET_MAX ? cap : PACKET_MAX);
    writer_u16(&w, 0x4500); // version 4, a header of 5 words of 32 bits
    writer_u16(&w, (uint16_t)(IPV4_HEADER_LEN + UDP_HEADER_LEN + len));
    writer_u16(&w, id);
    writer_u16(&w, 0); // may be fragmented, is not
    writer_u8(&w, TTL);
    writer_u8(&w, IPV4_UDP);
    writer_u16(&w, 0); // the checksum: see below
    writer_u32(&w, ends->from);
    writer_u32(&w, ends->to);
    writer_u16(&w, ends->from_port);
    writer_u16(&w, ends->to_port);
    writer_u16(&w, (uint16_t)(UDP_HEADER_LEN + len));
    writer_u16(&w, 0); // the checksum
    writer_bytes(&w, payload, len);
    if (w.failed)
        return 0;
    put_at(packet + 10, checksum(packet, IPV4_HEADER_LEN, 0));
    uint32_t pseudo = pseudo_header(ends->from, ends->to, UDP_HEADER_LEN + len);
    uint16_t sum = checksum(udp, UDP_HEADER_LEN + len, pseudo);
    put_at(udp + 6, sum ? sum : 0xffff); // 0 says that there is none
    return writer_len(&w);
}

bool ipv4_read(struct ipv4 *ip, const void *packet, size_t len)
{
    struct reader r = reader_of(packet, len);
    uint8_t first = reader_u8(&r);
    reader_u8(&r); // type of service
    ip->header_len = 4 * (size_t)(first & 15);
    ip->total_len = reader_u16(&r);
    ip->id = reader_u16(&r);
    bool fragment = reader_u16(&r) & FRAGMENT_MASK;
    ip->ttl = reader_u8(&r);
    ip->protocol = reader_u8(&r);
    reader_u16(&r); // checksum
    ip->from = reader_u32(&r);
    ip->to = reader_u32(&r);
    return !r.failed && first >> 4 == 4 && ip->header_len >= IPV4_HEADER_LEN &&
           ip->total_len >= ip->header_len && ip->total_len <= len && !fragment &&
           checksum(packet, ip->header_len, 0) == 0;
}

bool ipv4_udp_read(struct udp_ends *ends, const uint8_t **payload, size_t *payload_len,
                   const void *packet, size_t len)
{
    struct ipv4 ip;
    if (!ipv4_read(&ip, packet, len) || ip.protocol != IPV4_UDP)
        return false;
    const uint8_t *udp = (const uint8_t *)packet + ip.header_len;
    struct reader r = reader_of(udp, ip.total_len - ip.header_len);
    ends->from = ip.from;
    ends->to = ip.to;
    ends->from_port = reader_u16(&r);
    ends->to_port = reader_u16(&r);
    size_t udp_len = reader_u16(&r);
    uint16_t sum = reader_u16(&r);
    if (r.failed || udp_len < UDP_HEADER_LEN || udp_len > ip.total_len - ip.header_len)
        return false;
    if (sum && checksum(udp, udp_len, pseudo_header(ip.from, ip.to, udp_len)) != 0)
        return false;
    *payload = udp + UDP_HEADER_LEN;
    *payload_len = udp_len - UDP_HEADER_LEN;
    return true;
}
