// Pictures beside the voice in virtual time: that they repeat to the bit, that sound and picture meet, and that
// every figure means what it says.
#include "tests/test.h"

#include "lab/clapper.h"
#include "lab/replay.h"
#include "lab/sim.h"
#include "lab/stills.h"
#include "media/netem.h"
#include "media/pattern.h"
#include "sender/options.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH     192
#define HEIGHT    108
#define INTERVAL  (40 * USEC_MS)
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

struct setup {
    const char *netem;
    uint64_t seed;
    usec duration; // 0: 20 s
    usec dies;     // nothing comes through from then on; 0: never
    bool deaf;     // nothing is asked for but key frames
    bool blind;    // nothing is compared
    bool tcp, show, voice_only;
    uint32_t pictures; // of the film; 0: as long as the voice
};

struct house {
    uint8_t memory[WIDTH * HEIGHT * 3 / 2];
    uint32_t number, end;
    struct clapper clapper;
    struct stills stills;
    uint64_t seen, moments;
    usec last_time; // of a moment
};

struct outcome {
    struct sim_figures figures;
    struct clapper_figures claps;
    uint64_t seen, moments, beeps;
    uint64_t early; // moments after 8 s
    int stills;
    uint64_t strip; // a sum over the pixels
    char fates[2000];
};

static bool on_picture(void *ctx, usec time, struct picture *picture)
{
    struct house *h = ctx;
    if (h->end && h->number == h->end)
        return false;
    *picture = picture_of(h->memory, WIDTH, HEIGHT);
    pattern_draw(picture, h->number++, time);
    return true;
}

static void on_seen(void *ctx, usec at, usec interval, const struct picture *picture)
{
    struct house *h = ctx;
    assert_int_equal(interval % INTERVAL, 0); // the encoder leaves some out where the rate is short
    assert_int_equal(picture->width, WIDTH);
    h->seen++;
    clapper_seen(&h->clapper, at, INTERVAL, picture);
}

static void on_compared(void *ctx, const struct showing_moment *m)
{
    struct house *h = ctx;
    uint32_t number;
    assert_int_equal(m->time, (usec)h->moments * INTERVAL); // each once, in order
    assert_true(pattern_read(m->sent, &number));
    assert_int_equal(number, h->moments);
    h->moments++;
    stills_moment(&h->stills, m);
}

static void on_sound(void *ctx, const int16_t *pcm, size_t samples, int channels)
{
    clapper_heard(&((struct house *)ctx)->clapper, pcm, samples, channels);
}

static struct showing_config showing_of(const struct setup *s, struct house *h)
{
    return (struct showing_config){
        .film = {.video = {WIDTH, HEIGHT, 25, 1, 300000},
                 .resend = !s->deaf,
                 .payload_type = 98,
                 .payload_type_again = 99},
        .loss = s->show ? SCREEN_SHOW : SCREEN_FREEZE,
        .again = !s->deaf,
        .compare = !s->blind,
        .picture = on_picture,
        .seen = on_seen,
        .compared = on_compared,
        .ctx = h,
    };
}

static struct sim_config sim_of(const struct setup *s)
{
    struct sender_options options;
    struct sender_config sender = {0};
    sender_options_default(&options);
    options.nack = s->deaf ? SENDER_NACK_OFF : SENDER_NACK_AUTO;
    sender_options_apply(&options, &sender);
    return (struct sim_config){
        .sender = sim_sender_config(&sender),
        .receiver = {.fec = true, .red = true, .again = !s->deaf},
        .seed = s->seed ? s->seed : 1,
        .transport = s->tcp ? NETWORK_TCP : NETWORK_UDP,
    };
}

static struct outcome play(const struct setup *s)
{
    usec duration = s->duration ? s->duration : 20 * USEC_SECOND;
    size_t samples = (size_t)usec_to_units(duration, VOICE_RATE);
    int16_t *pcm = malloc(samples * sizeof *pcm);
    struct house *h = calloc(1, sizeof *h);
    struct outcome o = {0};
    pattern_sound(pcm, samples, 1, 0);
    struct replay replay = {.pcm = pcm, .samples = samples, .channels = 1};
    struct feed_source source = replay_feed(&replay);
    struct impair_spec forward = {0}, back;
    struct netem_error error;
    assert_true(netem_parse(&forward, s->netem, &error));
    back = (struct impair_spec){.delay = forward.delay};
    const struct showing_config showing = showing_of(s, h);
    struct sim_config config = sim_of(s);
    config.source = &source;
    config.forward = &forward;
    config.back = &back;
    config.pictures = s->voice_only ? NULL : &showing;
    config.observer.sound = on_sound;
    config.observer.ctx = h;
    h->end = s->pictures;
    assert_true(stills_init(&h->stills, WIDTH, HEIGHT, duration));
    struct sim *sim = sim_new(&config);
    assert_non_null(sim);
    if (s->dies) {
        sim_run(sim, s->dies);
        assert_true(netem_parse(&forward, "loss 100%", &error));
        sim_set(sim, &forward, &back);
    }
    sim_run(sim, 8 * USEC_SECOND);
    o.early = h->moments;
    assert_true(sim_run(sim, USEC_NEVER));
    assert_true(sim_is_whole(sim));
    o.figures = sim_figures(sim);
    o.claps = clapper_figures(&h->clapper, o.figures.fates, 20 * USEC_MS);
    snprintf(o.fates, sizeof o.fates, "%s", o.figures.fates);
    o.figures.fates = NULL;
    o.seen = h->seen;
    o.moments = h->moments;
    o.beeps = h->clapper.beeps.count;
    o.stills = h->stills.taken;
    for (int y = 0; y < h->stills.strip.height; y++)
        for (int x = 0; x < h->stills.strip.width; x++)
            o.strip = o.strip * 31 + h->stills.strip.plane[0][y * h->stills.strip.stride[0] + x];
    sim_free(sim);
    clapper_free(&h->clapper);
    stills_free(&h->stills);
    free(h);
    free(pcm);
    return o;
}

static void a_clean_path_shows_all_of_it(void **state)
{
    (void)state;
    struct outcome o = play(&(struct setup){.netem = "delay 20ms"});
    const struct showing_figures *p = &o.figures.pictures;
    assert_int_equal(p->film.pictures, 500);
    assert_int_equal(p->compared, 500);
    assert_int_equal(o.moments, 500);
    assert_int_equal(o.seen, p->screen.shown);
    assert_int_equal(p->screen.shown, p->film.frames);
    assert_int_equal(p->freezes, 0);
    assert_int_equal(p->frozen, 0);
    assert_int_equal(p->screen.keys_asked, 0);
    assert_int_equal(p->sent_for, 20 * USEC_SECOND);
    assert_true(p->mean.ssim > 0.97 && p->ssim_least > 0.9);
    assert_true(p->mean.psnr > 30 && p->mean.psnr < 60);
    assert_in_range(p->film.octets * 8 / 20, 270000, 330000);
    assert_true(p->octets_wire > p->film.octets + 40 * p->film.packets - 1);
    assert_int_equal(o.stills, STILLS - 1);
    assert_int_equal(o.beeps, 20);
}

// A path that cannot take both: the pictures give way, and the voice is heard.
static void the_voice_goes_first(void **state)
{
    (void)state;
    static const struct {
        const char *netem;
        uint64_t lost, guessed, shown; // at most, of 2000 packets; ms; at least, of 1000 pictures
    } rows[] = {
        {"delay 20ms rate 250kbit limit 60", 2, 400, 900},
        {"delay 20ms rate 300kbit limit 50", 2, 200, 980},
        {"delay 35ms rate 450kbit limit 50", 2, 60, 980},
        {"delay 20ms rate 300kbit limit 15", 35, 400, 880}, // a queue shorter than a key frame
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct setup s = {.netem = rows[i].netem, .duration = 40 * USEC_SECOND};
        struct outcome o = play(&s);
        const struct receiver_stats *voice = &o.figures.receiver;
        uint64_t guessed = voice->playout.samples_conceal * 1000 / 48000;
        if (voice->packets_lost > rows[i].lost || guessed > rows[i].guessed ||
            o.figures.pictures.screen.shown < rows[i].shown)
            fail_msg("%s: %" PRIu64 " lost, %" PRIu64 " ms guessed, %" PRIu64 " shown", s.netem,
                     voice->packets_lost, guessed, o.figures.pictures.screen.shown);
    }
}

// Whatever the network does: what is lost comes again, the voice waits for it, and the two meet.
static void flash_and_beep_meet(void **state)
{
    (void)state;
    static const struct setup rows[] = {
        {.netem = ""},
        {.netem = "delay 20ms"},
        {.netem = "loss 1% delay 20ms"},
        {.netem = "loss 10% delay 20ms"},
        {.netem = "loss 10% delay 40ms 10ms"},
        {.netem = "loss 10% delay 40ms 10ms", .deaf = true},
        {.netem = "loss gemodel 3% 30% delay 40ms"},
        {.netem = "loss gemodel 3% 30% delay 40ms", .deaf = true},
        {.netem = "loss 10% delay 40ms 10ms", .deaf = true, .show = true},
        {.netem = "delay 40ms rate 700kbit"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct setup s = rows[i];
        s.duration = 30 * USEC_SECOND;
        struct outcome o = play(&s);
        assert_int_equal(o.claps.seconds, 29);
        if (o.claps.met < (s.deaf ? 5u : 24u))
            fail_msg("%s: %zu of %zu met", s.netem, o.claps.met, o.claps.seconds);
        if (llabs(o.claps.worst) > 20 * USEC_MS || llabs(o.claps.mean) > 5 * USEC_MS)
            fail_msg("%s: %lld us apart, at worst %lld", s.netem, (long long)o.claps.mean,
                     (long long)o.claps.worst);
        usec reported = o.figures.pictures.screen.sync_mean;
        assert_true(llabs(reported) <= 20 * USEC_MS);
    }
}

static void the_same_again_is_the_same(void **state)
{
    (void)state;
    static const struct setup rows[] = {
        {.netem = "loss 10% delay 40ms 10ms", .duration = 8 * USEC_SECOND},
        {.netem = "loss 5% delay 40ms rate 500kbit", .duration = 8 * USEC_SECOND},
        {.netem = "loss 2% delay 20ms", .tcp = true, .duration = 8 * USEC_SECOND},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct setup other = rows[i];
        other.seed = 2;
        struct outcome a = play(&rows[i]), b = play(&rows[i]), c = play(&other);
        const struct showing_figures *x = &a.figures.pictures, *y = &b.figures.pictures;
        assert_string_equal(a.fates, b.fates);
        assert_memory_equal(&x->mean, &y->mean, sizeof x->mean);
        assert_memory_equal(&x->ssim_least, &y->ssim_least, sizeof x->ssim_least);
        assert_int_equal(x->screen.shown, y->screen.shown);
        assert_int_equal(x->screen.asked, y->screen.asked);
        assert_int_equal(x->octets_wire, y->octets_wire);
        assert_int_equal(x->frozen, y->frozen);
        assert_int_equal(x->screen.sync_mean, y->screen.sync_mean);
        assert_int_equal(a.strip, b.strip);
        assert_true(fabs(a.figures.delay_mean - c.figures.delay_mean) > 0);
    }
}

static void a_frozen_screen_costs(void **state)
{
    (void)state;
    const struct setup asking = {.netem = "loss 5% delay 20ms"};
    const struct setup deaf = {.netem = "loss 5% delay 20ms", .deaf = true};
    struct showing_figures a = play(&asking).figures.pictures, d = play(&deaf).figures.pictures;
    assert_true(d.frozen > a.frozen + USEC_SECOND);
    assert_true(d.freezes > a.freezes);
    assert_true(d.mean.ssim < a.mean.ssim - 0.02);
    assert_true(d.mean.psnr < a.mean.psnr - 2);
    assert_true(a.screen.asked > 20 && a.film.again > 20);
    assert_int_equal(d.screen.asked, 0);
    assert_true(d.screen.keys_asked > 0 && d.film.key_frames > 1);
    assert_int_equal(d.compared, a.compared);
}

// One that never ends counts as well: from the third second on nothing comes through any more.
static void what_stands_until_the_end_stands(void **state)
{
    (void)state;
    const struct setup whole = {.netem = "delay 20ms", .duration = 12 * USEC_SECOND};
    struct setup dying = whole;
    dying.dies = 3 * USEC_SECOND;
    struct showing_figures all = play(&whole).figures.pictures, f = play(&dying).figures.pictures;
    assert_int_equal(all.freezes, 0);
    assert_int_equal(f.screen.freezes, 0); // the screen only knows those that end
    assert_int_equal(f.freezes, 1);
    assert_in_range(f.frozen, 9 * USEC_SECOND - 2 * INTERVAL, 9 * USEC_SECOND + 2 * INTERVAL);
    assert_int_equal(f.compared, 300);
    assert_true(f.mean.ssim < all.mean.ssim - 0.05);
}

// Where no voice says when a picture should be seen, it counts as not shown soon, and is kept no longer.
static void what_is_never_heard_is_never_shown(void **state)
{
    (void)state;
    struct setup s = {.netem = "loss 100%", .duration = 12 * USEC_SECOND};
    struct outcome o = play(&s);
    const struct showing_figures *f = &o.figures.pictures;
    assert_in_range(o.early, 50, 100); // after 8 s of 25 a second
    assert_int_equal(f->compared, 300);
    assert_int_equal(f->screen.shown, 0);
    assert_int_equal(f->freezes, 1);
    assert_in_range(f->frozen, f->sent_for - 2 * INTERVAL, f->sent_for);
    assert_true(f->mean.ssim < 0.5);
    s.blind = true;
    struct showing_figures unseen = play(&s).figures.pictures;
    assert_int_equal(unseen.compared, 0);
    assert_int_equal(unseen.frozen, f->frozen);
}

// Where nothing makes a queue, pictures take nothing from the voice; where something does, they share it.
static void the_voice_has_its_own_losses_and_shares_a_queue(void **state)
{
    (void)state;
    struct setup s = {.netem = "loss 10% delay 40ms", .deaf = true};
    struct outcome with = play(&s);
    s.voice_only = true;
    struct outcome alone = play(&s);
    assert_int_equal(with.figures.datagrams_sent, alone.figures.datagrams_sent);
    assert_int_equal(with.figures.receiver.packets_received,
                     alone.figures.receiver.packets_received);
    s.netem = "delay 40ms rate 400kbit";
    alone = play(&s);
    s.voice_only = false;
    with = play(&s);
    assert_true(with.figures.delay_mean > alone.figures.delay_mean + 20000);
}

// ---- the measures themselves -------------------------------------------------------------------

// Beeps at their seconds, flashes so much later.
static struct clapper_figures clap(usec later, size_t lost_frame)
{
    enum { SECONDS = 5 };
    static int16_t pcm[SECONDS * VOICE_RATE];
    static uint8_t memory[WIDTH * HEIGHT * 3 / 2];
    char fates[SECONDS * 50 + 1];
    struct clapper c = {0};
    struct picture p = picture_of(memory, WIDTH, HEIGHT);
    pattern_sound(pcm, SECONDS * VOICE_RATE, 1, 0);
    memset(fates, SIM_PLAYED, sizeof fates - 1);
    fates[sizeof fates - 1] = '\0';
    fates[lost_frame] = SIM_LOST;
    for (size_t i = 0; i < SECONDS * (size_t)VOICE_RATE; i += 240)
        clapper_heard(&c, pcm + i, 240, 1);
    for (uint32_t n = 0; n < SECONDS * 25; n++) {
        pattern_draw(&p, n, n * INTERVAL);
        clapper_seen(&c, n * INTERVAL + later, INTERVAL, &p);
    }
    struct clapper_figures f = clapper_figures(&c, fates, 20 * USEC_MS);
    clapper_free(&c);
    return f;
}

static void the_clapper_measures_what_it_is_given(void **state)
{
    (void)state;
    static const usec laters[] = {0, 15 * USEC_MS, -15 * USEC_MS, 300 * USEC_MS};
    for (size_t i = 0; i < LENGTH(laters); i++) {
        struct clapper_figures f = clap(laters[i], 1);
        assert_int_equal(f.seconds, 4);
        assert_int_equal(f.met, 4);
        assert_true(llabs(f.mean - laters[i]) < USEC_MS);
        assert_true(llabs(f.worst - laters[i]) < USEC_MS);
        assert_true(llabs(f.p95 - llabs(laters[i])) < USEC_MS);
    }
    assert_int_equal(clap(0, 100).met, 3); // the beep of the second second was lost
}

// The last picture of a film that is over before the voice stays as it should: only what was sent and not seen
// is a freeze.
static void a_film_that_is_over_does_not_freeze(void **state)
{
    (void)state;
    for (uint32_t pictures = 1; pictures <= 40; pictures += 39) {
        struct setup s = {.netem = "delay 20ms", .duration = 5 * USEC_SECOND, .pictures = pictures};
        struct outcome o = play(&s);
        const struct showing_figures *p = &o.figures.pictures;
        assert_int_equal(p->compared, pictures);
        assert_int_equal(p->screen.shown, pictures);
        assert_int_equal(p->freezes, 0);
        assert_int_equal(p->frozen, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_path_shows_all_of_it),
        cmocka_unit_test(the_voice_goes_first),
        cmocka_unit_test(flash_and_beep_meet),
        cmocka_unit_test(the_same_again_is_the_same),
        cmocka_unit_test(a_frozen_screen_costs),
        cmocka_unit_test(what_stands_until_the_end_stands),
        cmocka_unit_test(a_film_that_is_over_does_not_freeze),
        cmocka_unit_test(what_is_never_heard_is_never_shown),
        cmocka_unit_test(the_voice_has_its_own_losses_and_shares_a_queue),
        cmocka_unit_test(the_clapper_measures_what_it_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
