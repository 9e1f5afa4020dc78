// gst_server LAUNCH [ADDRESS [AGAIN_MS]]: GStreamer's RTSP server, with one stream for everyone who
// comes. AGAIN_MS: packets are kept for so long, to be sent again to who asks (RFC 4588).
//
// LAUNCH is a bin as gst-launch-1.0 takes it, its payloader named pay0. The first line on stdout is
// the URL. Then, once a second, a line of JSON for each listener that has reported what it
// received, as GStreamer understood the report. Runs until it is killed.
#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// One source's figures (RFC 3550, 6.4.2) out of GstRTPSource's structure.
static void print_report(const GstStructure *source)
{
    gboolean reported = FALSE;
    guint ssrc = 0, fraction = 0, jitter = 0, round_trip = 0, lsr = 0, highest = 0;
    gint lost = 0;
    gst_structure_get_boolean(source, "have-rb", &reported);
    if (!reported)
        return;
    gst_structure_get_uint(source, "ssrc", &ssrc);
    gst_structure_get_uint(source, "rb-fractionlost", &fraction);
    gst_structure_get_int(source, "rb-packetslost", &lost);
    gst_structure_get_uint(source, "rb-exthighestseq", &highest);
    gst_structure_get_uint(source, "rb-jitter", &jitter);
    gst_structure_get_uint(source, "rb-lsr", &lsr);
    gst_structure_get_uint(source, "rb-round-trip", &round_trip); // of 65536
    printf("{\"ssrc\":\"%08x\",\"fraction_lost_pct\":%.2f,\"packets_lost\":%d,\"highest_seq\":%u,"
           "\"jitter_ms\":%.3f,\"lsr\":%u,\"round_trip_ms\":%.3f}\n",
           ssrc, fraction * 100.0 / 256, lost, highest, jitter / 48.0, lsr,
           round_trip * 1000.0 / 65536);
    fflush(stdout);
}

static gboolean on_second(gpointer data)
{
    GstRTSPMedia *media = data;
    GstRTSPStream *stream = gst_rtsp_media_get_stream(media, 0);
    GObject *session = stream ? gst_rtsp_stream_get_rtpsession(stream) : NULL;
    GstStructure *stats = NULL;
    if (!session)
        return G_SOURCE_CONTINUE;
    g_object_get(session, "stats", &stats, NULL);
    const GValue *value = stats ? gst_structure_get_value(stats, "source-stats") : NULL;
    G_GNUC_BEGIN_IGNORE_DEPRECATIONS // the property's type is the deprecated one
        GValueArray *sources = value ? g_value_get_boxed(value) : NULL;
    for (guint i = 0; sources && i < sources->n_values; i++)
        print_report(gst_value_get_structure(g_value_array_get_nth(sources, i)));
    G_GNUC_END_IGNORE_DEPRECATIONS
    if (stats)
        gst_structure_free(stats);
    g_object_unref(session);
    return G_SOURCE_CONTINUE;
}

static void on_media(GstRTSPMediaFactory *factory, GstRTSPMedia *media, gpointer data)
{
    (void)factory;
    (void)data;
    g_timeout_add_seconds_full(G_PRIORITY_DEFAULT, 1, on_second, g_object_ref(media),
                               g_object_unref);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    if (argc < 2) {
        fprintf(stderr, "usage: gst_server LAUNCH [ADDRESS [AGAIN_MS]]\n");
        return 2;
    }
    const char *address = argc > 2 ? argv[2] : "127.0.0.1";
    GstRTSPServer *server = gst_rtsp_server_new();
    GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
    GstRTSPMountPoints *mounts = gst_rtsp_server_get_mount_points(server);
    gst_rtsp_server_set_address(server, address);
    gst_rtsp_server_set_service(server, "0");
    gst_rtsp_media_factory_set_launch(factory, argv[1]);
    gst_rtsp_media_factory_set_shared(factory, TRUE);
    if (argc > 3) {
        gst_rtsp_media_factory_set_profiles(factory, GST_RTSP_PROFILE_AVP | GST_RTSP_PROFILE_AVPF);
        gst_rtsp_media_factory_set_retransmission_time(factory, atoi(argv[3]) * GST_MSECOND);
    }
    g_signal_connect(factory, "media-configure", G_CALLBACK(on_media), NULL);
    gst_rtsp_mount_points_add_factory(mounts, "/voice", factory);
    g_object_unref(mounts);
    if (!gst_rtsp_server_attach(server, NULL)) {
        fprintf(stderr, "gst_server: cannot listen on %s\n", address);
        return 1;
    }
    printf(strchr(address, ':') ? "rtsp://[%s]:%d/voice\n" : "rtsp://%s:%d/voice\n", address,
           gst_rtsp_server_get_bound_port(server));
    fflush(stdout);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
    return 0;
}
