// All that play: see player.h.
#include "tests/bench/playout/player.h"

#include "tests/bench/playout/ours.h"
#include "tests/bench/playout/rival.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#define THREADS_MOST 64

static const struct {
    const char *name;
    const struct rival *rival; // NULL: ours
} players[PLAYERS] = {
    [OURS] = {"voz", NULL},
    [NETEQ] = {"NetEq", &rival_neteq},
    [SPEEXDSP] = {"speexdsp", &rival_speexdsp},
    [FIXED] = {"fixed", &rival_fixed},
};

const char *player_name(enum player player)
{
    return players[player].name;
}

void player_play(enum player player, const struct call *call, struct output *output)
{
    if (players[player].rival)
        rival_play(players[player].rival, call, output);
    else
        ours_play(call, output);
}

struct share {
    atomic_size_t next;
    size_t count;
    void (*job)(void *ctx, size_t n);
    void *ctx;
};

static void *work(void *arg)
{
    struct share *share = arg;
    for (size_t n; (n = atomic_fetch_add(&share->next, 1)) < share->count;)
        share->job(share->ctx, n);
    return NULL;
}

void player_share(size_t count, void (*job)(void *ctx, size_t n), void *ctx)
{
    struct share share = {.count = count, .job = job, .ctx = ctx};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    pthread_t threads[THREADS_MOST];
    size_t begun = 0;
    while (begun + 1 < (size_t)processors && begun < THREADS_MOST &&
           pthread_create(&threads[begun], NULL, work, &share) == 0)
        begun++;
    work(&share);
    while (begun)
        pthread_join(threads[--begun], NULL);
}
