"""Metrics: what is answered and broken is counted, by labels that the contract bounds."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from tenor import ConfigurationError, Tenor
from tenor.metrics import ENDPOINT, SHARED
from tests.engine.contracts import (
    ANYTHING,
    PROBLEM,
    document,
    echo,
    nothing,
    of,
    operation,
    path,
    response,
    serving,
)
from tests.engine.wire import ask
from tests.server.servers import ROOT

Labels = tuple[str, ...]


def counted(app: Flask, metric: str = "responses") -> dict[Labels, float]:
    """What a metric counts, by the values of its labels in their declared order."""
    return samples(ask(app, "GET /metrics").text, metric)


def samples(text: str, metric: str) -> dict[Labels, float]:
    names = {"responses": ("operation", "status", "media_type", "layer")}.get(
        metric, ("operation", "rule")
    )
    return {
        tuple(sample.labels[name] for name in names): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == f"tenor_{metric}_total"
    }


def notes(**options: Any) -> Tenor:
    """Notes that answer what their address says."""
    answers = {
        200: response(content={"application/json": ANYTHING, "text/*": {"type": "string"}}),
        204: response(),
        404: response(ANYTHING, PROBLEM),
        500: response(ANYTHING, PROBLEM),
    }
    described = operation("getNote", takes=[path("id")], answers=answers)
    return of(
        document({"/notes/{id}": {"get": described}}, x_tenor_unrouted=answers),
        {"getNote": lambda id: SPOKEN[id]},  # noqa: A006 - the contract names it
        **{"metrics": "/metrics", "policy": "prevent", **options},
    )


SPOKEN: dict[str, Any] = {
    "json": {"a": 1},
    "none": None,
    "missing": ({"a": 1}, 404, {"Content-Type": PROBLEM}),
    "teapot": ({}, 418),
    "csv": ("a", 200, {"Content-Type": "image/x"}),
    **{f"text{n}": ("a", 200, {"Content-Type": f"text/x{n}"}) for n in range(3)},
}


def test_answers_are_counted_by_operation_status_media_type_and_layer():
    app = notes()
    for line in (
        "GET /notes/json",
        "GET /notes/json",
        "GET /notes/none",
        "GET /notes/missing",
        "GET /nowhere",
        "GET /notes/teapot",
    ):
        ask(app, line)

    assert counted(app) == {
        ("getNote", "200", "application/json", "handler"): 2,
        ("getNote", "204", "", "handler"): 1,
        ("getNote", "404", PROBLEM, "handler"): 1,
        ("x-tenor-unrouted", "404", PROBLEM, "router"): 1,
        ("getNote", "500", PROBLEM, "gate"): 1,
    }


def test_violations_are_counted_by_operation_and_rule():
    app = notes(policy={"*": "detect", "media-type-declared": "ignore"})
    for line in ("GET /notes/teapot", "GET /notes/teapot", "GET /notes/csv", "GET /notes/json"):
        ask(app, line)

    assert counted(app, "violations") == {("getNote", "status-declared"): 2}


def test_what_handlers_make_up_grows_no_labels():
    """The types of a declared range count as the range, and undeclared ones as one."""
    app = notes(policy="detect")
    for name in ("text0", "text1", "text2", "csv", "teapot"):
        ask(app, f"GET /notes/{name}")

    assert counted(app) == {
        ("getNote", "200", "text/*", "handler"): 3,
        ("getNote", "200", "undeclared", "handler"): 1,
        ("getNote", "418", "undeclared", "handler"): 1,
    }


def test_addresses_that_clients_make_up_grow_no_labels():
    app = notes()
    for number in range(20):
        ask(app, f"GET /nowhere/{number}")
        ask(app, f"X{number} /notes/json")

    assert {labels[0] for labels in counted(app)} == {"x-tenor-unrouted"}
    assert sum(counted(app).values()) == 40


def test_metrics_are_off_unless_they_are_asked_for():
    app = serving(nothing, answers={204: response(), 404: response(ANYTHING, PROBLEM)})

    assert ask(app, "GET /metrics").status == 404
    assert ENDPOINT not in app.view_functions


def test_reading_the_metrics_counts_nothing_and_is_not_kept():
    app = notes()

    first, second = ask(app, "GET /metrics"), ask(app, "GET /metrics")

    assert first.text == second.text
    assert first.headers["Cache-Control"] == "no-store"
    assert first.headers["Content-Type"].startswith("text/plain; version=")


def test_openmetrics_is_written_for_who_asks_for_it():
    app = notes()

    reply = ask(app, "GET /metrics", headers={"Accept": "application/openmetrics-text"})

    assert reply.headers["Content-Type"].startswith("application/openmetrics-text")
    assert reply.text.endswith("# EOF\n")


def test_two_applications_of_a_process_count_apart():
    one, other = notes(), notes()
    ask(one, "GET /notes/json")

    assert (len(counted(one)), len(counted(other))) == (1, 0)


@pytest.mark.parametrize("address", ["metrics", "/metrics/", "//metrics", "/<metrics>", ""])
def test_an_address_that_is_none_is_refused(address: str):
    with pytest.raises(ConfigurationError, match="is no address for the metrics"):
        notes(metrics=address)


def test_an_operation_at_the_address_is_refused():
    """Whoever asked for both is told; neither is dropped in silence."""
    spec = document({"/metrics": {"get": operation("getMetrics")}})

    with pytest.raises(ConfigurationError, match="which the operation getMetrics answers"):
        of(spec, {"getMetrics": echo}, metrics="/metrics")


def test_a_folder_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv(SHARED, str(tmp_path / "none"))

    with pytest.raises(ConfigurationError, match="Make it, empty, before the server starts"):
        notes()


def test_processes_that_share_a_folder_count_together(tmp_path: Path):
    """Each forked child answers once more than the last; any process tells the sum."""
    script = """
        import os
        from tests.engine.test_metrics import ask, notes
        app = notes()
        ask(app, "GET /notes/json")
        for number in range(3):
            if os.fork() == 0:
                for _ in range(number):
                    ask(app, "GET /notes/json")
                os._exit(0)
            os.wait()
        print(ask(app, "GET /metrics").text)
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script)],
        cwd=ROOT,
        env={**os.environ, SHARED: str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert samples(done.stdout, "responses") == {
        ("getNote", "200", "application/json", "handler"): 1 + 0 + 1 + 2
    }
