// The options of a sender, as the command line gives them. The table is shared by every program
// that sends.
#ifndef SENDER_OPTIONS_H
#define SENDER_OPTIONS_H

#include "media/impair.h"
#include "media/io/cli.h"
#include "media/io/pictures.h"
#include "sender/film.h"
#include "sender/sender.h"

#include <stdbool.h>

// Are listeners told that they may ask for packets again? Most players need not to be told, and
// some refuse a session that offers it (features.h): then only those who say that they can.
enum sender_nack { SENDER_NACK_OFF, SENDER_NACK_AUTO, SENDER_NACK_ON };

struct sender_options {
    struct voice_encoder_config voice; // bitrate 0: not said
    int max_bitrate;                   // bit/s; 0: not said
    enum adapt_fec fec;
    enum adapt_red red;
    struct copies_shape shape; // with ADAPT_RED_FIXED
    int copy_bitrate;          // likewise; 0: the frames themselves
    enum sender_nack nack;
    const char *video;    // source of pictures; NULL: none
    int width, height;    // of them, pixels; 0: not said
    int fps_num, fps_den; // 0: not said
    int video_bitrate;    // bit/s; 0: not said
};

extern const struct cli_option sender_option_table[]; // sets a struct sender_options
extern const struct cli_option sender_video_table[];  // likewise: the pictures

void sender_options_default(struct sender_options *options);
// What only shows when all options are known. False: two contradict each other, as `why`
// (CLI_WHY_MAX octets) says.
bool sender_options_check(const struct sender_options *options, char *why);
// What a sender is made of: fills voice, limits, resend and payload types.
void sender_options_apply(const struct sender_options *options, struct sender_config *config);
// Likewise the pictures: fills bitrate, resend and payload types.
void sender_options_film(const struct sender_options *options, struct film_config *config);
// And where they come from; loop: from the beginning again at the end.
struct pictures_config sender_options_pictures(const struct sender_options *options, bool loop);

#endif
