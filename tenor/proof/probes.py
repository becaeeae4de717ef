"""The probes: what the oracle finds out by asking, each thing with a stable id.

A probe is silent where the contract does not promise the thing.
"""

from collections.abc import Callable

from tenor.proof import (
    probes_keeping,
    probes_lists,
    probes_others,
    probes_pages,
    probes_reading,
    probes_writing,
)
from tenor.proof.probing import Probe
from tenor.proof.subject import Subject

PROBES: tuple[Probe, ...] = (
    *probes_reading.PROBES,
    *probes_writing.PROBES,
    *probes_keeping.PROBES,
    *probes_lists.PROBES,
    *probes_pages.PROBES,
    *probes_others.PROBES,
)

Progress = Callable[[str, int, int], None]
"""Is told what is being tried, how much is done, and of how much."""


def run(subject: Subject, progress: Progress, only: frozenset[str] | None = None) -> None:
    """Ask what every probe asks of each operation that promises it; ``only`` some, by their ids."""
    wanted = [
        (f"{probe.id}@{operation.id}", probe, operation)
        for operation in subject.contract.operations
        for probe in PROBES
        if probe.promised(subject.contract, operation)
    ]
    chosen = [each for each in wanted if only is None or each[0] in only]
    for done, (name, probe, operation) in enumerate(chosen):
        progress(name, done, len(chosen))
        subject.labelled(name)
        for doubt in probe.run(subject, operation):
            subject.report("oracle", probe.id, operation, doubt.sentence, doubt.exchanges)
    progress("", len(chosen), len(chosen))
