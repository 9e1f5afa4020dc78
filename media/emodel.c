// The E-model: see emodel.h.
#include "media/emodel.h"

#include <math.h>
#include <stddef.h>

static const struct {
    const char *name;
    double clean;   // R without impairments
    double stretch; // of the scale against narrowband's: of Idd, and of R as Annex B takes it
    double total;   // what Ie,eff tends to
} scales[EMODEL_SCALES] = {
    [EMODEL_NARROWBAND] = {"narrowband", 93.2, 1, 95},
    [EMODEL_WIDEBAND] = {"wideband", 129, 1.29, 95}, // 95, not 129: G.107.1 7.5
    [EMODEL_FULLBAND] = {"fullband", 148, 1.48, 132},
};

#define BURST_RATIO_MAX 8 // G.107 table 3

const char *emodel_scale_name(enum emodel_scale scale)
{
    return scales[scale].name;
}

static double clamp(double x, double low, double high)
{
    return fmin(fmax(x, low), high); // fmax(NaN, low) is low
}

double emodel_mos(enum emodel_scale scale, double r)
{
    double x = clamp(r / scales[scale].stretch, 0, 100);
    return clamp(1 + 0.035 * x + x * (x - 60) * (100 - x) * 7e-6, 1, 4.5);
}

static double knee(double x)
{
    return pow(1 + pow(x, 6), 1.0 / 6);
}

// G.107 7.4, equation 7-27, with the default sensitivity (sT = 1, mT = 100 ms).
static double delay_impairment(usec delay)
{
    double hundreds = usec_to_ms(delay) / 100;
    if (hundreds <= 1)
        return 0;
    double x = log2(hundreds);
    return 25 * (knee(x) - 3 * knee(x / 3) + 2);
}

// G.107 7.5, equation 7-29. With bursts the quotient can exceed 1, which would take more than all.
static double equipment_impairment(const struct emodel_codec *codec, double loss, double burst)
{
    double left = fmax(scales[codec->scale].total - codec->ie, 0);
    if (loss <= 0)
        return codec->ie;
    return codec->ie + left * fmin(loss / (loss / burst + codec->bpl), 1);
}

struct emodel_result emodel_estimate(const struct emodel_codec *codec, usec one_way_delay,
                                     double loss_percent, double burst_ratio)
{
    struct emodel_result e = {
        .codec = *codec,
        .delay = usec_max(one_way_delay, 0),
        .loss_percent = clamp(loss_percent, 0, 100),
        .burst_ratio = codec->losses == EMODEL_BURSTY ? 1 : clamp(burst_ratio, 1, BURST_RATIO_MAX),
    };
    e.codec.ie = fmax(codec->ie, 0);
    e.codec.bpl = fmax(codec->bpl, 0);
    e.id = scales[codec->scale].stretch * delay_impairment(e.delay);
    e.ie_eff = equipment_impairment(&e.codec, e.loss_percent, e.burst_ratio);
    e.r = fmax(scales[codec->scale].clean - e.id - e.ie_eff, 0);
    e.mos = emodel_mos(codec->scale, e.r);
    e.mos_fullband = emodel_mos(EMODEL_FULLBAND, e.r);
    return e;
}

struct row {
    double kbps; // 1000 bit/s
    double ie;
    double bpl[2]; // by enum emodel_losses
};

static const struct row narrowband_vbr[] = {
    {6, 23.002, {24.564, 15.355}},
    {7, 21.255, {22.459, 14.425}},
    {8, 16.024, {20.259, 13.480}},
    {9, 11.737, {18.908, 12.442}},
};

static const struct row narrowband_cbr[] = {
    {6, 46.268, {8.940, 5.655}},   {7, 31.735, {18.179, 11.764}}, {8, 19.245, {15.128, 10.132}},
    {9, 13.209, {17.239, 11.364}}, {10, 6.197, {15.330, 10.470}}, {11, 2.030, {15.952, 10.733}},
};

static const struct row wideband_vbr[] = {
    {11, 28.413, {23.940, 20.120}},
    {12, 23.295, {22.215, 18.904}},
    {13, 19.959, {19.496, 16.920}},
};

static const struct row wideband_cbr[] = {
    {12, 29.764, {24.809, 20.777}},
    {13, 26.161, {23.005, 19.372}},
    {14, 20.772, {17.562, 15.848}},
    {15, 18.063, {18.737, 16.097}},
};

static const struct row fullband_vbr[] = {
    {14, 38.06, {16.51, 9.13}},  {15, 34.12, {15, 7.9}},      {16, 30.163, {11.83, 10.06}},
    {19, 23.807, {10.67, 8.92}}, {22, 20.223, {10.47, 8.57}}, {25, 20.209, {11.28, 9.18}},
    {28, 18.477, {10.63, 8.91}}, {31, 16.829, {10.44, 8.82}}, {34, 14.759, {10.12, 8.54}},
    {37, 12.078, {10.38, 8.30}}, {40, 10.666, {9.79, 8.04}},
};

static const struct row fullband_cbr[] = {
    {16, 36.881, {13.30, 10.80}}, {19, 29.580, {10.74, 8.93}}, {22, 23.380, {10.01, 8.46}},
    {25, 22.644, {10.57, 8.74}},  {28, 23.652, {11.67, 9.98}}, {31, 21.742, {11.51, 9.58}},
    {34, 20.620, {11.78, 9.69}},  {37, 16.229, {10.62, 8.99}}, {40, 15.898, {11.35, 9.37}},
};

#define ROWS(r)                     \
    {                               \
        r, sizeof(r) / sizeof(r)[0] \
    }

static const struct table {
    const struct row *rows; // by rising bitrate
    size_t count;
} opus[EMODEL_SCALES][2] = {
    [EMODEL_NARROWBAND] = {ROWS(narrowband_vbr), ROWS(narrowband_cbr)},
    [EMODEL_WIDEBAND] = {ROWS(wideband_vbr), ROWS(wideband_cbr)},
    [EMODEL_FULLBAND] = {ROWS(fullband_vbr), ROWS(fullband_cbr)},
};

enum emodel_scale emodel_opus_scale(enum emodel_rate rate, int bitrate)
{
    for (int scale = 0; scale < EMODEL_FULLBAND; scale++) {
        const struct table *t = &opus[scale][rate];
        if (bitrate <= t->rows[t->count - 1].kbps * 1000)
            return (enum emodel_scale)scale;
    }
    return EMODEL_FULLBAND;
}

static double between(double a, double b, double share)
{
    return a + (b - a) * share;
}

struct emodel_codec emodel_opus(enum emodel_scale scale, enum emodel_rate rate, int bitrate,
                                enum emodel_losses losses)
{
    const struct table *t = &opus[scale][rate];
    double kbps = bitrate / 1000.0;
    size_t i = 0;
    while (i + 2 < t->count && t->rows[i + 1].kbps < kbps)
        i++;
    const struct row *a = &t->rows[i];
    const struct row *b = a + 1;
    double share = clamp((kbps - a->kbps) / (b->kbps - a->kbps), 0, 1);
    return (struct emodel_codec){
        .ie = between(a->ie, b->ie, share),
        .bpl = between(a->bpl[losses], b->bpl[losses], share),
        .scale = scale,
        .losses = losses,
    };
}

void emodel_loss_frame(struct emodel_loss *loss, bool lost)
{
    loss->frames++;
    loss->lost += lost;
    loss->bursts += lost && !loss->in_burst;
    loss->in_burst = lost;
}

double emodel_loss_percent(const struct emodel_loss *loss)
{
    return loss->frames ? 100.0 * (double)loss->lost / (double)loss->frames : 0;
}

double emodel_loss_burst_ratio(const struct emodel_loss *loss)
{
    if (loss->lost == 0 || loss->lost == loss->frames)
        return 1;
    double share_played = (double)(loss->frames - loss->lost) / (double)loss->frames;
    return (double)loss->lost / (double)loss->bursts * share_played;
}
