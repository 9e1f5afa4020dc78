// A film that runs: see reel.h.
#include "sender/io/reel.h"

#define LATE_MOST  3             // pictures behind time: those before are left out
#define POLL_AGAIN (2 * USEC_MS) // for a picture that is not there yet

void reel_start(struct reel *r, usec now)
{
    r->started = now;
    r->again = USEC_NEVER;
    r->over = false;
    film_start(r->film, now);
}

void reel_delay(struct reel *r, usec later)
{
    if (!film_running(r->film))
        return;
    r->started += later;
    film_delay_until(r->film, film_picture_due(r->film) + later);
}

// The picture that is due; late: it is left out, so that the next ones are not. False: it is not there yet.
static bool make_picture(struct reel *r, usec due, bool late)
{
    struct picture picture;
    switch (r->over ? PICTURES_OVER : pictures_read(r->pictures, due - r->started, &picture)) {
    case PICTURES_NEW:
        if (late || r->dark)
            film_skip(r->film);
        else
            film_picture(r->film, due, &picture);
        return true;
    case PICTURES_LATE:
        return false;
    case PICTURES_OVER:
        r->over = true;
        film_skip(r->film);
        break;
    }
    const char *warning = pictures_warning(r->pictures);
    if (warning)
        r->say(r->ctx, false, warning);
    return true;
}

void reel_run(struct reel *r, usec now)
{
    int num, den;
    usec due;
    pictures_fps(r->pictures, &num, &den);
    r->send(r->ctx, now);
    r->again = USEC_NEVER;
    while ((due = film_picture_due(r->film)) <= now) {
        bool late = now - due > LATE_MOST * (USEC_SECOND * den / num);
        bool made = make_picture(r, due, late);
        r->send(r->ctx, now);
        if (made)
            continue;
        r->again = now + POLL_AGAIN;
        if (!late)
            break;
        film_skip(r->film);
    }
}

usec reel_next(const struct reel *r)
{
    return usec_max(film_next(r->film), r->again == USEC_NEVER ? 0 : r->again);
}
