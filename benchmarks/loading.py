"""Load: what wrk asks on a core of its own, and what it says of it."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import cores
from benchmarks.asking import NUMBER, Request
from benchmarks.facts import Missing, Unfair
from benchmarks.serving import Server

CONNECTIONS = 16
_PATIENCE = 10
_MARK = "said: "
# wrk counts an answer of 400 and above as an error of its status.
_DONE = f"""
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{_MARK}{{"requests":%d,"duration":%d,"broken":%d,"refused":%d,'
    .. '"median":%d,"p99":%d}}\\n', summary.requests, summary.duration,
    e.connect + e.read + e.write + e.timeout, e.status,
    latency:percentile(50), latency:percentile(99)))
end
"""
# Each run begins where the one before cannot have come to, for what it writes is kept.
_NUMBERED = """
local number = 0
function init(arguments) number = tonumber(arguments[1]) * 10000000 end
function request()
  number = number + 1
  return wrk.format(nil, nil, nil, (wrk.body:gsub({mark}, tostring(number))))
end
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a moment of load has shown: seconds are those of an answer, or of the processor."""

    rate: float
    median: float
    p99: float
    processor: float
    requests: int = 0


@contextmanager
def script_of(request: Request) -> Iterator[Path]:
    """What wrk has to send, in Lua, which reads strings as JSON writes them."""
    said = {"method": request.method, "body": request.body or None}
    lines = [f"wrk.{name} = {json.dumps(text)}" for name, text in said.items() if text]
    for name, text in request.headers.items():
        lines.append(f"wrk.headers[{json.dumps(name)}] = {json.dumps(text)}")
    if NUMBER in request.body:
        lines.append(_NUMBERED.format(mark=json.dumps(NUMBER)))
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "request.lua")
        script.write_text("\n".join([*lines, _DONE]))
        yield script


def require_load() -> None:
    """Say that there is nothing that could ask. Raises Missing."""
    if shutil.which("wrk") is None:
        raise Missing("The load comes from wrk, which is not installed.")


def loaded(
    server: Server,
    request: Request,
    script: Path,
    seconds: int,
    run: int,
    connections: int = CONNECTIONS,
) -> Loaded:
    """Ask for some seconds, as fast as it answers. Raises Unfair."""
    url = f"http://127.0.0.1:{server.port}{request.path}"
    load = ["-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={_PATIENCE}s"]
    before = server.processor_seconds()
    ended = subprocess.run(  # noqa: S603 - the command is our own
        [*cores.on(cores.LOAD), "wrk", *load, "-s", str(script), url, "--", str(run)],
        capture_output=True,
        text=True,
        check=True,
    )
    used = server.processor_seconds() - before
    said = json.loads(ended.stdout.rpartition(_MARK)[2] or "{}")
    if said.get("requests") == 0 and seconds < _PATIENCE:  # the machine was too busy to begin
        return loaded(server, request, script, _PATIENCE, run, connections)
    expected = said.get("requests", 0) if request.is_refused else 0
    if not said.get("requests") or said["broken"] or said["refused"] != expected or ended.stderr:
        raise Unfair(
            f'{server.name} did not answer "{request.name}" as it should:\n'
            f"{ended.stdout}{ended.stderr}{server.last_words()}"
        )
    return Loaded(
        rate=said["requests"] / said["duration"] * 1e6,
        median=said["median"] / 1e6,
        p99=said["p99"] / 1e6,
        processor=used / said["requests"],
        requests=said["requests"],
    )
