// SIP by hand: see stranger.h.
#include "tests/e2e/stranger.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE 10000 // ms

void stranger_connect(struct stranger *s, uint16_t port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->len = 0;
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(s->fd >= 0);
    assert_int_equal(connect(s->fd, (struct sockaddr *)&a, sizeof a), 0);
    int at_once = 1; // or each request waits for the acknowledgement of the last
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    fcntl(s->fd, F_SETFL, O_NONBLOCK);
}

void stranger_leave(struct stranger *s)
{
    close(s->fd);
    s->fd = -1;
}

bool stranger_says(struct stranger *s, const void *data, size_t len)
{
    ssize_t n = send(s->fd, data, len, MSG_NOSIGNAL);
    return n >= 0 || errno == EAGAIN;
}

static bool hear(struct stranger *s)
{
    ssize_t n = read(s->fd, s->text + s->len, sizeof s->text - 1 - s->len);
    s->len += n > 0 ? (size_t)n : 0;
    s->text[s->len] = '\0';
    return n > 0 || (n < 0 && errno == EAGAIN);
}

static void forget(struct stranger *s, size_t len)
{
    s->len -= len;
    memmove(s->text, s->text + len, s->len + 1);
}

// Where the text begins and the head that it is in ends, once both are there.
static const char *await(struct stranger *s, const char *text, const char **end)
{
    struct pollfd poll_fd = {s->fd, POLLIN, 0};
    const char *found;
    s->text[s->len] = '\0';
    while (!(found = strstr(s->text, text)) || !(*end = strstr(found, "\r\n\r\n")))
        if (poll(&poll_fd, 1, PATIENCE) <= 0 || !hear(s))
            fail_msg("no %s in: %s", text, s->text);
    *end += 4;
    return found;
}

void stranger_expect(struct stranger *s, const char *text)
{
    const char *end;
    await(s, text, &end);
    forget(s, (size_t)(end - s->text));
}

void stranger_tag(struct stranger *s, const char *status, char tag[64])
{
    const char *end, *to = strstr(await(s, status, &end), "\r\nTo: "), *at = strstr(to, ";tag=");
    assert_true(to && at && at < end);
    snprintf(tag, 64, "%.*s", (int)strcspn(at + 5, "\r;"), at + 5);
    forget(s, (size_t)(end - s->text));
}

bool stranger_ignores(struct stranger *s)
{
    bool open = hear(s);
    s->len = 0;
    return open;
}

void stranger_asks(struct stranger *s, const char *method, int call, int cseq, const char *tag)
{
    static const char sdp[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n"
                              "t=0 0\r\nm=audio 9 RTP/AVP 0\r\n";
    char text[2048];
    bool invite = strcmp(method, "INVITE") == 0;
    int len = snprintf(text, sizeof text,
                       "%s sip:b@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;"
                       "branch=z9hG4bK%d-%d-%s\r\nFrom: <sip:a@127.0.0.1>;tag=a\r\n"
                       "To: <sip:b@127.0.0.1>%s%s\r\nCall-ID: stranger-%d\r\nCSeq: %d %s\r\n"
                       "Contact: <sip:a@127.0.0.1:9>\r\n%sContent-Length: %zu\r\n\r\n%s",
                       method, call, cseq, method, *tag ? ";tag=" : "", tag, call, cseq, method,
                       invite ? "Content-Type: application/sdp\r\n" : "",
                       invite ? sizeof sdp - 1 : 0, invite ? sdp : "");
    assert_true(len > 0 && len < (int)sizeof text);
    assert_true(stranger_says(s, text, (size_t)len));
}
