// From what came out to figures: see judge.h.
#include "tests/bench/playout/judge.h"

#include "lab/downsample.h"
#include "lab/stoi.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEARD_LEAST (CALL_FRAME / 4) // samples of a packet: less is a seam
#define STOOD_LEAST (CALL_FRAME / 2) // of what was concealed in its place

double judge_k(double delay_ms, double percent)
{
    return delay_ms + 20 * percent;
}

// ---- shares of time and of packets -------------------------------------------------------------

struct packet {
    int heard, stood; // samples: of it, and of concealment in its place
};

// Shares out what the piece plays, or stands in for, over the packets.
static void share_out(const struct call *call, const struct piece *piece, struct packet *packets)
{
    int64_t at = piece->media < 0 ? 0 : piece->media, end = piece->media + piece->media_samples;
    while (at < end && at / CALL_FRAME < (int64_t)call->count) {
        struct packet *packet = &packets[at / CALL_FRAME];
        int64_t packet_end = (at / CALL_FRAME + 1) * CALL_FRAME;
        int samples = (int)((end < packet_end ? end : packet_end) - at);
        *(piece->concealed ? &packet->stood : &packet->heard) += samples;
        at = packet_end;
    }
}

// For a packet that never came, concealment is its fault for as long as it would have been; all
// other concealment is the buffer's.
static void shares(const struct call *call, const struct output *o, struct figures *f)
{
    struct packet *packets = need(calloc(call->count, sizeof *packets));
    double played = 0, made_up = 0, lost = 0, unheard = 0, skipped = 0;
    for (size_t i = 0; i < o->count; i++) {
        played += o->pieces[i].samples;
        made_up += o->pieces[i].made_up;
        share_out(call, &o->pieces[i], packets);
    }
    for (size_t i = 0; i < call->count; i++) {
        const struct packet *p = &packets[i];
        if (call->arrival[i] == USEC_NEVER)
            lost += p->stood < CALL_FRAME ? p->stood : CALL_FRAME;
        else if (p->heard < HEARD_LEAST) {
            unheard++;
            skipped += p->stood < STOOD_LEAST ? CALL_FRAME : 0;
        }
    }
    lost = fmin(lost, made_up);
    f->lost = 100 * lost / played;
    f->late = 100 * (made_up - lost) / played;
    f->skipped = 100 * skipped / played;
    f->unheard = 100 * unheard / (double)call->arrived;
    free(packets);
}

// ---- delay -------------------------------------------------------------------------------------

struct delay {
    double ms;
    int samples; // played with it
};

static int compare(const void *a, const void *b)
{
    const struct delay *x = a, *y = b;
    return (x->ms > y->ms) - (x->ms < y->ms);
}

static void delays(const struct call *call, const struct output *o, struct figures *f)
{
    struct delay *all = need(calloc(o->count, sizeof *all));
    size_t count = 0;
    double samples = 0, sum = 0, below = 0;
    for (size_t i = 0; i < o->count; i++) {
        const struct piece *p = &o->pieces[i];
        if (p->concealed)
            continue;
        usec delay = p->at - usec_from_units(p->media, CALL_RATE) - call->least;
        all[count++] = (struct delay){usec_to_ms(delay), p->samples};
        samples += p->samples;
        sum += usec_to_ms(delay) * p->samples;
    }
    qsort(all, count, sizeof *all, compare);
    for (size_t i = 0; i < count && below < 0.95 * samples; i++) {
        below += all[i].samples;
        f->delay_p95 = all[i].ms;
    }
    f->delay_mean = samples > 0 ? sum / samples : 0;
    free(all);
}

// ---- intelligibility ---------------------------------------------------------------------------

// What was said, as this buffer would have played it, had it been given every packet. Stretched sound
// has its seam where it begins, and ends where the packet does. Where the buffer concealed, the
// recording goes on.
static int16_t *retimed(const struct said *said, const struct output *o)
{
    int16_t *clean = need(calloc(o->samples, sizeof *clean));
    int64_t next = 0;
    for (size_t i = 0; i < o->count; i++) {
        const struct piece *p = &o->pieces[i];
        int64_t from = p->concealed ? next : p->media + p->media_samples - p->samples;
        for (size_t s = 0; s < (size_t)p->samples && p->out + s < o->samples; s++) {
            int64_t at = from + (int64_t)s;
            clean[p->out + s] = at >= 0 && at < said->samples ? said->pcm[at] : 0;
        }
        next = from + p->samples;
    }
    return clean;
}

double judge_estoi(const struct said *said, const struct output *o, int64_t from)
{
    enum stoi_status status;
    struct stoi_values values = {0};
    size_t first = 0, clean_len, heard_len;
    while (first < o->count && o->pieces[first].media < from)
        first++;
    if (o->mute || first == o->count)
        return 0;
    size_t begin = o->pieces[first].out;
    int16_t *pcm = retimed(said, o);
    float *clean = need(downsample(pcm + begin, o->samples - begin, 1, CALL_RATE, &clean_len));
    float *heard = need(downsample(o->pcm + begin, o->samples - begin, 1, CALL_RATE, &heard_len));
    struct stoi *stoi = stoi_new(clean, clean_len, &status);
    bool measured = stoi && stoi_measure(stoi, heard, heard_len, &values) == STOI_OK;
    stoi_free(stoi);
    free(clean);
    free(heard);
    free(pcm);
    return measured ? values.estoi : (double)NAN; // too short a trace
}

void judge(const struct call *call, const struct output *output, struct figures *figures)
{
    const struct said said = {call->recording->clean, (int64_t)call->count * CALL_FRAME};
    *figures = (struct figures){0};
    shares(call, output, figures);
    delays(call, output, figures);
    figures->estoi = judge_estoi(&said, output, 0);
    figures->k = judge_k(figures->delay_mean, figures->late + figures->skipped);
}
