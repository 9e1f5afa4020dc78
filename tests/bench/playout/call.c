// The packets and their instants: see call.h.
#include "tests/bench/playout/call.h"

#include "lab/io/source.h"
#include "lab/sim.h"
#include "lab/tape.h"
#include "media/rtp.h"
#include "media/trace.h"
#include "media/voice.h"
#include "tests/bench/playout/ours.h"

#include <stdio.h>
#include <stdlib.h>

static _Noreturn void give_up(const char *why)
{
    fprintf(stderr, "bench: %s\n", why);
    exit(1);
}

void *need(void *memory)
{
    if (!memory)
        give_up("no memory");
    return memory;
}

static struct tape *record(size_t packets)
{
    char why[512];
    const struct source_config config = {
        .name = "speech",
        .channels = 1,
        .loop = true,
        .duration = usec_from_units((int64_t)(packets * CALL_FRAME), CALL_RATE),
    };
    const struct sender_config sender = ours_sender();
    struct source *source = source_open(&config, why, sizeof why);
    if (!source)
        give_up(why);
    struct feed_source feed = source_feed(source);
    struct tape *tape = need(tape_record(&sender, &feed));
    source_close(source);
    return tape;
}

static void decode(struct recording *r)
{
    struct voice_decoder *decoder = need(voice_decoder_new(1));
    r->clean = need(malloc((r->count * CALL_FRAME + VOICE_FRAME_MAX) * sizeof *r->clean));
    for (size_t i = 0; i < r->count; i++)
        if (voice_decode(decoder, r->packets[i].data, r->packets[i].len,
                         r->clean + i * CALL_FRAME) != CALL_FRAME)
            give_up("the recording has a packet that is not 20 ms long");
    voice_decoder_free(decoder);
}

struct recording *recording_new(size_t packets)
{
    struct recording *r = need(calloc(1, sizeof *r));
    struct sender_datagram d;
    struct rtp_packet rtp;
    usec at;
    r->tape = record(packets);
    r->packets = need(calloc(packets, sizeof *r->packets));
    for (size_t i = 0; r->count < packets && tape_datagram(r->tape, i, &at, &d); i++) {
        if (d.kind != SENDER_RTP || rtp_parse(&rtp, d.data, d.len) != RTP_OK)
            continue;
        if (at != (usec)r->count * 20 * USEC_MS)
            give_up("the recording does not send a packet every 20 ms");
        r->packets[r->count++] = (struct payload){rtp.payload, rtp.payload_len};
    }
    decode(r);
    return r;
}

void recording_free(struct recording *r)
{
    if (!r)
        return;
    tape_free(r->tape);
    free(r->packets);
    free(r->clean);
    free(r);
}

struct arrival {
    usec at;
    size_t packet;
};

static int compare(const void *a, const void *b)
{
    const struct arrival *x = a, *y = b;
    return x->at != y->at ? (x->at > y->at) - (x->at < y->at)
                          : (x->packet > y->packet) - (x->packet < y->packet);
}

static void put_in_order(struct call *call)
{
    struct arrival *all = need(calloc(call->count, sizeof *all));
    for (size_t i = 0; i < call->count; i++)
        if (call->arrival[i] != USEC_NEVER)
            all[call->arrived++] = (struct arrival){call->arrival[i], i};
    qsort(all, call->arrived, sizeof *all, compare);
    for (size_t i = 0; i < call->arrived; i++)
        call->order[i] = all[i].packet;
    free(all);
}

void call_init(struct call *call, const struct recording *recording, const struct trace *trace)
{
    size_t count = recording->count < trace->count ? recording->count : trace->count;
    *call = (struct call){
        .recording = recording,
        .trace = trace,
        .count = count,
        .arrival = need(calloc(count, sizeof *call->arrival)),
        .order = need(calloc(count, sizeof *call->order)),
        .least = USEC_NEVER,
    };
    for (size_t i = 0; i < count; i++) {
        usec delay = trace->delay[i];
        call->least = usec_min(call->least, delay);
        call->arrival[i] = delay == USEC_NEVER ? delay : (usec)i * 20 * USEC_MS + delay;
    }
    put_in_order(call);
    if (!call->arrived)
        give_up("a trace loses every packet");
}

void call_end(struct call *call)
{
    free(call->arrival);
    free(call->order);
}
