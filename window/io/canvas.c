// The window on the screen: see canvas.h.
#include "window/io/canvas.h"

#include <SDL.h>
#include <SDL_ttf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZES       12  // of letters, open at a time
#define WORDS       256 // texts that are kept as drawn
#define WORDS_WAYS  4
#define SHRINK_MOST 0.6 // a text that is too wide is made no smaller
#define DPI         96.0
#define RECTS       16 // parts that change in a frame; more: all does

struct word {
    SDL_Surface *drawn;
    uint64_t hash;
    uint64_t used; // when
};

struct canvas {
    SDL_Window *window;
    SDL_Surface *surface; // SDL's; NULL: to be asked for
    bool video, ttf;
    const char *font;
    struct {
        TTF_Font *font;
        int size;
        uint64_t used;
    } sizes[SIZES];
    struct word words[WORDS];
    uint64_t clock;
    SDL_Surface *picture; // the last one, in colours; NULL: there was none
    SDL_Rect changed[RECTS];
    int changed_count; // more than RECTS: everything
};

// ---- letters -----------------------------------------------------------------------------------

static const char *find_font(void)
{
    static const char *const fonts[] = {
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", // Debian
        "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
        "/usr/share/fonts/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/TTF/DejaVuSans.ttf",
        "/usr/local/share/fonts/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    };
    for (size_t i = 0; i < sizeof fonts / sizeof fonts[0]; i++) {
        SDL_RWops *file = SDL_RWFromFile(fonts[i], "rb");
        if (file) {
            SDL_RWclose(file);
            return fonts[i];
        }
    }
    return NULL;
}

static TTF_Font *font_of(struct canvas *s, int size)
{
    int oldest = 0;
    for (int i = 0; i < SIZES; i++) {
        if (s->sizes[i].font && s->sizes[i].size == size) {
            s->sizes[i].used = s->clock;
            return s->sizes[i].font;
        }
        if (s->sizes[i].used < s->sizes[oldest].used)
            oldest = i;
    }
    if (s->sizes[oldest].font)
        TTF_CloseFont(s->sizes[oldest].font);
    s->sizes[oldest].font = TTF_OpenFont(s->font, size);
    s->sizes[oldest].size = size;
    s->sizes[oldest].used = s->clock;
    return s->sizes[oldest].font;
}

// Smaller, where it would be too wide.
static SDL_Surface *draw_word(struct canvas *s, const struct draw_text *t)
{
    SDL_Color colour = {(Uint8)(t->colour >> 16), (Uint8)(t->colour >> 8), (Uint8)t->colour, 255};
    TTF_Font *font = font_of(s, t->rect.h);
    int width = 0, height;
    if (!font || TTF_SizeUTF8(font, t->text, &width, &height) != 0)
        return NULL;
    if (width > t->rect.w) {
        double by = (double)t->rect.w / width;
        font = font_of(s, (int)(t->rect.h * (by > SHRINK_MOST ? by : SHRINK_MOST)));
    }
    return font ? TTF_RenderUTF8_Blended(font, t->text, colour) : NULL;
}

static uint64_t hash_of(const struct draw_text *t)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (const char *c = t->text; *c; c++)
        h = (h ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
    h = (h ^ t->colour) * UINT64_C(0x100000001b3);
    h = (h ^ (uint64_t)t->rect.h) * UINT64_C(0x100000001b3);
    return (h ^ (uint64_t)t->rect.w) * UINT64_C(0x100000001b3);
}

static SDL_Surface *word_of(struct canvas *s, const struct draw_text *t)
{
    uint64_t hash = hash_of(t);
    struct word *set = &s->words[(hash >> 32) % (WORDS / WORDS_WAYS) * WORDS_WAYS], *oldest = set;
    for (int i = 0; i < WORDS_WAYS; i++) {
        if (set[i].drawn && set[i].hash == hash) {
            set[i].used = s->clock;
            return set[i].drawn;
        }
        if (set[i].used < oldest->used)
            oldest = &set[i];
    }
    SDL_FreeSurface(oldest->drawn);
    *oldest = (struct word){draw_word(s, t), hash, s->clock};
    return oldest->drawn;
}

static void draw_text_on(struct canvas *s, const struct draw_text *t)
{
    SDL_Surface *word = word_of(s, t);
    if (!word)
        return;
    int room = t->rect.w, width = word->w < room ? word->w : room;
    int x = t->align == DRAW_LEFT    ? t->rect.x
            : t->align == DRAW_RIGHT ? t->rect.x + room - width
                                     : t->rect.x + (room - width) / 2;
    SDL_Rect from = {0, 0, width, word->h};
    SDL_Rect to = {x, t->rect.y + (t->rect.h - word->h) / 2, width, word->h};
    SDL_BlitSurface(word, &from, s->surface, &to);
}

// ---- drawing -----------------------------------------------------------------------------------

static bool have_surface(struct canvas *s)
{
    if (!s->surface)
        s->surface = SDL_GetWindowSurface(s->window);
    return s->surface;
}

static Uint32 pixel(const struct canvas *s, uint32_t colour)
{
    return SDL_MapRGB(s->surface->format, (Uint8)(colour >> 16), (Uint8)(colour >> 8),
                      (Uint8)colour);
}

static void change(struct canvas *s, SDL_Rect area)
{
    if (s->changed_count < RECTS)
        s->changed[s->changed_count] = area;
    s->changed_count++;
}

void canvas_draw(struct canvas *s, const struct draw *d)
{
    SDL_Rect area = {d->area.x, d->area.y, d->area.w, d->area.h};
    if (!have_surface(s))
        return;
    s->clock++;
    SDL_SetClipRect(s->surface, &area);
    SDL_FillRect(s->surface, &area, pixel(s, d->ground));
    for (int i = 0; i < d->boxes_count; i++) {
        const struct draw_box *b = &d->boxes[i];
        const SDL_Rect box = {b->x, b->y, b->w, b->h};
        SDL_FillRect(s->surface, &box, pixel(s, b->colour));
    }
    for (int i = 0; i < d->texts_count; i++)
        draw_text_on(s, &d->texts[i]);
    SDL_SetClipRect(s->surface, NULL);
    change(s, area);
}

bool canvas_picture(struct canvas *s, const struct picture *picture, struct rect to)
{
    SDL_Rect area = {to.x, to.y, to.w, to.h};
    if (!have_surface(s))
        return true;
    if (!s->picture || s->picture->w != picture->width || s->picture->h != picture->height ||
        s->picture->format->format != s->surface->format->format) {
        SDL_FreeSurface(s->picture);
        s->picture = SDL_CreateRGBSurfaceWithFormat(0, picture->width, picture->height, 32,
                                                    s->surface->format->format);
    }
    if (!s->picture ||
        SDL_ConvertPixels(picture->width, picture->height, SDL_PIXELFORMAT_IYUV, picture->plane[0],
                          picture->stride[0], s->surface->format->format, s->picture->pixels,
                          s->picture->pitch) != 0)
        return false;
    if (SDL_SoftStretchLinear(s->picture, NULL, s->surface, &area) != 0)
        SDL_BlitScaled(s->picture, NULL, s->surface, &area);
    change(s, area);
    return true;
}

void canvas_show(struct canvas *s)
{
    if (s->changed_count > RECTS)
        SDL_UpdateWindowSurface(s->window);
    else if (s->changed_count)
        SDL_UpdateWindowSurfaceRects(s->window, s->changed, s->changed_count);
    s->changed_count = 0;
}

void canvas_forget(struct canvas *s)
{
    s->surface = NULL;
    s->changed_count = RECTS + 1;
}

void canvas_size(struct canvas *s, int *width, int *height)
{
    bool have = have_surface(s);
    *width = have ? s->surface->w : 1;
    *height = have ? s->surface->h : 1;
}

static double scale_of(int display)
{
    float dpi;
    if (display < 0 || SDL_GetDisplayDPI(display, &dpi, NULL, NULL) != 0 || dpi < DPI)
        return 1;
    return dpi > 4 * DPI ? 1 : (int)(4 * (dpi / DPI) + 0.5) / 4.0; // a projector may say anything
}

double canvas_scale(const struct canvas *s)
{
    return scale_of(SDL_GetWindowDisplayIndex(s->window));
}

void canvas_full(struct canvas *s)
{
    bool full = SDL_GetWindowFlags(s->window) & SDL_WINDOW_FULLSCREEN_DESKTOP;
    SDL_SetWindowFullscreen(s->window, full ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
    canvas_forget(s);
}

uint32_t *canvas_pixels(struct canvas *s, int *width, int *height)
{
    if (!have_surface(s))
        return NULL;
    *width = s->surface->w;
    *height = s->surface->h;
    uint32_t *pixels = malloc(sizeof *pixels * (size_t)*width * (size_t)*height);
    if (pixels && SDL_ConvertPixels(*width, *height, s->surface->format->format, s->surface->pixels,
                                    s->surface->pitch, SDL_PIXELFORMAT_RGB888, pixels,
                                    *width * (int)sizeof *pixels) != 0) {
        free(pixels);
        return NULL;
    }
    return pixels;
}

// ---- beginning and end -------------------------------------------------------------------------

static bool is_named(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

// Without a display SDL may draw where nobody sees it, and the libraries that it asks complain by themselves:
// what is not named is not asked, but by who wants it so (SDL_VIDEODRIVER).
static bool open_display(void)
{
    bool wayland = is_named("WAYLAND_DISPLAY") && is_named("XDG_RUNTIME_DIR");
    if (!SDL_GetHint(SDL_HINT_VIDEODRIVER)) {
        if (!wayland && !is_named("DISPLAY"))
            return false;
        SDL_SetHint(SDL_HINT_VIDEODRIVER, wayland ? "x11,wayland" : "x11");
    }
    return SDL_InitSubSystem(SDL_INIT_VIDEO) == 0;
}

static bool open_window(struct canvas *s, const char *title, int width, int height, char *why,
                        size_t cap)
{
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); // the loop has its own
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION,
                "0"); // where OpenGL is software, it costs ten times as much
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0"); // nobody touches a key in a lecture
    s->video = open_display();
    if (!s->video) {
        snprintf(why, cap,
                 "there is no display that answers. Set DISPLAY or WAYLAND_DISPLAY to one, or "
                 "leave --window out.");
        return false;
    }
    SDL_Rect room;
    width = (int)(width * scale_of(0));
    height = (int)(height * scale_of(0));
    if (SDL_GetDisplayUsableBounds(0, &room) == 0) {
        width = width < room.w ? width : room.w;
        height = height < room.h ? height : room.h;
    }
    s->window = SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, width,
                                 height, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (!s->window || !have_surface(s)) {
        snprintf(why, cap, "no window can be opened: %s", SDL_GetError());
        return false;
    }
    SDL_SetWindowMinimumSize(s->window, 240, 160);
    return true;
}

struct canvas *canvas_open(const char *title, int width, int height, char *why, size_t cap)
{
    struct canvas *s = calloc(1, sizeof *s);
    snprintf(why, cap, "no memory for a window");
    if (!s || !open_window(s, title, width, height, why, cap)) {
        canvas_close(s);
        return NULL;
    }
    s->ttf = TTF_Init() == 0;
    s->font = find_font();
    if (!s->ttf || !s->font) {
        snprintf(why, cap,
                 "there are no letters for the window: the font DejaVu Sans is missing (package "
                 "fonts-dejavu-core)");
        canvas_close(s);
        return NULL;
    }
    return s;
}

void canvas_close(struct canvas *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < WORDS; i++)
        SDL_FreeSurface(s->words[i].drawn);
    for (size_t i = 0; i < SIZES; i++)
        if (s->sizes[i].font)
            TTF_CloseFont(s->sizes[i].font);
    if (s->ttf)
        TTF_Quit();
    if (s->window)
        SDL_DestroyWindow(s->window);
    if (s->video)
        SDL_QuitSubSystem(SDL_INIT_VIDEO);
    SDL_FreeSurface(s->picture);
    free(s);
}
