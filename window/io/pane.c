// The window while it runs: see pane.h.
//
// A frame is drawn in slices, an area each, and between two of them the loop turns once: what came meanwhile is
// read, and what is due is done. A slice that might make the next timer late waits until that has fired.
#include "window/io/pane.h"

#include "media/io/cli.h"
#include "window/io/canvas.h"
#include "window/io/snapshot.h"
#include "window/layout.h"
#include "window/replay.h"

#include <SDL.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAME    (USEC_SECOND / 60)
#define MARGIN   ((usec)200)
#define PATIENCE (50 * USEC_MS) // then a slice goes first, once
#define NOTICE   (4 * USEC_SECOND)
#define WIDTH    1280
#define HEIGHT   720
#define TEXT     160

struct pane {
    struct pane_config config;
    struct canvas *screen;
    struct timeline *timeline, *below; // below: NULL: there is one call
    struct lane lanes[LANES];
    struct control control;
    struct layout layout;
    struct loop_timer timer;
    uint64_t drawn[LAYOUT_AREAS];   // draw_hash of what is seen
    usec frame;                     // when it was due
    usec second, waited;            // next figures; since when a slice waits, 0: none does
    double slice[LAYOUT_AREAS + 1]; // usec: how long each takes to draw, lately; and to show all
    int64_t at;                     // scrub_at of this frame
    char status[TEXT], notice[TEXT];
    usec notice_until;
    enum label ended;              // why
    usec ended_since, ended_asked; // pane_lingers: since when, and when last; 0: it has not
    uint8_t *memory;               // of the picture
    struct picture picture;        // the latest, but not while paused; width 0: there is none
    int64_t picture_at;            // in samples of the timeline: since when it is seen
    struct picture seen;           // it, or one of before; width 0: there was none
    struct replay *replay;         // NULL: there is no picture, or no memory
    usec sounded;                  // when sound was last taken,
    size_t block;                  // how much,
    usec device_delay;             // and when it is heard
    struct motion motion;
    enum layout_area area; // that is drawn next
    int drag_x;
    bool dragging;
    bool picture_new; // `seen` is not drawn yet
    bool drew;        // something, in this slice
    bool saving; // a picture is asked for: when the frame is whole, and the one before is saved
    struct snapshot *snapshot; // that is being saved; NULL: none
    struct pane_stats stats;
    struct draw draw;
};

// ---- the user ----------------------------------------------------------------------------------

static void note(struct pane *p, const char *text)
{
    snprintf(p->notice, sizeof p->notice, "%s", text);
    p->notice_until = loop_now() + NOTICE;
}

static void on_saved(void *ctx, const char *name, int fault)
{
    struct pane *p = ctx;
    char text[TEXT];
    snprintf(text, sizeof text, fault ? "%s: %s" : "%s", name, strerror(fault));
    note(p, text);
    p->snapshot = NULL;
}

static void save(struct pane *p)
{
    int width, height;
    uint32_t *pixels = canvas_pixels(p->screen, &width, &height);
    if (pixels)
        p->snapshot = snapshot_new(p->config.loop, pixels, width, height, on_saved, p);
    if (!p->snapshot)
        note(p, strerror(ENOMEM));
}

static void act(struct pane *p, enum control_act what)
{
    if (p->control.notice != LABEL_COUNT)
        note(p, label_of(p->config.lang, p->control.notice));
    p->control.notice = LABEL_COUNT;
    switch (what) {
    case CONTROL_NOTHING:
        break;
    case CONTROL_TURNED:
        p->config.turned(p->config.ctx, p->control.turned, &p->control.knobs);
        break;
    case CONTROL_SAVE:
        p->saving = true;
        break;
    case CONTROL_FULL:
        canvas_full(p->screen);
        memset(p->drawn, 0, sizeof p->drawn);
        break;
    case CONTROL_QUIT:
        p->config.closed(p->config.ctx);
        break;
    }
}

static int key_of(SDL_Keycode key)
{
    static const struct {
        SDL_Keycode sdl;
        int key;
    } keys[] = {
        {SDLK_LEFT, CONTROL_LEFT},     {SDLK_RIGHT, CONTROL_RIGHT},  {SDLK_UP, CONTROL_UP},
        {SDLK_DOWN, CONTROL_DOWN},     {SDLK_F1, CONTROL_F1},        {SDLK_F11, CONTROL_F11},
        {SDLK_TAB, CONTROL_TAB},       {SDLK_RETURN, CONTROL_ENTER}, {SDLK_KP_ENTER, CONTROL_ENTER},
        {SDLK_ESCAPE, CONTROL_ESCAPE}, {SDLK_EQUALS, '+'},           {SDLK_KP_PLUS, '+'},
        {SDLK_KP_MINUS, '-'},          {SDLK_PAGEUP, CONTROL_UP},    {SDLK_PAGEDOWN, CONTROL_DOWN},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (keys[i].sdl == key)
            return keys[i].key;
    return key >= ' ' && key < 127 && key != '?' ? (int)key : 0;
}

static void on_key(struct pane *p, const SDL_KeyboardEvent *event)
{
    struct control_press press = {.key = key_of(event->keysym.sym),
                                  .shift = event->keysym.mod & KMOD_SHIFT,
                                  .ctrl = event->keysym.mod & KMOD_CTRL};
    bool letter = press.key >= 'a' && press.key <= 'z' && !press.ctrl;
    if (letter && p->config.pressed && p->config.pressed(p->config.ctx, (char)press.key))
        return;
    if (press.key && !(event->keysym.mod & KMOD_ALT))
        act(p, control_key(&p->control, &press));
}

static void on_mouse(struct pane *p, const SDL_Event *event)
{
    int x, y;
    SDL_GetMouseState(&x, &y);
    if (event->type == SDL_MOUSEBUTTONDOWN && event->button.button == SDL_BUTTON_LEFT) {
        p->drag_x = event->button.x;
        p->dragging = true;
        act(p, control_click(&p->control, &p->layout, event->button.x, event->button.y));
    } else if (event->type == SDL_MOUSEBUTTONUP) {
        p->dragging = false;
    } else if (event->type == SDL_MOUSEMOTION && p->dragging) {
        control_drag(&p->control, &p->layout, event->motion.x, p->drag_x, event->motion.y);
        p->drag_x = event->motion.x;
    } else if (event->type == SDL_MOUSEWHEEL && event->wheel.y) {
        act(p, control_wheel(&p->control, &p->layout, x, y, event->wheel.y > 0));
    }
}

static void on_window(struct pane *p, const SDL_WindowEvent *event)
{
    if (event->event == SDL_WINDOWEVENT_SIZE_CHANGED || event->event == SDL_WINDOWEVENT_EXPOSED) {
        canvas_forget(p->screen);
        memset(p->drawn, 0, sizeof p->drawn);
    }
}

static void take_events(struct pane *p)
{
    SDL_Event event;
    while (SDL_PollEvent(&event)) {
        switch (event.type) {
        case SDL_QUIT:
            act(p, CONTROL_QUIT);
            break;
        case SDL_KEYDOWN:
            on_key(p, &event.key);
            break;
        case SDL_TEXTINPUT: // where it lies is another key on each keyboard
            if (event.text.text[0] == '?')
                act(p, control_key(&p->control, &(struct control_press){.key = '?'}));
            break;
        case SDL_WINDOWEVENT:
            on_window(p, &event.window);
            break;
        default:
            on_mouse(p, &event);
            break;
        }
    }
}

// ---- a frame -----------------------------------------------------------------------------------

static void look_at_figures(struct pane *p, usec now)
{
    struct receiver_stats stats;
    struct screen_stats pictures;
    struct report_context context;
    bool there = p->config.figures(p->config.ctx, &stats, &context, p->status, sizeof p->status);
    if (!there)
        return;
    p->device_delay = context.device_delay;
    p->control.knobs.tcp = *context.transport == 't';
    if (stats.packets_received)
        timeline_follow(p->timeline, stats.ssrc);
    if (now < p->second)
        return;
    timeline_second(p->timeline, now, &stats, &context);
    if (p->config.pictures && !p->control.scrub.paused &&
        p->config.pictures(p->config.ctx, &pictures))
        motion_second(&p->motion, now, &pictures);
    p->second = usec_max(p->second + USEC_SECOND, now);
}

// Which picture belongs to what is heard, or would be?
static void choose_picture(struct pane *p)
{
    struct picture seen = p->picture;
    if (p->replay && p->at < p->picture_at && !replay_at(p->replay, p->at, &seen))
        seen = (struct picture){0};
    p->picture_new |= seen.plane[0] != p->seen.plane[0];
    p->seen = seen;
}

static void begin_frame(struct pane *p, usec now)
{
    int width, height;
    take_events(p);
    if (p->below) {
        timeline_freeze(p->below, p->control.scrub.paused);
        p->config.lanes(p->config.ctx, &p->control.knobs, p->lanes);
    }
    look_at_figures(p, now);
    canvas_size(p->screen, &width, &height);
    p->control.knobs.pictures = p->picture.width > 0;
    const struct layout_picture picture = {p->picture.width, p->picture.height};
    const struct control *c = &p->control;
    double scale = canvas_scale(p->screen);
    struct layout l = p->below ? layout_duel(width, height, scale, c->letters, c->zoom, c->help)
                               : layout_of(width, height, scale, c->letters, c->zoom, c->help,
                                           picture.width ? &picture : NULL);
    if (memcmp(&l.area, &p->layout.area, sizeof l.area) != 0) // areas have moved
        memset(p->drawn, 0, sizeof p->drawn);
    p->layout = l;
    p->at = scrub_at(&p->control.scrub, p->timeline);
    choose_picture(p);
}

// Whoever is told to linger asks again soon; or a new session has begun.
static bool has_ended(const struct pane *p, usec now)
{
    return p->ended_asked && now - p->ended_asked < USEC_SECOND;
}

static void draw_area(struct pane *p, usec now)
{
    const struct layout_view view = {
        .timeline = p->timeline,
        .knobs = &p->control.knobs,
        .scrub = &p->control.scrub,
        .at = p->at,
        .lang = p->config.lang,
        .shows = p->below            ? LABEL_DUEL
                 : p->config.pressed ? LABEL_CALL
                                     : LABEL_STREAM,
        .focus = p->control.focus,
        .help = p->control.help,
        .below = p->below,
        .lanes = p->below ? p->lanes : NULL,
        .motion = p->picture.width ? &p->motion : NULL,
        .status = p->status,
        .notice = now < p->notice_until ? p->notice
                  : has_ended(p, now)   ? label_of(p->config.lang, p->ended)
                                        : NULL,
    };
    if (!p->layout.area[p->area].w)
        return;
    layout_draw(&p->layout, &view, p->area, &p->draw);
    uint64_t hash = draw_hash(&p->draw);
    bool picture = p->area == LAYOUT_PICTURE;
    p->drew = hash != p->drawn[p->area] || (picture && p->picture_new);
    if (hash != p->drawn[p->area] || (p->drew && !p->seen.width))
        canvas_draw(p->screen, &p->draw);
    if (picture && p->drew) {
        if (p->seen.width)
            canvas_picture(p->screen, &p->seen, p->layout.picture);
        p->picture_new = false;
    }
    p->drawn[p->area] = hash;
}

// Would a slice make the next thing that is due late?
static bool is_busy(struct pane *p, usec now)
{
    usec next = loop_next(p->config.loop);
    if (next == USEC_NEVER || next - now > 2 * (usec)p->slice[p->area] + MARGIN ||
        (p->waited && now - p->waited > PATIENCE)) {
        p->waited = 0;
        return false;
    }
    if (!p->waited)
        p->waited = now;
    p->stats.postponed++;
    loop_timer_set(&p->timer, usec_max(next, now) + 1);
    return true;
}

static void finish_frame(struct pane *p, usec now)
{
    canvas_show(p->screen);
    if (p->saving && !p->snapshot) {
        save(p);
        p->saving = false;
    }
    p->drew = true;
    p->stats.frames++;
    p->area = LAYOUT_STRIP;
    p->frame = usec_max(p->frame + FRAME, now - FRAME);
    loop_timer_set(&p->timer, p->frame);
}

static void count_slice(struct pane *p, enum layout_area area, usec took)
{
    p->stats.drawing += took;
    p->stats.longest = usec_max(p->stats.longest, took);
    if (p->drew)
        p->slice[area] += ((double)took - p->slice[area]) / 64;
    p->drew = false;
}

static void on_timer(void *ctx, usec now)
{
    struct pane *p = ctx;
    if (is_busy(p, now))
        return;
    enum layout_area area = p->area;
    if (area == LAYOUT_STRIP)
        begin_frame(p, now);
    if (area < LAYOUT_AREAS) {
        draw_area(p, now);
        p->area++;
        loop_timer_set(&p->timer, now);
    } else {
        finish_frame(p, now);
    }
    count_slice(p, area, loop_now() - now);
}

// ---- the object --------------------------------------------------------------------------------

struct pane *pane_open(const struct pane_config *config, char *why, size_t cap)
{
    struct pane *p = calloc(1, sizeof *p);
    snprintf(why, cap, "no memory for a window");
    if (!p)
        return NULL;
    p->config = *config;
    loop_timer_init(&p->timer, config->loop, on_timer, p);
    p->timeline = timeline_new();
    p->below = config->lanes ? timeline_new() : NULL;
    bool made = p->timeline && (p->below || !config->lanes);
    p->screen = made ? canvas_open(config->title, WIDTH, HEIGHT, why, cap) : NULL;
    if (!p->screen) {
        pane_close(p);
        return NULL;
    }
    control_init(&p->control, p->timeline, &config->knobs);
    SDL_StartTextInput();
    p->frame = p->second = loop_now();
    loop_timer_set(&p->timer, p->frame);
    return p;
}

void pane_close(struct pane *p)
{
    if (!p)
        return;
    loop_timer_set(&p->timer, USEC_NEVER);
    snapshot_leave(p->snapshot);
    if (p->saving) { // asked for in the last moment
        save(p);
        snapshot_leave(p->snapshot);
    }
    canvas_close(p->screen);
    timeline_free(p->timeline);
    timeline_free(p->below);
    replay_free(p->replay);
    free(p->memory);
    free(p);
}

struct timeline *pane_timeline(struct pane *p)
{
    return p->timeline;
}

void pane_sounds(struct pane *p, int16_t *pcm, size_t samples, int channels)
{
    p->sounded = loop_now();
    p->block = samples;
    timeline_heard(p->timeline, pcm, samples, channels);
    scrub_fill(&p->control.scrub, p->timeline, pcm, samples, channels);
}

struct timeline *pane_below(struct pane *p)
{
    return p->below;
}

void pane_sounds_both(struct pane *p, int16_t *first, int16_t *second, size_t samples)
{
    struct scrub same = p->control.scrub;
    timeline_heard(p->timeline, first, samples, 1);
    timeline_heard(p->below, second, samples, 1);
    scrub_fill(&same, p->below, second, samples, 1);
    scrub_fill(&p->control.scrub, p->timeline, first, samples, 1);
}

// Which sample is heard now? Those that were taken last wait in the device.
static int64_t heard_now(const struct pane *p)
{
    int64_t end = timeline_end(p->timeline);
    usec since = loop_now() - p->sounded - p->device_delay;
    int64_t heard = end - (int64_t)p->block + usec_to_units(since, TIMELINE_RATE);
    return heard < end ? heard : end;
}

void pane_picture(struct pane *p, const struct picture *picture)
{
    if (p->control.scrub.paused) // one looks at others
        return;
    if (p->picture.width != picture->width || p->picture.height != picture->height) {
        free(p->memory);
        p->memory = malloc(picture_octets(picture->width, picture->height));
        p->picture = p->memory ? picture_of(p->memory, picture->width, picture->height)
                               : (struct picture){0};
    }
    p->seen = p->picture; // the next slice may draw it
    if (!p->memory)
        return;
    p->picture_new = picture_copy(&p->picture, picture);
    p->picture_at = heard_now(p);
    if (!p->replay)
        p->replay = replay_new(picture->width, picture->height);
    if (p->replay)
        replay_put(p->replay, p->picture_at, picture);
}

bool pane_lingers(struct pane *p, enum label why)
{
    usec now = loop_now();
    if (!has_ended(p, now) || p->control.scrub.paused)
        p->ended_since = now;
    p->ended = why;
    p->ended_asked = now;
    return now - p->ended_since < NOTICE;
}

struct pane_stats pane_stats(const struct pane *p)
{
    return p->stats;
}

bool pane_set_lang(void *lang, const char *value, char *why)
{
    static const char *const words[] = {[LABEL_EN] = "en", [LABEL_PT] = "pt", NULL};
    int index;
    if (!cli_word(value, words, &index, why))
        return false;
    *(struct pane_lang *)lang = (struct pane_lang){true, (enum label_lang)index};
    return true;
}

// The environment is asked as setlocale(3) does.
enum label_lang pane_lang(const struct pane_lang *lang)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    if (lang->said)
        return lang->lang;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *locale = getenv(names[i]);
        if (locale && *locale)
            return label_lang_of(locale);
    }
    return LABEL_EN;
}
