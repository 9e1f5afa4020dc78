// `voz-lab duel`: one speech over TCP and over UDP at the same time, to hear and to watch.
#ifndef LAB_IO_DUEL_DUEL_COMMAND_H
#define LAB_IO_DUEL_DUEL_COMMAND_H

// argv[0] is the command's name. Returns the exit status.
int duel_main(int argc, char **argv);

#endif
