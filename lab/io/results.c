// What a sweep leaves in its folder: see results.h.
#include "lab/io/results.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const columns[] = {
    "id",
    "version",
    "in",
    "bitrate",
    "recover",
    "network",
    "loss",
    "burst",
    "delay",
    "jitter",
    "seed",
    "estoi",
    "estoi_local",
    "stoi",
    "stoi_local",
    "mos_estimate",
    "words_understood",
    "words_low",
    "words_high",
    "packets_sent",
    "packets_received",
    "packets_lost",
    "packets_late",
    "packets_skipped",
    "played_ms",
    "fec_ms",
    "red_ms",
    "again_ms",
    "concealed_ms",
    "concealed_lost_ms",
    "concealed_late_ms",
    "skipped_ms",
    "inserted_ms",
    "removed_ms",
    "delay_mean_ms",
    "delay_p95_ms",
    "buffer_mean_ms",
    "bitrate_kbps_media",
    "bitrate_kbps_wire",
    "mos_ie",
    "mos_bpl",
    "mos_loss_percent",
    "mos_burst_ratio",
    "lag_ms",
    "drift_ppm",
    "sim_s",
    "video_frames",
    "video_frames_sent",
    "video_frames_shown",
    "video_frames_damaged",
    "video_frames_dropped",
    "video_freezes",
    "video_frozen_ms",
    "video_frozen_percent",
    "video_psnr",
    "video_psnr_y",
    "video_ssim",
    "video_ssim_least",
    "video_kbps",
    "video_kbps_wire",
    "video_packets_sent",
    "video_packets_lost",
    "video_packets_asked",
    "video_packets_again",
    "video_key_frames",
    "video_key_frames_asked",
    "video_sync_mean_ms",
    "video_sync_worst_ms",
    "video_flashes",
    "video_flashes_met",
    "video_flash_mean_ms",
    "video_flash_p95_ms",
    "video_flash_worst_ms",
};
#define COLUMNS (sizeof columns / sizeof columns[0])

// FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
#define FNV_START 0xcbf29ce484222325u

static uint64_t fnv(uint64_t hash, const void *data, size_t len)
{
    const unsigned char *octet = data;
    for (; len; len--)
        hash = (hash ^ *octet++) * 0x100000001b3u;
    return hash;
}

void results_id(const char *condition, char id[RESULTS_ID])
{
    uint64_t hash = fnv(FNV_START, VOZ_VERSION " ", sizeof VOZ_VERSION);
    snprintf(id, RESULTS_ID, "%016" PRIx64, fnv(hash, condition, strlen(condition)));
}

void results_file_id(const char *path, char id[RESULTS_ID])
{
    char chunk[65536];
    size_t n;
    uint64_t hash = FNV_START;
    FILE *file = fopen(path, "r");
    id[0] = '\0';
    if (!file)
        return;
    while ((n = fread(chunk, 1, sizeof chunk, file)))
        hash = fnv(hash, chunk, n);
    if (!ferror(file))
        snprintf(id, RESULTS_ID, "%016" PRIx64, hash);
    fclose(file);
}

static int is_results(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return strncmp(entry->d_name, "results", 7) == 0 && len > 6 &&
           strcmp(entry->d_name + len - 6, ".jsonl") == 0;
}

static bool read_lines(FILE *file, void (*each)(void *ctx, json_t *record), void *ctx)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    errno = 0;
    while ((len = getline(&line, &room, file)) > 0) {
        json_t *record = line[len - 1] == '\n' ? json_loads(line, 0, NULL) : NULL;
        if (json_is_object(record))
            each(ctx, record);
        json_decref(record);
    }
    free(line);
    return !ferror(file);
}

bool results_read(const char *dir, void (*each)(void *ctx, json_t *record), void *ctx, char *why,
                  size_t cap)
{
    struct dirent **entries;
    bool good = true;
    int count = scandir(dir, &entries, is_results, alphasort);
    if (count < 0) {
        snprintf(why, cap, "cannot read the folder %s: %s", dir, strerror(errno));
        return false;
    }
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name);
        FILE *file = good ? fopen(path, "r") : NULL;
        if (good && (!file || !read_lines(file, each, ctx))) {
            snprintf(why, cap, "cannot read %s: %s", path, strerror(errno));
            good = false;
        }
        if (file)
            fclose(file);
        free(entries[i]);
    }
    free(entries);
    return good;
}

// A text with a comma or a quote in it is quoted (RFC 4180 section 2).
static void put_text(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void put_value(FILE *out, const json_t *value)
{
    if (json_is_string(value))
        put_text(out, json_string_value(value));
    else if (json_is_integer(value))
        fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        fprintf(out, "%.8g", json_real_value(value));
}

char *results_row(const json_t *record)
{
    char *row = NULL;
    size_t len;
    FILE *out = open_memstream(&row, &len);
    if (!out)
        return NULL;
    for (size_t i = 0; i < COLUMNS; i++) {
        if (i)
            fputc(',', out);
        put_value(out, json_object_get(record, columns[i]));
    }
    if (fclose(out) == 0)
        return row;
    free(row);
    return NULL;
}

void results_header(FILE *out)
{
    for (size_t i = 0; i < COLUMNS; i++)
        fprintf(out, "%s%s", i ? "," : "", columns[i]);
    fputc('\n', out);
}
