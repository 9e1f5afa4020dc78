// A stream over a lossy path: see lossy.h.
#include "tests/lossy.h"

#include "tests/test.h"

#include "media/backlog.h"
#include "media/random.h"
#include "media/rtx.h"

#include <string.h>

#define FIRST  0xfff0u // extended sequence number of the first packet: 16 bits wrap soon
#define CAP    32      // sequence numbers in one message
#define OCTETS 80
#define RTX    97
#define OPUS   96

struct world {
    const struct lossy_path *path;
    struct random random;
    struct backlog *there, *back;
    struct resend *kept;
    struct resend_account account;
    struct wanted wanted;
    uint16_t rtx_seq;
    usec now;
    int sent;
    usec *here;     // by packet: when it first came; USEC_NEVER: not yet
    int *asked;     // by packet
    usec *asked_at; // by message
    struct lossy_result result;
};

static usec one_way(struct world *w)
{
    bool later = w->path->delay_later && w->sent > w->path->packets / 2;
    return (later ? w->path->delay_later : w->path->delay) +
           (usec)(random_unit(&w->random) * (double)w->path->jitter);
}

// One datagram draws as often as any other.
static bool pass(struct world *w, struct backlog *to, double loss, usec more, const void *data,
                 size_t len)
{
    bool passes = random_unit(&w->random) >= loss;
    struct backlog_item item = {.due = w->now + one_way(w) + more, .len = len};
    if (passes)
        backlog_put(to, &item, data);
    return passes;
}

static void send_packet(struct world *w)
{
    uint8_t payload[OCTETS], out[OCTETS + RTP_HEADER_LEN];
    uint32_t n = (uint32_t)w->sent++;
    memset(payload, (int)n, sizeof payload);
    memcpy(payload, &n, sizeof n);
    struct rtp_packet packet = {.payload_type = OPUS,
                                .seq = (uint16_t)(FIRST + n),
                                .timestamp = n * 960,
                                .payload = payload,
                                .payload_len = sizeof payload};
    resend_keep(w->kept, w->now, &packet);
    bool late = random_unit(&w->random) < w->path->late;
    size_t len = rtp_write(&packet, out, sizeof out);
    if (!pass(w, w->there, w->path->loss, late ? w->path->late_by : 0, out, len))
        w->result.lost++;
}

static void answer(struct world *w, const uint16_t *seqs, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        struct rtp_packet packet;
        uint8_t out[OCTETS + RTP_HEADER_LEN + RTX_OSN_LEN];
        if (!resend_ask(w->kept, &w->account, w->now, seqs[i], &packet))
            continue;
        size_t size = rtx_write(&packet, RTX, 2, w->rtx_seq++, out, sizeof out);
        assert_int_equal(size, sizeof out);
        pass(w, w->there, w->path->loss, 0, out, size);
    }
}

static void come(struct world *w, const uint8_t *data, size_t len)
{
    struct rtp_packet packet, original;
    uint32_t n;
    assert_int_equal(rtp_parse(&packet, data, len), RTP_OK);
    bool is_answer = packet.payload_type == RTX;
    original = packet;
    if (is_answer)
        assert_true(rtx_parse(&packet, OPUS, 0, &original));
    assert_int_equal(original.payload_len, OCTETS);
    memcpy(&n, original.payload, sizeof n);
    assert_int_equal(original.seq, (uint16_t)(FIRST + n));
    assert_int_equal(original.timestamp, n * 960);
    assert_int_equal(original.payload[OCTETS - 1], (uint8_t)n);
    if (is_answer) {
        wanted_repaired(&w->wanted, w->now, FIRST + n, true);
    } else {
        w->result.needless += w->asked[n] > 0;
        wanted_packet(&w->wanted, w->now, FIRST + n);
    }
    w->here[n] = usec_min(w->here[n], w->now);
}

static usec needed_at(void *ctx, uint32_t seq)
{
    struct world *w = ctx;
    usec sent = (usec)(seq - FIRST) * w->path->interval;
    return w->path->buffer == USEC_NEVER ? USEC_NEVER : sent + w->path->delay + w->path->buffer;
}

static void check_asking(struct world *w, uint16_t seq)
{
    uint32_t n = (uint16_t)(seq - FIRST);
    while ((int)(n + 0x10000) < w->sent) // the newest with this number
        n += 0x10000;
    usec needed = needed_at(w, FIRST + n), round_trip = wanted_round_trip(&w->wanted);
    assert_true((int)n < w->sent);
    assert_true(w->here[n] == USEC_NEVER);
    assert_true(w->now < needed);
    if (round_trip != USEC_NEVER && w->now - w->wanted.measured_at < USEC_SECOND)
        assert_true(needed == USEC_NEVER || w->now + round_trip <= needed);
    assert_true(++w->asked[n] <= (int)WANTED_TRIES);
}

static void ask(struct world *w)
{
    uint16_t seqs[CAP];
    size_t len = wanted_due(&w->wanted, w->now, seqs, CAP, needed_at, w);
    usec next = wanted_next(&w->wanted);
    assert_true(len <= CAP);
    assert_true(next > w->now || len == CAP);
    for (size_t i = 0; i < len; i++) {
        check_asking(w, seqs[i]);
        assert_true(i == 0 || (int16_t)(seqs[i] - seqs[i - 1]) > 0);
    }
    if (len == 0)
        return;
    int message = w->result.messages++;
    w->asked_at[message] = w->now;
    for (int i = message; i >= 0 && w->now - w->asked_at[i] < USEC_SECOND; i--)
        if (message - i + 1 > w->result.messages_most)
            w->result.messages_most = message - i + 1;
    pass(w, w->back, w->path->loss_back, 0, seqs, len * sizeof seqs[0]);
}

static usec next_packet(const struct world *w)
{
    return w->sent < w->path->packets ? w->sent * w->path->interval : USEC_NEVER;
}

static bool step(struct world *w)
{
    struct backlog_item item;
    union {
        uint8_t data[256];
        uint16_t seqs[CAP];
    } in;
    usec there = backlog_next(w->there), back = backlog_next(w->back);
    usec next = usec_min(usec_min(there, back), usec_min(next_packet(w), wanted_next(&w->wanted)));
    if (next == USEC_NEVER)
        return false;
    assert_true(next >= w->now);
    w->now = next;
    if (next_packet(w) == next) {
        send_packet(w);
    } else if (there == next) {
        assert_true(backlog_take(w->there, &item, in.data, sizeof in));
        come(w, in.data, item.len);
        ask(w);
    } else if (back == next) {
        assert_true(backlog_take(w->back, &item, in.data, sizeof in));
        answer(w, in.seqs, item.len / sizeof in.seqs[0]);
    } else {
        ask(w);
    }
    return true;
}

struct lossy_result lossy_run(const struct lossy_path *path)
{
    size_t packets = (size_t)path->packets;
    struct world w = {.path = path, .random = {path->seed}, .account = {.rate = path->rate}};
    w.there = backlog_new(8192, (size_t)8192 * 128);
    w.back = backlog_new(1024, (size_t)1024 * 128);
    w.kept = resend_new(RESEND_OCTETS);
    w.here = calloc(packets, sizeof *w.here);
    w.asked = calloc(packets, sizeof *w.asked);
    w.asked_at = calloc(packets * WANTED_TRIES, sizeof *w.asked_at);
    assert_true(w.there && w.back && w.kept && w.here && w.asked && w.asked_at);
    for (size_t n = 0; n < packets; n++)
        w.here[n] = USEC_NEVER;
    while (step(&w))
        ;
    for (uint32_t n = 0; n < packets; n++)
        w.result.in_time += w.here[n] != USEC_NEVER && w.here[n] <= needed_at(&w, FIRST + n);
    w.result.round_trip = wanted_round_trip(&w.wanted);
    w.result.wanted = w.wanted.stats;
    w.result.resent = w.account.stats;
    backlog_free(w.there);
    backlog_free(w.back);
    resend_free(w.kept);
    free(w.here);
    free(w.asked);
    free(w.asked_at);
    return w.result;
}
