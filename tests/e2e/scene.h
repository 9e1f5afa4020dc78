// What end-to-end tests are played with: a folder for their files, a short recording, a sender that
// tells its port, figures out of its JSON, and a bare RTSP client that says what it is told to.
#ifndef TESTS_E2E_SCENE_H
#define TESTS_E2E_SCENE_H

#include "tests/e2e/program.h"

#include <stdbool.h>
#include <stdint.h>

#define SCENE_SECONDS 3 // of the recording

// cmocka's setup and teardown of a group: the folder and the recording in it.
int scene_open(void **state);
int scene_close(void **state);

// "<folder>/<name>". Good until some ten further calls.
const char *scene_file(const char *name);
const char *scene_recording(void); // WAV, 48 kHz, one channel, SCENE_SECONDS of speech
// Writes 16-bit PCM as a WAV; its header promises `promised` samples, so that it may be cut off.
void scene_write_wav(const char *path, const int16_t *pcm, size_t samples, int channels,
                     size_t promised);
void scene_write(const char *path, const char *text);
// The whole file as a string; fails when there is none. Good until the next call.
const char *scene_read(const char *path);

// A sender on a free port of 127.0.0.1, with these further words.
#define SENDER(port, ...) scene_sender(port, (const char *const[]){__VA_ARGS__, NULL})
struct program *scene_sender(int *port, const char *const *words);
// A receiver of it that does not play.
#define RECEIVER(port, ...) scene_receiver(port, (const char *const[]){__VA_ARGS__, NULL})
struct program *scene_receiver(int port, const char *const *words);

// A number out of the last line of a file of JSON lines; fails when the key is not there.
double figure(const char *path, const char *key);
double video_figure(const char *path, const char *key); // out of its object "video"

// ---- a bare client, and a bare server

double scene_now(void);    // seconds
int tcp_connect(int port); // to 127.0.0.1
int tcp_listen(int *port); // on 127.0.0.1; *port 0: any
int tcp_accept(int fd, double seconds);
void tcp_say(int fd, const char *text); // '\n' stands for CRLF
// Reads one message (head and body); '\r' left out. Fails after a few seconds.
const char *tcp_hear(int fd);
// Says and hears.
const char *tcp_ask(int fd, const char *text);
// Waits until the other side has closed; reads and forgets what comes before.
void tcp_expect_end(int fd, double seconds);

int udp_try(const char *host, int port);   // -1: the port is taken
int udp_bind(const char *host, int *port); // *port 0: any
void udp_say(int fd, const char *host, int port, const void *data, size_t len);
size_t udp_hear(int fd, void *data, size_t cap, double seconds); // 0: nothing came

#endif
