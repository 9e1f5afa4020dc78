// YUV4MPEG2, the simplest file of moving pictures and what FFmpeg and others write into a pipe: a
// line of text about the stream; then for each picture a line that begins with FRAME, and its
// octets, as picture_of takes them (the manual page yuv4mpeg(5) of mjpegtools). Only 4:2:0 in 8
// bits: "C420", "C420jpeg", "C420mpeg2", "C420paldv", which differ in where the chroma lies, by
// less than a pixel, or no C at all. What else the line says (comments) is skipped.
#ifndef MEDIA_Y4M_H
#define MEDIA_Y4M_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define Y4M_LINE_MAX 1024 // octets of a line, its end included
#define Y4M_SIDE_MAX 4096 // pixels
#define Y4M_FPS_MAX  1000

struct y4m {
    int width, height;          // pixels, 1..Y4M_SIDE_MAX
    int fps_num, fps_den;       // frames a second; 0 and 0: not said
    int aspect_num, aspect_den; // width of a pixel to its height; 0 and 0: not said
    bool interlaced;            // each is of two instants, line by line
};

enum y4m_status {
    Y4M_OK,
    Y4M_PARTIAL, // so far it is one; its end has not come yet
    Y4M_STRANGE, // not YUV4MPEG2
    Y4M_LONG,    // no end within Y4M_LINE_MAX
    Y4M_SIZE,    // width or height is missing, no number, 0 or above Y4M_SIDE_MAX
    Y4M_RATE,    // the frame rate is no fraction, or more than Y4M_FPS_MAX
    Y4M_CHROMA,  // not 4:2:0 in 8 bits
};

// In words, with what helps: "not 4:2:0 in 8 bits (ffmpeg -i FILE -pix_fmt yuv420p -f yuv4mpegpipe
// -)".
const char *y4m_strstatus(enum y4m_status status);

// Is it called as such a file is? "FILM.y4m", in letters of either size.
bool y4m_names_file(const char *path);

// Reads the first line from what has come of the stream. Y4M_OK: *h is filled, and the line took
// *used octets; Y4M_PARTIAL: call again with the same octets and more.
enum y4m_status y4m_parse_header(struct y4m *h, const void *data, size_t len, size_t *used);

// Likewise the line before a picture.
enum y4m_status y4m_parse_frame(const void *data, size_t len, size_t *used);

// Write the two lines. Octets; 0: more than `cap`. No end of string comes after them.
size_t y4m_write_header(const struct y4m *h, char *out, size_t cap);
size_t y4m_write_frame(char *out, size_t cap);

#endif
