// A strange sender: see station.h.
#include "tests/e2e/station.h"

#include "media/rtcp.h"
#include "media/rtp.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// A free pair: RTP and the next port.
static void bind_pair(struct station *s)
{
    for (int tries = 0; tries < 100; tries++) {
        s->rtp_port = 0;
        s->rtp = udp_bind("127.0.0.1", &s->rtp_port);
        s->rtcp_port = s->rtp_port + 1;
        s->rtcp = udp_try("127.0.0.1", s->rtcp_port);
        if (s->rtcp >= 0)
            return;
        close(s->rtp);
    }
    fail_msg("no pair of ports is free");
}

// Sequence numbers and timestamps wrap within the first second.
void station_open(struct station *s)
{
    struct voice_encoder_config config = {
        .channels = 1, .frame_samples = STATION_FRAME, .bitrate = 32000, .complexity = 1};
    *s = (struct station){.ssrc = 0x1234, .seq = 65500, .timestamp = 0xffff0000u, .fd = -1};
    s->listening = tcp_listen(&s->port);
    bind_pair(s);
    s->voice = voice_encoder_new(&config);
    assert_non_null(s->voice);
}

void station_close(struct station *s)
{
    close(s->listening);
    close(s->fd);
    close(s->rtp);
    close(s->rtcp);
    voice_encoder_free(s->voice);
}

// ---- RTSP

static void reply(struct station *s, const char *code, unsigned cseq, const char *rest)
{
    char text[2048];
    snprintf(text, sizeof text, "RTSP/1.0 %s\nCSeq: %u\n%s", code, cseq, rest);
    tcp_say(s->fd, text);
}

static void reply_describe(struct station *s, unsigned cseq)
{
    static const char sdp[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
                              "m=audio 0 RTP/AVP 111\r\na=rtpmap:111 opus/48000/2\r\n"
                              "a=fmtp:111 sprop-stereo=0\r\na=control:audio\r\n";
    static const char pictures[] =
        "m=video 0 RTP/AVPF 98 99\r\na=rtpmap:98 VP8/90000\r\na=rtcp-fb:98 nack\r\n"
        "a=rtcp-fb:98 nack pli\r\na=rtpmap:99 rtx/90000\r\na=fmtp:99 apt=98\r\n"
        "a=control:pictures\r\n";
    char text[1024], all[1024];
    int len = snprintf(all, sizeof all, "%s%s", sdp, s->pictures ? pictures : "");
    snprintf(text, sizeof text, "Content-Type: application/sdp\nContent-Length: %d\n\n", len);
    reply(s, "200 OK", cseq, text);
    assert_true(write(s->fd, all, (size_t)len) > 0);
}

static void reply_setup(struct station *s, unsigned cseq, const char *request)
{
    char text[256];
    int lo = 0;
    const char *ports = strstr(request, "client_port=");
    if (ports && s->deaf) {
        reply(s, "461 Unsupported Transport", cseq, "\n");
        return;
    }
    if (ports)
        sscanf(ports, "client_port=%d", &lo);
    bool pictures = s->pictures && strstr(request, "/pictures");
    *(pictures ? &s->pictures_to : &s->to) = lo;
    if (lo)
        snprintf(text, sizeof text,
                 "Session: 77;timeout=60\nTransport: RTP/%s;unicast;client_port=%d-%d;"
                 "server_port=%d-%d%s%s\n\n",
                 pictures ? "AVPF" : "AVP", lo, lo + 1, s->rtp_port, s->rtcp_port,
                 s->source ? ";source=" : "", s->source ? s->source : "");
    else
        snprintf(text, sizeof text,
                 "Session: 77\nTransport: RTP/AVP/TCP;unicast;interleaved=%s\n\n",
                 pictures ? "4-5" : "2-3");
    reply(s, "200 OK", cseq, text);
}

void station_serve(struct station *s, const char *last)
{
    char method[32] = "";
    while (strcmp(method, last) != 0) {
        char request[4096];
        unsigned cseq = 0;
        snprintf(request, sizeof request, "%s", tcp_hear(s->fd));
        sscanf(request, "%31s", method);
        const char *number = strstr(request, "CSeq: ");
        if (number)
            sscanf(number, "CSeq: %u", &cseq);
        if (strcmp(method, "DESCRIBE") == 0)
            reply_describe(s, cseq);
        else if (strcmp(method, "SETUP") == 0)
            reply_setup(s, cseq, request);
        else
            reply(s, "200 OK", cseq, "Session: 77\n\n");
    }
    s->next = scene_now();
}

void station_accept(struct station *s, const char *last)
{
    s->fd = tcp_accept(s->listening, 10);
    station_serve(s, last);
}

// ---- RTP

void station_give(struct station *s, int fd, const void *data, size_t len)
{
    if (s->to) {
        udp_say(fd, "127.0.0.1", s->to, data, len);
        return;
    }
    uint8_t frame[1600] = {'$', 2, (uint8_t)(len >> 8), (uint8_t)len};
    memcpy(frame + 4, data, len);
    assert_true(write(s->fd, frame, len + 4) > 0);
}

size_t station_packet(struct station *s, uint8_t *packet, size_t cap)
{
    int16_t pcm[STATION_FRAME];
    uint8_t payload[1400];
    for (int i = 0; i < STATION_FRAME; i++) {
        s->phase += 440.0 / VOICE_RATE;
        s->phase -= s->phase >= 1;
        pcm[i] = (int16_t)(8000 * (s->phase < 0.5 ? 4 * s->phase - 1 : 3 - 4 * s->phase));
    }
    int len = voice_encode(s->voice, pcm, payload, sizeof payload);
    assert_true(len > 0);
    struct rtp_packet rtp = {.payload_type = 111,
                             .seq = s->seq++,
                             .timestamp = s->timestamp,
                             .ssrc = s->ssrc,
                             .payload = payload,
                             .payload_len = (size_t)len};
    s->timestamp += STATION_FRAME;
    return rtp_write(&rtp, packet, cap);
}

void station_wait(struct station *s)
{
    double wait = s->next - scene_now();
    if (wait > 0)
        poll(NULL, 0, (int)(wait * 1000));
    s->next += STATION_SECONDS;
}

void station_send(struct station *s, int frames)
{
    uint8_t packet[1500];
    for (int i = 0; i < frames; i++) {
        station_wait(s);
        station_give(s, s->rtp, packet, station_packet(s, packet, sizeof packet));
    }
}

void station_skip(struct station *s, int frames)
{
    s->seq = (uint16_t)(s->seq + frames);
    s->timestamp += (uint32_t)frames * STATION_FRAME;
    s->next += frames * STATION_SECONDS;
}

void station_bye(struct station *s)
{
    uint8_t bye[128];
    struct writer w = writer_of(bye, sizeof bye);
    rtcp_write_rr(&w, s->ssrc, NULL, 0);
    rtcp_write_sdes(&w, s->ssrc, "station");
    rtcp_write_bye(&w, s->ssrc, NULL);
    if (s->to)
        udp_say(s->rtcp, "127.0.0.1", s->to + 1, bye, writer_len(&w));
}
