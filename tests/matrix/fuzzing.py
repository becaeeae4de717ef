"""Schemathesis alone: what it finds among the planted violations, or among their right twins."""

import json
import logging
import sys
from collections import defaultdict

import structlog

from tenor.proof.asking import in_process
from tenor.proof.contract import Contract
from tenor.proof.fuzzing import Plan, fuzz
from tests.matrix.columns import open_gate


def found(*, planted: bool) -> dict[str, list[str]]:
    """What is found by path, with all checks and phases, an account, and a fixed seed."""
    token = "teapot" if planted else "ada"
    plan = Plan(
        examples=10,
        stories=1,
        steps=2,
        seconds=240,
        headers={"Authorization": f"Bearer {token}"},
        refusals=(),
    )
    app = open_gate(planted=planted)
    contract = Contract(app.contract)
    report = fuzz(in_process(app.wsgi_app), contract, plan)
    faults: dict[str, list[str]] = defaultdict(list)
    for finding in report.findings:
        operation = contract.operation(finding.operation)
        if operation is not None:
            faults[operation.path].append(finding.sentence)
    return faults


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    json.dump(found(planted=sys.argv[1] == "1"), sys.stdout)
