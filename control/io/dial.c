// A client's connection: see dial.h.
#include "control/io/dial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK       16384
#define CONNECT_MAX (5 * USEC_SECOND) // for one address, where there are more; 10 s for the last
#define WHY_MAX     512

// One address that was tried: libuv holds on to it until it is closed.
struct attempt {
    struct dial *dial;
    uv_tcp_t tcp;
    uv_connect_t connect;
};

struct dial {
    struct dial_config config;
    char host[256];
    struct client *client;
    struct attempt *attempt; // NULL: none
    uv_getaddrinfo_t resolve;
    uv_write_t write;
    struct addrinfo *found, *trying;
    struct loop_timer timer;
    union address remote, local;
    bool resolving, connected, writing, closed;
    int open; // handles and requests that libuv still holds
    char why[WHY_MAX];
    char in[65536];
    char chunk[CHUNK];
};

static void let_go(struct dial *d)
{
    if (--d->open > 0 || !d->closed)
        return;
    if (d->found)
        uv_freeaddrinfo(d->found);
    free(d);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct attempt *attempt = handle->data;
    let_go(attempt->dial);
    free(attempt);
}

static void close_tcp(struct dial *d)
{
    if (!d->attempt)
        return;
    uv_close((uv_handle_t *)&d->attempt->tcp, on_handle_closed);
    d->attempt = NULL;
    d->connected = false;
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
    while (d->connected && d->client && !d->writing && (len = client_output(d->client, &data))) {
        size_t chunk = len < CHUNK ? len : CHUNK;
        uv_buf_t part = uv_buf_init((char *)(uintptr_t)data, (unsigned)chunk);
        int n = uv_try_write((uv_stream_t *)&d->attempt->tcp, &part, 1);
        if (n > 0) {
            client_sent(d->client, (size_t)n);
            continue;
        }
        if (n != UV_EAGAIN)
            break; // the read side will say that it is closed
        memcpy(d->chunk, data, chunk);
        part = uv_buf_init(d->chunk, (unsigned)chunk);
        if (uv_write(&d->write, (uv_stream_t *)&d->attempt->tcp, &part, 1, on_written) != 0)
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
    struct dial *d = ((struct attempt *)handle->data)->dial;
    (void)size;
    *buffer = uv_buf_init(d->in, sizeof d->in);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    struct dial *d = ((struct attempt *)stream->data)->dial;
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

static void try_next(struct dial *d, int error);

static void on_connect(uv_connect_t *connect, int status)
{
    struct dial *d = ((struct attempt *)connect->data)->dial;
    if (status == UV_ECANCELED) // given up: its handle is being closed
        return;
    if (status < 0) {
        close_tcp(d);
        try_next(d, status);
        return;
    }
    int len = sizeof d->remote;
    uv_tcp_getpeername(&d->attempt->tcp, &d->remote.any, &len);
    len = sizeof d->local;
    uv_tcp_getsockname(&d->attempt->tcp, &d->local.any, &len);
    uv_tcp_nodelay(&d->attempt->tcp, 1);
    uv_tcp_keepalive(&d->attempt->tcp, 1, 30);
    uv_read_start((uv_stream_t *)&d->attempt->tcp, on_buffer, on_read);
    d->connected = true;
    loop_timer_set(&d->timer, USEC_NEVER);
    d->config.connected(d->config.ctx);
}

static void try_next(struct dial *d, int error)
{
    struct addrinfo *next = d->trying ? d->trying->ai_next : d->found;
    if (!next) {
        snprintf(d->why, sizeof d->why,
                 "Cannot connect to %s port %u: %s. Is a sender running there, and does a firewall "
                 "let TCP port %u through?",
                 d->host, d->config.port, uv_strerror(error), d->config.port);
        lost(d, d->why);
        return;
    }
    struct attempt *attempt = calloc(1, sizeof *attempt);
    if (!attempt) {
        lost(d, "Out of memory.");
        return;
    }
    d->trying = next;
    attempt->dial = d;
    attempt->tcp.data = attempt->connect.data = attempt;
    uv_tcp_init(loop_uv(d->config.loop), &attempt->tcp);
    d->attempt = attempt;
    d->open++;
    int failed = uv_tcp_connect(&attempt->connect, &attempt->tcp, next->ai_addr, on_connect);
    if (failed) {
        close_tcp(d);
        try_next(d, failed);
        return;
    }
    loop_timer_set(&d->timer, loop_now() + (next->ai_next ? CONNECT_MAX : 2 * CONNECT_MAX));
}

static void on_resolved(uv_getaddrinfo_t *resolve, int status, struct addrinfo *found)
{
    struct dial *d = resolve->data;
    d->resolving = false;
    d->found = found;
    bool closed = d->closed;
    let_go(d);
    if (closed)
        return;
    if (status < 0) {
        snprintf(d->why, sizeof d->why,
                 "Cannot find the host %s: %s. Check the spelling, or use its IP address.", d->host,
                 uv_strerror(status));
        lost(d, d->why);
        return;
    }
    try_next(d, 0);
}

static void on_timer(void *ctx, usec now)
{
    struct dial *d = ctx;
    if (!d->connected) {
        close_tcp(d);
        try_next(d, UV_ETIMEDOUT);
        return;
    }
    client_tick(d->client, now);
    d->config.events(d->config.ctx);
    if (!d->closed)
        dial_flush(d);
}

static void on_start(void *ctx, usec now);

struct dial *dial_open(const struct dial_config *config)
{
    struct dial *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->config = *config;
    snprintf(d->host, sizeof d->host, "%s", config->host);
    d->resolve.data = d;
    d->write.data = d;
    d->open = 1;
    loop_timer_init(&d->timer, config->loop, on_start, d);
    loop_timer_set(&d->timer, loop_now());
    return d;
}

// Begins from the loop, so that no callback comes out of dial_open.
static void on_start(void *ctx, usec now)
{
    struct dial *d = ctx;
    char port[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC};
    (void)now;
    d->timer.fire = on_timer;
    snprintf(port, sizeof port, "%u", d->config.port);
    int error =
        uv_getaddrinfo(loop_uv(d->config.loop), &d->resolve, on_resolved, d->host, port, &hints);
    if (error) {
        snprintf(d->why, sizeof d->why, "Cannot look up the host %s: %s.", d->host,
                 uv_strerror(error));
        lost(d, d->why);
        return;
    }
    d->resolving = true;
    d->open++;
}

void dial_close(struct dial *d)
{
    if (!d)
        return;
    d->closed = true;
    loop_timer_set(&d->timer, USEC_NEVER);
    if (d->resolving)
        uv_cancel((uv_req_t *)&d->resolve);
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
