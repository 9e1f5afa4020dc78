// What came of one trip, in words: see result.h.
#include "lab/io/sockets/result.h"

#include "lab/wire.h"

#include <string.h>

#define LABEL    15 // columns
#define ROW      16 // octets in a line of hexadecimal digits
#define COLUMNS  7
#define NUMBER   32 // octets of a number as text
#define KIND_MAX (sizeof kinds / sizeof kinds[0])

static const struct {
    const struct socket_kind *kind;
    enum tour_text text;
} kinds[] = {{&kind_stream, TOUR_STREAM},
             {&kind_datagram, TOUR_DATAGRAM},
             {&kind_raw, TOUR_RAW},
             {&kind_seqpacket, TOUR_SEQPACKET},
             {&kind_sctp, TOUR_SCTP}};

// Where to, and in which language.
struct page {
    FILE *file;
    enum tour_lang lang;
};

#define SAY(p, text, ...) \
    tour_say((p)->file, (p)->lang, text, (const char *const[]){__VA_ARGS__, NULL})

// A number as the language writes it, in one of a few places that are used in turn.
struct numbers {
    char text[5][NUMBER];
    int next;
};

static const char *number(struct numbers *n, enum tour_lang lang, double value, int decimals)
{
    char *text = n->text[n->next++ % 5];
    snprintf(text, NUMBER, "%.*f", decimals, value);
    char *point = strchr(text, '.');
    if (point && lang == TOUR_PT)
        *point = ',';
    return text;
}

static void pad(FILE *file, const char *text, size_t columns)
{
    size_t width = tour_width(text);
    fprintf(file, "%s%*s", text, width < columns ? (int)(columns - width) : 1, "");
}

static void label(const struct page *p, enum tour_text text)
{
    fprintf(p->file, "  ");
    pad(p->file, tour_text(p->lang, text), LABEL);
}

#define INTEGER(x) number(&n, p->lang, (double)(x), 0)
#define TENTHS(x)  number(&n, p->lang, (double)(x), 1)

// ---- line by line ---------------------------------------------------------------------------------

static void print_connected(const struct page *p, const struct result *r)
{
    struct numbers n = {.next = 0};
    label(p, TOUR_CONNECTED);
    if (r->kind->connected)
        SAY(p, TOUR_CONNECTED_YES, TENTHS(usec_to_ms(r->notes.call_took)));
    else
        SAY(p, TOUR_CONNECTED_NO, NULL);
}

static void print_boundaries(const struct page *p, const struct result *r)
{
    struct numbers n = {.next = 0};
    label(p, TOUR_BOUNDARIES);
    if (r->notes.reads_odd)
        SAY(p, TOUR_BOUNDARIES_LOST, INTEGER(r->notes.count), INTEGER(r->notes.reads),
            INTEGER(r->notes.reads_odd));
    else
        SAY(p, TOUR_BOUNDARIES_KEPT, INTEGER(r->notes.reads));
}

static void print_order(const struct page *p, const struct result *r)
{
    struct numbers n = {.next = 0};
    label(p, TOUR_ORDER);
    if (r->figures.overtaken)
        SAY(p, TOUR_ORDER_LOST, INTEGER(r->figures.overtaken));
    else
        SAY(p, TOUR_ORDER_KEPT, NULL);
    if (r->figures.repeated)
        SAY(p, TOUR_TWICE, INTEGER(r->figures.repeated));
}

static void print_lost(const struct page *p, const struct result *r)
{
    struct numbers n = {.next = 0};
    size_t lost = r->figures.sent - r->figures.came;
    const struct impair_stats *way = &r->link.way[LINK_FORWARD];
    label(p, TOUR_LOST);
    if (lost)
        SAY(p, TOUR_LOST_SOME, INTEGER(lost), INTEGER(r->figures.sent),
            TENTHS(100.0 * (double)lost / (double)r->figures.sent));
    else if (r->kind->local)
        SAY(p, TOUR_LOST_LOCAL, NULL);
    else if (way->lost + way->limited)
        SAY(p, TOUR_LOST_REPAIRED, INTEGER(way->lost + way->limited), INTEGER(way->in));
    else
        SAY(p, TOUR_LOST_NONE, NULL);
}

static void print_delay(const struct page *p, const struct result *r)
{
    struct numbers n = {.next = 0};
    label(p, TOUR_DELAY);
    SAY(p, TOUR_DELAY_SAYS, TENTHS(usec_to_ms(r->figures.delay_median)),
        TENTHS(usec_to_ms(r->figures.delay_p95)), TENTHS(usec_to_ms(r->figures.delay_most)));
}

static void print_stalled(const struct page *p, const struct result *r)
{
    struct numbers n = {.next = 0};
    label(p, TOUR_STALLED);
    if (r->figures.stalls)
        SAY(p, TOUR_STALLED_SAYS, INTEGER(r->figures.stalls),
            TENTHS((double)r->figures.stalled / 1e6),
            number(&n, p->lang, (double)r->figures.stall_longest / 1e6, 2));
    else
        SAY(p, TOUR_STALLED_NEVER, NULL);
}

static void print_late(const struct page *p, const struct result *r)
{
    struct numbers n = {.next = 0};
    label(p, TOUR_LATE);
    if (!r->receiver.packets_late)
        SAY(p, TOUR_LATE_NONE, NULL);
    else
        SAY(p, TOUR_LATE_SAYS, INTEGER(r->receiver.packets_late), INTEGER(r->figures.sent));
}

static void print_understood(const struct page *p, const struct result *r)
{
    struct numbers n = {.next = 0};
    label(p, TOUR_UNDERSTOOD);
    if (r->scored == SCORE_OK)
        SAY(p, TOUR_UNDERSTOOD_SAYS, number(&n, p->lang, r->score.estoi, 2));
    else
        SAY(p, TOUR_NOT_SCORED, score_strstatus(r->scored));
}

static void print_clip(const struct page *p, const struct result *r)
{
    if (!r->clip)
        return;
    label(p, TOUR_HEAR);
    fputs(r->clip, p->file);
}

// ---- the wire -------------------------------------------------------------------------------------

static void print_address(char *text, uint32_t a)
{
    snprintf(text, NUMBER, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
}

static void print_fields(const struct page *p, const struct wire *w, const struct wire_layer *layer)
{
    struct numbers n = {.next = 0};
    char from[NUMBER], to[NUMBER], hex[NUMBER];
    const char *here = INTEGER(w->from_port), *there = INTEGER(w->to_port);
    print_address(from, w->ip.from);
    print_address(to, w->ip.to);
    switch (layer->kind) {
    case WIRE_IP:
        SAY(p, TOUR_IP, from, to, INTEGER(w->ip.total_len), INTEGER(w->ip.protocol),
            INTEGER(w->ip.ttl));
        break;
    case WIRE_UDP:
        snprintf(hex, sizeof hex, "0x%04x", w->checksum);
        SAY(p, TOUR_UDP, here, there, INTEGER(w->udp_len), hex);
        break;
    case WIRE_TCP:
        SAY(p, TOUR_TCP, here, there, INTEGER(w->seq), INTEGER(w->ack));
        break;
    case WIRE_SCTP:
        SAY(p, TOUR_SCTP_CHUNK, here, there, INTEGER(w->seq));
        break;
    case WIRE_LENGTH:
        SAY(p, TOUR_LENGTH, INTEGER(w->message_len));
        break;
    case WIRE_RTP:
        snprintf(hex, sizeof hex, "0x%08x", w->rtp.ssrc);
        SAY(p, TOUR_RTP, INTEGER(w->rtp.seq), INTEGER(w->rtp.timestamp),
            INTEGER(w->rtp.payload_type), hex);
        break;
    case WIRE_VOICE:
        SAY(p, TOUR_OPUS, INTEGER(layer->len));
        break;
    }
}

static void print_layers(const struct page *p, const struct wire *w, const uint8_t *packet)
{
    static const char *const names[] = {
        [WIRE_IP] = "IP",      [WIRE_UDP] = "UDP", [WIRE_TCP] = "TCP",   [WIRE_SCTP] = "SCTP",
        [WIRE_LENGTH] = "len", [WIRE_RTP] = "RTP", [WIRE_VOICE] = "Opus"};
    for (size_t i = 0; i < w->count; i++) {
        const struct wire_layer *layer = &w->layers[i];
        fprintf(p->file, "\n    %-6s", names[layer->kind]);
        print_fields(p, w, layer);
        for (size_t at = 0; at < layer->len; at++)
            fprintf(p->file, "%s%02x ", at % ROW ? "" : "\n          ", packet[layer->at + at]);
    }
}

static void print_wire(const struct page *p, const struct result *r)
{
    struct numbers n = {.next = 0};
    struct wire wire;
    const uint8_t *packet = r->kind->local ? r->message : r->notes.packet;
    size_t len = r->kind->local ? r->message_len : r->notes.packet_len;
    bool read = r->kind->local ? wire_read_rtp(&wire, packet, len) : wire_read(&wire, packet, len);
    if (!read)
        return;
    label(p, TOUR_WIRE);
    SAY(p, r->kind->local ? TOUR_WIRE_LOCAL : TOUR_WIRE_SAYS, INTEGER(len));
    print_layers(p, &wire, packet);
}

// ---- all of it ------------------------------------------------------------------------------------

static void print_head(const struct page *p, const struct result *r)
{
    for (size_t i = 0; i < KIND_MAX; i++)
        if (kinds[i].kind == r->kind)
            fprintf(p->file, "\n%s (%s), %s\n  %s\n", r->kind->name, r->kind->protocol,
                    tour_text(p->lang, kinds[i].text), r->kind->call);
}

void result_print(FILE *file, enum tour_lang lang, const struct result *r)
{
    static void (*const lines[])(const struct page *, const struct result *) = {
        print_connected, print_boundaries, print_order,      print_lost, print_delay,
        print_stalled,   print_late,       print_understood, print_clip, print_wire};
    const struct page p = {file, lang};
    print_head(&p, r);
    if (r->why) {
        fprintf(file, "  ");
        SAY(&p, TOUR_FAILED, r->why);
        return;
    }
    if (r->kind->connected && !r->notes.answered) {
        fprintf(file, "  ");
        SAY(&p, TOUR_NO_CALL, NULL);
        return;
    }
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        bool last = lines[i] == print_clip && !r->clip;
        lines[i](&p, r);
        if (!last)
            fputc('\n', file);
    }
}

static void print_row(const struct page *p, const struct result *r)
{
    struct numbers n = {.next = 0};
    char name[NUMBER];
    snprintf(name, sizeof name, "%s (%s)", r->kind->name, r->kind->protocol);
    const char *yes = tour_text(p->lang, TOUR_YES), *no = tour_text(p->lang, TOUR_NO);
    bool lost = r->figures.sent != r->figures.came;
    char share[NUMBER], stalled[NUMBER], estoi[NUMBER];
    double percent = r->figures.sent ? 100.0 * (double)(r->figures.sent - r->figures.came) /
                                           (double)r->figures.sent
                                     : 0;
    snprintf(share, sizeof share, "%s %%", number(&n, p->lang, lost ? percent : 0, 1));
    snprintf(stalled, sizeof stalled, "%s s",
             number(&n, p->lang, (double)r->figures.stalled / 1e6, 1));
    snprintf(estoi, sizeof estoi, "%s",
             r->scored == SCORE_OK ? number(&n, p->lang, r->score.estoi, 2) : "-");
    const char *const cells[COLUMNS] = {name,
                                        r->kind->connected ? yes : no,
                                        r->notes.reads_odd ? no : yes,
                                        r->figures.overtaken ? no : yes,
                                        share,
                                        stalled,
                                        estoi};
    for (int i = 0; i < COLUMNS; i++)
        pad(p->file, cells[i], i ? 12 : 20);
    fputc('\n', p->file);
}

void result_table(FILE *file, enum tour_lang lang, const struct result *results, size_t count)
{
    static const enum tour_text heads[COLUMNS] = {TOUR_KIND,      TOUR_CONNECTED, TOUR_BOUNDARIES,
                                                  TOUR_ORDER,     TOUR_LOST,      TOUR_STALLED,
                                                  TOUR_UNDERSTOOD};
    const struct page p = {file, lang};
    fprintf(file, "\n%s\n", tour_text(lang, TOUR_TABLE));
    for (int i = 0; i < COLUMNS; i++)
        pad(file, tour_text(lang, heads[i]), i ? 12 : 20);
    fputc('\n', file);
    for (size_t i = 0; i < count; i++)
        if (!results[i].why && (results[i].notes.answered || !results[i].kind->connected))
            print_row(&p, &results[i]);
}

json_t *result_json(const struct result *r)
{
    const struct arrivals_figures *f = &r->figures;
    return json_pack(
        "{s:s, s:s, s:s*, s:b, s:f, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:I, "
        "s:f, "
        "s:f, s:I, s:o*, s:s*}",
        "kind", r->kind->name, "protocol", r->kind->protocol, "failed", r->why, "connected",
        r->kind->connected, "call_ms", usec_to_ms(r->notes.call_took), "answered",
        r->notes.answered, "reads", (json_int_t)r->notes.reads, "reads_odd",
        (json_int_t)r->notes.reads_odd, "sent", (json_int_t)f->sent, "came", (json_int_t)f->came,
        "overtaken", (json_int_t)f->overtaken, "repeated", (json_int_t)f->repeated, "packets_lost",
        (json_int_t)r->link.way[LINK_FORWARD].lost, "delay_median_ms", usec_to_ms(f->delay_median),
        "delay_p95_ms", usec_to_ms(f->delay_p95), "delay_most_ms", usec_to_ms(f->delay_most),
        "stalls", (json_int_t)f->stalls, "stalled_s", (double)f->stalled / 1e6, "stall_longest_s",
        (double)f->stall_longest / 1e6, "late", (json_int_t)r->receiver.packets_late, "estoi",
        r->scored == SCORE_OK ? json_real(r->score.estoi) : NULL, "clip", r->clip);
}
