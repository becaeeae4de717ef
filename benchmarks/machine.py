"""The machine that a run was made on."""

import datetime as dt
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from benchmarks.applications import node_program

_QUIET = 0.25


def facts() -> Mapping[str, str]:
    """What a figure depends on besides the applications."""
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "node": _said(node_program(), "--version").removeprefix("v"),
        "wrk": _said("wrk", "--version").split(" [")[0].removeprefix("wrk "),
        "load": f"{os.getloadavg()[0]:.1f}",
    }


def is_other(here: Mapping[str, str], there: Mapping[str, str]) -> bool:
    """Whether figures of the two cannot be compared."""
    return any(here[name] != there.get(name) for name in ("processor", "cores"))


def is_busy(here: Mapping[str, str]) -> bool:
    """Whether others work on it, so that figures say little."""
    return float(here["load"]) > _QUIET * int(here["cores"])


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _said(program: str, *arguments: str) -> str:
    """The first line of what a program says of itself; empty where it is not installed."""
    if shutil.which(program) is None:
        return ""
    said = subprocess.run(  # noqa: S603 - the commands are our own
        [program, *arguments], capture_output=True, text=True, check=False
    )
    return (said.stdout.splitlines() or [""])[0]
