// A running sender: the pure parts (sender, server) wired to their edges (source, UDP, TCP, time).
#ifndef SENDER_IO_RADIO_H
#define SENDER_IO_RADIO_H

#include "media/impair.h"
#include "media/io/address.h"
#include "media/io/input.h"
#include "media/io/loop.h"
#include "media/io/pictures.h"
#include "sender/film.h"
#include "sender/sender.h"

#include <jansson.h>
#include <stdbool.h>

struct radio_config {
    struct loop *loop;
    struct sender_config sender;     // listeners_max is set here
    const char *source;              // see input.h
    struct pictures_config pictures; // beside it; source NULL: none
    struct film_config film;         // of those: what sender_options_apply fills in
    union address local;             // where to listen
    const struct impair_spec *netem; // outlives the radio
    bool feedback_for_all; // the description offers a session with feedback to whoever asks
    int wait;              // the time line starts with so many listeners; 0: at once
    bool loop_source;      // the source again and again, on one time line
    bool once;             // stop when the time line is over and everyone has gone
    uint64_t seed;
    void (*say)(void *ctx, bool detail,
                const char *text); // news for people; `detail`: for the curious only
    void (*stopped)(void *ctx);    // `once` was fulfilled
    void *ctx;
};

struct radio;

struct radio *radio_open(const struct radio_config *config, char *why,
                         size_t cap); // NULL: see `why`
// Says BYE to everyone and lets them go; config.stopped follows within a second.
void radio_stop(struct radio *radio);
void radio_close(struct radio *radio);

uint16_t radio_port(const struct radio *radio);
const char *radio_source(const struct radio *radio);
const char *radio_pictures(const struct radio *r); // likewise of the pictures; NULL: there are none

// The figures, one JSON object; the caller owns it. `since`: seconds that `bitrate_kbps` is the
// mean of.
json_t *radio_stats(struct radio *radio, double since);

#endif
