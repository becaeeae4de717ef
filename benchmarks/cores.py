"""Cores: servers keep to one, the load to another, a database to a third where there is one."""

import os
import shutil
from collections.abc import Sequence

_ALL = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []

SERVER = _ALL[:1]
LOAD = _ALL[1:2]
DATABASE = _ALL[2:3] or LOAD


def on(cores: Sequence[int]) -> list[str]:
    """The beginning of a command that keeps to these cores, where that can be said."""
    taskset = shutil.which("taskset")
    return [taskset, "-c", ",".join(map(str, cores))] if taskset and cores else []
