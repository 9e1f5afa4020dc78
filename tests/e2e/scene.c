// The scene of end-to-end tests: see scene.h.
#include "tests/e2e/scene.h"

#include "media/io/input.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define RATE     48000
#define PATIENCE 10.0 // seconds: what is waited for comes at once, unless the machine is very busy
#define WORDS    40

static char folder[64];

const char *scene_file(const char *name)
{
    static char names[16][512];
    static int next;
    char *place = names[next++ % 16];
    snprintf(place, sizeof names[0], "%s/%s", folder, name);
    return place;
}

const char *scene_recording(void)
{
    static char name[512];
    snprintf(name, sizeof name, "%s/said.wav", folder);
    return name;
}

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

void scene_write_wav(const char *path, const int16_t *pcm, size_t samples, int channels,
                     size_t promised)
{
    uint8_t head[44] = "RIFF....WAVEfmt ";
    uint32_t octets = (uint32_t)(promised * (size_t)channels * 2);
    put32(head + 4, octets + 36);
    put32(head + 16, 16);
    put32(head + 20, 1u | (uint32_t)channels << 16);
    put32(head + 24, RATE);
    put32(head + 28, RATE * 2 * (uint32_t)channels);
    put32(head + 32, (uint32_t)channels * 2 | 16u << 16);
    memcpy(head + 36, "data", 4);
    put32(head + 40, octets);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(head, 1, sizeof head, file);
    fwrite(pcm, 2 * (size_t)channels, samples, file);
    assert_int_equal(fclose(file), 0);
}

int scene_open(void **state)
{
    (void)state;
    static int16_t pcm[(SCENE_SECONDS + 1) * RATE];
    char why[INPUT_TEXT];
    struct input_config config = {.source = "speech", .channels = 1};
    struct input *in = input_open(&config, why, sizeof why);
    snprintf(folder, sizeof folder, "/tmp/voz-e2e-XXXXXX");
    if (!in || !mkdtemp(folder))
        return -1;
    input_read(in, 0, pcm, RATE / 2); // the clip begins with a little silence
    size_t n = input_read(in, 0, pcm, SCENE_SECONDS * RATE);
    input_close(in);
    scene_write_wav(scene_recording(), pcm, n, 1, n);
    return n == SCENE_SECONDS * RATE ? 0 : -1;
}

int scene_close(void **state)
{
    (void)state;
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir));)
        if (e->d_name[0] != '.')
            unlink(scene_file(e->d_name));
    if (dir)
        closedir(dir);
    return rmdir(folder);
}

void scene_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

const char *scene_read(const char *path)
{
    static char text[1 << 18];
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("there is no %s", path);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

// ---- programs

static void join_words(const char **all, const char *const *words)
{
    while (*all)
        all++;
    while (*words)
        *all++ = *words++;
    *all = NULL;
}

struct program *scene_sender(int *port, const char *const *words)
{
    const char *all[WORDS] = {"voz-sender", "--listen", "127.0.0.1:0"};
    join_words(all, words);
    struct program *p = program_start(all, "/dev/null");
    *port = atoi(program_expect(p, "rtsp://127\\.0\\.0\\.1:([0-9]+)/", PATIENCE));
    program_expect(p, "Ctrl-C", PATIENCE);
    return p;
}

struct program *scene_receiver(int port, const char *const *words)
{
    char address[32];
    // A machine that is busy for half a second is nobody's loss; `words` may say otherwise.
    const char *all[WORDS] = {"voz-receiver", "--no-play", "--latency", "1000", address};
    snprintf(address, sizeof address, "127.0.0.1:%d", port);
    join_words(all, words);
    return program_start(all, "/dev/null");
}

static double read_figure(const char *path, const char *within, const char *key)
{
    char *text = strdup(scene_read(path));
    size_t len = strlen(text);
    while (len && text[len - 1] == '\n')
        text[--len] = '\0';
    char *line = strrchr(text, '\n');
    json_t *object = json_loads(line ? line + 1 : text, 0, NULL);
    json_t *value = json_object_get(within ? json_object_get(object, within) : object, key);
    if (!json_is_number(value))
        fail_msg("no %s in %s: %s", key, path, text);
    double number = json_number_value(value);
    json_decref(object);
    free(text);
    return number;
}

double figure(const char *path, const char *key)
{
    return read_figure(path, NULL, key);
}

double video_figure(const char *path, const char *key)
{
    return read_figure(path, "video", key);
}

// ---- sockets

double scene_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct sockaddr_in address_of(const char *host, int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    assert_int_equal(inet_pton(AF_INET, host, &a.sin_addr), 1);
    return a;
}

static int port_of(int fd)
{
    struct sockaddr_in a;
    socklen_t len = sizeof a;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    return ntohs(a.sin_port);
}

static bool readable(int fd, double seconds)
{
    struct pollfd p = {fd, POLLIN, 0};
    return poll(&p, 1, (int)(seconds * 1000)) > 0;
}

int tcp_connect(int port)
{
    struct sockaddr_in a = address_of("127.0.0.1", port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
        fail_msg("cannot connect to port %d: %s", port, strerror(errno));
    return fd;
}

int tcp_listen(int *port)
{
    struct sockaddr_in a = address_of("127.0.0.1", *port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(fd, 8), 0);
    *port = port_of(fd);
    return fd;
}

int tcp_accept(int fd, double seconds)
{
    if (!readable(fd, seconds))
        fail_msg("nobody connects");
    return accept4(fd, NULL, NULL, SOCK_CLOEXEC);
}

void tcp_say(int fd, const char *text)
{
    char wire[8192];
    size_t n = 0;
    for (; *text; text++) {
        assert_true(n + 2 < sizeof wire);
        if (*text == '\n')
            wire[n++] = '\r';
        wire[n++] = *text;
    }
    assert_int_equal(send(fd, wire, n, MSG_NOSIGNAL), n);
}

static bool hear_octet(int fd, char *c)
{
    return readable(fd, PATIENCE) && recv(fd, c, 1, 0) == 1;
}

// An interleaved frame that stands before the message is skipped.
static void skip_frame(int fd)
{
    char head[3], octet;
    for (int i = 0; i < 3; i++)
        assert_true(hear_octet(fd, &head[i]));
    for (int left = (uint8_t)head[1] << 8 | (uint8_t)head[2]; left > 0; left--)
        assert_true(hear_octet(fd, &octet));
}

const char *tcp_hear(int fd)
{
    static char text[16384];
    size_t n = 0, end = 0;
    char c;
    while (!end || n < end) {
        if (!hear_octet(fd, &c))
            fail_msg("the connection gives no whole message: %.*s", (int)n, text);
        if (!n && c == '$') {
            skip_frame(fd);
            continue;
        }
        if (c == '\r') {
            end -= end > 0;
            continue;
        }
        text[n++] = c;
        text[n] = '\0';
        assert_true(n + 1 < sizeof text);
        if (end || n < 2 || strcmp(text + n - 2, "\n\n") != 0)
            continue;
        const char *length = strcasestr(text, "\nContent-Length:");
        end = n + (size_t)(length ? atoi(length + strlen("\nContent-Length:")) : 0);
    }
    return text;
}

const char *tcp_ask(int fd, const char *text)
{
    tcp_say(fd, text);
    return tcp_hear(fd);
}

void tcp_expect_end(int fd, double seconds)
{
    char octets[4096];
    double deadline = scene_now() + seconds;
    for (;;) {
        double left = deadline - scene_now();
        if (left <= 0 || !readable(fd, left))
            fail_msg("the connection is not closed");
        if (recv(fd, octets, sizeof octets, 0) <= 0)
            return;
    }
}

int udp_try(const char *host, int port)
{
    struct sockaddr_in a = address_of(host, port);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

int udp_bind(const char *host, int *port)
{
    int fd = udp_try(host, *port);
    assert_true(fd >= 0);
    *port = port_of(fd);
    return fd;
}

void udp_say(int fd, const char *host, int port, const void *data, size_t len)
{
    struct sockaddr_in a = address_of(host, port);
    sendto(fd, data, len, 0, (struct sockaddr *)&a,
           sizeof a); // a closed port may answer: no matter
}

size_t udp_hear(int fd, void *data, size_t cap, double seconds)
{
    ssize_t n = readable(fd, seconds) ? recv(fd, data, cap, 0) : 0;
    return n > 0 ? (size_t)n : 0;
}
