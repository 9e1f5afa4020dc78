// For those who add a capture device: one file with one of these, and one row in capture.c. The
// functions mean what those of capture.h mean; each driver's struct begins with a struct capture.
#ifndef MEDIA_IO_CAPTURE_DRIVER_H
#define MEDIA_IO_CAPTURE_DRIVER_H

#include "media/io/capture.h"

struct capture_driver {
    const char *name;
    // `argument`: what stands after "name:", NULL when nothing does. The config's period is never
    // 0.
    struct capture *(*open)(const struct capture_config *config, const char *argument, usec now,
                            char *why, size_t cap);
    void (*close)(struct capture *c);
    size_t (*ready)(struct capture *c, usec now);
    size_t (*read)(struct capture *c, usec now, int16_t *pcm, size_t samples);
    enum sound_event (*poll)(struct capture *c, usec now);
    usec (*next)(const struct capture *c);
    struct capture_stats (*stats)(const struct capture *c);
    const char *(*describe)(const struct capture *c);
    size_t (*list)(void (*each)(void *ctx, const char *name), void *ctx); // NULL: nothing to list
};

struct capture {
    const struct capture_driver *driver;
};

extern const struct capture_driver capture_sdl_driver;
extern const struct capture_driver capture_tone_driver;
extern const struct capture_driver capture_silence_driver;

#endif
