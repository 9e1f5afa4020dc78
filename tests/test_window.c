// Knobs, keys, the scrub, and what is drawn where.
#include "tests/test.h"

#include "media/random.h"
#include "window/control.h"
#include "window/layout.h"
#include "window/palette.h"

#include <stdlib.h>
#include <string.h>

#define FRAME     960
#define HELP_MOST 80 // octets of a line
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static struct draw draw;

// ---- a timeline with two gaps, of packets 100 and 300 to 302 ------------------------------------

static struct timeline *timeline_with_gaps(void)
{
    static int16_t pcm[FRAME];
    struct timeline *t = timeline_new();
    assert_non_null(t);
    for (uint32_t seq = 0; seq < 400; seq++) {
        bool lost = seq == 100 || (seq >= 300 && seq <= 302);
        for (int i = 0; i < FRAME; i++)
            pcm[i] = (int16_t)seq;
        timeline_decided(
            t, &(struct receiver_decision){.at = seq * 20 * USEC_MS,
                                           .kind = lost ? PLAYOUT_CONCEAL : PLAYOUT_PACKET,
                                           .samples = FRAME,
                                           .time = (int64_t)seq * FRAME,
                                           .seq = seq,
                                           .arrival = seq * 20 * USEC_MS - 50 * USEC_MS,
                                           .delay = 60 * USEC_MS});
        timeline_heard(t, pcm, FRAME, 1);
    }
    return t;
}

static struct control control_of(struct timeline *t)
{
    struct control c;
    const struct knobs knobs = {.receiver = {.fec = true, .red = true, .again = true}};
    control_init(&c, t, &knobs);
    return c;
}

static enum control_act press(struct control *c, int key)
{
    return control_key(c, &(struct control_press){.key = key});
}

static enum control_act press_shift(struct control *c, int key)
{
    return control_key(c, &(struct control_press){.key = key, .shift = true});
}

// ---- knobs -------------------------------------------------------------------------------------

// Up to the end and down to the other: each step is another value, the ends stay.
static void scales_have_ends(void **state)
{
    (void)state;
    for (enum knob k = 0; k < KNOB_COUNT; k++) {
        struct knobs knobs = {0};
        if (k == KNOB_BURST)
            knobs_turn(&knobs, KNOB_LOSS, true);
        if (knobs_place(&knobs, k) < 0)
            continue;
        while (knobs_turn(&knobs, k, false))
            ;
        double place = knobs_place(&knobs, k);
        assert_true(place == 0);
        char text[KNOB_TEXT], before[KNOB_TEXT] = "";
        for (int steps = 0; knobs_turn(&knobs, k, true); steps++) {
            knobs_text(&knobs, k, LABEL_EN, text);
            assert_string_not_equal(text, before);
            assert_true(knobs_place(&knobs, k) > place);
            assert_true(steps < 20);
            place = knobs_place(&knobs, k);
            memcpy(before, text, sizeof text);
        }
        assert_true(place == 1);
    }
}

static void loss_and_burst_make_a_model(void **state)
{
    (void)state;
    struct knobs k = {0};
    char text[KNOB_TEXT];
    for (int i = 0; i < 4; i++)
        knobs_turn(&k, KNOB_LOSS, true);
    assert_int_equal(k.network.loss.model, LOSS_RANDOM);
    assert_float_equal(k.network.loss.p[0], 0.10, 1e-9);
    knobs_turn(&k, KNOB_BURST, true);
    knobs_turn(&k, KNOB_BURST, true); // 2 packets
    assert_int_equal(k.network.loss.model, LOSS_GEMODEL);
    assert_true(loss_is_possible(&k.network.loss));
    knobs_text(&k, KNOB_LOSS, LABEL_EN, text);
    assert_string_equal(text, "10 %");
    struct loss loss = {0};
    struct random random = {3};
    int lost = 0, runs = 0, packets = 200000;
    bool before = false;
    for (int i = 0; i < packets; i++) {
        double u = random_unit(&random), v = random_unit(&random);
        bool gone = loss_happens(&loss, &k.network.loss, u, v);
        lost += gone;
        runs += gone && !before;
        before = gone;
    }
    assert_float_equal((double)lost / packets, 0.10, 0.005);
    assert_float_equal((double)lost / runs, 2.0, 0.1);
    while (knobs_turn(&k, KNOB_LOSS, false))
        ;
    assert_true(loss_is_none(&k.network.loss));
}

static void a_trace_gives_way(void **state)
{
    (void)state;
    struct knobs k = {.network = {.trace = (const struct trace *)&k, .trace_file = "a.csv"}};
    assert_true(knobs_turn(&k, KNOB_DELAY, true));
    assert_null(k.network.trace);
    assert_true(k.network.delay == 10 * USEC_MS && !k.network.trace_file[0]);
}

static void over_tcp_packets_have_no_knobs(void **state)
{
    (void)state;
    struct knobs k = {.tcp = true};
    assert_false(knobs_acts(&k, KNOB_LOSS) || knobs_acts(&k, KNOB_FEC));
    assert_true(knobs_acts(&k, KNOB_CONCEAL) && knobs_acts(&k, KNOB_TRANSPORT));
    k = (struct knobs){.fixed_transport = true};
    assert_false(knobs_turn(&k, KNOB_TRANSPORT, true));
}

// ---- keys --------------------------------------------------------------------------------------

static void every_knob_is_reached_by_tab_and_by_its_letter(void **state)
{
    (void)state;
    static const char letters[] = "lbdjacfentw";
    struct timeline *t = timeline_with_gaps();
    struct control c = control_of(t);
    for (int pictures = 0; pictures < 2; pictures++) {
        c.knobs.pictures = pictures;
        int count = pictures ? KNOB_HEARD : KNOB_PICTURE;
        for (int k = 1; k <= count; k++) {
            press(&c, CONTROL_TAB);
            assert_int_equal(c.focus, k % count);
        }
        press_shift(&c, CONTROL_TAB);
        assert_int_equal(c.focus, count - 1);
        press(&c, CONTROL_TAB);
    }
    for (int k = 0; letters[k]; k++) {
        struct knobs before = c.knobs;
        bool full = k == KNOB_RATE; // it has no limit at first: there is only less
        assert_int_equal((full ? press_shift : press)(&c, letters[k]), CONTROL_TURNED);
        assert_int_equal(c.turned, k);
        assert_int_equal(c.focus, k);
        assert_memory_not_equal(&before, &c.knobs, sizeof before);
    }
    assert_int_equal(press(&c, 'v'), CONTROL_TURNED);
    assert_int_equal(c.turned, KNOB_PICTURE);
    assert_int_equal(c.knobs.damaged, SCREEN_SHOW);
    assert_int_equal(press_shift(&c, 'v'), CONTROL_TURNED);
    assert_int_equal(c.knobs.damaged, SCREEN_FREEZE);
    c.knobs.pictures = false;
    assert_int_equal(press(&c, 'v'), CONTROL_NOTHING);
    c.focus = KNOB_DELAY;
    usec delay = c.knobs.network.delay;
    assert_int_equal(press(&c, CONTROL_UP), CONTROL_TURNED);
    assert_true(c.knobs.network.delay > delay);
    press(&c, CONTROL_LEFT);
    assert_true(c.knobs.network.delay == delay);
    timeline_free(t);
}

static void acts_are_left_to_the_caller(void **state)
{
    (void)state;
    static const struct {
        int key;
        enum control_act act;
    } rows[] = {{'s', CONTROL_SAVE},
                {'x', CONTROL_FULL},
                {CONTROL_F11, CONTROL_FULL},
                {'q', CONTROL_QUIT},
                {CONTROL_ESCAPE, CONTROL_QUIT},
                {'y', CONTROL_NOTHING}};
    struct timeline *t = timeline_with_gaps();
    struct control c = control_of(t);
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_int_equal(press(&c, rows[i].key), rows[i].act);
    press(&c, '?');
    assert_true(c.help);
    assert_int_equal(press(&c, CONTROL_ESCAPE), CONTROL_NOTHING); // the help goes, not the window
    assert_false(c.help);
    timeline_free(t);
}

// ---- the last half minute again ----------------------------------------------------------------

static void gaps_come_back_slowly(void **state)
{
    (void)state;
    struct timeline *t = timeline_with_gaps();
    struct control c = control_of(t);
    int16_t pcm[2 * FRAME];
    press(&c, 'g');
    assert_true(c.scrub.paused && c.scrub.playing && timeline_is_frozen(t));
    assert_true(c.scrub.gap == 300 * FRAME); // the run of three is one
    assert_int_equal(c.scrub.slow, 2);
    assert_true(c.zoom > 1);
    double at = c.scrub.at;
    scrub_fill(&c.scrub, t, pcm, FRAME, 2);
    assert_true(c.scrub.at == at + FRAME / 2.0);
    assert_int_equal(pcm[0], timeline_sample(t, (int64_t)at));
    assert_int_equal(pcm[1], pcm[0]);
    press(&c, 'g');
    assert_true(c.scrub.gap == 100 * FRAME);
    press(&c, 'g');
    assert_int_equal(c.notice, LABEL_NO_GAP);
    for (int i = 0; i < 200; i++)
        scrub_fill(&c.scrub, t, pcm, FRAME, 2);
    assert_false(c.scrub.playing); // it ends behind the gap,
    assert_int_equal(pcm[0], 0);   // and nothing is heard
    press(&c, ' ');
    assert_false(c.scrub.paused || timeline_is_frozen(t));
    pcm[0] = 5;
    scrub_fill(&c.scrub, t, pcm, FRAME, 2);
    assert_int_equal(pcm[0], 5); // what is live is left alone
    timeline_free(t);
}

static void one_moves_within_what_is_kept(void **state)
{
    (void)state;
    struct timeline *t = timeline_with_gaps();
    struct control c = control_of(t);
    press(&c, ' ');
    assert_true(scrub_at(&c.scrub, t) == 400 * FRAME);
    press(&c, CONTROL_LEFT);
    assert_true(scrub_at(&c.scrub, t) == 399 * FRAME);
    press_shift(&c, CONTROL_LEFT);
    assert_true(scrub_at(&c.scrub, t) == 349 * FRAME);
    for (int i = 0; i < 20; i++)
        press_shift(&c, CONTROL_LEFT);
    assert_true(scrub_at(&c.scrub, t) == timeline_begin(t));
    press(&c, CONTROL_ENTER);
    assert_true(c.scrub.playing);
    press(&c, CONTROL_ENTER);
    assert_false(c.scrub.playing);
    timeline_free(t);
}

// ---- what is drawn -----------------------------------------------------------------------------

static struct layout_view view_of(const struct control *c, enum label_lang lang)
{
    return (struct layout_view){.timeline = c->timeline,
                                .knobs = &c->knobs,
                                .scrub = &c->scrub,
                                .at = scrub_at(&c->scrub, c->timeline),
                                .lang = lang,
                                .focus = c->focus,
                                .help = c->help,
                                .status = "rtsp://host/"};
}

static bool overlap(struct rect a, struct rect b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

// At any size areas lie beside each other and inside the window, what is drawn inside its area, and no text
// on another one; letters of the figures have a 25th of the height where the window is wide enough.
static void everything_has_its_place(void **state)
{
    (void)state;
    static const int sizes[][2] = {
        {240, 160},   {480, 270},  {640, 480},  {800, 600}, {1024, 768}, {1280, 720}, {1920, 1080},
        {3840, 2160}, {600, 1000}, {2000, 400}, {640, 360}, {900, 1080}, {300, 1000}};
    const struct layout_picture film = {640, 360};
    const struct motion figures = {
        .rate = 25, .freezes = 12, .frozen = 123 * USEC_SECOND, .sync = -14, .synced = true};
    const struct lane lanes[LANES] = {
        {"TCP", LANE_LEFT, 1234 * USEC_MS, 100, 99.9, 123, 99 * USEC_SECOND}, {.name = "UDP"}};
    struct timeline *t = timeline_with_gaps();
    struct control c = control_of(t);
    for (size_t i = 0; i < LENGTH(sizes) * 2 * 2 * 2 * 2 * 2; i++) {
        const int *size = sizes[i / 32];
        double letters = i & 16 ? 2 : 1;
        bool duel = i & 8;
        bool help = i & 1, with_film = i & 2;
        enum label_lang lang = i & 4 ? LABEL_PT : LABEL_EN;
        double scale = size[1] > 2000 ? 2 : 1;
        struct layout l =
            duel ? layout_duel(size[0], size[1], scale, letters, 1, help)
                 : layout_of(size[0], size[1], scale, letters, 1, help, with_film ? &film : NULL);
        c.knobs.pictures = with_film && !duel;
        struct layout_view view = view_of(&c, lang);
        c.knobs.duel = duel;
        view.shows = duel ? LABEL_DUEL : i & 2 ? LABEL_CALL : LABEL_STREAM;
        view.motion = &figures;
        view.below = duel ? t : NULL;
        view.lanes = duel ? lanes : NULL;
        if (size[0] * 9 >= size[1] * 16 && size[1] >= 400)
            assert_true(l.big * 25 >= size[1]);
        for (enum layout_area a = 0; a < LAYOUT_AREAS; a++) {
            struct rect r = l.area[a];
            if (!r.w)
                continue;
            assert_true(r.x >= 0 && r.y >= 0 && r.x + r.w <= size[0] && r.y + r.h <= size[1] &&
                        r.h > 0);
            for (enum layout_area b = 0; b < a; b++)
                assert_false(l.area[b].w && overlap(r, l.area[b]));
            layout_draw(&l, &view, a, &draw);
            assert_true(draw.boxes_count < DRAW_BOXES && draw.texts_count < DRAW_TEXTS);
            for (int n = 0; n < draw.boxes_count; n++)
                assert_true(draw.boxes[n].x >= r.x &&
                            draw.boxes[n].x + draw.boxes[n].w <= r.x + r.w);
            for (int n = 0; n < draw.texts_count; n++)
                for (int m = 0; m < n; m++)
                    if (overlap(draw.texts[n].rect, draw.texts[m].rect))
                        fail_msg("%dx%d: \"%s\" on \"%s\"", size[0], size[1], draw.texts[n].text,
                                 draw.texts[m].text);
        }
        if (with_film && !help && !duel)
            assert_true(l.picture.w > 0 && l.picture.w * 9 / 16 - l.picture.h <= 1);
    }
    timeline_free(t);
}

// Screens of many dots an inch, and large letters, make letters smaller than wished before anything is left
// out; only what has few pixels, or few inches, is a small window.
static void large_letters_leave_room(void **state)
{
    (void)state;
    static const struct {
        int width, height;
        double scale, letters;
        bool small;
    } rows[] = {
        {1280, 720, 1.75, 1, false}, {1280, 720, 1, 1.75, false}, {1280, 720, 1, 2, false},
        {1280, 720, 2.5, 2, false},  {1280, 720, 3, 1, true},     {800, 600, 1, 2, false},
        {620, 420, 1, 2, false},     {480, 270, 1, 0.5, true},    {600, 1000, 1, 1, true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct layout l = layout_of(rows[i].width, rows[i].height, rows[i].scale, rows[i].letters,
                                    1, false, NULL);
        struct layout plain =
            layout_of(rows[i].width, rows[i].height, rows[i].scale, 1, 1, false, NULL);
        assert_int_equal(l.small, rows[i].small);
        assert_true(rows[i].letters <= 1 || rows[i].scale > 2 || l.normal > plain.normal);
        if (l.small)
            continue;
        assert_true(l.area[LAYOUT_LEGEND].w && l.knob[KNOB_NACK].w);
        assert_true(l.area[LAYOUT_STRIP].h >= l.height / 14);
        assert_true(l.area[LAYOUT_SOUND].h >= l.height / 14);
    }
    assert_true(layout_of(640, 360, 1, 1, 1, false, NULL).area[LAYOUT_LEGEND].w);
    assert_true(layout_of(300, 1000, 1, 1, 1, false, NULL).area[LAYOUT_SOUND].w);
    assert_int_equal(layout_of(240, 160, 1, 1, 1, false, NULL).area[LAYOUT_LEGEND].w, 0);
}

// Beside the charts in a wide window, above them in a tall one.
static void the_picture_stands_where_it_is_large(void **state)
{
    (void)state;
    static const struct {
        int width, height;
        double share; // of the window's width, at least
        bool above;
    } rows[] = {{1280, 720, 0.41, false}, {1920, 1080, 0.41, false}, {640, 360, 0.4, false},
                {900, 1080, 0.6, true},   {300, 1000, 0.99, true},   {600, 1000, 0.9, true}};
    const struct layout_picture film = {640, 360};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct layout l = layout_of(rows[i].width, rows[i].height, 1, 1, 1, false, &film);
        assert_true(l.picture.w >= rows[i].width * rows[i].share);
        assert_int_equal(l.area[LAYOUT_STRIP].y >= l.picture.y + l.picture.h, rows[i].above);
        assert_true(l.area[LAYOUT_STRIP].h >= rows[i].height / 12);
    }
}

static int boxes_of(uint32_t colour)
{
    int count = 0;
    for (int i = 0; i < draw.boxes_count; i++)
        count += draw.boxes[i].colour == colour;
    return count;
}

static void the_strip_shows_the_fates(void **state)
{
    (void)state;
    struct timeline *t = timeline_with_gaps();
    struct control c = control_of(t);
    struct layout l = layout_of(1280, 720, 1, 1, 1, false, NULL);
    struct layout_view view = view_of(&c, LABEL_EN);
    layout_draw(&l, &view, LAYOUT_STRIP, &draw);
    assert_int_equal(boxes_of(PALETTE_VERMILLION), 3); // the last 5 s
    assert_true(boxes_of(PALETTE_SKY) > 150);
    uint64_t before = draw_hash(&draw);
    layout_draw(&l, &view, LAYOUT_STRIP, &draw);
    assert_true(draw_hash(&draw) == before);
    press(&c, 'g');
    press(&c, 'g');
    view = view_of(&c, LABEL_EN);
    layout_draw(&l, &view, LAYOUT_STRIP, &draw);
    assert_true(draw_hash(&draw) != before);
    timeline_free(t);
}

static bool is_said(const char *text)
{
    for (int i = 0; i < draw.texts_count; i++)
        if (strcmp(draw.texts[i].text, text) == 0)
            return true;
    return false;
}

static void the_pause_says_how_far_back_to_the_packet(void **state)
{
    (void)state;
    struct timeline *t = timeline_with_gaps();
    struct control c = control_of(t);
    struct layout l = layout_of(1280, 720, 1, 1, 1, false, NULL);
    press(&c, ' ');
    for (int packets = 0; packets < 3; packets++, press(&c, CONTROL_LEFT)) {
        static const char *const said[] = {"paused 0.00 s", "paused -0.02 s", "paused -0.04 s"};
        struct layout_view view = view_of(&c, LABEL_EN);
        layout_draw(&l, &view, LAYOUT_HEAD, &draw);
        assert_true(is_said(said[packets]));
    }
    timeline_free(t);
}

static void help_is_not_smaller_than_one_can_read(void **state)
{
    (void)state;
    struct timeline *t = timeline_with_gaps();
    struct control c = control_of(t);
    for (int large = 0; large < 2; large++) {
        struct layout l = layout_of(large ? 480 : 240, large ? 270 : 160, 1, 1, 1, true, NULL);
        struct layout_view view = view_of(&c, LABEL_EN);
        layout_draw(&l, &view, LAYOUT_HELP, &draw);
        assert_int_equal(is_said(label_of(LABEL_EN, LABEL_HELP_NO_ROOM)), !large);
        assert_int_equal(is_said(label_help(LABEL_EN, 0)), large);
    }
    timeline_free(t);
}

static void pictures_have_figures_and_a_knob(void **state)
{
    (void)state;
    const struct layout_picture film = {640, 360};
    struct motion figures = {0};
    struct timeline *t = timeline_with_gaps();
    struct control c = control_of(t);
    struct layout l = layout_of(1280, 720, 1, 1, 1, false, &film);
    motion_second(&figures, 5 * USEC_SECOND, &(struct screen_stats){.shown = 100});
    assert_true(figures.rate == 0 && !figures.synced); // since when, nobody knows
    motion_second(&figures, 7 * USEC_SECOND,
                  &(struct screen_stats){.shown = 140,
                                         .freezes = 2,
                                         .frozen = 1500 * USEC_MS,
                                         .sync_count = 9,
                                         .sync_last = -7 * USEC_MS});
    c.knobs.pictures = true;
    struct layout_view view = view_of(&c, LABEL_PT);
    view.motion = &figures;
    layout_draw(&l, &view, LAYOUT_FILM, &draw);
    assert_true(is_said("20") && is_said("2 x, 1,5 s") && is_said("-7 ms"));
    layout_draw(&l, &view, LAYOUT_KNOBS, &draw);
    assert_true(is_said("congela") && is_said("V"));
    struct rect r = l.knob[KNOB_PICTURE];
    assert_int_equal(control_click(&c, &l, r.x + 1, r.y + 1), CONTROL_TURNED);
    layout_draw(&l, &view, LAYOUT_KNOBS, &draw);
    assert_true(is_said("com defeito"));
    motion_second(&figures, 8 * USEC_SECOND, &(struct screen_stats){.shown = 3}); // another session
    assert_true(figures.rate == 0);
    l = layout_of(1280, 720, 1, 1, 1, false, NULL);
    assert_int_equal(l.knob[KNOB_PICTURE].w, 0);
    timeline_free(t);
}

// The first call above, the second below, each with its own cells; on one scale of delay.
static void a_duel_shows_both_calls(void **state)
{
    (void)state;
    const struct lane lanes[LANES] = {
        {"TCP", LANE_UNHEARD, 330 * USEC_MS, 9.7, 0, 4, 400 * USEC_MS},
        {"UDP", LANE_BOTH, 87 * USEC_MS, 0.9, 7.4, 0, 0}};
    struct timeline *t = timeline_with_gaps(), *below = timeline_new();
    struct control c = control_of(t);
    assert_non_null(below);
    c.knobs.duel = true;
    struct layout l = layout_duel(1280, 720, 1, 1, 1, false);
    struct layout_view view = view_of(&c, LABEL_PT);
    view.below = below;
    view.lanes = lanes;
    layout_draw(&l, &view, LAYOUT_LANE, &draw);
    assert_true(is_said("TCP") && is_said("330 ms") && is_said("9,7 %") && is_said("0,4 s") &&
                is_said("não se ouve"));
    layout_draw(&l, &view, LAYOUT_LANE_BELOW, &draw);
    assert_true(is_said("UDP") && is_said("7,4 %") && is_said("os dois ouvidos"));
    layout_draw(&l, &view, LAYOUT_STRIP, &draw);
    assert_true(boxes_of(PALETTE_SKY) > 150);
    layout_draw(&l, &view, LAYOUT_STRIP_BELOW, &draw);
    assert_int_equal(boxes_of(PALETTE_SKY), 0);
    for (int i = 0; i < 400; i++)
        timeline_decided(below, &(struct receiver_decision){.at = i * 20 * USEC_MS,
                                                            .samples = FRAME,
                                                            .time = (int64_t)i * FRAME,
                                                            .seq = (uint32_t)i,
                                                            .delay = 350 * USEC_MS}),
            timeline_heard(below, (int16_t[FRAME]){0}, FRAME, 1);
    layout_draw(&l, &view, LAYOUT_DELAY, &draw);
    assert_true(is_said("200 ms")); // the middle of 400
    layout_draw(&l, &view, LAYOUT_DELAY_BELOW, &draw);
    assert_true(is_said("200 ms"));
    timeline_free(below);
    timeline_free(t);
}

static void a_duel_has_its_own_knobs(void **state)
{
    (void)state;
    static const char *const heard[] = {"UDP | TCP", "TCP", "UDP", "TCP | UDP"};
    struct timeline *t = timeline_with_gaps();
    struct control c = control_of(t);
    char text[KNOB_TEXT];
    c.knobs.duel = true;
    for (size_t i = 0; i < LENGTH(heard); i++) {
        assert_int_equal(press(&c, 'e'), CONTROL_TURNED);
        assert_int_equal(c.turned, KNOB_HEARD);
        knobs_text(&c.knobs, KNOB_HEARD, LABEL_EN, text);
        assert_string_equal(text, heard[i]);
    }
    assert_int_equal(press_shift(&c, 'e'), CONTROL_TURNED);
    assert_int_equal(c.knobs.heard, KNOBS_SECOND);
    assert_true(c.knobs.receiver.red);
    for (const char *k = "cfntwv"; *k; k++)
        assert_int_equal(press(&c, *k), CONTROL_NOTHING);
    int count = 0;
    do {
        assert_true(knobs_has(&c.knobs, c.focus));
        press(&c, CONTROL_TAB);
    } while (++count < KNOB_COUNT && c.focus != KNOB_HEARD);
    struct layout l = layout_duel(1280, 720, 1, 1, 1, false);
    struct rect r = l.knob[KNOB_HEARD];
    assert_int_equal(control_click(&c, &l, r.x + r.w - 2, r.y + 2), CONTROL_TURNED);
    assert_int_equal(c.knobs.heard, KNOBS_BOTH);
    assert_int_equal(l.knob[KNOB_FEC].w, 0);
    r = l.area[LAYOUT_STRIP_BELOW];
    control_click(&c, &l, r.x + r.w / 2, r.y + 2);
    assert_true(c.scrub.paused);
    timeline_free(t);
}

static void clicks_hit_what_is_there(void **state)
{
    (void)state;
    struct timeline *t = timeline_with_gaps();
    struct control c = control_of(t);
    struct layout l = layout_of(1280, 720, 1, 1, 1, false, NULL);
    for (enum knob k = 0; k < KNOB_TIME; k++) {
        struct rect r = l.knob[k];
        int x = k == KNOB_RATE ? r.x + 3 : r.x + r.w - 3;
        assert_int_equal(control_click(&c, &l, x, r.y + r.h / 2), CONTROL_TURNED);
        assert_int_equal(c.turned, k);
    }
    double loss = c.knobs.network.loss.p[0];
    control_click(&c, &l, l.knob[KNOB_LOSS].x + 2, l.knob[KNOB_LOSS].y + 2);
    assert_true(c.knobs.network.loss.p[0] != loss);
    assert_int_equal(
        control_wheel(&c, &l, l.knob[KNOB_DELAY].x + 2, l.knob[KNOB_DELAY].y + 2, true),
        CONTROL_TURNED);
    struct rect strip = l.area[LAYOUT_STRIP];
    control_click(&c, &l, strip.x + strip.w / 2, strip.y + 5);
    assert_true(c.scrub.paused && scrub_at(&c.scrub, t) < 400 * FRAME);
    int64_t at = scrub_at(&c.scrub, t);
    control_drag(&c, &l, strip.x + 500, strip.x + 460,
                 strip.y + 5); // to the right: what was before
    assert_true(at - scrub_at(&c.scrub, t) == 10 * FRAME);
    timeline_free(t);
}

// What keys do differs: a call has letters of its own, and a duel has few knobs.
static void help_is_of_what_is_shown(void **state)
{
    (void)state;
    static const struct {
        enum label_view shows;
        const char *said[3], *unsaid[4];
    } rows[] = {
        {LABEL_STREAM, {"T", "V", "? H, Q"}, {"E", "A, M, H", "?, Q"}},
        {LABEL_CALL, {"A, M, H", "V", "?, Q"}, {"E", "T", "? H, Q"}},
        {LABEL_DUEL, {"E", "? H, Q", "space"}, {"A, M, H", "T", "V", "?, Q"}},
    };
    struct timeline *t = timeline_with_gaps();
    struct control c = control_of(t);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct layout l = layout_of(1280, 720, 1, 1, 1, true, NULL);
        struct layout_view view = view_of(&c, LABEL_EN);
        view.shows = rows[i].shows;
        layout_draw(&l, &view, LAYOUT_HELP, &draw);
        for (size_t n = 0; n < LENGTH(rows[i].said); n++)
            assert_true(is_said(rows[i].said[n]));
        for (size_t n = 0; n < LENGTH(rows[i].unsaid) && rows[i].unsaid[n]; n++)
            assert_false(is_said(rows[i].unsaid[n]));
        assert_int_equal(draw.texts_count, 1 + 2 * label_help_lines(rows[i].shows));
    }
    timeline_free(t);
}

static void both_languages_say_everything(void **state)
{
    (void)state;
    for (enum label_lang lang = 0; lang < LABEL_LANGS; lang++) {
        for (enum label i = 0; i < LABEL_COUNT; i++)
            assert_non_null(label_of(lang, i));
        for (unsigned i = 0; i < LABEL_HELP_LINES; i++)
            assert_true(label_help_key(lang, i) && label_help(lang, i));
        for (unsigned i = 0; i < LABEL_HELP_LINES; i++)
            assert_true(strlen(label_help(lang, i)) <= HELP_MOST); // longer: in smaller letters
    }
    assert_int_equal(label_lang_of("pt_BR.UTF-8"), LABEL_PT);
    assert_int_equal(label_lang_of("de_DE"), LABEL_EN);
    assert_int_equal(label_lang_of(NULL), LABEL_EN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scales_have_ends),
        cmocka_unit_test(loss_and_burst_make_a_model),
        cmocka_unit_test(a_trace_gives_way),
        cmocka_unit_test(over_tcp_packets_have_no_knobs),
        cmocka_unit_test(every_knob_is_reached_by_tab_and_by_its_letter),
        cmocka_unit_test(acts_are_left_to_the_caller),
        cmocka_unit_test(gaps_come_back_slowly),
        cmocka_unit_test(one_moves_within_what_is_kept),
        cmocka_unit_test(everything_has_its_place),
        cmocka_unit_test(large_letters_leave_room),
        cmocka_unit_test(the_picture_stands_where_it_is_large),
        cmocka_unit_test(the_strip_shows_the_fates),
        cmocka_unit_test(the_pause_says_how_far_back_to_the_packet),
        cmocka_unit_test(help_is_not_smaller_than_one_can_read),
        cmocka_unit_test(pictures_have_figures_and_a_knob),
        cmocka_unit_test(a_duel_shows_both_calls),
        cmocka_unit_test(a_duel_has_its_own_knobs),
        cmocka_unit_test(clicks_hit_what_is_there),
        cmocka_unit_test(help_is_of_what_is_shown),
        cmocka_unit_test(both_languages_say_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
