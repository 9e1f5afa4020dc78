// Playback devices: see sound.h. Which driver it is stands in the device's name.
#include "media/io/sound.h"

#include <string.h>

#include "media/io/sound_driver.h"

static const struct sound_driver *const drivers[] = {&sound_sdl_driver, &sound_null_driver, NULL};

// The driver that `device` names, and what stands after its name. Any other text is a device of the
// first.
static const struct sound_driver *driver_of(const char **device)
{
    const char *text = *device;
    if (text == NULL)
        return drivers[0];
    for (size_t i = 0; drivers[i] != NULL; i++) {
        size_t len = strlen(drivers[i]->name);
        if (strncmp(text, drivers[i]->name, len) == 0 && (text[len] == ':' || text[len] == '\0')) {
            *device = text[len] == '\0' || text[len + 1] == '\0' ? NULL : text + len + 1;
            return drivers[i];
        }
    }
    if (*text == '\0')
        *device = NULL;
    return drivers[0];
}

struct sound *sound_open(const struct sound_config *config, usec now, char *why, size_t cap)
{
    struct sound_config whole = *config;
    if (whole.period == 0)
        whole.period = SOUND_PERIOD;
    const char *device = whole.device;
    const struct sound_driver *driver = driver_of(&device);
    // cppcheck-suppress returnDanglingLifetime ; the driver keeps a copy
    return driver->open(&whole, device, now, why, cap);
}

void sound_close(struct sound *s)
{
    if (s != NULL)
        s->driver->close(s);
}

size_t sound_wanted(struct sound *s, usec now)
{
    return s->driver->wanted(s, now);
}

size_t sound_write(struct sound *s, usec now, const int16_t *pcm, size_t samples)
{
    return s->driver->write(s, now, pcm, samples);
}

size_t sound_delay(struct sound *s, usec now)
{
    return s->driver->delay(s, now);
}

enum sound_event sound_poll(struct sound *s, usec now)
{
    return s->driver->poll(s, now);
}

usec sound_next(const struct sound *s)
{
    return s->driver->next(s);
}

struct sound_stats sound_stats(const struct sound *s)
{
    return s->driver->stats(s);
}

const char *sound_name(const struct sound *s)
{
    return s->driver->describe(s);
}

size_t sound_list(void (*each)(void *ctx, const char *name), void *ctx)
{
    size_t count = 0;
    for (size_t i = 0; drivers[i] != NULL; i++)
        if (drivers[i]->list != NULL)
            count += drivers[i]->list(each, ctx);
    return count;
}
