#include "media/io/capture.h"

#include <stdio.h>
#include <string.h>

#include "media/io/capture_driver.h"

static const struct capture_driver *const drivers[] = {
    &capture_sdl_driver,
    &capture_tone_driver,
    &capture_silence_driver,
    NULL,
};

// The driver that `source` names, or NULL, and what stands after its name.
static const struct capture_driver *driver_of(const char *source, const char **argument)
{
    for (size_t i = 0; drivers[i] != NULL; i++) {
        size_t len = strlen(drivers[i]->name);
        if (strncmp(source, drivers[i]->name, len) == 0 &&
            (source[len] == ':' || source[len] == '\0')) {
            *argument = source[len] == '\0' || source[len + 1] == '\0' ? NULL : source + len + 1;
            return drivers[i];
        }
    }
    return NULL;
}

bool capture_names(const char *source)
{
    const char *argument;
    return driver_of(source, &argument) != NULL;
}

struct capture *capture_open(const struct capture_config *config, usec now, char *why, size_t cap)
{
    const char *argument;
    const struct capture_driver *driver = driver_of(config->source, &argument);
    if (driver == NULL) {
        snprintf(why, cap, "%s: no such source of sound; there are mic, tone and silence",
                 config->source);
        return NULL;
    }
    struct capture_config whole = *config;
    if (whole.period == 0)
        whole.period = SOUND_PERIOD;
    // cppcheck-suppress returnDanglingLifetime ; the driver keeps a copy
    return driver->open(&whole, argument, now, why, cap);
}

void capture_close(struct capture *c)
{
    if (c != NULL)
        c->driver->close(c);
}

size_t capture_ready(struct capture *c, usec now)
{
    return c->driver->ready(c, now);
}

size_t capture_read(struct capture *c, usec now, int16_t *pcm, size_t samples)
{
    return c->driver->read(c, now, pcm, samples);
}

enum sound_event capture_poll(struct capture *c, usec now)
{
    return c->driver->poll(c, now);
}

usec capture_next(const struct capture *c)
{
    return c->driver->next(c);
}

struct capture_stats capture_stats(const struct capture *c)
{
    return c->driver->stats(c);
}

const char *capture_name(const struct capture *c)
{
    return c->driver->describe(c);
}

size_t capture_list(void (*each)(void *ctx, const char *name), void *ctx)
{
    size_t count = 0;
    for (size_t i = 0; drivers[i] != NULL; i++)
        if (drivers[i]->list != NULL)
            count += drivers[i]->list(each, ctx);
    return count;
}
