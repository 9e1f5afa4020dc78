// The lab's model of TCP under measurement: see model.h.
#include "tests/bench/model.h"

#include "lab/interleaved.h"

#define LINGER (60 * USEC_SECOND)

bool model_run(const struct kernel_stream *s, int64_t *delays)
{
    const struct interleaved_config config = {.path = {&s->forward, &s->back},
                                              .seed = {s->seed, s->seed + 1}};
    struct interleaved *i = interleaved_new(&config);
    const uint8_t frame[INTERLEAVED_MAX] = {0};
    struct interleaved_packet p;
    usec end = (usec)s->frames * s->period + LINGER;
    size_t written = 0, read = 0;
    for (size_t n = 0; n < s->frames; n++)
        delays[n] = -1;
    for (usec now = 0; i && now < end && read < s->frames;) {
        if (written < s->frames && now == (usec)written * s->period) {
            p = (struct interleaved_packet){
                .tag = written++, .data = frame, .len = s->frame - INTERLEAVED_HEADER};
            interleaved_send(i, now, INTERLEAVED_A, &p);
        }
        while (interleaved_receive(i, now, INTERLEAVED_B, &p)) {
            delays[p.tag] = now - (usec)p.tag * s->period;
            read++;
        }
        usec next = written < s->frames ? (usec)written * s->period : USEC_NEVER;
        now = usec_min(next, interleaved_next(i));
    }
    interleaved_free(i);
    return i;
}
