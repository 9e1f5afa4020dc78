#include "tests/test.h"

#include "media/io/udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MANY 500

struct got {
    struct loop *loop;
    int count, wanted;
    enum udp_port ports[MANY];
    usec arrivals[MANY];
    uint32_t numbers[MANY];
    size_t len; // of the last
    union address from;
};

static struct loop *loop;
static struct got got;

static int open_loop(void **state)
{
    (void)state;
    loop = loop_new();
    got = (struct got){.loop = loop};
    return loop ? 0 : -1;
}

static int close_loop(void **state)
{
    (void)state;
    loop_free(loop);
    return 0;
}

static void received(void *ctx, enum udp_port port, usec arrival, const union address *from,
                     const void *data, size_t len)
{
    struct got *g = ctx;
    if (g->count < MANY) {
        g->ports[g->count] = port;
        g->arrivals[g->count] = arrival;
        if (len >= 4)
            memcpy(&g->numbers[g->count], data, 4);
    }
    g->len = len;
    g->from = *from;
    if (++g->count == g->wanted)
        loop_stop(g->loop);
}

static union address loopback(uint16_t port)
{
    union address a = {.v4 = {.sin_family = AF_INET}};
    a.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address_set_port(&a, port);
    return a;
}

static struct udp *open_at(union address local)
{
    struct udp_config config = {.local = local, .received = received, .ctx = &got};
    struct udp *udp = udp_open(loop, &config);
    if (!udp)
        fail_msg("%s", strerror(errno));
    return udp;
}

static struct udp *open_any(void)
{
    return open_at(loopback(0));
}

static void interop_29_even_and_odd(void **state)
{
    (void)state;
    struct udp *pairs[30];
    for (int i = 0; i < 30; i++) {
        pairs[i] = open_any();
        assert_int_equal(udp_local_port(pairs[i]) & 1, 0);
        for (int k = 0; k < i; k++)
            assert_int_not_equal(udp_local_port(pairs[i]), udp_local_port(pairs[k]));
        // both are bound
        for (int p = 0; p < 2; p++) {
            int fd = socket(AF_INET, SOCK_DGRAM, 0);
            union address a = loopback((uint16_t)(udp_local_port(pairs[i]) + p));
            assert_int_equal(bind(fd, &a.any, address_len(&a)), -1);
            assert_int_equal(errno, EADDRINUSE);
            close(fd);
        }
    }
    for (int i = 0; i < 30; i++)
        udp_close(pairs[i]);
    udp_close(NULL);
}

static void a_wish_and_a_busy_port(void **state)
{
    (void)state;
    struct udp *first = open_any();
    uint16_t port = udp_local_port(first);
    udp_close(first); // sockets close at once: the pair is free again
    struct udp *wished = open_at(loopback(port));
    assert_int_equal(udp_local_port(wished), port);
    struct udp *next = open_at(loopback(port)); // taken: the next pair that is free
    assert_int_not_equal(udp_local_port(next), port);
    assert_int_equal(udp_local_port(next) & 1, 0);
    udp_close(next);
    next = open_at(loopback((uint16_t)(port - 1))); // an odd wish is rounded up
    assert_int_equal(udp_local_port(next) & 1, 0);
    assert_true(udp_local_port(next) != port);
    udp_close(wished);
    udp_close(next);
    // RTCP's half taken
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    union address half = loopback((uint16_t)(port + 1));
    assert_int_equal(bind(fd, &half.any, address_len(&half)), 0);
    wished = open_at(loopback(port));
    assert_int_not_equal(udp_local_port(wished), port);
    udp_close(wished);
    close(fd);
}

static void an_address_that_is_not_ours(void **state)
{
    (void)state;
    struct udp_config config = {.received = received, .ctx = &got};
    config.local.v4 = (struct sockaddr_in){.sin_family = AF_INET};
    inet_pton(AF_INET, "192.0.2.1", &config.local.v4.sin_addr);
    assert_null(udp_open(loop, &config));
    assert_int_equal(errno, EADDRNOTAVAIL);
}

static void both_ports_both_ways(void **state)
{
    (void)state;
    struct udp *a = open_any(), *b = open_any();
    for (int port = 0; port < 2; port++) {
        union address to = loopback((uint16_t)(udp_local_port(b) + port));
        got.count = 0;
        got.wanted = 1;
        udp_send(a, (enum udp_port)port, &to, "ping", 4);
        loop_run(loop);
        assert_int_equal(got.ports[0], port);
        assert_int_equal(got.len, 4);
        assert_int_equal(address_port(&got.from), udp_local_port(a) + port);
        assert_true(address_same_host(&got.from, &to));
    }
    assert_int_equal(udp_send_failures(a), 0);
    udp_close(a);
    udp_close(b);
}

static void batches_keep_their_order(void **state)
{
    (void)state;
    struct udp *a = open_any(), *b = open_any();
    union address to = loopback(udp_local_port(b));
    for (uint32_t i = 0; i < 300; i++)
        udp_send(a, UDP_RTP, &to, &i, sizeof i);
    got.wanted = 300;
    loop_run(loop);
    for (uint32_t i = 0; i < 300; i++)
        assert_int_equal(got.numbers[i], i);
    udp_close(a);
    udp_close(b);
}

static void one_to_many(void **state)
{
    (void)state;
    struct udp *a = open_any(), *b = open_any();
    union address to = loopback(udp_local_port(b)), nowhere = loopback(9);
    const union address *list[200];
    for (int i = 0; i < 200; i++)
        list[i] = i % 50 == 25 ? &nowhere : &to; // one that refuses does not hold up the others
    for (int round = 0; round < 2; round++)
        udp_send_many(a, UDP_RTP, list, 200, "same", 4);
    int most = 400 - 8;
    got.wanted = most - (int)udp_send_failures(a);
    loop_run(loop);
    assert_true(udp_send_failures(a) <= 8);
    udp_send_many(a, UDP_RTP, list, 0, "none", 4);
    udp_close(a);
    udp_close(b);
}

// The kernel's time counts, not the one at which we got round to reading.
static void arrival_is_when_it_came(void **state)
{
    (void)state;
    struct udp *a = open_any(), *b = open_any();
    union address to = loopback(udp_local_port(b));
    udp_read_by_itself(b, false);
    usec sent[5];
    for (int i = 0; i < 5; i++) {
        sent[i] = loop_now();
        udp_send(a, UDP_RTP, &to, "tick", 4);
        usleep(10000);
    }
    udp_drain(b);
    assert_int_equal(got.count, 5);
    usec late = loop_now();
    for (int i = 0; i < 5; i++) {
        assert_true(got.arrivals[i] >= sent[i] - USEC_MS);
        assert_true(got.arrivals[i] <= (i < 4 ? sent[i + 1] : late));
    }
    udp_read_by_itself(b, true);
    got.wanted = 6;
    udp_send(a, UDP_RTP, &to, "tock", 4);
    loop_run(loop);
    udp_close(a);
    udp_close(b);
}

static void drain_takes_more_than_a_batch(void **state)
{
    (void)state;
    struct udp *a = open_any(), *b = open_any();
    union address rtp = loopback(udp_local_port(b));
    union address rtcp = loopback((uint16_t)(udp_local_port(b) + 1));
    udp_read_by_itself(b, false);
    for (uint32_t i = 0; i < 150; i++) {
        udp_send(a, UDP_RTP, &rtp, &i, sizeof i);
        udp_send(a, UDP_RTCP, &rtcp, &i, sizeof i);
    }
    udp_drain(b);
    assert_int_equal(got.count, 300);
    udp_drain(b); // nothing there: does not wait
    assert_int_equal(got.count, 300);
    udp_close(a);
    udp_close(b);
}

static void sizes(void **state)
{
    (void)state;
    static uint8_t data[60000];
    struct udp *a = open_any(), *b = open_any();
    union address to = loopback(udp_local_port(b));
    static const size_t lens[] = {0, 1, 12, 1472, 9000};
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        got.count = 0;
        got.wanted = 1;
        udp_send(a, UDP_RTP, &to, data, lens[i]);
        loop_run(loop);
        assert_int_equal(got.len, lens[i]);
    }
    got.count = 0;
    udp_send(a, UDP_RTP, &to, data, sizeof data); // larger than any packet of ours: cut off
    loop_run(loop);
    assert_in_range(got.len, 9000, 10000);
    udp_close(a);
    udp_close(b);
}

static void ipv6_takes_ipv4_too(void **state)
{
    (void)state;
    union address any = {.v6 = {.sin6_family = AF_INET6}};
    struct udp_config config = {.local = any, .received = received, .ctx = &got};
    struct udp *b = udp_open(loop, &config);
    if (!b) // a machine without IPv6
        skip();
    struct udp *a = open_any();
    assert_true(udp_is_v6(b));
    assert_false(udp_is_v6(a));
    union address to = loopback(udp_local_port(b));
    got.wanted = 1;
    udp_send(a, UDP_RTP, &to, "four", 4);
    loop_run(loop);
    assert_true(address_same_host(&got.from, &to));
    char host[ADDRESS_TEXT];
    address_host(&got.from, host);
    assert_string_equal(host, "127.0.0.1");
    union address back = loopback(udp_local_port(a)); // and answers, by a mapped address
    address_map(&back);
    got.wanted = 2;
    udp_send(b, UDP_RTP, &back, "back", 4);
    loop_run(loop);
    assert_int_equal(udp_send_failures(b), 0);
    udp_close(a);
    udp_close(b);
}

static void addresses(void **state)
{
    (void)state;
    union address four = loopback(1), six = loopback(2), other = loopback(1);
    address_map(&six);
    assert_int_equal(six.any.sa_family, AF_INET6);
    assert_int_equal(address_port(&six), 2);
    assert_true(address_same_host(&four, &six));
    other.v4.sin_addr.s_addr = htonl(0x7f000002);
    assert_false(address_same_host(&four, &other));
    assert_false(address_same_host(&six, &other));
    address_unmap(&six);
    assert_int_equal(six.any.sa_family, AF_INET);
    assert_int_equal(six.v4.sin_addr.s_addr, four.v4.sin_addr.s_addr);
    union address real = {.v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT}};
    address_unmap(&real); // is none of those
    assert_int_equal(real.any.sa_family, AF_INET6);
    assert_false(address_same_host(&real, &four));
    char host[ADDRESS_TEXT];
    address_host(&real, host);
    assert_string_equal(host, "::1");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_loop, close_loop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(interop_29_even_and_odd),
        TEST(a_wish_and_a_busy_port),
        TEST(an_address_that_is_not_ours),
        TEST(both_ports_both_ways),
        TEST(batches_keep_their_order),
        TEST(one_to_many),
        TEST(arrival_is_when_it_came),
        TEST(drain_takes_more_than_a_batch),
        TEST(sizes),
        TEST(ipv6_takes_ipv4_too),
        cmocka_unit_test(addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
