#!/usr/bin/env python3
"""Runs the commands of a lesson, and checks that what its text says is what they do.

    tests/lesson/lesson.py docs/lesson.md docs/aula.md

How a lesson is written (whoever reads the page does not see what is in <!-- -->):

    ```sh                  run as it stands, with nobody at the keyboard and no sound device, where the block before it
                           ended (folder and PATH). One that ends in & goes on while the next ones run.
    ```sh fails            the same, and it has to fail.
    ```text                lines of what the block before it printed, in that order; how many blanks does not count.
    ```text ±30%           the same, but numbers may be so far away: for real time and the real kernel.
    0.91<!--guess estoi--> a figure: estoi in guess.json, to the digits that the text has.
        tour estoi kind=stream ±30%     only of the records that say so (the mean of several), so far away at most;
        both delay_mean_ms loss=10 /1000                in both/results.csv, divided (x100: multiplied);
        test.html estoi loss=10         in the page of a listening test.
    <!--table both by loss | FIGURE | FIGURE -->        the cells of the table that follows; in each row, loss is the
                           number in the first cell.
    <!--table by file | FIGURE | FIGURE -->             where the first cell has guess.wav, the figures of guess.json.
    <!--so A < B-->        A and B as in a figure's comment: what the sentence before it says of them.
    <!--given 20 4477-->   numbers in this step that no run gives. Every other number has to be a figure, or to stand in
                           a command, an output or a table of the step.

The minutes in the headings add up to those that the first heading says. Two texts have to say the same: the same
commands (but for --lang pt), figures and tables, and in each step and output the same numbers. What stands in both is
run once.
"""
import csv
import json
import os
import re
import subprocess
import sys
import time

NUMBER = re.compile(r"\d[\d.,]*\d|\d")
CLAIM = re.compile(r"<!--so (.*?)-->")
GIVEN = re.compile(r"<!--given (.*?)-->")
DECIMAL = re.compile(r"\d+(?:\.\d+)?")
FIGURE = re.compile(r"(\d[\d.,]*)<!--(.*?)-->")
WAIT_S = 10  # for what a block that goes on prints at first
END_S = 60  # for its end, after all others
problems = 0


def complain(where, what):
    global problems
    problems += 1
    print(f"lesson: {where}: {what}", file=sys.stderr, flush=True)


def plain(text):
    """Numbers as Python writes them: a decimal comma becomes a point."""
    return text.replace(",", ".")


def numbers(text):
    return [plain(number) for number in NUMBER.findall(text)]


def unmarked(line):
    """The numbers that who reads the page sees, but for figures."""
    return numbers(re.sub(r"<!--.*?-->|\]\(.*?\)", "", FIGURE.sub("", line)))


class Item:
    """A block, a table, a heading, or a line of prose."""

    def __init__(self, kind, argument, where):
        self.kind, self.argument, self.where, self.lines = kind, argument.strip(), where, []


def parse(path):
    items, block, table = [], None, False
    with open(path, encoding="utf-8") as file:
        for count, line in enumerate(file, 1):
            line, where = line.rstrip("\n"), f"{path}:{count}"
            if block:
                if line == "```":
                    block = None
                else:
                    block.lines.append(line)
                continue
            if line.startswith("```"):
                kind, _, argument = line[3:].partition(" ")
                block = Item(kind, argument, where)
                items.append(block)
            elif line.startswith("<!--table "):
                items.append(Item("table", line[len("<!--table "):-len("-->")], where))
                table = True
                continue
            elif table and line.startswith("|"):
                items[-1].lines.append(line)
                continue
            else:
                items.append(Item("heading" if line.startswith("#") else "prose", "", where))
                items[-1].lines.append(line)
            table = False
    return items


# ---- running ----------------------------------------------------------------------------------------


def read(name):
    with open(name, encoding="utf-8", errors="replace") as file:
        return file.read()


class Runner:
    def __init__(self, work):
        self.work, self.folder, self.path = work, os.getcwd(), os.environ["PATH"]
        self.outputs, self.running = {}, []  # of (script, turn): the name; process, block, name
        os.makedirs(work, exist_ok=True)

    def start(self, script, output):
        # SDL's dummy device takes as long as a real one. PYTHONUNBUFFERED: a server's lines come at once.
        env = dict(os.environ, PATH=self.path, SDL_AUDIODRIVER="dummy", PYTHONUNBUFFERED="1", LC_ALL="C.UTF-8")
        return subprocess.Popen(["sh", "-e", "-c", script], cwd=self.folder, env=env, stdin=subprocess.DEVNULL,
                                stdout=output, stderr=subprocess.STDOUT)

    def run(self, block, turn, shown):
        """What a block printed, the name of a file; turn: which of those in its text that say the same;
        shown: what the text says that it prints."""
        script = "\n".join(block.lines)
        if (script, turn) in self.outputs:
            return self.outputs[script, turn]
        print("  $ " + script.replace("\n", "\n    "), flush=True)
        name = self.outputs[script, turn] = f"{self.work}/{len(self.outputs)}.out"
        with open(name, "w", encoding="utf-8") as output:
            if script.endswith("&"):
                # exec: what is told to end is the program, not a shell around it
                process = self.start("exec " + script[:-1], output)
                self.running.append((process, block, name))
                until = time.monotonic() + WAIT_S
                while process.poll() is None and unlike(shown, read(name)) and time.monotonic() < until:
                    time.sleep(0.05)
                return name
            state = f"{self.work}/state"
            status = self.start(f'{script}\n{{ pwd; echo "$PATH"; }} >{state}', output).wait()
        if (status != 0) != (block.argument == "fails"):
            complain(block.where, f"this ended with {status}:\n{script}\n{read(name)}")
        elif status == 0:
            self.folder, self.path = read(state).splitlines()
        return name

    def end(self):
        for process, block, name in self.running:
            try:
                if process.wait(END_S):
                    complain(block.where, f"this ended with {process.returncode}:\n{read(name)}")
            except subprocess.TimeoutExpired:
                process.terminate()
                complain(block.where, "this does not end by itself")


# ---- comparing --------------------------------------------------------------------------------------


def within(said, measured, tolerance):
    """Whether a number of the text is one that was measured."""
    said = plain(said)
    if tolerance:
        return abs(float(said) - measured) <= tolerance * max(abs(float(said)), abs(measured))
    return said == f"{measured:.{len(said.partition('.')[2])}f}"


def tolerance_in(words):
    return next((float(word[1:-1]) / 100 for word in words if word.startswith("±")), 0)


def same_line(said, printed, tolerance):
    if not tolerance:
        return said in printed
    pattern = f"({NUMBER.pattern})".join(map(re.escape, NUMBER.split(said)))
    match = re.search(pattern, printed)
    return bool(match) and all(
        a == b or (DECIMAL.fullmatch(a) and DECIMAL.fullmatch(b) and within(a, float(b), tolerance))
        for a, b in zip(numbers(said), map(plain, match.groups())))


def unlike(block, output):
    """The first line of a text block that was not printed, or None."""
    if not block:
        return None
    printed = [" ".join(line.split()) for line in output.splitlines()]
    for line in block.lines:
        said = " ".join(line.split())
        if said == "...":
            continue
        while printed and not same_line(said, printed[0], tolerance_in(block.argument.split())):
            printed.pop(0)
        if not printed:
            return line
        printed.pop(0)
    return None


def records(folder, source):
    if source.endswith(".html"):
        page = read(f"{folder}/{source}")
        conditions = json.loads(re.search(r'"conditions":(\[.*?\])', page)[1])
        scores = json.loads(re.search(r'"estoi":(\[\[.*?\]\])', page)[1])
        return [dict(condition, estoi=sum(score) / len(score)) for condition, score in zip(conditions, scores)]
    if os.path.exists(f"{folder}/{source}.json"):
        found = json.loads(read(f"{folder}/{source}.json"))
        return found if isinstance(found, list) else [found]
    with open(f"{folder}/{source}/results.csv", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def says(record, key, value):
    try:
        return float(record[key]) == float(value)
    except ValueError:
        return record[key] == value


def measured(folder, words):
    """The figure that the words of a mark name."""
    source, key, *rest = words
    found = records(folder, source)
    scale = 1.0
    for word in rest:
        if "=" in word:
            name, _, value = word.partition("=")
            found = [record for record in found if says(record, name, value)]
        elif word[0] in "/x":
            scale = float(word[1:]) if word[0] == "x" else 1 / float(word[1:])
    return scale * sum(float(record[key]) for record in found) / len(found)


def check_figure(where, folder, said, mark):
    words = mark.split()
    try:
        value = measured(folder, words)
    except (OSError, KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        complain(where, f"no figure for {mark}: {error!r}")
        return
    if not within(said, value, tolerance_in(words)):
        complain(where, f"the text says {said}, the run {value:.4f} ({mark})")


def check_claim(where, folder, claim):
    less, more = (measured(folder, side.split()) for side in claim.split("<"))
    if not less < more:
        complain(where, f"not so: {claim} ({less:.4f}, {more:.4f})")


def check_table(item, folder):
    head, *columns = (part.strip() for part in item.argument.split("|"))
    source = head.split()[0]
    for row in item.lines[2:]:
        first, *cells = (cell.strip() for cell in row.strip("|").split("|"))
        if len(cells) != len(columns):
            complain(item.where, f"{len(columns)} figures a row, not: {row}")
        for cell, column in zip(cells, columns):
            if head == "by file":
                mark = re.search(r"(\w+)\.wav", first)[1] + " " + column
            else:
                mark = f"{source} {column} {head.split()[-1]}={numbers(first)[0]}"
            check_figure(item.where, folder, numbers(cell)[0], mark)


# ---- a text -----------------------------------------------------------------------------------------


def steps(items):
    """The items, in lists that each begin with a heading."""
    found = []
    for item in items:
        if item.kind == "heading" or not found:
            found.append([])
        found[-1].append(item)
    return found


def check_numbers(step):
    """No number in a step that nothing vouches for."""
    known = set()
    for item in step:
        text = "\n".join(item.lines)
        if item.kind in ("sh", "text", "table", "heading"):
            known |= set(numbers(text))
        if item.kind == "sh":
            known |= set(re.findall(r"\d+", text))
        known |= set(numbers(" ".join(GIVEN.findall(text))))
        known |= {plain(said) for said, _ in FIGURE.findall(text)}
    for item in step:
        if item.kind == "prose":
            for number in unmarked(item.lines[0]):
                if number not in known:
                    complain(item.where, f"where does {number} come from?")


def check_minutes(path, items):
    first, *rest = [numbers(item.lines[0]) for item in items if item.kind == "heading"]
    total = sum(int(found[-1]) for found in rest if found)
    if first != [str(total)]:
        complain(path, f"the steps take {total} minutes, the lesson {first}")


def check(path, items, runner):
    output = None
    print(path)
    for place, item in enumerate(items):
        if item.kind == "sh":
            following = next((i for i in items[place + 1:] if i.kind in ("sh", "text")), None)
            shown = following if following and following.kind == "text" else None
            turn = sum(i.kind == "sh" and i.lines == item.lines for i in items[:place])
            output = runner.run(item, turn, shown)
        elif item.kind == "text":
            line = unlike(item, read(output))
            if line is not None:
                complain(item.where, f"the run did not print: {line}\nbut:\n{read(output)}")
        elif item.kind == "table":
            check_table(item, runner.folder)
        elif item.kind == "prose":
            for said, mark in FIGURE.findall(item.lines[0]):
                check_figure(item.where, runner.folder, said, mark)
            for claim in CLAIM.findall(item.lines[0]):
                check_claim(item.where, runner.folder, claim)
        elif item.kind != "heading":
            complain(item.where, f"a block of {item.kind or 'nothing'}")


def essence(items):
    """What has to be the same in each language."""
    found = []
    for item in items:
        text = "\n".join(item.lines)
        if item.kind == "sh":
            found.append((item.where, item.argument, text.replace(" --lang pt", "")))
        elif item.kind == "text":
            found.append((item.where, item.argument, sorted(numbers(text))))
        elif item.kind == "table":
            found.append((item.where, item.argument, [numbers(line) for line in item.lines]))
        elif item.kind == "prose":
            found += [(item.where, plain(said), mark) for said, mark in FIGURE.findall(text)]
            found += [(item.where, said) for said in CLAIM.findall(text) + GIVEN.findall(text)]
    for step in steps(items):
        said = [number for item in step if item.kind in ("prose", "heading") for number in unmarked(item.lines[0])]
        found.append((step[0].where, sorted(said)))
    return found


def check_same(one, other):
    one, other = essence(one), essence(other)
    for a, b in zip(one, other):
        if a[1:] != b[1:]:
            complain(b[0], f"not what stands in {a[0]}: {b[1:]} and {a[1:]}")
            return
    if len(one) != len(other):
        complain(max(one, other, key=len)[min(len(one), len(other))][0], "this stands in one text only")


def main():
    began = time.monotonic()
    texts = {path: parse(path) for path in sys.argv[1:]}
    for path, items in texts.items():
        check_minutes(path, items)
        for step in steps(items):
            check_numbers(step)
        check_same(next(iter(texts.values())), items)
    runner = Runner(os.path.abspath("build/lesson.run"))
    for path, items in texts.items():
        check(path, items, runner)
    runner.end()
    taken = time.monotonic() - began
    print(f"lesson: {problems} problems" if problems else f"lesson: all of it is so ({taken:.0f} s)")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
