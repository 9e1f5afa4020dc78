// What playback and capture by SDL have in common: starting SDL's audio, opening a device, naming
// devices. SDL is started when the first device is opened or listed and not before: it takes its
// time.
#ifndef MEDIA_IO_SDL_AUDIO_H
#define MEDIA_IO_SDL_AUDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sdl_audio_config {
    const char *device; // NULL: the default
    bool capture;
    int channels;
    int period;                                      // samples
    void (*callback)(void *ctx, uint8_t *, int len); // in SDL's thread, `len` octets
    void *ctx;
};

// To be called first; each time that succeeds wants a stop. A device that is lost and tried again
// stays between the two: stopping may take SDL a tenth of a second. False: `why` says why.
bool sdl_audio_start(bool capture, char *why, size_t cap);
void sdl_audio_stop(void);

// A device that runs, as SDL numbers it, and the period it really has; 0 (and why) when it cannot
// be.
uint32_t sdl_audio_open(const struct sdl_audio_config *config, int *period, char *why, size_t cap);
void sdl_audio_close(uint32_t id); // 0 is fine
bool sdl_audio_alive(uint32_t id); // false: unplugged, or its sound server went away

// About how many samples of playback SDL and the sound server hold right after a period was taken.
int sdl_audio_behind(int period);

const char *sdl_audio_server(void); // "pulseaudio", "alsa", ...

size_t sdl_audio_list(bool capture, void (*each)(void *ctx, const char *name), void *ctx);

#endif
