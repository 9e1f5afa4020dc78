// What is seen, saved beside the loop: see snapshot.h.
#include "window/io/snapshot.h"

#include "window/io/png.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST 1000 // in one folder

struct snapshot {
    uv_work_t work;
    uint32_t *pixels;
    int width, height;
    void (*done)(void *ctx, const char *name, int fault); // NULL: nobody asks
    void *ctx;
    char name[32];
    int fault;
};

static void on_work(uv_work_t *work)
{
    struct snapshot *s = work->data;
    int n = 1;
    do {
        snprintf(s->name, sizeof s->name, "voz-%d.png", n);
        s->fault = png_write(s->name, s->width, s->height, s->pixels) ? 0 : errno;
    } while (s->fault == EEXIST && n++ < MOST);
}

static void on_done(uv_work_t *work, int status)
{
    struct snapshot *s = work->data;
    (void)status;
    if (s->done)
        s->done(s->ctx, s->name, s->fault);
    free(s->pixels);
    free(s);
}

struct snapshot *snapshot_new(struct loop *loop, uint32_t *pixels, int width, int height,
                              void (*done)(void *ctx, const char *name, int fault), void *ctx)
{
    struct snapshot *s = malloc(sizeof *s);
    if (!s) {
        free(pixels);
        return NULL;
    }
    *s = (struct snapshot){
        .pixels = pixels, .width = width, .height = height, .done = done, .ctx = ctx};
    s->work.data = s;
    uv_queue_work(loop_uv(loop), &s->work, on_work, on_done);
    return s;
}

void snapshot_leave(struct snapshot *s)
{
    if (s)
        s->done = NULL;
}
