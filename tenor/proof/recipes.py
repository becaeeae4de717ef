"""Recipes: how an operation is driven into each cell of the protocol, from the contract alone.

What a recipe cannot reach stays owed. What may not succeed and does is a finding.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing

from tenor.proof import (
    recipes_access,
    recipes_fault,
    recipes_request,
    recipes_state,
    recipes_success,
)
from tenor.proof.bench import Bench
from tenor.proof.contract import Operation
from tenor.proof.recipe import SOURCE, Attempt, Recipe, RootRecipe, label_of
from tenor.proof.subject import Subject

RECIPES: tuple[Recipe, ...] = (
    *recipes_success.RECIPES,
    *recipes_request.RECIPES,
    *recipes_access.RECIPES,
    *recipes_state.RECIPES,
    *recipes_fault.RECIPES,
)
"""What is done for each operation, in this order."""
ROOT_RECIPES: tuple[RootRecipe, ...] = recipes_fault.ROOT_RECIPES
"""What is done once, for what belongs to no operation."""

Progress = Callable[[str, int, int], None]
"""Is told what is tried, how much is done, and of how much."""
Step = tuple[Recipe | RootRecipe, Operation | None]


def run(subject: Subject, progress: Progress, only: frozenset[str] | None) -> None:
    """Try every recipe on every operation; or those alone that are named, by their labels.

    Every operation is first asked once for what it is there for, so that addresses are known.
    """
    bench = Bench(subject)
    operations = _in_order(bench)
    for operation in operations:
        subject.labelled(f"{SOURCE}/success@{operation.id}")
        bench.learn(operation)
    steps = [step for step in _steps(bench, operations) if _is_wanted(*step, only)]
    for done, (recipe, operation) in enumerate(steps):
        progress(label_of(recipe, operation), done, len(steps))
        _follow(bench, recipe, operation)
    progress("", len(steps), len(steps))


def _in_order(bench: Bench) -> list[Operation]:
    """The operations in the contract's order, those that delete last."""
    return sorted(bench.contract.operations, key=lambda each: each.method == "DELETE")


def _steps(bench: Bench, operations: list[Operation]) -> Iterator[Step]:
    for operation in operations:
        yield from ((each, operation) for each in RECIPES if each.suits(bench, operation))
    yield from ((each, None) for each in ROOT_RECIPES if each.suits(bench))


def _is_wanted(
    recipe: Recipe | RootRecipe, operation: Operation | None, only: frozenset[str] | None
) -> bool:
    label = label_of(recipe, operation)
    return only is None or any(o == label or o.startswith(f"{label}:") for o in only)


def _follow(bench: Bench, recipe: Recipe | RootRecipe, operation: Operation | None) -> None:
    label = label_of(recipe, operation)
    bench.subject.labelled(label)
    with closing(_attempts(bench, recipe, operation)) as attempts:
        for attempt in attempts:
            bench.subject.labelled(label_of(recipe, operation, attempt.name))
            _try(bench, recipe, operation, attempt)
            bench.subject.labelled(label)


def _attempts(
    bench: Bench, recipe: Recipe | RootRecipe, operation: Operation | None
) -> Generator[Attempt]:
    if isinstance(recipe, RootRecipe):
        return recipe.attempts(bench)
    assert operation is not None
    return recipe.attempts(bench, operation)


def _try(
    bench: Bench, recipe: Recipe | RootRecipe, operation: Operation | None, attempt: Attempt
) -> None:
    reply = bench.ask(attempt.request)
    if attempt.wrong is not None and reply.is_success:
        sentence = attempt.wrong.sentence(operation, attempt.request, reply)
        seen = [(attempt.request, reply)]
        bench.subject.report(SOURCE, recipe.id, operation, sentence, seen)
