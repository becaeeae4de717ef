"""Proving: recipes, probes and the fuzzer, one after the other, each in a world of its own.

The same order, seed and beginnings ask the same and find the same.
"""

import hashlib
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tenor import cells
from tenor.document import Document
from tenor.ledger import Ledger
from tenor.proof import fuzzing, oracle, probes, recipes
from tenor.proof.contract import Contract
from tenor.proof.findings import Finding
from tenor.proof.subject import CRASHED, OutOfTime, Subject
from tenor.proof.world import World
from tenor.witnesses import Label, Witness

Progress = Callable[[str, int, int, str], None]
"""Is told how far a part is: its name, how much of it is done of how much, and what it is at."""

MakeWorld = Callable[[Path], World]
"""Makes the world that a part begins in. The folder is its own, and is deleted afterwards."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be proved, and how far.

    ``seconds`` bounds the whole. ``only`` names what is tried alone: labels of recipes and probes,
    such as ``recipe/401-without@getPost``, and ids of what the fuzzer found. ``examples``,
    ``stories`` and ``steps`` are the fuzzer's.
    """

    document: Document
    make_world: MakeWorld
    seed: int = 1
    seconds: float = 300
    parts: tuple[str, ...] = ("recipes", "probes", "fuzz")
    only: frozenset[str] = frozenset()
    examples: int = 5
    stories: int = 30
    steps: int = 6


@dataclass(slots=True)
class Proof:
    """What was found. ``requests`` counts what was asked, ``trace`` is a digest of it."""

    order: Order
    contract: Contract
    witnesses: list[Witness] = field(default_factory=list[Witness])
    findings: dict[str, Finding] = field(default_factory=dict[str, Finding])
    notes: list[str] = field(default_factory=list[str])
    asked: list[str] = field(default_factory=list[str])
    seconds: float = 0

    @property
    def ledger(self) -> Ledger:
        """What was seen. What the gate held back is among the findings."""
        return Ledger.of(self.witnesses)

    @property
    def trace(self) -> str:
        """Sixteen hexadecimal digits that are the same where the same was asked."""
        return hashlib.sha256("\n".join(self.asked).encode()).hexdigest()[:16]


def prove(order: Order, progress: Progress) -> Proof:
    """Drive the contract through its cells, and report what is false.

    Raises ConfigurationError for a world that cannot be made.
    """
    proof = Proof(order, Contract(order.document))
    begun = time.monotonic()
    deadline = begun + order.seconds
    wanted = [part for part in order.parts if _is_wanted(part, order)]
    for number, part in enumerate(wanted):
        _run(proof, part, _share(wanted[number:], deadline), progress)
    if order.only and proof.asked and not proof.findings:
        _retrace(proof, deadline, progress)
    proof.seconds = time.monotonic() - begun
    proof.findings = {n: each for n, each in proof.findings.items() if _is_asked_for(each, order)}
    return proof


def _share(parts: Sequence[str], deadline: float) -> float:
    """When the first of the parts that are left has to end, so that all have their time."""
    now = time.monotonic()
    whole = sum(_SHARES[part] for part in parts)
    return now + (deadline - now) * _SHARES[parts[0]] / whole


def _run(proof: Proof, part: str, deadline: float, progress: Progress) -> None:
    with _subject(proof, part, deadline) as subject:
        try:
            _PARTS[part](subject, proof, deadline, progress)
        except OutOfTime:
            proof.notes.append(
                f"The {part} used up their share of {proof.order.seconds:g} seconds: what was "
                "left of them was not tried, and the run does not repeat. Give more with --seconds."
            )


def _retrace(proof: Proof, deadline: float, progress: Progress) -> None:
    """Try all again, for what shows only after what came before it."""
    order = proof.order
    whole = Proof(replace(order, only=frozenset()), proof.contract)
    for part in ("recipes", "probes"):
        if part in order.parts and part not in order.only and _is_wanted(part, order):
            _run(whole, part, deadline, progress)
    shown = {name: each for name, each in whole.findings.items() if each.replay in order.only}
    proof.findings.update(shown)
    proof.notes.extend(whole.notes)
    proof.asked.extend(whole.asked)


def _is_wanted(part: str, order: Order) -> bool:
    """Whether a part has something to do: all have, unless something is to be tried alone."""
    sources = {each.partition("/")[0] for each in order.only}
    return not sources or bool(sources & {part, _SOURCES[part]})


def _is_asked_for(finding: Finding, order: Order) -> bool:
    """Whether a finding is of what is tried alone: the fuzzer comes by others on its way."""
    alone = {each.partition("@")[2] for each in order.only if "@" in each}
    is_of_fuzzer = all(each.startswith(f"{fuzzing.SOURCE}/") for each in order.only)
    return not alone or not is_of_fuzzer or finding.operation in alone


def _only(part: str, order: Order) -> frozenset[str] | None:
    """What a part is to try alone; None for all of it."""
    return None if part in order.only else order.only or None


@contextmanager
def _subject(proof: Proof, part: str, deadline: float) -> Generator[Subject]:
    """The subject of a part, in its own world; what it has seen and found is kept at the end."""
    with tempfile.TemporaryDirectory(prefix="tenor-proof-") as folder:
        world = proof.order.make_world(Path(folder))
        _note_strangers(world, proof)
        label = Label("proof", part, proof.order.seed)
        subject = Subject(
            world, proof.contract, checks=oracle.CHECKS, label=label, deadline=deadline
        )
        try:
            yield subject
        finally:
            subject.close()
            world.close()
            proof.witnesses.extend(subject.witnesses.values())
            for finding in subject.findings.values():
                proof.findings.setdefault(finding.id, finding)
            proof.asked.extend(subject.asked)


def _note_strangers(world: World, proof: Proof) -> None:
    """Say that nobody signs in where somebody would have to."""
    closed = [each.id for each in proof.contract.operations if each.needs_credentials]
    if closed and not world.callers:
        note = (
            f"Nobody signs in, and {len(closed)} of {len(proof.contract.operations)} operations "
            "ask for credentials: give them with --header, or as callers of a world."
        )
        if note not in proof.notes:
            proof.notes.append(note)


def _recipes(subject: Subject, proof: Proof, _deadline: float, progress: Progress) -> None:
    recipes.run(subject, _told(progress, "recipes"), _only("recipes", proof.order))


def _probes(subject: Subject, proof: Proof, _deadline: float, progress: Progress) -> None:
    probes.run(subject, _told(progress, "probes"), _only("probes", proof.order))


def _told(progress: Progress, part: str) -> Callable[[str, int, int], None]:
    return lambda message, done, total: progress(part, done, total, message)


def _fuzz(subject: Subject, proof: Proof, deadline: float, progress: Progress) -> None:
    order = proof.order
    only = sorted(each for each in order.only if each.startswith(f"{fuzzing.SOURCE}/"))
    caller = subject.world.callers[0] if subject.world.callers else None
    plan = fuzzing.Plan(
        examples=order.examples,
        stories=order.stories,
        steps=order.steps,
        seconds=max(deadline - time.monotonic(), 1),
        seed=order.seed,
        headers=dict(caller.headers) if caller else {},
        refusals=subject.world.refusals,
        adapt=subject.world.adapt,
        only=only[0] if only else "",
    )
    report = fuzzing.fuzz(subject.exchange, proof.contract, plan, progress=progress)
    for finding in report.findings:
        if finding.check != fuzzing.FAILED or _is_news(finding, proof, subject):
            proof.findings.setdefault(finding.id, replace(finding, replay=finding.id))
    proof.notes.extend(_noted(note) for note in report.notes)


def _noted(note: fuzzing.Note) -> str:
    """A note with the first of the operations that it is about."""
    return f"{note.sentence} ({fuzzing.few(note.operations)})" if note.operations else note.sentence


def _is_news(failed: Finding, proof: Proof, subject: Subject) -> bool:
    """Whether that an operation failed has not been told by a part before.

    It may have crashed before, or its answers were held back, and nothing else fails now. What the
    fuzzer alone has seen has the replay of what it saw, and the failure is told once.
    """
    crash = f"{CRASHED}@{failed.operation}"
    before = {each.id for each in proof.findings.values() if each.operation == failed.operation}
    is_held_back = any(each.startswith("gate/") for each in before)
    if crash in before or (is_held_back and crash not in subject.findings):
        return False
    subject.findings.pop(crash, None)
    for finding in [*subject.findings.values()]:
        if finding.operation == failed.operation and finding.source == "gate":
            subject.findings[finding.id] = replace(finding, replay=failed.id)
    return True


_PARTS: dict[str, Callable[[Subject, Proof, float, Progress], None]] = {
    "recipes": _recipes,
    "probes": _probes,
    "fuzz": _fuzz,
}
_SHARES = {"recipes": 2, "probes": 1, "fuzz": 2}
"""How the time is divided; what a part leaves over goes to those after it."""
_SOURCES = {"recipes": "recipe", "probes": "oracle", "fuzz": "fuzz"}
PARTS = tuple(_PARTS)


def reaches(proof: Proof) -> float:
    """The part of the declared cells that were seen, from 0 to 1."""
    declared = cells.declared(proof.contract.document)
    seen = {witness.cell for witness in proof.witnesses}
    return len(declared.keys() & seen) / len(declared) if declared else 1.0
