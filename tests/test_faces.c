// The pictures of a call in virtual time: each end shows what the other gives, with its voice.
#include "tests/test.h"

#include "call/faces.h"
#include "media/impair.h"
#include "media/pattern.h"
#include "media/rtcp.h"
#include "media/rtp.h"
#include "sender/options.h"

#include <math.h>

#define STEP   (5 * USEC_MS)
#define WIDTH  320
#define HEIGHT 180
#define FPS    20

struct end {
    struct call *call;
    struct faces *faces;
    struct film *film; // that is started
    usec begun;
    int shown, steps;
    uint32_t last;
    int given; // datagrams of pictures
    uint32_t ssrc, ssrc_again;
    uint8_t pt_again;
    uint8_t memory[WIDTH * HEIGHT * 3 / 2];
};

struct pair {
    struct end ends[2];
    struct offer_ours ours[2];
    struct impair *paths[2];
};

static void begin(struct end *e, bool gives, uint64_t seed)
{
    struct sender_options options;
    struct faces_config faces = {.screen = {.seed = seed}};
    struct call_config config = {
        .receiver = {.red = true, .again = true, .fec = true, .seed = seed}};
    sender_options_default(&options);
    sender_options_apply(&options, &config.sender);
    sender_options_film(&options, &faces.film);
    config.sender.seed = faces.film.seed = seed;
    faces.film.video.width = gives ? WIDTH : 0;
    faces.film.video.height = HEIGHT;
    faces.film.video.fps_num = FPS;
    faces.film.video.fps_den = 1;
    memset(e, 0, sizeof *e);
    config.faces = e->faces = faces_new(&faces);
    e->call = call_new(&config);
    assert_non_null(e->faces);
    assert_non_null(e->call);
}

static void agree(struct end *e, usec now, const struct offer_agreed *agreed)
{
    bool up = call_is_up(e->call);
    assert_true(call_agree(e->call, now, agreed));
    if (!up)
        sender_start(call_sender(e->call), now);
    if (faces_film(e->faces) != e->film) {
        e->film = faces_film(e->faces);
        e->begun = now;
        film_start(e->film, now);
    }
}

// The first one offers.
static void negotiate(struct pair *p, usec now)
{
    struct offer_agreed at[2];
    char offer[2048], answer[2048];
    assert_true(offer_write(&p->ours[0], offer, sizeof offer) > 0);
    assert_int_equal(offer_answer(&p->ours[1], slice_of(offer), &at[1], answer, sizeof answer),
                     OFFER_OK);
    assert_int_equal(offer_answered(&p->ours[0], slice_of(answer), &at[0]), OFFER_OK);
    for (int i = 0; i < 2; i++) {
        agree(&p->ends[i], now, &at[i]);
        p->ours[i].lines = at[i].lines;
    }
}

static void pair_begin(struct pair *p, bool wants_a, bool wants_b, bool gives_a, bool gives_b,
                       const struct impair_spec *spec)
{
    for (int i = 0; i < 2; i++) {
        p->ours[i] = (struct offer_ours){.host = "192.0.2.1",
                                         .port = 4000,
                                         .picture_port = (i ? wants_b : wants_a) ? 5000 : 0,
                                         .gives_pictures = i ? gives_b : gives_a,
                                         .again = true,
                                         .red = true,
                                         .fec = true};
        begin(&p->ends[i], i ? gives_b : gives_a, (uint64_t)(7 + i));
        p->paths[i] = impair_new(spec, (uint64_t)(3 + i));
        assert_non_null(p->paths[i]);
    }
    negotiate(p, 0);
}

static void pair_end(struct pair *p)
{
    for (int i = 0; i < 2; i++) {
        call_free(p->ends[i].call);
        faces_free(p->ends[i].faces);
        impair_free(p->paths[i]);
    }
}

static void give(struct end *e, usec now)
{
    static const int16_t silence[VOICE_FRAME_MAX];
    struct sender *s = call_sender(e->call);
    while (sender_frame_due(s) <= now)
        sender_frame(s, silence);
    while (e->film && film_picture_due(e->film) <= now) {
        usec due = film_picture_due(e->film);
        const struct picture picture = picture_of(e->memory, WIDTH, HEIGHT);
        pattern_draw(&picture, (uint32_t)((due - e->begun) * FPS / USEC_SECOND), due - e->begun);
        film_picture(e->film, due, &picture);
    }
}

// One participant has one SSRC for what it sends and for what it says (RFC 3550 section 8).
static void look(struct end *e, const struct call_datagram *d)
{
    struct rtcp_walk walk = rtcp_walk(d->data, d->len);
    struct rtcp_packet packet;
    if (!d->rtcp || !e->film)
        return;
    while (rtcp_next(&walk, &packet) == RTCP_OK)
        assert_int_equal(packet.ssrc, film_stats(e->film).ssrc);
}

static void carry(struct pair *p, int from, usec now)
{
    struct call_datagram d;
    struct end *e = &p->ends[from], *to = &p->ends[!from];
    uint8_t out[IMPAIR_DATAGRAM_MAX];
    uint64_t tag;
    usec due;
    size_t len;
    while (call_output(e->call, now, &d))
        impair_input(p->paths[from], now, d.data, d.len, 0);
    while (faces_output(e->faces, now, &d)) {
        look(e, &d);
        e->given += !d.rtcp;
        impair_input(p->paths[from], now, d.data, d.len, 1);
    }
    while ((len = impair_output(p->paths[from], now, out, sizeof out, &tag, &due)))
        if (tag)
            faces_input(to->faces, due, out, len);
        else
            call_input(to->call, due, out, len);
}

static void watch(struct end *e, usec now)
{
    int16_t pcm[2 * 240];
    struct picture picture;
    uint32_t number;
    receiver_play(call_receiver(e->call), now, pcm, 240);
    if (!faces_show(e->faces, now, &picture))
        return;
    assert_int_equal(picture.width, WIDTH);
    if (!pattern_read(&picture, &number)) {
        assert_true(faces_seen(e->faces).damaged > 0);
        return;
    }
    assert_true(!e->shown || number > e->last);
    e->steps += e->shown && number == e->last + 1;
    e->last = number;
    e->shown++;
}

static void run(struct pair *p, usec from, usec until)
{
    for (usec now = from; now < until; now += STEP)
        for (int i = 0; i < 2; i++) {
            give(&p->ends[i], now);
            carry(p, i, now);
            watch(&p->ends[i], now);
        }
}

static void each_sees_the_other(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool wants[2], gives[2];
        struct impair_spec path;
        int least[2], most[2]; // pictures that are seen in four seconds
    } rows[] = {
        {"clean", {1, 1}, {1, 1}, {.delay = 20 * USEC_MS}, {75, 75}, {80, 80}},
        {"lossy",
         {1, 1},
         {1, 1},
         {.delay = 20 * USEC_MS, .loss = {.model = LOSS_RANDOM, .p = {0.05}}},
         {60, 60},
         {80, 80}},
        {"one gives", {1, 1}, {1, 0}, {.delay = 20 * USEC_MS}, {0, 75}, {0, 80}},
        {"refused", {1, 0}, {1, 0}, {.delay = 20 * USEC_MS}, {0, 0}, {0, 0}},
        {"not offered", {0, 1}, {0, 1}, {.delay = 20 * USEC_MS}, {0, 0}, {0, 0}},
    };
    static struct pair p;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pair_begin(&p, rows[i].wants[0], rows[i].wants[1], rows[i].gives[0], rows[i].gives[1],
                   &rows[i].path);
        run(&p, 0, 4 * USEC_SECOND);
        for (int e = 0; e < 2; e++) {
            struct screen_stats seen = faces_seen(p.ends[e].faces);
            if (p.ends[e].shown < rows[i].least[e] || p.ends[e].shown > rows[i].most[e])
                fail_msg("%s: %d sees %d", rows[i].name, e, p.ends[e].shown);
            if (!p.ends[e].shown)
                continue;
            assert_true(seen.sync_count > 0);
            if (llabs(seen.sync_mean) > 20 * USEC_MS)
                fail_msg("%s: %.1f ms after the voice", rows[i].name, usec_to_ms(seen.sync_mean));
            assert_true(faces_said(p.ends[!e].faces).packets > 0);
        }
        pair_end(&p);
    }
}

// Who is held sees on, and is not seen; then it goes on with the pictures of then.
static void a_hold_is_one_for_the_pictures_too(void **state)
{
    (void)state;
    const struct impair_spec path = {.delay = 20 * USEC_MS};
    static struct pair p;
    pair_begin(&p, true, true, true, true, &path);
    run(&p, 0, USEC_SECOND);
    p.ours[0].direction = SDP_SENDONLY;
    negotiate(&p, USEC_SECOND);
    run(&p, USEC_SECOND, USEC_SECOND + 200 * USEC_MS); // what is on its way
    assert_false(faces_sends(p.ends[1].faces));
    int here = p.ends[0].shown, there = p.ends[1].shown, given = p.ends[1].given;
    run(&p, USEC_SECOND + 200 * USEC_MS, 2 * USEC_SECOND);
    assert_true(p.ends[0].shown <= here + 1);
    assert_true(p.ends[1].shown >= there + 14);
    assert_int_equal(p.ends[1].given, given);
    p.ours[0].direction = SDP_SENDRECV;
    negotiate(&p, 2 * USEC_SECOND);
    here = p.ends[0].shown;
    run(&p, 2 * USEC_SECOND, 4 * USEC_SECOND);
    assert_true(p.ends[0].shown >= here + 30);
    assert_true(p.ends[0].last >= 74);
    pair_end(&p);
}

static void a_goodbye_is_said(void **state)
{
    (void)state;
    const struct impair_spec path = {0};
    static struct pair p;
    pair_begin(&p, true, true, true, true, &path);
    run(&p, 0, USEC_SECOND);
    faces_bye(p.ends[0].faces, USEC_SECOND);
    carry(&p, 0, USEC_SECOND);
    assert_true(faces_seen(p.ends[1].faces).ended);
    pair_end(&p);
}

// baresip asks for a key frame with nothing before it (RFC 5506).
static void a_lone_request_for_a_key_frame_is_heard(void **state)
{
    (void)state;
    const struct impair_spec path = {0};
    static struct pair p;
    pair_begin(&p, true, true, true, true, &path);
    run(&p, 0, USEC_SECOND);
    struct film_stats before = film_stats(p.ends[0].film);
    uint8_t pli[12] = {0x81, 206, 0, 2, 0, 0, 0, 1};
    for (int i = 0; i < 4; i++)
        pli[8 + i] = (uint8_t)(before.ssrc >> (24 - 8 * i));
    faces_input(p.ends[0].faces, USEC_SECOND, pli, sizeof pli);
    run(&p, USEC_SECOND, 2 * USEC_SECOND);
    struct film_stats after = film_stats(p.ends[0].film);
    assert_int_equal(after.key_asked, before.key_asked + 1);
    assert_true(after.key_frames > before.key_frames);
    pair_end(&p);
}

// It can be turned while it runs, and stays so when pictures are agreed on anew.
static void damage_is_shown_where_it_is_wanted(void **state)
{
    (void)state;
    static const struct {
        enum screen_loss loss;
        bool anew;
    } rows[] = {
        {SCREEN_FREEZE, false}, {SCREEN_SHOW, false}, {SCREEN_SHOW, true}, {SCREEN_FREEZE, false}};
    const struct impair_spec path = {.delay = 20 * USEC_MS,
                                     .loss = {.model = LOSS_RANDOM, .p = {0.15}}};
    static struct pair p;
    pair_begin(&p, true, true, true, true, &path);
    struct faces *here = p.ends[0].faces, *there = p.ends[1].faces;
    for (int i = 0; i < (int)(sizeof rows / sizeof *rows); i++) {
        usec now = i * 3 * USEC_SECOND;
        uint64_t before = rows[i].anew ? 0 : faces_seen(here).damaged;
        p.ours[0].again ^= rows[i].anew;
        if (rows[i].anew)
            negotiate(&p, now);
        else
            faces_loss(here, rows[i].loss);
        p.ends[0].shown = p.ends[1].shown = 0;
        run(&p, now, now + 3 * USEC_SECOND);
        if ((faces_seen(here).damaged > before) != (rows[i].loss == SCREEN_SHOW))
            fail_msg("%d: %d damaged", i, (int)(faces_seen(here).damaged - before));
        assert_int_equal(faces_seen(there).damaged, 0);
    }
    pair_end(&p);
}

// Another film is another stream: of the same SSRC its numbers would jump back. It speaks with the voice's name.
static void what_is_agreed_on_anew_is_another_stream(void **state)
{
    (void)state;
    const struct impair_spec path = {.delay = 20 * USEC_MS};
    uint32_t ssrc[2][3];
    static struct pair p;
    pair_begin(&p, true, true, true, true, &path);
    for (int n = 0; n < 3; n++) {
        p.ours[0].again = n != 1;
        if (n)
            negotiate(&p, n * USEC_SECOND);
        for (int i = 0; i < 2; i++) {
            ssrc[i][n] = film_stats(p.ends[i].film).ssrc;
            p.ends[i].shown = 0;
        }
        run(&p, n * USEC_SECOND, (n + 1) * USEC_SECOND);
        for (int i = 0; i < 2; i++)
            assert_in_range(p.ends[i].shown, 15, 21);
    }
    for (int i = 0; i < 2; i++)
        assert_true(ssrc[i][0] != ssrc[i][1] && ssrc[i][1] != ssrc[i][2] &&
                    ssrc[i][2] != ssrc[i][0]);
    pair_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sees_the_other),
        cmocka_unit_test(a_hold_is_one_for_the_pictures_too),
        cmocka_unit_test(a_goodbye_is_said),
        cmocka_unit_test(damage_is_shown_where_it_is_wanted),
        cmocka_unit_test(what_is_agreed_on_anew_is_another_stream),
        cmocka_unit_test(a_lone_request_for_a_key_frame_is_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
