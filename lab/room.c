// The image-source method: see room.h.
#include "lab/room.h"

#include <kiss_fftr.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SOUND 343.0 // m/s, at 20 degrees

const struct room room_office = {.size = {4.7, 3.6, 2.6},
                                 .speaker = {2.1, 1.2, 0.8},
                                 .microphone = {2.3, 1.4, 0.95},
                                 .rt60 = 0.3};

// What a wall leaves of the amplitude, for Eyring's formula to give the reverberation time.
static double reflection(const struct room *room)
{
    const double *s = room->size;
    double volume = s[0] * s[1] * s[2], walls = 2 * (s[0] * s[1] + s[1] * s[2] + s[2] * s[0]);
    return exp(-12 * M_LN10 * volume / (SOUND * walls * room->rt60));
}

// The images of the loudspeaker along one axis, as seen from the microphone: the n-th pair of walls
// away, as it is (flip 0) or mirrored (1).
static double along(const struct room *room, int axis, int n, int flip)
{
    double from = flip ? -room->speaker[axis] : room->speaker[axis];
    return from + 2 * n * room->size[axis] - room->microphone[axis];
}

static int walls_met(int n, int flip)
{
    return abs(n - flip) + abs(n);
}

struct image {
    double square; // of the distance, m^2, along the axes so far
    int walls;     // met on the way
};

static void add_images(const struct room *room, int axis, struct image image, double loss,
                       float *response, size_t samples)
{
    double farthest = SOUND * (double)samples / ROOM_RATE;
    if (axis == 3) {
        double distance = sqrt(image.square);
        size_t at = (size_t)(distance / SOUND * ROOM_RATE + 0.5);
        if (at < samples)
            response[at] += (float)(pow(loss, image.walls) / distance);
        return;
    }
    int most = (int)(farthest / (2 * room->size[axis])) + 1;
    for (int n = -most; n <= most; n++)
        for (int flip = 0; flip < 2; flip++) {
            double d = along(room, axis, n, flip);
            struct image next = {image.square + d * d, image.walls + walls_met(n, flip)};
            if (next.square < farthest * farthest)
                add_images(room, axis + 1, next, loss, response, samples);
        }
}

void room_response(const struct room *room, float *response, size_t samples)
{
    double energy = 0;
    memset(response, 0, samples * sizeof *response);
    add_images(room, 0, (struct image){0, 0}, reflection(room), response, samples);
    for (size_t i = 0; i < samples; i++)
        energy += (double)response[i] * response[i];
    for (size_t i = 0; energy > 0 && i < samples; i++)
        response[i] /= (float)sqrt(energy);
}

// Both in the frequency domain, in one piece.
static bool convolve(float *a, const float *b, int n)
{
    size_t bins = (size_t)n / 2 + 1;
    kiss_fft_cpx *x = malloc(bins * sizeof *x), *y = malloc(bins * sizeof *y);
    kiss_fftr_cfg to = kiss_fftr_alloc(n, 0, NULL, NULL), from = kiss_fftr_alloc(n, 1, NULL, NULL);
    bool done = x && y && to && from;
    if (done) {
        kiss_fftr(to, a, x);
        kiss_fftr(to, b, y);
        for (size_t i = 0; i < bins; i++)
            x[i] = (kiss_fft_cpx){(x[i].r * y[i].r - x[i].i * y[i].i) / (float)n,
                                  (x[i].r * y[i].i + x[i].i * y[i].r) / (float)n};
        kiss_fftri(from, x, a);
    }
    free(x);
    free(y);
    kiss_fftr_free(to);
    kiss_fftr_free(from);
    return done;
}

bool room_echo(const struct room *room, const int16_t *pcm, size_t samples, float *echo)
{
    size_t length = (size_t)(room->rt60 * ROOM_RATE), n = 2;
    while (n < samples + length)
        n *= 2;
    float *sound = calloc(n, sizeof *sound), *response = calloc(n, sizeof *response);
    bool done = sound && response;
    if (done) {
        room_response(room, response, length);
        for (size_t i = 0; i < samples; i++)
            sound[i] = pcm[i];
        done = convolve(sound, response, (int)n);
    }
    if (done)
        memcpy(echo, sound, samples * sizeof *echo);
    free(sound);
    free(response);
    return done;
}
