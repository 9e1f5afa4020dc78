// The figures of one run: see record.h.
#include "lab/io/record.h"

#include "media/io/textfile.h"
#include "media/rtp.h"
#include "media/voice.h"

#include <errno.h>
#include <math.h>

static double kbps(uint64_t octets, usec time)
{
    return time > 0 ? (double)octets * 8000 / (double)time : 0;
}

struct report_context record_context(const struct sim_figures *f, const struct condition *condition)
{
    return (struct report_context){
        .transport = condition_transport(condition->network.transport),
        .url = "",
        .delay = (usec)(f->conversation > 0 ? f->conversation / 2 : f->delay_mean),
        .codec = condition->receiver.rated ? &condition->receiver.codec : NULL,
    };
}

json_t *record_of(const struct sim_figures *f, const struct condition *condition)
{
    const struct report_context context = record_context(f, condition);
    uint64_t datagrams = f->datagrams_sent + f->datagrams_again;
    uint64_t media = f->octets_sent - RTP_HEADER_LEN * datagrams;
    uint64_t sent = f->datagrams_sent;
    uint64_t received = f->receiver.packets_received; // bit errors in the numbers can make it more
    received = received < sent ? received : sent;
    bool heard = f->buffer_mean > 0 || f->delay_mean > 0;
    json_t *record = report_json(&f->receiver, &context);
    // What a receiver by itself cannot know, virtual time can.
    json_t *more = json_pack(
        "{s:I, s:I, s:f, s:f, s:f, s:I, s:I, s:f, s:f, s:i, s:f, s:s, s:I, s:o}",
        "packets_received", (json_int_t)received, "packets_lost", (json_int_t)(sent - received),
        "delay_mean_ms", f->delay_mean / 1000, "delay_p95_ms", f->delay_p95 / 1000,
        "buffer_mean_ms", f->buffer_mean / 1000, "packets_sent", (json_int_t)sent, "frames_silent",
        (json_int_t)f->sender.silent_frames, "bitrate_kbps_media", kbps(media, f->sent_for),
        "bitrate_kbps_wire", kbps(f->octets_wire, f->sent_for), "expected_loss_percent",
        f->sender.choice.expected_loss, "sim_s", (double)f->now / 1e6, "version", VOZ_VERSION,
        "seed", (json_int_t)condition->network.seed, "condition", condition_json(condition));
    if (!record || !more || json_object_update(record, more) != 0) {
        json_decref(record);
        record = NULL;
    } else { // there is neither here
        json_object_del(record, "url");
        json_object_del(record, "device_underruns");
        json_object_del(record, "device_delay_ms");
        if (!heard) { // no packet was played: there is no delay
            json_object_set_new(record, "delay_mean_ms", json_null());
            json_object_set_new(record, "delay_p95_ms", json_null());
            json_object_set_new(record, "buffer_mean_ms", json_null());
        }
    }
    json_decref(more);
    return record;
}

// The search of the scorer begins in the middle: half a second is left for what varies.
size_t record_late(const struct sim_figures *f)
{
    usec late = (usec)f->delay_mean - USEC_SECOND / 2;
    return late > 0 ? (size_t)usec_to_units(late, VOICE_RATE) : 0;
}

// Logarithms and roots differ in their last bits from one processor to the next: those are left out.
static double rounded(double x, double steps)
{
    return round(x * steps) / steps;
}

bool record_score(json_t *record, enum score_status status, const struct score *s)
{
    bool known = status == SCORE_OK || status == SCORE_HEARD_EMPTY || status == SCORE_HEARD_SILENT;
    json_t *more =
        known ? json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}", "stoi", rounded(s->stoi, 1e4), "estoi",
                          rounded(s->estoi, 1e4), "stoi_local", rounded(s->stoi_local, 1e4),
                          "estoi_local", rounded(s->estoi_local, 1e4), "lag_ms",
                          rounded(s->lag_ms, 100), "drift_ppm", rounded(s->drift_ppm, 10))
              : json_pack("{s:n, s:n, s:n, s:n, s:s}", "stoi", "estoi", "stoi_local", "estoi_local",
                          "unscored", score_strstatus(status));
    bool done = more && json_object_update(record, more) == 0;
    json_decref(more);
    return done;
}

bool record_put(const json_t *record, const char *name)
{
    struct textfile file = {"voz-lab", "json", name, NULL};
    if (!textfile_open(&file))
        return false;
    errno = ENOMEM; // where there is no record
    bool done = record && textfile_json(&file, record);
    if (!textfile_close(&file) || !done) {
        textfile_fault(&file);
        done = false;
    }
    return done;
}
