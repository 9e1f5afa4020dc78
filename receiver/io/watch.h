// The pictures beside a session's voice: ports of their own, a screen, and where the pictures go: into a
// file, to a window, or both.
#ifndef RECEIVER_IO_WATCH_H
#define RECEIVER_IO_WATCH_H

#include "control/client.h"
#include "media/impair.h"
#include "media/io/address.h"
#include "media/io/film_file.h"
#include "media/io/loop.h"
#include "media/picture.h"
#include "receiver/lipsync.h"
#include "receiver/screen.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct watch_config {
    struct loop *loop;
    const struct impair_spec *netem; // of what arrives; outlives the watch
    uint64_t seed;                   // of netem, where it names none
    enum screen_loss loss;
    struct film_file *file; // of what is seen, the caller's; NULL: none
    // The picture that is to be seen from now on, borrowed until the next. NULL: nobody asks.
    void (*picture)(void *ctx, const struct picture *picture);
    // Where a rate makes a queue, voice and pictures wait in one: what came goes there, and comes back by
    // watch_packet.
    void (*queue)(void *ctx, usec arrival, bool rtcp, const void *data, size_t len);
    // RTCP for the server, where pictures come on the control connection.
    void (*send)(void *ctx, const void *data, size_t len);
    void (*say)(void *ctx, bool detail, const char *text);
    void *ctx;
};

struct watch;

// NULL: see `why`.
struct watch *watch_open(const struct watch_config *config, char *why, size_t cap);
void watch_close(struct watch *w); // NULL is fine: in all that follow, too

// Ports for the next attempt, of the family of `local`. The number of the RTP port; 0: errno says why.
uint16_t watch_ports(struct watch *w, const union address *local);
// PLAY was answered: what comes is shown. remote: the server; source: the host that media may come from as
// well (NULL: none). False: no memory.
bool watch_begin(struct watch *w, const struct client_stream *stream,
                 const struct client_stream *voice, const union address *remote,
                 const union address *source);
// Says goodbye, while the server still knows the session: what comes from now on is dropped.
void watch_bye(struct watch *w);
// The attempt is over: its ports are closed.
void watch_end(struct watch *w);

// Another network stands in *netem now.
void watch_network(struct watch *w);

// What is done about a picture that lacks something, from now on.
void watch_loss(struct watch *w, enum screen_loss loss);

// What came interleaved; and of the voice, that the pictures are to meet (ssrc: as lipsync_voice_rtcp).
void watch_packet(struct watch *w, usec when, bool rtcp, const void *data, size_t len);
void watch_voice_rtcp(struct watch *w, uint32_t ssrc, const void *data, size_t len);
void watch_heard(struct watch *w, uint32_t voice_time, usec at, usec wait);
usec watch_wait(const struct watch *w); // see screen_wait; 0: nothing is shown

json_t *watch_figures(const struct watch *w); // the caller owns it; NULL where w is
struct screen_stats watch_stats(const struct watch *w);
void watch_summary(const struct watch *w, char *text,
                   size_t cap); // one sentence; "" where there is nothing to say

#endif
