// A client's connection: see dial.h.
#include "control/io/dial.h"

#include "control/io/connect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK   16384
#define WHY_MAX 512

struct dial {
    struct dial_config config;
    char host[256];
    struct client *client;
    struct connect *connect; // NULL: connected, or it could not be
    uv_tcp_t *tcp;           // NULL: not connected
    uv_write_t write;
    struct loop_timer timer;
    union address remote, local;
    bool writing, closed;
    int open; // handles and requests that libuv still holds, and one for the owner
    char why[WHY_MAX];
    char in[65536];
    char chunk[CHUNK];
};

static void let_go(struct dial *d)
{
    if (--d->open == 0)
        free(d);
}

static void on_handle_closed(uv_handle_t *handle)
{
    let_go(handle->data);
    free(handle);
}

static void close_tcp(struct dial *d)
{
    if (d->tcp)
        uv_close((uv_handle_t *)d->tcp, on_handle_closed);
    d->tcp = NULL;
}

static void lost(struct dial *d, const char *why)
{
    loop_timer_set(&d->timer, USEC_NEVER);
    close_tcp(d);
    d->client = NULL;
    d->config.closed(d->config.ctx, why);
}

// ---- octets ------------------------------------------------------------------------------------

static void on_written(uv_write_t *write, int status)
{
    struct dial *d = write->data;
    d->writing = false;
    if (!d->closed && status == 0)
        dial_flush(d);
    let_go(d);
}

void dial_flush(struct dial *d)
{
    const char *data;
    size_t len;
    while (d->tcp && d->client && !d->writing && (len = client_output(d->client, &data))) {
        size_t chunk = len < CHUNK ? len : CHUNK;
        uv_buf_t part = uv_buf_init((char *)(uintptr_t)data, (unsigned)chunk);
        int n = uv_try_write((uv_stream_t *)d->tcp, &part, 1);
        if (n > 0) {
            client_sent(d->client, (size_t)n);
            continue;
        }
        if (n != UV_EAGAIN)
            break; // the read side will say that it is closed
        memcpy(d->chunk, data, chunk);
        part = uv_buf_init(d->chunk, (unsigned)chunk);
        if (uv_write(&d->write, (uv_stream_t *)d->tcp, &part, 1, on_written) != 0)
            break; // likewise
        client_sent(d->client, chunk);
        d->writing = true;
        d->open++;
    }
    if (d->client)
        loop_timer_set(&d->timer, client_next(d->client));
}

static void on_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    struct dial *d = handle->data;
    (void)size;
    *buffer = uv_buf_init(d->in, sizeof d->in);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    struct dial *d = stream->data;
    if (n < 0) {
        snprintf(d->why, sizeof d->why, "The connection to %s broke: %s.", d->host,
                 uv_strerror((int)n));
        lost(d, n == UV_EOF ? NULL : d->why);
        return;
    }
    size_t at = 0;
    while (at < (size_t)n && d->client) {
        size_t taken = client_input(d->client, loop_now(), buffer->base + at, (size_t)n - at);
        at += taken;
        d->config.events(d->config.ctx);
        if (!taken)
            break; // cannot be: the client has room for a whole message
    }
    if (!d->closed)
        dial_flush(d);
}

// ---- connecting --------------------------------------------------------------------------------

static void on_done(void *ctx, uv_tcp_t *tcp, const char *why)
{
    struct dial *d = ctx;
    int len = sizeof d->remote;
    if (!tcp) {
        lost(d, why);
        return;
    }
    connect_close(d->connect);
    d->connect = NULL;
    d->tcp = tcp;
    d->open++;
    tcp->data = d;
    uv_tcp_getpeername(tcp, &d->remote.any, &len);
    len = sizeof d->local;
    uv_tcp_getsockname(tcp, &d->local.any, &len);
    uv_tcp_nodelay(tcp, 1);
    uv_tcp_keepalive(tcp, 1, 30);
    uv_read_start((uv_stream_t *)tcp, on_buffer, on_read);
    d->config.connected(d->config.ctx);
}

static void on_timer(void *ctx, usec now)
{
    struct dial *d = ctx;
    client_tick(d->client, now);
    d->config.events(d->config.ctx);
    if (!d->closed)
        dial_flush(d);
}

struct dial *dial_open(const struct dial_config *config)
{
    struct dial *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->config = *config;
    snprintf(d->host, sizeof d->host, "%s", config->host);
    d->write.data = d;
    d->open = 1;
    loop_timer_init(&d->timer, config->loop, on_timer, d);
    const struct connect_config connect = {
        config->loop, d->host, config->port, "a sender", on_done, d,
    };
    d->connect = connect_open(&connect);
    if (!d->connect) {
        free(d);
        return NULL;
    }
    return d;
}

void dial_close(struct dial *d)
{
    if (!d)
        return;
    d->closed = true;
    loop_timer_set(&d->timer, USEC_NEVER);
    connect_close(d->connect);
    d->connect = NULL;
    close_tcp(d);
    let_go(d);
}

void dial_attach(struct dial *d, struct client *client)
{
    d->client = client;
    dial_flush(d);
}

void dial_remote(const struct dial *d, union address *remote)
{
    *remote = d->remote;
}

void dial_local(const struct dial *d, union address *local)
{
    *local = d->local;
}
