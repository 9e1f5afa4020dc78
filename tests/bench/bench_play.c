// From sending PLAY to the first RTP packet, over UDP and interleaved, for the first listener (the
// server is started anew each time) and for one that joins a running stream; beside gst-rtsp-server
// with a shared factory.
//
//     bench_play VOZ-SENDER GST_SHARED SPEECH.WAV
#include "media/io/loop.h"
#include "tests/bench/child.h"
#include "tests/bench/peer.h"
#include "tests/bench/table.h"

#include <stdio.h>
#include <stdlib.h>

#define TRIALS   21
#define PATIENCE (3 * USEC_SECOND)

struct server {
    const char *const *argv;
    struct child child;
    char url[128];
};

static bool start(struct server *s)
{
    return child_start(&s->child, s->argv) && child_url(&s->child, s->url, sizeof s->url);
}

// Milliseconds; below 0: it failed.
static double trial(const char *url, bool tcp)
{
    struct peer peer;
    struct peer_config config = {.url = url, .tcp = tcp};
    if (!peer_open(&peer, &config))
        return -1;
    double ms = peer_hear(&peer, loop_now() + PATIENCE)
                    ? usec_to_ms(peer.first_packet - peer.play_sent)
                    : -1;
    peer_close(&peer);
    return ms;
}

static double first(struct server *s, bool tcp)
{
    double ms[TRIALS];
    size_t count = 0;
    for (int i = 0; i < TRIALS; i++) {
        double value = start(s) ? trial(s->url, tcp) : -1;
        child_stop(&s->child);
        if (value >= 0)
            ms[count++] = value;
    }
    return count > TRIALS / 2 ? median(ms, count) : -1;
}

static double late(struct server *s, bool tcp)
{
    double ms[TRIALS];
    size_t count = 0;
    struct peer holder; // keeps the stream going
    struct peer_config config = {.buffer = 1};
    if (start(s)) {
        config.url = s->url;
        if (peer_open(&holder, &config)) {
            for (int i = 0; i < TRIALS; i++) {
                pause_for(20 * USEC_MS + rand() % 20000); // so that it falls anywhere in a frame
                double value = trial(s->url, tcp);
                if (value >= 0)
                    ms[count++] = value;
            }
            peer_close(&holder);
        }
    }
    child_stop(&s->child);
    return count > TRIALS / 2 ? median(ms, count) : -1;
}

int main(int argc, char **argv)
{
    static const char *const names[2][2] = {
        {"PLAY to first packet, UDP, first listener", "PLAY to first packet, UDP, late joiner"},
        {"PLAY to first packet, TCP, first listener", "PLAY to first packet, TCP, late joiner"}};
    char pipeline[1024];
    if (argc != 4)
        return 2;
    snprintf(pipeline, sizeof pipeline,
             "( filesrc location=%s ! wavparse ! audioconvert ! opusenc bitrate=32000 "
             "audio-type=voice ! rtpopuspay name=pay0 pt=96 )",
             argv[3]);
    const char *voz[] = {argv[1], "--listen", "0", argv[3], NULL};
    const char *gst[] = {argv[2], pipeline, NULL};
    struct server servers[2] = {{.argv = voz}, {.argv = gst}};
    int failures = 0;
    for (int tcp = 0; tcp < 2; tcp++)
        for (int joins = 0; joins < 2; joins++) {
            double ms[2];
            for (int i = 0; i < 2; i++)
                ms[i] = joins ? late(&servers[i], tcp) : first(&servers[i], tcp);
            if (ms[0] < 0)
                failures++;
            else
                table_row(&(struct figure){names[tcp][joins], "ms", ms[0], "gst-rtsp-server", ms[1],
                                           5, 0, 0});
        }
    return failures ? 1 : 0;
}
