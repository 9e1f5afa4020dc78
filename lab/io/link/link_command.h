// `voz-lab link`: programs on two sides of a bad network.
#ifndef LAB_IO_LINK_LINK_COMMAND_H
#define LAB_IO_LINK_LINK_COMMAND_H

int link_main(int argc, char **argv); // returns the exit status

#endif
