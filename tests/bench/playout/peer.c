// The clock of a jitter buffer that is not ours: see peer.h.
#include "tests/bench/playout/peer.h"

// It ends when the whole recording was played or concealed.
void peer_play(const struct peer *peer, const struct call *call, struct output *output)
{
    const int64_t end = (int64_t)call->count * CALL_FRAME;
    usec begin = call->arrival[call->order[0]];
    void *self = peer->open(call, &begin);
    size_t next = 0;
    for (int64_t n = 0;; n += peer->period) {
        int16_t pcm[PEER_PERIOD_MOST];
        usec now = begin + usec_from_units(n, CALL_RATE);
        struct piece piece = {.at = now, .out = (size_t)n, .samples = peer->period};
        for (; next < call->arrived && call->arrival[call->order[next]] <= now; next++)
            peer->put(self, call->arrival[call->order[next]], call->order[next]);
        peer->get(self, now, pcm, &piece);
        if (next == call->arrived && piece.media >= end)
            break;
        output_piece(output, &piece);
        output_sound(output, pcm, (size_t)peer->period);
    }
    peer->close(self);
}
