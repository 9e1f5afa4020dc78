// A sender, paths and receivers in virtual time: the code of the programs without their sockets.
// The lab of the unit tests.
#ifndef TESTS_STREAM_H
#define TESTS_STREAM_H

#include "tests/test.h"

#include "media/impair.h"
#include "receiver/receiver.h"
#include "sender/sender.h"

#define LISTENERS_MAX 3
#define PACKETS_MAX   20000
#define EVENT_KINDS   (RECEIVER_ENDED + 1)

struct hearer {
    int id;
    struct receiver *receiver;
    struct impair *rtp, *rtcp, *back;
    struct sender_position position; // where its PLAY began
    bool ended;
    int16_t *pcm; // what was heard
    size_t heard; // samples
    uint64_t lead;
    uint64_t sent;          // RTP packets that were sent to it
    bool came[PACKETS_MAX]; // those that left the path
    uint32_t events[EVENT_KINDS];
    usec joined, first_packet;
    uint64_t markers;
};

// What a test sets, before `build`.
struct plan {
    const char *netem; // of every path
    struct voice_encoder_config voice;
    bool adapt_fec, no_expect, no_fec;
    enum render_conceal conceal;
    usec latency, latency_min;
    bool clean_rtcp;
    int drop_first, drop_last; // RTP packets
    int drop_from, drop_to;
    uint64_t seed;
    int listeners;
    double seconds; // of the source; 0: all of the clip
    const int16_t *source;
    size_t samples;
};

struct world {
    struct plan plan;
    struct sender *sender;
    size_t at; // samples of the source that were read
    size_t frames, frames_made;
    usec now;
    int count;
    struct hearer *listeners[LISTENERS_MAX];
};

// The built-in speech, between the two group fixtures.
extern int16_t *stream_speech;
extern size_t stream_speech_samples;

int stream_load_speech(void **state);
int stream_drop_speech(void **state);
void stream_prepare(struct world *w);
struct plan stream_plan_of(const char *netem);
struct world *stream_build(const struct plan *plan);
struct hearer *stream_join(struct world *w);
void stream_destroy(struct world *w);
void stream_send_pending(struct world *w);
void stream_step(struct world *w);
void stream_run_until(struct world *w, usec until);
void stream_run_out(struct world *w);
struct world *stream_play(const struct plan *plan);

#endif
