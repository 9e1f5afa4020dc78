// A capture that Wireshark reads: see pcap_file.h.
#include "lab/io/pcap_file.h"

#include "control/sdp.h"
#include "lab/io/pcap_raw.h"
#include "lab/ipv4.h"
#include "media/bytes.h"
#include "media/resend.h"

#include <stdio.h>
#include <stdlib.h>

#define SENDER_HOST   0x0a4d0001u // 10.77.0.1
#define RECEIVER_HOST 0x0a4d0002u // 10.77.0.2
#define SAP_HOST      0xe0027ffeu // 224.2.127.254, RFC 2974 section 3
#define SAP_PORT      9875
#define RTP_PORT      5004
#define RTCP_PORT     5005
#define FRAME_MAX     65535

struct pcap_file {
    struct pcap_raw *raw;
    uint16_t id; // of the next IP packet
};

static void put(struct pcap_file *f, usec when, const struct udp_ends *e, const void *data,
                size_t len)
{
    uint8_t frame[FRAME_MAX];
    size_t octets = ipv4_udp_write(e, f->id++, data, len, frame, sizeof frame);
    if (octets)
        pcap_raw_put(f->raw, SIM_WALL_CLOCK + when, frame, octets);
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
        audio->formats[audio->format_count++] = sdp_rtx(
            sender->payload_type_again, sender->payload_type, VOICE_RATE, RESEND_AGE, again);
    return sdp_write(&sdp, out, cap);
}

static void announce(struct pcap_file *f, const struct sender_config *sender)
{
    static const struct udp_ends ends = {SENDER_HOST, SAP_HOST, SAP_PORT, SAP_PORT};
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
    f->raw = pcap_raw_new(path, why, cap);
    if (!f->raw) {
        free(f);
        return NULL;
    }
    announce(f, sender);
    return f;
}

void pcap_file_put(struct pcap_file *f, const struct sim_datagram *d)
{
    uint16_t port =
        (uint16_t)((d->kind == SENDER_RTP ? RTP_PORT : RTCP_PORT) + (d->picture ? 2 : 0));
    struct udp_ends forward = {SENDER_HOST, RECEIVER_HOST, port, port};
    struct udp_ends back = {RECEIVER_HOST, SENDER_HOST, port, port};
    put(f, d->at, d->way == NETWORK_FORWARD ? &forward : &back, d->data, d->len);
}

bool pcap_file_close(struct pcap_file *f, char *why, size_t cap)
{
    bool whole = !f || pcap_raw_close(f->raw, why, cap);
    free(f);
    return whole;
}
