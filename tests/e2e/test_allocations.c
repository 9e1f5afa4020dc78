// No allocation per packet: a sender and its listeners, over UDP, TCP and a bad path, run in this
// process, which counts what malloc and its kin are asked for while the streams run.
#include "tests/e2e/scene.h"

#include "media/io/path.h"
#include "receiver/io/session.h"
#include "sender/io/radio.h"
#include "sender/options.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define COUNTS 0 // the sanitizer has a malloc of its own
#else
#define COUNTS 1
#endif

static atomic_bool counting;
static atomic_uint allocations;

#if COUNTS
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static void count(void)
{
    if (atomic_load(&counting))
        atomic_fetch_add(&allocations, 1);
}

void *malloc(size_t size)
{
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size)
{
    count();
    return __libc_realloc(old, size);
}
#endif

struct stage {
    struct loop *loop;
    struct radio *radio;
    struct session *sessions[4];
    int session_count;
    char url[64];
    struct loop_timer curtain, end;
};

static void say(void *ctx, bool detail, const char *text)
{
    (void)ctx;
    (void)detail;
    (void)text;
}

static void stopped(void *ctx)
{
    loop_stop(((struct stage *)ctx)->loop);
}

static void over(void *ctx, const char *why)
{
    (void)ctx;
    if (why)
        fail_msg("%s", why);
}

static void begin_counting(void *ctx, usec now)
{
    (void)ctx;
    (void)now;
    atomic_store(&counting, true);
}

static void end_counting(void *ctx, usec now)
{
    (void)now;
    atomic_store(&counting, false);
    loop_stop(((struct stage *)ctx)->loop);
}

static const struct impair_spec clean;

static void open_radio(struct stage *s, const char *source, const struct impair_spec *netem)
{
    char why[INPUT_TEXT];
    struct sender_options options;
    struct radio_config config = {
        .loop = s->loop,
        .source = source,
        .netem = netem,
        .wait = 1,
        .loop_source = true,
        .seed = 1,
        .say = say,
        .stopped = stopped,
        .ctx = s,
    };
    sender_options_default(&options);
    sender_options_apply(&options, &config.sender);
    config.local.v4.sin_family = AF_INET;
    config.local.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->radio = radio_open(&config, why, sizeof why);
    if (!s->radio)
        fail_msg("%s", why);
}

static void listen_to_it(struct stage *s, const struct session_config *wish)
{
    char why[256];
    struct session_config config = *wish;
    snprintf(s->url, sizeof s->url, "rtsp://127.0.0.1:%u/", radio_port(s->radio));
    config.loop = s->loop;
    config.url = s->url;
    config.receiver.fec = true;
    config.netem = wish->netem ? wish->netem : &clean;
    config.say = say;
    config.over = over;
    config.ctx = s;
    s->sessions[s->session_count] = session_open(&config, why, sizeof why);
    if (!s->sessions[s->session_count])
        fail_msg("%s", why);
    s->session_count++;
}

// Two seconds to get going, then three that are counted.
static void play(struct stage *s, uint64_t packets)
{
    usec now = loop_now();
    allocations = 0;
    loop_timer_init(&s->curtain, s->loop, begin_counting, s);
    loop_timer_init(&s->end, s->loop, end_counting, s);
    loop_timer_set(&s->curtain, now + 2 * USEC_SECOND);
    loop_timer_set(&s->end, now + 5 * USEC_SECOND);
    loop_run(s->loop);
    for (int i = 0; i < s->session_count; i++) {
        json_t *figures = session_figures(s->sessions[i]);
        assert_true((uint64_t)json_integer_value(json_object_get(figures, "packets_received")) >
                    packets);
        json_decref(figures);
        session_close(s->sessions[i]);
    }
    radio_close(s->radio);
    loop_free(s->loop);
    print_message("%u allocations in 3 s of %d streams\n", allocations, s->session_count);
    assert_in_range(allocations, 0, 3); // 150 packets each: a library may have a moment of its own
}

static void the_count_counts(void **state)
{
    (void)state;
    if (!COUNTS)
        skip();
    atomic_store(&counting, true);
    json_decref(json_object()); // a library's allocation
    atomic_store(&counting, false);
    assert_true(allocations > 0);
}

static void none_while_streams_run(void **state)
{
    (void)state;
    struct stage s = {0};
    struct audio_writer *file;
    char why[AUDIO_TEXT];
    if (!COUNTS)
        skip();
    s.loop = loop_new();
    open_radio(&s, scene_recording(), &clean);
    file = audio_writer_new(scene_file("heard.wav"), why, sizeof why);
    assert_non_null(file);
    listen_to_it(&s, &(struct session_config){.transport = SESSION_UDP, .silent = true});
    listen_to_it(&s, &(struct session_config){.transport = SESSION_TCP, .silent = true});
    listen_to_it(&s, &(struct session_config){.transport = SESSION_UDP, .device = "null"});
    listen_to_it(&s,
                 &(struct session_config){.transport = SESSION_UDP, .silent = true, .file = file});
    play(&s, 200);
    audio_writer_close(file, why, sizeof why);
}

static void none_on_a_bad_path(void **state)
{
    (void)state;
    struct stage s = {0};
    struct impair_spec bad;
    char why[1024];
    if (!COUNTS)
        skip();
    s.loop = loop_new();
    assert_true(path_spec("delay 40ms 10ms loss 10% 25% duplicate 2% reorder 5% corrupt 1%", &bad,
                          why, sizeof why));
    open_radio(&s, "tone", &bad);
    listen_to_it(&s, &(struct session_config){.transport = SESSION_UDP, .silent = true});
    listen_to_it(&s,
                 &(struct session_config){.transport = SESSION_UDP, .silent = true, .netem = &bad});
    play(&s, 100);
    path_spec_free(&bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_count_counts),
        cmocka_unit_test(none_while_streams_run),
        cmocka_unit_test(none_on_a_bad_path),
    };
    return cmocka_run_group_tests(tests, scene_open, scene_close);
}
