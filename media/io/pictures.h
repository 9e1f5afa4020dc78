// Where the pictures of a sender come from: the test picture, a camera, a file of pictures (YUV4MPEG2,
// y4m.h), or standard input, so that FFmpeg can feed anything that it can read.
#ifndef MEDIA_IO_PICTURES_H
#define MEDIA_IO_PICTURES_H

#include "media/io/camera.h"
#include "media/picture.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>

#define PICTURES_TEXT     512 // octets of a `why`
#define PICTURES_FPS_MOST 120 // a second; the least is 1

struct pictures;

struct pictures_config {
    const char
        *source; // "pattern", "camera", "camera:DEVICE", FILE, "-". A file that is called like
                 // one of these: ./pattern
    int width, height;                  // wanted, pixels; 0: not said
    int fps_num, fps_den;               // wanted; 0: not said
    bool loop;                          // a file begins again at its end
    const struct camera_kernel *kernel; // see camera.h
};

// Is it a name that means something? A file has to be called .y4m, or be there. False: see `why`.
bool pictures_check(const char *source, char *why, size_t cap);
// Opens the source. A file has its own size and rate: `why` says so where others are wanted. A camera gives
// what is nearest: pictures_name says it. NULL: see `why`.
struct pictures *pictures_open(const struct pictures_config *config, char *why, size_t cap);
void pictures_close(struct pictures *p); // NULL is fine

int pictures_width(const struct pictures *p);
int pictures_height(const struct pictures *p);
void pictures_fps(const struct pictures *p, int *num, int *den);
const char *pictures_name(const struct pictures *p); // for people
// They come when they come: each is of the instant at which it is there.
bool pictures_live(const struct pictures *p);

enum pictures_status {
    PICTURES_NEW,
    PICTURES_LATE, // it has not come yet (standard input, a camera)
    PICTURES_OVER, // there are no more: the last one stays
};

// The picture of media time `time`, of which each is asked for once, in order. Borrowed until the next call.
enum pictures_status pictures_read(struct pictures *p, usec time, struct picture *picture);
// Back to the beginning; a camera is off until the next picture is asked for. False: there is no way back.
bool pictures_rewind(struct pictures *p);
// What is to be known of the source, a sentence, each once: at its beginning (it is interlaced), and what was
// wrong with it at its end. NULL: nothing.
const char *pictures_warning(struct pictures *p);

#endif
