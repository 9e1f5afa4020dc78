// From the socket to the ear through a bad network: 20 to 80 ms of delay and 10 % loss, and how much
// of the speech is understood, for voz-receiver and GStreamer in turns, both playing voz-sender on a
// null sink of PulseAudio.
//
// - The sender's own network model stands before each listener. A listener of our own shows when the
//   first frame was sent: its fastest packet took the least delay that the model has.
// - What is heard at the device (monitor.h) from ten seconds on, when all have settled, is compared
//   with what was said. How much later it is, is measured for every two seconds by themselves.
//
//     bench_network VOZ-SENDER VOZ-RECEIVER SPEECH
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
#define PLAYERS 2

struct figures {
    double delay[RUNS * SAID / WINDOW], estoi[RUNS];
    size_t delays, estois;
};

struct sent {
    uint32_t first;
    bool begun;
    usec at; // the first frame, where the fastest packet is told as of the least delay
};

static int16_t said[SAID];

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

static bool play(struct child *c, int player, const char *receiver, char *url)
{
    char location[160];
    snprintf(location, sizeof location, "location=%s", url);
    const char *voz[] = {receiver, "--quiet", url, NULL};
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
    return child_start(c, player ? gst : voz);
}

// How far behind what was said is heard in these samples; false: that cannot be told.
static bool behind(const int16_t *heard, size_t from, size_t samples, double *lag, double *estoi)
{
    enum score_status status;
    struct score score = {0};
    struct scorer *scorer = scorer_new(said + from, samples, 1, &status);
    if (scorer)
        status = scorer_run(scorer, heard + from, samples, 1, &score);
    scorer_free(scorer);
    *lag = score.lag_ms;
    *estoi = score.estoi_local;
    return scorer && status == SCORE_OK && score.agreed > 0.3;
}

static void collect(const struct monitor *m, usec sent, struct figures *f)
{
    usec zero = monitor_zero(m, sent + monitor_units(SETTLED));
    if (zero == USEC_NEVER || zero > sent)
        return;
    size_t begin = (size_t)usec_to_units(sent - zero, RATE);
    if (begin + SAID > atomic_load(&m->samples))
        return;
    const int16_t *heard = m->pcm + begin;
    double lag, estoi;
    for (size_t from = SETTLED; from + WINDOW <= SAID; from += WINDOW)
        if (behind(heard, from, WINDOW, &lag, &estoi))
            f->delay[f->delays++] = lag;
    behind(heard, SETTLED, SAID - SETTLED, &lag, &estoi);
    f->estoi[f->estois++] = estoi;
}

static void run(struct monitor *m, char *const *argv, int player, int seed, struct figures *f)
{
    char network[64], url[128];
    snprintf(network, sizeof network, "%s seed %d", NETWORK, seed);
    const char *command[] = {argv[1],   "--listen", "127.0.0.1:0", "--wait", "2",
                             "--netem", network,    argv[3],       NULL};
    struct child sender, receiver = {0};
    struct peer peer = {0};
    struct sent sent = {.at = USEC_NEVER};
    struct peer_config config = {.url = url, .buffer = 1 << 18, .packet = on_packet, .ctx = &sent};
    if (child_start(&sender, command) && child_url(&sender, url, sizeof url) &&
        play(&receiver, player, argv[2], url) &&
        child_says(&sender, "listens by", 5 * USEC_SECOND, NULL, 0) && peer_open(&peer, &config)) {
        usec until = loop_now() + monitor_units(SAID) + USEC_SECOND;
        while (loop_now() < until) {
            peer_wait(&peer, until);
            peer_serve(&peer);
            child_hush(&receiver);
            child_hush(&sender);
        }
        if (sent.begun)
            collect(m, sent.at, f);
        peer_close(&peer);
    }
    child_stop(&receiver);
    child_stop(&sender);
}

static bool read_speech(const char *path)
{
    char why[AUDIO_TEXT];
    const struct audio_reader_config config = {.path = path, .channels = 1};
    struct audio_reader *r = audio_reader_new(&config, why, sizeof why);
    size_t n = 0, got = 1;
    while (r && got && n < SAID) {
        got = audio_read(r, said + n, SAID - n);
        n += got;
    }
    audio_reader_free(r);
    return n == SAID;
}

int main(int argc, char **argv)
{
    static struct monitor monitor;
    static struct figures figures[PLAYERS];
    double delay[PLAYERS], estoi[PLAYERS];
    if (argc != 4 || !read_speech(argv[3]) || !monitor_start(&monitor)) {
        fprintf(stderr, "bench: no speech, or no sound from the monitor\n");
        monitor_stop(&monitor);
        return 1;
    }
    for (int i = 0; i < RUNS; i++)
        for (int player = 0; player < PLAYERS; player++)
            if (player == 0 || i == 0)
                run(&monitor, argv, player, i + 1, &figures[player]);
    for (int i = 0; i < PLAYERS; i++) {
        delay[i] = median(figures[i].delay, figures[i].delays);
        estoi[i] = median(figures[i].estoi, figures[i].estois);
    }
    table_row(&(struct figure){"frame sent to its sound, 20..80 ms, 10 % loss", "ms", delay[0],
                               "GStreamer, latency=100, small sink", delay[1], 110, 0, 0});
    table_row(&(struct figure){"the same: not understood, 1 - ESTOI", "", 1 - estoi[0],
                               "GStreamer, latency=100, small sink", 1 - estoi[1], 0.055, 0, 0});
    monitor_stop(&monitor);
    return figures[0].estois ? 0 : 1;
}
