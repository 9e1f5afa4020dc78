// `voz-lab listen`: a listening test for people, as one page, and the curve of a class that took it.
#ifndef LAB_IO_LISTEN_H
#define LAB_IO_LISTEN_H

// argv[0] is the command's name. Returns the exit status.
int listen_main(int argc, char **argv);

#endif
