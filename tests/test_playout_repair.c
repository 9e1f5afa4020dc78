// The jitter buffer where lost packets come otherwise: as copies, or sent again.
#include "tests/numbered.h"

#include "media/random.h"
#include "media/red.h"

#include <stdlib.h>
#include <string.h>

#define PIECE (FRAME / 8) // of concealment where nothing is there: 2.5 ms
#define MS    USEC_MS

static struct playout *buffer_of(const struct playout_config *config)
{
    struct playout *p = playout_new(config);
    assert_non_null(p);
    return p;
}

static struct playout *buffer(usec latency_min)
{
    return buffer_of(&(struct playout_config){
        .rate = RATE, .latency_min = latency_min, .latency_max = USEC_SECOND, .fec = true});
}

// ---- scripts -----------------------------------------------------------------------------------

enum act { PUT, PUT_FEC, COPY, AGAIN, GET, DRY, MISSING, EXPECT };

struct row {
    int at; // ms
    enum act act;
    int n;      // packet number FIRST_SEQ + n, at n * 20 ms; DRY: ms that are concealed
    int expect; // a playout_put; GET: a playout_kind; MISSING: is it?
    int origin; // GET of PLAYOUT_PACKET; MISSING: number of the packet that carries its copy
};

static struct playout_packet had(int n, enum playout_origin origin)
{
    struct playout_packet p = packet(n, 0);
    p.origin = origin;
    return p;
}

static void get(struct playout *p, const struct row *row, size_t i)
{
    struct playout_frame frame;
    playout_get(p, row->at * MS, FRAME, &frame);
    bool has_payload = frame.kind == PLAYOUT_PACKET || frame.kind == PLAYOUT_FEC;
    if ((int)frame.kind != row->expect || (has_payload && number(&frame) != row->n) ||
        (frame.kind == PLAYOUT_PACKET && (int)frame.origin != row->origin))
        fail_msg("row %zu: kind %d of %d samples, packet %d, origin %d", i, (int)frame.kind,
                 frame.samples, has_payload ? number(&frame) : -1, (int)frame.origin);
}

static void dry(struct playout *p, usec at, usec until)
{
    struct playout_frame frame;
    for (; at < until; at += usec_from_units(PIECE, RATE)) {
        playout_get(p, at, FRAME, &frame);
        assert_int_equal(frame.kind, PLAYOUT_CONCEAL);
        assert_int_equal(frame.samples, PIECE);
    }
}

static void step(struct playout *p, const struct row *row, size_t i)
{
    usec now = row->at * MS;
    struct playout_packet in = had(row->n, row->act == COPY    ? PLAYOUT_COPY
                                           : row->act == AGAIN ? PLAYOUT_AGAIN
                                                               : PLAYOUT_SENT);
    uint32_t seq = 0;
    switch (row->act) {
    case PUT:
    case PUT_FEC:
        in.fec_samples = row->act == PUT_FEC ? FRAME : 0;
        if ((int)playout_put(p, now, &in) != row->expect)
            fail_msg("row %zu: packet %d was not taken as %d", i, row->n, row->expect);
        break;
    case COPY:
    case AGAIN:
        if ((int)playout_repair(p, now, &in) != row->expect)
            fail_msg("row %zu: repair %d was not taken as %d", i, row->n, row->expect);
        break;
    case GET:
        get(p, row, i);
        break;
    case DRY:
        dry(p, now, now + row->n * MS);
        break;
    case MISSING: {
        uint32_t carrier = FIRST_SEQ + (uint32_t)row->origin;
        bool missing = playout_missing_at(p, carrier, in.time, &seq);
        if (missing != row->expect || (missing && seq != in.seq))
            fail_msg("row %zu: missing %d, number %d", i, missing, (int)(seq - FIRST_SEQ));
        break;
    }
    case EXPECT:
        playout_expect(p, in.seq, in.time);
        break;
    }
}

static struct playout_stats run(const struct row *rows, size_t len)
{
    struct playout *p = buffer(40 * MS);
    for (size_t i = 0; i < len; i++)
        step(p, &rows[i], i);
    struct playout_stats stats = playout_stats(p);
    playout_free(p);
    return stats;
}

static void a_copy_is_played_in_its_turn(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, PUT, 0, PLAYOUT_KEPT, 0},
        {40, PUT, 2, PLAYOUT_KEPT, 0},
        {40, MISSING, 1, true, 2},
        {40, COPY, 1, PLAYOUT_KEPT, 0},
        {40, MISSING, 1, false, 2},
        {40, MISSING, 0, false, 2},
        {40, COPY, 1, PLAYOUT_DUPLICATE, 0},
        {40, AGAIN, 1, PLAYOUT_DUPLICATE, 0},
        {40, GET, 0, PLAYOUT_PACKET, PLAYOUT_SENT},
        {60, GET, 1, PLAYOUT_PACKET, PLAYOUT_COPY},
        {80, GET, 2, PLAYOUT_PACKET, PLAYOUT_SENT},
    };
    struct playout_stats s = run(rows, LENGTH(rows));
    assert_int_equal(s.samples_conceal, 0);
    assert_int_equal(s.frames_packet, 3);
    assert_int_equal(s.frames_copy, 1);
    assert_int_equal(s.samples_copy, FRAME);
    assert_int_equal(s.frames_again, 0);
}

static void the_packet_itself_takes_the_place_of_its_copy(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, PUT, 0, PLAYOUT_KEPT, 0},
        {40, PUT, 2, PLAYOUT_KEPT, 0},
        {40, COPY, 1, PLAYOUT_KEPT, 0},
        {40, GET, 0, PLAYOUT_PACKET, PLAYOUT_SENT},
        {50, PUT, 1, PLAYOUT_KEPT, 0},
        {50, PUT, 1, PLAYOUT_DUPLICATE, 0},
        {50, COPY, 1, PLAYOUT_DUPLICATE, 0}, // but not the other way round
        {60, GET, 1, PLAYOUT_PACKET, PLAYOUT_SENT},
        {70, COPY, 1, PLAYOUT_DUPLICATE, 0},
        {80, GET, 2, PLAYOUT_PACKET, PLAYOUT_SENT},
    };
    struct playout_stats s = run(rows, LENGTH(rows));
    assert_int_equal(s.frames_copy, 0);
    assert_int_equal(s.frames_packet, 3);
}

static void what_was_played_or_concealed_is_not_played_again(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, PUT, 0, PLAYOUT_KEPT, 0},
        {40, PUT, 2, PLAYOUT_KEPT, 0},
        {40, GET, 0, PLAYOUT_PACKET, PLAYOUT_SENT},
        {60, GET, 1, PLAYOUT_CONCEAL, 0},
        {65, AGAIN, 1, PLAYOUT_LATE, 0}, // its turn is over, and it would have been heard
        {65, AGAIN, 1, PLAYOUT_DUPLICATE, 0},
        {66, COPY, 0, PLAYOUT_DUPLICATE, 0},
        {80, GET, 2, PLAYOUT_PACKET, PLAYOUT_SENT},
        {85, COPY, 1, PLAYOUT_DUPLICATE, 0},
        {85, COPY, 2, PLAYOUT_STRAY, 0}, // the highest is here by itself
        {85, COPY, 3, PLAYOUT_STRAY, 0}, // and this is not missing yet
    };
    struct playout_stats s = run(rows, LENGTH(rows));
    assert_int_equal(s.samples_conceal, FRAME);
    assert_int_equal(s.frames_packet, 2);
    assert_int_equal(s.late, 0); // repairs are no packets of the stream
}

static void what_in_band_fec_restored_is_not_played_again(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, PUT, 0, PLAYOUT_KEPT, 0},        {40, PUT_FEC, 2, PLAYOUT_KEPT, 0},
        {40, GET, 0, PLAYOUT_PACKET, 0},     {60, GET, 2, PLAYOUT_FEC, 0},
        {61, COPY, 1, PLAYOUT_DUPLICATE, 0}, {80, GET, 2, PLAYOUT_PACKET, 0},
    };
    run(rows, LENGTH(rows));
}

// One that came while it was being concealed is played after all, where most of it is still to come.
static void in_the_midst_of_its_turn(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, PUT, 0, PLAYOUT_KEPT, 0},
        {40, GET, 0, PLAYOUT_PACKET, 0},
        {60, DRY, 5, 0, 0},
        {65, PUT, 2, PLAYOUT_KEPT, 0},
        {65, COPY, 1, PLAYOUT_KEPT, 0},
        {65, GET, 1, PLAYOUT_PACKET, PLAYOUT_COPY},
        {85, GET, 2, PLAYOUT_PACKET, PLAYOUT_SENT},
    };
    struct playout_stats s = run(rows, LENGTH(rows));
    assert_int_equal(s.samples_late, 5 * 48);
    static const struct row later[] = {
        {0, PUT, 0, PLAYOUT_KEPT, 0},  {40, GET, 0, PLAYOUT_PACKET, 0}, {60, DRY, 15, 0, 0},
        {75, PUT, 2, PLAYOUT_KEPT, 0}, {75, COPY, 1, PLAYOUT_LATE, 0},
    };
    run(later, LENGTH(later));
}

static void copies_before_the_first_packet(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, COPY, 0, PLAYOUT_STRAY, 0}, // nothing has begun
        {0, MISSING, 0, false, 2},
        {40, PUT, 2, PLAYOUT_KEPT, 0},
        {40, MISSING, 1, false, 2}, // the stream begins with what came
        {40, MISSING, 0, false, 2},
        {40, COPY, 1, PLAYOUT_DUPLICATE, 0},
        {80, GET, 2, PLAYOUT_PACKET, PLAYOUT_SENT},
    };
    run(rows, LENGTH(rows));
    static const struct row expected[] = {
        {0, EXPECT, 0, 0, 0},
        {40, PUT, 2, PLAYOUT_KEPT, 0},
        {40, MISSING, -1, false, 2}, // older than what was asked for
        {40, MISSING, 0, true, 2},
        {40, COPY, 0, PLAYOUT_KEPT, 0},
        {40, MISSING, 1, true, 2},
        {40, COPY, 1, PLAYOUT_KEPT, 0},
        {40, GET, 0, PLAYOUT_PACKET, PLAYOUT_COPY},
        {60, GET, 1, PLAYOUT_PACKET, PLAYOUT_COPY},
        {80, GET, 2, PLAYOUT_PACKET, PLAYOUT_SENT},
    };
    struct playout_stats s = run(expected, LENGTH(expected));
    assert_int_equal(s.samples_conceal, 0);
}

// ---- which one is missing? ---------------------------------------------------------------------

static void put_at(struct playout *p, usec at, uint32_t seq, int64_t time)
{
    struct playout_packet in = {.seq = seq, .time = time, .samples = FRAME};
    assert_int_equal(playout_put(p, at, &in), PLAYOUT_KEPT);
}

static void expect_missing(const struct playout *p, uint32_t carrier, int64_t time, uint32_t seq)
{
    uint32_t is = 0;
    assert_true(playout_missing_at(p, carrier, time, &is));
    assert_int_equal(is, seq);
}

static void silence_lies_between(void **state)
{
    (void)state;
    struct playout *p = buffer(40 * MS);
    uint32_t seq;
    put_at(p, 0, 1, 0);
    // 2 and 3 are missing; ten frames of silence lie before 2, or before 3, or before 4
    put_at(p, 260 * MS, 4, 13 * FRAME);
    expect_missing(p, 4, FRAME, 2);
    expect_missing(p, 4, 2 * FRAME, 3);
    expect_missing(p, 4, 12 * FRAME, 3);             // right before 4
    expect_missing(p, 4, 5 * FRAME, 3);              // no sooner than two frames after 1
    assert_false(playout_missing_at(p, 4, 0, &seq)); // 1 is there
    assert_false(playout_missing_at(p, 4, FRAME - 1, &seq));
    assert_false(playout_missing_at(p, 4, 13 * FRAME, &seq)); // 4 itself
    assert_false(playout_missing_at(p, 4, 13 * FRAME - 1, &seq));
    struct playout_packet three = {
        .seq = 3, .time = 12 * FRAME, .samples = FRAME, .origin = PLAYOUT_COPY};
    assert_int_equal(playout_repair(p, 260 * MS, &three), PLAYOUT_KEPT);
    expect_missing(p, 4, 11 * FRAME, 2); // the only one left
    expect_missing(p, 4, FRAME, 2);
    playout_free(p);
}

// After a silence between two packets in a row nothing is missing.
static void silence_is_not_missing(void **state)
{
    (void)state;
    struct playout *p = buffer(40 * MS);
    struct playout_frame frame;
    uint32_t seq;
    put_at(p, 0, 1, 0);
    playout_get(p, 40 * MS, FRAME, &frame);
    dry(p, 60 * MS, 240 * MS);
    put_at(p, 240 * MS, 2, 10 * FRAME);
    for (int64_t time = 0; time < 12 * FRAME; time += FRAME / 4)
        assert_false(playout_missing_at(p, 2, time, &seq) && time >= 9 * FRAME);
    playout_get(p, 240 * MS, FRAME, &frame);
    playout_get(p, 260 * MS, FRAME, &frame);
    playout_free(p);
}

// What was taken for packets 2 to 10 was silence; when 8 is really lost, its copy is known to be late.
static void a_late_copy_after_silence_teaches_as_well(void **state)
{
    (void)state;
    struct playout *p = buffer(20 * MS);
    struct playout_frame frame;
    put_at(p, 0, 1, 0);
    playout_get(p, 20 * MS, FRAME, &frame);
    dry(p, 40 * MS, 220 * MS); // nine frames that were not sent
    for (int n = 2; n <= 7; n++) {
        put_at(p, (8 + n) * 20 * MS, (uint32_t)n, (8 + n) * FRAME);
        playout_get(p, (9 + n) * 20 * MS, FRAME, &frame);
        assert_int_equal(frame.kind, PLAYOUT_PACKET);
    }
    dry(p, 340 * MS, 360 * MS); // 8
    put_at(p, 360 * MS, 9, 17 * FRAME);
    playout_get(p, 360 * MS, FRAME, &frame);
    assert_int_equal(frame.kind, PLAYOUT_PACKET);
    expect_missing(p, 9, 16 * FRAME, 8);
    struct playout_packet eight = {
        .seq = 8, .time = 16 * FRAME, .samples = FRAME, .origin = PLAYOUT_COPY};
    assert_int_equal(playout_repair(p, 380 * MS, &eight), PLAYOUT_LATE);
    playout_free(p);
}

// A time that cannot be: between its neighbours there is no room. Sound would stand still until then.
static void a_wrong_time_is_no_repair(void **state)
{
    (void)state;
    static const int64_t times[] = {
        2 * FRAME, FRAME + 1, 3 * FRAME, INT32_MAX, (int64_t)1 << 40, -((int64_t)1 << 40),
    };
    for (size_t i = 0; i < LENGTH(times); i++) {
        struct playout *p = buffer(40 * MS);
        struct playout_frame frame;
        put_at(p, 0, 1, 0);
        put_at(p, 40 * MS, 3, 2 * FRAME);
        struct playout_packet two = {
            .seq = 2, .time = times[i], .samples = FRAME, .origin = PLAYOUT_AGAIN};
        assert_int_not_equal(playout_repair(p, 40 * MS, &two), PLAYOUT_KEPT);
        playout_get(p, 40 * MS, FRAME, &frame);
        playout_get(p, 60 * MS, FRAME, &frame);
        assert_int_equal(frame.kind, PLAYOUT_CONCEAL);
        playout_get(p, 80 * MS, FRAME, &frame);
        assert_int_equal(frame.kind, PLAYOUT_PACKET);
        assert_int_equal(frame.seq, 3);
        playout_free(p);
    }
    struct playout *p = buffer(40 * MS);
    put_at(p, 0, 1, 0);
    put_at(p, 40 * MS, 3, 2 * FRAME);
    struct playout_packet longer = {
        .seq = 2, .time = FRAME, .samples = FRAME + 120, .origin = PLAYOUT_COPY};
    assert_int_equal(playout_repair(p, 40 * MS, &longer), PLAYOUT_STRAY);
    playout_free(p);
}

// ---- by when -----------------------------------------------------------------------------------

static void the_deadline_is_its_turn(void **state)
{
    (void)state;
    struct playout *p = buffer_of(&(struct playout_config){
        .rate = RATE, .latency = 60 * MS, .latency_max = USEC_SECOND, .fec = true});
    struct playout_frame frame;
    assert_int_equal(playout_deadline(p, 1), USEC_NEVER);
    put_at(p, 5 * MS, 1, 0);
    put_at(p, 85 * MS, 5, 4 * FRAME);
    for (uint32_t seq = 2; seq <= 4; seq++)
        assert_int_equal(playout_deadline(p, seq), 65 * MS + (seq - 1) * 20 * MS);
    assert_int_equal(playout_deadline(p, 0), INT64_MIN);
    playout_get(p, 65 * MS, FRAME, &frame);
    playout_get(p, 85 * MS, FRAME, &frame);
    assert_int_equal(playout_deadline(p, 1), INT64_MIN);
    assert_int_equal(playout_deadline(p, 3), 105 * MS);
    playout_free(p);
    // adaptive: as much later as it might be worth, and no later than is ever waited
    p = buffer_of(&(struct playout_config){
        .rate = RATE, .latency_min = 40 * MS, .latency_max = 90 * MS, .fec = true});
    put_at(p, 0, 1, 0);
    put_at(p, 60 * MS, 4, 3 * FRAME);
    assert_true(playout_deadline(p, 2) >= 60 * MS);
    assert_true(playout_deadline(p, 2) <= 110 * MS);
    playout_free(p);
}

// ---- whole paths -------------------------------------------------------------------------------

struct path {
    int packets;
    double loss, burst; // share of packets; the chance that one more is lost
    usec jitter;
    int copies, spacing; // in each packet
    double again;        // share of the lost that are sent again,
    usec round_trip;     // so much later
    bool fec;
    uint64_t seed;
};

struct event {
    usec at;
    int n;
    bool again;
};

static int by_time(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at ? 1 : x->n - y->n;
}

struct outcome {
    struct playout_stats stats;
    int lost; // packets
    int played[20000];
    usec delay[20000];
    int last_concealed;                   // packet that was concealed last, in part or whole
    uint64_t early_conceal, late_conceal; // samples, in the first and in the second half
};

static int64_t times[20000];

static void arrive(struct playout *p, const struct path *path, const struct event *e)
{
    struct playout_packet in = packet(e->n, path->fec ? FRAME : 0);
    in.time = times[e->n];
    if (e->again) {
        in.origin = PLAYOUT_AGAIN;
        playout_repair(p, e->at, &in);
        return;
    }
    uint32_t carrier = in.seq, seq;
    playout_put(p, e->at, &in);
    for (int c = path->copies; c > 0; c--) {
        int n = e->n - c * path->spacing;
        if (n < 0 || times[e->n] - times[n] > RED_OFFSET_MAX ||
            !playout_missing_at(p, carrier, times[n], &seq))
            continue;
        if (seq != FIRST_SEQ + (uint32_t)n)
            fail_msg("copy of %d was taken for %d", n, (int)(seq - FIRST_SEQ));
        struct playout_packet copy = packet(n, 0);
        copy.time = times[n];
        copy.origin = PLAYOUT_COPY;
        playout_repair(p, e->at, &copy);
    }
}

static void hear(struct outcome *o, const struct path *path, const struct playout_frame *frame,
                 int *last)
{
    int half = path->packets / 2;
    if (frame->kind == PLAYOUT_PACKET) {
        int n = number(frame);
        assert_true(n > *last); // in order, and never twice
        *last = n;
        o->played[n]++;
        o->delay[n] = frame->delay;
    }
    if (frame->kind == PLAYOUT_CONCEAL && *last < half)
        o->early_conceal += (uint64_t)frame->samples;
    else if (frame->kind == PLAYOUT_CONCEAL)
        o->late_conceal += (uint64_t)frame->samples;
}

static struct outcome *play(const struct path *path)
{
    struct outcome *o = calloc(1, sizeof *o);
    struct event *events = calloc((size_t)path->packets, sizeof *events);
    struct random random = {path->seed};
    size_t count = 0;
    int64_t time = 0;
    bool lost = false;
    for (int n = 0; n < path->packets; n++, time += FRAME) {
        double again = random_unit(&random);
        times[n] = time;
        usec sent = usec_from_units(time, RATE),
             jitter = (usec)((double)path->jitter * random_unit(&random));
        lost = n && random_unit(&random) < (lost ? path->burst : path->loss);
        o->lost += lost;
        if (!lost)
            events[count++] = (struct event){sent + jitter, n, false};
        else if (again < path->again)
            events[count++] = (struct event){sent + path->round_trip + jitter, n, true};
    }
    qsort(events, count, sizeof *events, by_time);
    struct playout *p = buffer_of(&(struct playout_config){
        .rate = RATE, .latency_min = 20 * MS, .latency_max = USEC_SECOND, .fec = path->fec});
    usec end = usec_from_units(time, RATE), clock = 0;
    int last = -1;
    for (size_t i = 0; clock < end;) {
        struct playout_frame frame;
        if (i < count && events[i].at <= clock) {
            arrive(p, path, &events[i++]);
            continue;
        }
        playout_get(p, clock, FRAME, &frame);
        hear(o, path, &frame, &last);
        // shifts are made where they are asked for, as the receiver does
        clock +=
            usec_from_units(frame.samples + (frame.kind == PLAYOUT_PACKET ? frame.shift : 0), RATE);
    }
    o->stats = playout_stats(p);
    playout_free(p);
    free(events);
    return o;
}

// On any path: in order, nothing twice (hear), each copy taken for what it is (arrive), and the
// figures add up.
static void any_path(void **state)
{
    (void)state;
    struct random random = {3};
    for (int i = 0; i < repeats(40, 2); i++) {
        struct path path = {.packets = 2000,
                            .loss = 0.3 * random_unit(&random),
                            .burst = 0.8 * random_unit(&random),
                            .jitter = (usec)(60e3 * random_unit(&random)),
                            .copies = (int)(random_u64(&random) % 4),
                            .spacing = 1 + (int)(random_u64(&random) % 4),
                            .again = random_unit(&random),
                            .round_trip = (usec)(300e3 * random_unit(&random)),
                            .fec = i % 2,
                            .seed = (uint64_t)i};
        struct outcome *o = play(&path);
        uint64_t played = 0, copies = o->stats.frames_copy, again = o->stats.frames_again;
        for (int n = 0; n < path.packets; n++)
            played += (uint64_t)o->played[n];
        assert_int_equal(o->stats.frames_packet, played);
        assert_true(copies + again <= (uint64_t)o->lost + o->stats.late + 2000);
        assert_int_equal(o->stats.samples_copy, copies * FRAME);
        assert_int_equal(o->stats.samples_again, again * FRAME);
        assert_int_equal(o->stats.restarts, 0);
        free(o);
    }
}

// Copies that came too late for a turn teach the wait; in the end all are in time.
static void late_copies_are_waited_for(void **state)
{
    (void)state;
    for (int spacing = 1; spacing <= 4; spacing++) {
        struct path path = {.packets = 4000,
                            .loss = 0.1,
                            .jitter = 5 * MS,
                            .copies = 1,
                            .spacing = spacing,
                            .seed = (uint64_t)spacing};
        struct outcome *o = play(&path);
        // 90 % of the lost ones have a copy that comes; 10 % have not
        double left = (double)o->late_conceal / FRAME / (path.packets / 2.0);
        if (left > 0.022)
            fail_msg("%d apart: %.4f are concealed in the end", spacing, left);
        assert_true(o->stats.frames_copy > 0.75 * o->lost);
        usec delay = 0;
        for (int n = path.packets - 100; n < path.packets; n++)
            delay = usec_max(delay, o->delay[n]);
        assert_in_range(delay, spacing * 20 * MS, spacing * 20 * MS + 30 * MS);
        free(o);
    }
}

// Where waiting is not worth it there is no wait.
static void rare_losses_are_not_waited_for(void **state)
{
    (void)state;
    struct path path = {.packets = 6000,
                        .loss = 0.005,
                        .jitter = 5 * MS,
                        .copies = 1,
                        .spacing = 4, // 80 ms for half a percent
                        .seed = 1};
    struct outcome *o = play(&path);
    for (int n = 3000; n < path.packets; n++)
        assert_true(o->delay[n] < 50 * MS);
    free(o);
}

static void what_is_sent_again_is_waited_for(void **state)
{
    (void)state;
    struct path path = {
        .packets = 4000, .loss = 0.1, .jitter = 5 * MS, .again = 1, .round_trip = 80 * MS};
    struct outcome *o = play(&path);
    double left = (double)o->late_conceal / FRAME / (path.packets / 2.0);
    assert_true(left < 0.01);
    assert_true(o->stats.frames_again > 0.85 * o->lost);
    free(o);
}

// Ones that come far too late: nothing is different for them.
static void repairs_do_not_move_the_delay(void **state)
{
    (void)state;
    struct playout *plain = buffer(20 * MS), *repaired = buffer(20 * MS);
    struct playout_frame a = {0}, b = {0};
    usec clock_a = 20 * MS, clock_b = 20 * MS;
    for (int n = 0; n < 400; n++) {
        struct playout_packet in = packet(n, 0);
        usec at = n * 20 * MS;
        if (n % 50 == 49) // one that is lost: late by 500 ms, which no wait is worth
            continue;
        playout_put(plain, at, &in);
        in = packet(n, 0);
        playout_put(repaired, at, &in);
        if (n % 50 == 24 && n > 50) {
            struct playout_packet late = packet(n / 50 * 50 - 1, 0);
            late.origin = PLAYOUT_AGAIN;
            playout_repair(repaired, at, &late);
        }
        for (; clock_a <= at; clock_a += usec_from_units(a.samples, RATE))
            playout_get(plain, clock_a, FRAME, &a);
        for (; clock_b <= at; clock_b += usec_from_units(b.samples, RATE))
            playout_get(repaired, clock_b, FRAME, &b);
        assert_int_equal(a.kind, b.kind);
        assert_int_equal(a.delay, b.delay);
        assert_int_equal(a.shift, b.shift);
    }
    playout_free(plain);
    playout_free(repaired);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_is_played_in_its_turn),
        cmocka_unit_test(the_packet_itself_takes_the_place_of_its_copy),
        cmocka_unit_test(what_was_played_or_concealed_is_not_played_again),
        cmocka_unit_test(what_in_band_fec_restored_is_not_played_again),
        cmocka_unit_test(in_the_midst_of_its_turn),
        cmocka_unit_test(copies_before_the_first_packet),
        cmocka_unit_test(silence_lies_between),
        cmocka_unit_test(silence_is_not_missing),
        cmocka_unit_test(a_late_copy_after_silence_teaches_as_well),
        cmocka_unit_test(a_wrong_time_is_no_repair),
        cmocka_unit_test(the_deadline_is_its_turn),
        cmocka_unit_test(any_path),
        cmocka_unit_test(late_copies_are_waited_for),
        cmocka_unit_test(rare_losses_are_not_waited_for),
        cmocka_unit_test(what_is_sent_again_is_waited_for),
        cmocka_unit_test(repairs_do_not_move_the_delay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
