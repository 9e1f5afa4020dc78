// The rule that shares the rate: see adapt.h.
#include "sender/adapt.h"

#include "media/voice.h"

#include <math.h>

#define WHOLE_MAX     1400 // octets of a payload that every Ethernet carries in one packet
#define CLEARLY       0.006 // of quality: less is no reason to change, ten seconds of losses tell no more
#define PRIMARY_LEAST 12000 // bit/s of the voice: below it the voice itself is the worse part
#define FEC_LEAST     24000 // bit/s of the voice: below it in-band FEC takes more than it gives
#define WIDE_BELOW    40000 // bit/s of the voice: below it, more than wideband is a luxury under loss
#define WORTH_IT      0.01 // share of packets lost, from which on the encoder is told and narrowed,
#define NOT_WORTH_IT  0.005 // and below which it is no more
#define TOLD          10    // percent: libopus' in-band copies become worse up to 12, not better

// 0: the frames themselves. Below 10 kb/s the encoder leaves wideband: worse than no copies.
static const int copy_rates[] = {0, 10000, 12000, 16000, 20000, 24000};
static const uint8_t spacings[] = {1, 2, 3, 4, 5, 6, 8};
#define COUNT(array) (sizeof(array) / sizeof *(array))

// ---- what things sound like --------------------------------------------------------------------

// Measured with libopus 1.3.1 on speech, mono, 20 ms frames: ESTOI without loss by bitrate (kb/s), the
// encoder told of losses. Wideband scores higher since ESTOI hears no more than that.
static const struct {
    double rate, plain, plain_wide, fec, fec_wide;
} codec[] = {
    {10, .940, .917, .90, .90},      {12, .962, .953, .91, .91},    {16, .973, .977, .93, .93},
    {20, .980, .987, .95, .957},     {24, .985, .992, .962, .969},  {28, .989, .994, .972, .979},
    {32, .991, .996, .980, .986},    {40, .994, .998, .987, .992},  {48, .996, .9987, .991, .995},
    {64, .9976, .9993, .995, .9975}, {96, .999, .9996, .997, .999},
};

// What it costs where a frame was restored, or guessed: a share of 1 would cost as much.
static const struct cost {
    double rate, cost;
} copies[] = {{10, .110}, {12, .065}, {16, .030}, {20, .015}, {24, .008}, {32, 0}},
  fecs[] = {{24, .080}, {32, .060}, {48, .030}, {64, .016}, {96, .010}};
#define COST_ALONE 0.68 // guessed, between frames that were there
#define COST_TWO   0.81
#define COST_ROW   0.95
#define SPARED     1.1 // of the latter two, where all is lost: one more gap among many costs less,
#define LEAST      0.3 // but something
#define COST_DEPTH 0.003   // that there are copies at all: another delay, another voice
#define COST_MS    0.00034 // delay, such that 20 ms cost as much as 1 % guessed

static double between(double x, double x0, double y0, double x1, double y1)
{
    double part = (x - x0) / (x1 - x0);
    return y0 + (part < 0 ? 0 : part > 1 ? 1 : part) * (y1 - y0);
}

static double sounds(const struct adapt_choice *c, double rate)
{
    size_t i = 1;
    while (i + 1 < COUNT(codec) && codec[i].rate < rate)
        i++;
    double ends[2];
    for (size_t k = 0; k < 2; k++)
        ends[k] = c->fec        ? c->wideband ? codec[i - 1 + k].fec_wide : codec[i - 1 + k].fec
                  : c->wideband ? codec[i - 1 + k].plain_wide
                                : codec[i - 1 + k].plain;
    return between(rate, codec[i - 1].rate, ends[0], codec[i].rate, ends[1]) *
           (rate < codec[0].rate ? rate / codec[0].rate : 1);
}

#define COST(table, rate) cost_in(table, COUNT(table), rate)
static double cost_in(const struct cost *row, size_t count, double rate)
{
    size_t i = 1;
    while (i + 1 < count && row[i].rate < rate)
        i++;
    return between(rate, row[i - 1].rate, row[i - 1].cost, row[i].rate, row[i].cost);
}

// Two channels take about 1.6 times the rate of one.
static double mono_rate(const struct adapt_limits *limits, int bitrate)
{
    return bitrate / 1000.0 / (limits->channels == 2 ? 1.6 : 1);
}

double adapt_quality(const struct adapt_limits *limits, const struct history *history,
                     const struct adapt_choice *choice, struct copies_shape shape)
{
    bool same = choice->copy_bitrate == 0;
    struct history_outcome o = history_outcome(history, shape, choice->fec, same);
    double rate = mono_rate(limits, choice->bitrate);
    double copy = same ? 0 : COST(copies, mono_rate(limits, choice->copy_bitrate));
    uint32_t reach = copies_reach(shape, limits->frame_samples);
    if (choice->fec && !reach)
        reach = (uint32_t)limits->frame_samples;
    double runs = (o.in_twos * COST_TWO + o.in_a_row * COST_ROW) * fmax(1 - SPARED * o.lost, LEAST);
    return sounds(choice, rate) - o.copied * copy - o.fec * COST(fecs, rate) -
           o.alone * COST_ALONE - runs - (shape.depth ? COST_DEPTH : 0) -
           1000.0 * reach / VOICE_RATE * COST_MS;
}

// ---- what it takes -----------------------------------------------------------------------------

static int overhead(const struct adapt_limits *limits, struct copies_shape shape)
{
    return (int)(copies_overhead(shape) * 8 * VOICE_RATE / (size_t)limits->frame_samples);
}

int adapt_total(const struct adapt_limits *limits, const struct adapt_choice *choice,
                struct copies_shape shape)
{
    int copy = choice->copy_bitrate ? choice->copy_bitrate : choice->bitrate;
    return choice->bitrate + shape.depth * copy + overhead(limits, shape);
}

// Can a packet with its copies go undivided? One that is sent as fragments is lost with any of them.
static bool is_whole(const struct adapt_limits *limits, const struct adapt_choice *choice,
                     struct copies_shape shape)
{
    int64_t octets =
        (int64_t)adapt_total(limits, choice, shape) * limits->frame_samples / VOICE_RATE / 8;
    return octets <= WHOLE_MAX;
}

// What is left of the budget for the voice.
static int voice_rate(const struct adapt_limits *limits, int budget, struct copies_shape shape,
                      int copy_bitrate)
{
    int left = budget - overhead(limits, shape);
    int rate = copy_bitrate ? left - shape.depth * copy_bitrate : left / (1 + shape.depth);
    rate = rate < limits->bitrate ? rate : limits->bitrate;
    return rate > VOICE_BITRATE_LEAST ? rate : VOICE_BITRATE_LEAST;
}

// ---- choosing ----------------------------------------------------------------------------------

struct adapt_limits adapt_limits_of(const struct adapt_limits *limits,
                                    const struct voice_encoder_config *voice)
{
    struct adapt_limits l = *limits;
    l.frame_samples = voice->frame_samples;
    l.channels = voice->channels;
    l.speech = voice->application == VOICE_VOIP && voice->frame_samples >= VOICE_RATE / 100;
    if (l.bitrate)
        return l;
    l.bitrate = l.max_bitrate = voice->bitrate;
    l.fec = voice->fec ? ADAPT_FEC_ON : ADAPT_FEC_OFF;
    l.expected_loss = voice->loss_percent;
    return l;
}

static bool is_open(const struct adapt_limits *limits)
{
    return limits->fec == ADAPT_FEC_AUTO || limits->red == ADAPT_RED_AUTO;
}

struct adapt_choice adapt_first(const struct adapt_limits *limits)
{
    struct adapt_choice choice = {
        .bitrate = limits->bitrate,
        .fec = limits->fec == ADAPT_FEC_ON,
        .expected_loss = limits->fec == ADAPT_FEC_ON ? limits->expected_loss : 0,
    };
    if (limits->red == ADAPT_RED_FIXED) {
        choice.shape = limits->shape;
        choice.copy_bitrate = limits->copy_bitrate;
        choice.bitrate =
            voice_rate(limits, limits->max_bitrate, limits->shape, limits->copy_bitrate);
    }
    return choice;
}

static bool is_lossy(const struct history *history, bool before)
{
    struct copies_shape none = {0};
    double lost = history_outcome(history, none, false, false).lost;
    return lost >= (before ? NOT_WORTH_IT : WORTH_IT);
}

struct search {
    const struct adapt_limits *limits;
    const struct history *history;
    int budget;
    bool lossy;
    struct adapt_choice best;
    double quality;
};

// How the voice is coded besides its rate: follows from that and from the losses.
static void complete(const struct search *s, struct adapt_choice *c, bool fec)
{
    c->fec = fec;
    c->expected_loss = fec && s->limits->fec == ADAPT_FEC_ON ? s->limits->expected_loss
                       : s->lossy                            ? TOLD
                                                             : 0;
    c->wideband = s->limits->speech && s->lossy && c->bitrate < WIDE_BELOW && is_open(s->limits);
}

static void consider(struct search *s, struct copies_shape shape, int copy_bitrate, bool fec)
{
    struct adapt_choice choice = {
        .bitrate = voice_rate(s->limits, s->budget, shape, copy_bitrate),
        .shape = shape,
        .copy_bitrate = shape.depth ? copy_bitrate : 0,
    };
    bool chosen = s->limits->red == ADAPT_RED_AUTO && shape.depth;
    int copy = copy_bitrate ? copy_bitrate : choice.bitrate;
    bool low = choice.bitrate < FEC_LEAST;
    if (chosen && (choice.bitrate < PRIMARY_LEAST || choice.bitrate < copy_bitrate))
        return;
    if (chosen &&
        !(copies_fit(copy, s->limits->frame_samples) && is_whole(s->limits, &choice, shape)))
        return;
    if (fec && low && s->limits->fec == ADAPT_FEC_AUTO)
        return;
    if (chosen && copy_bitrate && !fec &&
        !low) // it may be coded as music: no place for such copies
        return;
    complete(s, &choice, fec);
    double quality = adapt_quality(s->limits, s->history, &choice, shape);
    if (quality > s->quality) {
        s->quality = quality;
        s->best = choice;
    }
}

static void consider_fec(struct search *s, struct copies_shape shape, int copy_bitrate)
{
    if (s->limits->fec != ADAPT_FEC_ON)
        consider(s, shape, copy_bitrate, false);
    if (s->limits->fec != ADAPT_FEC_OFF)
        consider(s, shape, copy_bitrate, true);
}

static void consider_copies(struct search *s)
{
    size_t rates = s->limits->speech ? COUNT(copy_rates) : 1;
    for (uint8_t depth = 1; depth < COPIES_DEPTH_MAX; depth++)
        for (size_t i = 0; i < COUNT(spacings); i++) {
            struct copies_shape shape = {depth, spacings[i]};
            if (!copies_possible(shape, s->limits->frame_samples))
                continue;
            for (size_t k = 0; k < rates; k++)
                consider_fec(s, shape, copy_rates[k]);
        }
}

// Nothing is lost: what was for losses goes, and the voice has its full rate again, however little that
// gains.
static bool is_over(const struct search *s, const struct adapt_choice *now)
{
    bool fec = now->fec && s->limits->fec == ADAPT_FEC_AUTO;
    return !s->lossy && (now->shape.depth || fec || s->best.bitrate == s->limits->bitrate);
}

struct adapt_choice adapt_choose(const struct adapt_limits *limits, const struct history *history,
                                 bool red, int budget, const struct adapt_choice *now)
{
    struct copies_shape none = {0};
    struct search s = {
        .limits = limits,
        .history = history,
        .budget = budget,
        .lossy = is_lossy(history, now->expected_loss || now->shape.depth),
        .best = *now,
        .quality = -1,
    };
    if (limits->red == ADAPT_RED_FIXED)
        consider_fec(&s, limits->shape, limits->copy_bitrate);
    else
        consider_fec(&s, none, 0);
    if (limits->red == ADAPT_RED_AUTO && red && s.lossy)
        consider_copies(&s);
    struct adapt_choice same = *now;
    complete(&s, &same, now->fec);
    bool fits = adapt_total(limits, now, now->shape) <= budget &&
                (red || !now->shape.depth || limits->red == ADAPT_RED_FIXED);
    bool known = history->count == HISTORY_PACKETS; // before that nothing is clear
    double better = is_over(&s, now) || !known ? 0 : CLEARLY;
    bool stays = fits && adapt_quality(limits, history, &same, same.shape) + better > s.quality;
    return stays ? same : s.best;
}

struct copies_shape adapt_shape(const struct adapt_limits *limits, const struct history *history,
                                int budget, const struct adapt_choice *encoding,
                                struct copies_shape now)
{
    struct copies_shape best = {0};
    double quality = adapt_quality(limits, history, encoding, best);
    if (limits->red != ADAPT_RED_AUTO)
        return limits->red == ADAPT_RED_FIXED ? limits->shape : best;
    int copy = encoding->copy_bitrate ? encoding->copy_bitrate : encoding->bitrate;
    if (!is_lossy(history, now.depth) || !copies_fit(copy, limits->frame_samples))
        return best;
    for (uint8_t depth = 1; depth < COPIES_DEPTH_MAX; depth++)
        for (size_t i = 0; i < COUNT(spacings); i++) {
            struct copies_shape shape = {depth, spacings[i]};
            if (!copies_possible(shape, limits->frame_samples) ||
                adapt_total(limits, encoding, shape) > budget || !is_whole(limits, encoding, shape))
                continue;
            bool same = shape.depth == now.depth && shape.spacing == now.spacing;
            double q = adapt_quality(limits, history, encoding, shape) + (same ? CLEARLY : 0);
            if (q > quality) {
                quality = q;
                best = shape;
            }
        }
    return best;
}
