// Connections of a server: see listener.h. What the kernel does not take at once waits in the
// server's own buffer, of which CHUNK octets at a time are handed to libuv.
#include "control/io/listener.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define CHUNK       16384
#define BACKLOG     511
#define UNSENT_MAX  16384 // octets that the kernel may hold back: stale sound is of no use
#define DEAD_AFTER  20000 // ms without an acknowledgement, then the peer is gone
#define PROBE_AFTER 30    // s of idling, then it is probed
#define FILES_KEPT  32    // descriptors that are not for connections

struct conn {
    struct listener *listener;
    struct server_conn *server;
    uv_tcp_t tcp;
    uv_write_t write;
    bool writing;
    bool closing; // what it holds is given back by the loop, never under the feet of a caller
    union address remote, local;
    struct conn *next, **back;
    char chunk[CHUNK];
};

struct listener {
    struct listener_config config;
    uv_tcp_t tcp;
    struct loop_timer timer;
    struct conn *conns;
    int count;
    bool closing;
    char in[65536]; // what was just read; shared, since reading is never interrupted
};

static void tick(struct listener *l);

static void on_freed(uv_handle_t *handle)
{
    free(handle->data);
}

static void take_leave(struct conn *c)
{
    server_close(c->listener->config.server, c->server, loop_now());
    *c->back = c->next;
    if (c->next)
        c->next->back = c->back;
    c->server = NULL;
}

static void on_closed(uv_handle_t *handle)
{
    struct conn *c = handle->data;
    if (c->server) { // NULL: the listener was closed meanwhile, and is no more
        take_leave(c);
        tick(c->listener);
    }
    free(c);
}

// The server may be at work on this very connection (a frame is flushed while a request is being
// answered), so it hears of it from the loop.
static void drop(struct conn *c)
{
    if (c->closing)
        return;
    c->closing = true;
    c->listener->count--;
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void flush(struct conn *c);

static void on_written(uv_write_t *write, int status)
{
    struct conn *c = write->data;
    c->writing = false;
    if (c->closing)
        return;
    if (status < 0)
        drop(c);
    else
        flush(c);
}

static void flush(struct conn *c)
{
    const char *data;
    size_t len;
    while (!c->writing && !c->closing && (len = server_output(c->server, &data))) {
        uv_buf_t part = uv_buf_init((char *)(uintptr_t)data, (unsigned)len);
        int n = uv_try_write((uv_stream_t *)&c->tcp, &part, 1);
        if (n > 0) {
            server_sent(c->server, (size_t)n);
            continue;
        }
        if (n != UV_EAGAIN) {
            drop(c);
            return;
        }
        size_t chunk = len < CHUNK ? len : CHUNK;
        memcpy(c->chunk, data, chunk);
        server_sent(c->server, chunk);
        part = uv_buf_init(c->chunk, (unsigned)chunk);
        c->writing = uv_write(&c->write, (uv_stream_t *)&c->tcp, &part, 1, on_written) == 0;
        if (!c->writing) {
            drop(c);
            return;
        }
    }
    if (!c->closing && !c->writing && server_finished(c->server))
        drop(c);
}

void listener_flush(struct server_conn *conn)
{
    flush(server_user(conn));
}

static void on_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    struct conn *c = handle->data;
    (void)size;
    *buffer = uv_buf_init(c->listener->in, sizeof c->listener->in);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    struct conn *c = stream->data;
    struct listener *l = c->listener;
    if (n > 0) {
        server_input(l->config.server, c->server, loop_now(), buffer->base, (size_t)n);
        flush(c);
    } else if (n < 0) {
        drop(c);
    }
    tick(l);
}

// ---- accepting ---------------------------------------------------------------------------------

static void set_up_socket(struct conn *c)
{
    int fd, unsent = UNSENT_MAX, dead = DEAD_AFTER, len = sizeof c->remote;
    uv_tcp_nodelay(&c->tcp, 1);
    uv_tcp_keepalive(&c->tcp, 1, PROBE_AFTER);
    if (uv_fileno((uv_handle_t *)&c->tcp, &fd) == 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
        setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead, sizeof dead);
    }
    uv_tcp_getpeername(&c->tcp, &c->remote.any, &len);
    len = sizeof c->local;
    uv_tcp_getsockname(&c->tcp, &c->local.any, &len);
}

// The connection that has been idle longest and has no session: NULL if all have one.
static struct conn *longest_idle(struct listener *l)
{
    struct conn *idle = NULL;
    for (struct conn *c = l->conns; c; c = c->next)
        if (!c->closing && !server_in_use(l->config.server, c->server) &&
            (!idle || server_last_heard(c->server) <= server_last_heard(idle->server)))
            idle = c;
    return idle;
}

static void make_room(struct listener *l)
{
    struct conn *idle = l->count >= l->config.connections_max ? longest_idle(l) : NULL;
    if (idle)
        drop(idle);
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct listener *l = stream->data;
    struct conn *c = status == 0 ? calloc(1, sizeof *c) : NULL;
    if (!c)
        return;
    make_room(l);
    c->listener = l;
    uv_tcp_init(loop_uv(l->config.loop), &c->tcp);
    c->tcp.data = c;
    c->write.data = c;
    if (uv_accept(stream, (uv_stream_t *)&c->tcp) != 0 || l->count >= l->config.connections_max ||
        !(c->server = server_open(l->config.server, loop_now(), c))) {
        uv_close((uv_handle_t *)&c->tcp, on_freed);
        return;
    }
    c->next = l->conns;
    c->back = &l->conns;
    if (c->next)
        c->next->back = &c->next;
    l->conns = c;
    l->count++;
    set_up_socket(c);
    uv_read_start((uv_stream_t *)&c->tcp, on_buffer, on_read);
    tick(l);
}

// ---- time --------------------------------------------------------------------------------------

static void on_expired(struct server_conn *conn)
{
    flush(server_user(conn));
}

static void tick(struct listener *l)
{
    loop_timer_set(&l->timer, server_next(l->config.server));
}

static void on_timer(void *ctx, usec now)
{
    struct listener *l = ctx;
    server_tick(l->config.server, now, on_expired);
    tick(l);
}

// ---- opening and closing -----------------------------------------------------------------------

// Where the process may not have so many descriptors, the idle ones must make room earlier.
static int affordable(int connections)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY ||
        files.rlim_cur >= (rlim_t)connections + FILES_KEPT)
        return connections;
    return files.rlim_cur > FILES_KEPT ? (int)files.rlim_cur - FILES_KEPT : 1;
}

struct listener *listener_open(const struct listener_config *config)
{
    struct listener *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->config = *config;
    l->config.connections_max = affordable(config->connections_max);
    uv_tcp_init(loop_uv(config->loop), &l->tcp);
    l->tcp.data = l;
    loop_timer_init(&l->timer, config->loop, on_timer, l);
    int error = uv_tcp_bind(&l->tcp, &config->local.any, 0);
    if (!error)
        error = uv_listen((uv_stream_t *)&l->tcp, BACKLOG, on_connection);
    if (error) {
        uv_close((uv_handle_t *)&l->tcp, on_freed);
        errno = -error;
        return NULL;
    }
    return l;
}

void listener_close(struct listener *l)
{
    if (!l)
        return;
    loop_timer_set(&l->timer, USEC_NEVER);
    while (l->conns) {
        struct conn *c = l->conns;
        flush(c);
        drop(c);
        take_leave(c);
    }
    uv_close((uv_handle_t *)&l->tcp, on_freed);
}

uint16_t listener_port(const struct listener *l)
{
    union address a;
    int len = sizeof a;
    return uv_tcp_getsockname(&l->tcp, &a.any, &len) == 0 ? address_port(&a) : 0;
}

void listener_remote(const struct server_conn *conn, union address *remote)
{
    *remote = ((struct conn *)server_user(conn))->remote;
}

void listener_local(const struct server_conn *conn, union address *local)
{
    *local = ((struct conn *)server_user(conn))->local;
}
