// The clock of a jitter buffer that is not ours: see rival.h.
#include "tests/bench/playout/rival.h"

// It ends when the whole recording was played or concealed.
void rival_play(const struct rival *rival, const struct call *call, struct output *output)
{
    const int64_t end = (int64_t)call->count * CALL_FRAME;
    usec begin = call->arrival[call->order[0]];
    void *self = rival->open(call, &begin);
    size_t next = 0;
    for (int64_t n = 0;; n += rival->period) {
        int16_t pcm[RIVAL_PERIOD_MOST];
        usec now = begin + usec_from_units(n, CALL_RATE);
        struct piece piece = {.at = now, .out = (size_t)n, .samples = rival->period};
        for (; next < call->arrived && call->arrival[call->order[next]] <= now; next++)
            rival->put(self, call->arrival[call->order[next]], call->order[next]);
        rival->get(self, now, pcm, &piece);
        if (next == call->arrived && piece.media >= end)
            break;
        output_piece(output, &piece);
        output_sound(output, pcm, (size_t)rival->period);
    }
    rival->close(self);
}
