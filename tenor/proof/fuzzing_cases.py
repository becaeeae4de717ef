"""The cases of a fuzzing run, made ready to be sent."""

# Operations and their parameters have no types from there.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false
from dataclasses import dataclass
from typing import Any

from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.case import Case
from schemathesis.generation.meta import TestPhase
from schemathesis.hooks import HookContext

from tenor.proof.fuzzing import Adapt, Attempt
from tenor.proof.fuzzing_gateway import Gateway

AnyCase = Case[Any]


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is done with each case before it is sent."""

    gateway: Gateway
    adapt: Adapt

    def examples(self, context: HookContext, examples: list[AnyCase]) -> None:
        """Prepare the examples of the contract, which ``map_case`` never sees."""
        examples[:] = [self.case(context, case) for case in examples]

    def case(self, _context: HookContext, case: AnyCase) -> AnyCase:
        """The case as it is sent."""
        _correct_headers(case)
        operation = self.gateway.operation(case.operation.label)
        self.adapt(Attempt(operation.id, case.path_parameters, case.headers, case.body))
        return case


def _correct_headers(case: AnyCase) -> None:
    """Leave a header that breaks the contract only where the case is about it.

    Where the pattern of a header wants a character beyond letters and digits, the coverage phase
    finds no value that fits, and sends one that does not in all its cases: in those that are about
    another part of the request, and in those that are said to be valid. The header's example takes
    its place, or the header is left out.
    """
    if case.meta is None or case.meta.phase.name is not TestPhase.COVERAGE:
        return
    judge = case.operation.schema.adapter.jsonschema_validator_cls
    for parameter in case.operation.headers:
        value = case.headers.get(parameter.name)
        is_pattern = "pattern" in parameter.definition.get("schema", {})
        if not is_pattern or value is None or parameter.admits(value, judge):
            continue
        if not _is_about(case, parameter.name):
            del case.headers[parameter.name]
            for example in parameter.examples[:1]:
                case.headers[parameter.name] = example


def _is_about(case: AnyCase, header: str) -> bool:
    """Whether the case breaks the contract in this header, or in the headers as a whole."""
    assert case.meta is not None
    data = case.meta.phase.data
    return (
        case.meta.generation.mode.is_negative
        and data.parameter_location is ParameterLocation.HEADER
        and data.parameter in (header, None)
    )
