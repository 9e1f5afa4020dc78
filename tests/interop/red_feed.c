// red_feed PACKETS WAV LOST: somebody else's redundant payloads through our receiver, in virtual time.
//
// PACKETS: RTP packets, each behind its length (RFC 4571), of Opus as type 96 and RED as type 63. LOST:
// "every 10", or "percent 25" by chance. Prints as one line of JSON how many were left out, how many of
// those no packet that came has a copy of, and what the receiver made of it.
#include "media/io/audio.h"
#include "media/random.h"
#include "media/rtp.h"
#include "receiver/receiver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKETS_MAX 4096
#define PT_OPUS     96
#define PT_RED      63
#define PERIOD      480 // samples that are played at a time
#define LATENCY     (200 * USEC_MS)

struct packet {
    uint8_t data[1500];
    size_t len;
    uint32_t timestamp;
    bool lost;
    bool copied; // in a packet that comes
};

static struct packet packets[PACKETS_MAX];
static size_t count;

static bool read_packets(const char *name)
{
    FILE *file = fopen(name, "rb");
    uint8_t length[2];
    struct rtp_packet rtp;
    while (file && count < PACKETS_MAX && fread(length, 1, 2, file) == 2) {
        struct packet *p = &packets[count];
        p->len = (size_t)length[0] << 8 | length[1];
        if (p->len > sizeof p->data || fread(p->data, 1, p->len, file) != p->len ||
            rtp_parse(&rtp, p->data, p->len) != RTP_OK)
            break;
        p->timestamp = rtp.timestamp;
        count++;
    }
    if (file)
        fclose(file);
    return count > 2;
}

// The first and the last come always: they say where the stream begins and ends.
static void lose(const char *how, int n)
{
    struct random random = {.state = 1};
    for (size_t i = 1; i + 1 < count; i++)
        packets[i].lost = strcmp(how, "every") == 0 ? i % (size_t)n == 0
                                                    : random_u64(&random) % 100 < (uint64_t)n;
}

// RFC 2198 section 3, read here a second time: what the receiver makes of it is what is tested.
static void note_copies(const struct packet *carrier)
{
    struct rtp_packet rtp;
    rtp_parse(&rtp, carrier->data, carrier->len);
    if (rtp.payload_type != PT_RED)
        return;
    for (const uint8_t *h = rtp.payload; h[0] & 0x80; h += 4) {
        uint32_t offset = (uint32_t)h[1] << 6 | h[2] >> 2;
        for (size_t i = 0; i < count; i++)
            packets[i].copied |= packets[i].timestamp == rtp.timestamp - offset;
    }
}

static void play(struct receiver *r, struct audio_writer *wav)
{
    int16_t pcm[2 * PERIOD];
    struct receiver_event event = {.kind = RECEIVER_STARTED};
    size_t next = 0;
    for (usec now = 0; event.kind != RECEIVER_ENDED; now += usec_from_units(PERIOD, AUDIO_RATE)) {
        for (; next < count; next++) {
            struct packet *p = &packets[next];
            if (usec_from_units(p->timestamp - packets[0].timestamp, AUDIO_RATE) > now)
                break;
            if (!p->lost)
                receiver_rtp(r, now, p->data, p->len);
        }
        if (next == count)
            receiver_finish(r);
        struct receiver_played played = receiver_play(r, now, pcm, PERIOD);
        if (receiver_channels(r) && !audio_writer_begun(wav))
            audio_writer_begin(wav, receiver_channels(r));
        if (played.used)
            audio_write(wav, pcm + played.lead * (size_t)receiver_channels(r), played.used);
        while (receiver_event(r, &event)) {
        }
    }
}

int main(int argc, char **argv)
{
    static const struct receiver_config config = {
        .payload_type = PT_OPUS, .red = true, .payload_type_red = PT_RED, .latency = LATENCY};
    char why[AUDIO_TEXT] = "";
    size_t lost = 0, hopeless = 0;
    if (argc != 5 || !read_packets(argv[1])) {
        fprintf(stderr, "usage: red_feed PACKETS WAV every|percent N\n");
        return 2;
    }
    lose(argv[3], atoi(argv[4]));
    for (size_t i = 0; i < count; i++)
        if (!packets[i].lost)
            note_copies(&packets[i]);
    for (size_t i = 0; i < count; i++) {
        lost += packets[i].lost;
        hopeless += packets[i].lost && !packets[i].copied;
    }
    struct audio_writer *wav = audio_writer_new(argv[2], why, sizeof why);
    struct receiver *r = receiver_new(&config, 0);
    if (!wav || !r) {
        fprintf(stderr, "red_feed: %s\n", why);
        return 1;
    }
    play(r, wav);
    audio_writer_close(wav, why, sizeof why);
    struct receiver_stats s = receiver_stats(r);
    printf("{\"packets\":%zu,\"left_out\":%zu,\"not_copied\":%zu,\"lost\":%llu,\"copies\":%llu,"
           "\"frames_red\":%llu,\"frames_concealed\":%llu,\"invalid\":%llu,\"foreign\":%llu}\n",
           count, lost, hopeless, (unsigned long long)s.packets_lost,
           (unsigned long long)s.repairs.copies, (unsigned long long)s.playout.frames_copy,
           (unsigned long long)s.playout.frames_conceal, (unsigned long long)s.packets_invalid,
           (unsigned long long)s.packets_foreign);
    receiver_free(r);
    return 0;
}
