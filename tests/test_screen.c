#include "tests/cinema.h"
#include "tests/golden.h"

#include "media/random.h"

#include <math.h>
#include <stdio.h>

static void dump(const char *what, const struct cinema_seen *s)
{
    printf("%s: %llu pictures, %llu frames, %llu keys (%llu asked, %llu sent asks), shown %llu, "
           "read %llu unread %llu, back %llu, dropped %llu, damaged %llu, freezes %llu %.0f ms, lost "
           "%llu, asked %llu answers %llu, sync %.1f worst %.1f ms, age %.0f ms\n",
           what, (unsigned long long)s->film.pictures, (unsigned long long)s->film.frames,
           (unsigned long long)s->film.key_frames, (unsigned long long)s->film.key_asked,
           (unsigned long long)s->screen.keys_asked, (unsigned long long)s->screen.shown,
           (unsigned long long)s->read, (unsigned long long)s->unread,
           (unsigned long long)s->backwards, (unsigned long long)s->screen.dropped,
           (unsigned long long)s->screen.damaged, (unsigned long long)s->screen.freezes,
           usec_to_ms(s->screen.frozen), (unsigned long long)s->screen.packets_lost,
           (unsigned long long)s->screen.asked, (unsigned long long)s->screen.answers,
           usec_to_ms(s->screen.sync_mean), usec_to_ms(s->screen.sync_worst),
           usec_to_ms(s->worst_age));
}

static void try_all(void **state)
{
    (void)state;
    struct cinema_config c = {.key = true, .seed = 1};
    struct cinema_seen s = cinema(&c, 10 * USEC_SECOND);
    dump("clean", &s);
    c = (struct cinema_config){.key = true, .seed = 1, .voice = true};
    s = cinema(&c, 10 * USEC_SECOND);
    dump("clean+voice", &s);
    c = (struct cinema_config){.key = true, .seed = 1, .voice = true, .late = 3 * USEC_SECOND};
    s = cinema(&c, 10 * USEC_SECOND);
    dump("late", &s);
    c = (struct cinema_config){
        .there = "loss 5% delay 20ms", .back = "delay 20ms", .key = true, .seed = 1, .voice = true};
    s = cinema(&c, 10 * USEC_SECOND);
    dump("pli 5%", &s);
    c.again = true;
    s = cinema(&c, 10 * USEC_SECOND);
    dump("nack 5%", &s);
    c.again = false;
    c.loss = SCREEN_SHOW;
    s = cinema(&c, 10 * USEC_SECOND);
    dump("show 5%", &s);
    c.key = false;
    s = cinema(&c, 10 * USEC_SECOND);
    dump("show 5% no pli", &s);
    c = (struct cinema_config){.there = "loss 20% delay 20ms 10ms reorder 1%",
                               .back = "delay 20ms loss 20%",
                               .key = true,
                               .again = true,
                               .seed = 1,
                               .voice = true};
    s = cinema(&c, 10 * USEC_SECOND);
    dump("nack 20% jitter", &s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(try_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
