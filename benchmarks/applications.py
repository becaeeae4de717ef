"""The applications that are measured: how each is started, and what it is made of.

Each is served as its own documentation recommends, by what was measured to be fastest for it:
README.md says where that is from.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).parents[1]
BENCH = ROOT / ".bench" / "bin"
NODE = ROOT / "benchmarks" / "node"

Checks = Literal["both", "requests", "nothing"]

_GRANIAN = ("--port", "{port}", "--no-ws", "--http", "1", "--log-level", "error")
_UVICORN = ("--port", "{port}", "--no-access-log", "--log-level", "error")


@dataclass(frozen=True, slots=True)
class Application:
    """An application: its name in tables, its file, its command, and what it is made of.

    `checks` is what it holds to a schema on every request.
    """

    name: str
    file: Path
    command: tuple[str, ...]
    packages: tuple[str, ...]
    checks: Checks
    is_ours: bool = False

    @property
    def made_of(self) -> str:
        """Its packages with their versions."""
        known = _versions_of_ours() if self.is_ours else _versions()
        return ", ".join(f"{name} {known.get(name, '?')}" for name in self.packages)


def tenor(name: str, app: str, *, checks: Checks = "both") -> Application:
    """An application of ours, served by `tenor serve` as it is."""
    command = (sys.executable, "-m", "tenor", "serve", "--app", app, "--port", "{port}")
    file = _file(app.partition(":")[0])
    return Application(name, file, command, ("tenor", "granian"), checks, is_ours=True)


def asgi(name: str, module: str, *packages: str, checks: Checks = "both") -> Application:
    """An asynchronous application on granian with uvloop."""
    command = (str(BENCH / "granian"), "--interface", "asgi", "--loop", "uvloop", *_GRANIAN)
    return _in_python(name, module, command, (*packages, "granian"), checks)


def on_uvicorn(name: str, module: str, *packages: str, checks: Checks = "both") -> Application:
    """An asynchronous application on uvicorn with uvloop and httptools."""
    command = (str(BENCH / "uvicorn"), "--loop", "uvloop", "--http", "httptools", *_UVICORN)
    return _in_python(name, module, command, (*packages, "uvicorn"), checks)


def wsgi(
    name: str, module: str, *packages: str, factory: str = "", threads: int = 8
) -> Application:
    """An application of threads on granian, with as many as are fastest."""
    command = (str(BENCH / "granian"), "--interface", "wsgi", *_GRANIAN)
    called = (*command, "--blocking-threads", str(threads), *(["--factory"] if factory else []))
    return _in_python(name, module, called, (*packages, "granian"), "nothing", factory or "app")


def _in_python(
    name: str,
    module: str,
    command: tuple[str, ...],
    packages: tuple[str, ...],
    checks: Checks,
    called: str = "app",
) -> Application:
    module = f"benchmarks.{module}"
    return Application(name, _file(module), (*command, f"{module}:{called}"), packages, checks)


def node(name: str, file: str, *packages: str, checks: Checks = "both") -> Application:
    """An application on Node."""
    return Application(
        name, NODE / file, (node_program(), str(NODE / file), "{port}"), packages, checks
    )


def node_program() -> str:
    """The Node that the lock brings for this machine, or else the machine's own."""
    return next((str(path) for path in NODE.glob("node_modules/node-*/bin/node")), "node")


def _file(module: str) -> Path:
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")


def _versions_of_ours() -> Mapping[str, str]:
    return {name: metadata.version(name) for name in ("tenor", "granian")}


@cache
def _versions() -> Mapping[str, str]:
    """The version of each package of the others."""
    return {**_of_python(), **_of_node()}


def _of_python() -> Mapping[str, str]:
    script = (
        "import json; from importlib.metadata import distributions as found;"
        "print(json.dumps({one.name.lower(): one.version for one in found()}))"
    )
    said = subprocess.run(  # noqa: S603 - the command is our own
        [BENCH / "python", "-c", script], capture_output=True, text=True, check=True
    )
    return json.loads(said.stdout)


def _of_node() -> Mapping[str, str]:
    packages = (NODE / "node_modules").glob("*/package.json")
    said = [json.loads(path.read_text()) for path in packages]
    return {package["name"]: package["version"] for package in said if "version" in package}
