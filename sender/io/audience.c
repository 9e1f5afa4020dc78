// Who listens, and how each is reached: see audience.h. The addresses of those whom a clean UDP
// path leads to are kept in one list, so that a packet for all of them is few calls of the kernel.
#include "sender/io/audience.h"

#include "control/io/listener.h"
#include "media/io/path.h"

#include <stdlib.h>
#include <string.h>

#define PICTURES 2 // added to the tags of what goes through the voice's queue: 2 x number + port

struct member {
    bool used, playing;
    struct audience *audience;
    struct server_conn *conn; // interleaved on this connection; NULL: UDP
    const struct server_conn *client;
    int voice; // of the same client, in the audience beside; found anew where it is another's
    uint8_t channels[2]; // by enum udp_port, as the rest
    union address addresses[2];
    struct path *paths[2]; // NULL: a clean one
    char host[ADDRESS_TEXT];
};

struct audience {
    struct audience_config config;
    struct audience *pictures; // whose `beside` this is; NULL: there are none
    uint64_t joined;           // ever
    int top;                   // no member has a number above this one, or this one
    struct member members[AUDIENCE_MAX];
    const union address *direct[AUDIENCE_MAX]; // room for send_all
};

struct audience *audience_new(const struct audience_config *config)
{
    struct audience *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->config = *config;
    if (config->beside)
        config->beside->pictures = a;
    return a;
}

void audience_free(struct audience *a)
{
    for (int i = 0; a && i < a->top; i++)
        if (a->members[i].used)
            audience_remove(a, i);
    if (a && a->config.beside)
        a->config.beside->pictures = NULL;
    if (a && a->pictures)
        a->pictures->config.beside = NULL;
    free(a);
}

// ---- coming and going --------------------------------------------------------------------------

static void send_now(struct member *m, enum udp_port port, const void *data, size_t len)
{
    udp_send(m->audience->config.udp, port, &m->addresses[port], data, len);
}

static void on_path(void *ctx, usec when, const void *data, size_t len, uint64_t tag)
{
    struct member *m = ctx;
    (void)when;
    if (tag >= PICTURES) { // they came through the voice's queue
        struct audience *a = m->audience->pictures;
        tag -= PICTURES;
        if (!a || a->members[tag / 2].client != m->client)
            return;
        m = &a->members[tag / 2];
    }
    send_now(m, (enum udp_port)(tag % 2), data, len);
}

// RTCP has a path of its own, so that when reports are sent does not change which voice is lost; but
// where there is a queue, all wait in it.
static bool make_paths(struct audience *a, struct member *m)
{
    if (impair_is_clean(a->config.netem))
        return true;
    for (uint64_t i = 0; i < 2; i++)
        m->paths[i] =
            path_new(a->config.loop, a->config.netem,
                     impair_seed(a->config.netem, a->config.seed, 2 * a->joined + i), on_path, m);
    return m->paths[0] && m->paths[1];
}

bool audience_add(struct audience *a, int listener, struct server_conn *conn,
                  const struct transport *transport)
{
    struct member *m = &a->members[listener];
    union address remote;
    listener_remote(conn, &remote);
    *m =
        (struct member){.used = true, .audience = a, .client = conn, .addresses = {remote, remote}};
    address_host(&remote, m->host);
    if (transport->lower == TRANSPORT_TCP) {
        m->conn = conn;
        m->channels[UDP_RTP] = (uint8_t)transport->interleaved.lo;
        m->channels[UDP_RTCP] = (uint8_t)transport->interleaved.hi;
    } else {
        for (int i = 0; i < 2 && udp_is_v6(a->config.udp); i++)
            address_map(&m->addresses[i]);
        address_set_port(&m->addresses[UDP_RTP], transport->client_port.lo);
        address_set_port(&m->addresses[UDP_RTCP], transport->client_port.hi);
        if (!make_paths(a, m)) {
            audience_remove(a, listener);
            return false;
        }
    }
    a->joined++;
    a->top = listener < a->top ? a->top : listener + 1;
    return true;
}

void audience_remove(struct audience *a, int listener)
{
    struct member *m = &a->members[listener];
    for (int i = 0; i < 2; i++)
        path_free(m->paths[i]);
    *m = (struct member){0};
}

void audience_play(struct audience *a, int listener, bool playing)
{
    a->members[listener].playing = playing;
}

void audience_pause_all(struct audience *a)
{
    for (int i = 0; i < a->top; i++)
        audience_play(a, i, false);
}

// ---- who is here -------------------------------------------------------------------------------

bool audience_has(const struct audience *a, int listener)
{
    return a->members[listener].used;
}

bool audience_is_playing(const struct audience *a, int listener)
{
    return a->members[listener].playing;
}

bool audience_is_tcp(const struct audience *a, int listener)
{
    return a->members[listener].conn;
}

const char *audience_host(const struct audience *a, int listener)
{
    return a->members[listener].host;
}

int audience_playing(const struct audience *a)
{
    int n = 0;
    for (int i = 0; i < a->top; i++)
        n += a->members[i].playing;
    return n;
}

int audience_find(const struct audience *a, const union address *from)
{
    for (int i = 0; i < a->top; i++) {
        const struct member *m = &a->members[i];
        if (m->used && !m->conn && address_port(&m->addresses[UDP_RTCP]) == address_port(from) &&
            address_same_host(&m->addresses[UDP_RTCP], from))
            return i;
    }
    return -1;
}

// ---- sending -----------------------------------------------------------------------------------

// The voice's path to the same client; NULL: it has none.
static struct path *path_beside(struct member *m)
{
    struct audience *voice = m->audience->config.beside;
    for (int i = 0; voice && voice->members[m->voice].client != m->client; i++) {
        if (i == voice->top)
            return NULL;
        m->voice = i;
    }
    return voice ? voice->members[m->voice].paths[UDP_RTP] : NULL;
}

static void send_by_path(struct member *m, usec now, enum udp_port port, const void *data,
                         size_t len)
{
    bool shares = impair_shares_queue(m->audience->config.netem);
    struct path *beside = shares ? path_beside(m) : NULL;
    if (beside)
        path_input(beside, now, data, len,
                   PICTURES + 2 * (uint64_t)(m - m->audience->members) + port);
    else
        path_input(m->paths[shares ? UDP_RTP : port], now, data, len, port);
}

static void send_to(struct member *m, usec now, enum udp_port port, const void *data, size_t len)
{
    if (m->conn) {
        server_frame(m->audience->config.server, m->conn, m->channels[port], data, len);
        listener_flush(m->conn); // may close the connection, and so remove the member
    } else if (m->paths[port]) {
        send_by_path(m, now, port, data, len);
    } else {
        send_now(m, port, data, len);
    }
}

static bool is_direct(const struct member *m)
{
    return !m->conn && !m->paths[UDP_RTP];
}

static void send_all(struct audience *a, usec now, const struct sender_datagram *d,
                     audience_is_for *is_for, const void *sender)
{
    size_t count = 0;
    for (int i = 0; i < a->top; i++)
        if (a->members[i].playing && is_direct(&a->members[i]) && is_for(sender, d, i))
            a->direct[count++] = &a->members[i].addresses[UDP_RTP];
    udp_send_many(a->config.udp, UDP_RTP, a->direct, count, d->data, d->len);
    for (int i = 0; i < a->top; i++)
        if (a->members[i].playing && !is_direct(&a->members[i]) && is_for(sender, d, i))
            send_to(&a->members[i], now, UDP_RTP, d->data, d->len);
}

void audience_send(struct audience *a, usec now, const struct sender_datagram *d,
                   audience_is_for *is_for, const void *sender)
{
    if (d->listener == SENDER_ALL)
        send_all(a, now, d, is_for, sender);
    else if (a->members[d->listener].used)
        send_to(&a->members[d->listener], now, d->kind == SENDER_RTP ? UDP_RTP : UDP_RTCP, d->data,
                d->len);
}

void audience_hurry(struct audience *a)
{
    for (int i = 0; i < a->top; i++)
        for (int p = 0; p < 2; p++)
            if (a->members[i].paths[p])
                path_run(a->members[i].paths[p], USEC_NEVER - 1);
}
