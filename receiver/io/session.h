// A running receiver: the pure parts (client, receiver) wired to their edges (TCP, UDP, sound,
// file, time).
#ifndef RECEIVER_IO_SESSION_H
#define RECEIVER_IO_SESSION_H

#include "media/impair.h"
#include "media/io/audio.h"
#include "media/io/loop.h"
#include "receiver/io/watch.h"
#include "receiver/receiver.h"
#include "receiver/report.h"

#include <jansson.h>
#include <stdbool.h>

enum session_transport { SESSION_AUTO, SESSION_UDP, SESSION_TCP };

struct session_onlooker { // all, or none but as said
    // A datagram of the RTP port is about to be given to the receiver.
    void (*arrived)(void *ctx, usec when, const void *data, size_t len);
    // The picture that is to be seen from now on, borrowed until the call returns.
    void (*picture)(void *ctx, const struct picture *picture);
    void (*sounds)(void *ctx, usec when, int16_t *pcm, size_t samples,
                   int channels); // see player_config
    // All has been heard (bye: the sender said goodbye; else it is gone). True: it is still looked at, and the
    // session is not over yet. NULL: no.
    bool (*lingers)(void *ctx, bool bye);
    void *ctx;
};

struct session_config {
    struct loop *loop;
    const char *url; // rtsp://...
    enum session_transport transport;
    struct receiver_config receiver;  // latency, concealment, seed; the rest is negotiated
    const struct impair_spec *netem;  // of what arrives; outlives the session, see session_network
    uint64_t seed;                    // of netem, where it names none
    const char *device;               // see sound_config
    bool silent;                      // no device
    struct audio_writer *file;        // NULL: none; the caller's
    usec batch, duration;             // see player_config
    const struct emodel_codec *codec; // see report_context
    bool pictures;                    // are wanted, where the server has some,
    enum screen_loss picture_loss;    // and see watch_config
    struct film_file *picture_file;
    struct session_onlooker onlooker; // zero: there is none
    void (*say)(void *ctx, bool detail, const char *text);
    // It is about to be begun anew (session_transport), and its figures with it: these are the last that one
    // hears of what was heard so far. Not called where nothing was.
    void (*anew)(void *ctx);
    // It is over. NULL: as it should be; else `why`, a sentence, says what failed.
    void (*over)(void *ctx, const char *why);
    void *ctx;
};

struct session;

struct session *session_open(const struct session_config *config, char *why, size_t cap);
void session_close(struct session *s); // NULL is fine

// Says goodbye; `over` follows.
void session_stop(struct session *s);

// What may be changed while it runs: the receiver's knobs; the network in front of it,
// by what stands in *config.netem now (packets alone pass it, see session_is_tcp); what is done about
// damaged pictures; and how the sound comes,
// for which the session, and with it its figures, is begun anew.
void session_turn(struct session *s, const struct receiver_knobs *knobs);
void session_network(struct session *s);
void session_picture_loss(struct session *s, enum screen_loss loss);
void session_transport(struct session *s, bool tcp);
bool session_is_tcp(const struct session *s);

struct receiver_stats session_stats(const struct session *s); // zeros before the first packet
struct report_context session_context(const struct session *s);
const struct watch *session_watch(const struct session *s); // NULL: pictures are not wanted
// The figures so far, one JSON object; the caller owns it.
json_t *session_figures(const struct session *s);
// One line for a terminal; and several for the end, in words.
void session_progress(const struct session *s, char *line, size_t cap);
void session_summary(const struct session *s, char *text, size_t cap);

#endif
