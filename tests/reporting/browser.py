"""A headless Chromium driven through a pipe: what a page looks like to people, and what it tries to reach."""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE_S = 60.0

_HAND_OVER = """
import os, sys
read, write = os.dup({read}), os.dup({write})
for given, wanted in ((read, 3), (write, 4)):
    os.dup2(given, wanted)
    os.set_inheritable(wanted, True)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Browser:
    """One tab. log: messages of the console and refusals of the page's policy; requests: addresses asked for."""

    def __init__(self, write: int, read: int) -> None:
        self._write, self._read = write, read
        self._rest = b""
        self._number = 0
        self._session: str | None = None
        self.log: list[str] = []
        self.requests: list[str] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, /, **parameters: Any) -> dict[str, Any]:
        """The answer to one command of the DevTools protocol."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE_S
        while True:
            heard = self._hear(deadline)
            if heard.get("id") == self._number:
                assert "error" not in heard, heard
                return dict(heard["result"])

    def _hear(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            assert select.select([self._read], [], [], max(0.0, deadline - time.monotonic()))[0], "no answer"
            got = os.read(self._read, 1 << 20)
            assert got, "the browser is gone"
            self._rest += got
        line, _, self._rest = self._rest.partition(b"\0")
        heard: dict[str, Any] = json.loads(line)
        told = heard.get("params", {})
        match heard.get("method"):
            case "Runtime.consoleAPICalled":
                self.log.append(" ".join(str(each.get("value", each.get("description"))) for each in told["args"]))
            case "Runtime.exceptionThrown":
                self.log.append(str(told["exceptionDetails"]))
            case "Log.entryAdded":
                self.log.append(told["entry"]["text"])
            case "Network.requestWillBeSent":
                self.requests.append(told["request"]["url"])
        return heard

    def show(
        self, page: Path, *, width: int = 1440, height: int = 900, dark: bool = False, script: bool = True
    ) -> None:
        """Opens a file, as wide as asked for, and waits until it stands."""
        self.log.clear()
        self.requests.clear()
        mobile = width < 600
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        theme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.ask("Emulation.setEmulatedMedia", features=theme)
        self.ask("Emulation.setScriptExecutionDisabled", value=not script)
        self.ask("Page.navigate", url=page.absolute().as_uri())
        if script:
            self.wait("document.readyState === 'complete' && location.protocol === 'file:'")
            self.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        else:
            self.ask("Emulation.setScriptExecutionDisabled", value=True)
            deadline = time.monotonic() + PATIENCE_S
            while self._hear(deadline).get("method") != "Page.loadEventFired":
                pass

    def run(self, expression: str) -> Any:
        """The value of an expression in the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, expression: str, until: Callable[[Any], bool] = bool) -> Any:
        """The value of an expression once it is as wanted."""
        deadline = time.monotonic() + PATIENCE_S
        while not until(value := self.run(expression)):
            assert time.monotonic() < deadline, f"{expression} stayed {value}"
        return value

    def picture(self, path: Path, *, whole: bool = True) -> None:
        """A PNG of the page."""
        shot = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))


@contextlib.contextmanager
def browsing() -> Iterator[Browser]:
    """A browser of its own, gone at the end."""
    assert CHROMIUM is not None
    to_child, from_us = os.pipe()
    from_child, to_us = os.pipe()

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                _HAND_OVER.format(read=to_child, write=to_us),
                CHROMIUM,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--hide-scrollbars",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--remote-debugging-pipe",
                f"--user-data-dir={profile}",
            ],
            pass_fds=(to_child, to_us),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_child)
        os.close(to_us)
        try:
            yield Browser(from_us, from_child)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            os.close(from_us)
            os.close(from_child)
