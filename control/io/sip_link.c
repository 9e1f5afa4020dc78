// Connections of a user agent: see sip_link.h.
#include "control/io/sip_link.h"

#include "control/io/connect.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BACKLOG         64
#define CONNECTIONS_MAX 32    // beyond it, the one that has been silent longest makes room
#define RATE            32768 // octets a second that are read from one connection,
#define BURST           65536 // and at once
#define RESUME_AFTER    (50 * USEC_MS)
#define CHUNK           16384
#define DEAD_AFTER      20000 // ms without an acknowledgement, then the peer is gone
#define PROBE_AFTER     30    // s of idling, then it is probed

struct conn {
    struct sip_link *link; // NULL: that is gone
    struct sip_conn *sip;  // NULL: it is being closed
    uv_tcp_t *tcp;
    uv_write_t write;
    bool writing, paused;
    int64_t budget; // octets that may be read now
    usec budget_at;
    union address remote, local;
    char chunk[CHUNK];
};

struct sip_link {
    struct sip_link_config config;
    struct sip_agent *agent; // NULL: not yet
    uv_tcp_t tcp;
    struct connecting { // to whom we call, to the registrar
        struct sip_link *link;
        struct connect *connect; // NULL: none is on its way
        void (*done)(struct sip_agent *a, usec now, struct sip_conn *conn, const char *why);
    } connecting[2];
    struct loop_timer timer;
    char in[16384]; // what was just read; shared, since reading is never interrupted
};

static void free_link(uv_handle_t *handle)
{
    free(handle->data);
}

static void free_tcp(uv_handle_t *handle)
{
    free(handle);
}

static void free_conn(uv_handle_t *handle)
{
    free(handle->data);
    free(handle);
}

// The agent hears of it at once; the memory is libuv's until it has closed the handle.
static void drop(struct conn *c)
{
    struct sip_conn *sip = c->sip;
    if (!sip)
        return;
    c->sip = NULL;
    sip_agent_close(c->link->agent, sip, loop_now());
    uv_close((uv_handle_t *)c->tcp, free_conn);
}

static void flush(struct conn *c);

static void on_written(uv_write_t *write, int status)
{
    struct conn *c = write->data;
    c->writing = false;
    if (!c->sip)
        return;
    if (status < 0)
        drop(c);
    sip_link_flush(c->link);
}

static void flush(struct conn *c)
{
    const char *data;
    size_t len;
    while (!c->writing && (len = sip_conn_output(c->sip, &data))) {
        size_t chunk = len < CHUNK ? len : CHUNK;
        memcpy(c->chunk, data, chunk);
        sip_conn_sent(c->sip, chunk);
        uv_buf_t part = uv_buf_init(c->chunk, (unsigned)chunk);
        int n = uv_try_write((uv_stream_t *)c->tcp, &part, 1);
        if (n == (int)chunk)
            continue;
        size_t sent = n > 0 ? (size_t)n : 0;
        part = uv_buf_init(c->chunk + sent, (unsigned)(chunk - sent));
        c->writing = (n >= 0 || n == UV_EAGAIN) &&
                     uv_write(&c->write, (uv_stream_t *)c->tcp, &part, 1, on_written) == 0;
        if (!c->writing) {
            drop(c);
            return;
        }
    }
    if (!c->writing && sip_conn_finished(c->sip))
        drop(c);
}

static void on_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    struct sip_link *l = ((struct conn *)handle->data)->link;
    (void)size;
    *buffer = uv_buf_init(l->in, sizeof l->in);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    struct conn *c = stream->data;
    struct sip_link *l = c->link;
    size_t at = 0;
    if (n > 0) {
        c->budget -= n;
        if (c->budget < 0) {
            c->paused = true;
            uv_read_stop(stream);
        }
    } else if (n < 0) {
        drop(c);
    }
    do {
        if (n > 0)
            at += sip_agent_input(l->agent, c->sip, loop_now(), buffer->base + at, (size_t)n - at);
        sip_link_flush(l);
    } while (c->sip && n > 0 && at < (size_t)n);
}

static void resume(struct conn *c, usec now)
{
    c->budget += usec_to_units(now - c->budget_at, RATE);
    c->budget = c->budget < BURST ? c->budget : BURST;
    c->budget_at = now;
    if (c->paused && c->budget > 0) {
        c->paused = false;
        uv_read_start((uv_stream_t *)c->tcp, on_buffer, on_read);
    }
}

// ---- a connection ------------------------------------------------------------------------------

static void set_up_socket(struct conn *c)
{
    int fd, dead = DEAD_AFTER, len = sizeof c->remote;
    uv_tcp_nodelay(c->tcp, 1);
    uv_tcp_keepalive(c->tcp, 1, PROBE_AFTER);
    if (uv_fileno((uv_handle_t *)c->tcp, &fd) == 0)
        setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead, sizeof dead);
    uv_tcp_getpeername(c->tcp, &c->remote.any, &len);
    len = sizeof c->local;
    uv_tcp_getsockname(c->tcp, &c->local.any, &len);
    address_unmap(&c->local);
    address_unmap(&c->remote);
}

// Takes `tcp`, which is connected. NULL: no memory, and it is being closed.
static struct conn *take_connection(struct sip_link *l, uv_tcp_t *tcp)
{
    struct conn *c = calloc(1, sizeof *c);
    char host[ADDRESS_TEXT + 2], plain[ADDRESS_TEXT];
    if (c) {
        *c = (struct conn){.link = l, .tcp = tcp, .budget = BURST, .budget_at = loop_now()};
        set_up_socket(c);
        address_host(&c->local, plain);
        snprintf(host, sizeof host, strchr(plain, ':') ? "[%s]" : "%s", plain);
        c->sip = sip_agent_open(l->agent, loop_now(), host, c);
    }
    if (!c || !c->sip) {
        free(c);
        uv_close((uv_handle_t *)tcp, free_tcp);
        return NULL;
    }
    tcp->data = c;
    c->write.data = c;
    uv_read_start((uv_stream_t *)tcp, on_buffer, on_read);
    return c;
}

static void make_room(struct sip_link *l)
{
    struct sip_conn *silent = NULL;
    if (sip_agent_stats(l->agent).connections < CONNECTIONS_MAX)
        return;
    for (struct sip_conn *s = sip_agent_conns(l->agent, NULL); s; s = sip_agent_conns(l->agent, s))
        if (!sip_conn_in_use(l->agent, s) &&
            (!silent || sip_conn_heard(s) <= sip_conn_heard(silent)))
            silent = s;
    if (silent)
        drop(sip_conn_user(silent));
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct sip_link *l = stream->data;
    uv_tcp_t *tcp = status == 0 && l->agent ? malloc(sizeof *tcp) : NULL;
    if (!tcp)
        return;
    uv_tcp_init(loop_uv(l->config.loop), tcp);
    if (uv_accept(stream, (uv_stream_t *)tcp) != 0) {
        uv_close((uv_handle_t *)tcp, free_tcp);
        return;
    }
    make_room(l);
    take_connection(l, tcp);
}

static void on_connected(void *ctx, uv_tcp_t *tcp, const char *why)
{
    struct connecting *to = ctx;
    struct conn *c = tcp ? take_connection(to->link, tcp) : NULL;
    to->done(to->link->agent, loop_now(), c ? c->sip : NULL, why ? why : "Out of memory.");
    connect_close(to->connect); // not before: `why` is its
    to->connect = NULL;
    sip_link_flush(to->link);
}

void sip_link_connect(struct sip_link *l, const char *host, uint16_t port, bool registrar)
{
    struct connecting *to = &l->connecting[registrar];
    const struct connect_config config = {
        .loop = l->config.loop,
        .host = host,
        .port = port,
        .whom = registrar ? "a registrar" : "a SIP phone",
        .done = on_connected,
        .ctx = to,
    };
    connect_close(to->connect);
    to->connect = connect_open(&config);
    if (!to->connect)
        to->done(l->agent, loop_now(), NULL, "Out of memory.");
}

// ---- all of them -------------------------------------------------------------------------------

// True: some are read no further for now.
static bool flush_all(struct sip_link *l, usec now)
{
    bool paused = false;
    struct sip_conn *s = sip_agent_conns(l->agent, NULL);
    while (s) {
        struct conn *c = sip_conn_user(s);
        s = sip_agent_conns(l->agent, s); // before it may be gone
        resume(c, now);
        paused |= c->paused;
        flush(c);
    }
    return paused;
}

void sip_link_flush(struct sip_link *l)
{
    usec now = loop_now();
    flush_all(l, now);               // before anything that takes its time, such as a sound device
    l->config.events(l->config.ctx); // which may have more to send
    bool paused = flush_all(l, now);
    l->config.events(l->config.ctx); // of connections that broke
    usec next = sip_agent_next(l->agent);
    loop_timer_set(&l->timer, paused ? usec_min(next, now + RESUME_AFTER) : next);
}

static void on_timer(void *ctx, usec now)
{
    struct sip_link *l = ctx;
    sip_agent_tick(l->agent, now);
    sip_link_flush(l);
}

// ---- opening and closing -----------------------------------------------------------------------

struct sip_link *sip_link_open(const struct sip_link_config *config)
{
    struct sip_link *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->config = *config;
    l->connecting[0] = (struct connecting){l, NULL, sip_agent_connected};
    l->connecting[1] = (struct connecting){l, NULL, sip_agent_registrar};
    uv_tcp_init(loop_uv(config->loop), &l->tcp);
    l->tcp.data = l;
    loop_timer_init(&l->timer, config->loop, on_timer, l);
    int error = uv_tcp_bind(&l->tcp, &config->local.any, 0);
    if (!error)
        error = uv_listen((uv_stream_t *)&l->tcp, BACKLOG, on_connection);
    if (error) {
        uv_close((uv_handle_t *)&l->tcp, free_link);
        errno = -error;
        return NULL;
    }
    return l;
}

void sip_link_attach(struct sip_link *l, struct sip_agent *agent)
{
    l->agent = agent;
}

void sip_link_close(struct sip_link *l)
{
    struct sip_conn *s;
    if (!l)
        return;
    loop_timer_set(&l->timer, USEC_NEVER);
    for (int i = 0; i < 2; i++)
        connect_close(l->connecting[i].connect);
    while (l->agent && (s = sip_agent_conns(l->agent, NULL))) {
        struct conn *c = sip_conn_user(s);
        flush(c);
        drop(c);
    }
    uv_close((uv_handle_t *)&l->tcp, free_link);
}

uint16_t sip_link_port(const struct sip_link *l)
{
    union address a;
    int len = sizeof a;
    return uv_tcp_getsockname(&l->tcp, &a.any, &len) == 0 ? address_port(&a) : 0;
}

void sip_link_local(const struct sip_conn *conn, union address *local)
{
    *local = ((struct conn *)sip_conn_user(conn))->local;
}

void sip_link_remote(const struct sip_conn *conn, union address *remote)
{
    *remote = ((struct conn *)sip_conn_user(conn))->remote;
}
