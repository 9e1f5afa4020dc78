// A program under measurement: started, listened to, its CPU time and memory read from outside,
// ended. It dies with the bench.
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include "media/usec.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct child {
    pid_t pid; // 0: not running
    int said;  // what it writes on stdout and stderr
    size_t len;
    char text[8192]; // of that, what is not looked at yet
};

// `argv` ends with NULL. Says why on stderr when it fails.
bool child_start(struct child *c, const char *const *argv);
// What it wrote up to and with the next line that has `mark` in it is taken; the line is in `line`,
// if that is not NULL. False: it did not say so in that time, or ended.
bool child_says(struct child *c, const char *mark, usec patience, char *line, size_t cap);
// Forgets what it said until now; also keeps its pipe from filling up.
void child_hush(struct child *c);
// As a server says where it is reached: "rtsp://127.0.0.1:PORT/..." anywhere in a line.
bool child_url(struct child *c, char *url, size_t cap);

double child_cpu(const struct child *c);    // seconds, of all its threads, user and system
double child_memory(const struct child *c); // resident, 10^6 octets
// SIGINT; SIGKILL after a while. Returns its exit status, -1: it had to be killed.
int child_stop(struct child *c);

struct child_cost {
    double cpu, wall; // s
    double memory;    // 10^6 octets, most
};

// A program from start to end, without being listened to. Exits when it fails.
struct child_cost child_cost(const char *const *argv);

// Sleeps, and does nothing else.
void pause_for(usec duration);

#endif
