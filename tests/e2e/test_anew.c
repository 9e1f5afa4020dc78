// A session that is begun anew by another transport, as the window's T does: the figures of what was heard
// before are told before they are gone.
#include "tests/e2e/scene.h"

#include "receiver/io/session.h"

#include <stdio.h>
#include <string.h>

#define HEARD_LEAST 20 // packets of either session

struct ear {
    struct loop *loop;
    struct session *session;
    struct loop_timer turn, end;
    int told;
    char transport[8]; // of the session that was told of
    json_int_t packets;
    const char *why;
};

static json_int_t figures(struct ear *e, char transport[8])
{
    json_t *json = session_figures(e->session);
    json_int_t packets = json_integer_value(json_object_get(json, "packets_received"));
    snprintf(transport, 8, "%s", json_string_value(json_object_get(json, "transport")));
    json_decref(json);
    return packets;
}

static void on_anew(void *ctx)
{
    struct ear *e = ctx;
    e->told++;
    e->packets = figures(e, e->transport);
}

static void on_say(void *ctx, bool detail, const char *text)
{
    (void)ctx;
    (void)detail;
    (void)text;
}

static void on_over(void *ctx, const char *why)
{
    struct ear *e = ctx;
    e->why = why;
    loop_stop(e->loop);
}

static void on_turn(void *ctx, usec now)
{
    struct ear *e = ctx;
    session_transport(e->session, true);
    session_transport(e->session, false); // who hesitates
    session_transport(e->session, true);
    loop_timer_set(&e->end, now + USEC_SECOND);
}

static void on_end(void *ctx, usec now)
{
    (void)now;
    session_stop(((struct ear *)ctx)->session);
}

static void each_session_has_its_figures(void **state)
{
    (void)state;
    int port;
    char url[64], why[256], transport[8];
    struct program *from = SENDER(&port, "tone");
    struct ear e = {.loop = loop_new()};
    const struct impair_spec clean = {0};
    snprintf(url, sizeof url, "rtsp://127.0.0.1:%d/", port);
    const struct session_config config = {
        .loop = e.loop,
        .url = url,
        .receiver = {.fec = true},
        .netem = &clean,
        .silent = true,
        .say = on_say,
        .anew = on_anew,
        .over = on_over,
        .ctx = &e,
    };
    e.session = session_open(&config, why, sizeof why);
    assert_non_null(e.session);
    loop_timer_init(&e.turn, e.loop, on_turn, &e);
    loop_timer_init(&e.end, e.loop, on_end, &e);
    loop_timer_set(&e.turn, loop_now() + USEC_SECOND);
    loop_run(e.loop);
    assert_null(e.why);
    assert_int_equal(e.told, 1);
    assert_string_equal(e.transport, "udp");
    assert_true(e.packets > HEARD_LEAST);
    assert_true(figures(&e, transport) > HEARD_LEAST);
    assert_string_equal(transport, "tcp");
    session_close(e.session);
    loop_free(e.loop);
    program_free(from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_session_has_its_figures)};
    return cmocka_run_group_tests(tests, scene_open, scene_close);
}
