// Connecting: see connect.h.
#include "control/io/connect.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MAX (5 * USEC_SECOND) // for one address, where there are more; 10 s for the last
#define WHY_MAX     512

// One address that was tried: libuv holds on to it until it is closed.
struct attempt {
    uv_tcp_t tcp; // first: it is given away as one
    uv_connect_t request;
    struct connect *connect;
};

struct connect {
    struct connect_config config;
    char host[256];
    struct attempt *attempt; // NULL: none
    uv_getaddrinfo_t resolve;
    struct addrinfo *found, *trying;
    struct loop_timer timer;
    bool resolving, closed;
    int open; // handles and requests that libuv still holds, and one for the owner
    char why[WHY_MAX];
};

static void let_go(struct connect *c)
{
    if (--c->open > 0 || !c->closed)
        return;
    if (c->found)
        uv_freeaddrinfo(c->found);
    free(c);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct attempt *attempt = handle->data;
    let_go(attempt->connect);
    free(attempt);
}

static void give_up_attempt(struct connect *c)
{
    if (c->attempt)
        uv_close((uv_handle_t *)&c->attempt->tcp, on_handle_closed);
    c->attempt = NULL;
}

static void failed(struct connect *c, const char *why)
{
    loop_timer_set(&c->timer, USEC_NEVER);
    give_up_attempt(c);
    c->config.done(c->config.ctx, NULL, why);
}

static void try_next(struct connect *c, int error);

static void on_connect(uv_connect_t *request, int status)
{
    struct attempt *attempt = request->data;
    struct connect *c = attempt->connect;
    if (status == UV_ECANCELED) // given up: its handle is being closed
        return;
    if (status < 0) {
        give_up_attempt(c);
        try_next(c, status);
        return;
    }
    loop_timer_set(&c->timer, USEC_NEVER);
    c->attempt = NULL;
    c->open--; // never the last: the owner still has it
    c->config.done(c->config.ctx, &attempt->tcp, NULL);
}

static void try_next(struct connect *c, int error)
{
    struct addrinfo *next = c->trying ? c->trying->ai_next : c->found;
    if (!next) {
        snprintf(c->why, sizeof c->why,
                 "Cannot connect to %s port %u: %s. Is %s running there, and does a firewall "
                 "let TCP port %u through?",
                 c->host, c->config.port, uv_strerror(error), c->config.whom, c->config.port);
        failed(c, c->why);
        return;
    }
    struct attempt *attempt = calloc(1, sizeof *attempt);
    if (!attempt) {
        failed(c, "Out of memory.");
        return;
    }
    c->trying = next;
    attempt->connect = c;
    attempt->tcp.data = attempt->request.data = attempt;
    uv_tcp_init(loop_uv(c->config.loop), &attempt->tcp);
    c->attempt = attempt;
    c->open++;
    int refused = uv_tcp_connect(&attempt->request, &attempt->tcp, next->ai_addr, on_connect);
    if (refused) {
        give_up_attempt(c);
        try_next(c, refused);
        return;
    }
    loop_timer_set(&c->timer, loop_now() + (next->ai_next ? CONNECT_MAX : 2 * CONNECT_MAX));
}

static void on_resolved(uv_getaddrinfo_t *resolve, int status, struct addrinfo *found)
{
    struct connect *c = resolve->data;
    c->resolving = false;
    c->found = found;
    bool closed = c->closed;
    let_go(c);
    if (closed)
        return;
    if (status < 0) {
        snprintf(c->why, sizeof c->why,
                 "Cannot find the host %s: %s. Check the spelling, or use its IP address.", c->host,
                 uv_strerror(status));
        failed(c, c->why);
        return;
    }
    try_next(c, 0);
}

static void on_late(void *ctx, usec now)
{
    struct connect *c = ctx;
    (void)now;
    give_up_attempt(c);
    try_next(c, UV_ETIMEDOUT);
}

// Begins from the loop, so that no callback comes out of connect_open.
static void on_start(void *ctx, usec now)
{
    struct connect *c = ctx;
    char port[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC};
    (void)now;
    c->timer.fire = on_late;
    snprintf(port, sizeof port, "%u", c->config.port);
    int error =
        uv_getaddrinfo(loop_uv(c->config.loop), &c->resolve, on_resolved, c->host, port, &hints);
    if (error) {
        snprintf(c->why, sizeof c->why, "Cannot look up the host %s: %s.", c->host,
                 uv_strerror(error));
        failed(c, c->why);
        return;
    }
    c->resolving = true;
    c->open++;
}

struct connect *connect_open(const struct connect_config *config)
{
    struct connect *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->config = *config;
    snprintf(c->host, sizeof c->host, "%s", config->host);
    c->resolve.data = c;
    c->open = 1;
    loop_timer_init(&c->timer, config->loop, on_start, c);
    loop_timer_set(&c->timer, loop_now());
    return c;
}

void connect_close(struct connect *c)
{
    if (!c)
        return;
    c->closed = true;
    loop_timer_set(&c->timer, USEC_NEVER);
    if (c->resolving)
        uv_cancel((uv_req_t *)&c->resolve);
    give_up_attempt(c);
    let_go(c);
}
