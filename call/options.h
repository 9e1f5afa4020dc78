// The options of voz-call, besides those of what it sends (sender/options.h) and of what it hears
// (receiver/options.h).
#ifndef CALL_OPTIONS_H
#define CALL_OPTIONS_H

#include "control/sip_dialog.h"
#include "media/echo.h"
#include "media/impair.h"
#include "media/io/cli.h"
#include "media/io/listen.h"
#include "media/usec.h"
#include "receiver/screen.h"
#include "window/io/pane.h"

#include <stdbool.h>

enum call_answer { CALL_ANSWER_KEY, CALL_ANSWER_AUTO };

struct call_options {
    struct listen listen;
    bool listens; // --listen was given
    struct impair_spec netem;
    const char *in, *mic, *out, *speaker, *record; // NULL: not said
    const char *user;
    const char *account; // NULL: none was said
    char account_user[65], password[128];
    enum call_answer answer;
    const char *video_output;
    enum screen_loss video_loss;
    struct echo_config echo; // of a microphone
    usec duration, timeout;  // 0: none
    usec ring;               // 0: as long as sip_agent.h has it
    struct pane_lang lang;   // of the window
    bool window;
    bool narrowband, once, loop, list_devices, quiet, verbose;
};

extern const struct cli_option call_option_table[]; // sets a struct call_options

void call_options_default(struct call_options *options);
// What only shows when all options are known. False: two contradict each other, as `why`
// (CLI_WHY_MAX octets) says.
bool call_options_check(const struct call_options *options, bool calls, char *why);

// A SIP URI out of what was typed: HOST, HOST:PORT, USER@HOST, a bare IPv6 address, or a whole URI.
// False: `why` says what is wrong with it.
bool call_options_uri(const char *argument, char uri[SIP_URI_MAX], char *why);

#endif
