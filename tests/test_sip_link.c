// Two user agents, each behind its own link, over TCP on this machine: a call, octets in any pieces, too
// many connections, and one that never stops talking.
#include "tests/test.h"

#include "control/io/sip_link.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SDP "v=0\r\n"

struct end {
    struct loop *loop;
    struct sip_agent *agent;
    struct sip_link *link;
    enum sip_agent_kind last;
    unsigned code;
    bool over;
};

static void on_events(void *ctx)
{
    struct end *e = ctx;
    struct sip_agent_event event;
    struct sip_uri uri;
    char host[64];
    while (sip_agent_event(e->agent, &event)) {
        e->last = event.kind;
        e->code = event.code;
        if (event.kind == SIP_AGENT_CONNECT) {
            assert_true(sip_uri_parse(&uri, slice_of(event.uri)));
            assert_true(slice_copy(uri.host, host, sizeof host));
            sip_link_connect(e->link, host, uri.port, false);
        } else if (event.kind == SIP_AGENT_CONNECTED) {
            assert_true(sip_agent_offer(e->agent, loop_now(), SDP));
        } else if (event.kind == SIP_AGENT_CALLED) {
            const char *waiting; // that it rings was said before the user hears of it
            assert_int_equal(sip_conn_output(sip_agent_conn(e->agent), &waiting), 0);
            sip_agent_answer(e->agent, loop_now(), SDP);
        } else if (event.kind == SIP_AGENT_ENDED) {
            e->over = true;
        }
    }
}

static void open_end(struct end *e, struct loop *loop, const char *user)
{
    struct sip_link_config link = {.loop = loop, .events = on_events, .ctx = e};
    link.local.v4 =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    *e = (struct end){.loop = loop, .link = sip_link_open(&link)};
    assert_non_null(e->link);
    const struct sip_agent_config config = {
        .name = "voz", .user = user, .port = sip_link_port(e->link), .seed = (uint64_t)*user};
    e->agent = sip_agent_new(&config);
    assert_non_null(e->agent);
    sip_link_attach(e->link, e->agent);
}

static void close_end(struct end *e)
{
    sip_link_close(e->link);
    sip_agent_free(e->agent);
}

// Lets the loop run until something is so, for ten seconds at most.
struct watch {
    struct loop *loop;
    struct loop_timer timer;
    bool (*so)(void *ctx);
    void *ctx;
    usec until;
};

static void on_watch(void *ctx, usec now)
{
    struct watch *w = ctx;
    if (w->so(w->ctx) || now >= w->until)
        loop_stop(w->loop);
    else
        loop_timer_set(&w->timer, now + USEC_MS);
}

static bool until(struct loop *loop, usec patience, bool (*so)(void *ctx), void *ctx)
{
    struct watch w = {.loop = loop, .so = so, .ctx = ctx, .until = loop_now() + patience};
    loop_timer_init(&w.timer, loop, on_watch, &w);
    loop_timer_set(&w.timer, loop_now());
    loop_run(loop);
    loop_timer_set(&w.timer, USEC_NEVER);
    return so(ctx);
}

static bool is_answered(void *ctx)
{
    return ((struct end *)ctx)->last == SIP_AGENT_ANSWERED;
}

static bool is_over(void *ctx)
{
    return ((struct end *)ctx)->over;
}

static void a_call(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct end a, b;
    char uri[64];
    union address local, remote;
    open_end(&a, loop, "ann");
    open_end(&b, loop, "bob");
    snprintf(uri, sizeof uri, "sip:bob@127.0.0.1:%u", sip_link_port(b.link));
    assert_true(sip_agent_call(a.agent, loop_now(), uri));
    sip_link_flush(a.link);
    assert_true(until(loop, 10 * USEC_SECOND, is_answered, &a));
    assert_true(until(loop, 10 * USEC_SECOND, is_answered, &b));
    sip_link_remote(sip_agent_conn(a.agent), &remote);
    sip_link_local(sip_agent_conn(b.agent), &local);
    assert_true(address_same_host(&local, &remote));
    assert_int_equal(address_port(&remote), sip_link_port(b.link));
    sip_agent_hangup(b.agent, loop_now());
    sip_link_flush(b.link);
    assert_true(until(loop, 10 * USEC_SECOND, is_over, &a));
    assert_true(until(loop, 10 * USEC_SECOND, is_over, &b));
    assert_int_equal(a.code, 200);
    close_end(&a);
    close_end(&b);
    loop_free(loop);
}

static void nobody_to_call(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct end a;
    open_end(&a, loop, "ann");
    assert_true(sip_agent_call(a.agent, loop_now(), "sip:bob@127.0.0.1:1"));
    sip_link_flush(a.link);
    assert_true(until(loop, 10 * USEC_SECOND, is_over, &a));
    assert_int_equal(a.code, 503);
    close_end(&a);
    loop_free(loop);
}

// ---- strangers ---------------------------------------------------------------------------------

static int stranger(const struct end *e)
{
    union address a = {.v4 = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}}};
    address_set_port(&a, sip_link_port(e->link));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && connect(fd, &a.any, sizeof a.v4) == 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

static const char options[] = "OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\n"
                              "From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: 1\r\n"
                              "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

struct listener {
    int fd;
    size_t len;
    bool closed;
    char text[4096];
};

static bool has_answer(void *ctx)
{
    struct listener *l = ctx;
    ssize_t n = read(l->fd, l->text + l->len, sizeof l->text - 1 - l->len);
    l->closed |= n == 0;
    l->len += n > 0 ? (size_t)n : 0;
    l->text[l->len] = '\0';
    return strstr(l->text, "\r\n\r\n");
}

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

static void octet_by_octet(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct end e;
    open_end(&e, loop, "bob");
    struct listener l = {.fd = stranger(&e)};
    for (size_t i = 0; i < sizeof options - 1; i++) {
        assert_int_equal(write(l.fd, options + i, 1), 1);
        until(loop, 0, never, NULL);
    }
    assert_true(until(loop, 10 * USEC_SECOND, has_answer, &l));
    assert_memory_equal(l.text, "SIP/2.0 200 OK\r\n", 16);
    close(l.fd);
    close_end(&e);
    loop_free(loop);
}

static bool has_closed(void *ctx)
{
    has_answer(ctx);
    return ((struct listener *)ctx)->closed;
}

// The one that has been silent longest makes room; a newcomer is always heard.
static void too_many_connections(void **state)
{
    (void)state;
    enum { MANY = 50, MOST = 32 };
    struct loop *loop = loop_new();
    struct end e;
    int fds[MANY];
    open_end(&e, loop, "bob");
    for (int i = 0; i < MANY; i++) {
        struct listener l = {.fd = fds[i] = stranger(&e)};
        assert_int_equal(write(fds[i], options, sizeof options - 1), sizeof options - 1);
        assert_true(until(loop, 10 * USEC_SECOND, has_answer, &l));
        assert_true(sip_agent_stats(e.agent).connections <= MOST);
    }
    struct listener first = {.fd = fds[0]}, last = {.fd = fds[MANY - 1]};
    assert_true(until(loop, 10 * USEC_SECOND, has_closed, &first));
    assert_false(until(loop, 50 * USEC_MS, has_closed, &last));
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    close_end(&e);
    loop_free(loop);
}

struct flood {
    struct end *end;
    int fd;
    size_t at;
};

static bool goes_on(void *ctx)
{
    struct flood *f = ctx;
    static char junk[65536];
    while (read(f->fd, junk, sizeof junk) > 0)
        ;
    for (ssize_t n = 1; n > 0;) {
        n = write(f->fd, options + f->at, sizeof options - 1 - f->at);
        f->at = (f->at + (n > 0 ? (size_t)n : 0)) % (sizeof options - 1);
    }
    return false;
}

// 64 KiB at once and 32 a second: of a flood no more is read, and another is heard at once.
static void one_that_never_stops(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct end e;
    open_end(&e, loop, "bob");
    struct flood f = {.end = &e, .fd = stranger(&e)};
    usec began = loop_now();
    until(loop, USEC_SECOND, goes_on, &f);
    uint64_t most =
        (65536 + 16384 + (uint64_t)usec_to_units(loop_now() - began, 32768)) / (sizeof options - 1);
    uint64_t taken = sip_agent_stats(e.agent).requests;
    if (taken > most || taken < 300)
        fail_msg("%llu requests, at most %llu", (unsigned long long)taken,
                 (unsigned long long)most);
    struct listener l = {.fd = stranger(&e)};
    assert_int_equal(write(l.fd, options, sizeof options - 1), sizeof options - 1);
    assert_true(until(loop, 10 * USEC_SECOND, has_answer, &l));
    close(l.fd);
    close(f.fd);
    close_end(&e);
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call),
        cmocka_unit_test(nobody_to_call),
        cmocka_unit_test(octet_by_octet),
        cmocka_unit_test(too_many_connections),
        cmocka_unit_test(one_that_never_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
