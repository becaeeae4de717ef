"""Chromium without a window, driven by the DevTools protocol over two pipes.

Nothing is installed for it but the browser itself, and no name but that of this machine resolves
in it, so that no page reaches the network.
"""

import base64
import fcntl
import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 30.0
"""Seconds after which a browser that does not answer counts as stuck."""

_OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # it runs as root in containers, and opens nothing but our own pages
    "--remote-debugging-pipe",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--hide-scrollbars",
    "--mute-audio",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
# The protocol is spoken on the descriptors 3 and 4.
_ON_3_AND_4 = 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"'

Message = dict[str, Any]


class BrowserFailed(Exception):
    """The browser refused a command, or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a page."""

    method: str
    params: Message


class Browser:
    """A browser that runs, and what it said. Safe to share between threads."""

    def __init__(self, process: subprocess.Popen[bytes], reading: int, writing: int) -> None:
        self.process = process
        self._out = os.fdopen(writing, "wb", buffering=0)
        self._in = os.fdopen(reading, "rb", buffering=0)
        self._changed = threading.Condition()
        self._number = 0
        self._answers: dict[int, Message] = {}
        self._forgotten: set[int] = set()
        self._pages: dict[str, list[Event]] = {}
        self._is_gone = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def call(self, method: str, params: Message | None = None, *, session: str = "") -> Message:
        """What the browser answers to a command."""
        number = self._send(method, params or {}, session)
        self.wait(lambda: number in self._answers, what=method)
        answer = self._answers.pop(number)
        if "error" in answer:
            raise BrowserFailed(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def wait(self, holds: Callable[[], object], *, what: str, patience: float = PATIENCE) -> None:
        """Wait until what the browser has said makes it true."""
        with self._changed:
            if not self._changed.wait_for(lambda: holds() or self._is_gone, patience):
                raise BrowserFailed(f"{what} took more than {patience:.0f} seconds")
        if not holds():
            raise BrowserFailed(f"the browser ended before {what} was done")

    def close(self) -> None:
        """End the browser and all that it started."""
        try:
            self.call("Browser.close")
            self.process.wait(PATIENCE)
        except (BrowserFailed, OSError, subprocess.TimeoutExpired):
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._reader.join()
        self._in.close()
        self._out.close()

    @contextmanager
    def page(self) -> Iterator["Page"]:
        """A page with a profile of its own: no cookies, no cache, no storage."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        wanted = {"url": "about:blank", "browserContextId": context}
        target = self.call("Target.createTarget", wanted)["targetId"]
        attached = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        session = attached["sessionId"]
        self._pages[session] = []
        page = Page(self, session, self._pages[session])
        for domain in ("Page", "Runtime", "Network", "Log"):
            page.call(f"{domain}.enable")
        page.call("Page.setLifecycleEventsEnabled", {"enabled": True})
        try:
            yield page
        finally:
            self.call("Target.disposeBrowserContext", {"browserContextId": context})
            del self._pages[session]

    def _send(self, method: str, params: Message, session: str) -> int:
        with self._changed:
            self._number += 1
            message: Message = {"id": self._number, "method": method, "params": params}
            if session:
                message["sessionId"] = session
            self._out.write(json.dumps(message).encode() + b"\0")
            return self._number

    def _read(self) -> None:
        rest = b""
        while piece := self._in.read(1 << 16):
            *whole, rest = (rest + piece).split(b"\0")
            for message in whole:
                self._take(json.loads(message))
        with self._changed:
            self._is_gone = True
            self._changed.notify_all()

    def _take(self, message: Message) -> None:
        session = message.get("sessionId", "")
        if message.get("method") == "Page.javascriptDialogOpening":
            # It stops the page until somebody answers, and nobody waits for what that gives.
            self._forgotten.add(
                self._send("Page.handleJavaScriptDialog", {"accept": False}, session)
            )
        with self._changed:
            if "id" not in message:
                if session in self._pages:
                    self._pages[session].append(Event(message["method"], message["params"]))
            elif message["id"] in self._forgotten:
                self._forgotten.discard(message["id"])
            else:
                self._answers[message["id"]] = message
            self._changed.notify_all()


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and all that happened in it since it was last cleared."""

    browser: Browser
    session: str
    events: list[Event] = field(repr=False)

    def call(self, method: str, params: Message | None = None) -> Message:
        """What the browser answers to a command to this page."""
        return self.browser.call(method, params, session=self.session)

    def seen(self, method: str) -> list[Message]:
        """The parameters of all events of this name."""
        return [event.params for event in list(self.events) if event.method == method]

    def open(self, url: str) -> None:
        """Go there, and wait until all of it is loaded. What happened before is forgotten."""
        self.events.clear()
        answer = self.call("Page.navigate", {"url": url})
        if "errorText" in answer:
            raise BrowserFailed(f"{url}: {answer['errorText']}")
        loaded = {"name": "load", "loaderId": answer["loaderId"]}
        self.browser.wait(
            lambda: any(loaded.items() <= event.items() for event in self._lifecycle()),
            what=f"loading {url}",
        )

    def _lifecycle(self) -> list[Message]:
        return self.seen("Page.lifecycleEvent")

    def run(self, script: str, *arguments: Any) -> Any:
        """What a function written in JavaScript gives, awaited where it promises."""
        given = ", ".join(json.dumps(argument) for argument in arguments)
        answer = self.call(
            "Runtime.evaluate",
            {
                "expression": f"({script})({given})",
                "awaitPromise": True,
                "returnByValue": True,
                "userGesture": True,
            },
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            said = details.get("exception", {}).get("description", details["text"])
            raise BrowserFailed(f"{said}\nin {script}")
        return answer["result"].get("value")

    def until(self, script: str, *arguments: Any, what: str) -> Any:
        """What the function gives once that is true, asked again whenever the page changes."""
        found = self.run(_UNTIL % script, arguments, PATIENCE * 900)  # before `call` gives up
        if not found:
            raise BrowserFailed(f"{what} did not come true")
        return found

    def prefer(self, scheme: str) -> None:
        """Say which colours the reader prefers: `light` or `dark`."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", {"features": [feature]})

    def resize(self, width: int, height: int) -> None:
        """Give the page a window of this size."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", size)

    def picture(self) -> bytes:
        """What is seen of the page, as a PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot")["data"])


_UNTIL = """(given, patience) => new Promise((resolve) => {
  const ask = () => {
    const found = (%s)(...given);
    if (found) { observer.disconnect(); resolve(found); }
  };
  const observer = new MutationObserver(ask);
  const all = {subtree: true, childList: true, attributes: true, characterData: true};
  observer.observe(document, all);
  setTimeout(() => { observer.disconnect(); resolve(false); }, patience);
  ask();
})"""


def found() -> str:
    """Where the browser is. Raises BrowserFailed."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise BrowserFailed("There is no Chromium. On Debian: apt install chromium")


@contextmanager
def launched(folder: Path) -> Iterator[Browser]:
    """A browser whose profile is in the folder. It ends with the block."""
    ours_in, theirs_out = os.pipe()
    theirs_in, ours_out = os.pipe()
    # Out of the way of 3 and 4, which the shell is about to use.
    given = [fcntl.fcntl(number, fcntl.F_DUPFD, 10) for number in (theirs_in, theirs_out)]
    command = [
        *("bash", "-c", _ON_3_AND_4, "bash", *map(str, given)),
        *(found(), *_OPTIONS, f"--user-data-dir={folder / 'profile'}", "about:blank"),
    ]
    with (folder / "browser.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=given,
            start_new_session=True,
        )
    for number in (theirs_in, theirs_out, *given):
        os.close(number)
    browser = Browser(process, ours_in, ours_out)
    try:
        yield browser
    finally:
        browser.close()
