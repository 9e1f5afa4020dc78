// `voz-lab score`: two audio files, of any program, one scored against the other.
#ifndef LAB_IO_COMPARE_H
#define LAB_IO_COMPARE_H

// argv[0] is the command's name. Returns the exit status.
int compare_main(int argc, char **argv);

#endif
