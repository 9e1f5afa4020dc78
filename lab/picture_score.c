// The likeness of two pictures: see picture_score.h.
#include "lab/picture_score.h"

#include <math.h>

#define WINDOW 8 // pixels
#define STEP   4
#define PEAK   255.0
#define C1     (0.01 * PEAK * 0.01 * PEAK)
#define C2     (0.03 * PEAK * 0.03 * PEAK)

static int at_most(int a, int b)
{
    return a < b ? a : b;
}

static uint64_t squared_difference(const struct picture *a, const struct picture *b, int plane)
{
    uint64_t sum = 0;
    for (int y = 0; y < picture_plane_height(a, plane); y++) {
        const uint8_t *p = a->plane[plane] + (ptrdiff_t)y * a->stride[plane];
        const uint8_t *q = b->plane[plane] + (ptrdiff_t)y * b->stride[plane];
        uint32_t row = 0; // at most 16384 * 255^2
        for (int x = 0; x < picture_plane_width(a, plane); x++)
            row += (uint32_t)((p[x] - q[x]) * (p[x] - q[x]));
        sum += row;
    }
    return sum;
}

static double psnr_of(uint64_t difference, size_t octets)
{
    if (!difference)
        return PICTURE_PSNR_MOST;
    double psnr = 10 * log10(PEAK * PEAK * (double)octets / (double)difference);
    return fmin(psnr, PICTURE_PSNR_MOST);
}

// Of the window at a point, which a picture smaller than a window cuts.
static double window_ssim(const struct picture *a, const struct picture *b, int left, int top)
{
    int width = at_most(WINDOW, a->width), height = at_most(WINDOW, a->height);
    int sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
    for (int y = 0; y < height; y++) {
        const uint8_t *p = a->plane[0] + (ptrdiff_t)(top + y) * a->stride[0] + left;
        const uint8_t *q = b->plane[0] + (ptrdiff_t)(top + y) * b->stride[0] + left;
        for (int x = 0; x < width; x++) {
            sa += p[x];
            sb += q[x];
            saa += p[x] * p[x];
            sbb += q[x] * q[x];
            sab += p[x] * q[x];
        }
    }
    double n = width * height, ma = sa / n, mb = sb / n;
    double va = saa / n - ma * ma, vb = sbb / n - mb * mb, covariance = sab / n - ma * mb;
    return (2 * ma * mb + C1) * (2 * covariance + C2) / ((ma * ma + mb * mb + C1) * (va + vb + C2));
}

static double ssim_of(const struct picture *a, const struct picture *b)
{
    double sum = 0;
    int count = 0;
    for (int y = 0; y == 0 || y + WINDOW <= a->height; y += STEP)
        for (int x = 0; x == 0 || x + WINDOW <= a->width; x += STEP, count++)
            sum += window_ssim(a, b, x, y);
    return sum / count;
}

bool picture_score(struct picture_score *score, const struct picture *sent,
                   const struct picture *shown)
{
    if (sent->width != shown->width || sent->height != shown->height)
        return false;
    uint64_t luma = squared_difference(sent, shown, 0);
    uint64_t all = luma + squared_difference(sent, shown, 1) + squared_difference(sent, shown, 2);
    score->psnr_y = psnr_of(luma, (size_t)sent->width * (size_t)sent->height);
    score->psnr = psnr_of(all, picture_octets(sent->width, sent->height));
    score->ssim = ssim_of(sent, shown);
    return true;
}
