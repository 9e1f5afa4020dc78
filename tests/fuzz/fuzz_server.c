// Any octets, in pieces of any size, to a whole server with two connections: the first octet of
// each piece says to which, how long it is, and whether time passes. The server answers, its
// buffers stay in their bounds, and whoever joined leaves exactly once.
#include "control/rtsp.h"
#include "control/server.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LISTENERS 4
#define PENDING   (128 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct radio {
    struct server *server;
    struct features features;
    struct server_conn *conns[2];
    bool here[LISTENERS];
    struct server_conn *tcp[LISTENERS];
};

static size_t describe(void *ctx, struct server_conn *conn, struct features features, char *out,
                       size_t cap)
{
    const struct radio *r = ctx;
    (void)conn;
    assert(r->features.red || !features.red);
    assert(r->features.feedback || !features.feedback);
    static const char sdp[] = "v=0\r\n";
    assert(cap >= sizeof sdp);
    memcpy(out, sdp, sizeof sdp - 1);
    return sizeof sdp - 1;
}

static int join(void *ctx, struct server_conn *conn, int track, const struct transport *asked,
                struct features features, struct transport *chosen)
{
    struct radio *r = ctx;
    assert(track >= 0 && track < 2);
    assert(r->features.red || !features.red);
    assert(r->features.feedback || !features.feedback);
    assert(features.feedback == (asked->profile == TRANSPORT_AVPF));
    assert(features.feedback || asked->profile == TRANSPORT_AVP);
    assert(asked->lower == TRANSPORT_TCP ? asked->interleaved.given
                                         : asked->client_port.lo && asked->client_port.hi);
    chosen->has_ssrc = true;
    for (int i = 0; i < LISTENERS; i++)
        if (!r->here[i]) {
            r->here[i] = true;
            r->tcp[i] = asked->lower == TRANSPORT_TCP ? conn : NULL;
            return i;
        }
    return SERVER_FULL;
}

static void play(void *ctx, int listener, struct rtpinfo *info)
{
    assert(((struct radio *)ctx)->here[listener]);
    info->has_seq = true;
}

static void pause_listener(void *ctx, int listener)
{
    assert(((struct radio *)ctx)->here[listener]);
}

static void leave(void *ctx, int listener, bool gone)
{
    struct radio *r = ctx;
    assert(r->here[listener]);
    if (!gone && r->tcp[listener]) // its connection must still be there to say goodbye on
        server_frame(r->server, r->tcp[listener], 1, "bye", 3);
    r->here[listener] = false;
    r->tcp[listener] = NULL;
}

static void rtcp(void *ctx, int listener, const uint8_t *data, size_t len)
{
    assert(((struct radio *)ctx)->here[listener]);
    assert(!len || data);
}

static const struct server_app app = {describe, join, play, pause_listener, leave, rtcp};

static void close_conn(struct radio *r, int i, usec now)
{
    if (r->conns[i])
        server_close(r->server, r->conns[i], now);
    r->conns[i] = NULL;
    for (int l = 0; l < LISTENERS; l++)
        for (int other = 0; other < 2; other++) // nobody is left on a connection that is closed
            assert(!r->tcp[l] || r->tcp[l] == r->conns[0] || r->tcp[l] == r->conns[1]);
}

static void on_expired(struct server_conn *conn)
{
    assert(server_finished(conn));
}

static void drain(struct radio *r, int i, usec now, bool reads)
{
    const char *out;
    size_t pending = server_output(r->conns[i], &out);
    assert(pending <= PENDING);
    if (reads && pending)
        server_sent(r->conns[i], pending);
    if (server_finished(r->conns[i]))
        close_conn(r, i, now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct radio r = {.features = {.red = len & 1, .feedback = len & 2}};
    struct server_config config = {.app = &app,
                                   .ctx = &r,
                                   .name = "fuzz",
                                   .tracks = 2,
                                   .features = r.features,
                                   .sessions_max = 3,
                                   .seed = len};
    usec now = 0;
    r.server = server_new(&config);
    assert(r.server);
    while (len) {
        int i = data[0] & 1;
        size_t n = data[0] & 2 ? len - 1 : (size_t)(data[0] >> 3);
        bool reads = !(data[0] & 4);
        n = n < len - 1 ? n : len - 1;
        if (!n) { // time passes, or the connection closes
            now += 7 * USEC_SECOND;
            server_tick(r.server, now, on_expired);
            if (reads)
                close_conn(&r, i, now);
        }
        if (!r.conns[i])
            r.conns[i] = server_open(r.server, now, &r);
        uint8_t *exact = malloc(n ? n : 1);
        memcpy(exact, data + 1, n);
        server_input(r.server, r.conns[i], now, exact, n);
        free(exact);
        drain(&r, i, now, reads);
        data += 1 + n;
        len -= 1 + n;
    }
    close_conn(&r, 0, now);
    close_conn(&r, 1, now);
    while (server_next(r.server) != USEC_NEVER)
        server_tick(r.server, server_next(r.server), on_expired);
    for (int l = 0; l < LISTENERS; l++)
        assert(!r.here[l]);
    assert(server_stats(r.server).sessions_open == 0);
    server_free(r.server);
    return 0;
}
