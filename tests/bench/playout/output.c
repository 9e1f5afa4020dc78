// What came out: see output.h.
#include "tests/bench/playout/output.h"

#include "tests/bench/playout/call.h"

#include <stdlib.h>
#include <string.h>

void output_piece(struct output *o, const struct piece *piece)
{
    if (o->count == o->room) {
        o->room = 2 * o->room + 8192;
        o->pieces = need(realloc(o->pieces, o->room * sizeof *o->pieces));
    }
    o->pieces[o->count++] = *piece;
}

void output_sound(struct output *o, const int16_t *pcm, size_t samples)
{
    if (o->mute)
        return;
    if (o->pcm_room - o->samples < samples) {
        o->pcm_room = 2 * o->pcm_room + samples + CALL_RATE;
        o->pcm = need(realloc(o->pcm, o->pcm_room * sizeof *o->pcm));
    }
    memcpy(o->pcm + o->samples, pcm, samples * sizeof *pcm);
    o->samples += samples;
}

void output_free(struct output *o)
{
    free(o->pieces);
    free(o->pcm);
}
