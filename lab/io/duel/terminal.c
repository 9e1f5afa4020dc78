// Keys and pictures: see terminal.h. The raw mode is libuv's, which can put it back from a signal
// handler.
#include "lab/io/duel/terminal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct terminal {
    uv_tty_t input;
    bool keys, picture, colours, closed;
    size_t lines; // of the last picture
    void (*pressed)(void *ctx, uint8_t octet);
    void *ctx;
    char octets[64];
};

#define HIDE "\033[?25l"
#define SHOW "\033[?25h"

// ---- whatever happens --------------------------------------------------------------------------

// SIGINT, SIGTERM and SIGHUP are the loop's, which ends in order.
static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};

#define CRASHES (sizeof crashes / sizeof crashes[0])

static struct sigaction before[CRASHES];
static volatile sig_atomic_t cursor_hidden; // for handlers, which have no argument for it

static void put_back(void)
{
    uv_tty_reset_mode();
    if (cursor_hidden && write(STDERR_FILENO, SHOW, strlen(SHOW)) < 0)
        return; // whoever would see it has gone
    cursor_hidden = 0;
}

static void on_crash(int number)
{
    put_back();
    for (size_t i = 0; i < CRASHES; i++)
        if (crashes[i] == number)
            sigaction(number, &before[i], NULL);
    raise(number);
}

static void guard(void)
{
    struct sigaction action = {.sa_handler = on_crash};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < CRASHES; i++) {
        sigaction(crashes[i], &action, &before[i]);
        if (before[i].sa_handler == SIG_IGN) // whoever started it wants it to go on
            sigaction(crashes[i], &before[i], NULL);
    }
}

static void unguard(void)
{
    for (size_t i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &before[i], NULL);
}

// ---- keys --------------------------------------------------------------------------------------

static void on_room(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
    struct terminal *t = handle->data;
    (void)wanted;
    *buffer = uv_buf_init(t->octets, sizeof t->octets);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
    struct terminal *t = stream->data;
    if (got < 0) // the terminal has gone: go on without keys
        uv_read_stop(stream);
    for (ssize_t i = 0; i < got && !t->closed; i++)
        t->pressed(t->ctx, (uint8_t)buffer->base[i]);
}

// A program in the background that touched the terminal's mode would be stopped.
static bool is_in_foreground(void)
{
    return isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static void on_freed(uv_handle_t *handle)
{
    free(handle->data);
}

static bool open_keys(struct terminal *t, struct loop *loop)
{
    if (!is_in_foreground() || uv_tty_init(loop_uv(loop), &t->input, STDIN_FILENO, 1) != 0)
        return false;
    t->input.data = t;
    guard();
    // the signals stay ours to send: Ctrl-C is a key here
    if (uv_tty_set_mode(&t->input, UV_TTY_MODE_RAW) == 0 &&
        uv_read_start((uv_stream_t *)&t->input, on_room, on_read) == 0)
        return true;
    put_back();
    unguard();
    return false;
}

// ---- the picture -------------------------------------------------------------------------------

void terminal_size(const struct terminal *t, size_t *columns, size_t *rows)
{
    struct winsize size = {0};
    (void)t;
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0;
    // a line of full width would wrap on some, and the last row would scroll
    *columns = known && size.ws_col > 1 ? size.ws_col - 1u : 79;
    *rows = known && size.ws_row > 1 ? size.ws_row - 1u : 23;
}

// Over the last one; what that had more is erased.
void terminal_draw(struct terminal *t, const char *text, size_t lines)
{
    if (!cursor_hidden)
        fputs(HIDE, stderr);
    cursor_hidden = 1;
    if (t->lines)
        fprintf(stderr, "\033[%zuA", t->lines);
    fputc('\r', stderr);
    for (const char *end; (end = strchr(text, '\n')); text = end + 1)
        fprintf(stderr, "%.*s\033[K\r\n", (int)(end - text), text);
    fputs("\033[J", stderr);
    fflush(stderr);
    t->lines = lines;
}

void terminal_say(struct terminal *t, const char *text)
{
    fprintf(stderr, "%s\r\n", text);
    t->lines = 0;
}

// ---- the object --------------------------------------------------------------------------------

struct terminal *terminal_open(struct loop *loop, void (*pressed)(void *ctx, uint8_t octet),
                               void *ctx)
{
    struct terminal *t = calloc(1, sizeof *t);
    const char *kind = getenv("TERM"), *plain = getenv("NO_COLOR");
    if (!t)
        return NULL;
    t->pressed = pressed;
    t->ctx = ctx;
    t->picture = isatty(STDERR_FILENO) && kind && strcmp(kind, "dumb") != 0;
    t->colours = t->picture && !(plain && *plain); // no-color.org
    t->keys = open_keys(t, loop);
    return t;
}

void terminal_close(struct terminal *t)
{
    if (!t)
        return;
    put_back();
    t->closed = true;
    if (t->keys)
        unguard();
    if (!t->input.data) { // never opened
        free(t);
        return;
    }
    uv_close((uv_handle_t *)&t->input, on_freed);
}

bool terminal_has_keys(const struct terminal *t)
{
    return t->keys;
}

bool terminal_has_picture(const struct terminal *t)
{
    return t->picture;
}

bool terminal_has_colours(const struct terminal *t)
{
    return t->colours;
}
