// A film and a screen with a network of ours between them, in virtual time: the test picture, sent and seen.
#ifndef TESTS_CINEMA_H
#define TESTS_CINEMA_H

#include "media/impair.h"
#include "receiver/lipsync.h"
#include "receiver/screen.h"
#include "sender/film.h"

#include <stdbool.h>

#define CINEMA_WIDTH  320
#define CINEMA_HEIGHT 180
#define CINEMA_FPS    25
#define CINEMA_VOICE  (60 * USEC_MS) // from saying to hearing, where there is a voice

struct cinema_config {
    const char *there, *back; // paths, in the words of netem; NULL: clean
    bool again, key;
    enum screen_loss loss;
    bool voice;  // lip sync with a voice that is heard CINEMA_VOICE after it was said
    int bitrate; // 0: 300 kb/s
    usec late;   // when the listener comes
    uint64_t seed;
};

struct cinema_seen {
    struct film_stats film;
    struct screen_stats screen;
    uint32_t first, last;  // numbers of the first and last picture that was read
    uint64_t read, unread; // shown pictures whose number could be read, or not
    uint64_t backwards;    // pictures that were older than one before
    usec worst_age;        // of a picture that was read, when it was seen
};

// Plays so long, then a second more without new pictures, in which all must come to rest.
struct cinema_seen cinema(const struct cinema_config *config, usec duration);

#endif
