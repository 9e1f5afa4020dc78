"""A browser that is driven: Chromium through chromedriver (W3C WebDriver), with nothing but Python's own library."""
import base64
import json
import os
import subprocess
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # W3C WebDriver 12.1
ENTER, SPACE, TAB = "\ue007", " ", "\ue004"


class Driver:
    """chromedriver, on a port that it chooses."""

    def __init__(self):
        self.process = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if "on port " in line and "successfully" in line:
                self.url = "http://127.0.0.1:%d" % int(line.split("on port ")[1].split(".")[0])
                return
        raise RuntimeError("chromedriver does not start")

    def close(self):
        self.process.terminate()
        self.process.wait()


class Browser:
    """One window. Sound plays as for anybody: only after a click or a key."""

    def __init__(self, driver, downloads, width=1280, height=800, dark=False):
        arguments = ["--headless=new", "--window-size=%d,%d" % (width, height), "--disable-gpu", "--no-first-run"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        if dark:
            arguments.append("--blink-settings=preferredColorScheme=0")
        options = {"args": arguments, "prefs": {"download.default_directory": downloads}}
        wanted = {"browserName": "chrome", "unhandledPromptBehavior": "accept", "goog:chromeOptions": options}
        self.base = driver.url
        answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.base = "%s/session/%s" % (driver.url, answer["sessionId"])
        self.call("POST", "/goog/cdp/execute", {"cmd": "Browser.setDownloadBehavior",
                                                "params": {"behavior": "allow", "downloadPath": downloads}})
        self.size(width, height)

    def call(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def size(self, width, height):
        """Of the page itself, as on a telephone where it is narrow."""
        self.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}})

    def open(self, path):
        self.call("POST", "/url", {"url": "file://" + os.path.abspath(path)})

    def reload(self):
        self.call("POST", "/refresh", {})

    def run(self, script, *values):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(values)})

    def press(self, keys):
        """Goes to whatever has the focus."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def click(self, css):
        element = self.call("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]
        self.call("POST", "/element/%s/click" % element, {})

    def wait(self, script, what, seconds=20):
        end = time.monotonic() + seconds
        while not self.run("return " + script):
            if time.monotonic() > end:
                raise RuntimeError("waited in vain for: " + what)
            time.sleep(0.03)

    def shoot(self, path):
        """The whole page, also what is below."""
        picture = self.call("POST", "/goog/cdp/execute", {"cmd": "Page.captureScreenshot", "params": {
            "captureBeyondViewport": True}})["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture))

    def close(self):
        self.call("DELETE", "")
