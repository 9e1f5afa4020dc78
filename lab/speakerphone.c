// A phone in a room: see speakerphone.h.
#include "lab/speakerphone.h"

#include "media/pcm.h"
#include "media/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Near enough to normal: the sum of 12 even ones has a variance of 1.
static double noise(struct random *r)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += random_unit(r);
    return sum;
}

// How much of what was to be played by the instant `at` (in samples) was not.
static size_t dry(const struct speakerphone *phone, size_t at)
{
    size_t since = at > phone->dry_at ? at - phone->dry_at : 0;
    return since < phone->dry_for ? since : phone->dry_for;
}

static bool listen_in(const struct speakerphone *phone, const int16_t *far, const int16_t *near,
                      size_t samples, int16_t *heard)
{
    struct random r = {phone->seed};
    int16_t *sound = calloc(samples, sizeof *sound);
    float *echo = malloc(samples * sizeof *echo);
    double gain = pow(10, phone->louder / 20);
    for (size_t i = 0; sound && i < samples; i++)
        if (dry(phone, i + 1) == dry(phone, i))
            sound[i] = far[i - dry(phone, i)];
    bool done = sound && echo && room_echo(phone->room, sound, samples, echo);
    for (size_t i = 0; done && i < samples; i++)
        heard[i] = pcm_sample((float)(near[i] + gain * echo[i] + phone->noise * noise(&r)));
    free(sound);
    free(echo);
    return done;
}

// What the devices say: wrong, and wavering.
static size_t told(const struct speakerphone *phone, struct random *r, size_t delay)
{
    double waver = (2 * random_unit(r) - 1) * (double)phone->waver;
    double said = (double)delay + phone->error + waver;
    return said > 0 ? (size_t)said : 0;
}

bool speakerphone_run(const struct speakerphone *phone, const int16_t *far, const int16_t *near,
                      size_t samples, int16_t *heard, int16_t *sent)
{
    struct random r = {phone->seed + 1};
    struct echo *echo = echo_new(&phone->echo);
    bool done = echo && listen_in(phone, far, near, samples, heard);
    size_t played = 0;
    for (size_t at = 0; done && at < samples; at += ECHO_FRAME) {
        size_t now = at + ECHO_FRAME, ahead = now + phone->delay;
        size_t until = (ahead < samples ? ahead : samples) - dry(phone, now);
        echo_played(echo, far + played, until - played);
        played = until;
        memcpy(sent + at, heard + at, ECHO_FRAME * sizeof *sent);
        echo_frame(echo, sent + at, ECHO_FRAME, told(phone, &r, until + dry(phone, now) - now));
    }
    echo_free(echo);
    return done;
}

double speakerphone_erle(const int16_t *heard, const int16_t *sent, size_t samples)
{
    double before = 0, after = 1; // nothing left at all is no more than a lot
    for (size_t i = 0; i < samples; i++) {
        before += (double)heard[i] * heard[i];
        after += (double)sent[i] * sent[i];
    }
    return 10 * log10(before / after);
}
