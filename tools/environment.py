"""Makes `.venv` hold exactly what a lock in `requirements/` says, and does nothing when it does.

    python tools/environment.py serve | test

A stamp inside `.venv` says what was installed. It is removed before the first change and written
after the last, so that an interrupted run starts afresh the next time. Only the standard library
is used, for nothing else is there yet.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import time
import tomllib
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv"
PYTHON = HOME / "bin" / "python"
STAMP = HOME / "installed"
LOCKS = {"serve": ROOT / "requirements" / "serve.txt", "test": ROOT / "requirements" / "test.txt"}

NO_ENSUREPIP = """\
{python} cannot make a virtual environment: its module `ensurepip` is missing.
On Debian and Ubuntu: apt install python3-venv
Or name another interpreter: make PYTHON=/path/to/python3.12"""


class SetupFailed(Exception):
    """The environment cannot be made; the message says why and what to do."""


def main(arguments: list[str]) -> int:
    """Set up the environment that the one argument names; 0 when it stands."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        print(f"usage: environment.py {' | '.join(LOCKS)}", file=sys.stderr)
        return 2
    try:
        with one_at_a_time():
            provide(arguments[0])
    except SetupFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. The next `make` starts the set-up afresh.", file=sys.stderr)
        return 130
    return 0


def provide(wanted: str) -> None:
    """Install what `wanted` lacks: nothing, the rest on top of `serve`, or everything."""
    identity = fingerprint()
    standing = STAMP.read_text().split() if STAMP.exists() else []
    if standing in ([identity, wanted], [identity, "test"]):
        return
    started = time.monotonic()
    if standing == [identity, "serve"]:
        STAMP.unlink()
    else:
        make_empty()
    install_lock(LOCKS[wanted])
    install_checkout()
    STAMP.write_text(f"{identity} {wanted}\n")
    print(f"Ready after {time.monotonic() - started:.0f} s.")


def fingerprint() -> str:
    """What an environment depends on: locks, packaging, interpreter, and where it stands."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    digest = hashlib.sha256()
    for part in (
        *(lock.read_bytes() for lock in LOCKS.values()),
        json.dumps([project["build-system"], project["project"]]).encode(),
        str(Path(sys.executable).resolve()).encode(),
        sys.version.encode(),
        str(ROOT).encode(),
    ):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def make_empty() -> None:
    """Make `.venv` anew with nothing but pip in it."""
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupFailed(NO_ENSUREPIP.format(python=sys.executable))
    print(f"Making .venv with Python {sys.version.split()[0]} ...", flush=True)
    STAMP.unlink(missing_ok=True)
    try:
        venv.create(HOME, clear=True, symlinks=True, with_pip=True, prompt="tenor")
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupFailed(f"{HOME} cannot be made: {error}") from error


def install_lock(lock: Path) -> None:
    """Install each package of the lock, its hash checked."""
    total = sum("==" in line for line in lock.read_text().splitlines())
    name = lock.relative_to(ROOT)
    print(f"Installing {total} packages of {name}; the first time takes a minute ...", flush=True)
    pip("install", "--require-hashes", "--requirement", str(lock), total=total)


def install_checkout() -> None:
    """Put the checkout itself on the path, with the command `tenor`."""
    pip("install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))


def pip(*arguments: str, total: int = 0) -> None:
    """Run pip, count on a terminal what it collects, and show what it said only when it fails."""
    command = [str(PYTHON), "-I", "-m", "pip", "--disable-pip-version-check", "--no-input"]
    said: list[str] = []
    with subprocess.Popen(
        [*command, *arguments, "--no-color", "--progress-bar=off"],
        close_fds=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            show_progress(said, total)
    if process.returncode:
        raise SetupFailed(f"{''.join(said)}\npip failed; what it said stands above.")


def show_progress(said: list[str], total: int) -> None:
    """Rewrite one line of a terminal with how far pip has come."""
    if not (total and sys.stdout.isatty()):
        return
    if said[-1].startswith("Collecting "):
        collected = sum(line.startswith("Collecting ") for line in said)
        name = said[-1].split()[1].partition("==")[0]
        print(f"\r\033[K  {collected}/{total} {name}", end="", flush=True)
    elif said[-1].startswith("Installing collected"):
        print("\r\033[K", end="", flush=True)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait while another run in this checkout sets up."""
    with LOCKS["serve"].open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another set-up of this checkout ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        # pip inherits the lock, so that one that outlives us is waited for too.
        os.set_inheritable(lock.fileno(), True)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
