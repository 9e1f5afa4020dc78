// A film that runs: see spool.h.
#include "sender/io/spool.h"

#define LATE_MOST  3             // pictures behind time: those before are left out
#define POLL_AGAIN (2 * USEC_MS) // for a picture that is not there yet
#define LIVE_EARLY 0.85 // of the time between two pictures: sooner after one a camera has no next

static void warn(struct spool *r)
{
    const char *warning = pictures_warning(r->pictures);
    if (warning)
        r->say(r->ctx, false, warning);
}

void spool_start(struct spool *r, usec now)
{
    r->started = now;
    r->again = USEC_NEVER;
    r->over = false;
    warn(r);
    film_start(r->film, now);
}

void spool_delay(struct spool *r, usec later)
{
    if (!film_running(r->film))
        return;
    r->started += later;
    film_delay_until(r->film, film_picture_due(r->film) + later);
}

// The picture that is due; late: it is left out, so that the next ones are not. False: it is not there yet.
static bool make_picture(struct spool *r, usec due, bool late)
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
    warn(r);
    return true;
}

// A camera has a clock of its own: its pictures are of the instant at which they are there, and what was due
// until then is none. All of the one before has been sent, see SPREAD_OF in film.c.
static void run_live(struct spool *r, usec now, usec interval)
{
    struct picture picture;
    while (film_picture_due(r->film) <= now)
        film_skip(r->film);
    r->send(r->ctx, now);
    if (!film_running(r->film) || r->over || (r->again != USEC_NEVER && now < r->again))
        return;
    r->again = now + POLL_AGAIN;
    switch (pictures_read(r->pictures, now - r->started, &picture)) {
    case PICTURES_NEW:
        if (!r->dark)
            film_picture(r->film, now, &picture);
        r->again = now + (usec)(LIVE_EARLY * (double)interval);
        break;
    case PICTURES_LATE:
        break;
    case PICTURES_OVER:
        r->over = true;
        warn(r);
    }
    r->send(r->ctx, now);
}

void spool_run(struct spool *r, usec now)
{
    int num, den;
    usec due;
    pictures_fps(r->pictures, &num, &den);
    usec interval = USEC_SECOND * den / num;
    if (pictures_live(r->pictures)) {
        run_live(r, now, interval);
        return;
    }
    r->send(r->ctx, now);
    r->again = USEC_NEVER;
    while ((due = film_picture_due(r->film)) <= now) {
        bool late = now - due > LATE_MOST * interval;
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

usec spool_next(const struct spool *r)
{
    if (pictures_live(r->pictures) && film_running(r->film))
        return usec_min(film_next(r->film), r->over ? USEC_NEVER : r->again);
    return usec_max(film_next(r->film), r->again == USEC_NEVER ? 0 : r->again);
}
