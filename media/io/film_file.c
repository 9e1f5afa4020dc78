// Pictures into a file: see film_file.h.
#include "media/io/film_file.h"

#include "media/y4m.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PAUSE_MOST 250         // how often one picture is written: 10 s of 25 a second
#define AT_ONCE    (32u << 20) // octets of a pause, at most, since nothing else is done meanwhile
// A stream may say that its pictures are closer than any are.
#define INTERVAL_LEAST (USEC_SECOND / 120)
#define FAULT          512

struct film_file {
    FILE *file;
    const char *path;
    int width, height;
    usec usual;           // between two pictures, when the first came
    usec interval, begun; // of the file; 0: its first line is not written yet
    int64_t written;      // pictures,
    int times;            // of those the last one
    uint8_t *last;
    char fault[FAULT]; // "": none
};

bool film_file_takes(const char *path, char *why, size_t cap)
{
    struct stat file;
    if (y4m_names_file(path))
        return true;
    if (stat(path, &file) == 0 && !S_ISREG(file.st_mode) && !S_ISDIR(file.st_mode))
        return true;
    snprintf(why, cap,
             "must be FILE.y4m (YUV4MPEG2), or a pipe or a device; /dev/stdout is standard output "
             "into a pipe");
    return false;
}

// The first fault is the one that is told.
static void fail(struct film_file *f, const char *what)
{
    if (!*f->fault)
        snprintf(f->fault, sizeof f->fault, "%s gets no more pictures: %s.", f->path, what);
}

static void put(struct film_file *f, const void *data, size_t len)
{
    if (!*f->fault && fwrite(data, 1, len, f->file) != len)
        fail(f, strerror(errno));
}

struct film_file *film_file_open(const char *path, char *why, size_t cap)
{
    struct film_file *f = calloc(1, sizeof *f);
    if (f && (f->file = fopen(path, "wbe"))) {
        f->path = path;
        return f;
    }
    snprintf(why, cap, "Cannot write pictures to %s: %s.", path, strerror(f ? errno : ENOMEM));
    free(f);
    return NULL;
}

static void write_last(struct film_file *f)
{
    char line[16];
    size_t len = y4m_write_frame(line, sizeof line);
    put(f, line, len);
    put(f, f->last, picture_octets(f->width, f->height));
    f->written++;
}

static bool begin(struct film_file *f, usec now, usec interval, const struct picture *p)
{
    f->width = p->width;
    f->height = p->height;
    f->begun = now;
    f->usual = interval;
    f->last = malloc(picture_octets(p->width, p->height));
    return f->last;
}

// The rate is known when there is a second picture.
static void write_header(struct film_file *f, usec interval)
{
    char line[Y4M_LINE_MAX];
    f->interval = interval = usec_max(interval, INTERVAL_LEAST);
    const struct y4m header = {.width = f->width,
                               .height = f->height,
                               .fps_num = (int)((USEC_SECOND * 1000 + interval / 2) / interval),
                               .fps_den = 1000};
    size_t len = y4m_write_header(&header, line, sizeof line);
    put(f, line, len);
}

bool film_file_close(struct film_file *f, char *why, size_t cap)
{
    if (!f)
        return true;
    if (f->last && !f->interval) // there was one picture
        write_header(f, f->usual);
    if (f->last)
        write_last(f);
    if (fclose(f->file) != 0)
        fail(f, strerror(errno));
    bool whole = !*f->fault;
    if (!whole)
        snprintf(why, cap, "%s", f->fault);
    free(f->last);
    free(f);
    return whole;
}

// When the last picture is to be written once more, unless there is another one by then.
static usec due(const struct film_file *f)
{
    return f->begun + f->written * f->interval + f->interval / 2 + 1;
}

// The last picture, for as long as it was seen, or as much of that as goes at once.
static void write_pause(struct film_file *f, usec now)
{
    size_t most = AT_ONCE / picture_octets(f->width, f->height) + 1;
    for (; !*f->fault && most && f->times < PAUSE_MOST && due(f) <= now; most--, f->times++)
        write_last(f);
}

usec film_file_next(const struct film_file *f)
{
    return f->interval && !*f->fault && f->times < PAUSE_MOST ? due(f) : USEC_NEVER;
}

bool film_file_pass(struct film_file *f, usec now, char *why, size_t cap)
{
    if (*f->fault || !f->interval)
        return true;
    write_pause(f, now);
    if (*f->fault)
        snprintf(why, cap, "%s", f->fault);
    return !*f->fault;
}

bool film_file_picture(struct film_file *f, usec now, usec interval, const struct picture *picture,
                       char *why, size_t cap)
{
    if (*f->fault)
        return true; // it was said
    if (!f->last && !begin(f, now, interval, picture))
        fail(f, "out of memory");
    else if (f->last && !f->interval && now > f->begun)
        write_header(f, interval);
    if (f->interval) {
        write_pause(f, now);
        if (due(f) <= now) // it was too long a pause
            f->begun = now - f->written * f->interval;
    }
    f->times = 0;
    if (!*f->fault) {
        const struct picture last = picture_of(f->last, f->width, f->height);
        if (picture_copy(&last, picture))
            return true;
        fail(f, "their size has changed, which such a file cannot say");
    }
    snprintf(why, cap, "%s", f->fault);
    return false;
}
