"""Makes `.bench` hold what Tenor is measured beside, as `requirements/bench.txt` says.

    python -m tools.peers

What runs on Node is installed in `benchmarks/node`, as its lock says. A stamp says what was
installed, and is written last. Only the standard library is used, and nothing goes to `.venv`.
"""

import importlib.util
import shutil
import sys
import time
import venv

from tools.environment import NO_ENSUREPIP, ROOT, SetupFailed
from tools.generators import fingerprint, run

HOME = ROOT / ".bench"
PYTHON = HOME / "bin" / "python"
STAMP = HOME / "installed"
LOCK = ROOT / "requirements" / "bench.txt"
NODE = ROOT / "benchmarks" / "node"
FOR_NODE = tuple(NODE / name for name in ("package.json", "package-lock.json", ".npmrc"))
NEEDED = {
    "wrk": "The load comes from wrk, which is not installed (Debian: apt-get install wrk).",
    "node": "Some peers run on Node, which is not installed (Debian: apt-get install nodejs).",
    "npm": "What runs on Node comes through npm, which is not there (Debian: apt-get install npm).",
}


def main() -> int:
    """Set up what is missing; 0 when it stands."""
    try:
        require_programs()
        provide()
    except SetupFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def require_programs() -> None:
    """Say in one sentence what nothing here installs. Raises SetupFailed."""
    for program, sentence in NEEDED.items():
        if shutil.which(program) is None:
            raise SetupFailed(sentence)


def provide() -> None:
    """Install everything anew, unless it is there already."""
    wanted = fingerprint(LOCK, *FOR_NODE)
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupFailed(NO_ENSUREPIP.format(python=sys.executable))
    started = time.monotonic()
    print("Installing what Tenor is measured beside into .bench ...", flush=True)
    shutil.rmtree(HOME, ignore_errors=True)
    venv.create(HOME, symlinks=True, with_pip=True, prompt="tenor-bench")
    run(
        PYTHON, "-I", "-m", "pip", "install", "--require-hashes", "--requirement", LOCK, within=HOME
    )
    run("npm", "ci", "--ignore-scripts", within=NODE)
    STAMP.write_text(wanted)
    print(f"Ready after {time.monotonic() - started:.0f} s.")


if __name__ == "__main__":
    sys.exit(main())
