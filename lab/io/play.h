// `voz-lab play`: one call in virtual time, from a file to a file, with its figures.
#ifndef LAB_IO_PLAY_H
#define LAB_IO_PLAY_H

// argv[0] is the command's name. Returns the exit status.
int play_main(int argc, char **argv);

#endif
