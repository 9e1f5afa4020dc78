// CPU and memory of a sender with 50 listeners, over UDP and interleaved, beside gst-rtsp-server
// with a shared factory that serves as many the same speech with the same encoder settings, in the
// same seconds. The listeners read what comes, every 20 ms.
//
//     bench_server VOZ-SENDER GST_SHARED SPEECH.WAV
#include "media/io/loop.h"
#include "tests/bench/child.h"
#include "tests/bench/peer.h"
#include "tests/bench/table.h"

#include <stdio.h>
#include <stdlib.h>

#define LISTENERS 50
#define SETTLE    (2 * USEC_SECOND)
#define WINDOW    (3 * USEC_SECOND)
#define WINDOWS   5

struct server {
    const char *const *argv;
    struct child child;
    char url[128];
    struct peer peers[LISTENERS];
    int joined;
    double cpu[WINDOWS]; // s per stream-minute
    double memory;
    uint64_t packets; // within the windows
};

static void stop(struct server *s)
{
    child_stop(&s->child); // first, so that nobody is waited for
    for (int i = 0; i < s->joined; i++)
        peer_close(&s->peers[i]);
}

static bool start_once(struct server *s, bool tcp)
{
    s->joined = 0;
    if (!child_start(&s->child, s->argv) || !child_url(&s->child, s->url, sizeof s->url))
        return false;
    struct peer_config config = {.url = s->url, .tcp = tcp};
    while (s->joined < LISTENERS && peer_open(&s->peers[s->joined], &config)) {
        s->joined++;
        peer_hear(&s->peers[0], loop_now() + 2 * USEC_SECOND);
        for (int i = 0; i < s->joined; i++)
            peer_serve(&s->peers[i]);
    }
    return s->joined == LISTENERS;
}

// gst-rtsp-server now and then leaves its second listener without an answer for good.
static bool start(struct server *s, bool tcp)
{
    for (int tries = 0; tries < 4; tries++) {
        if (start_once(s, tcp))
            return true;
        stop(s);
    }
    return false;
}

static void serve_until(struct server *servers, usec until)
{
    while (loop_now() < until) {
        for (int i = 0; i < 2; i++) {
            for (int k = 0; k < LISTENERS; k++)
                peer_serve(&servers[i].peers[k]);
            child_hush(&servers[i].child);
        }
        pause_for(20 * USEC_MS);
    }
}

static uint64_t packets(const struct server *s)
{
    uint64_t sum = 0;
    for (int i = 0; i < LISTENERS; i++)
        sum += s->peers[i].packets;
    return sum;
}

static void measure(struct server *servers)
{
    usec now = loop_now() + SETTLE;
    serve_until(servers, now);
    uint64_t before[2] = {packets(&servers[0]), packets(&servers[1])};
    for (int w = 0; w < WINDOWS; w++) {
        usec began = loop_now();
        double cpu[2] = {child_cpu(&servers[0].child), child_cpu(&servers[1].child)};
        serve_until(servers, began + WINDOW);
        double minutes = usec_to_ms(loop_now() - began) / 60000 * LISTENERS;
        for (int i = 0; i < 2; i++)
            servers[i].cpu[w] = (child_cpu(&servers[i].child) - cpu[i]) / minutes;
    }
    for (int i = 0; i < 2; i++) {
        servers[i].packets = packets(&servers[i]) - before[i];
        servers[i].memory = child_memory(&servers[i].child);
    }
}

static bool run(struct server *servers, bool tcp)
{
    bool done = start(&servers[0], tcp) && start(&servers[1], tcp);
    if (done) {
        measure(servers);
        double expected = (double)(WINDOWS * WINDOW) / (20 * USEC_MS) * LISTENERS;
        for (int i = 0; i < 2; i++)
            if ((double)servers[i].packets < 0.9 * expected)
                table_note("(%s delivered only %.0f %% of the packets)",
                           i ? "gst-rtsp-server" : "voz-sender",
                           100.0 * (double)servers[i].packets / expected);
        table_row(&(struct figure){tcp ? "server CPU, 50 listeners, TCP"
                                       : "server CPU, 50 listeners, UDP",
                                   "s/stream-minute", median(servers[0].cpu, WINDOWS),
                                   "gst-rtsp-server", median(servers[1].cpu, WINDOWS), 0, 1, 0});
        table_row(&(struct figure){
            tcp ? "server memory, 50 listeners, TCP" : "server memory, 50 listeners, UDP", "MB",
            servers[0].memory, "gst-rtsp-server", servers[1].memory, 0, 1, 0});
    }
    stop(&servers[0]);
    stop(&servers[1]);
    return done;
}

int main(int argc, char **argv)
{
    static struct server servers[2];
    char pipeline[1024];
    if (argc != 4)
        return 2;
    snprintf(pipeline, sizeof pipeline,
             "( filesrc location=%s ! wavparse ! audioconvert ! opusenc bitrate=32000 "
             "audio-type=voice inband-fec=true packet-loss-percentage=0 ! "
             "rtpopuspay name=pay0 pt=96 )",
             argv[3]);
    const char *voz[] = {argv[1], "--listen", "0", "--loop", argv[3], NULL};
    const char *gst[] = {argv[2], pipeline, NULL};
    servers[0].argv = voz;
    servers[1].argv = gst;
    bool udp = run(servers, false);
    bool tcp = run(servers, true);
    return udp && tcp ? 0 : 1;
}
