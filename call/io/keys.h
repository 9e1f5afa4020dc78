// Keys that are pressed while a program runs: from a terminal, one by one, or from a pipe.
#ifndef CALL_IO_KEYS_H
#define CALL_IO_KEYS_H

#include "media/io/loop.h"

struct keys;

// `pressed` is called from the loop. NULL: standard input is neither, or no memory.
struct keys *keys_open(struct loop *loop, void (*pressed)(void *ctx, char key), void *ctx);
void keys_close(struct keys *k); // the terminal is as it was; NULL is fine

#endif
