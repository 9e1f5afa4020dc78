// A stream and its protection: see recipe.h.
#include "tests/bench/playout/recipe.h"

#include "tests/bench/playout/recovery.h"

#include <stdlib.h>

#define COPIES_TOLD 20 // percent of loss: their frames depend less on each other then
#define RED_HEADERS (5 * 8 * 50 / 1000.0) // kb/s for one copy (RFC 2198)

static struct bare_stream *encode_copies(const struct recipe *r, const struct said *said)
{
    const struct bare_voice voice = {
        .bitrate = r->copy_bitrate, .told = COPIES_TOLD, .band = BARE_BAND_WIDE};
    return bare_encode(&voice, said->pcm, (size_t)said->samples);
}

struct mean recipe_mean(const struct recipe *r, const struct said *said,
                        const struct impair_spec *network, size_t seeds)
{
    struct bare_stream *stream = bare_encode(&r->voice, said->pcm, (size_t)said->samples);
    struct bare_stream *again = r->copy_bitrate ? encode_copies(r, said) : NULL;
    const struct bare_copies copies = {(again ? again : stream)->packets, r->after, again};
    bool *lost = need(calloc(stream->count, sizeof *lost));
    struct mean mean = {.rate = bare_rate(stream, RECOVERY_FROM) / 1000};
    if (r->after)
        mean.rate += bare_rate(again ? again : stream, RECOVERY_FROM) / 1000 + RED_HEADERS;
    for (size_t i = 0; i < seeds; i++) {
        bare_lose(lost, stream->count, network, i + 1);
        mean.estoi += recovery_bare(said, stream, r->after ? &copies : NULL, lost) / (double)seeds;
    }
    free(lost);
    bare_free(again);
    bare_free(stream);
    return mean;
}

static double rate_of(const struct recipe *r, const struct said *said)
{
    struct bare_stream *stream = bare_encode(&r->voice, said->pcm, (size_t)said->samples);
    struct bare_stream *again = r->copy_bitrate ? encode_copies(r, said) : NULL;
    double rate = bare_rate(stream, RECOVERY_FROM) / 1000;
    if (r->after)
        rate += bare_rate(again ? again : stream, RECOVERY_FROM) / 1000 + RED_HEADERS;
    bare_free(again);
    bare_free(stream);
    return rate;
}

struct recipe recipe_filled(const struct recipe *recipe, const struct said *said, double rate)
{
    struct recipe r = *recipe;
    double share = r.after && !r.copy_bitrate ? 0.5 : 1;
    r.voice.bitrate = (int)(rate * 1000 * share) - r.copy_bitrate;
    for (int i = 0; i < 2; i++)
        r.voice.bitrate += (int)((rate - rate_of(&r, said)) * 1000 * share);
    return r;
}
