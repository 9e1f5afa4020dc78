#!/usr/bin/env python3
"""The window of voz-receiver on an X server of its own: driven by keys and clicks, looked at by the pictures
that it saves, and compared with what the receiver's log says.

    window.py BUILD                        the tests
    window.py BUILD picture FILE LANG      a picture for the README
    window.py BUILD film FILE LANG         one with a film beside the sound
    window.py BUILD duel FILE LANG         one of voz-lab duel --window
    window.py BUILD cost                   what the window costs the processor, and the sound
"""
import array
import itertools
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import wave
import zlib

PATIENCE = 20.0  # seconds; a machine may be busy

SKY, GREEN, YELLOW = (0x56, 0xB4, 0xE9), (0x00, 0x9E, 0x73), (0xF0, 0xE4, 0x42)
PURPLE, ORANGE, VERMILLION = (0xCC, 0x79, 0xA7), (0xE6, 0x9F, 0x00), (0xD5, 0x5E, 0x00)
GREY, GROUND, WHITE = (0x70, 0x70, 0x70), (0x14, 0x18, 0x1C), (0xFF, 0xFF, 0xFF)
PANEL = (0x22, 0x27, 0x2C)
FATES = {SKY: "packet", GREEN: "fec", YELLOW: "red", PURPLE: "again", ORANGE: "concealed",
         VERMILLION: "concealed", GREY: "concealed"}


def until(what, condition):
    """Waits for it, and returns it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise SystemExit(f"window: {what} did not come about{until.said()}")


until.said = lambda: ""


class Picture:
    def __init__(self, path):
        data = open(path, "rb").read()
        at, packed = 8, b""
        while at < len(data):
            size, kind = struct.unpack(">I4s", data[at:at + 8])
            body = data[at + 8:at + 8 + size]
            if kind == b"IHDR":
                self.width, self.height = struct.unpack(">II", body[:8])
            elif kind == b"IDAT":
                packed += body
            at += 12 + size
        plain, stride = zlib.decompress(packed), 3 * self.width
        above, self.rows = bytes(stride), []
        for y in range(self.height):
            line = plain[y * (stride + 1):(y + 1) * (stride + 1)]
            assert line[0] == 2  # the filter that our writer takes: what is above is taken off
            above = bytes((a + b) & 255 for a, b in zip(line[1:], above))
            self.rows.append(above)

    def at(self, x, y):
        return tuple(self.rows[y][3 * x:3 * x + 3])

    def count(self, y, colour):
        return sum(self.at(x, y) == colour for x in range(self.width))


def whole(path):
    """Is it there, to its end?"""
    return os.path.exists(path) and open(path, "rb").read()[-8:-4] == b"IEND"


class Stage:
    """An X server, a sender, and a receiver with a window."""

    def __init__(self, build, size=(1280, 720), dpi=96):
        self.build, self.size, self.all = build, size, []
        self.folder = tempfile.mkdtemp(prefix="voz-window.")
        until.said = lambda: "\n" + self.text("receiver.txt")[-2000:]
        read, write = os.pipe()
        self.start(["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-dpi", str(dpi),
                    "-nolisten", "tcp"],
                   "x", pass_fds=[write])
        os.close(write)
        number = os.read(read, 16).decode().strip()
        assert number, "no X server"
        self.env = dict(os.environ, DISPLAY=f":{number}")
        self.env.pop("WAYLAND_DISPLAY", None)
        if dpi != 96:
            self.env["SDL_VIDEO_X11_XRANDR"] = "0"  # which knows no dots an inch here

    def start(self, words, name, **more):
        errors = open(f"{self.folder}/{name}.txt", "w")
        child = subprocess.Popen(words, stdout=errors, stderr=errors, stdin=subprocess.DEVNULL,
                                 cwd=self.folder, env=getattr(self, "env", None), **more)
        self.all.append(child)
        return child

    def sender(self, *words):
        self.start([f"{self.build}/voz-sender", "--loop", "--listen", "127.0.0.1:0", *words], "sender")
        said = until("the sender", lambda: re.search(r"rtsp://127.0.0.1:(\d+)/", self.text("sender.txt")))
        self.port = said[1]

    def receiver(self, *words, device="null"):
        self.program = self.start([f"{self.build}/voz-receiver", "--window", "--device", device, "--log",
                                   f"{self.folder}/log", "--stats", f"{self.folder}/stats", *words,
                                   f"127.0.0.1:{self.port}"], "receiver")
        self.find("voz - rtsp")
        self.lines(25)

    def duel(self, *words):
        self.program = self.start([f"{self.build}/voz-lab", "duel", "--window", "--device", "null", *words],
                                  "receiver")
        self.find("voz-lab duel")

    def find(self, name):
        find = lambda: self.x("search", "--name", name, check=False).split()
        self.window = until("the window", find)[0]
        self.opened = self.x("getwindowgeometry", "--shell", self.window)
        self.x("windowsize", "--sync", self.window, *map(str, self.size))
        self.x("windowfocus", self.window)

    def x(self, *words, check=True):
        done = subprocess.run(["xdotool", *words], env=self.env, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=check, text=True)
        return done.stdout

    def keys(self, *keys):
        self.x("key", "--delay", "30", *keys)

    def click(self, x, y):
        self.x("mousemove", "--window", self.window, str(x), str(y), "click", "1")

    def picture(self):
        """What is seen now; the window saves it when asked."""
        n = 1
        while os.path.exists(f"{self.folder}/voz-{n}.png"):
            n += 1
        path = f"{self.folder}/voz-{n}.png"
        self.keys("s")
        until("a picture", lambda: whole(path))
        return path

    def text(self, name):
        return open(f"{self.folder}/{name}").read()

    def log(self):
        return [json.loads(line) for line in self.text("log").splitlines() if line.endswith("}")]

    def film_figures(self):
        lines = self.text("stats").splitlines()
        return json.loads(lines[-1])["video"] if lines else {"shown": 0, "damaged": 0}

    def lines(self, more):
        """Waits until the log has so many further lines, and returns them."""
        had = len(self.log())
        until("sound", lambda: len(self.log()) >= had + more or self.program.poll() is not None)
        return self.log()[had:]

    def end(self):
        for child in reversed(self.all):
            child.terminate()
        for child in self.all:
            child.wait()
        shutil.rmtree(self.folder)


# ---- the strip, read off a picture ------------------------------------------------------------------


def strip(picture, above=0):
    """The fates of the packets in the first strip below `above`, by their colours, from left to right."""
    rows = [y for y in range(above, above + picture.height // 3) if picture.count(y, SKY) > picture.width // 4]
    assert rows, "there is no strip"
    bottom = rows[0]
    while bottom + 1 in rows:
        bottom += 1
    top = bottom - (bottom - rows[0] + 1) * 8 // 3 + 4
    gutter = next(x for x in range(picture.width) if picture.at(x, bottom) in FATES)
    fates, before = [], None
    for x in range(gutter, picture.width):
        colour = picture.at(x, bottom)
        if colour == WHITE:
            continue  # where the eye looks
        if colour == GROUND and picture.at(x, top) == ORANGE:
            colour = ORANGE
        fate = FATES.get(colour)
        if fate and fate != before:
            fates.append(fate)
        elif fate is None:
            before = None
            continue
        before = fate
    return fates[1:]  # the first one may be cut


def cells(log):
    """The same by the log, and how many milliseconds each is: concealment comes in pieces."""
    found, before = [], None
    for line in log:
        concealed = line["seq"] if line["from"] == "concealed" else None
        if concealed is None or concealed != before:
            found.append((line["from"], 0))
        found[-1] = (line["from"], found[-1][1] + line["ms"])
        before = concealed
    return found


def same(shown, logged):
    """They are a part of the log's; what was heard for less than three pixels' time need not be seen by itself."""
    ends = set(range(len(logged)))  # where one can stand in the log after what was shown so far
    for fate in shown:
        after = set()
        for n in ends:
            while n < len(logged):
                if logged[n][0] == fate:
                    after.add(n + 1)
                if logged[n][1] >= 15:
                    break
                n += 1
        ends = after
    return len(ends) > 0


# ---- the film, read off a picture -------------------------------------------------------------------


def film(picture):
    """Where it stands: it is the highest thing at the right edge. Left, top, width, height."""
    edge = range(picture.width - 8, picture.width)  # a pixel of the film may have the ground's colour
    runs = [[]]
    for y in range(picture.height):
        if all(picture.at(x, y) == GROUND for x in edge):
            runs.append([])
        else:
            runs[-1].append(y)
    rows = max(runs, key=len)
    assert rows, "there is no film"
    lefts = []
    for y in rows[4::8]:  # a chart may touch it in some
        left = edge[0]
        while left > 0 and picture.at(left - 1, y) != GROUND:
            left -= 1
        lefts.append(left)
    left = max(set(lefts), key=lefts.count)
    return left, rows[0], picture.width - left, len(rows)


def number(picture, left, top, width, height):
    """The frame's number in the pattern's blocks (media/pattern.h); None: its check says no."""
    bits, row = 0, height / 22
    for i in range(48):
        x = left + width * (i % 24 + 0.5) / 24
        y = top + height - (1.5 - i // 24) * row
        bits = bits << 1 | (sum(picture.at(int(x), int(y))) > 384)
    value, check = bits >> 16, bits & 0xFFFF
    crc = 0xFFFF
    for bit in range(31, -1, -1):
        crc = (crc << 1 & 0xFFFF) ^ (0x1021 if (crc >> 15 ^ value >> bit) & 1 else 0)
    return value if crc == check else None


def flashes(picture, left, top, width, height):
    return sum(picture.at(left + width * 9 // 10, top + height * 4 // 5)) > 384


# ---- the tests ---------------------------------------------------------------------------------------


def check(what, condition):
    print(f"{'ok' if condition else 'FAILED'}  {what}", flush=True)
    check.failed |= not condition


check.failed = False


def cells_are_what_the_log_says(s):
    until("150 packets", lambda: len(cells(s.log())) > 150)
    s.keys("space")
    shown = strip(Picture(s.picture()))
    logged = cells(s.log())
    kinds = sorted(set(shown))
    check(f"the strip's {len(shown)} cells have the fates that the log says ({', '.join(kinds)})",
          len(shown) > 100 and len(kinds) > 2 and same(shown, logged))
    s.keys("space")


def knobs_act(s):
    s.keys("f", "e", "n")
    s.lines(25)  # what was in the buffer
    after = {line["from"] for line in s.lines(40)}
    check("with FEC, RED and NACK off all that is lost is guessed", after == {"packet", "concealed"})
    for _ in range(6):
        s.keys("l")
    s.lines(25)
    after = [line["from"] for line in s.lines(60)]
    check("the loss is turned up by a key", after.count("concealed") > 15)
    s.click(20, 575)  # the left half of the first knob: less
    for _ in range(9):
        s.click(20, 575)
    s.lines(30)
    check("and down by clicks", all(line["from"] == "packet" for line in s.lines(30)))
    s.keys("t")
    figures = lambda: json.loads(s.text("stats").splitlines()[-1])
    until("TCP", lambda: figures()["transport"] == "tcp" and figures()["packets_received"] > 0)
    check("a key changes to TCP, and sound goes on", True)


def it_is_drawn_at_every_size(s):
    for width, height in ((480, 270), (1280, 720), (1920, 1080)):
        s.x("windowsize", "--sync", s.window, str(width), str(height))
        picture = Picture(s.picture())
        lit = sum(row != bytes(GROUND) * width for row in picture.rows)
        check(f"{width} x {height}: something on {100 * lit // height} % of the lines",
              (picture.width, picture.height) == (width, height) and lit > height * 0.8)
    plain = open(s.picture(), "rb").read()
    s.keys("question")
    check("? shows the keys", open(s.picture(), "rb").read() != plain)
    saved = lambda: [name for name in os.listdir(s.folder) if name.endswith(".png")]
    had = len(saved())
    s.keys("s", "q")
    check("q ends it well", s.program.wait(PATIENCE) == 0)
    check("with a picture that was asked for just before", len(saved()) == had + 1 and
          all(whole(f"{s.folder}/{name}") for name in saved()))
    sessions = [json.loads(line) for line in s.text("summary").splitlines()]
    check("what was heard by UDP and by TCP has a line of figures each",
          [f["transport"] for f in sessions] == ["udp", "tcp"] and all(f["packets_received"] for f in sessions))


def the_film_goes_on(s):
    """A picture of the window for each size: the film's number in it, and its shape."""
    numbers = []
    for width, height in ((480, 270), (1280, 720), (1920, 1080)):
        s.x("windowsize", "--sync", s.window, str(width), str(height))
        s.lines(25)
        picture = Picture(s.picture())
        box = film(picture)
        numbers.append(number(picture, *box))
        check(f"{width} x {height}: the film is {box[2]} x {box[3]} pixels, its number is {numbers[-1]}",
              numbers[-1] is not None and box[2] > width * 0.3 and abs(box[2] * 9 / 16 - box[3]) <= 2)
    check("the film's number grows", None not in numbers and numbers == sorted(set(numbers)))


def the_film_meets_the_sound(s):
    """Before a picture is asked for: to save one takes the program longer than a film's picture lasts."""
    until("the film's time", lambda: s.film_figures()["shown"] > 90)
    f = s.film_figures()
    check("the film is seen {:.1f} ms {} the voice".format(
        abs(f["sync_mean_ms"]), "after" if f["sync_mean_ms"] >= 0 else "before"), abs(f["sync_mean_ms"]) <= 20)


def the_film_is_held_and_goes_back(s):
    """What is on the screen while paused belongs to where one looks: a test picture tells its number."""
    def seen(*keys):
        if keys:
            s.keys(*keys)
        time.sleep(0.3)  # a frame
        shown = Picture(s.picture())
        return number(shown, *film(shown))
    held = seen("space")
    time.sleep(1)
    still, packet, second = seen(), seen("Left"), seen("shift+Left")
    check(f"while paused the film stands still: {held}, {still}; a packet back it is {packet}",
          held is not None and held == still and packet in (held, held - 1))
    check(f"a second back it is {second}", second is not None and abs(held - 25 - second) <= 3)
    s.keys("Return")
    time.sleep(1.5)  # it plays a second
    again = seen()
    check(f"it plays again up to {again}", again is not None and abs(held - again) <= 3)
    live = seen("space")
    check(f"and goes on at {live}", live is not None and live > held + 50)


def damage_is_seen(s):
    had = s.film_figures()["damaged"]
    s.keys("n", "v", *["l"] * 6)  # 30 % is lost
    until("damage", lambda: s.film_figures()["damaged"] > had)
    check("V shows the damage", had == 0)


def without_a_display_it_says_so(build):
    names = ("DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "SDL_VIDEODRIVER")
    env = {k: v for k, v in os.environ.items() if k not in names}
    done = subprocess.run([f"{build}/voz-receiver", "--window", "--device", "null", "127.0.0.1:9"], env=env,
                          stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
    check("without a display one line says so, and what helps", done.returncode == 1 and
          "no display" in done.stderr and "leave --window out" in done.stderr and done.stderr.count("\n") == 1)


def a_fine_screen_has_a_large_window(build):
    """157 dots an inch: 1.75 times as many pixels, as far as the screen has them; and all of the window."""
    stage = Stage(build, dpi=157)
    try:
        stage.sender()
        stage.receiver()
        check("at 157 dpi the window is as large as the screen",
              "WIDTH=1920" in stage.opened and "HEIGHT=1080" in stage.opened)
        shown = Picture(stage.picture())  # 1280x720
        panels = [y for y in range(shown.height * 2 // 3, shown.height) if shown.count(y, PANEL) > shown.width // 2]
        check(f"at 1280 x 720 it has its knobs there, too ({len(panels)} lines of panels)",
              len(panels) > shown.height // 5)
    finally:
        stage.end()


def a_window_outlives_its_sender(build):
    """While one looks back it stays, whatever becomes of the sender; else long enough to read why it goes."""
    for how in ("kill", "terminate"):
        stage = Stage(build)
        try:
            stage.sender()
            stage.receiver()
            stage.keys("space")
            getattr(stage.all[1], how)()
            time.sleep(6)
            check(f"paused, it stays when the sender is gone ({how})", stage.program.poll() is None)
            said = Picture(stage.picture())
            letters = sum(said.at(x, y) == YELLOW for y in range(30) for x in range(said.width // 2, said.width))
            stage.keys("shift+Left", "Return")
            check(f"it says why, and one can go on looking back ({letters} dots)",
                  letters > 200 and Picture(stage.picture()).rows[40:] != said.rows[40:])
            stage.keys("space")
            began = time.monotonic()
            status = stage.program.wait(PATIENCE)
            check(f"then it ends by itself, after {time.monotonic() - began:.0f} s",
                  status == 0 and time.monotonic() - began > 2)
        finally:
            stage.end()


def film_tests(build):
    stage = Stage(build)
    try:
        stage.sender("--video", "pattern")
        stage.receiver("--netem", "delay 30ms 5ms seed 4")
        for test in (the_film_meets_the_sound, the_film_goes_on, the_film_is_held_and_goes_back, damage_is_seen):
            test(stage)
    finally:
        stage.end()


def duel_tests(build):
    """TCP above, which waits; UDP below, which repairs. Then UDP alone is heard."""
    stage = Stage(build)
    try:
        stage.duel("--netem", "delay 40ms loss 10%", "--back", "same", "--seed", "3", "--loop", "--duration", "60",
                   "--no-score", "--out", "ears.wav")
        seen = lambda: Picture(stage.picture())
        time.sleep(4)
        shown = seen()
        tcp, udp = set(strip(shown)), set(strip(shown, shown.height // 2))
        check(f"a duel: TCP is late ({', '.join(sorted(tcp))}), UDP is repaired ({', '.join(sorted(udp))})",
              tcp == {"packet", "concealed"} and "red" in udp)
        stage.keys(*"eee")
        time.sleep(1.5)
        stage.keys("q")
        check("q ends a duel well", stage.program.wait(PATIENCE) == 0)
        with wave.open(f"{stage.folder}/ears.wav") as f:
            pcm = array.array("h", f.readframes(f.getnframes()))
        left, right, second = pcm[0::2], pcm[1::2], 48000
        check("E: both ears hear the one, not one each",
              left[:3 * second] != right[:3 * second] and left[-second // 2:] == right[-second // 2:])
    finally:
        stage.end()


def a_call_is_shown(build):
    stage = Stage(build)
    try:
        until.said = lambda: "\n" + stage.text("called.txt") + stage.text("caller.txt")
        silent = ["--verbose", "--in", "speech", "--loop", "--speaker", "null"]
        stage.start([f"{build}/voz-call", *silent, "--listen", "127.0.0.1:0", "--answer", "auto", "--once",
                     "--video", "pattern"], "called")
        port = until("the phone", lambda: re.search(r"on port (\d+)", stage.text("called.txt")))[1]
        stage.program = stage.start([f"{build}/voz-call", *silent, "--window", "--lang", "en", f"127.0.0.1:{port}"],
                                    "caller")
        until("the call", lambda: "The call is up" in stage.text("caller.txt"))
        stage.window = until("the window", lambda: stage.x("search", "--name", "^voz", check=False).split())[0]
        stage.x("windowfocus", stage.window)
        time.sleep(4)  # for something to be seen
        shown = Picture(stage.picture())
        fates = strip(shown)
        check(f"a call's packets are in the strip ({len(fates)})",
              len(fates) > 40 and fates.count("packet") > 0.8 * len(fates))
        bars = {shown.at(x, 120) for x in range(shown.width * 6 // 10, shown.width)}
        check("their picture is beside it: the bars of the test picture",
              any(r > 150 and g < 60 and b < 60 for r, g, b in bars) and
              any(b > 150 and r < 60 and g < 60 for r, g, b in bars))
        lit = [x for x in range(745, 900) if any(shown.at(x, y) == WHITE for y in range(380, 405))]
        check("and how many come in a second, a number of two digits", lit and lit[-1] - lit[0] > 16)
        stage.keys("m")
        until("the muting", lambda: "Muted." in stage.text("caller.txt"))
        stage.keys("l", "l", "l")
        stage.keys("h")
        check("m mutes, h hangs up", stage.program.wait(PATIENCE) == 0 and
              "The call has ended" in stage.text("caller.txt"))
    finally:
        stage.end()


def moving(path):
    """Of each picture of a film, whether it is another one than the one before."""
    head, *frames = open(path, "rb").read().split(b"FRAME\n")
    return [a != b for a, b in zip(frames, frames[1:])]


def a_calls_pictures_are_turned(build, first):
    """V, over a path whose losses stay: pictures go on where damage is shown, and stand still where it is not."""
    stage = Stage(build)
    try:
        until.said = lambda: "\n" + stage.text("called.txt") + stage.text("caller.txt")
        silent = ["--verbose", "--in", "speech", "--loop", "--speaker", "null"]
        stage.start([f"{build}/voz-call", *silent, "--listen", "127.0.0.1:0", "--answer", "auto", "--once",
                     "--video", "pattern", "--size", "320x180"], "called")
        port = until("the phone", lambda: re.search(r"on port (\d+)", stage.text("called.txt")))[1]
        stage.program = stage.start([f"{build}/voz-call", *silent, "--window", "--video-output", "seen.y4m",
                                     "--video-loss", first, "--receiver-nack", "off",
                                     "--netem", "loss 15% delay 100ms seed 3", f"127.0.0.1:{port}"], "caller")
        until("the call", lambda: "The call is up" in stage.text("caller.txt"))
        stage.find("^voz")
        time.sleep(5)
        stage.keys("v")
        time.sleep(5)
        stage.keys("h")
        stage.program.wait(PATIENCE)
        seen = moving(f"{stage.folder}/seen.y4m")
        before, after = (sum(part) / len(part) for part in (seen[25:100], seen[-100:]))
        check(f"a call: {first}, then V: {before:.0%} of the pictures move, then {after:.0%}",
              before > after + 0.2 if first == "show" else after > before + 0.2)
    finally:
        stage.end()


def tests(build):
    stage = Stage(build)
    try:
        stage.sender("--fec", "on")
        stage.receiver("--netem", "delay 30ms 25ms loss 12% duplicate 3% seed 4", "--summary", "summary")
        for test in (cells_are_what_the_log_says, knobs_act, it_is_drawn_at_every_size):
            test(stage)
    finally:
        stage.end()
    film_tests(build)
    a_fine_screen_has_a_large_window(build)
    a_window_outlives_its_sender(build)
    duel_tests(build)
    a_call_is_shown(build)
    for first in ("freeze", "show"):
        a_calls_pictures_are_turned(build, first)
    without_a_display_it_says_so(build)
    return 1 if check.failed else 0


def picture(build, path, lang):
    stage = Stage(build)
    try:
        stage.sender("--fec", "on")
        stage.receiver("--lang", lang, "--netem", "delay 60ms 25ms loss gemodel 5% 40% duplicate 2% seed 8")
        stage.lines(1000)
        shutil.copy(stage.picture(), path)
    finally:
        stage.end()
    return 0


def picture_with_film(build, path, lang):
    stage = Stage(build)
    try:
        stage.sender("--fec", "on", "--video", "pattern", "--size", "640x360")
        stage.receiver("--lang", lang, "--netem", "delay 60ms 25ms loss gemodel 2% 50% duplicate 2% seed 8")
        stage.lines(1000)
        shutil.copy(stage.picture(), path)
    finally:
        stage.end()
    return 0


def picture_of_duel(build, path, lang):
    stage = Stage(build)
    try:
        stage.duel("--lang", lang, "--netem", "delay 50ms 15ms loss 8%", "--back", "same", "--seed", "1", "--loop",
                   "--in", "speech:pt" if lang == "pt" else "speech", "--duration", "600", "--no-score")
        time.sleep(12)
        shutil.copy(stage.picture(), path)
    finally:
        stage.end()
    return 0


def cpu(child):
    """Seconds of CPU so far."""
    fields = open(f"/proc/{child.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def row(what, ours, baseline, aim="", good=True):
    """A line of `make bench`, as tests/bench/table.c prints it."""
    print("{:50} {:>11}  {:39} {:6} {:9} {}".format(what, ours, baseline, "", aim, ("ok" if good else "over") if aim else ""),
          flush=True)


def beside_each_other(build, size, film, plains, seconds):
    """One receiver with a window and `plains` without, of the same packets through the same network. Shares of a core
    (the window's first, then the X server's), and the figures of each."""
    netem = ["--netem", "delay 40ms 15ms distribution normal loss 5% seed 3", "--verbose"]
    stage = Stage(build, size)
    try:
        stage.sender("--fec", "on", *film)
        os.symlink("/dev/null", f"{stage.folder}/film.y4m")  # the pictures are decoded, too
        plain = [stage.start([f"{build}/voz-receiver", "--summary", f"plain{n}.json", *netem,
                              *(["--video-output", "film.y4m"] if film else []),
                              f"127.0.0.1:{stage.port}"], f"plain{n}") for n in range(plains)]
        stage.receiver(*netem, "--summary", "window.json", device="sdl")
        time.sleep(1)
        children = (stage.program, *plain, stage.all[0])
        before = [cpu(child) for child in children]
        time.sleep(seconds)
        shares = [100 * (cpu(child) - was) / seconds for child, was in zip(children, before)]
        for child in children[:-1]:
            child.terminate()
            child.wait()
        said = next(line for line in stage.text("receiver.txt").splitlines() if "The window:" in line)
        names = ["window", *(f"plain{n}" for n in range(plains))]
        return shares, [json.loads(stage.text(f"{name}.json")) for name in names], said.strip()
    finally:
        stage.end()


def cost(build, seconds=15, minutes=2):
    """What the window costs: CPU at three sizes, without a film and with one; and over minutes what it does to the
    sound, beside what two receivers without one differ in."""
    os.environ["SDL_AUDIODRIVER"] = "dummy"  # a device that takes its samples in time
    for size, film in itertools.product(((480, 270), (1280, 720), (1920, 1080)), ([], ["--video", "pattern"])):
        (window, plain, server), _, said = beside_each_other(build, size, film, 1, seconds)
        row("window of {} x {}{}: CPU, % of a core".format(*size, ", a film" if film else ""), f"{window - plain:.1f}",
            f"(all {window:.1f}, without one {plain:.1f})", "< 10", window - plain < 10)
        print(f"  {said} X server: {server:.1f} % of a core")
    _, figures, _ = beside_each_other(build, (1280, 720), ["--video", "pattern"], 2, 60 * minutes)
    for what, of in (("delay, ms", lambda f: f["delay_mean_ms"]), ("delay, 95 %, ms", lambda f: f["delay_p95_ms"]),
                     ("guessed, % of the sound", lambda f: 100 * f["concealed_ms"] / f["played_ms"]),
                     ("device ran dry, times", lambda f: f["device_underruns"])):
        ours, one, other = (of(f) for f in figures)
        row(f"sound beside a window, {minutes} min: {what}", f"{ours:.4g}", f"{one:.4g} and {other:.4g} without")
    return 0


if __name__ == "__main__":
    folder = os.path.abspath(sys.argv[1])
    what = {"picture": picture, "film": picture_with_film, "duel": picture_of_duel, "cost": cost}[sys.argv[2]] if len(sys.argv) > 2 else tests
    sys.exit(what(folder, *sys.argv[3:]))
