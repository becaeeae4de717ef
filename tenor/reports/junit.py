"""The report as JUnit XML: a test case for each cell, each fault beyond, and the verdict."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from tenor.coverage import Standing, State
from tenor.reports.report import Report

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class _Case:
    """A test case: what it is of, its name, and what became of it; passed without a word."""

    of: str
    name: str
    failed: str = ""
    skipped: str = ""


def written(report: Report) -> str:
    """The report as a document."""
    suites = dict(_suites(report))
    root = ET.Element("testsuites", name=_text(report.coverage.document.title))
    _count(root, [case for cases in suites.values() for case in cases])
    for name, cases in suites.items():
        if cases:
            _add(root, name, cases)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, "unicode")}\n'


def _suites(report: Report) -> Iterator[tuple[str, list[_Case]]]:
    for group in report.coverage.groups():
        yield f"contract.{group.name}", [_cell(standing) for standing in group.standings]
    yield "violations", [_Case(v.operation, v.rule, str(v)) for v in report.coverage.violations]
    yield (
        "findings",
        [_Case(f.operation, f.check, f"{f.sentence}\n{f.replay}") for f in report.findings],
    )
    yield "verdict", [_Case("contract", "holds", "\n".join(report.failures))]


def _cell(standing: Standing) -> _Case:
    cell, said = standing.cell, str(standing)
    name = f"{cell.status} {cell.media_type}".rstrip()
    match standing.state:
        case State.MET:
            return _Case(cell.operation, name)
        case State.WAIVED:
            return _Case(cell.operation, name, skipped=said)
        case State.OWED | State.STRAY:
            return _Case(cell.operation, name, failed=said)


def _add(root: ET.Element, name: str, cases: list[_Case]) -> None:
    suite = ET.SubElement(root, "testsuite", name=_text(name))
    _count(suite, cases)
    for case in cases:
        element = ET.SubElement(
            suite, "testcase", classname=_text(case.of), name=_text(case.name), time="0"
        )
        if case.failed:
            first = case.failed.partition("\n")[0]
            ET.SubElement(element, "failure", message=_text(first)).text = _text(case.failed)
        elif case.skipped:
            ET.SubElement(element, "skipped", message=_text(case.skipped))


def _count(element: ET.Element, cases: Iterable[_Case]) -> None:
    cases = list(cases)
    element.set("tests", str(len(cases)))
    element.set("failures", str(sum(bool(case.failed) for case in cases)))
    element.set("errors", "0")
    element.set("skipped", str(sum(bool(case.skipped) for case in cases)))


def _text(text: str) -> str:
    """Text as far as XML can hold it; the replacement character stands for the rest."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
