// A camera, with a kernel of ours: what it chooses, what it says where it cannot, and what becomes of
// buffers that come, do not come, are damaged, or will never come again; then as a film's source, and a call's.
#include "tests/test.h"

#include "call/io/picture_line.h"
#include "media/io/camera.h"
#include "media/io/pictures.h"
#include "media/pixels.h"
#include "sender/io/spool.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <string.h>

#define BUFFERS 4

// A device, which gives pictures of one colour: 16 + their number.
struct device {
    const char *path;  // NULL: there is none
    uint32_t can;      // V4L2_CAP_
    uint32_t kinds[4]; // of pixels, ended by 0
    int width, height; // it gives these, whatever is wanted; 0: what is wanted
    int fps;           // likewise; -1: it cannot say
    int open_errno, dequeue_errno;

    struct v4l2_pix_format set;
    bool queued[BUFFERS], on;
    uint8_t *buffers[BUFFERS];
    unsigned full[BUFFERS], first, count; // a queue of them
    unsigned number, maps, opened, interrupted, grain;
    bool error, shorter, oversized;
    bool grainy; // pictures of many packets
};

static int dev_open(void *ctx, const char *path)
{
    struct device *d = ctx;
    if (!d->path || strcmp(path, d->path) != 0) {
        errno = ENOENT;
        return -1;
    }
    if ((errno = d->open_errno))
        return -1;
    d->opened++;
    return 7;
}

static void dev_close(void *ctx, int fd)
{
    assert_int_equal(fd, 7);
    ((struct device *)ctx)->opened--;
}

static size_t octets_of(const struct device *d)
{
    return 2 * (size_t)d->set.bytesperline * d->set.height; // enough for every layout
}

static int refuse(int number)
{
    errno = number;
    return -1;
}

static int dequeue(struct device *d, struct v4l2_buffer *b)
{
    if (!d->count)
        return refuse(d->dequeue_errno ? d->dequeue_errno : EAGAIN);
    b->index = d->full[d->first++ % BUFFERS];
    d->count--;
    b->bytesused = d->shorter ? 10 : (uint32_t)octets_of(d) + d->oversized;
    b->flags = d->error ? V4L2_BUF_FLAG_ERROR : 0;
    return 0;
}

static int set_format(struct device *d, struct v4l2_pix_format *pix)
{
    pix->width = d->width ? (uint32_t)d->width : pix->width;
    pix->height = d->height ? (uint32_t)d->height : pix->height;
    pix->bytesperline =
        pix->width * (pix->pixelformat == V4L2_PIX_FMT_YUYV ? 2 : 1) + 8; // longer rows
    d->set = *pix;
    return 0;
}

static int set_rate(const struct device *d, struct v4l2_streamparm *parm)
{
    if (d->fps < 0)
        return refuse(ENOTTY);
    if (d->fps)
        parm->parm.capture.timeperframe = (struct v4l2_fract){1, (uint32_t)d->fps};
    return 0;
}

static int enumerate(const struct device *d, struct v4l2_fmtdesc *f)
{
    if (f->index >= 4 || !d->kinds[f->index])
        return refuse(EINVAL);
    f->pixelformat = d->kinds[f->index];
    snprintf((char *)f->description, sizeof f->description, "%.4s", (const char *)&f->pixelformat);
    return 0;
}

static int dev_control(void *ctx, int fd, unsigned long request, void *argument)
{
    struct device *d = ctx;
    struct v4l2_buffer *b = argument;
    assert_int_equal(fd, 7);
    if (d->interrupted++ % 3 == 0)
        return refuse(EINTR);
    switch (request) {
    case VIDIOC_QUERYCAP:
        *(struct v4l2_capability *)argument = (struct v4l2_capability){
            .card = "Eye", .capabilities = V4L2_CAP_DEVICE_CAPS, .device_caps = d->can};
        return 0;
    case VIDIOC_ENUM_FMT:
        return enumerate(d, argument);
    case VIDIOC_S_FMT:
        return set_format(d, &((struct v4l2_format *)argument)->fmt.pix);
    case VIDIOC_S_PARM:
        return set_rate(d, argument);
    case VIDIOC_REQBUFS:
        return 0;
    case VIDIOC_QUERYBUF:
        b->length = (uint32_t)octets_of(d);
        b->m.offset = b->index * 4096;
        return 0;
    case VIDIOC_QBUF:
        assert_false(d->queued[b->index]);
        d->queued[b->index] = true;
        return 0;
    case VIDIOC_DQBUF:
        return dequeue(d, b);
    case VIDIOC_STREAMON:
        d->on = true;
        return 0;
    case VIDIOC_STREAMOFF:
        d->on = false;
        d->count = 0;
        memset(d->queued, 0, sizeof d->queued);
        return 0;
    }
    fail_msg("request %lx", request);
    return -1;
}

static void *dev_map(void *ctx, int fd, size_t len, int64_t offset)
{
    struct device *d = ctx;
    assert_int_equal(fd, 7);
    d->maps++;
    return d->buffers[offset / 4096] = calloc(1, len);
}

static void dev_unmap(void *ctx, void *memory, size_t len)
{
    assert_true(len > 0);
    ((struct device *)ctx)->maps--;
    free(memory);
}

static struct device device;
static const struct camera_kernel kernel = {.open = dev_open,
                                            .close = dev_close,
                                            .control = dev_control,
                                            .map = dev_map,
                                            .unmap = dev_unmap,
                                            .ctx = &device};

static void begin(struct device with)
{
    device = with;
}

static struct device eye(void)
{
    return (struct device){.path = "/dev/video0",
                           .can = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING,
                           .kinds = {V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_YUYV}};
}

// A picture comes, if there is a buffer for it.
static void look(void)
{
    for (unsigned i = 0; i < BUFFERS; i++)
        if (device.on && device.queued[i]) {
            device.queued[i] = false;
            memset(device.buffers[i], (int)(16 + device.number), octets_of(&device));
            for (size_t n = 0; device.grainy && n < octets_of(&device); n++)
                device.buffers[i][n] = (uint8_t)rand_r(&device.grain);
            device.full[(device.first + device.count++) % BUFFERS] = i;
            break;
        }
    device.number++;
}

static struct camera *opened(const struct camera_config *wanted)
{
    char why[CAMERA_TEXT] = "";
    struct camera *c = camera_open(wanted, why, sizeof why);
    if (!c)
        fail_msg("%s", why);
    return c;
}

static void closed(struct camera *c)
{
    camera_close(c);
    assert_int_equal(device.opened, 0);
    assert_int_equal(device.maps, 0);
    assert_false(device.on);
}

static void the_cheapest_pixels_are_taken(void **state)
{
    (void)state;
    static const struct {
        uint32_t kinds[4], taken;
    } rows[] = {
        {{V4L2_PIX_FMT_YUYV}, V4L2_PIX_FMT_YUYV},
        {{V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_NV12}, V4L2_PIX_FMT_NV12},
        {{V4L2_PIX_FMT_NV12, V4L2_PIX_FMT_YUV420, V4L2_PIX_FMT_YUYV}, V4L2_PIX_FMT_YUV420},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct picture p;
        begin(eye());
        memcpy(device.kinds, rows[i].kinds, sizeof device.kinds);
        struct camera *c = opened(&(struct camera_config){.kernel = &kernel});
        assert_int_equal(device.set.pixelformat, rows[i].taken);
        assert_int_equal(camera_read(c, &p), CAMERA_NONE);
        look();
        assert_int_equal(camera_read(c, &p), CAMERA_NEW);
        for (int plane = 0; plane < PICTURE_PLANES; plane++)
            for (int x = 0; x < picture_plane_width(&p, plane); x++)
                assert_int_equal(p.plane[plane][x], 16);
        closed(c);
    }
}

static void what_it_gives_is_said(void **state)
{
    (void)state;
    int num, den;
    begin(eye());
    struct camera_config wanted = {
        .kernel = &kernel, .width = 320, .height = 240, .fps_num = 20, .fps_den = 1};
    struct camera *c = opened(&wanted);
    assert_int_equal(camera_width(c), 320);
    assert_int_equal(camera_height(c), 240);
    assert_string_equal(camera_name(c), "/dev/video0 (Eye)");
    camera_fps(c, &num, &den);
    assert_int_equal(num, 20);
    assert_int_equal(den, 1);
    closed(c);
    device.width = 640; // it has nothing else
    device.height = 480;
    device.fps = 15;
    c = opened(&wanted);
    assert_int_equal(camera_width(c), 640);
    assert_int_equal(camera_height(c), 480);
    camera_fps(c, &num, &den);
    assert_int_equal(num, 15);
    closed(c);
    device.fps = -1;
    c = opened(&wanted);
    camera_fps(c, &num, &den);
    assert_int_equal(num, 20);
    closed(c);
}

// More come than are read: the newest is taken, and the buffers of all go back.
static void the_newest_picture_wins(void **state)
{
    (void)state;
    struct picture p;
    begin(eye());
    struct camera *c = opened(&(struct camera_config){.kernel = &kernel, .device = "0"});
    assert_int_equal(camera_read(c, &p), CAMERA_NONE);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 3; i++)
            look();
        assert_int_equal(camera_read(c, &p), CAMERA_NEW);
        assert_int_equal(p.plane[0][0], 16 + device.number - 1);
        assert_int_equal(camera_read(c, &p), CAMERA_NONE);
        for (int i = 0; i < BUFFERS; i++)
            assert_true(device.queued[i]);
    }
    closed(c);
}

static void damaged_pictures_are_left_out(void **state)
{
    (void)state;
    struct picture p;
    begin(eye());
    struct camera *c = opened(&(struct camera_config){.kernel = &kernel});
    camera_read(c, &p);
    for (int i = 0; i < 3; i++) {
        device.error = i == 0;
        device.shorter = i == 1;
        device.oversized = i == 2;
        look();
        assert_int_equal(camera_read(c, &p), CAMERA_NONE);
    }
    device.oversized = false;
    device.dequeue_errno = EIO; // a picture that failed, says the kernel
    assert_int_equal(camera_read(c, &p), CAMERA_NONE);
    look();
    assert_int_equal(camera_read(c, &p), CAMERA_NEW);
    closed(c);
}

// Stopped, it shows nothing of before when it is read again.
static void stopped_it_begins_anew(void **state)
{
    (void)state;
    struct picture p;
    begin(eye());
    struct camera *c = opened(&(struct camera_config){.kernel = &kernel});
    assert_false(device.on); // nobody looks yet
    camera_read(c, &p);
    look();
    camera_stop(c);
    assert_false(device.on);
    look();
    assert_int_equal(camera_read(c, &p), CAMERA_NONE);
    assert_true(device.on);
    look();
    assert_int_equal(camera_read(c, &p), CAMERA_NEW);
    assert_int_equal(p.plane[0][0], 16 + 2);
    closed(c);
}

static void what_cannot_be_opened_is_said(void **state)
{
    (void)state;
    struct device none = {0}, locked = eye(), radio = eye(), jpeg = eye();
    locked.open_errno = EACCES;
    radio.can = V4L2_CAP_RADIO;
    jpeg.kinds[1] = 0;
    const struct {
        struct device device;
        const char *name, *says;
    } rows[] = {
        {none, NULL, "There is no camera (/dev/video*). Send a test picture: --video pattern"},
        {none, "3", "Cannot open the camera /dev/video3: No such file"},
        {locked, "0", "Permission denied. (Is this user in the group video?)"},
        {locked, NULL, "There is no camera"},
        {radio, "/dev/video0", "/dev/video0 is no camera."},
        {radio, NULL, "There is no camera"},
        {jpeg, NULL, "(MJPG). Let FFmpeg read it"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char why[CAMERA_TEXT] = "";
        begin(rows[i].device);
        assert_null(camera_open(&(struct camera_config){.kernel = &kernel, .device = rows[i].name},
                                why, sizeof why));
        if (!strstr(why, rows[i].says))
            fail_msg("row %zu: %s", i, why);
        assert_int_equal(device.opened, 0);
        assert_int_equal(device.maps, 0);
    }
}

// As a source of pictures, until it is unplugged.
static void unplugged_its_last_picture_stays(void **state)
{
    (void)state;
    char why[PICTURES_TEXT];
    struct picture p;
    int num, den;
    begin(eye());
    device.fps = 30;
    struct pictures *source = pictures_open(
        &(struct pictures_config){.source = "camera:0", .kernel = &kernel}, why, sizeof why);
    assert_non_null(source);
    assert_true(pictures_live(source));
    assert_string_equal(pictures_name(source), "/dev/video0 (Eye): 640x360, 30 a second");
    assert_int_equal(pictures_width(source), 640);
    pictures_fps(source, &num, &den);
    assert_int_equal(num, 30);
    assert_int_equal(pictures_read(source, 0, &p), PICTURES_LATE);
    look();
    assert_int_equal(pictures_read(source, 0, &p), PICTURES_NEW);
    assert_true(pictures_rewind(source));
    assert_false(device.on);
    assert_int_equal(pictures_read(source, 0, &p), PICTURES_LATE);
    assert_null(pictures_warning(source));
    device.dequeue_errno = ENODEV;
    assert_int_equal(pictures_read(source, 0, &p), PICTURES_OVER);
    const char *warning = pictures_warning(source);
    assert_non_null(warning);
    assert_non_null(strstr(warning, "/dev/video0 (Eye) is gone (No such device)"));
    assert_int_equal(pictures_read(source, 0, &p), PICTURES_OVER);
    assert_null(pictures_warning(source));
    pictures_close(source);
    assert_int_equal(device.opened, 0);
}

static void pictures_that_are_too_large_are_refused(void **state)
{
    (void)state;
    char why[PICTURES_TEXT];
    begin(eye());
    device.width = 2560;
    device.height = 1440;
    assert_null(pictures_open(&(struct pictures_config){.source = "camera", .kernel = &kernel}, why,
                              sizeof why));
    assert_non_null(strstr(why, "2560x1440. Ask for others: --size 640x360"));
    assert_int_equal(device.opened, 0);
}

static void forget_packets(void *film, usec now)
{
    struct sender_datagram d;
    while (film_output(film, now, &d))
        ;
}

static void forget(void *ctx, bool detail, const char *text)
{
    (void)ctx;
    (void)detail;
    (void)text;
}

// Its clock is not ours, and its pictures come now and then a little sooner or later: each is sent, and it
// is not asked without end.
static void a_camera_keeps_its_own_time(void **state)
{
    (void)state;
    static const double rates[] = {24.7, 25, 25.4};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        char why[PICTURES_TEXT];
        unsigned came = 0, runs = 0, seed = 4;
        begin(eye());
        device.width = 64;
        device.height = 48;
        device.fps = 25;
        const struct film_config config = {
            .video = {64, 48, 25, 1, 100000}, .payload_type = 98, .listeners_max = 1, .seed = 3};
        struct spool p = {.film = film_new(&config, 0), .send = forget_packets, .say = forget};
        p.pictures = pictures_open(&(struct pictures_config){.source = "camera", .kernel = &kernel},
                                   why, sizeof why);
        p.ctx = p.film;
        assert_true(p.film && p.pictures);
        spool_start(&p, 0);
        for (usec now = 0; now < 20 * USEC_SECOND; runs++) {
            spool_run(&p, now);
            usec comes = (usec)(came * 1e6 / rates[i]) + (usec)(rand_r(&seed) % 3000);
            usec next = usec_max(spool_next(&p), now + 50);
            while (comes <= next) {
                look();
                comes = (usec)(++came * 1e6 / rates[i]) + (usec)(rand_r(&seed) % 3000);
            }
            now = next;
        }
        uint64_t sent = film_stats(p.film).pictures;
        if (sent < came - 3 || sent > came)
            fail_msg("%g a second: %u came, %d were sent", rates[i], came, (int)sent);
        assert_in_range(runs, came, came * 12);
        film_free(p.film);
        pictures_close(p.pictures);
        assert_int_equal(device.opened, 0);
    }
}

// ---- in a call ---------------------------------------------------------------------------------

struct leaving { // what goes to the peer
    usec last;
    int packets, together, most; // RTP; of them at one instant, at most
};

static void on_goes(void *ctx, enum udp_port port, usec now, const void *data, size_t len)
{
    struct leaving *l = ctx;
    (void)data;
    (void)len;
    if (port != UDP_RTP)
        return;
    l->together = now == l->last ? l->together + 1 : 1;
    l->most = l->together > l->most ? l->together : l->most;
    l->last = now;
    l->packets++;
}

static void on_came(void *ctx, enum udp_port port, usec arrival, const void *data, size_t len)
{
    (void)ctx;
    (void)port;
    (void)arrival;
    (void)data;
    (void)len;
}

static struct offer_pictures pictures_agreed(void)
{
    return (struct offer_pictures){.host = "127.0.0.1",
                                   .port = 9,
                                   .sends = true,
                                   .receives = true,
                                   .send = 98,
                                   .receive = 98,
                                   .send_again = OFFER_NO_TYPE,
                                   .receive_again = OFFER_NO_TYPE};
}

// The packets of a picture leave when each is due, and what is due for theirs does not wait for ours.
static void a_camera_in_a_call_is_paced(void **state)
{
    (void)state;
    char why[PICTURES_TEXT];
    struct leaving leaving = {0};
    const union address local = {.v4 = {.sin_family = AF_INET}};
    struct offer_pictures agreed = pictures_agreed();
    begin(eye());
    device.width = 320;
    device.height = 240;
    device.fps = 25;
    device.grainy = true;
    struct picture_line_wish wish = {
        .source = pictures_open(&(struct pictures_config){.source = "camera", .kernel = &kernel},
                                why, sizeof why),
        .film = {.video = {.bitrate = 2000000}}};
    const struct picture_line_config config = {.loop = loop_new(),
                                               .wish = &wish,
                                               .came = on_came,
                                               .goes = on_goes,
                                               .say = forget,
                                               .ctx = &leaving};
    assert_non_null(config.loop);
    assert_non_null(wish.source);
    struct picture_line *p = picture_line_open(&config, &local);
    assert_non_null(p);
    struct faces *faces = picture_line_faces(p);
    assert_true(faces_agree(faces, 0, &agreed, "us"));
    picture_line_agree(p, 0, &agreed, &local);
    int came = 0, runs = 0;
    for (usec now = 0; now < 4 * USEC_SECOND; runs++) {
        picture_line_run(p, now);
        now = usec_max(picture_line_next(p), now + 50);
        for (; came * 40 * USEC_MS <= now; came++)
            look();
    }
    assert_true(leaving.packets > 3 * came); // some for each picture
    assert_in_range(leaving.most, 1, 2);
    assert_in_range(runs, leaving.packets, leaving.packets + 12 * came);
    agreed.port = 0; // they want none any more
    assert_true(faces_agree(faces, 4 * USEC_SECOND, &agreed, "us"));
    assert_true(picture_line_next(p) == USEC_NEVER);
    picture_line_close(p);
    pictures_close(wish.source);
    loop_free(config.loop);
    assert_int_equal(device.opened, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cheapest_pixels_are_taken),
        cmocka_unit_test(what_it_gives_is_said),
        cmocka_unit_test(the_newest_picture_wins),
        cmocka_unit_test(damaged_pictures_are_left_out),
        cmocka_unit_test(stopped_it_begins_anew),
        cmocka_unit_test(what_cannot_be_opened_is_said),
        cmocka_unit_test(unplugged_its_last_picture_stays),
        cmocka_unit_test(a_camera_keeps_its_own_time),
        cmocka_unit_test(pictures_that_are_too_large_are_refused),
        cmocka_unit_test(a_camera_in_a_call_is_paced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
