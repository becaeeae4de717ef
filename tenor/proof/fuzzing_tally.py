"""The tally of a fuzzing run: what its events amount to, as findings and notes."""

# Operations have no types from schemathesis.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from schemathesis.cli.commands.run.context import ExecutionContext
from schemathesis.config import SchemathesisWarning
from schemathesis.core.failures import Failure
from schemathesis.engine import Status, StopReason, events
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.engine.run import UNIT_PHASES, PhaseName
from schemathesis.schemas import BaseSchema

from tenor.masking import Mask
from tenor.proof.contract import Contract
from tenor.proof.findings import Finding
from tenor.proof.fuzzing import SOURCE, Note, Plan, Progress, Report, Saw, few
from tenor.proof.fuzzing_gateway import Gateway, Sent
from tenor.proof.fuzzing_verdicts import BAD_REQUEST, Verdicts, sentence
from tenor.witnesses import Answered, Asked

_MOST_OF_A_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class _Found:
    """A fault, with the exchanges that lead to it; the smallest of its kind is shown."""

    check: str
    operation: str
    sentence: str
    exchanges: tuple[Sent, ...] = ()

    @property
    def size(self) -> tuple[int, ...]:
        """How much there is to read."""
        sizes = [each.size for each in self.exchanges]
        return (len(sizes), *(sum(size) for size in zip(*sizes, strict=True)))


@dataclass(slots=True)
class TimeUsed:
    """What the time did not suffice for: where a run was cut short, and whether it ended early."""

    cut: list[str] = field(default_factory=list[str])


class Tally:
    """What the events of a run amount to."""

    def __init__(
        self,
        schema: BaseSchema,
        contract: Contract,
        plan: Plan,
        gateway: Gateway,
        verdicts: Verdicts,
        saw: Saw,
        progress: Progress,
    ) -> None:
        self._contract = contract
        self._plan = plan
        self._gateway = gateway
        self._verdicts = verdicts
        self._saw, self._progress = saw, progress
        self._context = ExecutionContext(
            config=schema.config, find_operation_by_label=schema.find_operation_by_label
        )
        self._sent: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._answered: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._stories = 0
        self._requests: list[str] = []
        self._found: dict[tuple[str, str], _Found] = {}
        self._done: Counter[str] = Counter()
        self._begun: list[PhaseName] = []
        self._broken: list[str] = []
        self.is_time_up = False
        mask = Mask.of(contract.document)
        secret = {name.lower() for name in plan.headers}
        self._mask = replace(mask, headers=mask.headers | secret)

    @property
    def has_all(self) -> bool:
        """Whether what alone is looked for has been found."""
        return any(f"{check}@{name}" == self._plan.only for check, name in self._found)

    # --- taking notice --------------------------------------------------------------------------

    def add(self, event: events.EngineEvent) -> None:
        """Take an event into account."""
        self._context.on_event(event)
        sent = self._take()
        match event:
            case events.PhaseStarted():
                self._begun.append(event.phase.name)
            case events.ScenarioStarted():
                self._show(event.phase, event.label)
            case events.ScenarioFinished():
                self._add_scenario(event)
                self._gateway.forget(event.recorder.cases)
            case events.NonFatalError():
                self._add_error(event)
            case events.FatalError():
                self._add_fault("engine", "", _failed("", repr(event.exception)))
            case events.PhaseFinished(status=Status.ERROR) if self._gateway.error is None:
                self._broken.append(event.phase.name.value)
            case _:
                pass
        for each in sent:
            self._count(each)

    def _take(self) -> list[Sent]:
        sent = [*self._gateway.taken()]
        for each in sent:
            self._requests.append(each.line)
            if each.lack:
                self._add_lack(each)
            else:
                self._saw(each.request, each.reply, each.operation)
        return sent

    def _count(self, sent: Sent) -> None:
        if self._begun and sent.operation is not None:
            self._sent[self._begun[-1].value][sent.operation] += 1
            self._answered[sent.operation][str(sent.reply.status)] += 1

    def _show(self, phase: PhaseName, label: str | None) -> None:
        is_told = phase is PhaseName.STATEFUL_TESTING
        total = self._plan.stories if is_told else len(self._contract.operations)
        done = min(self._stories if is_told else self._done[phase.value], total)
        self._progress(phase.value, done, total, self._name(label) or "stories")

    def _add_scenario(self, event: events.ScenarioFinished) -> None:
        recorder = event.recorder
        self._done[event.phase.value] += 1
        if event.phase is PhaseName.STATEFUL_TESTING and recorder.interactions:
            self._stories += 1
        for case_id, checks in recorder.checks.items():
            for check in checks:
                if check.failure_info is not None:
                    failure = check.failure_info.failure
                    self._add_failure(check.name, failure, recorder, case_id)
                elif check.status is Status.ERROR:
                    name = self._name(recorder.cases[case_id].value.operation.label)
                    self._add_fault("engine", name, _failed(name, f"its check {check.name} broke"))
        self._show(event.phase, event.label)

    def _add_failure(
        self, check: str, failure: Failure, recorder: ScenarioRecorder, case_id: str
    ) -> None:
        chain = recorder.iter_chain_cases(
            case_id=failure.case_id or case_id, related_case_ids=failure.related_case_ids()
        )
        shown = [self._gateway.by_case.get(case.id) for case in chain]
        exchanges = tuple(each for each in shown if each is not None)
        last = self._gateway.by_case[failure.case_id or case_id]
        case = recorder.cases[case_id].value
        name = self._name(failure.operation) or self._name(case.operation.label)
        said = sentence(check, failure, case, last, self._contract)
        self._add_fault(check, name, said, exchanges)

    def _add_lack(self, sent: Sent) -> None:
        asked = f"{sent.request.method} {sent.request.path}"
        name = sent.operation
        what = f"{name} did not answer {asked}" if name else f"No reply to {asked}"
        said = (
            f"{what}: {sent.lack}; an answer is promised to every request. Look for the cause in "
            "the server's log."
        )
        self._add_fault("no_reply", sent.operation or "", said, (sent,))

    def _add_error(self, event: events.NonFatalError) -> None:
        if self._gateway.error is None:
            is_told = event.phase is PhaseName.STATEFUL_TESTING and not event.related_to_operation
            label = "the stories" if is_told else event.label
            name = self._name(event.label)
            message = " ".join(f"{event.info.title}: {event.info.message}".split())
            self._add_fault("engine", name, _failed(name or label, message))

    def _add_fault(
        self, check: str, operation: str, said: str, exchanges: Sequence[Sent] = ()
    ) -> None:
        found = _Found(f"{SOURCE}/{check}", operation, said, tuple(exchanges))
        known = self._found.get((found.check, operation))
        if known is None or found.size < known.size:
            self._found[found.check, operation] = found

    def _name(self, label: str | None) -> str:
        """The operation of a label, empty where it is none's."""
        operation = self._gateway.labels.get(label or "")
        return operation.id if operation is not None else ""

    # --- saying it ------------------------------------------------------------------------------

    def report(self, used: TimeUsed) -> Report:
        """What there is to say when the run is over."""
        self._take()
        self.is_time_up = self._is_spent or bool(used.cut)
        if not (self.is_time_up or self._plan.only):
            self._add_untried()
        return Report(
            seed=self._plan.seed,
            stories=self._stories,
            requests=tuple(self._requests),
            sent={phase: dict(counts) for phase, counts in self._sent.items()},
            answered={operation: dict(counts) for operation, counts in self._answered.items()},
            findings=tuple(self._finding(found) for found in self._in_order()),
            notes=(*self._notes(used),),
        )

    @property
    def _is_spent(self) -> bool:
        is_over = self._context.stop_reason is StopReason.MAX_TIME
        return is_over or self._gateway.is_out_of_time

    def _in_order(self) -> list[_Found]:
        """The faults in the order of the contract's operations."""
        order = {each.id: index for index, each in enumerate(self._contract.operations)}
        found = [*self._found.values()]
        if self._plan.only:
            found = [each for each in found if f"{each.check}@{each.operation}" == self._plan.only]
        return sorted(found, key=lambda each: (order.get(each.operation, -1), each.check))

    def _finding(self, found: _Found) -> Finding:
        exchanges = tuple(self._written(each) for each in found.exchanges)
        return Finding(SOURCE, found.check, found.operation, found.sentence, exchanges)

    def _written(self, sent: Sent) -> tuple[Asked, Answered]:
        asked, reply = sent.request, sent.reply
        body = asked.body or b""
        return (
            self._mask.request(asked.method, asked.target, asked.headers, body),
            self._mask.answered(reply.status, reply.headers, reply.body),
        )

    def _untried(self) -> list[str]:
        return [each.id for each in self._contract.operations if each.id not in self._answered]

    def _add_untried(self) -> None:
        known = {operation for _, operation in self._found}
        for name in self._untried():
            if name not in known:
                self._add_fault("engine", name, _failed(name, "it had no request for it"))
        if self._broken and not any(check == f"{SOURCE}/engine" for check, _ in self._found):
            said = f"it ended in an error: {', '.join(self._broken)}"
            self._add_fault("engine", "", _failed("", said))

    def _notes(self, used: TimeUsed) -> Iterator[Note]:
        if self.is_time_up:
            yield self._time_note(used)
        if self._verdicts.refused:
            yield _refused(self._verdicts.refused)
        yield from self._link_notes()
        for kind, names in sorted(self._warnings()):
            yield Note(kind, _WARNINGS.get(kind, f"Schemathesis warns: {kind}."), names)

    def _time_note(self, used: TimeUsed) -> Note:
        phases = [*UNIT_PHASES, PhaseName.STATEFUL_TESTING]
        seconds = f"{self._plan.seconds:.3g} s"
        lines = [f"The time was up after {seconds}"]
        if not self._is_spent:
            lines = [f"Some of the {seconds} were left, and less was tried than there is"]
        if never := [phase.value for phase in phases if phase not in self._begun]:
            lines.append(f"not begun: {', '.join(never)}")
        if untried := self._untried():
            lines.append(f"not tried: {few(untried)}")
        if used.cut:
            lines.append(f"cut short: {few(used.cut)}")
        if self._stories < self._plan.stories:
            lines.append(f"{self._stories} of {self._plan.stories} stories were told")
        return Note("time", "; ".join(lines) + ".")

    def _link_notes(self) -> Iterator[Note]:
        """The links that an answer had nothing for. It may be that there was nothing to lead to."""
        said = {
            f"The link from {self._name(lost.source)} to {self._name(lost.target)} wants "
            f"{lost.expression} for {lost.parameter_name}, and an answer did not have it."
            for lost in self._context.statistic.extraction_failures
        }
        for text in sorted(said):
            yield Note("link", text)

    def _warnings(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        for kind, labels in self._context.warnings.as_labels().items():
            names = [self._name(label) or label for label in labels]
            # It is said phase by phase: of all that is sent in one, nothing was accepted.
            if kind == SchemathesisWarning.VALIDATION_MISMATCH:
                names = [name for name in names if not self._was_served(name)]
            if names:
                yield str(kind), tuple(sorted(names))

    def _was_served(self, name: str) -> bool:
        """Whether an operation ever did what it was asked."""
        return any(status < "400" for status in self._answered.get(name, {}))


def _failed(name: str, why: str) -> str:
    text = why if len(why) <= _MOST_OF_A_MESSAGE else f"{why[:_MOST_OF_A_MESSAGE]}…"
    return (
        f"The fuzzer could not try {name or 'the contract'}: {text.rstrip('.')}; every operation "
        "is to be tried. Correct what it cannot read, or prove the operation by tests."
    )


def _refused(counts: Mapping[str, int]) -> Note:
    """What is said of the valid requests that were refused, in one sentence for all operations."""
    number = sum(counts.values())
    requests = "1 request that fits" if number == 1 else f"{number} requests that fit"
    said = f"answered {BAD_REQUEST} to {requests} the contract"
    if len(counts) == 1:
        name = next(iter(counts))
        return Note("refused", f"{name} {said}: its schemas admit more than it accepts.")
    sentence = f"These {said}: their schemas admit more than they accept."
    return Note("refused", sentence, tuple(sorted(counts)))


_WARNINGS: dict[str, str] = {
    "missing_auth": "All that was asked of these was refused with 401 or 403: give the proof "
    "credentials that are let in.",
    "missing_test_data": "Most of what was asked of these was answered 404: nothing was found "
    "that they could be asked for.",
    "validation_mismatch": "All valid requests of these were refused: their schemas admit more "
    "than they accept, or they want what a schema cannot say.",
    "missing_deserializer": "Some answers of these are of a media type that the fuzzer cannot "
    "read; their schemas were not tried by it.",
    "unused_openapi_auth": "A security scheme of the contract is used by no operation.",
    "unsupported_regex": "A pattern of these is none that the fuzzer can read; it was not tried.",
    "method_not_allowed": "These answered 405 to their own method, and were tried no further.",
    "rate_limited": "Nearly all that was asked of these was answered 429.",
    "low_valid_rate": "Few of the valid requests of these were accepted.",
}
"""What is said of each kind of warning."""
