// The moving test picture: see pattern.h. From top to bottom: bars (a quarter), rings and the
// sweeping bar (a half), a panel with clock, number and flash, and two rows of blocks. Whole
// numbers only, so that every machine draws the same.
#include "media/pattern.h"

#include <math.h>

#define BLACK 16
#define WHITE 235
#define GREY  128 // of luma; and no colour

struct colour {
    uint8_t y, u, v;
};

struct box {
    int left, top, right, bottom; // pixels; right and bottom are the first ones outside
};

static const struct colour black = {BLACK, GREY, GREY};
static const struct colour white = {WHITE, GREY, GREY};

// ---- where things are --------------------------------------------------------------------------

#define BLOCKS      48 // 32 bits and their check
#define ROWS        2
#define ROW_BLOCKS  (BLOCKS / ROWS)
#define CHECK_BITS  16
#define NUMBER_BITS 32

static int scene_top(const struct picture *p)
{
    return p->height / 4;
}

static int panel_top(const struct picture *p)
{
    return p->height * 3 / 4;
}

static int row_height(const struct picture *p)
{
    return p->height / 22;
}

static struct box block_box(const struct picture *p, int i)
{
    int column = i % ROW_BLOCKS, row = i / ROW_BLOCKS;
    return (struct box){
        .left = p->width * column / ROW_BLOCKS,
        .right = p->width * (column + 1) / ROW_BLOCKS,
        .top = p->height - (ROWS - row) * row_height(p),
        .bottom = p->height - (ROWS - row - 1) * row_height(p),
    };
}

static struct box flash_box(const struct picture *p)
{
    return (struct box){p->width * 4 / 5, panel_top(p), p->width, p->height - ROWS * row_height(p)};
}

// ---- drawing -----------------------------------------------------------------------------------

static int clip(int value, int most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

static void fill_plane(const struct picture *p, int plane, struct box b, uint8_t value)
{
    int right = clip(b.right, picture_plane_width(p, plane));
    int bottom = clip(b.bottom, picture_plane_height(p, plane));
    for (int y = clip(b.top, bottom); y < bottom; y++)
        for (int x = clip(b.left, right); x < right; x++)
            p->plane[plane][(ptrdiff_t)y * p->stride[plane] + x] = value;
}

static void fill(const struct picture *p, struct box b, struct colour c)
{
    struct box half = {b.left / 2, b.top / 2, (b.right + 1) / 2, (b.bottom + 1) / 2};
    fill_plane(p, 0, b, c.y);
    fill_plane(p, 1, half, c.u);
    fill_plane(p, 2, half, c.v);
}

// White, yellow, cyan, green, magenta, red, blue, black, at three quarters of their strength
// (BT.601).
static void draw_bars(const struct picture *p)
{
    static const struct colour bars[8] = {
        {180, 128, 128}, {162, 44, 142}, {131, 156, 44}, {112, 72, 58},
        {84, 184, 198},  {65, 100, 212}, {35, 212, 114}, {16, 128, 128},
    };
    for (int i = 0; i < 8; i++)
        fill(p, (struct box){p->width * i / 8, 0, p->width * (i + 1) / 8, scene_top(p)}, bars[i]);
}

// Nearly a sine: -64..64 over a turn of 256.
static int wave(int64_t phase)
{
    int x = (int)(phase & 127); // half a turn
    int y = x * (128 - x) / 64; // 0..64
    return phase & 128 ? -y : y;
}

// Rings around the middle, finer and finer outwards, that grow; behind them colours that wander.
static void draw_scene(const struct picture *p, usec time)
{
    int top = scene_top(p), bottom = panel_top(p);
    int64_t turn = time * 256 / (2 * USEC_SECOND); // a ring is born every two seconds
    int64_t size = (int64_t)p->width * p->width;
    for (int y = top; y < bottom; y++)
        for (int x = 0; x < p->width; x++) {
            int64_t dx = 2 * x - p->width, dy = 2 * y - (top + bottom);
            int64_t rings = (dx * dx + dy * dy) * 256 * 20 / size;
            p->plane[0][(ptrdiff_t)y * p->stride[0] + x] = (uint8_t)(GREY + wave(rings - turn));
        }
    for (int y = top / 2; y < (bottom + 1) / 2; y++)
        for (int x = 0; x < (p->width + 1) / 2; x++) {
            int64_t across = (int64_t)x * 512 / p->width, down = (int64_t)y * 512 / p->height;
            p->plane[1][(ptrdiff_t)y * p->stride[1] + x] =
                (uint8_t)(GREY + wave(across + turn) / 2);
            p->plane[2][(ptrdiff_t)y * p->stride[2] + x] = (uint8_t)(GREY + wave(down - turn) / 2);
        }
}

// White on black, from left to right in four seconds.
static void draw_sweep(const struct picture *p, usec time)
{
    int width = p->width / 20 + 1;
    int left = (int)(time % (4 * USEC_SECOND) * (p->width + width) / (4 * USEC_SECOND)) - width;
    struct box b = {left, scene_top(p), left + width, panel_top(p)};
    fill(p, b, black);
    b.left += width / 4;
    b.right -= width / 4;
    fill(p, b, white);
}

// ---- text --------------------------------------------------------------------------------------

#define GLYPH_WIDTH  5
#define GLYPH_HEIGHT 7

// From the top; the leftmost pixel is the highest of five bits.
static const uint8_t digits[10][GLYPH_HEIGHT] = {
    {14, 17, 19, 21, 25, 17, 14}, {4, 12, 4, 4, 4, 4, 14},  {14, 17, 1, 6, 8, 16, 31},
    {14, 17, 1, 6, 1, 17, 14},    {2, 6, 10, 18, 31, 2, 2}, {31, 16, 30, 1, 1, 17, 14},
    {6, 8, 16, 30, 17, 17, 14},   {31, 1, 2, 4, 8, 8, 8},   {14, 17, 17, 14, 17, 17, 14},
    {14, 17, 17, 15, 1, 2, 12},
};
static const uint8_t colon[GLYPH_HEIGHT] = {0, 12, 12, 0, 12, 12, 0};
static const uint8_t dot[GLYPH_HEIGHT] = {0, 0, 0, 0, 0, 12, 12};

static const uint8_t *glyph_of(char c)
{
    return c == ':' ? colon : c == '.' ? dot : digits[(c - '0') % 10];
}

static void draw_glyph(const struct picture *p, int left, int top, int scale, const uint8_t *glyph)
{
    for (int y = 0; y < GLYPH_HEIGHT; y++)
        for (int x = 0; x < GLYPH_WIDTH; x++)
            if (glyph[y] >> (GLYPH_WIDTH - 1 - x) & 1)
                fill_plane(p, 0,
                           (struct box){left + x * scale, top + y * scale, left + (x + 1) * scale,
                                        top + (y + 1) * scale},
                           WHITE);
}

// `digits` of them, with leading zeros; returns where the next begins.
static char *put_number(char *at, uint64_t value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        at[i] = (char)('0' + value % 10);
    return at + count;
}

// 12 characters of clock, 1 of space, 6 or more of the number.
static void draw_panel(const struct picture *p, uint32_t number, usec time)
{
    char text[12 + 10], *at = text;
    uint64_t ms = (uint64_t)time / 1000;
    int scale = clip(p->width / 160, p->height / 60);
    int top =
        (panel_top(p) + p->height - ROWS * row_height(p) - GLYPH_HEIGHT * (scale + !scale)) / 2;
    at = put_number(at, ms / 3600000 % 100, 2);
    *at++ = ':';
    at = put_number(at, ms / 60000 % 60, 2);
    *at++ = ':';
    at = put_number(at, ms / 1000 % 60, 2);
    *at++ = '.';
    at = put_number(at, ms % 1000, 3);
    at = put_number(at, number, number < 1000000 ? 6 : 10);
    fill(p, (struct box){0, panel_top(p), p->width, p->height}, black);
    scale += !scale;
    for (int i = 0; i < at - text; i++)
        draw_glyph(p, (i + (i >= 12)) * (GLYPH_WIDTH + 1) * scale + 2 * scale, top, scale,
                   glyph_of(text[i]));
}

// ---- the blocks --------------------------------------------------------------------------------

// CRC-16 of CCITT, from all ones, so that a black row is no number.
static uint16_t check_of(uint32_t number)
{
    uint16_t crc = 0xffff;
    for (int bit = NUMBER_BITS - 1; bit >= 0; bit--) {
        bool differs = (crc >> 15 ^ number >> bit) & 1;
        crc = (uint16_t)(crc << 1 ^ (differs ? 0x1021 : 0));
    }
    return crc;
}

static void draw_blocks(const struct picture *p, uint32_t number)
{
    uint64_t bits = (uint64_t)number << CHECK_BITS | check_of(number);
    for (int i = 0; i < BLOCKS; i++)
        fill(p, block_box(p, i), bits >> (BLOCKS - 1 - i) & 1 ? white : black);
}

// The mean luma of the middle of a box, whose edges a codec blurs; GREY: there is no middle.
static int mean_inside(const struct picture *p, struct box b)
{
    int dx = (b.right - b.left) / 4, dy = (b.bottom - b.top) / 4;
    int64_t sum = 0, count = 0;
    for (int y = b.top + dy; y < b.bottom - dy; y++)
        for (int x = b.left + dx; x < b.right - dx; x++, count++)
            sum += p->plane[0][(ptrdiff_t)y * p->stride[0] + x];
    return count ? (int)(sum / count) : GREY;
}

bool pattern_read(const struct picture *p, uint32_t *number)
{
    uint64_t bits = 0;
    for (int i = 0; i < BLOCKS; i++) {
        int mean = mean_inside(p, block_box(p, i));
        if (mean > GREY - 32 && mean < GREY + 32) // neither black nor white
            return false;
        bits = bits << 1 | (mean > GREY);
    }
    if (check_of((uint32_t)(bits >> CHECK_BITS)) != (bits & 0xffff))
        return false;
    *number = (uint32_t)(bits >> CHECK_BITS);
    return true;
}

// ---- all of it ---------------------------------------------------------------------------------

bool pattern_flashes(usec time)
{
    return time % USEC_SECOND < PATTERN_FLASH;
}

bool pattern_is_flash(const struct picture *p)
{
    return mean_inside(p, flash_box(p)) > GREY;
}

void pattern_draw(const struct picture *p, uint32_t number, usec time)
{
    draw_bars(p);
    draw_scene(p, time);
    draw_sweep(p, time);
    draw_panel(p, number, time);
    if (pattern_flashes(time))
        fill(p, flash_box(p), white);
    draw_blocks(p, number);
}

// ---- sound -------------------------------------------------------------------------------------

#define RATE      48000 // Hz
#define BEEP      1000  // Hz
#define HUM       100
#define LOUD      8192 // of 32767: -12 dBFS
#define QUIET     64   // -54 dBFS
#define FADE      240  // samples in which a beep ends: only its beginning is sharp
#define HEARD     2048 // a quarter of the beep, which a codec keeps, and far above the hum
#define BEEP_LONG (PATTERN_BEEP * RATE / USEC_SECOND) // samples

// All of it repeats each second.
static int16_t sound_at(int64_t sample)
{
    double at = (double)(sample % RATE) / RATE;
    int64_t left = BEEP_LONG - sample % RATE; // samples of the beep
    double level = left <= 0 ? 0 : LOUD * fmin((double)left / FADE, 1);
    return (int16_t)lrint(level * sin(2 * M_PI * BEEP * at) + QUIET * sin(2 * M_PI * HUM * at));
}

void pattern_sound(int16_t *pcm, size_t samples, int channels, int64_t first)
{
    for (size_t i = 0; i < samples; i++) {
        int16_t value = sound_at(first + (int64_t)i);
        for (int channel = 0; channel < channels; channel++)
            *pcm++ = value;
    }
}

size_t pattern_find_beep(const int16_t *pcm, size_t samples, int channels)
{
    for (size_t i = 0; i < samples; i++)
        if (pcm[i * (size_t)channels] > HEARD || pcm[i * (size_t)channels] < -HEARD)
            return i;
    return samples;
}
