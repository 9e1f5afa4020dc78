// Connecting by name, on this machine alone: done once, with a connection or a sentence, or not at all.
#include "tests/test.h"

#include "control/io/connect.h"
#include "media/io/address.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct
try {
    struct loop *loop;
    struct connect *connect;
    struct loop_timer patience;
    int done;
    bool connected;
    char why[512];
};

static void on_tcp_closed(uv_handle_t *handle)
{
    free(handle);
}

static void on_done(void *ctx, uv_tcp_t *tcp, const char *why)
{
    struct try *t = ctx;
    t->done++;
    t->connected = tcp;
    snprintf(t->why, sizeof t->why, "%s", why ? why : "");
    if (tcp)
        uv_close((uv_handle_t *)tcp, on_tcp_closed);
    loop_stop(t->loop);
}

static void on_late(void *ctx, usec now)
{
    (void)now;
    loop_stop(((struct try *)ctx)->loop);
}

// Runs until it is done, or for so long.
static struct try attempt(const char *host, uint16_t port, usec patience, bool close_first)
{
    struct try t = {.loop = loop_new()};
    assert_non_null(t.loop);
    const struct connect_config config = {
        .loop = t.loop, .host = host, .port = port, .whom = "a tester", .done = on_done, .ctx = &t};
    loop_timer_init(&t.patience, t.loop, on_late, &t);
    loop_timer_set(&t.patience, loop_now() + patience);
    t.connect = connect_open(&config);
    assert_non_null(t.connect);
    assert_int_equal(t.done, 0); // never out of connect_open
    if (close_first)
        connect_close(t.connect);
    loop_run(t.loop);
    if (!close_first)
        connect_close(t.connect);
    loop_timer_set(&t.patience, USEC_NEVER);
    loop_free(t.loop);
    return t;
}

// A socket that listens on 127.0.0.1, or is only bound there.
static int local_socket(bool listens, uint16_t *port)
{
    union address a = {.v4 = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}}};
    socklen_t len = sizeof a.v4;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && bind(fd, &a.any, len) == 0);
    assert_true(!listens || listen(fd, 4) == 0);
    assert_int_equal(getsockname(fd, &a.any, &len), 0);
    *port = address_port(&a);
    return fd;
}

static void somebody_is_there(void **state)
{
    (void)state;
    uint16_t port;
    int fd = local_socket(true, &port);
    static const char *const hosts[] = {"127.0.0.1",
                                        "localhost"}; // ::1, where it is that first, refuses
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        struct try t = attempt(hosts[i], port, 10 * USEC_SECOND, false);
        if (t.done != 1 || !t.connected)
            fail_msg("%s: %d, %s", hosts[i], t.done, t.why);
    }
    close(fd);
}

static void nobody_is_there(void **state)
{
    (void)state;
    uint16_t port;
    char part[64];
    int fd = local_socket(false, &port);
    struct try t = attempt("127.0.0.1", port, 10 * USEC_SECOND, false);
    assert_int_equal(t.done, 1);
    assert_false(t.connected);
    snprintf(part, sizeof part, "Cannot connect to 127.0.0.1 port %u: connection refused", port);
    assert_non_null(strstr(t.why, part));
    assert_non_null(strstr(t.why, "Is a tester running there"));
    close(fd);
}

static void there_is_no_such_host(void **state)
{
    (void)state;
    struct try t = attempt("no such host", 5, 20 * USEC_SECOND, false); // a space is in no name
    assert_int_equal(t.done, 1);
    assert_false(t.connected);
    assert_non_null(strstr(t.why, "Cannot find the host no such host: "));
}

// Closed before anything has happened, while the name is looked up: it is never heard of again.
static void it_is_given_up(void **state)
{
    (void)state;
    uint16_t port;
    int fd = local_socket(true, &port);
    assert_int_equal(attempt("127.0.0.1", port, 100 * USEC_MS, true).done, 0);
    assert_int_equal(attempt("localhost", port, 100 * USEC_MS, true).done, 0);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(somebody_is_there),
        cmocka_unit_test(nobody_is_there),
        cmocka_unit_test(there_is_no_such_host),
        cmocka_unit_test(it_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
