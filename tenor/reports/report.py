"""A report: coverage, findings, and what of it breaks the contract."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tenor.coverage import Coverage, State, percent
from tenor.proof.findings import Finding

SERVED_AT = "http://127.0.0.1:8080"
"""Where commands ask again, unless a report knows better."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is told of a contract.

    ``minimum`` is the percentage of declared cells that have to be held, None where nothing is
    asked for. ``served_at`` is where commands find a server.
    """

    coverage: Coverage
    minimum: Fraction | None = None
    findings: tuple[Finding, ...] = ()
    served_at: str = SERVED_AT

    @property
    def is_fine(self) -> bool:
        """Whether nothing breaks the contract."""
        return not self.failures

    @property
    def headline(self) -> str:
        """The numbers in one sentence."""
        tally = self.coverage.tally
        said = (
            f"{tally.met} of {tally.declared} declared cells are met: {percent(tally.share_met)} %"
        )
        if tally.waived:
            said += f", and with the {tally.waived} waived {percent(tally.share_held)} %"
        return f"{said}."

    @property
    def failures(self) -> tuple[str, ...]:
        """What breaks the contract, each as a sentence."""
        return tuple(self._failures())

    def _failures(self) -> Iterator[str]:
        coverage = self.coverage
        tally, ledger = coverage.tally, coverage.ledger
        if not ledger.witnesses and tally.owed:
            yield _nothing_vouches(coverage)
        if self.minimum is not None and tally.share_held * 100 < self.minimum:
            yield (
                f"{percent(tally.share_held)} % of the declared cells are held, and "
                f"{_plain(self.minimum)} % are asked for."
            )
        if tally.stray:
            yield f"{_counted(tally.stray, 'cell was', 'cells were')} answered and not declared."
        if coverage.violations:
            broken = _counted(len(coverage.violations), "promise was", "promises were")
            yield f"{broken} broken. A test that breaks one on purpose keeps out of the ledger."
        for waiver in coverage.expired:
            yield (
                f"The waiver of {waiver} at {waiver.place} expired on {waiver.expires}. Answer it, "
                "or say anew why not and until when."
            )
        if self.findings:
            yield f"The proof found {_counted(len(self.findings), 'fault', 'faults')}."

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader should know and what breaks nothing."""
        return tuple(self._remarks())

    def _remarks(self) -> Iterator[str]:
        ledger = self.coverage.ledger
        if ledger.foreign and ledger.witnesses:
            left_out = _counted(len(ledger.foreign), "ledger is", "ledgers are")
            yield (
                f"{left_out} left out: of another contract, or of this one before it was changed. "
                "Delete them, or write them anew."
            )
        if ledger.torn:
            torn = _counted(ledger.torn, "line was", "lines were")
            yield f"{torn} left out: a process was ended while it wrote."
        for waiver in self.coverage.superfluous:
            yield (
                f"The waiver of {waiver} at {waiver.place} is superfluous: it has been answered. "
                "Take it out."
            )


def _nothing_vouches(coverage: Coverage) -> str:
    old = len(coverage.ledger.foreign)
    if not old:
        return (
            "No ledger has seen anything of this contract. Run its tests with TENOR_LEDGER=DIR, "
            "and name that folder."
        )
    return (
        f"{_counted(old, 'ledger is', 'ledgers are')} of another contract, or of this one before "
        "it was changed, and cannot vouch for it. Run its tests anew."
    )


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _plain(number: Fraction) -> str:
    return f"{float(number):g}"


MARKS = {State.MET: "●", State.OWED: "○", State.WAIVED: "◌", State.STRAY: "◆"}
"""What stands for a cell in a table of text: different by shape, and not by colour alone."""

_PICTURES = {code: 0x2400 + code for code in range(0x20) if code != 0x0A} | {0x7F: 0x2421}
_UNSEEN = (*range(0x80, 0xA0), 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
"""Control characters that some terminals obey, and what turns the direction of writing."""
_SHOWN = _PICTURES | dict.fromkeys(_UNSEEN, 0xFFFD)


def visible(text: str) -> str:
    """Text with a picture for each control character: what a witness holds steers no terminal."""
    return text.translate(_SHOWN)


def line(text: str) -> str:
    """Text that is visible on one line, so that it passes for no line of another."""
    return visible(text).replace("\n", "\N{SYMBOL FOR LINE FEED}")
