// A listener of the bench: see peer.h.
#include "tests/bench/peer.h"

#include "media/io/loop.h"
#include "media/rtp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE   (5 * USEC_SECOND)
#define GOODBYE    (200 * USEC_MS)
#define PORT_FIRST 16384 // below those that the kernel gives away
#define PORT_LAST  32766

static struct sockaddr_in local(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
}

// ---- sockets -----------------------------------------------------------------------------------

static int open_udp(uint16_t port, int buffer)
{
    struct sockaddr_in a = local(port);
    int on = 1, fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (buffer)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool open_pair(struct peer *p)
{
    static uint16_t next = PORT_FIRST;
    for (int tries = 0; tries < (PORT_LAST - PORT_FIRST) / 2; tries++) {
        p->port = next;
        next = next >= PORT_LAST ? PORT_FIRST : (uint16_t)(next + 2);
        p->rtp = open_udp(p->port, p->config.buffer);
        p->rtcp = p->rtp < 0 ? -1 : open_udp((uint16_t)(p->port + 1), 1);
        if (p->rtcp >= 0)
            return true;
        if (p->rtp >= 0)
            close(p->rtp);
    }
    p->rtp = -1;
    return false;
}

static bool dial(struct peer *p)
{
    unsigned port = 0;
    int on = 1;
    sscanf(p->config.url, "rtsp://127.0.0.1:%u", &port);
    struct sockaddr_in a = local((uint16_t)port);
    p->control = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (p->control < 0 || connect(p->control, (struct sockaddr *)&a, sizeof a) != 0)
        return false;
    setsockopt(p->control, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return true;
}

// ---- packets -----------------------------------------------------------------------------------

static void take(struct peer *p, usec when, const uint8_t *data, size_t len)
{
    struct rtp_packet rtp;
    if (rtp_parse(&rtp, data, len) != RTP_OK)
        return;
    if (p->first_packet == USEC_NEVER)
        p->first_packet = when;
    p->passed += p->packets ? (uint16_t)(rtp.seq - p->seq) : 1; // loopback keeps the order
    p->packets++;
    p->octets += len;
    p->seq = rtp.seq;
    if (p->config.packet)
        p->config.packet(p->config.ctx, when, data, len);
}

static usec arrival(struct msghdr *header)
{
    struct timespec t;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            memcpy(&t, CMSG_DATA(c), sizeof t);
            return t.tv_sec * USEC_SECOND + t.tv_nsec / 1000 - loop_wall_clock();
        }
    return loop_now();
}

static void read_rtp(struct peer *p)
{
    static uint8_t data[65536];
    char control[CMSG_SPACE(sizeof(struct timespec))];
    struct iovec part = {data, sizeof data};
    for (;;) {
        struct msghdr header = {.msg_iov = &part,
                                .msg_iovlen = 1,
                                .msg_control = control,
                                .msg_controllen = sizeof control};
        ssize_t n = recvmsg(p->rtp, &header, MSG_DONTWAIT);
        if (n < 0)
            return;
        take(p, arrival(&header), data, (size_t)n);
    }
}

// ---- the control connection --------------------------------------------------------------------

static void send_pending(struct peer *p)
{
    const char *data;
    size_t len;
    while ((len = client_output(p->client, &data))) {
        if (len > 5 && memcmp(data, "PLAY ", 5) == 0)
            p->play_sent = loop_now();
        ssize_t n = send(p->control, data, len, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        client_sent(p->client, (size_t)n);
    }
}

static void take_events(struct peer *p)
{
    struct client_event event;
    while (client_event(p->client, loop_now(), &event)) {
        if (event.kind == CLIENT_PACKET && !event.rtcp)
            take(p, loop_now(), event.data, event.len);
        else if (event.kind == CLIENT_PLAYING)
            p->playing = true;
        else if (event.kind != CLIENT_READY && event.kind != CLIENT_PACKET)
            p->failed = true; // or done
    }
}

static void read_control(struct peer *p)
{
    static char in[65536];
    ssize_t n;
    while ((n = recv(p->control, in, sizeof in, MSG_DONTWAIT)) > 0)
        for (size_t at = 0, used = 1; at < (size_t)n && used; at += used) {
            used = client_input(p->client, loop_now(), in + at, (size_t)n - at);
            take_events(p);
        }
    if (n == 0)
        p->failed = true;
}

// ---- the session -------------------------------------------------------------------------------

void peer_serve(struct peer *p)
{
    if (p->failed)
        return;
    read_control(p);
    if (p->rtp >= 0)
        read_rtp(p);
    if (client_next(p->client) <= loop_now())
        client_tick(p->client, loop_now());
    take_events(p);
    send_pending(p);
}

void peer_wait(struct peer *p, usec until)
{
    usec now = loop_now();
    struct pollfd fds[] = {{.fd = p->control, .events = POLLIN}, {.fd = p->rtp, .events = POLLIN}};
    if (until <= now)
        return;
    struct timespec t = {(until - now) / USEC_SECOND, (until - now) % USEC_SECOND * 1000};
    ppoll(fds, p->rtp < 0 ? 1 : 2, &t, NULL);
}

bool peer_hear(struct peer *p, usec until)
{
    while (p->first_packet == USEC_NEVER && !p->failed && loop_now() < until) {
        peer_wait(p, until);
        peer_serve(p);
    }
    return p->first_packet != USEC_NEVER;
}

static void release(struct peer *p)
{
    int *fds[] = {&p->control, &p->rtp, &p->rtcp};
    for (size_t i = 0; i < 3; i++) {
        if (*fds[i] >= 0)
            close(*fds[i]);
        *fds[i] = -1;
    }
    client_free(p->client);
    p->client = NULL;
}

bool peer_open(struct peer *p, const struct peer_config *config)
{
    usec until = loop_now() + PATIENCE;
    *p = (struct peer){
        .config = *config, .control = -1, .rtp = -1, .rtcp = -1, .first_packet = USEC_NEVER};
    if (!dial(p) || (!config->tcp && !open_pair(p))) {
        fprintf(stderr, "bench: cannot connect to %s: %s\n", config->url, strerror(errno));
        release(p);
        return false;
    }
    struct client_config client = {
        .url = config->url, .agent = "bench", .tcp = config->tcp, .port = p->port};
    p->client = client_new(&client, loop_now());
    while (p->client && !p->playing && !p->failed && loop_now() < until) {
        peer_serve(p);
        if (!p->playing)
            peer_wait(p, until);
    }
    if (p->playing)
        return true;
    fprintf(stderr, "bench: %s does not play: %s\n", config->url,
            p->client ? client_why(p->client) : "out of memory");
    release(p);
    return false;
}

void peer_close(struct peer *p)
{
    if (!p->client)
        return;
    usec until = loop_now() + GOODBYE;
    client_teardown(p->client, loop_now());
    while (!p->failed && loop_now() < until) {
        peer_serve(p);
        if (!p->failed)
            peer_wait(p, until);
    }
    release(p);
}
