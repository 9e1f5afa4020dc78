// What is seen, saved while the window goes on: to pack a large picture takes longer than the sound device waits,
// so that is done beside the loop.
#ifndef WINDOW_IO_SNAPSHOT_H
#define WINDOW_IO_SNAPSHOT_H

#include "media/io/loop.h"

#include <stdint.h>

struct snapshot;

// `pixels` (0xRRGGBB, `height` lines of `width`) is from malloc and becomes the snapshot's. It goes into the first of voz-1.png,
// voz-2.png and so on that is not there yet, in the working folder; no file is touched that is. `done` comes once, from the
// loop, with the file's name and 0 or an errno; then the snapshot is gone. NULL: no memory, and pixels are freed.
struct snapshot *snapshot_new(struct loop *loop, uint32_t *pixels, int width, int height,
                              void (*done)(void *ctx, const char *name, int fault), void *ctx);
// `done` does not come any more; the file does. NULL is fine.
void snapshot_leave(struct snapshot *s);

#endif
