// A camera (Video4Linux2): the size and the rate that it has and that are nearest to what is wanted, and its
// newest picture. Nothing waits.
//
//     camera_read       the newest picture, if one has come since the last call; the first call starts it
//     camera_stop       it looks at nothing, until it is read again
#ifndef MEDIA_IO_CAMERA_H
#define MEDIA_IO_CAMERA_H

#include "media/picture.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAMERA_TEXT 512 // octets of a `why` and of a name

// What is asked of the kernel, so that a test can answer instead. As the system calls: -1 (map: NULL) and
// errno.
struct camera_kernel {
    int (*open)(void *ctx, const char *path); // without waiting
    void (*close)(void *ctx, int fd);
    int (*control)(void *ctx, int fd, unsigned long request, void *argument);
    void *(*map)(void *ctx, int fd, size_t len, int64_t offset);
    void (*unmap)(void *ctx, void *memory, size_t len);
    void *ctx;
};

struct camera_config {
    const char *device;                 // "/dev/video2", or "2"; NULL: the first camera there is
    int width, height;                  // wanted, pixels; 0: 640x360
    int fps_num, fps_den;               // wanted; 0: 25/1
    const struct camera_kernel *kernel; // outlives the camera; NULL: the real one
};

struct camera;

struct camera *camera_open(const struct camera_config *config, char *why, size_t cap);
void camera_close(struct camera *c); // NULL is fine

int camera_width(const struct camera *c); // what it gives
int camera_height(const struct camera *c);
void camera_fps(const struct camera *c, int *num, int *den);
const char *camera_name(const struct camera *c); // "/dev/video0 (HD Webcam)"

enum camera_status {
    CAMERA_NEW,
    CAMERA_NONE, // none has come
    CAMERA_LOST, // and none will: it was unplugged, or has failed; errno says how
};

// Pictures older than the newest are left out. Borrowed until the next call.
enum camera_status camera_read(struct camera *c, struct picture *picture);
void camera_stop(struct camera *c);

// Each camera that a config's `device` may name. How many. kernel: NULL: the real one.
size_t camera_list(const struct camera_kernel *kernel,
                   void (*each)(void *ctx, const char *path, const char *name), void *ctx);

#endif
