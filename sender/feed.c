// From a source of sound to frames: see feed.h.
#include "sender/feed.h"

#include <string.h>

void feed_init(struct feed *f, struct sender *sender, int channels,
               const struct feed_source *source)
{
    *f = (struct feed){.sender = sender, .source = *source, .channels = (size_t)channels};
}

// Fewer samples only when all is over; the rest is silence.
static size_t fill(struct feed *f, size_t samples)
{
    size_t done = 0;
    bool empty = false; // nothing came since the source began again
    while (done < samples && !f->over) {
        size_t n = f->source.read(f->source.ctx, f->pcm + done * f->channels, samples - done);
        done += n;
        empty = empty && !n;
        if (n)
            continue;
        f->over = empty || !f->source.again(f->source.ctx);
        empty = true;
    }
    memset(f->pcm + done * f->channels, 0, (samples - done) * f->channels * sizeof *f->pcm);
    if (done < samples) {
        size_t owed = samples - done < f->owed ? samples - done : f->owed;
        f->owed -= owed;
        done += owed;
    }
    return done;
}

void feed_prime(struct feed *f, bool live)
{
    f->over = false;
    f->owed = sender_lookahead(f->sender);
    if (live)
        memset(f->pcm, 0, sizeof f->pcm);
    else
        fill(f, f->owed);
    sender_prime(f->sender, f->pcm);
}

bool feed_frame(struct feed *f)
{
    if (!fill(f, sender_frame_samples(f->sender)))
        return false;
    sender_frame(f->sender, f->pcm);
    return true;
}
