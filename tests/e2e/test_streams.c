// Whole streams of many kinds, some at the same time: what is heard is what was said, and the
// counts are right to the packet.
#include "tests/e2e/scene.h"
#include "tests/likeness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT_ONCE   7    // streams: two programs each, and a machine may have two cores
#define LATE_MAX  0.05 // share
#define MOVED     1.0  // ms: less is what the clocks differ by
#define LAG_MAX   24   // samples: the codec's speech mode itself shifts by up to 0.4 ms
#define DRIFT_MAX 960  // samples, of a stream whose delay moved: less than its latency changes by

struct stream {
    const char *name;
    const char *sender[8], *receiver[8]; // further words
    double frame_ms;
    bool lossy;
    bool dtx;
    const char *transport; // in the summary; NULL: udp
    double correlation;    // least; 0: as usual
    // while it runs
    struct program *from, *to;
    char stats[64], summary[64], heard[64];
};

static struct stream streams[] = {
    {.name = "clean"},
    {.name = "auto", .receiver = {"--latency", "auto"}},
    {.name = "tcp", .receiver = {"--transport", "tcp"}, .transport = "tcp"},
    {.name = "udp", .receiver = {"--transport", "udp"}},
    {.name = "stereo", .sender = {"--stereo"}},
    {.name = "frame-2.5", .sender = {"--frame", "2.5"}, .frame_ms = 2.5},
    {.name = "frame-5", .sender = {"--frame", "5"}, .frame_ms = 5},
    {.name = "frame-10", .sender = {"--frame", "10"}, .frame_ms = 10},
    {.name = "frame-40", .sender = {"--frame", "40"}, .frame_ms = 40},
    {.name = "frame-60", .sender = {"--frame", "60"}, .frame_ms = 60},
    {.name = "frame-80", .sender = {"--frame", "80"}, .frame_ms = 80},
    {.name = "frame-100", .sender = {"--frame", "100"}, .frame_ms = 100},
    {.name = "frame-120", .sender = {"--frame", "120"}, .frame_ms = 120},
    {.name = "dtx", .sender = {"--dtx"}, .dtx = true},
    {.name = "lowdelay", .sender = {"--application", "lowdelay", "--fec", "off"}},
    {.name = "loss-at-sender", .sender = {"--netem", "loss 20% seed 5"}, .lossy = true},
    {.name = "loss-at-receiver", .receiver = {"--netem", "loss 20% seed 6"}, .lossy = true},
    {.name = "bursts",
     .sender = {"--netem", "loss gemodel 5% 30% seed 9", "--fec", "on"},
     .lossy = true},
    {.name = "repeat",
     .sender = {"--netem", "loss 20% seed 7"},
     .receiver = {"--conceal", "repeat", "--fec", "off"},
     .lossy = true},
    {.name = "silence",
     .sender = {"--netem", "loss 20% seed 8", "--frame", "60"},
     .receiver = {"--conceal", "silence"},
     .frame_ms = 60,
     .lossy = true},
    {.name = "jitter-and-doubles", .sender = {"--netem", "delay 30ms 10ms duplicate 10% seed 3"}},
};
#define STREAMS (sizeof streams / sizeof *streams)

static void begin(struct stream *s)
{
    const char *words[20] = {"--once", "--stats", s->stats};
    const char *ears[20] = {"--output", s->heard, "--summary", s->summary, "--quiet"};
    char name[64];
    int port;
    snprintf(name, sizeof name, "%s.stats", s->name);
    snprintf(s->stats, sizeof s->stats, "%s", scene_file(name));
    snprintf(name, sizeof name, "%s.summary", s->name);
    snprintf(s->summary, sizeof s->summary, "%s", scene_file(name));
    snprintf(name, sizeof name, "%s.wav", s->name);
    snprintf(s->heard, sizeof s->heard, "%s", scene_file(name));
    if (!s->frame_ms)
        s->frame_ms = 20;
    int n = 3, m = 5;
    for (int i = 0; s->sender[i]; i++)
        words[n++] = s->sender[i];
    words[n] = scene_recording();
    for (int i = 0; s->receiver[i]; i++)
        ears[m++] = s->receiver[i];
    s->from = scene_sender(&port, words);
    s->to = scene_receiver(port, ears);
}

static void end(struct stream *s)
{
    int heard = program_wait(s->to, 30);
    if (heard != 0)
        fail_msg("%s: the receiver ended with %d: %s", s->name, heard, program_errors(s->to));
    if (program_errors(s->to)[0])
        fail_msg("%s: --quiet, but: %s", s->name, program_errors(s->to));
    int sent = program_wait(s->from, 30);
    if (sent != 0)
        fail_msg("%s: the sender ended with %d: %s", s->name, sent, program_errors(s->from));
}

static void check_counts(const struct stream *s)
{
    double sent = figure(s->stats, "packets_sent");
    double received = figure(s->summary, "packets_received");
    double lost = figure(s->summary, "packets_lost");
    if (received + lost != sent || (!s->lossy && lost))
        fail_msg("%s: %g were sent, %g received and %g lost", s->name, sent, received, lost);
    if (s->lossy && (lost < sent * 0.02 || lost > sent * 0.45))
        fail_msg("%s: %g of %g lost", s->name, lost, sent);
    if (figure(s->summary, "packets_late") > sent * LATE_MAX) // the machine may be busy
        fail_msg("%s: %g of %g came too late on this very machine", s->name,
                 figure(s->summary, "packets_late"), sent);
    assert_true(figure(s->summary, "packets_invalid") == 0);
    assert_true(figure(s->summary, "frame_ms") == s->frame_ms);
    const char *transport = s->transport ? "\"transport\":\"tcp\"" : "\"transport\":\"udp\"";
    assert_non_null(strstr(scene_read(s->summary), transport));
}

static void check_sound(const struct stream *s)
{
    struct likeness like;
    char why[256];
    if (!likeness_of_files(scene_recording(), s->heard, 4800, &like, why, sizeof why))
        fail_msg("%s: %s", s->name, why);
    double ms = (double)(like.heard_samples - like.said_samples) / 48;
    // Where the machine was busy the receiver moves its delay, and says by how much: then the sound
    // has more than one lag, and each piece of it has to be there at its own.
    double moved_ms = figure(s->summary, "inserted_ms") + figure(s->summary, "removed_ms");
    bool moved = moved_ms > MOVED;
    double like_least = s->lossy ? 0.1 : s->dtx ? 0.6 : 0.85;
    double likest = moved ? like.local : like.correlation;
    int64_t lag_most = s->lossy || moved ? DRIFT_MAX : LAG_MAX + (int64_t)(48 * moved_ms);
    if (fabs(ms) > s->frame_ms)
        fail_msg("%s: heard is %+.1f ms longer than said", s->name, ms);
    if (likest < like_least || like.lag > lag_most || like.lag < -lag_most)
        fail_msg("%s: lag %lld samples, correlation %.3f, in pieces %.3f", s->name,
                 (long long)like.lag, like.correlation, like.local);
}

static void streams_are_whole(void **state)
{
    (void)state;
    for (size_t from = 0; from < STREAMS; from += AT_ONCE) {
        size_t to = from + AT_ONCE < STREAMS ? from + AT_ONCE : STREAMS;
        for (size_t i = from; i < to; i++)
            begin(&streams[i]);
        for (size_t i = from; i < to; i++)
            end(&streams[i]);
    }
    for (size_t i = 0; i < STREAMS; i++) {
        check_counts(&streams[i]);
        check_sound(&streams[i]);
        program_free(streams[i].from);
        program_free(streams[i].to);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(streams_are_whole)};
    return cmocka_run_group_tests(tests, scene_open, scene_close);
}
