// How much a picture that was shown looks like the one that was sent.
//
// PSNR: 10 log10(255^2 / mean squared difference), in dB; SSIM of the luma: Wang, Bovik, Sheikh,
// Simoncelli, "Image quality assessment: from error visibility to structural similarity", IEEE
// Transactions on Image Processing 13(4), 2004, over square windows of 8x8 pixels, one every 4
// pixels, all pixels alike (not the paper's 11x11 with a Gaussian weight: FFmpeg's and x264's
// figures are of 8x8, too).
#ifndef LAB_PICTURE_SCORE_H
#define LAB_PICTURE_SCORE_H

#include "media/picture.h"

#define PICTURE_PSNR_MOST 99.0 // dB: no difference

struct picture_score {
    double psnr_y; // dB, of the luma
    double psnr;   // dB, of all octets of the three planes
    double ssim;   // -1..1; 1: no difference
};

// False, and nothing is written: the sizes differ.
bool picture_score(struct picture_score *score, const struct picture *sent,
                   const struct picture *shown);

#endif
