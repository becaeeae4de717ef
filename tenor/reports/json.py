"""The report for machines: JSON with sorted keys, the same for the same."""

import json
from dataclasses import asdict
from typing import Any

from tenor.coverage import Standing, Tally, percent
from tenor.proof.findings import Finding
from tenor.reports.report import Report
from tenor.waivers import Waiver
from tenor.witnesses import Answered, Asked

FORMAT = 1


def written(report: Report) -> str:
    """The report as a document."""
    return json.dumps(as_json(report), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def as_json(report: Report) -> dict[str, Any]:
    """The report as values that JSON has."""
    coverage = report.coverage
    ledger = coverage.ledger
    return {
        "format": FORMAT,
        "title": coverage.document.title,
        "source": coverage.document.source,
        "contract": coverage.document.digest,
        "minimum": None if report.minimum is None else float(report.minimum),
        "is_fine": report.is_fine,
        "failures": list(report.failures),
        "remarks": list(report.remarks),
        "totals": _tally(coverage.tally),
        "tags": {group.name: _tally(Tally.of(group.standings)) for group in coverage.groups()},
        "cells": [_standing(standing, report) for standing in coverage.standings],
        "waivers": [_waiver(waiver) for waiver in coverage.waivers],
        "violations": [asdict(violation) for violation in coverage.violations],
        "findings": [_finding(finding, report) for finding in report.findings],
        "ledgers": {
            "read": ledger.files,
            "left_out": [str(path) for path in ledger.foreign],
            "torn_lines": ledger.torn,
        },
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        **asdict(tally),
        "declared": tally.declared,
        "percent_met": percent(tally.share_met),
        "percent_held": percent(tally.share_held),
    }


def _standing(standing: Standing, report: Report) -> dict[str, Any]:
    declaration, witness = standing.declaration, standing.witness
    return {
        **asdict(standing.cell),
        "state": standing.state.value,
        "tag": declaration.tag,
        "method": declaration.method,
        "path": declaration.path,
        "place": declaration.place,
        "sentence": str(standing),
        "waiver": _waiver(standing.waiver) if standing.waiver else None,
        "witness": None
        if witness is None
        else {
            "layer": witness.layer.value,
            "label": asdict(witness.label),
            **_exchange(witness.request, witness.response, report),
        },
    }


def _waiver(waiver: Waiver) -> dict[str, Any]:
    return {
        "cells": [asdict(cell) for cell in waiver.cells],
        "reason": waiver.reason,
        "expires": waiver.expires.isoformat(),
        "place": waiver.place,
    }


def _finding(finding: Finding, report: Report) -> dict[str, Any]:
    return {
        "source": finding.source,
        "check": finding.check,
        "operation": finding.operation,
        "sentence": finding.sentence,
        "replay": finding.replay,
        "exchanges": [_exchange(*exchange, report) for exchange in finding.exchanges],
    }


def _exchange(asked: Asked, answered: Answered, report: Report) -> dict[str, Any]:
    return {
        "request": asdict(asked),
        "response": asdict(answered),
        "curl": asked.as_curl(report.served_at),
    }
