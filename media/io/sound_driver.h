// For those who add a playback device: one file with one of these, and one row in sound.c. The
// functions mean what those of sound.h mean; each driver's struct begins with a struct sound.
#ifndef MEDIA_IO_SOUND_DRIVER_H
#define MEDIA_IO_SOUND_DRIVER_H

#include "media/io/sound.h"

struct sound_driver {
    const char *name;
    // `device`: what stands after "name:", NULL for the default. The config's period is never 0.
    struct sound *(*open)(const struct sound_config *config, const char *device, usec now,
                          char *why, size_t cap);
    void (*close)(struct sound *s);
    size_t (*wanted)(struct sound *s, usec now);
    size_t (*write)(struct sound *s, usec now, const int16_t *pcm, size_t samples);
    size_t (*delay)(struct sound *s, usec now);
    enum sound_event (*poll)(struct sound *s, usec now);
    usec (*next)(const struct sound *s);
    struct sound_stats (*stats)(const struct sound *s);
    const char *(*describe)(const struct sound *s);
    size_t (*list)(void (*each)(void *ctx, const char *name), void *ctx); // NULL: nothing to list
};

struct sound {
    const struct sound_driver *driver;
};

extern const struct sound_driver sound_sdl_driver;
extern const struct sound_driver sound_null_driver;

#endif
