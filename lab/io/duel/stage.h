// Where a duel is heard: a sound device, whose clock is then that of the duel, or nowhere, and then
// it is over as soon as the processor can.
#ifndef LAB_IO_DUEL_STAGE_H
#define LAB_IO_DUEL_STAGE_H

#include "lab/duel.h"
#include "media/io/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stage;

struct stage_config {
    struct loop *loop;
    const char *device; // see sound_config
    bool silent;        // no device: as fast as possible
    // The next DUEL_STEP samples of two ears. False: there are no more.
    bool (*step)(void *ctx, int16_t *pcm);
    void (*over)(void *ctx); // the last sample was heard
    void (*say)(void *ctx, const char *text);
    void *ctx;
};

// NULL: the device cannot be opened, as `why` says, or there is no memory. Begins at once, when the
// loop runs.
struct stage *stage_open(const struct stage_config *config, char *why, size_t cap);
void stage_close(struct stage *s);               // frees it by the loop's end; NULL is fine
const char *stage_device(const struct stage *s); // NULL: silent

#endif
