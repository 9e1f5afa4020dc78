// A variable bitrate falls short of what the encoder is told, most of all where its band is narrowed.
// Where every bit protects against loss, what it leaves is wanted: the encoder is told more, as much as
// brings what it makes up to what was chosen.
#ifndef SENDER_FILL_H
#define SENDER_FILL_H

#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fill {
    double factor; // of the chosen bitrate, that the encoder is told: 1 to FILL_MOST
    uint64_t octets;
    usec coded; // sound that these are
};

#define FILL_MOST 1.1

void fill_init(struct fill *f);
void fill_frame(struct fill *f, size_t octets, usec frame); // what was made of a frame
void fill_restart(struct fill *f);                          // another bitrate was chosen
// The factor anew. wanted: it should fill up to `bitrate`, bit/s; else the encoder is told what was
// chosen. True: it has changed.
bool fill_update(struct fill *f, bool wanted, int bitrate);

#endif
