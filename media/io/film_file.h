// What is seen, into a file of pictures (YUV4MPEG2) with as many a second as the stream has: one that stays
// for longer is written again, so that the file lasts as long as what was seen.
#ifndef MEDIA_IO_FILM_FILE_H
#define MEDIA_IO_FILM_FILE_H

#include "media/picture.h"
#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>

struct film_file;

// Can pictures be written there? A file has to be called .y4m, so that no other is overwritten; a pipe or a
// device may be called as it likes. False: see `why`.
bool film_file_takes(const char *path, char *why, size_t cap);

struct film_file *film_file_open(const char *path, char *why, size_t cap); // NULL: see `why`
// False: not all was written, as `why` says, also where that was said before. NULL is fine.
bool film_file_close(struct film_file *f, char *why, size_t cap);

// A picture is seen from `now` on; interval: usual time between two. False: it could not be written, and
// nothing will be any more; `why` says it once.
bool film_file_picture(struct film_file *f, usec now, usec interval, const struct picture *picture,
                       char *why, size_t cap);

// While no other picture comes: writes the last one for as long as it has been seen by now, some of it at once.
// What was not written like this when the next one comes is written then, or left out where it is too much for
// one call. False: as film_file_picture.
bool film_file_pass(struct film_file *f, usec now, char *why, size_t cap);
usec film_file_next(
    const struct film_file *f); // when to call that; USEC_NEVER: not before another picture

#endif
