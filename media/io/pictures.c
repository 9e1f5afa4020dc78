// Sources of pictures: see pictures.h.
#include "media/io/pictures.h"

#include "media/pattern.h"
#include "media/vp8.h"
#include "media/y4m.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WIDTH     640 // of the test picture, where nothing is said
#define HEIGHT    360
#define FPS       25
#define CHOICES   "pattern, camera, camera:DEVICE, FILE.y4m, or -"
#define PIPE_SIZE (1 << 20) // octets that a pipe is asked to hold: some pictures

struct pictures {
    struct pictures_config config;
    bool pattern;
    struct camera *camera; // NULL: it is no camera
    int fd;                // -1: no file
    bool pipe;
    struct y4m header;
    off_t first; // octets before the first picture's line
    uint32_t number;
    size_t octets;     // of a picture
    size_t line, have; // of what comes: its line, 0 until that is whole; octets in `room`
    bool over, warned;
    bool broken; // it was said how it ended
    char name[CAMERA_TEXT + 64];
    char warning[CAMERA_TEXT + 224];
    uint8_t room[]; // a line and a picture
};

// ---- the test picture --------------------------------------------------------------------------

static struct pictures *new_pictures(const struct pictures_config *config, int width, int height)
{
    size_t octets = picture_octets(width, height);
    struct pictures *p = calloc(1, sizeof *p + Y4M_LINE_MAX + octets);
    if (!p)
        return NULL;
    p->config = *config;
    p->header = (struct y4m){.width = width, .height = height};
    p->octets = octets;
    p->fd = -1;
    return p;
}

static struct pictures *open_pattern(const struct pictures_config *config, char *why, size_t cap)
{
    struct pictures *p = new_pictures(config, config->width ? config->width : WIDTH,
                                      config->height ? config->height : HEIGHT);
    if (!p) {
        snprintf(why, cap, "Out of memory.");
        return NULL;
    }
    p->pattern = true;
    p->header.fps_num = config->fps_num ? config->fps_num : FPS;
    p->header.fps_den = config->fps_den ? config->fps_den : 1;
    snprintf(p->name, sizeof p->name, "the test picture");
    return p;
}

// ---- a camera ----------------------------------------------------------------------------------

// "camera" or "camera:DEVICE". False: it is called otherwise.
static bool names_camera(const char *source, const char **device)
{
    size_t len = strlen("camera");
    if (strncmp(source, "camera", len) != 0 || (source[len] && source[len] != ':'))
        return false;
    *device = source[len] ? source + len + 1 : NULL;
    return true;
}

static bool can_be_sent(int width, int height)
{
    return width >= VP8_SIDE_LEAST && height >= VP8_SIDE_LEAST && width <= VP8_SIDE_MOST &&
           height <= VP8_SIDE_MOST && width * height <= VP8_PIXELS_MOST;
}

static struct pictures *open_camera(const struct pictures_config *config, const char *device,
                                    char *why, size_t cap)
{
    const struct camera_config wanted = {device,          config->width,   config->height,
                                         config->fps_num, config->fps_den, config->kernel};
    struct camera *camera = camera_open(&wanted, why, cap);
    if (!camera)
        return NULL;
    int width = camera_width(camera), height = camera_height(camera);
    struct pictures *p = NULL;
    if (!can_be_sent(width, height))
        snprintf(why, cap, "The camera %s gives pictures of %dx%d. Ask for others: --size 640x360",
                 camera_name(camera), width, height);
    else if (!(p = new_pictures(config, width, height)))
        snprintf(why, cap, "Out of memory.");
    if (!p) {
        camera_close(camera);
        return NULL;
    }
    p->camera = camera;
    camera_fps(camera, &p->header.fps_num, &p->header.fps_den);
    snprintf(p->name, sizeof p->name, "%s: %dx%d, %g a second", camera_name(camera), width, height,
             (double)p->header.fps_num / p->header.fps_den);
    return p;
}

// ---- files -------------------------------------------------------------------------------------

static const char *path_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

// Reads until the first line is whole. False: see `why`.
static bool read_header(int fd, const char *path, struct y4m *header, char *line, size_t *have,
                        size_t *used, char *why, size_t cap)
{
    enum y4m_status status;
    *have = 0;
    while ((status = y4m_parse_header(header, line, *have, used)) == Y4M_PARTIAL) {
        ssize_t n = read(fd, line + *have, 1); // no further than the line
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            snprintf(why, cap, "%s ends before its first line does.", path_name(path));
            return false;
        }
        *have += (size_t)n;
    }
    if (status != Y4M_OK)
        snprintf(why, cap,
                 "%s is no film that can be read: %s. Make one with: ffmpeg -i FILM -pix_fmt "
                 "yuv420p -f yuv4mpegpipe film.y4m",
                 path_name(path), y4m_strstatus(status));
    return status == Y4M_OK;
}

static bool fits(const struct pictures_config *c, const struct y4m *h, char *why, size_t cap)
{
    const char *name = path_name(c->source);
    int num = h->fps_num ? h->fps_num : FPS, den = h->fps_den ? h->fps_den : 1;
    if ((c->width && (c->width != h->width || c->height != h->height)) ||
        (c->fps_num && (int64_t)c->fps_num * den != (int64_t)num * c->fps_den)) {
        snprintf(
            why, cap,
            "%s has pictures of %dx%d, %g a second. Leave --size and --fps out, or let FFmpeg "
            "change them: ffmpeg -i FILM -vf scale=%d:%d,fps=%d -pix_fmt yuv420p -f yuv4mpegpipe -",
            name, h->width, h->height, (double)num / den, c->width ? c->width : h->width,
            c->height ? c->height : h->height, c->fps_num ? c->fps_num / c->fps_den : num / den);
        return false;
    }
    if (!can_be_sent(h->width, h->height)) {
        snprintf(why, cap,
                 "%s has pictures of %dx%d; from %dx%d to 1920x1088 can be sent. Scale it: "
                 "ffmpeg -i FILM -vf scale=1280:-2 -pix_fmt yuv420p -f yuv4mpegpipe -",
                 name, h->width, h->height, VP8_SIDE_LEAST, VP8_SIDE_LEAST);
        return false;
    }
    if (num < den || num > (int64_t)PICTURES_FPS_MOST * den) {
        snprintf(why, cap,
                 "%s has %g pictures a second; 1 to %d can be sent. Change it: ffmpeg -i FILM -vf "
                 "fps=25 -pix_fmt yuv420p -f yuv4mpegpipe -",
                 name, (double)num / den, PICTURES_FPS_MOST);
        return false;
    }
    return true;
}

static struct pictures *open_file(const struct pictures_config *config, char *why, size_t cap)
{
    char line[Y4M_LINE_MAX];
    size_t have, used;
    struct y4m header;
    bool pipe = strcmp(config->source, "-") == 0;
    int fd = pipe ? dup(STDIN_FILENO) : open(config->source, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        snprintf(why, cap, "Cannot open %s: %s. Pictures can come from " CHOICES ".",
                 path_name(config->source), strerror(errno));
        return NULL;
    }
    struct pictures *p = NULL;
    if (read_header(fd, config->source, &header, line, &have, &used, why, cap) &&
        fits(config, &header, why, cap) && !(p = new_pictures(config, header.width, header.height)))
        snprintf(why, cap, "Out of memory.");
    if (!p) {
        close(fd);
        return NULL;
    }
    p->fd = fd;
    p->first = (off_t)used;
    p->header = header;
    if (!header.fps_num) {
        p->header.fps_num = FPS;
        p->header.fps_den = 1;
    }
    p->pipe = lseek(fd, 0, SEEK_CUR) < 0;
    if (p->pipe) {
        fcntl(fd, F_SETPIPE_SZ, PIPE_SIZE);
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    }
    snprintf(p->name, sizeof p->name, "%s", path_name(config->source));
    if (header.interlaced)
        snprintf(p->warning, sizeof p->warning,
                 "%s is interlaced, and is sent as it is: what moves looks like a comb. Better: "
                 "ffmpeg -i FILM -vf yadif -pix_fmt yuv420p -f yuv4mpegpipe -",
                 p->name);
    return p;
}

bool pictures_check(const char *source, char *why, size_t cap)
{
    const char *device;
    if (strcmp(source, "pattern") == 0 || strcmp(source, "-") == 0 ||
        names_camera(source, &device) || access(source, F_OK) == 0 || y4m_names_file(source))
        return true;
    snprintf(why, cap, "must be " CHOICES);
    return false;
}

struct pictures *pictures_open(const struct pictures_config *config, char *why, size_t cap)
{
    const char *device;
    if (strcmp(config->source, "pattern") == 0)
        return open_pattern(config, why, cap);
    if (names_camera(config->source, &device))
        return open_camera(config, device, why, cap);
    return open_file(config, why, cap);
}

void pictures_close(struct pictures *p)
{
    if (!p)
        return;
    if (p->fd >= 0)
        close(p->fd);
    camera_close(p->camera);
    free(p);
}

// Fills `room` up to `want` octets. True: they are there.
static bool fill(struct pictures *p, size_t want)
{
    while (p->have < want) {
        ssize_t n = read(p->fd, p->room + p->have, want - p->have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return false;
        if (n <= 0) {
            p->over = true;
            return false;
        }
        p->have += (size_t)n;
    }
    return true;
}

static void warn(struct pictures *p, const char *what)
{
    p->over = true;
    if (p->broken)
        return;
    p->broken = true;
    p->warned = false;
    snprintf(p->warning, sizeof p->warning, "%s %s; the last picture stays.", p->name, what);
}

// The line before a picture, octet by octet: it is short, and seldom longer than its first word.
static bool read_line(struct pictures *p)
{
    size_t used;
    enum y4m_status status = Y4M_PARTIAL;
    while (!p->line && fill(p, p->have + 1)) {
        status = y4m_parse_frame(p->room, p->have, &used);
        if (status == Y4M_OK)
            p->line = used;
        else if (status != Y4M_PARTIAL) {
            warn(p, "goes on with something that is no picture");
            return false;
        }
    }
    return p->line > 0;
}

static enum pictures_status read_file(struct pictures *p, struct picture *picture)
{
    if (!p->over && read_line(p) && fill(p, p->line + p->octets)) {
        *picture = picture_of(p->room + p->line, p->header.width, p->header.height);
        p->have = p->line = 0; // the octets stay until the next call
        return PICTURES_NEW;
    }
    if (!p->over)
        return PICTURES_LATE;
    if (p->have)
        warn(p, "ends in the middle of a picture");
    p->have = 0;
    return PICTURES_OVER;
}

static enum pictures_status read_camera(struct pictures *p, struct picture *picture)
{
    switch (p->over ? CAMERA_LOST : camera_read(p->camera, picture)) {
    case CAMERA_NEW:
        return PICTURES_NEW;
    case CAMERA_NONE:
        return PICTURES_LATE;
    case CAMERA_LOST:
        break;
    }
    if (!p->over) {
        p->over = true;
        snprintf(p->warning, sizeof p->warning,
                 "The camera %s is gone (%s); its last picture stays.", camera_name(p->camera),
                 strerror(errno));
    }
    return PICTURES_OVER;
}

enum pictures_status pictures_read(struct pictures *p, usec time, struct picture *picture)
{
    if (p->camera)
        return read_camera(p, picture);
    if (p->pattern) {
        *picture = picture_of(p->room, p->header.width, p->header.height);
        pattern_draw(picture, p->number++, time);
        return PICTURES_NEW;
    }
    enum pictures_status status = read_file(p, picture);
    if (status != PICTURES_OVER || !p->config.loop || !pictures_rewind(p))
        return status;
    return read_file(p, picture);
}

bool pictures_rewind(struct pictures *p)
{
    p->number = 0;
    if (p->camera)
        camera_stop(p->camera);
    if (p->pattern || p->camera)
        return true;
    if (p->pipe || lseek(p->fd, p->first, SEEK_SET) < 0)
        return false;
    p->have = p->line = 0;
    p->over = false;
    return true;
}

// ---- what it is --------------------------------------------------------------------------------

int pictures_width(const struct pictures *p)
{
    return p->header.width;
}

int pictures_height(const struct pictures *p)
{
    return p->header.height;
}

void pictures_fps(const struct pictures *p, int *num, int *den)
{
    *num = p->header.fps_num;
    *den = p->header.fps_den;
}

const char *pictures_name(const struct pictures *p)
{
    return p->name;
}

bool pictures_live(const struct pictures *p)
{
    return p->camera;
}

const char *pictures_warning(struct pictures *p)
{
    bool news = p->warning[0] && !p->warned;
    p->warned |= news;
    return news ? p->warning : NULL;
}
