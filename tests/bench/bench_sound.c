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
// - Heard: parec reads the sink's monitor in fragments of 5 ms. The sink's clock is the system's,
// so that
//   sample n was there at n / 48000 s plus an offset, which the earliest fragments of some seconds
//   show.
// - What lies between a sample's place in the monitor and its instant at the device, we learn from
//   PulseAudio itself: bursts of our own are played, and it says when they will sound.
//
//     bench_sound VOZ-SENDER VOZ-RECEIVER DIRECTORY
#include "media/io/loop.h"
#include "media/rtp.h"
#include "tests/bench/child.h"
#include "tests/bench/peer.h"
#include "tests/bench/table.h"

#include <math.h>
#include <opus.h>
#include <pthread.h>
#include <pulse/simple.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RATE    48000
#define SECONDS 400 // of the monitor, at most
#define READS   200000
#define RUN     (7500 * USEC_MS)
#define SETTLE  (1500 * USEC_MS) // then CPU is counted
#define BURST   (RATE / 25)
#define FIRST   (RATE * 3 / 2) // sample of the source where the first burst begins
#define EVERY   (RATE * 7 / 10)
#define BURSTS  8
#define LOUD    3000 // of 32767: there is sound
#define FORGET  9600 // samples of quiet, then the next loud one is another burst
#define NEAR    (3 * USEC_SECOND)
#define PLAYERS 3
#define RUNS    5
#define PROBES  12

// ---- the monitor -------------------------------------------------------------------------------

struct monitor {
    struct child parec; // its stdout is the sound
    pthread_t thread;
    atomic_size_t samples, reads;
    int16_t pcm[SECONDS * RATE];
    usec at[READS];    // when a read returned
    size_t end[READS]; // samples until then
    usec correction;   // device time minus monitor time
};

static void *listen_on(void *ctx)
{
    struct monitor *m = ctx;
    size_t octets = 0;
    while (octets < sizeof m->pcm) {
        ssize_t n = read(m->parec.said, (char *)m->pcm + octets, sizeof m->pcm - octets);
        if (n == 0)
            break;
        if (n < 0) { // the pipe does not wait
            peer_wait(&(struct peer){.control = m->parec.said, .rtp = -1},
                      loop_now() + USEC_SECOND);
            continue;
        }
        size_t i = atomic_load(&m->reads);
        octets += (size_t)n;
        if (i < READS) {
            m->at[i] = loop_now();
            m->end[i] = octets / sizeof *m->pcm;
            atomic_store(&m->samples, m->end[i]);
            atomic_store(&m->reads, i + 1);
        }
    }
    return NULL;
}

static usec units(size_t samples)
{
    return usec_from_units((int64_t)samples, RATE);
}

// Monitor time of sample 0, as the reads around `when` say.
static usec origin(const struct monitor *m, usec when)
{
    usec least = USEC_NEVER;
    for (size_t i = 0; i < atomic_load(&m->reads); i++)
        if (m->at[i] > when - NEAR && m->at[i] < when + NEAR)
            least = usec_min(least, m->at[i] - units(m->end[i]));
    return least;
}

// The first sample that is loud in [from, until), at the device; USEC_NEVER: none.
static usec heard(const struct monitor *m, usec from, usec until)
{
    usec zero = origin(m, from);
    if (zero == USEC_NEVER)
        return USEC_NEVER;
    zero += m->correction;
    size_t end = atomic_load(&m->samples);
    size_t begin = from > zero ? (size_t)usec_to_units(from - zero, RATE) : 0;
    for (size_t n = begin; n < end && zero + units(n) < until; n++)
        if (abs(m->pcm[n]) > LOUD)
            return zero + units(n);
    return USEC_NEVER;
}

static void burst(int16_t *pcm, size_t samples)
{
    for (size_t i = 0; i < samples; i++)
        pcm[i] = (int16_t)(16000 * sin(2 * M_PI * 1000 * (double)i / RATE));
}

// Bursts of our own, of which PulseAudio says when they sound.
static bool calibrate(struct monitor *m)
{
    static const pa_sample_spec spec = {PA_SAMPLE_S16LE, RATE, 1};
    static const pa_buffer_attr small = {UINT32_MAX, 40 * RATE / 1000 * 2, UINT32_MAX, UINT32_MAX,
                                         UINT32_MAX};
    int16_t quiet[RATE / 10] = {0}, tone[BURST];
    double off[PROBES];
    size_t count = 0;
    usec expected[PROBES];
    burst(tone, BURST);
    pa_simple *out =
        pa_simple_new(NULL, "bench", PA_STREAM_PLAYBACK, NULL, "bursts", &spec, NULL, &small, NULL);
    for (int i = 0; out && i < PROBES; i++) {
        int error = 0;
        for (int k = 0; k < 3; k++)
            pa_simple_write(out, quiet, sizeof quiet, NULL);
        expected[i] = (usec)pa_simple_get_latency(out, &error) + loop_now();
        if (error || pa_simple_write(out, tone, sizeof tone, NULL) != 0)
            break;
        pa_simple_write(out, quiet, sizeof quiet, NULL);
        usec sounded = heard(m, expected[i] - 80 * USEC_MS, expected[i] + 80 * USEC_MS);
        if (i > 1 && sounded != USEC_NEVER)
            off[count++] = (double)(expected[i] - sounded);
    }
    if (out)
        pa_simple_free(out);
    if (count < PROBES / 2)
        return false;
    m->correction = (usec)median(off, count);
    table_note("(the monitor runs %.1f ms %s the device; spread of that %.1f ms)",
               fabs(usec_to_ms(m->correction)), m->correction > 0 ? "ahead of" : "behind",
               (off[count - 1] - off[0]) / 1000);
    return true;
}

static bool monitor_start(struct monitor *m)
{
    const char *command[] = {"parec",          "--raw",  "--device", "bench.monitor", "--format",
                             "s16le",          "--rate", "48000",    "--channels",    "1",
                             "--latency-msec", "5",      NULL};
    if (!child_start(&m->parec, command) || pthread_create(&m->thread, NULL, listen_on, m) != 0)
        return false;
    pause_for(USEC_SECOND);
    return calibrate(m);
}

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
        if (abs(pcm[i]) <= LOUD) {
            s->quiet++;
            continue;
        }
        if (s->quiet > FORGET && s->count < BURSTS)
            s->at[s->count++] = when + units((size_t)i);
        s->quiet = 0;
    }
}

static bool write_source(const char *name)
{
    SF_INFO info = {.samplerate = RATE, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
    static int16_t pcm[FIRST + BURSTS * EVERY + RATE];
    burst(pcm, RATE / 2);
    for (size_t i = 0; i < BURSTS; i++)
        burst(pcm + FIRST + i * EVERY, BURST);
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
    usec first = heard(m, began, began + RUN);
    if (first != USEC_NEVER)
        f->first[f->firsts++] = usec_to_ms(first - began);
    for (size_t i = 0; i < sent->count; i++) {
        usec sound = heard(m, sent->at[i], sent->at[i] + units(EVERY) - 20 * USEC_MS);
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
        child_stop(&monitor.parec);
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
    child_stop(&monitor.parec);
    return figures[0].firsts && figures[0].steadies ? 0 : 1;
}
