// `voz-lab sweep`: many conditions, one table and one report.
#ifndef LAB_IO_SWEEP_H
#define LAB_IO_SWEEP_H

// argv[0] is the command's name. Returns the exit status.
int sweep_main(int argc, char **argv);

#endif
