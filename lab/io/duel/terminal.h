// The terminal that a program is watched on and steered from: keys as they are pressed, and a
// picture of several lines that is drawn over the one before. However the program ends, by a crash
// among others, the terminal is left as it was found; only kill -9 leaves it raw.
#ifndef LAB_IO_DUEL_TERMINAL_H
#define LAB_IO_DUEL_TERMINAL_H

#include "media/io/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct terminal;

// One in a program at a time. Standard input gives the keys, where it is a terminal and the program
// runs in its foreground; standard error shows the picture. NULL: no memory.
struct terminal *terminal_open(struct loop *loop, void (*pressed)(void *ctx, uint8_t octet),
                               void *ctx);
// Puts it back; the last picture stays. At once, though the memory is freed by the loop's end. NULL
// is fine.
void terminal_close(struct terminal *t);

bool terminal_has_keys(const struct terminal *t);
bool terminal_has_picture(const struct terminal *t); // else nothing may be drawn
bool terminal_has_colours(const struct terminal *t);
void terminal_size(const struct terminal *t, size_t *columns, size_t *rows);
void terminal_draw(struct terminal *t, const char *text, size_t lines);

#endif
