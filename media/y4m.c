// YUV4MPEG2: see y4m.h.
#include "media/y4m.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MAGIC "YUV4MPEG2"
#define FRAME "FRAME"

#define NUMBER_MAX 1000000000

bool y4m_names_file(const char *path)
{
    size_t len = strlen(path), ending = strlen(".y4m");
    return len > ending && strcasecmp(path + len - ending, ".y4m") == 0;
}

const char *y4m_strstatus(enum y4m_status status)
{
    switch (status) {
    case Y4M_OK:
        return "ok";
    case Y4M_PARTIAL:
        return "ends too early";
    case Y4M_STRANGE:
        return "not YUV4MPEG2 (ffmpeg -i FILE -pix_fmt yuv420p -f yuv4mpegpipe - makes it)";
    case Y4M_LONG:
        return "a line without an end";
    case Y4M_SIZE:
        return "no size, or more than 4096 pixels (ffmpeg -i FILE -vf scale=640:360 "
               "-pix_fmt yuv420p -f yuv4mpegpipe -)";
    case Y4M_RATE:
        return "the frame rate is no fraction up to 1000 (ffmpeg -i FILE -r 25 "
               "-pix_fmt yuv420p -f yuv4mpegpipe -)";
    case Y4M_CHROMA:
        return "not 4:2:0 in 8 bits (ffmpeg -i FILE -pix_fmt yuv420p -f yuv4mpegpipe -)";
    }
    return "unknown";
}

// ---- words of a line ---------------------------------------------------------------------------

struct word {
    const char *at;
    const char *end;
};

// The line at the start of `data` begins with `magic` and a space, or is that alone. *line: what
// comes after it.
static enum y4m_status find_line(const char *magic, const void *data, size_t len, size_t *used,
                                 struct word *line)
{
    const char *text = data;
    size_t magic_len = strlen(magic);
    size_t common = len < magic_len ? len : magic_len;
    if (common && memcmp(text, magic, common) != 0)
        return Y4M_STRANGE;
    if (len <= magic_len)
        return Y4M_PARTIAL;
    if (text[magic_len] != ' ' && text[magic_len] != '\n')
        return Y4M_STRANGE;
    const char *end = memchr(text, '\n', len < Y4M_LINE_MAX ? len : Y4M_LINE_MAX);
    if (!end)
        return len < Y4M_LINE_MAX ? Y4M_PARTIAL : Y4M_LONG;
    *line = (struct word){text + magic_len, end};
    *used = (size_t)(end + 1 - text);
    return Y4M_OK;
}

static bool next_word(struct word *line, struct word *word)
{
    while (line->at != line->end && *line->at == ' ')
        line->at++;
    word->at = line->at;
    while (line->at != line->end && *line->at != ' ')
        line->at++;
    word->end = line->at;
    return word->at != word->end;
}

static bool is_word(struct word w, const char *text)
{
    size_t len = (size_t)(w.end - w.at);
    return len == strlen(text) && memcmp(w.at, text, len) == 0;
}

// Digits, up to NUMBER_MAX.
static bool take_number(struct word *w, int *number)
{
    const char *start = w->at;
    int64_t value = 0;
    for (; w->at != w->end && *w->at >= '0' && *w->at <= '9'; w->at++) {
        value = value * 10 + (*w->at - '0');
        if (value > NUMBER_MAX)
            return false;
    }
    *number = (int)value;
    return w->at != start;
}

static bool take_side(struct word w, int *side)
{
    return take_number(&w, side) && w.at == w.end && *side >= 1 && *side <= Y4M_SIDE_MAX;
}

// "25:1"; "0:0" is how one says nothing, and "0:1" how GStreamer does.
static bool take_fraction(struct word w, int *num, int *den)
{
    if (!take_number(&w, num) || w.at == w.end || *w.at++ != ':' || !take_number(&w, den) ||
        w.at != w.end)
        return false;
    if (*num == 0)
        *den = 0;
    return *num == 0 || *den != 0;
}

static bool is_420(struct word w)
{
    return is_word(w, "420") || is_word(w, "420jpeg") || is_word(w, "420mpeg2") ||
           is_word(w, "420paldv");
}

static enum y4m_status take_word(struct y4m *h, struct word w)
{
    char what = *w.at++;
    switch (what) {
    case 'W':
        return take_side(w, &h->width) ? Y4M_OK : Y4M_SIZE;
    case 'H':
        return take_side(w, &h->height) ? Y4M_OK : Y4M_SIZE;
    case 'F':
        return take_fraction(w, &h->fps_num, &h->fps_den) &&
                       h->fps_num <= (int64_t)h->fps_den * Y4M_FPS_MAX
                   ? Y4M_OK
                   : Y4M_RATE;
    case 'A':
        if (!take_fraction(w, &h->aspect_num, &h->aspect_den))
            h->aspect_num = h->aspect_den = 0;
        return Y4M_OK;
    case 'I': // Ip: progressive; I?: not known
        h->interlaced = is_word(w, "t") || is_word(w, "b") || is_word(w, "m");
        return Y4M_OK;
    case 'C':
        return is_420(w) ? Y4M_OK : Y4M_CHROMA;
    }
    return Y4M_OK;
}

// ---- reading -----------------------------------------------------------------------------------

enum y4m_status y4m_parse_header(struct y4m *h, const void *data, size_t len, size_t *used)
{
    struct y4m read = {0};
    struct word line, word;
    size_t line_len;
    enum y4m_status status = find_line(MAGIC, data, len, &line_len, &line);
    while (status == Y4M_OK && next_word(&line, &word))
        status = take_word(&read, word);
    if (status != Y4M_OK)
        return status;
    if (!read.width || !read.height)
        return Y4M_SIZE;
    *h = read;
    *used = line_len;
    return Y4M_OK;
}

enum y4m_status y4m_parse_frame(const void *data, size_t len, size_t *used)
{
    struct word line;
    return find_line(FRAME, data, len, used, &line);
}

// ---- writing -----------------------------------------------------------------------------------

size_t y4m_write_header(const struct y4m *h, char *out, size_t cap)
{
    char line[128];
    int len = snprintf(line, sizeof line, MAGIC " W%d H%d F%d:%d Ip A%d:%d C420jpeg\n", h->width,
                       h->height, h->fps_num, h->fps_den, h->aspect_num, h->aspect_den);
    if ((size_t)len > cap)
        return 0;
    memcpy(out, line, (size_t)len);
    return (size_t)len;
}

size_t y4m_write_frame(char *out, size_t cap)
{
    if (cap < sizeof FRAME)
        return 0;
    memcpy(out, FRAME "\n", sizeof FRAME);
    return sizeof FRAME;
}
