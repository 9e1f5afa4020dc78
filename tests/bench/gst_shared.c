// The baseline server: gst-rtsp-server with one shared factory, as its own examples set it up.
//
//     gst_shared 'PIPELINE'      ( ... ! rtpopuspay name=pay0 pt=96 )
#include <gst/rtsp-server/rtsp-server.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    if (argc != 2) {
        fprintf(stderr, "usage: gst_shared PIPELINE\n");
        return 2;
    }
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);
    GstRTSPServer *server = gst_rtsp_server_new();
    GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
    GstRTSPMountPoints *mounts = gst_rtsp_server_get_mount_points(server);
    gst_rtsp_media_factory_set_launch(factory, argv[1]);
    gst_rtsp_media_factory_set_shared(factory, TRUE);
    gst_rtsp_mount_points_add_factory(mounts, "/voice", factory);
    g_object_unref(mounts);
    gst_rtsp_server_set_address(server, "127.0.0.1");
    gst_rtsp_server_set_service(server, "0");
    if (!gst_rtsp_server_attach(server, NULL)) {
        fprintf(stderr, "gst_shared: cannot listen\n");
        return 1;
    }
    printf("rtsp://127.0.0.1:%d/voice\n", gst_rtsp_server_get_bound_port(server));
    fflush(stdout);
    g_main_loop_run(loop);
    return 0;
}
