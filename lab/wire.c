// A packet as the wire saw it: see wire.h.
#include "lab/wire.h"

#include "media/bytes.h"

#include <string.h>

#define TCP_HEADER_LEN 20 // octets, without options
#define SCTP_DATA_LEN  28 // the common header, and that of a chunk of data
#define CHUNK_DATA     0  // SCTP, RFC 9260 section 3.3.1

// The walk through a packet: each header takes its own from the reader.
struct walk {
    struct wire *wire;
    const uint8_t *start;
    struct reader r;
};

static void add(struct walk *w, enum wire_kind kind, const uint8_t *from, size_t len)
{
    w->wire->layers[w->wire->count++] = (struct wire_layer){kind, (size_t)(from - w->start), len};
}

static void read_ports(struct walk *w)
{
    w->wire->from_port = reader_u16(&w->r);
    w->wire->to_port = reader_u16(&w->r);
}

static void read_udp(struct walk *w)
{
    const uint8_t *from = w->r.at;
    read_ports(w);
    w->wire->udp_len = reader_u16(&w->r);
    w->wire->checksum = reader_u16(&w->r);
    add(w, WIRE_UDP, from, UDP_HEADER_LEN);
}

static void read_length(struct walk *w)
{
    add(w, WIRE_LENGTH, w->r.at, 2);
    w->wire->message_len = reader_u16(&w->r);
}

// RFC 9293 section 3.1
static void read_tcp(struct walk *w)
{
    const uint8_t *from = w->r.at;
    read_ports(w);
    w->wire->seq = reader_u32(&w->r);
    w->wire->ack = reader_u32(&w->r);
    size_t len = 4 * (size_t)(reader_u16(&w->r) >> 12);
    reader_u16(&w->r); // window
    w->wire->checksum = reader_u16(&w->r);
    reader_u16(&w->r); // urgent pointer
    if (len < TCP_HEADER_LEN)
        w->r.failed = true;
    else
        reader_take(&w->r, len - TCP_HEADER_LEN); // options
    add(w, WIRE_TCP, from, len);
    read_length(w);
}

// RFC 9260 section 3: the common header, and the first chunk, which has to be one of data.
static void read_sctp(struct walk *w)
{
    const uint8_t *from = w->r.at;
    read_ports(w);
    reader_take(&w->r, 8); // verification tag, checksum
    bool data = reader_u8(&w->r) == CHUNK_DATA;
    reader_take(&w->r, 3); // flags, length
    w->wire->seq = reader_u32(&w->r);
    reader_take(&w->r, 8); // stream, number in it, protocol
    add(w, WIRE_SCTP, from, SCTP_DATA_LEN);
    w->r.failed |= !data;
}

static bool read_rtp(struct walk *w)
{
    size_t left = reader_left(&w->r);
    const struct wire *wire = w->wire;
    bool counted = wire->count && wire->layers[wire->count - 1].kind == WIRE_LENGTH;
    size_t len = counted ? wire->message_len : left;
    const uint8_t *message = w->r.at;
    if (w->r.failed || len > left || rtp_parse(&w->wire->rtp, message, len) != RTP_OK)
        return false;
    add(w, WIRE_RTP, message, (size_t)(w->wire->rtp.payload - message));
    add(w, WIRE_VOICE, w->wire->rtp.payload, w->wire->rtp.payload_len);
    return true;
}

bool wire_read(struct wire *wire, const void *packet, size_t len)
{
    memset(wire, 0, sizeof *wire);
    struct walk w = {wire, packet, {0}};
    if (!ipv4_read(&wire->ip, packet, len))
        return false;
    add(&w, WIRE_IP, packet, wire->ip.header_len);
    w.r = reader_of(w.start + wire->ip.header_len, wire->ip.total_len - wire->ip.header_len);
    if (wire->ip.protocol == IPV4_UDP)
        read_udp(&w);
    else if (wire->ip.protocol == IPV4_TCP)
        read_tcp(&w);
    else if (wire->ip.protocol == IPV4_SCTP)
        read_sctp(&w);
    else
        return false;
    return read_rtp(&w);
}

bool wire_read_rtp(struct wire *wire, const void *packet, size_t len)
{
    memset(wire, 0, sizeof *wire);
    struct walk w = {wire, packet, reader_of(packet, len)};
    return read_rtp(&w);
}
