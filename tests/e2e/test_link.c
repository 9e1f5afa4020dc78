// A bad network on the real kernel: what is asked for is what others measure, nothing is left of it however
// it ends, and the speech through it is heard as its socket lets it be. As the user who runs this, and where
// that is root, as an ordinary user, too: where the system gives such users no namespaces, they have to be
// told so. A system without any fails here: nothing is skipped.
#include "tests/e2e/scene.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE     60.0
#define LENGTH(a)    (sizeof(a) / sizeof((a)[0]))
#define NOBODY       65534
#define KILLS        100 // in a row, by each user,
#define FLIGHT       10  // of links that stand at the same time
#define LINK(...)    PROGRAM("voz-lab", "link", __VA_ARGS__)
#define SOCKETS(...) PROGRAM("voz-lab", "sockets", __VA_ARGS__)

static int expect(struct program *p)
{
    return program_wait(p, PATIENCE);
}

static void expect_status(struct program *p, int status)
{
    int ended = expect(p);
    if (ended != status)
        fail_msg("status %d instead of %d: %s%s", ended, status, program_output(p),
                 program_errors(p));
    program_free(p);
}

// ---- who runs it ----------------------------------------------------------------------------------

// In the process that becomes the program.
static void become_nobody(void)
{
    if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
        _exit(99);
    prctl(PR_SET_DUMPABLE, 1); // else /proc/self stays root's
}

static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        _exit(98);
    close(fd);
}

// A system that has no user namespaces to give, for a user without rights: one may set such limits in a
// namespace of one's own, and loses its rights by becoming a program.
static void have_no_namespaces(void)
{
    if (geteuid() == 0)
        become_nobody();
    char map[64];
    snprintf(map, sizeof map, "%u %u 1", geteuid(), geteuid());
    if (unshare(CLONE_NEWUSER) != 0)
        _exit(97);
    put("/proc/self/setgroups", "deny");
    put("/proc/self/uid_map", map);
    put("/proc/sys/user/max_user_namespaces", "0");
}

static const struct user {
    const char *name;
    void (*become)(void); // NULL: as we are
} users[] = {{"this user", NULL}, {"nobody", become_nobody}};

// Does the system let an ordinary user make namespaces? Not in a chroot, for one (unshare(2)).
static bool users_may(void)
{
    pid_t child = fork();
    int status = 1;
    if (child == 0) {
        if (geteuid() == 0)
            become_nobody();
        _exit(unshare(CLONE_NEWUSER) != 0);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    return status == 0;
}

// One or two rows of `users`.
static size_t user_count(void)
{
    return geteuid() == 0 && users_may() ? 2 : 1;
}

// A folder that everybody may write to, in the scene's.
static const char *open_folder(void)
{
    const char *folder = scene_file("open");
    mkdir(folder, 0777);
    assert_int_equal(chmod(scene_file(""), 0711), 0);
    assert_int_equal(chmod(folder, 0777), 0);
    return folder;
}

// ---- what is left ---------------------------------------------------------------------------------

// Every process that a program here starts inherits this in its environment.
#define MARK "VOZ_TEST_LINK"

static char mark[64];

struct before {
    size_t interfaces, names; // of this network; of namespaces that have one
};

static bool is_marked(const char *process)
{
    char path[300], text[65536];
    snprintf(path, sizeof path, "/proc/%s/environ", process);
    int fd = atoi(process) == getpid() ? -1 : open(path, O_RDONLY);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text) : 0;
    if (fd >= 0)
        close(fd);
    return n > 0 && memmem(text, (size_t)n, mark, strlen(mark));
}

static size_t marked_processes(void)
{
    DIR *d = opendir("/proc");
    size_t n = 0;
    for (struct dirent *e; d && (e = readdir(d));)
        n += e->d_name[0] >= '0' && e->d_name[0] <= '9' && is_marked(e->d_name);
    if (d)
        closedir(d);
    return n;
}

static size_t entries_of(const char *path)
{
    DIR *d = opendir(path);
    size_t n = 0;
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

// A namespace lives by its processes, or by a name: a mount.
static size_t named_spaces(void)
{
    char line[1024];
    size_t n = 0;
    FILE *f = fopen("/proc/self/mountinfo", "r");
    while (f && fgets(line, sizeof line, f))
        n += strstr(line, "nsfs") != NULL;
    if (f)
        fclose(f);
    return n;
}

static struct before look_around(void)
{
    return (struct before){entries_of("/sys/class/net"), named_spaces()};
}

static void assert_nothing_left(const struct before *before)
{
    assert_int_equal(marked_processes(), 0);
    assert_int_equal(entries_of("/sys/class/net"), before->interfaces);
    assert_int_equal(named_spaces(), before->names);
}

// ---- misuse, and refusals -------------------------------------------------------------------------

static void assert_says(struct program *p, const char *parts)
{
    char text[256];
    snprintf(text, sizeof text, "%s", parts);
    for (char *rest, *part = strtok_r(text, "|", &rest); part; part = strtok_r(NULL, "|", &rest))
        if (!strstr(program_errors(p), part))
            fail_msg("\"%s\" is not in: %s", part, program_errors(p));
}

static void misuse(void **state)
{
    (void)state;
    static const struct {
        const char *words[8];
        int status;
        const char *says;
    } rows[] = {
        {{"link"}, 2, "say what to run|Try: voz-lab link --help"},
        {{"link", "--"}, 2, "say what to run"},
        {{"link", "ping"}, 2, "one word too many: ping"},
        {{"link", "--b", "true", "--", "true"}, 2, "--b|--|Use one"},
        {{"link", "--netem", "lose 5%", "--", "true"}, 2, "unknown word|lose 5%\n^^^^"},
        {{"link", "--netem", "", "--", "true"}, 2, "must say what the network does"},
        {{"link", "--back", "delay", "--", "true"}, 2, "--back delay"},
        {{"link", "--trace", "/no/such.csv", "--", "true"}, 2, "/no/such.csv|No such file"},
        {{"link", "--device", "tap", "--", "true"}, 2, "--device tap|tun, veth"},
        {{"link", "--congestion", "magic", "--", "true"}, 1, "no congestion control called magic"},
        {{"link", "--pcap", "/no/such/x.pcap", "--", "true"}, 1, "/no/such/x.pcap|No such file"},
        {{"link", "--pcap", "/dev/full", "--", "true"}, 1, "/dev/full|No space left"},
        {{"link", "--", "/no/such/program"}, 127, "cannot run /no/such/program|No such file"},
        {{"link", "--", "/"}, 126, "cannot run /|Permission denied"},
        {{"link", "--a", "/no/such/program", "--", "sleep", "1000"}, 127, "not found"},
        {{"sockets", "tcp"}, 2, "no such kind: tcp|stream, datagram, raw, seqpacket"},
        {{"sockets", "--latency", "0"}, 2, "--latency 0|from 1 to 5000 ms"},
        {{"sockets", "--lang", "fr"}, 2, "--lang fr|en, pt"},
        {{"sockets", "--in", "/no/such.wav"}, 1, "/no/such.wav"},
        {{"sockets", "--out", "/dev/null/x"}, 1, "cannot make the folder /dev/null/x"},
        {{"sockets", "--json", "/no/such.json"}, 1, "cannot write --json /no/such.json|No such"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *words[10] = {"voz-lab"};
        for (int n = 0; rows[i].words[n]; n++)
            words[n + 1] = rows[i].words[n];
        struct program *p = program_start(words, "/dev/null");
        int status = expect(p);
        if (status != rows[i].status)
            fail_msg("%s: status %d: %s", rows[i].says, status, program_errors(p));
        assert_says(p, rows[i].says);
        assert_string_equal(program_output(p), ""); // nobody waits for a tour to hear of it
        program_free(p);
    }
}

static void a_system_that_forbids_it(void **state)
{
    (void)state;
    static const char *const commands[] = {"link", "sockets"};
    bool may = users_may();
    if (!may)
        print_message("this system forbids ordinary users to make namespaces: as root only\n");
    for (size_t i = 0; i < 2; i++) {
        program_before(may ? have_no_namespaces : become_nobody);
        struct program *p = i ? SOCKETS("--duration", "1") : LINK("--", "true");
        program_before(NULL);
        assert_int_equal(expect(p), 1);
        assert_says(p, "does not let you make network namespaces|as root (sudo voz-lab ...)");
        if (may)
            assert_says(p, "No space left|sysctl user.max_user_namespaces=10000");
        if (strstr(program_errors(p), commands[1 - i]))
            fail_msg("wrong name: %s", program_errors(p));
        program_free(p);
    }
}

// ---- what others measure --------------------------------------------------------------------------

// The number behind `key` in a text.
static double number_after(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    if (!at)
        fail_msg("no \"%s\" in: %s", key, text);
    return strtod(at + strlen(key), NULL);
}

// How many packets went from a to b and were lost there, as the link tells.
static double lost_forward(struct program *p, double *packets)
{
    *packets = number_after(program_errors(p), "interfaces went\n  a -> b: ");
    return number_after(strstr(program_errors(p), "interfaces went"), "packets, ");
}

// ping(8) from b to a and back: its answers cross forward. 500 of them, each lost with 10 %: within
// three standard deviations. The fastest takes as long as both ways.
static struct program *start_ping(const char *device)
{
    return LINK("--netem", "loss 10% delay 20ms", "--back", "delay 5ms", "--device", device, "--",
                "ping", "-q", "-i", "0.005", "-c", "500", "-W", "1", "10.77.0.1");
}

static void assert_measured(struct program *p)
{
    double packets, lost;
    if (expect(p) != 0)
        fail_msg("%s%s", program_output(p), program_errors(p));
    const char *said = program_output(p);
    double received = number_after(said, "transmitted, ");
    lost = lost_forward(p, &packets);
    assert_true(packets == 500);
    assert_true(received == 500 - lost); // ping and the link agree to the packet
    assert_true(fabs(lost / 500 - 0.1) < 3 * sqrt(0.1 * 0.9 / 500));
    double least = number_after(said, "mdev = ");
    if (least < 25 || least > 27)
        fail_msg("%s", said);
    program_free(p);
}

static void loss_and_delay(void **state)
{
    (void)state;
    struct program *programs[3];
    size_t count = 0;
    if (access("/dev/net/tun", R_OK | W_OK) == 0)
        programs[count++] = start_ping("tun");
    for (size_t u = 0; u < user_count(); u++) {
        program_before(users[u].become);
        programs[count++] = start_ping("veth");
    }
    program_before(NULL);
    for (size_t i = 0; i < count; i++)
        assert_measured(programs[i]);
}

// The share that iperf3(1) misses of 2500 datagrams of 200 octets a second from a to b; below 0: the one
// datagram with which it begins was itself lost, and it does not say that again.
static double iperf3_loss(const char *netem, double *packets, double *too_slow)
{
    struct program *p = LINK("--netem", netem, "--a", "iperf3 -s >/dev/null", "--", "iperf3", "-J",
                             "-R", "-u", "-b", "4M", "-l", "200", "-t", "2", "-c", "10.77.0.1");
    int status = expect(p);
    double share = -1;
    if (status != 0 && !strstr(program_output(p), "unable to read from stream socket"))
        fail_msg("%s%s", program_output(p), program_errors(p));
    json_t *all = json_loads(program_output(p), 0, NULL);
    json_t *sum = json_object_get(json_object_get(all, "end"), "sum");
    if (sum) {
        share = json_number_value(json_object_get(sum, "lost_percent")) / 100;
        *packets = json_number_value(json_object_get(sum, "packets"));
        *too_slow = strstr(program_errors(p), "too slow for ")
                        ? number_after(program_errors(p), "too slow for ")
                        : 0;
    }
    json_decref(all);
    program_free(p);
    return share;
}

static void measured_by_iperf3(void **state)
{
    (void)state;
    for (size_t u = 0; u < user_count(); u++) {
        char netem[64];
        double share = -1, packets = 0, too_slow = 0;
        program_before(users[u].become);
        for (int seed = 1; seed < 10 && share < 0; seed++) {
            snprintf(netem, sizeof netem, "loss 5%% seed %d", seed);
            share = iperf3_loss(netem, &packets, &too_slow);
        }
        program_before(NULL);
        // Which ones are lost depends on what else crosses: four standard deviations, and what a
        // busy machine says that it lost itself.
        if (packets < 1000 ||
            fabs(share - 0.05) > 4 * sqrt(0.05 * 0.95 / packets) + too_slow / packets)
            fail_msg("%s: lost %g of %g", users[u].name, share, packets);
    }
}

// Whatever the kernel's own choice is, in there it is CUBIC, unless one says otherwise.
static void congestion_control(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{NULL, "cubic"}, {"reno", "reno"}};
    for (size_t i = 0; i < 2 * user_count(); i++) {
        program_before(users[i / 2].become);
        const char *name = rows[i % 2][0];
        struct program *p =
            LINK("--congestion", name ? name : "cubic", "--a", "iperf3 -s >/dev/null", "--",
                 "iperf3", "-J", "-n", "10K", "-c", "10.77.0.1");
        program_before(NULL);
        if (expect(p) != 0)
            fail_msg("%s%s", program_output(p), program_errors(p));
        char expected[64];
        snprintf(expected, sizeof expected, "\"sender_tcp_congestion\":\t\"%s\"", rows[i % 2][1]);
        if (!strstr(program_output(p), expected))
            fail_msg("no %s in %s", expected, program_output(p));
        program_free(p);
    }
}

// The capture holds what crossed: IPv4, as many as the link counted.
static void capture(void **state)
{
    (void)state;
    const char *path = scene_file("crossed.pcap");
    struct program *p = LINK("--netem", "loss 20%", "--pcap", path, "--", "ping", "-q", "-i",
                             "0.01", "-c", "100", "-W", "1", "10.77.0.1");
    double packets, lost;
    expect(p);
    lost = lost_forward(p, &packets);
    program_free(p);
    FILE *f = fopen(path, "rb");
    uint32_t head[6], frame[4];
    size_t count = 0;
    assert_int_equal(fread(head, 4, 6, f), 6);
    assert_int_equal(head[5], 101); // LINKTYPE_RAW
    while (fread(frame, 4, 4, f) == 4) {
        uint8_t data[2048];
        assert_int_equal(fread(data, 1, frame[2], f), frame[2]);
        assert_int_equal(data[0], 0x45);
        assert_int_equal(data[9], 1); // ICMP
        count++;
    }
    fclose(f);
    assert_true((double)count == 100 + packets - lost);
}

// ---- how it ends ----------------------------------------------------------------------------------

static void exit_status(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        int status;
    } rows[] = {
        {NULL, "exit 0", 0},
        {NULL, "exit 7", 7},
        {NULL, "kill -9 $$", 137},
        {"exit 5", NULL, 5},
        {"exit 5", "exec sleep 1000", 5}, // b is told
        {"exec sleep 1000", "exit 0", 0}, // a is told: not its fault
        {"exec sleep 1000", "exit 3", 3},
        {"exit 0", "exit 4", 4},
        {"trap '' TERM; sleep 1000 & wait; wait", "exit 0", 0}, // killed after a while
    };
    struct program *programs[LENGTH(rows)];
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *words[8] = {"voz-lab", "link"};
        size_t n = 2;
        if (rows[i].a) {
            words[n++] = "--a";
            words[n++] = rows[i].a;
        }
        if (rows[i].b) {
            words[n++] = "--b";
            words[n++] = rows[i].b;
        }
        programs[i] = program_start(words, "/dev/null");
    }
    for (size_t i = 0; i < LENGTH(rows); i++)
        expect_status(programs[i], rows[i].status);
}

// What a program may see of the network: its own side, and the other one behind it.
static void nothing_of_the_host(void **state)
{
    (void)state;
    for (size_t u = 0; u < user_count(); u++) {
        program_before(users[u].become);
        struct program *p = LINK("--", "sh", "-c", "id -u; tail -n +3 /proc/thread-self/net/dev");
        program_before(NULL);
        assert_int_equal(expect(p), 0);
        const char *said = program_output(p);
        size_t lines = 0;
        for (const char *at = said; (at = strchr(at, '\n')); at++)
            lines++;
        assert_int_equal(lines, 3); // who we are, lo, link0
        assert_non_null(strstr(said, "link0:"));
        assert_int_equal(atoi(said), u ? NOBODY : (int)geteuid());
        program_free(p);
    }
}

// kill -9 at any moment. Every process holds the pipe that we read, so its end is the end of all of
// them. Side a has a socket, so that nobody waits for one before side b begins.
static struct program *start_to_kill(void)
{
    return LINK("--netem", "delay 5ms", "--quiet", "--a",
                "sleep 1000 & exec ping -q -i 1000 10.77.0.2", "--", "sh", "-c",
                "setsid sleep 1000 & echo ready >&2; sleep 1000 & exec sleep 1000");
}

// Every other one before all is there, a little later each time; the rest when it is, one after the other.
static void kill_all_of(int count, int first)
{
    struct program *flight[FLIGHT];
    for (int i = 0; i < count; i++) {
        flight[i] = start_to_kill();
        if (i % 2)
            continue;
        usleep((useconds_t)(first + i) * 400);
        program_signal(flight[i], SIGKILL);
    }
    for (int i = 1; i < count; i += 2) {
        program_expect(flight[i], "ready", PATIENCE);
        program_signal(flight[i], SIGKILL);
    }
    for (int i = 0; i < count; i++) {
        assert_int_equal(program_wait(flight[i], PATIENCE), 128 + SIGKILL);
        program_free(flight[i]);
    }
}

static void killed(void **state)
{
    (void)state;
    struct before before = look_around();
    for (size_t u = 0; u < user_count(); u++) {
        program_before(users[u].become);
        for (int i = 0; i < KILLS; i += FLIGHT)
            kill_all_of(KILLS - i < FLIGHT ? KILLS - i : FLIGHT, i);
    }
    program_before(NULL);
    assert_nothing_left(&before);
}

// The same for the tour, and for those who are asked to end.
static void ended_by_other_signals(void **state)
{
    (void)state;
    static const int numbers[] = {SIGTERM, SIGHUP, SIGINT, SIGKILL};
    struct before before = look_around();
    for (size_t i = 0; i < 2 * LENGTH(numbers); i++) {
        struct program *p = i % 2 ? SOCKETS("--duration", "10")
                                  : LINK("--", "sh", "-c", "echo speaking >&2; exec sleep 1000");
        double deadline = scene_now() + PATIENCE;
        if (i % 2)
            while (!strstr(program_output(p), "speak") && scene_now() < deadline)
                usleep(1000);
        else
            program_expect(p, "speaking", PATIENCE);
        program_signal(p, numbers[i / 2]);
        assert_int_not_equal(program_wait(p, PATIENCE), 0);
        program_free(p);
    }
    assert_nothing_left(&before);
}

static bool terminal_says(int terminal, char *said, size_t cap, const char *what)
{
    size_t len = strlen(said);
    double deadline = scene_now() + PATIENCE;
    while (!strstr(said, what) && scene_now() < deadline && len + 1 < cap) {
        ssize_t n = read(terminal, said + len, cap - 1 - len);
        if (n <= 0)
            break;
        said[len += (size_t)n] = '\0';
    }
    return strstr(said, what);
}

// In a terminal Ctrl-C is for the programs on both sides, once, and the link waits for what they make of it.
static void control_c(void **state)
{
    (void)state;
    int terminal;
    char said[4096] = "", path[512];
    const char *build = getenv("VOZ_BUILD");
    struct before before = look_around();
    snprintf(path, sizeof path, "%s/voz-lab", build ? build : "build");
    pid_t id = forkpty(&terminal, NULL, NULL, NULL);
    assert_true(id >= 0);
    if (id == 0) {
        execl(path, path, "link", "--a", "exec sleep 1000", "--", "sh", "-c",
              "trap 'echo heard; exit 9' INT; echo ready; while :; do sleep 0.1; done", NULL);
        _exit(127);
    }
    assert_true(terminal_says(terminal, said, sizeof said, "ready"));
    assert_int_equal(write(terminal, "\003", 1), 1);
    bool heard = terminal_says(terminal, said, sizeof said, "heard");
    terminal_says(terminal, said, sizeof said, "at its end there is no such word");
    int status;
    assert_int_equal(waitpid(id, &status, 0), id);
    close(terminal);
    if (!heard || !WIFEXITED(status) || WEXITSTATUS(status) != 9)
        fail_msg("status %d: %s", status, said);
    assert_nothing_left(&before);
}

// ---- speech through it ----------------------------------------------------------------------------

// The programs know nothing of where they run.
static void a_call(void **state)
{
    (void)state;
    static const char *const transports[] = {"udp", "tcp"};
    struct program *programs[2];
    char a[512], json[2][512], wav[512];
    snprintf(a, sizeof a, "voz-sender --once %s", scene_recording());
    for (size_t i = 0; i < 2; i++) {
        snprintf(json[i], sizeof json[i], "%s.json", scene_file(transports[i]));
        snprintf(wav, sizeof wav, "%s.wav", scene_file(transports[i]));
        programs[i] =
            LINK("--netem", "delay 20ms loss 5%", "--a", a, "--", "voz-receiver", "--no-play",
                 "--transport", transports[i], "--output", wav, "--summary", json[i], "10.77.0.1");
    }
    for (size_t i = 0; i < 2; i++) {
        expect_status(programs[i], 0);
        double received = figure(json[i], "packets_received");
        double lost = figure(json[i], "packets_lost");
        assert_true(received + lost >= SCENE_SECONDS * 50);
        assert_true(i ? lost == 0 : lost > 0 && lost < SCENE_SECONDS * 50 / 5.0);
    }
}

static json_t *kind(json_t *all, const char *name)
{
    size_t i;
    json_t *one;
    json_array_foreach(all, i, one) if (strcmp(json_string_value(json_object_get(one, "kind")),
                                               name) == 0) return one;
    fail_msg("no %s", name);
    return NULL;
}

static double number(const json_t *record, const char *key)
{
    json_t *value = json_object_get(record, key);
    if (!json_is_number(value))
        fail_msg("there is no %s", key);
    return json_number_value(value);
}

// What a class is told has to be so. A raw socket's packets are lost where a datagram socket's are.
static void assert_tour(json_t *all)
{
    json_t *stream = kind(all, "stream"), *datagram = kind(all, "datagram");
    json_t *raw = kind(all, "raw"), *seqpacket = kind(all, "seqpacket");
    double sent = number(datagram, "sent"), came = number(datagram, "came");
    assert_true(sent >= 200);
    assert_true(came < sent * 0.95 && came > sent * 0.8);
    assert_true(number(raw, "came") == came);
    assert_true(number(datagram, "reads") == came);
    assert_true(number(datagram, "reads_odd") == 0);
    assert_true(number(datagram, "packets_lost") == sent - came);
    assert_true(number(stream, "came") == sent);
    assert_true(number(stream, "packets_lost") > 0);
    assert_true(number(stream, "reads_odd") > 0);
    assert_true(number(stream, "overtaken") == 0);
    // A machine that is busy makes all of them wait now and then; the stream waits for each loss.
    assert_true(number(stream, "stalls") > 2 * number(datagram, "stalls"));
    assert_true(number(stream, "call_ms") >= 80);
    assert_true(number(datagram, "delay_median_ms") >= 40);
    assert_true(number(seqpacket, "came") == sent);
    assert_true(number(seqpacket, "reads_odd") == 0);
    assert_true(number(seqpacket, "delay_median_ms") < 10);
    assert_true(number(seqpacket, "estoi") > number(datagram, "estoi"));
}

static void assert_files(const char *folder)
{
    static const char *const files[] = {"said.wav",      "stream.wav",  "datagram.wav", "raw.wav",
                                        "seqpacket.wav", "stream.pcap", "raw.pcap"};
    char path[600];
    for (size_t i = 0; i < LENGTH(files); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        assert_int_equal(access(path, R_OK), 0);
    }
}

static void the_tour(void **state)
{
    (void)state;
    static const char *const says[][2] = {
        {"en", "letters: each for itself"},
        {"pt", "cartas: cada uma por si"},
    };
    struct program *programs[2];
    char out[2][512], json[2][520];
    for (size_t u = 0; u < user_count(); u++) {
        snprintf(out[u], sizeof out[u], "%s/tour%zu", open_folder(), u);
        snprintf(json[u], sizeof json[u], "%s.json", out[u]);
        program_before(users[u].become);
        programs[u] = SOCKETS("--netem", "loss 10% delay 40ms", "--duration", "6", "--lang",
                              says[u][0], "--out", out[u], "--json", json[u]);
    }
    program_before(NULL);
    for (size_t u = 0; u < user_count(); u++) {
        if (expect(programs[u]) != 0 || !strstr(program_output(programs[u]), says[u][1]))
            fail_msg("%s%s", program_output(programs[u]), program_errors(programs[u]));
        program_free(programs[u]);
        json_t *all = json_load_file(json[u], 0, NULL);
        assert_non_null(all);
        assert_tour(all);
        json_decref(all);
        assert_files(out[u]);
    }
}

// A network that lets nothing through: no call comes about, no letter arrives, and it ends, when it has
// waited for half a minute. It does so beside the tests that come before.
static struct program *nothing;

static int begin_nothing(void **state)
{
    (void)state;
    nothing = SOCKETS("--netem", "loss 100%", "--duration", "1", "--json",
                      scene_file("nothing.json"), "stream", "datagram");
    return 0;
}

static void nothing_gets_through(void **state)
{
    (void)state;
    int status = expect(nothing);
    if (status != 0 || !strstr(program_output(nothing), "And back: no loss, no delay") ||
        !strstr(program_output(nothing), "No call came through"))
        fail_msg("status %d: %s%s", status, program_output(nothing), program_errors(nothing));
    json_t *all = json_load_file(scene_file("nothing.json"), 0, NULL);
    assert_non_null(all);
    assert_true(number(kind(all, "datagram"), "came") == 0);
    assert_true(number(kind(all, "stream"), "came") == 0);
    json_decref(all);
    program_free(nothing);
}

static int forget(const char *path, const struct stat *info, int kind_of, struct FTW *at)
{
    (void)info;
    (void)kind_of;
    (void)at;
    return remove(path);
}

// The programs that are tested, not those that are installed.
static int set_path(void)
{
    char folder[PATH_MAX], path[2 * PATH_MAX];
    const char *build = getenv("VOZ_BUILD"), *before = getenv("PATH");
    if (!realpath(build ? build : "build", folder))
        return -1;
    snprintf(path, sizeof path, "%s:%s", folder, before ? before : "/usr/bin:/bin");
    return setenv("PATH", path, 1);
}

static int open_all(void **state)
{
    snprintf(mark, sizeof mark, MARK "=%d.", getpid());
    char *value = strchr(mark, '=') + 1;
    return setenv(MARK, value, 1) == 0 && set_path() == 0 ? scene_open(state) : -1;
}

static int close_all(void **state)
{
    nftw(scene_file("open"), forget, 16, FTW_DEPTH | FTW_PHYS);
    return scene_close(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misuse),
        cmocka_unit_test(a_system_that_forbids_it),
        cmocka_unit_test(killed),
        cmocka_unit_test(ended_by_other_signals),
        cmocka_unit_test(control_c),
        cmocka_unit_test_setup(loss_and_delay, begin_nothing),
        cmocka_unit_test(measured_by_iperf3),
        cmocka_unit_test(congestion_control),
        cmocka_unit_test(capture),
        cmocka_unit_test(exit_status),
        cmocka_unit_test(nothing_of_the_host),
        cmocka_unit_test(a_call),
        cmocka_unit_test(the_tour),
        cmocka_unit_test(nothing_gets_through),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
