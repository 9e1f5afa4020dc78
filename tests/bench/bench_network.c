// From the socket to the ear through a bad network: 20 to 80 ms of delay and 10 % loss, and how much
// of the speech is understood, for voz-receiver and GStreamer in turns, both playing voz-sender on a
// null sink of PulseAudio; and for the same calls in the lab, where there is no device.
//
// - The sender's own network model stands before each listener. A listener of our own shows when the
//   first frame was sent: its fastest packet took the least delay that the model has.
// - What is heard at the device (monitor.h) from ten seconds on, when all have settled, is compared
//   with what was said. How much later it is, is measured for every two seconds by themselves.
//
//     bench_network VOZ-SENDER VOZ-RECEIVER VOZ-LAB DIRECTORY SPEECH
#include "lab/score.h"
#include "media/io/audio.h"
#include "media/io/loop.h"
#include "media/rtp.h"
#include "tests/bench/child.h"
#include "tests/bench/monitor.h"
#include "tests/bench/peer.h"
#include "tests/bench/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NETWORK "delay 50ms 30ms loss 10%"
#define LEAST   (20 * USEC_MS)
#define RATE    MONITOR_RATE
#define SAID    (40 * RATE)
#define SETTLED (10 * RATE)
#define WINDOW  (2 * RATE)
#define RUNS    3

enum player { VOZ, GSTREAMER, LAB, PLAYERS };

struct figures { // medians of each run
    double delay[RUNS], estoi[RUNS];
    size_t delays, estois;
};

struct sent {
    uint32_t first;
    bool begun;
    usec at; // the first frame, where the fastest packet is told as of the least delay
};

static int16_t said[SAID], played[SAID + RATE];

static void on_packet(void *ctx, usec when, const uint8_t *data, size_t len)
{
    struct sent *s = ctx;
    struct rtp_packet rtp;
    if (rtp_parse(&rtp, data, len) != RTP_OK)
        return;
    if (!s->begun)
        s->first = rtp.timestamp;
    s->begun = true;
    usec at = when - LEAST - usec_from_units((int32_t)(rtp.timestamp - s->first), RATE);
    s->at = usec_min(s->at, at);
}

static bool play(struct child *c, enum player player, const char *receiver, const char *summary,
                 char *url)
{
    char location[160];
    snprintf(location, sizeof location, "location=%s", url);
    const char *voz[] = {receiver, "--quiet", "--summary", summary, url, NULL};
    const char *gst[] = {"gst-launch-1.0",
                         "-q",
                         "rtspsrc",
                         location,
                         "latency=100",
                         "!",
                         "rtpopusdepay",
                         "!",
                         "opusdec",
                         "plc=true",
                         "use-inband-fec=true",
                         "!",
                         "audioconvert",
                         "!",
                         "pulsesink",
                         "buffer-time=40000",
                         "latency-time=10000",
                         NULL};
    return child_start(c, player == GSTREAMER ? gst : voz);
}

// ---- what was heard ----------------------------------------------------------------------------

// Samples from the instant on at which sample `from` of what was said was sent; NULL: there are not so
// many.
typedef const int16_t *hear(const void *ctx, size_t from, size_t samples);

struct ear {
    const struct monitor *monitor;
    usec sent;
};

// The monitor's clock is looked at anew each time: where a client of PulseAudio is late, some samples
// may come twice.
static const int16_t *by_ear(const void *ctx, size_t from, size_t samples)
{
    const struct ear *ear = ctx;
    usec at = ear->sent + monitor_units(from), zero = monitor_zero(ear->monitor, at);
    if (zero == USEC_NEVER || zero > at)
        return NULL;
    size_t begin = (size_t)usec_to_units(at - zero, RATE);
    return begin + samples <= atomic_load(&ear->monitor->samples) ? ear->monitor->pcm + begin
                                                                  : NULL;
}

static const int16_t *in_lab(const void *ctx, size_t from, size_t samples)
{
    return from + samples <= *(const size_t *)ctx ? played + from : NULL;
}

// How far behind what was said, and how much of it is understood. False: that cannot be told.
static bool compare(hear *by, const void *ctx, size_t from, size_t samples, struct score *score)
{
    enum score_status status;
    const int16_t *pcm = by(ctx, from, samples);
    if (!pcm)
        return false;
    struct scorer *scorer = scorer_new(said + from, samples, 1, &status);
    if (scorer)
        status = scorer_run(scorer, pcm, samples, 1, score);
    scorer_free(scorer);
    return scorer && status == SCORE_OK && score->agreed > 0.3;
}

static void collect(hear *by, const void *ctx, struct figures *f)
{
    double delays[SAID / WINDOW];
    size_t count = 0;
    struct score score = {0};
    for (size_t from = SETTLED; from + WINDOW <= SAID; from += WINDOW)
        if (compare(by, ctx, from, WINDOW, &score))
            delays[count++] = score.lag_ms;
    if (count)
        f->delay[f->delays++] = median(delays, count);
    if (compare(by, ctx, SETTLED, SAID - SETTLED, &score))
        f->estoi[f->estois++] = score.estoi_local;
}

// What voz-receiver says of its own device.
static void tell_device(const char *summary)
{
    char text[4096] = "";
    FILE *file = fopen(summary, "r");
    if (!file)
        return;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    const char *delay = strstr(text, "\"device_delay_ms\":"),
               *dry = strstr(text, "\"device_underruns\":");
    if (delay && dry)
        table_note("(of that in the device, as voz-receiver says: %.1f ms; it ran dry %d times)",
                   strtod(strchr(delay, ':') + 1, NULL), atoi(strchr(dry, ':') + 1));
}

// ---- calls -------------------------------------------------------------------------------------

struct bench {
    const char *sender, *receiver, *lab, *directory, *speech;
    struct monitor *monitor;
};

static void run(const struct bench *b, enum player player, int seed, struct figures *f)
{
    char network[64], url[128], summary[512];
    snprintf(network, sizeof network, "%s seed %d", NETWORK, seed);
    snprintf(summary, sizeof summary, "%s/summary.json", b->directory);
    const char *command[] = {b->sender, "--listen", "127.0.0.1:0", "--wait", "2",
                             "--netem", network,    b->speech,     NULL};
    struct child sender, receiver = {0};
    struct peer peer = {0};
    struct sent sent = {.at = USEC_NEVER};
    struct peer_config config = {.url = url, .buffer = 1 << 18, .packet = on_packet, .ctx = &sent};
    if (child_start(&sender, command) && child_url(&sender, url, sizeof url) &&
        play(&receiver, player, b->receiver, summary, url) &&
        child_says(&sender, "listens by", 5 * USEC_SECOND, NULL, 0) && peer_open(&peer, &config)) {
        usec until = loop_now() + monitor_units(SAID) + USEC_SECOND;
        while (loop_now() < until) {
            peer_wait(&peer, until);
            peer_serve(&peer);
            child_hush(&receiver);
            child_hush(&sender);
        }
        const struct ear ear = {b->monitor, sent.at};
        if (sent.begun && monitor_look(b->monitor))
            collect(by_ear, &ear, f);
        peer_close(&peer);
    }
    child_stop(&receiver);
    child_stop(&sender);
    if (player == VOZ)
        tell_device(summary);
}

static size_t read_speech(const char *path, int16_t *pcm, size_t most)
{
    char why[AUDIO_TEXT];
    const struct audio_reader_config config = {.path = path, .channels = 1};
    struct audio_reader *r = audio_reader_new(&config, why, sizeof why);
    size_t n = 0, got = 1;
    while (r && got && n < most) {
        got = audio_read(r, pcm + n, most - n);
        n += got;
    }
    audio_reader_free(r);
    return n;
}

// The same call, but for the device, and but for what chance does in the listener's own packets.
static void run_lab(const struct bench *b, int seed, struct figures *f)
{
    char number[16], file[512];
    snprintf(number, sizeof number, "%d", seed);
    snprintf(file, sizeof file, "%s/lab.wav", b->directory);
    const char *command[] = {b->lab,       "play", "--quiet", "--no-score", "--in",   b->speech,
                             "--duration", "41",   "--netem", NETWORK,      "--back", "delay 0ms",
                             "--seed",     number, "--out",   file,         NULL};
    struct child lab;
    if (!child_start(&lab, command))
        return;
    child_says(&lab, "it never says this, but ends", USEC_SECOND * 60, NULL, 0);
    child_stop(&lab);
    size_t samples = read_speech(file, played, sizeof played / sizeof *played);
    collect(in_lab, &samples, f);
}

static void show(const char *what, const char *unit, const double *of, double aim)
{
    table_row(&(struct figure){what, unit, of[VOZ], "GStreamer, latency=100, small sink",
                               of[GSTREAMER], aim, 0, 0});
    table_row(&(struct figure){"", "", of[VOZ], "voz in the lab, no device", of[LAB], 0, 0, 0});
}

int main(int argc, char **argv)
{
    static struct monitor monitor;
    static struct figures figures[PLAYERS];
    double delay[PLAYERS], missed[PLAYERS];
    const struct bench bench = {argv[1], argv[2], argv[3], argv[4], argv[5], &monitor};
    if (argc != 6 || read_speech(bench.speech, said, SAID) != SAID || !monitor_start(&monitor)) {
        fprintf(stderr, "bench: no speech, or no sound from the monitor\n");
        monitor_stop(&monitor);
        return 1;
    }
    for (int i = 0; i < RUNS; i++) {
        run(&bench, VOZ, i + 1, &figures[VOZ]);
        run_lab(&bench, i + 1, &figures[LAB]);
    }
    run(&bench, GSTREAMER, 1, &figures[GSTREAMER]);
    for (int i = 0; i < PLAYERS; i++) {
        delay[i] = median(figures[i].delay, figures[i].delays);
        missed[i] = 1 - median(figures[i].estoi, figures[i].estois);
    }
    show("frame sent to its sound, 20..80 ms, 10 % loss", "ms", delay, 110);
    if (figures[VOZ].delays)
        table_note("(of %zu runs: fastest %.1f ms, slowest %.1f ms)", figures[VOZ].delays,
                   figures[VOZ].delay[0], figures[VOZ].delay[figures[VOZ].delays - 1]);
    show("the same: not understood, 1 - ESTOI", "", missed, 0.055);
    monitor_stop(&monitor);
    return figures[VOZ].estois && figures[LAB].estois ? 0 : 1;
}
