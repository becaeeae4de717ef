"""Writes `requirements/*.txt` anew from `pyproject.toml`, for every platform and Python 3.11+.

    python tools/lock.py [--upgrade]

Pins that still fit stay as they are, unless `--upgrade` is given. The resolver lives in a
throwaway environment; a lock holds hashes and no index address.
"""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESOLVER = "uv==0.13.9"
COMPILE = (
    "pip",
    "compile",
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--custom-compile-command=make lock",
)
WHAT_SERVES = ("--extra=serve", "--group=app", "--group=build")
WHAT_TESTS = ("--extra=prove", "--extra=pytest", "--group=dev")
TEST = ("pyproject.toml", *WHAT_SERVES, *WHAT_TESTS, "--output-file=requirements/test.txt")
# What serves is what was tested: the wider lock binds the narrower one.
SERVE = (
    "pyproject.toml",
    *WHAT_SERVES,
    "--constraint=requirements/test.txt",
    "--output-file=requirements/serve.txt",
)
# What writes clients needs nothing of ours, and has an environment to itself.
CLIENTS = ("--group=clients", "--output-file=requirements/clients.txt")
# And so has what Tenor is measured beside.
BENCH = ("--group=bench", "--output-file=requirements/bench.txt")


def main(arguments: list[str]) -> int:
    """Write the locks; 0 when done."""
    if arguments not in ([], ["--upgrade"]):
        print("usage: lock.py [--upgrade]", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="tenor-lock-") as scratch:
        resolver = install_resolver(Path(scratch))
        run(resolver, *COMPILE, *TEST, *arguments)
        run(resolver, *COMPILE, *SERVE, *arguments)
        run(resolver, *COMPILE, *CLIENTS, *arguments)
        run(resolver, *COMPILE, *BENCH, *arguments)
    print("Wrote requirements/test.txt, serve.txt, clients.txt and bench.txt.")
    return 0


def install_resolver(scratch: Path) -> str:
    """Install the pinned resolver under `scratch` and give its path."""
    print(f"Installing {RESOLVER} in a throwaway environment ...", flush=True)
    venv.create(scratch, symlinks=True, with_pip=True)
    run(str(scratch / "bin" / "python"), "-m", "pip", "install", "--quiet", RESOLVER)
    return str(scratch / "bin" / "uv")


def run(*command: str) -> None:
    """Run a command in the checkout; its failure is ours."""
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as failure:
        sys.exit(f"{Path(failure.cmd[0]).name} failed with {failure.returncode}; see above.")
