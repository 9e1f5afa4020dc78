// voz-lab: packet-loss experiments that repeat. Each command is a file of lab/io.
#include "lab/io/compare.h"
#include "lab/io/duel/duel_command.h"
#include "lab/io/link/link_command.h"
#include "lab/io/listen.h"
#include "lab/io/play.h"
#include "lab/io/report.h"
#include "lab/io/sockets/sockets_command.h"
#include "lab/io/spell.h"
#include "lab/io/sweep.h"
#include "media/io/cli.h"

#include <stdio.h>
#include <string.h>

struct command {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
    {"play", "one call in virtual time: what is heard, and the figures", play_main},
    {"duel", "the same speech over TCP and UDP at the same time, an ear each", duel_main},
    {"score", "two audio files: how much of what was said can be understood", compare_main},
    {"words", "single words: how many of them are understood", spell_main},
    {"sweep", "many conditions: a table of all figures, and a report to listen to", sweep_main},
    {"report", "the page again, and one of several sweeps or parts of one", report_main},
    {"listen", "a listening test for people, and the curve of a class", listen_main},
    {"link", "any programs on two sides of a bad network, with the kernel's own TCP and UDP",
     link_main},
    {"sockets", "one speech through every kind of socket, on a bad network", sockets_main},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static void help(void)
{
    printf("voz-lab - packet-loss experiments that repeat, on the code of voz-sender and "
           "voz-receiver\n\n"
           "Usage: voz-lab COMMAND [options]\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-8s%s\n", commands[i].name, commands[i].summary);
    printf("\nvoz-lab COMMAND --help tells more.\n\nExit status: 0 done, 1 failed, 2 misused.\n");
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    if (name && strcmp(name, "--help") == 0) {
        help();
        return CLI_DONE;
    }
    if (name && strcmp(name, "--version") == 0) {
        printf("voz-lab %s\n", VOZ_VERSION);
        return CLI_DONE;
    }
    for (size_t i = 0; name && i < COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (name)
        fprintf(stderr, "voz-lab: no such command: %s\nTry: voz-lab --help\n", name);
    else
        fprintf(stderr, "voz-lab: which command?\nTry: voz-lab --help\n");
    return CLI_MISUSED;
}
