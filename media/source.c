// Reception figures of one SSRC: see source.h. Sequence numbers are kept extended, modulo 2^32, so
// that one subtraction answers every question of order. Before the first packet counts, the highest
// number is the one before the first: nothing is expected yet.
//
// Unlike RFC 3550 appendix A.1 the first packet starts a source at once, there is no probation of
// MIN_SEQUENTIAL packets: a session has told us which SSRC and payload type to take, and speech
// should not lose its first syllable. And packets from before the first that counts do not count,
// where appendix A.3 would let each hide one loss.
#include "media/source.h"

#define MAX_DROPOUT  3000
#define MAX_MISORDER 100
#define NONE         0x10000 // a bad_seq that no packet has

static void begin(struct source *s, uint16_t first_seq)
{
    s->started = true;
    s->first_seq = first_seq;
    s->highest_seq = s->first_seq - 1;
    s->bad_seq = NONE;
    s->received = 0;
    s->expected_prior = 0;
    s->received_prior = 0;
}

void source_init(struct source *s, uint32_t ssrc, uint32_t clock_rate)
{
    *s = (struct source){
        .ssrc = ssrc,
        .clock_rate = clock_rate,
        .bad_seq = NONE,
        .lsr_received = USEC_NEVER,
    };
}

void source_expect(struct source *s, uint16_t first_seq)
{
    begin(s, first_seq);
}

static uint32_t expected(const struct source *s)
{
    return s->started ? s->highest_seq - s->first_seq + 1 : 0;
}

// RFC 3550 appendix A.8. Timestamps wrap, and so does the difference of two transits.
static void observe_transit(struct source *s, usec now, uint32_t timestamp)
{
    int64_t transit = usec_to_units(now, s->clock_rate) - timestamp;
    int64_t d = (int32_t)(uint32_t)(transit - s->transit);
    s->transit = transit;
    if (s->received == 0)
        return; // no transit before this one
    uint64_t jitter = s->jitter_scaled;
    jitter += (uint64_t)(d < 0 ? -d : d) - ((jitter + 8) >> 4);
    s->jitter_scaled = jitter > UINT32_MAX ? UINT32_MAX : (uint32_t)jitter;
}

// RFC 3550 appendix A.1
enum source_verdict source_packet(struct source *s, usec now, uint16_t seq, uint32_t timestamp,
                                  uint32_t *extended)
{
    enum source_verdict verdict = SOURCE_OK;
    if (!s->started)
        begin(s, seq);
    uint16_t ahead = (uint16_t)(seq - s->highest_seq);
    uint16_t behind = (uint16_t)(s->highest_seq - seq);
    if (ahead > MAX_DROPOUT && behind > MAX_MISORDER) {
        if (seq != s->bad_seq) {
            s->bad_seq = (uint16_t)(seq + 1);
            return SOURCE_HELD;
        }
        begin(s, seq);
        ahead = 1;
        verdict = SOURCE_RESTART;
    }
    s->bad_seq = NONE;
    observe_transit(s, now, timestamp);
    if (ahead <= MAX_DROPOUT) {
        s->highest_seq += ahead;
        behind = 0;
    }
    if (behind < expected(s))
        s->received++;
    *extended = s->highest_seq - behind;
    return verdict;
}

void source_sender_report(struct source *s, usec now, const struct rtcp_sender *sender)
{
    s->lsr = (uint32_t)(sender->ntp >> 16);
    s->lsr_received = now;
}

uint32_t source_jitter(const struct source *s)
{
    return s->jitter_scaled >> 4;
}

// RFC 3550 section 6.4.1: units of 1/65536 s
static uint32_t delay_since_report(const struct source *s, usec now)
{
    if (s->lsr_received == USEC_NEVER || now <= s->lsr_received)
        return 0;
    int64_t units = usec_to_units(now - s->lsr_received, 65536);
    return units > UINT32_MAX ? UINT32_MAX : (uint32_t)units;
}

// RFC 3550 appendix A.3: of 256, 0 when duplicates outnumber losses
static uint8_t fraction(int64_t expected_interval, int64_t received_interval)
{
    int64_t lost = expected_interval - received_interval;
    if (expected_interval <= 0 || lost <= 0)
        return 0;
    return (uint8_t)(lost * 256 /
                     expected_interval); // fits: what is expected ends with one that came
}

void source_report(struct source *s, usec now, struct rtcp_report *report)
{
    uint32_t expected_now = expected(s);
    int64_t lost = (int64_t)expected_now - (int64_t)s->received;
    lost = lost > RTCP_LOST_MAX ? RTCP_LOST_MAX : lost < RTCP_LOST_MIN ? RTCP_LOST_MIN : lost;
    *report = (struct rtcp_report){
        .ssrc = s->ssrc,
        .fraction_lost = fraction((int64_t)expected_now - s->expected_prior,
                                  (int64_t)(s->received - s->received_prior)),
        .cumulative_lost = (int32_t)lost,
        .highest_seq = s->highest_seq,
        .jitter = source_jitter(s),
        .lsr = s->lsr_received == USEC_NEVER ? 0 : s->lsr,
        .dlsr = delay_since_report(s, now),
    };
    s->expected_prior = expected_now;
    s->received_prior = s->received;
}
