"""Schemathesis alone: what it finds among the planted violations, or among their right twins."""

import json
import logging
import sys
from collections import defaultdict

import structlog

from tests.fuzz.fuzzer import Plan, over_wsgi
from tests.matrix.columns import open_gate


def found(*, planted: bool) -> dict[str, list[str]]:
    """The faults by path, with all checks and phases, an account, and a fixed seed."""
    token = "teapot" if planted else "ada"
    plan = Plan(
        examples=10,
        stories=1,
        steps=2,
        seconds=240,
        headers={"Authorization": f"Bearer {token}"},
    )
    faults: dict[str, list[str]] = defaultdict(list)
    for fault in over_wsgi(open_gate(planted=planted), plan).faults:
        operation, _, text = fault.partition(": ")
        path = operation.rpartition(" ")[2]
        if path.startswith("/"):
            faults[path].append(text.partition("\n")[0])
    return faults


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    json.dump(found(planted=sys.argv[1] == "1"), sys.stdout)
