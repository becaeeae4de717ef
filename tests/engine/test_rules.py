"""The page of rules: each rule has a section, and its examples are what is seen."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from structlog.testing import capture_logs

from tenor import Tenor
from tenor.rules import Rule
from tests.engine.wire import Reply, ask
from tests.server.servers import ROOT

PAGE = (ROOT / "docs/rules.md").read_text()
CONTRACT = PAGE.partition("```yaml\n")[2].partition("```")[0]
LINES = {
    "createNote": "POST /notes",
    "getCard": "GET /card",
    "getFile": "GET /file",
    "listLines": "GET /lines",
}


@dataclass(frozen=True, slots=True)
class Section:
    """What the page says of a rule: an answer that keeps it, one that breaks it, and a sentence."""

    rule: str
    good: str
    bad: str
    sentence: str


def sections() -> list[Section]:
    found: list[Section] = []
    for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        part = part.partition("\n# ")[0]
        good, bad = re.findall(r"```python\n(.*?)```", part, flags=re.DOTALL)
        sentence = re.findall(r"^    (\S.*)$", part.rpartition("```")[2], flags=re.MULTILINE)
        found.append(Section(part.partition("\n")[0], good, bad, " ".join(sentence)))
    return found


SECTIONS = sections()
each = pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.rule)


def answered(source: str) -> tuple[Reply, list[Any]]:
    """The answer to a handler of the page, and what the log says."""
    names: dict[str, Callable[..., Any]] = {}
    exec(source, names)
    operation = next(name for name in names if name in LINES)
    handlers = {name: names.get(name, lambda: None) for name in LINES}
    app = Tenor("contract.yaml", handlers=handlers)
    with capture_logs() as logs:
        reply = ask(app, LINES[operation])
    return reply, [entry for entry in logs if entry["event"] == "contract_violation"]


@pytest.fixture(autouse=True)
def contract(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    monkeypatch.chdir(tmp_path)


def test_every_rule_has_its_section_in_the_registrys_order():
    assert [section.rule for section in SECTIONS] == [rule.value for rule in Rule]


@each
def test_the_good_example_leaves(section: Section):
    reply, violations = answered(section.good)

    assert (reply.status < 300, violations) == (True, [])


@each
def test_the_bad_example_breaks_this_rule_and_no_other(section: Section):
    """The log has the sentence of the page."""
    _, violations = answered(section.bad)

    assert {entry["rule"] for entry in violations} == {section.rule}
    (entry,) = violations
    said = f"{entry['where']} {entry['found']}; the contract promises {entry['promised']}."
    assert f"{said} {entry['remedy']}" == section.sentence
