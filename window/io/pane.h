// The window while it runs: a timer of the loop draws it 60 times a second, an area at a time, and lets
// everything else of the loop go first; keys and clicks are told to whoever opened it.
#ifndef WINDOW_IO_PANE_H
#define WINDOW_IO_PANE_H

#include "media/io/loop.h"
#include "media/picture.h"
#include "window/control.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pane_config {
    struct loop *loop;
    enum label_lang lang;
    const char *title;
    struct knobs knobs; // as they are at first
    // A knob was turned: apply what `knobs` say of it.
    void (*turned)(void *ctx, enum knob knob, const struct knobs *knobs);
    // The figures so far; false: there is no stream now. `status` is a line about what is heard.
    bool (*figures)(void *ctx, struct receiver_stats *stats, struct report_context *context,
                    char *status, size_t cap);
    // Those of the pictures; NULL: there never are any.
    bool (*pictures)(void *ctx, struct screen_stats *stats);
    // A duel: two calls, one above the other. What is said of both now; NULL: there is one call.
    void (*lanes)(void *ctx, const struct knobs *knobs, struct lane lanes[LANES]);
    // A call's: a letter that may be the call's. False: it is the window's. NULL: it shows no call.
    bool (*pressed)(void *ctx, char letter);
    void (*closed)(void *ctx); // by the user
    void *ctx;
};

struct pane_stats {
    uint64_t frames;
    uint64_t postponed; // times that drawing waited for something else
    usec drawing;       // time that all of it took
    usec longest;       // slice
};

struct pane;

struct pane *pane_open(const struct pane_config *config, char *why, size_t cap);
void pane_close(struct pane *p); // NULL is fine

// Tell it what happens (timeline.h).
struct timeline *pane_timeline(struct pane *p);
struct timeline *pane_below(struct pane *p); // the second call's; NULL: there is one call
// What is about to be heard: it is kept, and while the user looks back it gives way to what he hears.
void pane_sounds(struct pane *p, int16_t *pcm, size_t samples, int channels);
// The same of two calls, one channel each.
void pane_sounds_both(struct pane *p, int16_t *first, int16_t *second, size_t samples);
// A picture is to be seen from now on, beside the sound; it is copied.
void pane_picture(struct pane *p, const struct picture *picture);
// What is shown has ended, and `why` is said. True: the window stays, while the user looks back and a few
// seconds more; ask again.
bool pane_lingers(struct pane *p, enum label why);
struct pane_stats pane_stats(const struct pane *p);

struct pane_lang {
    bool said; // else the environment's
    enum label_lang lang;
};

// For --lang: a `set` function (media/io/cli.h) of a struct pane_lang.
bool pane_set_lang(void *lang, const char *value, char *why);
enum label_lang pane_lang(const struct pane_lang *lang);

#endif
