// Figures for machines and for people: see report.h.
#include "receiver/report.h"

#include "media/emodel.h"
#include "media/voice.h"

#include <math.h>
#include <stdio.h>

static double ms_of(int64_t samples)
{
    return (double)samples * 1000 / VOICE_RATE;
}

static double kbps(const struct receiver_stats *s)
{
    return s->position > 0 ? (double)s->octets_received * 8 / ms_of(s->position) : 0;
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

// What Opus is taken to cost at the bitrate of the packets that came, unless the user knows better.
static struct emodel_result estimate(const struct receiver_stats *s, const struct report_context *c)
{
    int channels = s->channels ? s->channels : 1;
    double packets_ms = ms_of((int64_t)s->packets_received * s->frame_samples);
    double rate = packets_ms > 0 ? (double)s->octets_received * 8000 / packets_ms / channels : 0;
    enum emodel_scale scale = emodel_opus_scale(EMODEL_VBR, (int)rate);
    struct emodel_codec codec =
        c->codec ? *c->codec : emodel_opus(scale, EMODEL_VBR, (int)rate, EMODEL_RANDOM);
    usec delay = c->delay ? c->delay : s->delay_mean + c->device_delay;
    return emodel_estimate(&codec, delay, emodel_loss_percent(&s->loss),
                           emodel_loss_burst_ratio(&s->loss));
}

static void count(json_t *json, const char *key, uint64_t n)
{
    json_object_set_new(json, key, json_integer((json_int_t)n));
}

static void real(json_t *json, const char *key, double x)
{
    json_object_set_new(json, key, json_real(x));
}

static void duration(json_t *json, const char *key, uint64_t samples)
{
    real(json, key, ms_of((int64_t)samples));
}

static void text(json_t *json, const char *key, const char *value)
{
    json_object_set_new(json, key, json_string(value));
}

double report_mos(const struct receiver_stats *s, const struct report_context *c)
{
    return estimate(s, c).mos_fullband;
}

static void add_estimate(json_t *json, const struct receiver_stats *s,
                         const struct report_context *c)
{
    struct emodel_result e = estimate(s, c);
    if (!s->packets_received) { // nothing to judge
        json_object_set_new(json, "mos_estimate", json_null());
        return;
    }
    real(json, "mos_estimate", round(e.mos_fullband * 1e4) / 1e4); // no more is meant
    text(json, "mos_scale", emodel_scale_name(e.codec.scale));
    real(json, "mos_ie", round(e.codec.ie * 1e4) / 1e4);
    real(json, "mos_bpl", round(e.codec.bpl * 1e4) / 1e4);
    real(json, "mos_delay_ms", usec_to_ms(e.delay));
    real(json, "mos_loss_percent", e.loss_percent);
    real(json, "mos_burst_ratio", e.burst_ratio);
}

json_t *report_json(const struct receiver_stats *s, const struct report_context *c)
{
    const struct playout_stats *p = &s->playout;
    json_t *json = json_object();
    char ssrc[16];
    snprintf(ssrc, sizeof ssrc, "%08x", s->ssrc);
    uint64_t late = p->samples_late < p->samples_conceal ? p->samples_late : p->samples_conceal;
    count(json, "packets_received", s->packets_received);
    count(json, "packets_lost", s->packets_lost);
    count(json, "packets_late", s->packets_late);
    count(json, "packets_duplicate", s->packets_duplicate);
    count(json, "packets_reordered", s->packets_reordered);
    count(json, "packets_invalid", s->packets_invalid);
    count(json, "packets_foreign", s->packets_foreign + c->strays);
    count(json, "packets_skipped", s->packets_skipped);
    count(json, "frames_played", p->frames_packet);
    count(json, "frames_fec", p->frames_fec);
    count(json, "frames_red", p->frames_copy);
    count(json, "frames_again", p->frames_again);
    count(json, "frames_concealed", p->frames_conceal);
    duration(json, "played_ms", (uint64_t)s->position);
    duration(json, "fec_ms", p->samples_fec);
    duration(json, "red_ms", p->samples_copy);
    duration(json, "again_ms", p->samples_again);
    duration(json, "concealed_ms", p->samples_conceal);
    duration(json, "concealed_lost_ms", p->samples_conceal - late);
    duration(json, "concealed_late_ms", late);
    duration(json, "silence_ms", p->samples_silence);
    duration(json, "skipped_ms", p->samples_skipped);
    duration(json, "inserted_ms", s->samples_inserted);
    duration(json, "removed_ms", s->samples_removed);
    real(json, "delay_mean_ms", usec_to_ms(s->delay_mean + c->device_delay));
    real(json, "delay_p95_ms", usec_to_ms(s->delay_p95 + c->device_delay));
    real(json, "device_delay_ms", usec_to_ms(c->device_delay));
    real(json, "jitter_ms", s->jitter / 48.0);
    count(json, "packets_asked", s->repairs.asked);
    count(json, "asks", s->repairs.asks);
    count(json, "packets_again", s->repairs.answers);
    if (s->round_trip == USEC_NEVER)
        json_object_set_new(json, "round_trip_ms", json_null());
    else
        real(json, "round_trip_ms", usec_to_ms(s->round_trip));
    real(json, "bitrate_kbps", kbps(s));
    real(json, "frame_ms", ms_of(s->frame_samples));
    add_estimate(json, s, c);
    text(json, "codec", "opus");
    count(json, "channels", (uint64_t)s->channels);
    text(json, "transport", c->transport);
    text(json, "ssrc", ssrc);
    text(json, "url", c->url);
    count(json, "sources", s->sources);
    count(json, "restarts", p->restarts);
    count(json, "device_underruns", c->underruns);
    count(json, "reports_received", s->reports_received);
    return json;
}

// Seconds.
static double restored(const struct playout_stats *p)
{
    return ms_of((int64_t)(p->samples_fec + p->samples_copy + p->samples_again)) / 1000;
}

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

void report_progress(const struct receiver_stats *s, const struct report_context *c, char *line,
                     size_t cap)
{
    const struct playout_stats *p = &s->playout;
    int64_t seconds = s->position / VOICE_RATE;
    snprintf(line, cap,
             "%lld:%02lld  %llu packet%s, %llu lost (%.0f %%), %llu late; restored %.1f s, "
             "guessed %.1f s; delay %.0f ms",
             (long long)(seconds / 60), (long long)(seconds % 60),
             (unsigned long long)s->packets_received, plural(s->packets_received),
             (unsigned long long)s->packets_lost,
             percent(s->packets_lost, s->packets_received + s->packets_lost),
             (unsigned long long)s->packets_late, restored(p),
             ms_of((int64_t)p->samples_conceal) / 1000, usec_to_ms(s->delay_now + c->device_delay));
}

static void summary_of_nothing(const struct report_context *c, bool udp, char *text, size_t cap)
{
    snprintf(text, cap,
             "Heard nothing from %s by %s: no packet of the sound ever came.\n"
             "  Is the sender on the air?%s\n",
             c->url, udp ? "UDP" : "TCP",
             udp ? " Then something on the way drops them: a firewall (try --transport tcp), or "
                   "--netem at either end."
                 : "");
}

void report_summary(const struct receiver_stats *s, const struct report_context *c, char *text,
                    size_t cap)
{
    const struct playout_stats *p = &s->playout;
    bool udp = *c->transport == 'u';
    if (!s->packets_received) {
        summary_of_nothing(c, udp, text, cap);
        return;
    }
    uint64_t sent = s->packets_received + s->packets_lost;
    struct emodel_result e = estimate(s, c);
    int n = snprintf(
        text, cap,
        "Heard %.1f s from %s by %s (Opus, %.1f kb/s, %g ms a packet).\n"
        "  Of %llu packet%s sent, %llu never came (%.1f %%) and %llu came too late to be played.\n"
        "  Of the sound in those, %.2f s was restored%s%s%s, and %.2f s was guessed.\n"
        "  People would give the call about %.1f of 4.5 (MOS, estimated by a formula: nobody "
        "listened).\n",
        ms_of(s->position) / 1000, c->url, udp ? "UDP" : "TCP", kbps(s), ms_of(s->frame_samples),
        (unsigned long long)sent, plural(sent), (unsigned long long)s->packets_lost,
        percent(s->packets_lost, sent), (unsigned long long)s->packets_late, restored(p),
        p->samples_fec || p->samples_copy ? " from copies in later packets" : "",
        (p->samples_fec || p->samples_copy) && p->samples_again ? " and" : "",
        p->samples_again ? " from packets sent again" : "",
        ms_of((int64_t)p->samples_conceal) / 1000, e.mos_fullband);
    if (!c->delay && n > 0 && (size_t)n < cap) // the caller knows better
        snprintf(text + n, cap - (size_t)n,
                 "  A sound waited %.0f ms on average from the earliest it could have come to the "
                 "ear (95 %%: within %.0f ms).\n",
                 usec_to_ms(s->delay_mean + c->device_delay),
                 usec_to_ms(s->delay_p95 + c->device_delay));
}
