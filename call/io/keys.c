// Keys: see keys.h.
#include "call/io/keys.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

struct keys {
    uv_poll_t poll;
    struct termios before;
    bool terminal;
    void (*pressed)(void *ctx, char key);
    void *ctx;
};

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct keys *k = poll->data;
    char keys[32];
    (void)events;
    ssize_t n = status == 0 ? read(STDIN_FILENO, keys, sizeof keys) : 0;
    if (n <= 0)
        uv_poll_stop(poll);
    for (ssize_t i = 0; i < n; i++)
        k->pressed(k->ctx, keys[i]);
}

static bool is_pipe(void)
{
    struct stat kind;
    return fstat(STDIN_FILENO, &kind) == 0 && S_ISFIFO(kind.st_mode);
}

struct keys *keys_open(struct loop *loop, void (*pressed)(void *ctx, char key), void *ctx)
{
    bool terminal = tcgetpgrp(STDIN_FILENO) == getpgrp(); // not in the background
    struct keys *k = terminal || is_pipe() ? calloc(1, sizeof *k) : NULL;
    if (!k)
        return NULL;
    k->pressed = pressed;
    k->ctx = ctx;
    k->poll.data = k;
    k->terminal = terminal && tcgetattr(STDIN_FILENO, &k->before) == 0;
    if (k->terminal) {
        struct termios raw = k->before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO); // each key at once; Ctrl-C stays what it is
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    uv_poll_init(loop_uv(loop), &k->poll, STDIN_FILENO);
    uv_poll_start(&k->poll, UV_READABLE, on_readable);
    return k;
}

static void on_freed(uv_handle_t *handle)
{
    free(handle->data);
}

void keys_close(struct keys *k)
{
    if (!k)
        return;
    if (k->terminal)
        tcsetattr(STDIN_FILENO, TCSANOW, &k->before);
    uv_close((uv_handle_t *)&k->poll, on_freed);
}
