// When one hears it: from PLAY to the first sound at the device, and from the moment a frame is
// handed to the socket to its sound, for voz-receiver, ffplay and GStreamer in turns, all playing
// voz-sender on a null sink of PulseAudio.
//
// - The source is a tone at the very beginning, then silence with short bursts in it.
// - PLAY: when voz-sender says that somebody listens. A new sender each time, so that this also is
// when
//   its time line begins.
// - Sent: a listener of our own gets the same packets, and the kernel says when (on loopback that
// is when
//   they were sent). It decodes them, so that where in which frame a burst begins is known in the
//   sound that is heard, with all that the codec does to it.
// - Heard: monitor.h.
//
//     bench_sound VOZ-SENDER VOZ-RECEIVER DIRECTORY
#include "media/io/loop.h"
#include "media/rtp.h"
#include "tests/bench/child.h"
#include "tests/bench/monitor.h"
#include "tests/bench/peer.h"
#include "tests/bench/table.h"

#include <math.h>
#include <opus.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE    48000
#define BURST   (RATE / 25)
#define RUN     (7500 * USEC_MS)
#define SETTLE  (1500 * USEC_MS) // then CPU is counted
#define FIRST   (RATE * 3 / 2)   // sample of the source where the first burst begins
#define EVERY   (RATE * 7 / 10)
#define BURSTS  8
#define FORGET  9600 // samples of quiet, then the next loud one is another burst
#define PLAYERS 3
#define RUNS    5

// ---- what was sent -----------------------------------------------------------------------------

struct sent {
    OpusDecoder *decoder;
    int64_t quiet; // samples since the last loud one
    size_t count;
    usec at[BURSTS]; // when the frame that has the burst's begin was sent, plus its place in it
};

static void on_packet(void *ctx, usec when, const uint8_t *data, size_t len)
{
    struct sent *s = ctx;
    struct rtp_packet rtp;
    int16_t pcm[5760];
    if (rtp_parse(&rtp, data, len) != RTP_OK)
        return;
    int samples = opus_decode(s->decoder, rtp.payload, (opus_int32)rtp.payload_len, pcm, 5760, 0);
    for (int i = 0; i < samples; i++) {
        if (abs(pcm[i]) <= MONITOR_LOUD) {
            s->quiet++;
            continue;
        }
        if (s->quiet > FORGET && s->count < BURSTS)
            s->at[s->count++] = when + monitor_units((size_t)i);
        s->quiet = 0;
    }
}

static bool write_source(const char *name)
{
    SF_INFO info = {.samplerate = RATE, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
    static int16_t pcm[FIRST + BURSTS * EVERY + RATE];
    monitor_burst(pcm, RATE / 2);
    for (size_t i = 0; i < BURSTS; i++)
        monitor_burst(pcm + FIRST + i * EVERY, BURST);
    SNDFILE *file = sf_open(name, SFM_WRITE, &info);
    bool done = file && sf_writef_short(file, pcm, sizeof pcm / sizeof *pcm) > 0;
    if (file)
        sf_close(file);
    return done;
}

// ---- the players -------------------------------------------------------------------------------

struct figures {
    double first[RUNS], steady[RUNS * BURSTS];
    double cpu[RUNS]; // s per stream-minute
    size_t firsts, steadies, cpus;
};

static bool play(struct child *c, int player, const char *receiver, char *url)
{
    char location[160];
    snprintf(location, sizeof location, "location=%s", url);
    const char *voz[] = {receiver, "--quiet", url, NULL};
    const char *ffplay[] = {"ffplay",   "-loglevel", "error",     "-nodisp",   "-vn", "-fflags",
                            "nobuffer", "-flags",    "low_delay", "-autoexit", url,   NULL};
    const char *gst[] = {"gst-launch-1.0",
                         "-q",
                         "rtspsrc",
                         location,
                         "latency=60",
                         "!",
                         "rtpopusdepay",
                         "!",
                         "opusdec",
                         "!",
                         "audioconvert",
                         "!",
                         "pulsesink",
                         "buffer-time=40000",
                         "latency-time=10000",
                         NULL};
    const char *const *all[PLAYERS] = {voz, ffplay, gst};
    return child_start(c, all[player]);
}

static void collect(const struct monitor *m, const struct sent *sent, usec began, struct figures *f)
{
    usec first = monitor_heard(m, began, began + RUN);
    if (first != USEC_NEVER)
        f->first[f->firsts++] = usec_to_ms(first - began);
    for (size_t i = 0; i < sent->count; i++) {
        usec sound =
            monitor_heard(m, sent->at[i], sent->at[i] + monitor_units(EVERY) - 20 * USEC_MS);
        if (sound != USEC_NEVER)
            f->steady[f->steadies++] = usec_to_ms(sound - sent->at[i]);
    }
}

static void run(struct monitor *m, char *const *argv, const char *source, int player,
                struct figures *f)
{
    const char *command[] = {argv[1], "--listen", "127.0.0.1:0", "--once", source, NULL};
    struct child sender, receiver = {0};
    struct peer peer = {0};
    struct sent sent = {.quiet = 0};
    char url[128];
    int error;
    sent.decoder = opus_decoder_create(RATE, 1, &error);
    if (child_start(&sender, command) && child_url(&sender, url, sizeof url) &&
        play(&receiver, player, argv[2], url) &&
        child_says(&sender, "listens by", 5 * USEC_SECOND, NULL, 0)) {
        usec began = loop_now();
        struct peer_config config = {
            .url = url, .buffer = 1 << 18, .packet = on_packet, .ctx = &sent};
        if (peer_open(&peer, &config)) {
            double cpu = -1;
            while (loop_now() < began + RUN) {
                peer_wait(&peer, began + RUN);
                peer_serve(&peer);
                child_hush(&receiver);
                if (cpu < 0 && loop_now() > began + SETTLE)
                    cpu = child_cpu(&receiver);
            }
            f->cpu[f->cpus++] = (child_cpu(&receiver) - cpu) * 60e6 / (double)(RUN - SETTLE);
            if (monitor_look(m))
                collect(m, &sent, began, f);
            peer_close(&peer);
        }
    }
    child_stop(&receiver);
    child_stop(&sender);
    opus_decoder_destroy(sent.decoder);
}

static void show(const char *what, const char *unit, const double *ours, double aim)
{
    const double *others = ours + 1;
    table_row(&(struct figure){what, unit, ours[0], "ffplay", others[0], aim, 0, 0});
    table_row(
        &(struct figure){"", "", ours[0], "GStreamer, latency=60, small sink", others[1], 0, 0, 0});
}

int main(int argc, char **argv)
{
    static struct monitor monitor;
    static struct figures figures[PLAYERS];
    double first[PLAYERS], steady[PLAYERS], cpu[PLAYERS];
    char source[512];
    if (argc != 4)
        return 2;
    snprintf(source, sizeof source, "%s/bursts.wav", argv[3]);
    if (!write_source(source) || !monitor_start(&monitor)) {
        fprintf(stderr, "bench: no sound from the monitor\n");
        monitor_stop(&monitor);
        return 1;
    }
    for (int i = 0; i < RUNS; i++)
        for (int player = 0; player < PLAYERS; player++)
            if (player == 0 || i < RUNS / 2 + 1)
                run(&monitor, argv, source, player, &figures[player]);
    for (int i = 0; i < PLAYERS; i++) {
        first[i] = median(figures[i].first, figures[i].firsts);
        steady[i] = median(figures[i].steady, figures[i].steadies);
        cpu[i] = median(figures[i].cpu, figures[i].cpus);
    }
    show("PLAY to first sound at the device", "ms", first, 150);
    show("frame sent to its sound at the device", "ms", steady, 40);
    if (figures[0].steadies)
        table_note("(of %zu bursts: fastest %.1f ms, slowest %.1f ms)", figures[0].steadies,
                   figures[0].steady[0], figures[0].steady[figures[0].steadies - 1]);
    show("receiver CPU, PulseAudio", "s/stream-minute", cpu, 0);
    monitor_stop(&monitor);
    return figures[0].firsts && figures[0].steadies ? 0 : 1;
}
