// The test picture among other people's programs:
//
//     pictures make FILM.y4m SOUND.wav WIDTHxHEIGHT FPS SECONDS   writes both, to be sent by others
//     pictures read FILM.y4m FPS        compares what came with what was sent, FPS pictures a second
//     pictures lips FILM.y4m FPS TIMES SOUND.wav   how far flash and beep are apart: TIMES has a line
//                                       for each picture, its second on the time line of the sound
//
// read and lips print one line of JSON.
#include "lab/picture_score.h"
#include "media/io/audio.h"
#include "media/pattern.h"
#include "media/y4m.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIME_MAX 256               // octets of a line of TIMES
#define BLOCK    (AUDIO_RATE / 10) // samples of sound at a time

static int fail(const char *what, const char *of)
{
    fprintf(stderr, "pictures: %s: %s\n", of, what);
    return 1;
}

// ---- a film that comes -------------------------------------------------------------------------

struct film {
    FILE *file;
    struct y4m header;
    uint8_t *memory[2]; // a picture of it, and the one that was sent
    struct picture came, sent;
};

static bool read_line(FILE *file, char *line, size_t *len)
{
    *len = 0;
    for (int c; *len < Y4M_LINE_MAX && (c = getc(file)) != EOF;) {
        line[(*len)++] = (char)c;
        if (c == '\n')
            return true;
    }
    return false;
}

static bool film_open(struct film *f, const char *path)
{
    char line[Y4M_LINE_MAX];
    size_t len, used;
    *f = (struct film){.file = fopen(path, "rbe")};
    if (!f->file || !read_line(f->file, line, &len) ||
        y4m_parse_header(&f->header, line, len, &used) != Y4M_OK)
        return false;
    size_t octets = picture_octets(f->header.width, f->header.height);
    for (int i = 0; i < 2; i++)
        f->memory[i] = malloc(octets);
    f->came = picture_of(f->memory[0], f->header.width, f->header.height);
    f->sent = picture_of(f->memory[1], f->header.width, f->header.height);
    return f->memory[0] && f->memory[1];
}

static void film_close(struct film *f)
{
    if (f->file)
        fclose(f->file);
    free(f->memory[0]);
    free(f->memory[1]);
}

static bool film_next(struct film *f)
{
    char line[Y4M_LINE_MAX];
    size_t len, used, octets = picture_octets(f->header.width, f->header.height);
    return read_line(f->file, line, &len) && y4m_parse_frame(line, len, &used) == Y4M_OK &&
           fread(f->memory[0], 1, octets, f->file) == octets;
}

// ---- read --------------------------------------------------------------------------------------

struct result {
    int pictures, read, steps, repeated, backwards;
    uint32_t first, last;
    double psnr, psnr_least, ssim;
};

static void take(struct result *r, struct film *f, double fps)
{
    uint32_t number;
    struct picture_score score;
    r->pictures++;
    if (!pattern_read(&f->came, &number))
        return;
    pattern_draw(&f->sent, number, (usec)(number * 1e6 / fps));
    if (!picture_score(&score, &f->sent, &f->came))
        return;
    if (!r->read++) {
        r->first = r->last = number;
        r->psnr_least = score.psnr;
    } else {
        r->steps += number == r->last + 1;
        r->repeated += number == r->last;
        r->backwards += number < r->last;
    }
    r->last = number;
    r->psnr += score.psnr;
    r->psnr_least = fmin(r->psnr_least, score.psnr);
    r->ssim += score.ssim;
}

static int command_read(const char *path, double fps)
{
    struct film film;
    struct result r = {0};
    if (!film_open(&film, path))
        return fail("no film", path);
    while (film_next(&film))
        take(&r, &film, fps);
    film_close(&film);
    double n = r.read ? r.read : 1;
    printf("{\"pictures\":%d,\"read\":%d,\"first\":%u,\"last\":%u,\"steps\":%d,\"repeated\":%d,"
           "\"backwards\":%d,\"psnr\":%.2f,\"psnr_least\":%.2f,\"ssim\":%.4f}\n",
           r.pictures, r.read, r.first, r.last, r.steps, r.repeated, r.backwards, r.psnr / n,
           r.psnr_least, r.ssim / n);
    return 0;
}

// ---- lips --------------------------------------------------------------------------------------

struct sound {
    int16_t *pcm;
    size_t samples;
    int channels;
};

static bool sound_read(struct sound *s, const char *path)
{
    char why[AUDIO_TEXT];
    const struct audio_reader_config config = {.path = path};
    struct audio_reader *reader = audio_reader_new(&config, why, sizeof why);
    if (!reader)
        return false;
    s->channels = audio_reader_channels(reader);
    size_t room = 0, frame = (size_t)s->channels * sizeof *s->pcm, got;
    do {
        if (room < s->samples + BLOCK) {
            room = 2 * room + BLOCK;
            s->pcm = realloc(s->pcm, room * frame);
        }
        got = s->pcm ? audio_read(reader, s->pcm + s->samples * (size_t)s->channels, BLOCK) : 0;
        s->samples += got;
    } while (got);
    audio_reader_free(reader);
    return s->pcm;
}

// The beep nearest to `second`; NAN: there is none within half a second.
static double beep_near(const struct sound *s, double second)
{
    int64_t from = (int64_t)((second - 0.5) * AUDIO_RATE);
    from = from < 0 ? 0 : from;
    if (from + AUDIO_RATE > (int64_t)s->samples)
        return NAN;
    size_t at = pattern_find_beep(s->pcm + from * s->channels, AUDIO_RATE, s->channels);
    return at < AUDIO_RATE ? (double)(from + (int64_t)at) / AUDIO_RATE : NAN;
}

// The picture's second less the sound's, at each flash whose first picture came.
static int command_lips(const char *path, double fps, const char *times, const char *wav)
{
    struct film film;
    struct sound sound = {0};
    char line[TIME_MAX];
    int flashes = 0;
    double sum = 0, worst = 0;
    FILE *file = fopen(times, "re");
    if (!file || !film_open(&film, path) || !sound_read(&sound, wav))
        return fail("cannot be read", !file ? times : path);
    for (bool before = true; film_next(&film) && fgets(line, sizeof line, file);) {
        uint32_t number;
        bool flash = pattern_is_flash(&film.came);
        bool begins = flash && !before;
        before = flash;
        if (!begins || !pattern_read(&film.came, &number))
            continue;
        double into = fmod(number / fps, 1); // the flash is up to a picture later than the beep
        double apart = atof(line) - into - beep_near(&sound, atof(line));
        if (isnan(apart))
            continue;
        flashes++;
        sum += apart;
        worst = fabs(apart) > fabs(worst) ? apart : worst;
    }
    printf("{\"flashes\":%d,\"apart_ms\":%.1f,\"worst_ms\":%.1f}\n", flashes,
           flashes ? 1000 * sum / flashes : 0, 1000 * worst);
    film_close(&film);
    fclose(file);
    free(sound.pcm);
    return 0;
}

// ---- make --------------------------------------------------------------------------------------

static bool write_sound(const char *path, int seconds)
{
    char why[AUDIO_TEXT];
    int16_t pcm[BLOCK];
    struct audio_writer *writer = audio_writer_new(path, why, sizeof why);
    bool good = writer && audio_writer_begin(writer, 1);
    for (int i = 0; good && i < seconds * (AUDIO_RATE / BLOCK); i++) {
        pattern_sound(pcm, BLOCK, 1, (int64_t)i * BLOCK);
        good = audio_write(writer, pcm, BLOCK);
    }
    return audio_writer_close(writer, why, sizeof why) && good;
}

static bool write_film(const char *path, const struct y4m *header, int pictures)
{
    char line[Y4M_LINE_MAX];
    size_t octets = picture_octets(header->width, header->height);
    FILE *file = fopen(path, "wbe");
    uint8_t *memory = malloc(octets);
    if (!file || !memory)
        return false;
    fwrite(line, 1, y4m_write_header(header, line, sizeof line), file);
    const struct picture picture = picture_of(memory, header->width, header->height);
    for (int i = 0; i < pictures; i++) {
        pattern_draw(&picture, (uint32_t)i, (usec)i * USEC_SECOND / header->fps_num);
        fwrite(line, 1, y4m_write_frame(line, sizeof line), file);
        fwrite(memory, 1, octets, file);
    }
    free(memory);
    bool good = !ferror(file);
    return fclose(file) == 0 && good;
}

static int command_make(char **words)
{
    struct y4m header = {.fps_num = atoi(words[3]), .fps_den = 1};
    int seconds = atoi(words[4]);
    if (sscanf(words[2], "%dx%d", &header.width, &header.height) != 2 || header.fps_num < 1)
        return fail("no size", words[2]);
    if (!write_film(words[0], &header, seconds * header.fps_num))
        return fail("cannot be written", words[0]);
    return write_sound(words[1], seconds) ? 0 : fail("cannot be written", words[1]);
}

int main(int argc, char **argv)
{
    if (argc == 7 && strcmp(argv[1], "make") == 0)
        return command_make(argv + 2);
    if (argc == 4 && strcmp(argv[1], "read") == 0)
        return command_read(argv[2], atof(argv[3]));
    if (argc == 6 && strcmp(argv[1], "lips") == 0)
        return command_lips(argv[2], atof(argv[3]), argv[4], argv[5]);
    fprintf(stderr, "usage: pictures make|read|lips FILE...\n");
    return 2;
}
