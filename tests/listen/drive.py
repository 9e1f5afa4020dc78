#!/usr/bin/env python3
"""Takes listening tests in Chromium and reads back what it saved.

  drive.py PAGE FOLDER              the whole test by keyboard, at its own speed, with a reload in the middle
  drive.py --class N PAGE FOLDER    N listeners, 1 to N, whose sounds are over at once
  drive.py --units PAGE             the page's own functions: scores.tsv, and who hears what
  drive.py --look PAGE FOLDER       pictures of every screen, wide and narrow, light and dark
  drive.py --read CLASS CSV...      the page of a class shows what the CSVs say

Exit status 0: all is as it should be.
"""
import base64
import csv
import glob
import json
import os
import random
import re
import sys
import tempfile
import time
import unicodedata
from collections import defaultdict

from browser import ENTER, TAB, Browser, Driver

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = ((1280, 800), (390, 844), (320, 568))


def check(good, what):
    if not good:
        raise SystemExit("tests/listen: " + what)


# ---- what a page holds -------------------------------------------------------------------------

def data_of(page):
    with open(page, encoding="utf-8") as file:
        text = file.read()
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S).group(1))


def sentences_of(data):
    return [bytes(b ^ 0x5A for b in base64.b64decode(s)).decode() for s in data["sentences"]]


def words(text):
    """The same as scoring.words, written a second time."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", plain.replace("'", "").replace("’", ""))


def keys(sentence):
    return [w for word in sentence.split() if word.startswith("*") for w in words(word)]


# ---- a listener --------------------------------------------------------------------------------

def answer_of(sentence, share, chance):
    """Types each word with that probability, as people do: capitals, commas, accents or not."""
    typed = [w.strip("*.,") for w in sentence.split() if chance.random() < share]
    if chance.random() < 0.3:
        typed = [unicodedata.normalize("NFD", w).encode("ascii", "ignore").decode() for w in typed]
    if chance.random() < 0.3:
        chance.shuffle(typed)
    return ", ".join(typed).upper() if chance.random() < 0.2 else " ".join(typed)


# Sets the sounds to be over as soon as they play.
QUICK = """
HTMLMediaElement.prototype.play = function () {
  setTimeout(() => { this.dispatchEvent(new Event("playing")); this.dispatchEvent(new Event("ended")); }, 0);
  return Promise.resolve();
};
"""


def begin(browser, number, quick):
    if not quick:
        browser.click("#try")
        browser.wait("!document.getElementById('try').disabled", "the sample to be over")
        check(browser.run("return document.getElementById('tried').textContent"), "nothing is said after the sample")
    browser.run("document.getElementById('number').focus()")
    browser.press(str(number) + ENTER)
    browser.wait("!document.getElementById('trial').hidden", "the first sentence")


def take_trial(browser, text, share, chance, quick, again):
    """By keyboard: the focus is where it has to be. `again`: reload after it was heard."""
    check(browser.run("return document.activeElement.id") == "play", "the focus is not on Listen")
    check(browser.run("return document.getElementById('next').disabled"), "Next can be pressed before listening")
    browser.press(ENTER)
    browser.wait("document.activeElement.id === 'typed'", "the focus to go to the answer")
    check(browser.run("return document.getElementById('play').disabled"), "a sentence can be heard twice")
    if again:
        browser.reload()
        browser.wait("!document.getElementById('trial').hidden", "the sentence after a reload")
        check(browser.run("return document.getElementById('play').disabled"), "a reload lets a sentence be heard twice")
        check(browser.run("return document.activeElement.id") == "typed", "the focus is lost by a reload")
    typed = answer_of(text, share, chance)
    if quick:
        browser.run("document.getElementById('typed').value = arguments[0]", typed)
    else:
        browser.press(typed)
    browser.wait("!document.getElementById('next').disabled", "the sentence to be over")
    browser.press(ENTER)
    return typed


def take(browser, page, number, quick):
    """The whole test. Returns what was typed, by sentence."""
    data = data_of(page)
    texts, typed, chance = sentences_of(data), {}, random.Random(number)
    talent = chance.uniform(0.7, 1.1)
    browser.open(page)
    browser.run("localStorage.clear()")
    browser.reload()
    if quick:
        browser.run(QUICK)
    begin(browser, number, quick)
    trials = browser.run("return order.of(arguments[0], arguments[1], arguments[2])", number, len(texts),
                         len(data["conditions"]))
    for n, trial in enumerate(trials):
        progress = browser.run("return document.getElementById('progress').textContent")
        check(re.findall(r"\d+", progress) == [str(n + 1), str(len(trials))], "progress is " + progress)
        estoi = data["estoi"][trial["condition"]][trial["sentence"]]
        share = min(1, talent * max(0, estoi) ** 0.5)
        typed[trial["sentence"]] = take_trial(browser, texts[trial["sentence"]], share, chance, quick,
                                              not quick and n == 2)
    browser.wait("!document.getElementById('result').hidden", "the result")
    return typed


def save(browser, folder):
    before = set(glob.glob(folder + "/*.csv"))
    check(browser.run("return document.activeElement.id") == "save", "the focus is not on Save")
    browser.press(ENTER)
    for _ in range(200):
        new = set(glob.glob(folder + "/*.csv")) - before
        if new:
            return new.pop()
        time.sleep(0.05)
    raise SystemExit("tests/listen: no CSV was saved")


def read_back(path, page, number, typed):
    """The CSV says what was typed, counted a second time."""
    data = data_of(page)
    texts = sentences_of(data)
    with open(path, encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(file))
    check(len(rows) == len(texts), "the CSV has %d rows, not %d" % (len(rows), len(texts)))
    check(sorted(int(r["sentence"]) for r in rows) == list(range(1, len(texts) + 1)), "a sentence is missing")
    heard = defaultdict(int)
    for n, row in enumerate(rows):
        sentence = int(row["sentence"]) - 1
        answer = words(typed[sentence])
        right = sum(min(answer.count(k), keys(texts[sentence]).count(k)) for k in set(keys(texts[sentence])))
        check(row["test"] == data["id"] and int(row["listener_seed"]) == number, "the CSV is another listener's")
        check(int(row["order"]) == n + 1, "the order is wrong")
        check(row["typed"].split() == answer, "'%s' was typed, the CSV has '%s'" % (typed[sentence], row["typed"]))
        check(int(row["right"]) == right and int(row["keywords"]) == 4, "sentence %d is scored wrong" % sentence)
        heard[row["transport"], row["recover"], float(row["loss"])] += 1
    check(len(heard) == len(data["conditions"]) and len(set(heard.values())) == 1, "conditions are not heard equally")
    return rows


def whole(driver, page, folder, number):
    browser = Browser(driver, folder)
    typed = take(browser, page, number, False)
    shown = browser.run("return document.getElementById('summary').textContent")
    rows = read_back(save(browser, folder), page, number, typed)
    right = str(sum(int(r["right"]) for r in rows))
    check(right in re.findall(r"\d+", shown), "the page says '%s', the CSV %s" % (shown, right))
    outside = browser.run("return performance.getEntriesByType('resource').map(e => e.name)")
    check(all(name.startswith(("data:", "blob:")) for name in outside), "the page loads %s" % outside)
    browser.close()
    print("%s: taken by keyboard, %d sentences, %s key words right" % (os.path.basename(page), len(rows), right))


def a_class(driver, page, folder, count):
    browser = Browser(driver, folder)
    for number in range(1, count + 1):
        typed = take(browser, page, number, True)
        read_back(save(browser, folder), page, number, typed)
    browser.close()
    print("%s: %d listeners" % (os.path.basename(page), count))


# ---- the page's own functions ------------------------------------------------------------------

def leave_early(browser, page):
    """Whoever stops keeps what was answered, and the next one begins anew."""
    texts = sentences_of(data_of(page))
    browser.open(page)
    browser.run(QUICK)
    begin(browser, 3, True)
    for trial in browser.run("return order.of(3, arguments[0], arguments[1]).slice(0, 2)", len(texts),
                             len(data_of(page)["conditions"])):
        take_trial(browser, texts[trial["sentence"]], 1, random.Random(1), True, False)
    browser.click("#stop")  # and yes to the question
    browser.wait("!document.getElementById('result').hidden", "the result of who stops")
    check(browser.run("return document.getElementById('csv').value.trim().split('\\n').length") == 3,
          "the answers before the stop are lost")
    browser.reload()
    check(not browser.run("return document.getElementById('result').hidden"), "a reload goes on after the end")
    browser.run("document.querySelector('#again').scrollIntoView()")
    browser.click("#again")
    browser.wait("!document.getElementById('start').hidden", "the start for the next listener")
    browser.reload()
    check(not browser.run("return document.getElementById('start').hidden"), "the next listener is the last one")


def units(driver, page):
    browser = Browser(driver, tempfile.gettempdir())
    browser.open(page)
    with open(os.path.join(HERE, "scores.tsv"), encoding="utf-8") as file:
        table = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    for sentence, typed, right in table:
        got = browser.run("return scoring.right(arguments[0], arguments[1])", sentence, typed)
        check(got == int(right), "'%s' for '%s' is scored %d, not %s" % (typed, sentence, got, right))
    orders = set()
    for conditions, each in ((1, 5), (2, 20), (10, 4), (12, 4), (48, 1)):
        sentences = conditions * each
        met = defaultdict(set)
        for listener in range(1, conditions + 1):
            trials = browser.run("return order.of(arguments[0], arguments[1], arguments[2])", listener, sentences,
                                 conditions)
            check(sorted(t["sentence"] for t in trials) == list(range(sentences)), "a sentence is heard twice")
            for c in range(conditions):
                check(sum(t["condition"] == c for t in trials) == each, "a condition is not heard equally often")
            for t in trials:
                met[t["sentence"]].add(t["condition"])
            orders.add((listener, tuple(t["sentence"] for t in trials)))
        check(all(len(met[s]) == conditions for s in range(sentences)), "a sentence has not met each condition")
    check(len({o for _, o in orders}) == len(orders) == 1 + 10 + 48, "two listeners have the same order")
    first = browser.run("return Array.from({length: 4000}, (x, i) => order.of(i + 1, 40, 10)[0].sentence)")
    counts = [first.count(s) for s in range(40)]
    check(min(counts) > 50 and max(counts) < 150, "the first sentence is not drawn evenly: %s" % counts)
    leave_early(browser, page)
    browser.close()
    print("scoring: %d cases; order: %d listeners" % (len(table), len(orders)))


# ---- looking -----------------------------------------------------------------------------------

def look(driver, page, folder, class_page=None):
    name = os.path.splitext(os.path.basename(page))[0]
    for dark in (False, True):
        browser = Browser(driver, folder, dark=dark)

        def shoot(screen):
            for width, height in SIZES:
                browser.size(width, height)
                time.sleep(0.15)
                over = browser.run("return document.documentElement.scrollWidth - innerWidth")
                check(over <= 0, "%s is %d px wider than a screen of %d" % (screen, over, width))
                browser.shoot("%s/%s-%s-%d%s.png" % (folder, name, screen, width, "-dark" if dark else ""))

        browser.open(page)
        browser.run("localStorage.clear()")
        browser.reload()
        shoot("start")
        take(browser, page, 7, True)
        shoot("result")
        browser.run("for (const d of document.querySelectorAll('details')) d.open = true")
        shoot("answers")
        browser.run("localStorage.clear()")
        browser.reload()
        begin(browser, 7, True)
        shoot("ready")
        browser.press(ENTER)
        browser.wait("!document.getElementById('next').disabled", "the sentence to be over")
        browser.press("the baker")
        shoot("heard")
        if class_page:
            browser.open(class_page)
            shoot("class")
        browser.close()
    print("%s: pictures in %s" % (name, folder))


# ---- a class's page ----------------------------------------------------------------------------

def read(driver, class_page, paths):
    sums = defaultdict(lambda: [0, 0, 0.0, 0])
    for path in paths:
        with open(path, encoding="ascii", newline="") as file:
            for row in csv.DictReader(file):
                cell = sums[row["transport"], float(row["loss"])]
                for i, value in enumerate((int(row["right"]), int(row["keywords"]), float(row["estoi"]), 1)):
                    cell[i] += value
    browser = Browser(driver, tempfile.gettempdir())
    browser.open(class_page)
    rows = browser.run("return Array.from(document.querySelectorAll('tbody tr'), "
                       "r => Array.from(r.children, c => c.textContent))")
    check(len(rows) == len(sums), "the class's page has %d rows, not %d" % (len(rows), len(sums)))
    for name, loss, understood, interval, estoi in rows:
        right, keywords, score, count = sums[name.split(",")[0].lower(), float(loss.split()[0])]
        low, high = (int(n) for n in re.findall(r"\d+", interval))
        check([str(right), str(keywords)] == re.findall(r"\d+", understood)[:2], "%s: %s" % (name, understood))
        check(abs(float(estoi) - score / count) < 0.0051, "%s: ESTOI %s" % (name, estoi))
        check(low <= 100 * right / keywords + 0.5 and high >= 100 * right / keywords - 0.5, "%s: %s" % (name, interval))
    curves = browser.run("return document.querySelectorAll('#chart polyline.curve').length")
    check(curves >= len({r[0] for r in rows}), "curves are missing")
    browser.close()
    print("%s: %d conditions as in %d files" % (os.path.basename(class_page), len(rows), len(paths)))


def main(arguments):
    driver = Driver()
    try:
        if arguments[0] == "--units":
            units(driver, arguments[1])
        elif arguments[0] == "--class":
            a_class(driver, arguments[2], arguments[3], int(arguments[1]))
        elif arguments[0] == "--look":
            look(driver, *arguments[1:])
        elif arguments[0] == "--read":
            read(driver, arguments[1], arguments[2:])
        else:
            whole(driver, arguments[0], arguments[1], 11)
    finally:
        driver.close()


main(sys.argv[1:])
