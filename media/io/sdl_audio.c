// SDL's audio, for playback and capture: see sdl_audio.h.
#include "media/io/sdl_audio.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <SDL.h>

#define RATE          48000 // Hz
#define PULSE_LATENCY "PULSE_LATENCY_MSEC"
#define CHECK         (250 * USEC_MS) // between looks at a device
#define STALLED       8               // looks at which it moved nothing: it is lost
#define RETRY         USEC_SECOND     // between attempts to open it again

static void say_nothing(const char *file, int line, const char *function, int error,
                        const char *text, ...)
{
    (void)file, (void)line, (void)function, (void)error, (void)text;
}

// Without a sound card, libasound fills the terminal with its configuration's troubles. SDL brings
// it along or does not, so it is looked up, not linked.
static void silence_alsa(void)
{
    typedef void handler(const char *, int, const char *, int, const char *, ...);
    typedef int set_handler(handler *);
    void *symbol = dlsym(RTLD_DEFAULT, "snd_lib_error_set_handler");
    if (symbol != NULL)
        (*(set_handler **)&symbol)(say_nothing);
}

static const char *kind(bool capture)
{
    return capture ? "microphone" : "playback device";
}

static bool start(void)
{
    silence_alsa();
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); // Ctrl-C is the program's
    SDL_SetHint(SDL_HINT_APP_NAME, "voz");         // in the sound server's mixer
    SDL_SetHint(SDL_HINT_AUDIO_DEVICE_STREAM_NAME, "voice");
    return SDL_InitSubSystem(SDL_INIT_AUDIO) == 0;
}

bool sdl_audio_start(bool capture, char *why, size_t cap)
{
    if (start())
        return true;
    snprintf(why, cap, "no %s here (%s)", kind(capture), SDL_GetError());
    return false;
}

void sdl_audio_hurry(void)
{
    SDL_SetThreadPriority(SDL_THREAD_PRIORITY_HIGH); // refused: it goes on as it was
}

void sdl_audio_stop(void)
{
    SDL_QuitSubSystem(SDL_INIT_AUDIO);
}

static bool is_pulse(void)
{
    return strcmp(sdl_audio_server(), "pulseaudio") == 0;
}

// PulseAudio keeps what SDL asks for, one period, and on a busy machine its server runs dry. With
// two and a half it does not. Milliseconds, as the user says them or as we do.
static int pulse_latency(int period)
{
    const char *said = getenv(PULSE_LATENCY);
    int ms = said != NULL ? atoi(said) : 0;
    return ms > 0 ? ms : (5 * period / 2 + RATE / 1000 - 1) / (RATE / 1000);
}

// This variable of libpulse is the only way to say so through SDL. It would hold for microphones as
// well, which need no such thing, so it is set for the moment only.
static SDL_AudioDeviceID open_playback(const char *device, const SDL_AudioSpec *wanted,
                                       SDL_AudioSpec *got)
{
    bool ours = getenv(PULSE_LATENCY) == NULL;
    char ms[16];
    snprintf(ms, sizeof ms, "%d", pulse_latency(wanted->samples));
    if (ours)
        setenv(PULSE_LATENCY, ms, 0);
    SDL_AudioDeviceID id =
        SDL_OpenAudioDevice(device, 0, wanted, got, SDL_AUDIO_ALLOW_SAMPLES_CHANGE);
    if (ours)
        unsetenv(PULSE_LATENCY);
    return id;
}

// SDL rounds a period up to a power of two, but its dummy driver has its buffer made before.
static Uint16 power_of_two(int period)
{
    Uint16 power = 1;
    while (power < period && power < 0x8000)
        power *= 2;
    return power;
}

// PulseAudio asks for more by quarters of its latency; others are given two periods by SDL.
static int held(int period)
{
    return is_pulse() ? pulse_latency(period) * (RATE / 1000) * 7 / 8 : period;
}

// PulseAudio has a buffer of its own, so that there it may be short.
static int period_of(const struct sdl_audio_config *config)
{
    return is_pulse() && !config->capture ? config->period / 2 : config->period;
}

bool sdl_audio_open(struct sdl_audio *a, const struct sdl_audio_config *config, usec now, char *why,
                    size_t cap)
{
    SDL_AudioSpec wanted = {
        .freq = RATE,
        .format = AUDIO_S16SYS,
        .channels = (Uint8)config->channels,
        .samples = power_of_two(period_of(config)),
        .callback = config->callback,
        .userdata = config->ctx,
    };
    SDL_AudioSpec got;
    SDL_AudioDeviceID id = config->capture ? SDL_OpenAudioDevice(config->device, 1, &wanted, &got,
                                                                 SDL_AUDIO_ALLOW_SAMPLES_CHANGE)
                                           : open_playback(config->device, &wanted, &got);
    if (id == 0 && config->device != NULL)
        snprintf(why, cap, "%s \"%s\" could not be opened (%s); is it in the list of devices?",
                 kind(config->capture), config->device, SDL_GetError());
    else if (id == 0)
        snprintf(why, cap, "no %s here (%s); is a sound server running, PipeWire or PulseAudio?",
                 kind(config->capture), SDL_GetError());
    if (id == 0)
        return false;
    a->id = id;
    a->period = got.samples;
    a->held = held(got.samples);
    a->stalled = 0;
    a->check_at = now + CHECK;
    snprintf(a->name, sizeof a->name, "%s: %s", sdl_audio_server(),
             config->device != NULL ? config->device
             : config->capture      ? "default microphone"
                                    : "default device");
    SDL_PauseAudioDevice(id, 0);
    return true;
}

void sdl_audio_close(struct sdl_audio *a)
{
    if (a->id != 0)
        SDL_CloseAudioDevice(a->id);
    a->id = 0;
}

static bool works(struct sdl_audio *a, uint64_t moved)
{
    a->stalled = moved == a->moved ? a->stalled + 1 : 0;
    a->moved = moved;
    return a->stalled < STALLED && SDL_GetAudioDeviceStatus(a->id) != SDL_AUDIO_STOPPED;
}

enum sdl_audio_look sdl_audio_look(struct sdl_audio *a, usec now, uint64_t moved)
{
    if (now < a->check_at)
        return SDL_AUDIO_SAME;
    bool was_lost = a->id == 0;
    a->check_at = now + (was_lost ? RETRY : CHECK);
    if (was_lost)
        return SDL_AUDIO_RETRY;
    if (works(a, moved))
        return SDL_AUDIO_SAME;
    sdl_audio_close(a);
    a->check_at = now + RETRY;
    return SDL_AUDIO_LOST;
}

const char *sdl_audio_server(void)
{
    const char *name = SDL_GetCurrentAudioDriver();
    return name == NULL ? "none" : name;
}

size_t sdl_audio_list(bool capture, void (*each)(void *ctx, const char *name), void *ctx)
{
    if (!start())
        return 0;
    int count = SDL_GetNumAudioDevices(capture);
    for (int i = 0; i < count; i++)
        each(ctx, SDL_GetAudioDeviceName(i, capture));
    SDL_QuitSubSystem(SDL_INIT_AUDIO);
    return count > 0 ? (size_t)count : 0;
}
