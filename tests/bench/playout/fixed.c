// The hindsight: every packet is played the same time after it was sent, and that time is the best
// there is for this trace.
#include "media/voice.h"
#include "tests/bench/playout/judge.h"
#include "tests/bench/playout/rival.h"

#include <stdlib.h>

struct fixed {
    const struct call *call;
    struct voice_decoder *decoder;
    size_t next; // packet
};

static int compare(const void *a, const void *b)
{
    usec x = *(const usec *)a, y = *(const usec *)b;
    return (x > y) - (x < y);
}

// The delay with the least K: some packet's own, as between two of them nothing is gained.
static usec best_delay(const struct call *call)
{
    usec *delays = need(calloc(call->arrived, sizeof *delays)), best = 0;
    double least = 0;
    for (size_t i = 0; i < call->arrived; i++)
        delays[i] = call->arrival[call->order[i]] - (usec)call->order[i] * 20 * USEC_MS;
    qsort(delays, call->arrived, sizeof *delays, compare);
    for (size_t i = 0; i < call->arrived; i++) {
        double late = 100 * (double)(call->arrived - 1 - i) / (double)call->count;
        double k = judge_k(usec_to_ms(delays[i] - delays[0]), late);
        if (i == 0 || k < least) {
            least = k;
            best = delays[i];
        }
    }
    free(delays);
    return best;
}

static void *fixed_open(const struct call *call, usec *begin)
{
    struct fixed *f = need(calloc(1, sizeof *f));
    f->call = call;
    f->decoder = need(voice_decoder_new(1));
    *begin = best_delay(call);
    return f;
}

static void fixed_put(void *self, usec now, size_t packet)
{
    (void)self, (void)now, (void)packet; // it looks at the call
}

static void fixed_get(void *self, usec now, int16_t *pcm, struct piece *piece)
{
    struct fixed *f = self;
    size_t n = f->next++;
    int16_t sound[VOICE_FRAME_MAX];
    piece->media = (int64_t)n * CALL_FRAME;
    piece->media_samples = piece->samples;
    piece->concealed = n >= f->call->count || f->call->arrival[n] > now;
    piece->made_up = piece->concealed ? piece->samples : 0;
    if (piece->concealed)
        voice_conceal(f->decoder, sound, CALL_FRAME);
    else
        voice_decode(f->decoder, f->call->recording->packets[n].data,
                     f->call->recording->packets[n].len, sound);
    for (int i = 0; i < CALL_FRAME; i++)
        pcm[i] = sound[i];
}

static void fixed_close(void *self)
{
    struct fixed *f = self;
    voice_decoder_free(f->decoder);
    free(f);
}

const struct rival rival_fixed = {CALL_FRAME, fixed_open, fixed_put, fixed_get, fixed_close};
