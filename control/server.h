// The serving side of RTSP 1.0 (RFC 2326): control connections and the sessions made on them. Pure:
// octets in, octets out, time is an argument; what a request means for the media is asked of the
// application, a table of functions, which answers at once.
//
// A session that plays over UDP outlives its connection (RFC 2326 section 1.1), for a short while: a
// client that reconnects, or whose RTCP still comes, keeps it.
//
// The octets to send are read in place (server_output) and then said to be sent (server_sent).
#ifndef CONTROL_SERVER_H
#define CONTROL_SERVER_H

#include "control/features.h"
#include "control/rtpinfo.h"
#include "control/slice.h"
#include "control/transport.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERVER_TRACKS_MAX      4
#define SERVER_SESSION_TIMEOUT (60 * USEC_SECOND) // without RTSP and RTCP
#define SERVER_IDLE_TIMEOUT    (60 * USEC_SECOND) // of a connection without a session
#define SERVER_ORPHAN_TIMEOUT  (10 * USEC_SECOND) // of a session whose connection was closed

// Why there is no listener: no room (453), or not over this transport (461).
enum { SERVER_FULL = -1, SERVER_REFUSED = -2 };

struct server;
struct server_conn;

// What the server asks of the application. `ctx` is config.ctx; a listener is one track of one
// session, a number of the application's.
struct server_app {
    // Writes the description (SDP) for the client on `conn` and returns its octets; 0: does not
    // fit. `features`: what it may hold besides the plain description; none: nothing.
    size_t (*describe)(void *ctx, struct server_conn *conn, struct features features, char *out,
                       size_t cap);
    // A client wants track number `track` by `asked`, which is unicast RTP/AVP or RTP/AVPF over UDP
    // with client ports, or over TCP with channels. Returns the listener, and fills server ports
    // and SSRC into `chosen`, a copy of `asked`; or SERVER_FULL or SERVER_REFUSED. `features`: what
    // it may be sent; feedback if it asked for RTP/AVPF, and only then, whatever its tags say.
    int (*join)(void *ctx, struct server_conn *conn, int track, const struct transport *asked,
                struct features features, struct transport *chosen);
    // Fills seq and rtptime, where they are known. Nothing may be sent on the listener's
    // connection before this returns.
    void (*play)(void *ctx, int listener, struct rtpinfo *info);
    void (*pause)(void *ctx, int listener);
    // `gone`: the connection is closed already, or the client stopped to be heard of.
    void (*leave)(void *ctx, int listener, bool gone);
    // RTCP that came on the listener's interleaved channel.
    void (*rtcp)(void *ctx, int listener, const uint8_t *data, size_t len);
};

struct server_config {
    const struct server_app *app;
    void *ctx;
    const char *name;         // of the Server header: "voz/1.0"
    int tracks;               // 1..SERVER_TRACKS_MAX: a=control:trackID=0 and so on
    struct features features; // that the application can serve: it is asked for no others
    int sessions_max;
    size_t frames_room; // octets of interleaved frames that may wait, besides a second of voice
    uint64_t seed;      // of session ids
};

struct server_stats {
    uint64_t connections; // ever
    uint64_t requests;
    uint64_t requests_bad;   // that were answered 4xx or 5xx
    uint64_t frames_dropped; // interleaved ones, because a reader was too slow
    uint64_t sessions_expired;
    int connections_open;
    int sessions_open;
};

struct server *server_new(const struct server_config *config); // NULL: no memory
void server_free(struct server *s); // NULL is fine; close all connections before

// A connection was accepted. `user` is the driver's and handed back by server_user. NULL: no
// memory.
struct server_conn *server_open(struct server *s, usec now, void *user);
// It was closed, by either side. The pointer is void from here on.
void server_close(struct server *s, struct server_conn *conn, usec now);
void *server_user(const struct server_conn *conn);

void server_input(struct server *s, struct server_conn *conn, usec now, const void *data,
                  size_t len);

// What is to be sent: a pointer good until the next call, octets; 0: nothing.
size_t server_output(const struct server_conn *conn, const char **data);
void server_sent(struct server_conn *conn, size_t len);
// The driver shall close the connection, once all that is pending is sent.
bool server_finished(const struct server_conn *conn);
// Is there a session on it? One without may be closed when connections get scarce.
bool server_in_use(const struct server *s, const struct server_conn *conn);
usec server_last_heard(const struct server_conn *conn);

// Queues one interleaved frame (RFC 2326 section 10.12). False: the reader is too slow, the whole
// frame was dropped and counted.
bool server_frame(struct server *s, struct server_conn *conn, uint8_t channel, const void *data,
                  size_t len);

// RTCP of a listener came by UDP: its session lives.
void server_heard(struct server *s, int listener, usec now);

// Ends sessions and connections whose time is over; a connection then is server_finished. Call at
// server_next. `expired` is called for each such connection.
usec server_next(const struct server *s);
void server_tick(struct server *s, usec now, void (*expired)(struct server_conn *conn));

struct server_stats server_stats(const struct server *s);

#endif
