// A capture that Wireshark reads: see pcap_file.h. libpcap writes the file.
#include "lab/io/pcap_file.h"

#include "control/sdp.h"
#include "media/bytes.h"
#include "media/resend.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SENDER_HOST   0x0a4d0001u // 10.77.0.1
#define RECEIVER_HOST 0x0a4d0002u // 10.77.0.2
#define SAP_HOST      0xe0027ffeu // 224.2.127.254, RFC 2974 section 3
#define SAP_PORT      9875
#define RTP_PORT      5004
#define RTCP_PORT     5005
#define IPV4_LEN      20
#define UDP_LEN       8
#define UDP           17
#define FRAME_MAX     65535

struct pcap_file {
    char path[256];
    pcap_t *pcap;
    pcap_dumper_t *dumper;
    uint16_t id; // of the next IP packet
    bool failed;
    int error; // errno of that
};

// One's complement sum (RFC 1071) of what was written since `from`, on top of `sum`.
static uint16_t checksum(const uint8_t *from, const uint8_t *to, uint32_t sum)
{
    for (; from + 1 < to; from += 2)
        sum += (uint32_t)(from[0] << 8 | from[1]);
    if (from < to)
        sum += (uint32_t)from[0] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static void put_at(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

struct ends {
    uint32_t from, to;
    uint16_t from_port, to_port;
};

static void put(struct pcap_file *f, usec when, const struct ends *e, const void *data, size_t len)
{
    uint8_t frame[FRAME_MAX];
    struct writer w = writer_of(frame, sizeof frame);
    writer_u16(&w, 0x4500); // version 4, header of 5 words
    writer_u16(&w, (uint16_t)(IPV4_LEN + UDP_LEN + len));
    writer_u16(&w, f->id++);
    writer_u16(&w, 0);             // may be fragmented, is not
    writer_u16(&w, 64 << 8 | UDP); // time to live
    writer_u16(&w, 0);
    writer_u32(&w, e->from);
    writer_u32(&w, e->to);
    put_at(frame + 10, checksum(frame, w.at, 0));
    writer_u16(&w, e->from_port);
    writer_u16(&w, e->to_port);
    writer_u16(&w, (uint16_t)(UDP_LEN + len));
    writer_u16(&w, 0);
    writer_bytes(&w, data, len);
    // The pseudo header: both addresses, the protocol, the length.
    uint32_t pseudo = (e->from >> 16) + (e->from & 0xffff) + (e->to >> 16) + (e->to & 0xffff) +
                      UDP + UDP_LEN + (uint32_t)len;
    uint16_t sum = checksum(frame + IPV4_LEN, w.at, pseudo);
    put_at(frame + IPV4_LEN + 6, sum ? sum : 0xffff);
    struct pcap_pkthdr header = {
        .ts = {.tv_sec = (SIM_WALL_CLOCK + when) / USEC_SECOND,
               .tv_usec = (SIM_WALL_CLOCK + when) % USEC_SECOND},
        .caplen = (bpf_u_int32)writer_len(&w),
        .len = (bpf_u_int32)writer_len(&w),
    };
    if (w.failed || f->failed)
        return;
    pcap_dump((unsigned char *)f->dumper, &header, frame);
    if (ferror(pcap_dump_file(f->dumper))) {
        f->failed = true;
        f->error = errno;
    }
}

// All payload types that may come, whether or not one ever does.
static size_t describe(const struct sender_config *sender, char *out, size_t cap)
{
    bool stereo = sender->voice.channels == 2;
    char red[SDP_FMTP_MAX], again[SDP_FMTP_MAX];
    struct sdp sdp = {
        .id = 1,
        .version = 1,
        .address = slice_of("10.77.0.1"),
        .name = slice_of("voz-lab"),
        .media_count = 1,
    };
    sdp.media[0] = (struct sdp_media){
        .kind = SDP_AUDIO,
        .port = RTP_PORT,
        .connection = slice_of("10.77.0.2"),
        .formats = {{
            .pt = sender->payload_type,
            .encoding = slice_of("opus"),
            .clock = VOICE_RATE,
            .channels = 2,
            .nack = sender->resend,
            .opus = {.has_sprop_stereo = true, .sprop_stereo = stereo},
        }},
        .format_count = 1,
        .direction = SDP_SENDONLY,
        .avpf = sender->resend,
    };
    struct sdp_media *audio = &sdp.media[0];
    if (sender->limits.red != ADAPT_RED_OFF)
        audio->formats[audio->format_count++] =
            sdp_red(sender->payload_type_red, sender->payload_type, red);
    if (sender->resend)
        audio->formats[audio->format_count++] =
            sdp_rtx(sender->payload_type_again, sender->payload_type, RESEND_AGE, again);
    return sdp_write(&sdp, out, cap);
}

static void announce(struct pcap_file *f, const struct sender_config *sender)
{
    static const struct ends ends = {SENDER_HOST, SAP_HOST, SAP_PORT, SAP_PORT};
    char text[1024];
    uint8_t packet[1200];
    struct writer w = writer_of(packet, sizeof packet);
    size_t len = describe(sender, text, sizeof text);
    writer_u32(&w, 0x20000001); // version 1, IPv4, an announcement with this hash
    writer_u32(&w, SENDER_HOST);
    writer_bytes(&w, "application/sdp", sizeof "application/sdp");
    writer_bytes(&w, text, len);
    put(f, 0, &ends, packet, writer_len(&w));
}

struct pcap_file *pcap_file_new(const char *path, const struct sender_config *sender, char *why,
                                size_t cap)
{
    struct pcap_file *f = calloc(1, sizeof *f);
    if (!f) {
        snprintf(why, cap, "no memory");
        return NULL;
    }
    snprintf(f->path, sizeof f->path, "%s", path);
    f->pcap = pcap_open_dead(DLT_RAW, FRAME_MAX);
    f->dumper = f->pcap ? pcap_dump_open(f->pcap, path) : NULL;
    if (!f->dumper) {
        snprintf(why, cap, "cannot write the capture: %s",
                 f->pcap ? pcap_geterr(f->pcap) : strerror(errno));
        pcap_file_close(f, NULL, 0);
        return NULL;
    }
    announce(f, sender);
    return f;
}

void pcap_file_put(struct pcap_file *f, const struct sim_datagram *d)
{
    uint16_t port = d->kind == SENDER_RTP ? RTP_PORT : RTCP_PORT;
    struct ends forward = {SENDER_HOST, RECEIVER_HOST, port, port};
    struct ends back = {RECEIVER_HOST, SENDER_HOST, port, port};
    put(f, d->at, d->way == NETWORK_FORWARD ? &forward : &back, d->data, d->len);
}

bool pcap_file_close(struct pcap_file *f, char *why, size_t cap)
{
    if (!f)
        return true;
    if (f->dumper) {
        if (pcap_dump_flush(f->dumper) != 0 && !f->failed) {
            f->failed = true;
            f->error = errno;
        }
        pcap_dump_close(f->dumper);
    }
    if (f->pcap)
        pcap_close(f->pcap);
    bool whole = !f->failed;
    if (!whole)
        snprintf(why, cap, "cannot write the capture %s: %s", f->path, strerror(f->error));
    free(f);
    return whole;
}
