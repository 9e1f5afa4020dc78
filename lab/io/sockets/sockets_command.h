// `voz-lab sockets`: one speech through every kind of socket.
#ifndef LAB_IO_SOCKETS_SOCKETS_COMMAND_H
#define LAB_IO_SOCKETS_SOCKETS_COMMAND_H

int sockets_main(int argc, char **argv); // returns the exit status

#endif
