// A camera: see camera.h. Its pictures come in buffers that it shares with us: one is taken out of its queue
// when it is full (VIDIOC_DQBUF), and put back when its pixels were copied (VIDIOC_QBUF).
#include "media/io/camera.h"

#include "media/pixels.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEVICES 64 // /dev/video0 to 63
#define BUFFERS 4
#define WIDTH   640 // where nothing is said
#define HEIGHT  360
#define FPS     25
#define PATH    32 // octets of a path that is made here

#define KIND V4L2_BUF_TYPE_VIDEO_CAPTURE

// In the order in which they are taken, the cheapest first.
static const struct format {
    uint32_t fourcc;
    enum pixels_layout layout;
} formats[] = {
    {V4L2_PIX_FMT_YUV420, PIXELS_I420},
    {V4L2_PIX_FMT_NV12, PIXELS_NV12},
    {V4L2_PIX_FMT_YUYV, PIXELS_YUYV},
};

struct camera {
    const struct camera_kernel *kernel;
    int fd;
    char name[CAMERA_TEXT];
    enum pixels_layout layout;
    size_t stride;
    int fps_num, fps_den;
    bool running;
    void *buffers[BUFFERS];
    size_t lengths[BUFFERS];
    unsigned count;
    struct picture picture;
    uint8_t *memory; // of the picture
};

// ---- the real kernel ---------------------------------------------------------------------------

static int real_open(void *ctx, const char *path)
{
    (void)ctx;
    return open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

static void real_close(void *ctx, int fd)
{
    (void)ctx;
    close(fd);
}

static int real_control(void *ctx, int fd, unsigned long request, void *argument)
{
    (void)ctx;
    return ioctl(fd, request, argument);
}

static void *real_map(void *ctx, int fd, size_t len, int64_t offset)
{
    (void)ctx;
    void *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
    return memory == MAP_FAILED ? NULL : memory;
}

static void real_unmap(void *ctx, void *memory, size_t len)
{
    (void)ctx;
    munmap(memory, len);
}

static const struct camera_kernel real = {.open = real_open,
                                          .close = real_close,
                                          .control = real_control,
                                          .map = real_map,
                                          .unmap = real_unmap};

static int control(const struct camera_kernel *k, int fd, unsigned long request, void *argument)
{
    int status;
    do
        status = k->control(k->ctx, fd, request, argument);
    while (status < 0 && errno == EINTR);
    return status;
}

static int ask(const struct camera *c, unsigned long request, void *argument)
{
    return control(c->kernel, c->fd, request, argument);
}

// ---- which one ---------------------------------------------------------------------------------

// Is it a camera whose pictures we can take? (One camera may have several devices: this one may give its
// metadata only.)
static bool is_camera(const struct camera_kernel *k, int fd, char name[CAMERA_TEXT])
{
    struct v4l2_capability cap = {0};
    if (control(k, fd, VIDIOC_QUERYCAP, &cap) < 0)
        return false;
    uint32_t can = cap.capabilities & V4L2_CAP_DEVICE_CAPS ? cap.device_caps : cap.capabilities;
    snprintf(name, CAMERA_TEXT, "%.*s", (int)sizeof cap.card, (const char *)cap.card);
    return can & V4L2_CAP_VIDEO_CAPTURE && can & V4L2_CAP_STREAMING;
}

size_t camera_list(const struct camera_kernel *kernel,
                   void (*each)(void *ctx, const char *path, const char *name), void *ctx)
{
    const struct camera_kernel *k = kernel ? kernel : &real;
    char path[PATH], name[CAMERA_TEXT];
    size_t count = 0;
    for (int i = 0; i < DEVICES; i++) {
        snprintf(path, sizeof path, "/dev/video%d", i);
        int fd = k->open(k->ctx, path);
        if (fd < 0)
            continue;
        if (is_camera(k, fd, name)) {
            each(ctx, path, name);
            count++;
        }
        k->close(k->ctx, fd);
    }
    return count;
}

static void take_first(void *ctx, const char *path, const char *name)
{
    char *first = ctx;
    (void)name;
    if (!first[0])
        snprintf(first, CAMERA_TEXT, "%s", path);
}

static bool find(const struct camera_kernel *k, const char *device, char path[CAMERA_TEXT],
                 char *why, size_t cap)
{
    path[0] = '\0';
    if (device && device[0] && strspn(device, "0123456789") == strlen(device))
        snprintf(path, CAMERA_TEXT, "/dev/video%.10s", device);
    else if (device && device[0])
        snprintf(path, CAMERA_TEXT, "%s", device);
    else
        camera_list(k, take_first, path);
    if (!path[0])
        snprintf(why, cap,
                 "There is no camera (/dev/video*). Send a test picture: --video pattern");
    return path[0];
}

// ---- what it gives -----------------------------------------------------------------------------

static const struct format *format_of(const struct camera *c, char *others, size_t cap)
{
    const struct format *best = NULL;
    size_t len = 0;
    others[0] = '\0';
    for (uint32_t i = 0;; i++) {
        struct v4l2_fmtdesc has = {.index = i, .type = KIND};
        if (ask(c, VIDIOC_ENUM_FMT, &has) < 0)
            return best;
        for (size_t f = 0; f < sizeof formats / sizeof *formats; f++)
            if (formats[f].fourcc == has.pixelformat && (!best || &formats[f] < best))
                best = &formats[f];
        if (len < cap)
            len += (size_t)snprintf(others + len, cap - len, "%s%.*s", i ? ", " : "",
                                    (int)sizeof has.description, (const char *)has.description);
    }
}

static bool choose_format(struct camera *c, const struct camera_config *wanted, char *why,
                          size_t cap)
{
    char others[128];
    const struct format *format = format_of(c, others, sizeof others);
    if (!format) {
        snprintf(why, cap,
                 "The camera %s gives only pictures of other kinds (%s). Let FFmpeg read it: "
                 "ffmpeg -f v4l2 -i DEVICE -pix_fmt yuv420p -f yuv4mpegpipe - | voz-sender "
                 "--video - mic",
                 c->name, others);
        return false;
    }
    struct v4l2_format set = {.type = KIND};
    set.fmt.pix.width = (uint32_t)(wanted->width ? wanted->width : WIDTH);
    set.fmt.pix.height = (uint32_t)(wanted->height ? wanted->height : HEIGHT);
    set.fmt.pix.pixelformat = format->fourcc;
    set.fmt.pix.field = V4L2_FIELD_NONE;
    const struct v4l2_pix_format *is = &set.fmt.pix; // it may be another one than was wanted
    if (ask(c, VIDIOC_S_FMT, &set) < 0 || is->pixelformat != format->fourcc || !is->width ||
        !is->height || is->width > PICTURE_SIDE_MAX || is->height > PICTURE_SIDE_MAX) {
        snprintf(why, cap, "The camera %s cannot be set: %s.", c->name,
                 errno ? strerror(errno) : "it answers strangely");
        return false;
    }
    int width = (int)is->width, height = (int)is->height;
    c->layout = format->layout;
    c->stride = is->bytesperline ? is->bytesperline : pixels_row(c->layout, width);
    c->memory = malloc(picture_octets(width, height));
    if (!c->memory) {
        snprintf(why, cap, "Out of memory.");
        return false;
    }
    c->picture = picture_of(c->memory, width, height);
    return true;
}

// One that cannot say its rate is taken at its word that it has the wanted one.
static void choose_rate(struct camera *c, const struct camera_config *wanted)
{
    c->fps_num = wanted->fps_num ? wanted->fps_num : FPS;
    c->fps_den = wanted->fps_num ? wanted->fps_den : 1;
    struct v4l2_streamparm set = {.type = KIND};
    struct v4l2_fract *time = &set.parm.capture.timeperframe;
    time->numerator = (uint32_t)c->fps_den;
    time->denominator = (uint32_t)c->fps_num;
    if (ask(c, VIDIOC_S_PARM, &set) < 0 || !time->numerator || !time->denominator ||
        time->denominator > INT32_MAX || time->numerator > INT32_MAX)
        return;
    c->fps_num = (int)time->denominator;
    c->fps_den = (int)time->numerator;
}

static bool map_buffers(struct camera *c)
{
    struct v4l2_requestbuffers want = {.count = BUFFERS, .type = KIND, .memory = V4L2_MEMORY_MMAP};
    if (ask(c, VIDIOC_REQBUFS, &want) < 0)
        return false;
    while (c->count < want.count && c->count < BUFFERS) {
        struct v4l2_buffer b = {.index = c->count, .type = KIND, .memory = V4L2_MEMORY_MMAP};
        if (ask(c, VIDIOC_QUERYBUF, &b) < 0)
            return false;
        void *memory = c->kernel->map(c->kernel->ctx, c->fd, b.length, b.m.offset);
        if (!memory)
            return false;
        c->buffers[c->count] = memory;
        c->lengths[c->count++] = b.length;
    }
    return c->count > 0;
}

static bool set_up(struct camera *c, const struct camera_config *config, const char *path,
                   char *why, size_t cap)
{
    char card[CAMERA_TEXT];
    c->fd = c->kernel->open(c->kernel->ctx, path);
    if (c->fd < 0) {
        snprintf(why, cap, "Cannot open the camera %s: %s.%s", path, strerror(errno),
                 errno == EACCES ? " (Is this user in the group video?)" : "");
        return false;
    }
    if (!is_camera(c->kernel, c->fd, card)) {
        snprintf(why, cap, "%s is no camera. voz-sender --list-devices names those there are.",
                 path);
        return false;
    }
    snprintf(c->name, sizeof c->name, "%.100s (%.100s)", path, card);
    errno = 0;
    if (!choose_format(c, config, why, cap))
        return false;
    choose_rate(c, config);
    if (map_buffers(c))
        return true;
    snprintf(why, cap, "The camera %s cannot be used: %s.", c->name, strerror(errno));
    return false;
}

struct camera *camera_open(const struct camera_config *config, char *why, size_t cap)
{
    char path[CAMERA_TEXT];
    const struct camera_kernel *kernel = config->kernel ? config->kernel : &real;
    if (!find(kernel, config->device, path, why, cap))
        return NULL;
    struct camera *c = calloc(1, sizeof *c);
    if (!c) {
        snprintf(why, cap, "Out of memory.");
        return NULL;
    }
    c->kernel = kernel;
    if (set_up(c, config, path, why, cap))
        return c;
    camera_close(c);
    return NULL;
}

void camera_close(struct camera *c)
{
    if (!c)
        return;
    camera_stop(c);
    for (unsigned i = 0; i < c->count; i++)
        c->kernel->unmap(c->kernel->ctx, c->buffers[i], c->lengths[i]);
    if (c->fd >= 0)
        c->kernel->close(c->kernel->ctx, c->fd);
    free(c->memory);
    free(c);
}

// ---- pictures ----------------------------------------------------------------------------------

static bool put_back(struct camera *c, unsigned index)
{
    struct v4l2_buffer b = {.index = index, .type = KIND, .memory = V4L2_MEMORY_MMAP};
    return ask(c, VIDIOC_QBUF, &b) == 0;
}

static bool start(struct camera *c)
{
    int kind = KIND;
    for (unsigned i = 0; i < c->count; i++)
        if (!put_back(c, i))
            return false;
    c->running = ask(c, VIDIOC_STREAMON, &kind) == 0;
    return c->running;
}

void camera_stop(struct camera *c)
{
    int kind = KIND;
    if (c->running)
        ask(c, VIDIOC_STREAMOFF, &kind); // which empties its queue
    c->running = false;
}

// True: its pixels are in our picture. One that was damaged on its way out of the camera is left out.
static bool take(struct camera *c, const struct v4l2_buffer *b)
{
    if (b->index >= c->count || b->flags & V4L2_BUF_FLAG_ERROR ||
        b->bytesused > c->lengths[b->index])
        return false;
    return pixels_take(&c->picture, c->layout, c->buffers[b->index], b->bytesused, c->stride);
}

enum camera_status camera_read(struct camera *c, struct picture *picture)
{
    bool came = false;
    struct v4l2_buffer held = {0}, next = {0};
    bool holds = false;
    if (!c->running && !start(c))
        return CAMERA_LOST;
    for (;;) {
        next = (struct v4l2_buffer){.type = KIND, .memory = V4L2_MEMORY_MMAP};
        if (ask(c, VIDIOC_DQBUF, &next) < 0)
            break;
        if (holds && !put_back(c, held.index))
            return CAMERA_LOST;
        held = next;
        holds = true;
    }
    bool lost = errno != EAGAIN && errno != EIO; // EIO: that picture, not the camera
    if (holds) {
        came = take(c, &held);
        lost |= !put_back(c, held.index);
    }
    *picture = c->picture;
    return came ? CAMERA_NEW : lost ? CAMERA_LOST : CAMERA_NONE;
}

// ---- what it is --------------------------------------------------------------------------------

int camera_width(const struct camera *c)
{
    return c->picture.width;
}

int camera_height(const struct camera *c)
{
    return c->picture.height;
}

void camera_fps(const struct camera *c, int *num, int *den)
{
    *num = c->fps_num;
    *den = c->fps_den;
}

const char *camera_name(const struct camera *c)
{
    return c->name;
}
