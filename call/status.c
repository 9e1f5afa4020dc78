// How a call goes: see status.h.
#include "call/status.h"

#include <stdio.h>

#define BAR  5 // steps of a level,
#define STEP 9 // dB each

// "##...": from -45 dBFS up.
static void bar(double db, char text[BAR + 1])
{
    for (int i = 0; i < BAR; i++)
        text[i] = db > -STEP * (BAR - i) ? '#' : '.';
    text[BAR] = '\0';
}

static double percent(uint64_t part, uint64_t all)
{
    return all ? 100.0 * (double)part / (double)all : 0;
}

void call_status_write(const struct call_status *s, char *line, size_t cap)
{
    const struct receiver_stats *h = s->heard;
    const struct playout_stats *p = &h->playout;
    char we[BAR + 1], they[BAR + 1];
    long long seconds = s->lasted / USEC_SECOND;
    bar(s->we_db, we);
    bar(s->they_db, they);
    uint64_t lost = h->packets_lost, repaired = p->frames_fec + p->frames_copy + p->frames_again;
    // What matters most comes first: a terminal of 80 columns ends behind the delay.
    snprintf(line, cap,
             "%lld:%02lld %s%s  MOS %.1f  we %s%s they %s  loss %.0f%% here %.0f%% there  "
             "delay %.0f ms  recovered %llu, guessed %.1f s  %s",
             seconds / 60, seconds % 60, s->codec, s->held ? " on hold" : "", s->mos,
             s->muted ? "(muted) " : "", we, they, percent(lost, h->packets_received + lost),
             100 * s->said->lost, usec_to_ms(h->delay_now + s->device_delay),
             (unsigned long long)repaired, (double)p->samples_conceal / 48000, s->peer);
}
