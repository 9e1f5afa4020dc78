// Figures for machines and for people: see report.h.
#include "receiver/report.h"

#include "media/voice.h"

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

json_t *report_json(const struct receiver_stats *s, const struct report_context *c)
{
    const struct playout_stats *p = &s->playout;
    char ssrc[16];
    snprintf(ssrc, sizeof ssrc, "%08x", s->ssrc);
    uint64_t late = p->samples_late < p->samples_conceal ? p->samples_late : p->samples_conceal;
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I,"
        " s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f,"
        " s:s, s:i, s:s, s:s, s:s, s:I, s:I, s:I, s:I}",
        "packets_received", (json_int_t)s->packets_received, "packets_lost",
        (json_int_t)s->packets_lost, "packets_late", (json_int_t)s->packets_late,
        "packets_duplicate", (json_int_t)s->packets_duplicate, "packets_reordered",
        (json_int_t)s->packets_reordered, "packets_invalid", (json_int_t)s->packets_invalid,
        "packets_foreign", (json_int_t)s->packets_foreign + (json_int_t)c->strays,
        "packets_skipped", (json_int_t)s->packets_skipped, "frames_played",
        (json_int_t)p->frames_packet, "frames_fec", (json_int_t)p->frames_fec, "frames_concealed",
        (json_int_t)p->frames_conceal,
        // times
        "played_ms", ms_of(s->position), "fec_ms", ms_of((int64_t)p->samples_fec), "concealed_ms",
        ms_of((int64_t)p->samples_conceal), "concealed_late_ms", ms_of((int64_t)late), "silence_ms",
        ms_of((int64_t)p->samples_silence), "skipped_ms", ms_of((int64_t)p->samples_skipped),
        "inserted_ms", ms_of((int64_t)s->samples_inserted), "removed_ms",
        ms_of((int64_t)s->samples_removed), "delay_mean_ms",
        usec_to_ms(s->delay_mean + c->device_delay), "delay_p95_ms",
        usec_to_ms(s->delay_p95 + c->device_delay), "device_delay_ms", usec_to_ms(c->device_delay),
        "jitter_ms", s->jitter / 48.0, "bitrate_kbps", kbps(s), "frame_ms", ms_of(s->frame_samples),
        // the stream
        "codec", "opus", "channels", s->channels, "transport", c->transport, "ssrc", ssrc, "url",
        c->url, "sources", (json_int_t)s->sources, "restarts", (json_int_t)p->restarts,
        "device_underruns", (json_int_t)c->underruns, "reports_received",
        (json_int_t)s->reports_received);
}

void report_progress(const struct receiver_stats *s, const struct report_context *c, char *line,
                     size_t cap)
{
    const struct playout_stats *p = &s->playout;
    int64_t seconds = s->position / VOICE_RATE;
    snprintf(line, cap,
             "%lld:%02lld  %llu packets, %llu lost (%.0f %%), %llu late; restored %.1f s, "
             "guessed %.1f s; delay %.0f ms",
             (long long)(seconds / 60), (long long)(seconds % 60),
             (unsigned long long)s->packets_received, (unsigned long long)s->packets_lost,
             percent(s->packets_lost, s->packets_received + s->packets_lost),
             (unsigned long long)s->packets_late, ms_of((int64_t)p->samples_fec) / 1000,
             ms_of((int64_t)p->samples_conceal) / 1000, usec_to_ms(s->delay_now + c->device_delay));
}

void report_summary(const struct receiver_stats *s, const struct report_context *c, char *text,
                    size_t cap)
{
    const struct playout_stats *p = &s->playout;
    uint64_t sent = s->packets_received + s->packets_lost;
    snprintf(
        text, cap,
        "Heard %.1f s from %s by %s (Opus, %.1f kb/s, %g ms a packet).\n"
        "  Of %llu packets that were sent, %llu never came (%.1f %%) and %llu came too late to "
        "be played.\n"
        "  Of the sound in those, %.2f s was restored from the copy in the next packet and "
        "%.2f s was guessed.\n"
        "  A sound waited %.0f ms on average from the earliest it could have come to the ear "
        "(95 %%: within %.0f ms).\n",
        ms_of(s->position) / 1000, c->url, *c->transport == 'u' ? "UDP" : "TCP", kbps(s),
        ms_of(s->frame_samples), (unsigned long long)sent, (unsigned long long)s->packets_lost,
        percent(s->packets_lost, sent), (unsigned long long)s->packets_late,
        ms_of((int64_t)p->samples_fec) / 1000, ms_of((int64_t)p->samples_conceal) / 1000,
        usec_to_ms(s->delay_mean + c->device_delay), usec_to_ms(s->delay_p95 + c->device_delay));
}
