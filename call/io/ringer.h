// The bell of a telephone: it rings on the loudspeaker from ringer_open to ringer_close, before there is a
// call that could be heard there.
#ifndef CALL_IO_RINGER_H
#define CALL_IO_RINGER_H

#include "media/io/loop.h"

#include <stdbool.h>

struct ringer;

// device: see sound_config. NULL: no memory. Where there is no such device, `say` says so, and nothing rings.
struct ringer *ringer_open(struct loop *loop, const char *device,
                           void (*say)(void *ctx, bool detail, const char *text), void *ctx);
void ringer_close(struct ringer *r); // NULL is fine

#endif
