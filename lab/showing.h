// The pictures of a call in virtual time, beside its voice (sim.h): the film and the screen that ship, the
// network of that call between them, and what is seen set beside what was sent.
//
// A picture is compared in the middle of the time that it should be on the screen: half an interval after
// the voice of its instant is heard. What is on the screen then may be an earlier one, or a damaged one: so a
// frozen screen costs what it differs from what should be there by then. Before the first picture the screen
// is black, and that is compared, too. Where nothing is heard for some seconds, pictures are compared without
// waiting any longer.
#ifndef LAB_SHOWING_H
#define LAB_SHOWING_H

#include "lab/network.h"
#include "lab/picture_score.h"
#include "receiver/screen.h"
#include "sender/film.h"

#include <stdbool.h>
#include <stdint.h>

struct showing_moment {
    usec time;                          // of the picture, on the time line of the source
    const struct picture *sent, *shown; // until the callback returns
    struct picture_score score;
};

struct showing_config {
    struct film_config film; // size, rate, bitrate, resend, payload types; the rest is set here
    enum screen_loss loss;
    bool again;   // the receiver asks for what is missing
    bool compare; // false: no scores
    // The picture of that instant, of which each is asked for once, in order; borrowed until the next.
    // False: there is none, the last one stays.
    bool (*picture)(void *ctx, usec time, struct picture *picture);
    // May be NULL: what is seen from `at` on; `interval` is the usual time between two.
    void (*seen)(void *ctx, usec at, usec interval, const struct picture *picture);
    void (*compared)(void *ctx, const struct showing_moment *moment); // may be NULL
    void *ctx;
};

struct showing_figures {
    struct film_stats film;
    struct screen_stats screen;
    uint64_t compared;
    struct picture_score mean; // of those
    double ssim_least;
    uint64_t freezes; // as screen_stats has them, and one that lasts until the last that was sent
    usec frozen;
    uint64_t octets_wire; // with RTP, UDP and IP headers, those that were sent again included
    usec sent_for;        // time line of the source that they cover
};

struct showing;

// The film starts at instant 0, when its only listener plays. `network` outlives it. voice_time: RTP time of
// the voice at instant 0. NULL: no memory, or settings that the codec refuses.
struct showing *showing_new(const struct showing_config *config, struct network *network,
                            uint32_t voice_time, bool tcp);
void showing_free(struct showing *s); // NULL is fine: in all that follow, too, but the figures

// RTCP of the voice, as it arrived; and that its sound of `time` (and of that RTP time) is heard at `at`.
void showing_voice_rtcp(struct showing *s, const void *data, size_t len);
// wait: above its fastest packet, as the receiver has it.
void showing_heard(struct showing *s, uint32_t voice_time, usec time, usec at, usec wait);
usec showing_wait(const struct showing *s); // see screen_wait
// What arrived of the pictures.
void showing_packet(struct showing *s, enum network_way way, const struct network_packet *packet);

void showing_send(struct showing *s,
                  usec now); // makes pictures and sends what is due: before anything arrives
void showing_run(struct showing *s, usec now); // shows, compares, says back: after that
void showing_end(struct showing *s, usec now); // the voice is over: the film, too
usec showing_next(const struct showing *s);
bool showing_is_over(const struct showing *s);  // all was sent, seen and compared
bool showing_is_whole(const struct showing *s); // memory was there for all that was to be compared
struct showing_figures showing_figures(const struct showing *s);

#endif
