// A sender, paths and receivers: what a person is told (lost, late, heard) is held against what the
// path really did.
#include "tests/stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

// ---- what must hold on every path --------------------------------------------------------------

static uint64_t came(const struct hearer *l)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < l->sent; i++)
        count += l->came[i];
    return count;
}

// The first number that a person is told, to the packet.
static void check_counts(const struct hearer *l, const char *what)
{
    struct receiver_stats s = receiver_stats(l->receiver);
    if (s.packets_received != came(l) || s.packets_lost != l->sent - came(l) ||
        s.packets_foreign + s.packets_invalid)
        fail_msg("%s: %d received, %d lost, %d foreign, %d invalid; %d sent, %d came", what,
                 (int)s.packets_received, (int)s.packets_lost, (int)s.packets_foreign,
                 (int)s.packets_invalid, (int)l->sent, (int)came(l));
    assert_true(s.packets_late + s.packets_skipped + s.playout.frames_packet == s.packets_received);
    assert_int_equal(l->events[RECEIVER_STARTED], 1);
    assert_int_equal(l->events[RECEIVER_NEW_SOURCE], 0);
    assert_int_equal(l->events[RECEIVER_BYE], 1);
    assert_int_equal(l->events[RECEIVER_ENDED], 1);
}

static int64_t length_of(const struct world *w)
{
    return (int64_t)w->frames * w->plan.voice.frame_samples;
}

// Normalised correlation of what was heard with the source, `lag` samples later.
static double alike(const struct world *w, const struct hearer *l, int lag)
{
    int channels = w->plan.voice.channels;
    double xy = 0, xx = 0, yy = 0;
    for (size_t i = 2000; i + 2000 < w->plan.samples && i + 2000 < l->heard; i++) {
        double x = w->plan.source[i];
        double y = l->pcm[(size_t)((int64_t)i + lag) * (size_t)channels];
        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}

static int best_lag(const struct world *w, const struct hearer *l, double *how)
{
    int best = 0;
    int reach = repeats(400, 30);
    *how = -1;
    for (int lag = -reach; lag <= reach; lag++) {
        double a = alike(w, l, lag);
        if (a > *how) {
            *how = a;
            best = lag;
        }
    }
    return best;
}

// ---- tests -------------------------------------------------------------------------------------

static void a_clean_path_gives_the_source_back_in_its_place(void **state)
{
    (void)state;
    static const struct {
        enum voice_application application;
        int frame, channels, bitrate;
        double alike;
    } rows[] = {
        {VOICE_VOIP, 960, 1, 24000, 0.8},     {VOICE_VOIP, 2880, 1, 24000, 0.8},
        {VOICE_VOIP, 480, 1, 24000, 0.8},     {VOICE_VOIP, 5760, 2, 32000, 0.8},
        {VOICE_VOIP, 1920, 1, 12000, 0.7},    {VOICE_AUDIO, 960, 1, 64000, 0.95},
        {VOICE_AUDIO, 960, 2, 96000, 0.95},   {VOICE_AUDIO, 120, 1, 64000, 0.9},
        {VOICE_LOWDELAY, 240, 1, 64000, 0.9}, {VOICE_AUDIO, 4800, 2, 64000, 0.9},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct plan plan = stream_plan_of("");
        plan.voice.application = rows[i].application;
        plan.voice.frame_samples = rows[i].frame;
        plan.voice.channels = rows[i].channels;
        plan.voice.bitrate = rows[i].bitrate;
        plan.voice.fec = false;
        plan.seconds = repeats(3, 2);
        struct world *w = stream_play(&plan);
        struct hearer *l = w->listeners[0];
        double how;
        int lag = best_lag(w, l, &how);
        // the high-pass of VOIP turns the phase of the low tones
        int off = rows[i].application == VOICE_VOIP ? 24 : 2;
        if (abs(lag) > off || how < rows[i].alike || (int64_t)l->heard != length_of(w))
            fail_msg("row %zu: %d samples off, %.3f alike, %zu samples", i, lag, how, l->heard);
        check_counts(l, "clean");
        struct receiver_stats s = receiver_stats(l->receiver);
        assert_int_equal(s.packets_lost + s.packets_late + s.playout.samples_conceal, 0);
        stream_destroy(w);
    }
}

static void counts_are_right_to_the_packet(void **state)
{
    (void)state;
    static const struct {
        const char *netem;
        int frame;
    } rows[] = {
        {"loss 20%", 960},
        {"loss 60%", 960},
        {"loss gemodel 5% 25%", 960},
        {"loss 20% 50%", 2880},
        {"loss 10%", 120},
        {"loss 10%", 5760},
        {"duplicate 20% loss 5%", 960},
        {"delay 60ms 40ms", 960},
        {"delay 60ms 40ms loss 10% duplicate 5%", 960},
        {"delay 60ms 40ms loss 10% duplicate 5%", 480},
        {"delay 100ms reorder 25% 50% loss 3%", 960},
        {"delay 200ms 80ms distribution pareto loss 5%", 960},
        {"delay 900ms 400ms loss 5%", 960},
        {"rate 40kbit limit 20", 960},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        for (int seed = 1; seed <= repeats(6, 1); seed++) {
            struct plan plan = stream_plan_of(rows[i].netem);
            plan.voice.frame_samples = rows[i].frame;
            plan.seed = (uint64_t)seed;
            plan.seconds = repeats(5, 2);
            struct world *w = stream_play(&plan);
            check_counts(w->listeners[0], rows[i].netem);
            stream_destroy(w);
        }
}

static void loss_changes_no_length(void **state)
{
    (void)state;
    static const char *const netem[] = {"loss 20%", "loss gemodel 8% 25%", "loss 50%"};
    static const int frames[] = {120, 480, 960, 2880, 5760};
    for (size_t i = 0; i < LENGTH(netem) * LENGTH(frames); i++) {
        struct plan plan = stream_plan_of(netem[i % LENGTH(netem)]);
        plan.voice.frame_samples = frames[i / LENGTH(netem)];
        plan.seed = i + 1;
        plan.clean_rtcp = true;
        plan.seconds = repeats(8, 2);
        plan.latency_min = 200 * USEC_MS; // longer than any copy makes it wait: no change of delay
        struct world *w = stream_play(&plan);
        struct hearer *l = w->listeners[0];
        struct receiver_stats s = receiver_stats(l->receiver);
        int64_t off = (int64_t)l->heard - length_of(w);
        if (off || s.packets_late)
            fail_msg("%s, %d samples a frame: %lld too many, %d late", plan.netem,
                     plan.voice.frame_samples, (long long)off, (int)s.packets_late);
        assert_int_equal(s.position, l->heard);
        const struct playout_stats *p = &s.playout;
        assert_int_equal(
            p->samples_packet + p->samples_fec + p->samples_conceal + p->samples_silence, l->heard);
        stream_destroy(w);
    }
}

// As a recording is made: the reports and BYEs are lost like the rest.
static void a_recording_at_20_percent_has_the_length_of_the_source(void **state)
{
    (void)state;
    for (int seed = 1; seed <= repeats(40, 2); seed++) {
        struct plan plan = stream_plan_of("loss 20%");
        plan.latency_min = 200 * USEC_MS;
        plan.seed = (uint64_t)seed;
        plan.seconds = 3;
        struct world *w = stream_play(&plan);
        struct hearer *l = w->listeners[0];
        int64_t off = (int64_t)l->heard - length_of(w);
        if (off < -960 || off > 960)
            fail_msg("seed %d: %lld samples too many", seed, (long long)off);
        check_counts(l, "recording");
        stream_destroy(w);
    }
}

static void first_and_last_packets_lost_are_known(void **state)
{
    (void)state;
    for (int n = 1; n < 60; n += repeats(19, 38))
        for (int expect = 0; expect < 2; expect++) {
            struct plan plan = stream_plan_of("");
            plan.drop_first = plan.drop_last = n;
            plan.no_expect = !expect;
            plan.seconds = 4;
            struct world *w = stream_play(&plan);
            struct hearer *l = w->listeners[0];
            struct receiver_stats s = receiver_stats(l->receiver);
            if (expect) {
                check_counts(l, "first and last");
                // so much delay is not built up that all of it were made up for
                int64_t cut = length_of(w) - (int64_t)l->heard;
                assert_in_range(cut, 0, n < 18 ? 0 : (n - 5) * 960);
            } else { // nothing has said where it begins
                assert_int_equal(s.packets_lost, 0);
                assert_int_equal(s.packets_received, l->sent - 2 * (uint64_t)n);
            }
            stream_destroy(w);
        }
}

static void a_gap_of_10_s_is_concealed_and_told(void **state)
{
    (void)state;
    struct plan plan = stream_plan_of("");
    plan.drop_from = 100;
    plan.drop_to = 600;
    plan.seconds = 15;
    struct world *w = stream_play(&plan);
    struct hearer *l = w->listeners[0];
    check_counts(l, "gap");
    assert_int_equal(l->heard, length_of(w));
    assert_int_equal(l->events[RECEIVER_GAP], 1);
    assert_int_equal(l->events[RECEIVER_RESUMED], 1);
    stream_destroy(w);
}

static void most_single_losses_are_restored(void **state)
{
    (void)state;
    struct plan plan = stream_plan_of("loss 10%");
    plan.voice.bitrate = 32000;
    plan.seconds = repeats(0, 6);
    struct world *w = stream_play(&plan);
    struct hearer *l = w->listeners[0];
    struct receiver_stats s = receiver_stats(l->receiver);
    assert_true(s.playout.samples_fec > 2 * s.playout.samples_conceal);
    double how;
    int lag = best_lag(w, l, &how);
    assert_in_range(lag + 24, 0, 48);
    double with_copies = how;
    stream_destroy(w);

    plan.no_fec = true;
    w = stream_play(&plan);
    s = receiver_stats(w->listeners[0]->receiver);
    assert_int_equal(s.playout.samples_fec, 0);
    best_lag(w, w->listeners[0], &how);
    assert_true(how < with_copies);
    stream_destroy(w);
}

static void three_listeners_each_on_its_own_path(void **state)
{
    (void)state;
    struct plan plan = stream_plan_of("delay 30ms 5ms loss 15%");
    plan.listeners = 3;
    struct world *w = stream_play(&plan);
    uint64_t lost[3];
    for (int i = 0; i < 3; i++) {
        check_counts(w->listeners[i], "three");
        lost[i] = receiver_stats(w->listeners[i]->receiver).packets_lost;
    }
    assert_true(lost[0] != lost[1] || lost[1] != lost[2]);
    assert_int_equal(w->listeners[0]->sent, w->frames);
    assert_int_equal(w->listeners[2]->sent, w->frames);
    stream_destroy(w);
}

static void a_late_joiner_gets_the_packet_on_the_air(void **state)
{
    (void)state;
    struct plan plan = stream_plan_of("");
    plan.voice.frame_samples = 2880;
    plan.voice.loss_percent = 0;
    struct world *w = stream_build(&plan);
    stream_join(w);
    sender_start(w->sender, 0);
    stream_run_until(w, 1010 * USEC_MS); // 50 ms into a packet of 60
    struct hearer *late = stream_join(w);
    stream_step(w);
    assert_int_equal(late->first_packet, late->joined);
    assert_int_equal(late->sent, 1);
    stream_run_out(w);
    check_counts(w->listeners[0], "early");
    check_counts(late, "late");
    // 16 packets of 60 ms were over when it joined
    struct receiver_stats s = receiver_stats(late->receiver);
    assert_int_equal(late->heard + s.samples_removed - s.samples_inserted,
                     length_of(w) - 16 * 2880);
    stream_destroy(w);
}

static void pause_and_play(void **state)
{
    (void)state;
    struct plan plan = stream_plan_of("");
    struct world *w = stream_build(&plan);
    struct hearer *l = stream_join(w);
    sender_start(w->sender, 0);
    stream_run_until(w, 2 * USEC_SECOND);
    sender_pause(w->sender, l->id);
    uint64_t sent = l->sent;
    stream_run_until(w, 4 * USEC_SECOND);
    assert_int_equal(l->sent, sent);
    assert_int_equal(l->events[RECEIVER_BYE], 0); // interop 17
    assert_int_equal(l->events[RECEIVER_GAP], 1);
    struct sender_position p = sender_play(w->sender, l->id, w->now);
    assert_int_equal((uint16_t)(p.seq - l->position.seq), 2000 / 20 + 100);
    assert_int_equal(p.timestamp - l->position.timestamp, 200 * 960);
    stream_run_out(w);
    assert_int_equal(l->events[RECEIVER_RESUMED], 1);
    assert_int_equal(l->events[RECEIVER_NEW_SOURCE], 0);
    assert_int_equal(l->heard, length_of(w));
    stream_destroy(w);
}

// A clip with a second of silence in each two.
static int16_t *halting(size_t samples)
{
    int16_t *pcm = calloc(samples, sizeof *pcm);
    for (size_t i = 0; i < samples; i++)
        pcm[i] = i / VOICE_RATE % 2 ? 0 : stream_speech[i % stream_speech_samples];
    return pcm;
}

static void interop_7_dtx_is_silence_with_a_marker_after_it(void **state)
{
    (void)state;
    for (int lossy = 0; lossy < 2; lossy++) {
        struct plan plan = stream_plan_of(lossy ? "loss 10%" : "");
        size_t samples = 10 * VOICE_RATE;
        int16_t *pcm = halting(samples);
        plan.voice.dtx = true;
        plan.source = pcm;
        plan.samples = samples;
        plan.seconds = 0;
        struct world *w = stream_play(&plan);
        struct hearer *l = w->listeners[0];
        struct receiver_stats s = receiver_stats(l->receiver);
        struct sender_stats sent = sender_stats(w->sender);
        assert_true(sent.silent_frames > 100);
        // the last one, although silent, is sent: so the length is known
        assert_in_range(sent.silent_frames + l->sent, w->frames, w->frames + 1);
        check_counts(l, "dtx");
        assert_true(l->markers >= 4 && l->markers < 60);
        if (!lossy) {
            assert_int_equal(l->heard, length_of(w));
            assert_int_equal(s.playout.samples_conceal, 0);
            assert_true(s.playout.samples_silence > 3 * VOICE_RATE);
        }
        assert_int_equal(s.playout.samples_held, 0);
        free(pcm);
        stream_destroy(w);
    }
}

static void fec_follows_the_reports(void **state)
{
    (void)state;
    struct plan plan = stream_plan_of("loss 25%");
    plan.adapt_fec = true;
    plan.seconds = 0;
    struct world *w = stream_build(&plan);
    stream_join(w);
    assert_int_equal(sender_stats(w->sender).choice.expected_loss, 0);
    sender_start(w->sender, 0);
    stream_run_until(w, 12 * USEC_SECOND);
    assert_int_equal(sender_stats(w->sender).choice.expected_loss, 10);
    assert_true(sender_stats(w->sender).choice.fec);
    stream_run_out(w);
    stream_destroy(w);

    plan.netem = "";
    w = stream_build(&plan);
    stream_join(w);
    sender_start(w->sender, 0);
    stream_run_until(w, 12 * USEC_SECOND);
    assert_int_equal(sender_stats(w->sender).choice.expected_loss, 0);
    stream_destroy(w);
}

static void reports_tell_loss_and_round_trip(void **state)
{
    (void)state;
    struct plan plan = stream_plan_of("delay 70ms");
    plan.drop_from = 50;
    plan.drop_to = 60;
    plan.seconds = 0;
    struct world *w = stream_build(&plan);
    struct hearer *l = stream_join(w);
    assert_true(sender_listener(w->sender, l->id).round_trip == USEC_NEVER);
    sender_start(w->sender, 0);
    stream_run_until(w, 14 * USEC_SECOND);
    struct peer_figures figures = sender_listener(w->sender, l->id);
    assert_in_range(figures.round_trip, 139 * USEC_MS, 143 * USEC_MS);
    assert_int_equal(figures.cumulative_lost, 10);
    assert_int_equal(figures.fraction_lost, 0);
    assert_true(figures.heard > 5 * USEC_SECOND);
    assert_int_equal(figures.packets, l->sent);
    stream_destroy(w);
}

static void each_concealment_sounds_as_named(void **state)
{
    (void)state;
    static const enum render_conceal kinds[] = {RENDER_PLC, RENDER_REPEAT, RENDER_SILENCE};
    int64_t zeros[3];
    for (size_t i = 0; i < LENGTH(kinds); i++) {
        struct plan plan = stream_plan_of("loss 20%");
        plan.conceal = kinds[i];
        plan.no_fec = true;
        struct world *w = stream_play(&plan);
        struct hearer *l = w->listeners[0];
        assert_int_equal(l->heard, length_of(w));
        zeros[i] = 0;
        for (size_t k = 0; k < l->heard; k++)
            zeros[i] += l->pcm[k] == 0;
        struct receiver_stats s = receiver_stats(l->receiver);
        if (kinds[i] == RENDER_SILENCE)
            assert_true(zeros[i] >= (int64_t)s.playout.samples_conceal);
        stream_destroy(w);
    }
    assert_true(zeros[2] > zeros[0] + VOICE_RATE / 4);
    assert_true(zeros[2] > zeros[1] + VOICE_RATE / 4);
}

static void same_seed_same_sound(void **state)
{
    (void)state;
    struct plan plan = stream_plan_of("delay 50ms 20ms loss 10% duplicate 2% corrupt 0.5%");
    plan.seconds = 5;
    struct world *a = stream_play(&plan), *b = stream_play(&plan);
    struct hearer *x = a->listeners[0], *y = b->listeners[0];
    assert_int_equal(x->heard, y->heard);
    assert_memory_equal(x->pcm, y->pcm, x->heard * sizeof *x->pcm);
    struct receiver_stats s = receiver_stats(x->receiver), t = receiver_stats(y->receiver);
    assert_memory_equal(&s, &t, sizeof s);
    stream_destroy(a);
    stream_destroy(b);
}

static void corrupted_packets_harm_nobody(void **state)
{
    (void)state;
    for (int seed = 1; seed <= repeats(10, 2); seed++) {
        struct plan plan = stream_plan_of("corrupt 30% loss 5% delay 20ms 5ms duplicate 5%");
        plan.seed = (uint64_t)seed;
        plan.seconds = 4;
        struct world *w = stream_build(&plan);
        stream_join(w);
        sender_start(w->sender, 0);
        stream_run_until(w, 12 * USEC_SECOND);
        assert_true(w->listeners[0]->heard > 2 * VOICE_RATE);
        stream_destroy(w);
    }
}

// The time line ends and begins again: a new SSRC, and the same receiver goes on.
static void interop_12_the_sender_starts_again(void **state)
{
    (void)state;
    struct plan plan = stream_plan_of("delay 20ms 5ms");
    plan.seconds = 3;
    struct world *w = stream_build(&plan);
    struct hearer *l = stream_join(w);
    uint32_t ssrc = sender_ssrc(w->sender);
    sender_start(w->sender, 0);
    while (sender_running(w->sender))
        stream_step(w);
    assert_true(sender_ssrc(w->sender) != ssrc);
    w->frames_made = 0;
    stream_prepare(w);
    struct sender_position p = sender_play(w->sender, l->id, w->now);
    assert_int_equal(p.ssrc, sender_ssrc(w->sender));
    sender_start(w->sender, w->now);
    stream_run_out(w);
    struct receiver_stats s = receiver_stats(l->receiver);
    assert_int_equal(s.sources, 2);
    assert_int_equal(s.ssrc, p.ssrc);
    assert_int_equal(l->events[RECEIVER_NEW_SOURCE], 1);
    // of the new one the first is not believed until the second comes
    assert_int_equal(s.packets_received + s.packets_lost + s.packets_foreign, l->sent);
    assert_true(s.packets_foreign <= 3);
    stream_destroy(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_path_gives_the_source_back_in_its_place),
        cmocka_unit_test(counts_are_right_to_the_packet),
        cmocka_unit_test(loss_changes_no_length),
        cmocka_unit_test(a_recording_at_20_percent_has_the_length_of_the_source),
        cmocka_unit_test(first_and_last_packets_lost_are_known),
        cmocka_unit_test(a_gap_of_10_s_is_concealed_and_told),
        cmocka_unit_test(most_single_losses_are_restored),
        cmocka_unit_test(three_listeners_each_on_its_own_path),
        cmocka_unit_test(a_late_joiner_gets_the_packet_on_the_air),
        cmocka_unit_test(pause_and_play),
        cmocka_unit_test(interop_7_dtx_is_silence_with_a_marker_after_it),
        cmocka_unit_test(fec_follows_the_reports),
        cmocka_unit_test(reports_tell_loss_and_round_trip),
        cmocka_unit_test(each_concealment_sounds_as_named),
        cmocka_unit_test(same_seed_same_sound),
        cmocka_unit_test(corrupted_packets_harm_nobody),
        cmocka_unit_test(interop_12_the_sender_starts_again),
    };
    return cmocka_run_group_tests(tests, stream_load_speech, stream_drop_speech);
}
