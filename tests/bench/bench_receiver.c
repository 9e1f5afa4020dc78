// CPU of a receiver's stream, several of each kind hearing the same sender in the same seconds:
// to a file, beside libopus alone, which decodes the same packets in one go; and to the null
// device, beside ffmpeg, which writes a file. Starting the program is counted apart.
//
//     bench_receiver VOZ-SENDER VOZ-RECEIVER DIRECTORY [recovery]
//
// recovery: only to a file, and with all that recovers losses at work: a tenth of the packets lost,
// two redundant copies in each, in-band FEC, packets asked for again, extended reports.
#include "media/io/loop.h"
#include "media/rtp.h"
#include "tests/bench/child.h"
#include "tests/bench/peer.h"
#include "tests/bench/table.h"

#include <opus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EACH        5
#define KINDS       3
#define SETTLE      (4 * USEC_SECOND)
#define WINDOW      (6 * USEC_SECOND)
#define WINDOWS     5
#define PACKETS_MAX 8192
#define OCTETS_MAX  (1 << 21)
#define REPEATS     9

enum kind { TO_FILE, TO_NULL, FFMPEG };

#define KINDS_RECOVERY 1 // the first of them

struct packets {
    size_t count, used;
    size_t at[PACKETS_MAX], len[PACKETS_MAX];
    uint8_t octets[OCTETS_MAX];
};

static void keep(void *ctx, usec when, const uint8_t *data, size_t len)
{
    struct packets *p = ctx;
    struct rtp_packet rtp;
    (void)when;
    if (rtp_parse(&rtp, data, len) != RTP_OK || p->count == PACKETS_MAX ||
        p->used + rtp.payload_len > OCTETS_MAX)
        return;
    memcpy(p->octets + p->used, rtp.payload, rtp.payload_len);
    p->at[p->count] = p->used;
    p->len[p->count++] = rtp.payload_len;
    p->used += rtp.payload_len;
}

static double thread_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

// CPU seconds per minute of sound; 0: it did not work.
static double decode(const struct packets *p)
{
    int16_t pcm[5760];
    double took[REPEATS];
    int64_t samples = 0;
    for (int i = 0; i < REPEATS; i++) {
        int error;
        OpusDecoder *decoder = opus_decoder_create(48000, 1, &error);
        if (!decoder)
            return 0;
        double began = thread_seconds();
        samples = 0;
        for (size_t k = 0; k < p->count; k++)
            samples += opus_decode(decoder, p->octets + p->at[k], (opus_int32)p->len[k], pcm,
                                   sizeof pcm / sizeof *pcm, 0);
        took[i] = thread_seconds() - began;
        opus_decoder_destroy(decoder);
    }
    return samples > 0 ? median(took, REPEATS) / ((double)samples / 48000 / 60) : 0;
}

// The same of the packets as they come, all of what came in 200 ms at once.
struct rhythm {
    OpusDecoder *decoder;
    size_t next; // packet
    double took;
    int64_t samples;
};

static void decode_new(struct rhythm *r, const struct packets *p)
{
    int16_t pcm[5760];
    double began = thread_seconds();
    for (; r->next < p->count; r->next++)
        r->samples += opus_decode(r->decoder, p->octets + p->at[r->next],
                                  (opus_int32)p->len[r->next], pcm, 5760, 0);
    r->took += thread_seconds() - began;
}

static bool start(struct child *c, enum kind kind, int i, char *const *argv, const char *url)
{
    char out[512];
    snprintf(out, sizeof out, "%s/receiver-%d-%d.wav", argv[3], (int)kind, i);
    const char *file[] = {argv[2], "--quiet", "--no-play", "--output", out, url, NULL};
    const char *null[] = {argv[2], "--quiet", "--device", "null", url, NULL};
    const char *ffmpeg[] = {"ffmpeg", "-nostdin", "-loglevel", "error", "-rtsp_transport",
                            "udp",    "-i",       url,         "-y",    out,
                            NULL};
    const char *const *all[] = {file, null, ffmpeg};
    return child_start(c, all[kind]);
}

struct bench {
    int kinds;
    struct child children[KINDS][EACH];
    double started[KINDS];             // ms of CPU until SETTLE
    double cpu[KINDS][WINDOWS * EACH]; // s per stream-minute
    struct packets packets;
    struct rhythm rhythm;
};

static void look(struct bench *b, struct peer *peer, usec began)
{
    double before[KINDS][EACH];
    for (int kind = 0; kind < b->kinds; kind++)
        for (int i = 0; i < EACH; i++)
            before[kind][i] = child_cpu(&b->children[kind][i]);
    for (int kind = 0; kind < b->kinds; kind++) {
        double ms[EACH];
        for (int i = 0; i < EACH; i++)
            ms[i] = before[kind][i] * 1000;
        b->started[kind] = median(ms, EACH);
    }
    for (int w = 0; w < WINDOWS; w++) {
        usec from = loop_now();
        while (loop_now() < began + SETTLE + (w + 1) * WINDOW) {
            peer_serve(peer);
            decode_new(&b->rhythm, &b->packets);
            pause_for(200 * USEC_MS);
        }
        double minutes = usec_to_ms(loop_now() - from) / 60000;
        for (int kind = 0; kind < b->kinds; kind++)
            for (int i = 0; i < EACH; i++) {
                double cpu = child_cpu(&b->children[kind][i]);
                b->cpu[kind][w * EACH + i] = (cpu - before[kind][i]) / minutes;
                before[kind][i] = cpu;
            }
    }
}

static void print(struct bench *b)
{
    bool recovery = b->kinds == KINDS_RECOVERY;
    double cpu[KINDS];
    for (int kind = 0; kind < b->kinds; kind++)
        cpu[kind] = median(b->cpu[kind], WINDOWS * EACH);
    table_row(&(struct figure){recovery ? "10 % lost, all that recovers: CPU, to a file"
                                        : "receiver CPU, to a file",
                               "s/stream-minute", cpu[TO_FILE], "libopus, the same packets",
                               decode(&b->packets), 0, recovery ? 1.8 : 1.5, 0});
    table_row(&(struct figure){"", "", cpu[TO_FILE], "libopus, every 200 ms what came",
                               b->rhythm.took / ((double)b->rhythm.samples / 48000 / 60), 0, 0, 0});
    if (recovery)
        return;
    table_row(&(struct figure){"receiver CPU, null device", "s/stream-minute", cpu[TO_NULL],
                               "ffmpeg to a file", cpu[FFMPEG], 0, 0.5, 0});
    table_row(&(struct figure){"receiver's first 4 s, null device", "ms of CPU",
                               b->started[TO_NULL], "ffmpeg to a file", b->started[FFMPEG], 0, 0,
                               0});
}

static int measure(struct bench *b, char *const *argv, const char *url)
{
    struct peer peer;
    struct peer_config config = {.url = url, .buffer = 1 << 20, .packet = keep, .ctx = &b->packets};
    for (int kind = 0; kind < b->kinds; kind++)
        for (int i = 0; i < EACH; i++)
            if (!start(&b->children[kind][i], (enum kind)kind, i, argv, url))
                return 1;
    int error;
    usec began = loop_now();
    b->rhythm.decoder = opus_decoder_create(48000, 1, &error);
    pause_for(SETTLE);
    if (!peer_open(&peer, &config))
        return 1;
    look(b, &peer, began);
    peer_close(&peer);
    for (int kind = 0; kind < b->kinds; kind++)
        for (int i = 0; i < EACH; i++) {
            double was = child_cpu(&b->children[kind][i]);
            int status = child_stop(&b->children[kind][i]);
            if (!was || (kind != FFMPEG && status != 0)) { // ffmpeg says 255 when it is interrupted
                fprintf(stderr, "bench: a receiver did not last\n");
                return 1;
            }
        }
    if ((int64_t)b->packets.count < WINDOWS * WINDOW / (20 * USEC_MS) * 8 / 10) {
        fprintf(stderr, "bench: only %zu packets came\n", b->packets.count);
        return 1;
    }
    print(b);
    opus_decoder_destroy(b->rhythm.decoder);
    return 0;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    struct child sender;
    char url[128];
    int status = 1;
    if (argc != 4 && (argc != 5 || strcmp(argv[4], "recovery") != 0))
        return 2;
    bench.kinds = argc == 5 ? KINDS_RECOVERY : KINDS;
    const char *plain[] = {argv[1], "--listen", "0", "--loop", NULL};
    const char *recovery[] = {argv[1], "--listen", "0",  "--loop",  "--red",    "2", "--fec",
                              "on",    "--nack",   "on", "--netem", "loss 10%", NULL};
    const char *const *command = argc == 5 ? recovery : plain;
    if (child_start(&sender, command) && child_url(&sender, url, sizeof url))
        status = measure(&bench, argv, url);
    for (int kind = 0; kind < bench.kinds; kind++)
        for (int i = 0; i < EACH; i++)
            child_stop(&bench.children[kind][i]);
    child_stop(&sender);
    return status;
}
