// gst_player URL WAV [LATENCY_MS [FEATURES [FILM.y4m [keys]]]]: GStreamer's rtspsrc to a WAV, told of
// each loss, and what its jitter buffers counted as one line of JSON.
//
// FEATURES, unless it is empty: its requests say `Supported: FEATURES`, and what comes may be redundant payloads of type
// 63. GStreamer makes a stream of each payload type. Here they become one again, their decoder takes
// the copies out, and a second jitter buffer puts those into their places.
//
// FILM.y4m: the pictures, too. keys: it asks for no packets again, but for a key frame at each loss.
#include <gst/gst.h>
#include <gst/rtsp/gstrtspmessage.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN "rtpopusdepay name=in"
#define RED                                                                                       \
    "funnel name=in ! capssetter join=false caps=application/x-rtp,media=audio,clock-rate=48000," \
    "encoding-name=OPUS,payload=96 ! rtpreddec pt=63 ! rtpjitterbuffer latency=200 do-lost=true " \
    "! rtpopusdepay"
#define PICTURES                                                                                \
    " rtpvp8depay name=pictures request-keyframe=true wait-for-keyframe=true ! vp8dec ! queue " \
    "! y4menc ! filesink name=film"
#define SOUND " ! opusdec plc=true ! wavenc ! filesink name=file"

struct player {
    GstElement *pipeline;
    GstElement *buffers[2]; // those in rtspsrc
    int count;
    const char *features;
    bool film;
};

static gboolean on_send(GstElement *source, GstRTSPMessage *message, struct player *p)
{
    (void)source;
    if (p->features && gst_rtsp_message_get_type(message) == GST_RTSP_MESSAGE_REQUEST)
        gst_rtsp_message_add_header_by_name(message, "Supported", p->features);
    return TRUE;
}

static void on_pad(GstElement *source, GstPad *pad, struct player *p)
{
    (void)source;
    GstCaps *caps = gst_pad_get_current_caps(pad);
    const char *media = gst_structure_get_string(gst_caps_get_structure(caps, 0), "media");
    bool pictures = p->film && g_strcmp0(media, "video") == 0;
    GstElement *in = gst_bin_get_by_name(GST_BIN(p->pipeline), pictures ? "pictures" : "in");
    GstPad *sink = gst_element_get_compatible_pad(in, pad, NULL);
    if (!sink || gst_pad_link(pad, sink) != GST_PAD_LINK_OK)
        fprintf(stderr, "gst_player: a second stream is not played\n");
    if (sink)
        gst_object_unref(sink);
    gst_object_unref(in);
    gst_caps_unref(caps);
}

static void on_element(GstBin *bin, GstBin *in, GstElement *element, struct player *p)
{
    (void)bin;
    GstElementFactory *factory = gst_element_get_factory(element);
    if (p->count == 2 || !factory || strcmp(GST_OBJECT_NAME(factory), "rtpjitterbuffer") != 0 ||
        (GstElement *)in == p->pipeline)
        return;
    p->buffers[p->count++] = gst_object_ref(element);
    g_object_set(element, "do-lost", TRUE, NULL);
}

static void print_stats(const struct player *p)
{
    static const char *const names[] = {"num-pushed",     "num-lost",  "num-late",
                                        "num-duplicates", "rtx-count", "rtx-success-count"};
    guint64 sums[G_N_ELEMENTS(names)] = {0};
    for (int b = 0; b < p->count; b++) {
        GstStructure *stats = NULL;
        g_object_get(p->buffers[b], "stats", &stats, NULL);
        for (size_t i = 0; stats && i < G_N_ELEMENTS(names); i++) {
            guint64 n = 0;
            gst_structure_get_uint64(stats, names[i], &n);
            sums[i] += n;
        }
        if (stats)
            gst_structure_free(stats);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        printf("%s\"%s\":%llu", i ? "," : "{", names[i], (unsigned long long)sums[i]);
    printf("}\n");
}

// Until the end of the stream.
static int run(struct player *p)
{
    GstBus *bus = gst_element_get_bus(p->pipeline);
    gst_element_set_state(p->pipeline, GST_STATE_PLAYING);
    GstMessage *m =
        gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    int status = GST_MESSAGE_TYPE(m) == GST_MESSAGE_EOS ? 0 : 1;
    if (status) {
        GError *error = NULL;
        gst_message_parse_error(m, &error, NULL);
        fprintf(stderr, "gst_player: %s\n", error->message);
    }
    print_stats(p);
    gst_element_set_state(p->pipeline, GST_STATE_NULL);
    return status;
}

int main(int argc, char **argv)
{
    struct player p = {.features = argc > 4 && argv[4][0] ? argv[4] : NULL, .film = argc > 5};
    gst_init(&argc, &argv);
    if (argc < 3) {
        fprintf(stderr, "usage: gst_player URL WAV [LATENCY_MS [FEATURES [FILM [keys]]]]\n");
        return 2;
    }
    gchar *pipeline =
        g_strconcat(p.features ? RED SOUND : PLAIN SOUND, p.film ? PICTURES : NULL, NULL);
    p.pipeline = gst_parse_launch(pipeline, NULL);
    g_free(pipeline);
    GstElement *source = gst_element_factory_make("rtspsrc", NULL);
    if (!p.pipeline || !source) {
        fprintf(stderr, "gst_player: an element is missing\n");
        return 1;
    }
    GstElement *file = gst_bin_get_by_name(GST_BIN(p.pipeline), "file");
    g_object_set(file, "location", argv[2], NULL);
    if (p.film) {
        GstElement *film = gst_bin_get_by_name(GST_BIN(p.pipeline), "film");
        g_object_set(film, "location", argv[5], NULL);
        g_object_set(source, "do-retransmission", argc < 7, NULL);
    }
    g_object_set(source, "location", argv[1], "latency", argc > 3 ? atoi(argv[3]) : 500, NULL);
    g_signal_connect(p.pipeline, "deep-element-added", G_CALLBACK(on_element), &p);
    g_signal_connect(source, "before-send", G_CALLBACK(on_send), &p);
    g_signal_connect(source, "pad-added", G_CALLBACK(on_pad), &p);
    gst_bin_add(GST_BIN(p.pipeline), source);
    return run(&p);
}
