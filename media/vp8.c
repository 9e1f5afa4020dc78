// VP8: see vp8.h.
#include "media/vp8.h"

#include "media/bytes.h"

#include <stdlib.h>
#include <string.h>

#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

// A negative number is a fixed effort (-1: the most, -16: the least). A positive one would be a
// share of the time between frames, measured with a clock: not the same frames twice.
#define EFFORT (-4)

#define QUANTIZER_LEAST 4   // of 0..63
#define QUANTIZER_MOST  56  // what is worse looks worse than a picture left out
#define DROP_BELOW      30  // percent of the buffer: pictures are left out
#define KEY_FRAME_MOST  400 // percent of an average frame: sent in the time of four

#define KEY_FRAME_LEAST 10 // octets, of which its header is

struct vp8_encoder {
    vpx_codec_ctx_t codec;
    vpx_codec_enc_cfg_t config;
    usec frame; // how long a picture is shown
    usec next;  // the earliest time of the next picture
};

struct vp8_decoder {
    vpx_codec_ctx_t codec;
    bool spoiled; // since the last key frame, one was lost of which libvpx does not know
};

// ---- what a frame says of itself ---------------------------------------------------------------

static bool sizes_fit(int width, int height)
{
    return width >= 1 && height >= 1 && width <= VP8_SIDE_MOST && height <= VP8_SIDE_MOST &&
           width * height <= VP8_PIXELS_MOST;
}

// Little-endian; the two bits above a side's 14 say how a player may scale it.
static int read_side(struct reader *r)
{
    int low = reader_u8(r);
    return low | (reader_u8(r) & 0x3f) << 8;
}

bool vp8_frame_parse(struct vp8_frame *f, const void *data, size_t len)
{
    struct reader r = reader_of(data, len);
    uint32_t tag = reader_u8(&r);
    tag |= (uint32_t)reader_u8(&r) << 8;
    tag |= (uint32_t)reader_u8(&r) << 16;
    struct vp8_frame read = {
        .key = !(tag & 1),
        .shown = tag >> 4 & 1,
        .first_partition = tag >> 5,
    };
    if (r.failed)
        return false;
    if (read.key && len >= KEY_FRAME_LEAST) {
        if (reader_u24(&r) != 0x9d012a)
            return false;
        read.width = read_side(&r);
        read.height = read_side(&r);
    }
    *f = read;
    return true;
}

// ---- encoder -----------------------------------------------------------------------------------

static int within_limits(int bitrate)
{
    return bitrate < VP8_BITRATE_LEAST  ? VP8_BITRATE_LEAST
           : bitrate > VP8_BITRATE_MOST ? VP8_BITRATE_MOST
                                        : bitrate;
}

static unsigned kilobits(int bitrate)
{
    return (unsigned)(within_limits(bitrate) + 500) / 1000;
}

static bool can_be_encoded(const struct vp8_encoder_config *c)
{
    return c->width >= VP8_SIDE_LEAST && c->height >= VP8_SIDE_LEAST &&
           sizes_fit(c->width, c->height) && c->fps_den > 0 && c->fps_num >= c->fps_den &&
           c->fps_num / c->fps_den <= 120;
}

static bool configure(vpx_codec_enc_cfg_t *to, const struct vp8_encoder_config *config)
{
    if (vpx_codec_enc_config_default(vpx_codec_vp8_cx(), to, 0) != VPX_CODEC_OK)
        return false;
    to->g_w = (unsigned)config->width;
    to->g_h = (unsigned)config->height;
    to->g_timebase = (vpx_rational_t){1, USEC_SECOND};
    to->g_threads = 1;
    to->g_lag_in_frames = 0;
    to->g_error_resilient = VPX_ERROR_RESILIENT_DEFAULT;
    to->g_pass = VPX_RC_ONE_PASS;
    to->kf_mode = VPX_KF_DISABLED;
    to->rc_end_usage = VPX_CBR;
    to->rc_target_bitrate = kilobits(config->bitrate);
    to->rc_min_quantizer = QUANTIZER_LEAST;
    to->rc_max_quantizer = QUANTIZER_MOST;
    to->rc_dropframe_thresh = DROP_BELOW;
    to->rc_undershoot_pct = 100;
    to->rc_overshoot_pct = 15;
    to->rc_buf_initial_sz = 500; // ms of the rate
    to->rc_buf_optimal_sz = 600;
    to->rc_buf_sz = 1000;
    return true;
}

static bool start(struct vp8_encoder *e)
{
    if (vpx_codec_enc_init(&e->codec, vpx_codec_vp8_cx(), &e->config, 0) != VPX_CODEC_OK)
        return false;
    return vpx_codec_control(&e->codec, VP8E_SET_CPUUSED, EFFORT) == VPX_CODEC_OK &&
           vpx_codec_control(&e->codec, VP8E_SET_MAX_INTRA_BITRATE_PCT, KEY_FRAME_MOST) ==
               VPX_CODEC_OK;
}

struct vp8_encoder *vp8_encoder_new(const struct vp8_encoder_config *config)
{
    struct vp8_encoder *e = can_be_encoded(config) ? calloc(1, sizeof *e) : NULL;
    if (!e)
        return NULL;
    e->frame = USEC_SECOND * config->fps_den / config->fps_num;
    e->next = INT64_MIN;
    if (configure(&e->config, config) && start(e))
        return e;
    vp8_encoder_free(e);
    return NULL;
}

void vp8_encoder_free(struct vp8_encoder *e)
{
    if (!e)
        return;
    vpx_codec_destroy(&e->codec); // which says so where there is none
    free(e);
}

void vp8_encoder_bitrate(struct vp8_encoder *e, int bitrate)
{
    if (e->config.rc_target_bitrate == kilobits(bitrate))
        return;
    e->config.rc_target_bitrate = kilobits(bitrate);
    vpx_codec_enc_config_set(&e->codec, &e->config);
}

static vpx_image_t image_of(const struct picture *p)
{
    vpx_image_t image;
    vpx_img_wrap(&image, VPX_IMG_FMT_I420, (unsigned)p->width, (unsigned)p->height, 1, p->plane[0]);
    for (int i = 0; i < PICTURE_PLANES; i++) {
        image.planes[i] = p->plane[i];
        image.stride[i] = p->stride[i];
    }
    return image;
}

// What the encoder made of the last picture.
static int take_frame(struct vp8_encoder *e, uint8_t *out, size_t cap, bool *is_key)
{
    vpx_codec_iter_t iter = NULL;
    const vpx_codec_cx_pkt_t *packet;
    while ((packet = vpx_codec_get_cx_data(&e->codec, &iter)))
        if (packet->kind == VPX_CODEC_CX_FRAME_PKT) {
            if (packet->data.frame.sz > cap)
                return -1;
            memcpy(out, packet->data.frame.buf, packet->data.frame.sz);
            *is_key = packet->data.frame.flags & VPX_FRAME_IS_KEY;
            return (int)packet->data.frame.sz;
        }
    return 0;
}

int vp8_encode(struct vp8_encoder *e, const struct picture *picture, usec when, bool key,
               uint8_t *out, size_t cap, bool *is_key)
{
    if ((unsigned)picture->width != e->config.g_w || (unsigned)picture->height != e->config.g_h ||
        when < e->next)
        return -1;
    vpx_image_t image = image_of(picture);
    e->next = when + 1;
    if (vpx_codec_encode(&e->codec, &image, when, (unsigned long)e->frame,
                         key ? VPX_EFLAG_FORCE_KF : 0, VPX_DL_REALTIME) != VPX_CODEC_OK)
        return -1;
    return take_frame(e, out, cap, is_key);
}

// ---- decoder -----------------------------------------------------------------------------------

struct vp8_decoder *vp8_decoder_new(void)
{
    struct vp8_decoder *d = calloc(1, sizeof *d);
    const vpx_codec_dec_cfg_t config = {.threads = 1};
    if (d && vpx_codec_dec_init(&d->codec, vpx_codec_vp8_dx(), &config, 0) == VPX_CODEC_OK)
        return d;
    free(d);
    return NULL;
}

void vp8_decoder_free(struct vp8_decoder *d)
{
    if (!d)
        return;
    vpx_codec_destroy(&d->codec);
    free(d);
}

const char *vp8_strstatus(enum vp8_status status)
{
    switch (status) {
    case VP8_SHOWN:
        return "shown";
    case VP8_DAMAGED:
        return "damaged";
    case VP8_NOTHING:
        return "not for showing";
    case VP8_CORRUPT:
        return "corrupt";
    case VP8_REFUSED:
        return "too large";
    }
    return "unknown";
}

static bool is_damaged(struct vp8_decoder *d)
{
    int corrupted = 0;
    return vpx_codec_control(&d->codec, VP8D_GET_FRAME_CORRUPTED, &corrupted) != VPX_CODEC_OK ||
           corrupted || d->spoiled;
}

static enum vp8_status take_picture(struct vp8_decoder *d, struct picture *out)
{
    vpx_codec_iter_t iter = NULL;
    vpx_image_t *image = vpx_codec_get_frame(&d->codec, &iter);
    if (!image)
        return VP8_NOTHING;
    *out = (struct picture){.width = (int)image->d_w, .height = (int)image->d_h};
    for (int i = 0; i < PICTURE_PLANES; i++) {
        out->plane[i] = image->planes[i];
        out->stride[i] = image->stride[i];
    }
    return is_damaged(d) ? VP8_DAMAGED : VP8_SHOWN;
}

static enum vp8_status spoil(struct vp8_decoder *d, enum vp8_status status)
{
    d->spoiled = true;
    return status;
}

enum vp8_status vp8_decode(struct vp8_decoder *d, const void *data, size_t len, struct picture *out)
{
    struct vp8_frame frame;
    if (len > VP8_FRAME_MAX || !vp8_frame_parse(&frame, data, len) ||
        (frame.key && len < KEY_FRAME_LEAST))
        return spoil(d, VP8_CORRUPT);
    if (frame.key && !sizes_fit(frame.width, frame.height))
        return spoil(d, VP8_REFUSED);
    if (vpx_codec_decode(&d->codec, data, (unsigned)len, NULL, 0) != VPX_CODEC_OK)
        return spoil(d, VP8_CORRUPT);
    d->spoiled = d->spoiled && !frame.key;
    return take_picture(d, out);
}
