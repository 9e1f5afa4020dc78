// What playback and capture by SDL have in common: starting SDL's audio, opening a device, watching
// over it, naming devices. SDL is started when the first device is opened or listed and not before:
// it takes its time.
#ifndef MEDIA_IO_SDL_AUDIO_H
#define MEDIA_IO_SDL_AUDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/usec.h"

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

// The thread that calls feeds a device, which waits for it some milliseconds only: from now on it comes
// before others, where the system lets it.
void sdl_audio_hurry(void);

// A device that runs, or is lost.
struct sdl_audio {
    uint32_t id; // as SDL numbers it; 0: lost
    int period;  // samples, as it really has it
    int held;    // of playback: about how many SDL and the sound server have when they ask for more
    char name[128]; // for the user: "alsa: default microphone"
    usec check_at;  // when to look at it
    uint64_t moved; // samples at the last look
    int stalled;    // looks at which none had moved
};

// False (and why) when it cannot be.
bool sdl_audio_open(struct sdl_audio *a, const struct sdl_audio_config *config, usec now, char *why,
                    size_t cap);
void sdl_audio_close(struct sdl_audio *a); // a lost one is fine

enum sdl_audio_look {
    SDL_AUDIO_SAME,
    SDL_AUDIO_LOST,  // unplugged, its sound server went away, or it moves no samples: now closed
    SDL_AUDIO_RETRY, // it is lost, and should be opened again
};

// `moved`: samples that the callback has been asked for, ever.
enum sdl_audio_look sdl_audio_look(struct sdl_audio *a, usec now, uint64_t moved);

const char *sdl_audio_server(void); // "pulseaudio", "alsa", ...

size_t sdl_audio_list(bool capture, void (*each)(void *ctx, const char *name), void *ctx);

#endif
